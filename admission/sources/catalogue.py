"""Every outside source that admission may ask: where, how fresh, and whose words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from admission.sources import income, offices, property
from admission.sources.pboc import read_report
from admission.sources.reading import Reader, Values, answer_about
from admission.sources.subject import Subject

Translate = Callable[[Sequence[bytes], Subject], Values]
_NO_MORE: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Source:
    """One office, bureau or carrier.

    ``days`` is how long an answer stays fresh. ``also`` are the further bodies of a source that is
    asked more than once (city and province). ``uses_up`` names the moment that an
    authorisation keeps of its one question to this source. ``says_why``: the question bears the
    bureau's code of what it is asked for.
    """

    name: str
    zh: str
    path: str
    days: int
    translate: Translate
    also: tuple[tuple[tuple[str, str], ...], ...] = (_NO_MORE,)
    uses_up: str = ""
    says_why: bool = False


def _json(words: Callable[[Sequence[Reader]], Values]) -> Translate:
    def translate(raw: Sequence[bytes], subject: Subject) -> Values:
        return words([answer_about(each, subject) for each in raw])

    return translate


def _report(raw: Sequence[bytes], subject: Subject) -> Values:
    (only,) = raw
    return read_report(only, subject)


SOURCES: dict[str, Source] = {
    each.name: each
    for each in (
        Source("police", "公安", "/v1/police/identity", 7, _json(offices.police)),
        Source("courts", "司法", "/v1/courts/cases", 7, _json(offices.courts)),
        Source("government", "政务", "/v1/gov/risk", 30, _json(offices.government)),
        Source("civil_affairs", "民政", "/v1/civil/marriage", 30, _json(offices.civil_affairs)),
        Source("social_security", "社保", "/v1/social-security", 30, _json(income.social_security)),
        Source(
            "provident_fund",
            "公积金",
            "/v1/provident-fund",
            30,
            _json(income.provident_fund),
            also=((("scope", "city"),), (("scope", "province"),)),
        ),
        Source(
            "real_estate",
            "不动产",
            "/v1/real-estate",
            30,
            _json(property.real_estate),
            also=tuple((("centre", each),) for each in property.CENTRES),
        ),
        Source(
            "valuers",
            "房产评估",
            "/v1/valuation",
            90,
            _json(property.valuers),
            also=tuple((("firm", each),) for each in property.FIRMS),
        ),
        Source(
            "business_registry",
            "工商",
            "/v1/business-registry",
            30,
            _json(property.business_registry),
        ),
        Source("tax", "税务", "/v1/tax", 30, _json(income.tax)),
        Source("agriculture", "农业农村", "/v1/agriculture", 90, _json(income.agriculture)),
        Source(
            "pboc",
            "人行征信",
            "/v1/pboc/report",
            30,
            _report,
            uses_up="bureau_asked_at",
            says_why=True,
        ),
        Source(
            "baihang",
            "百行征信",
            "/v1/baihang",
            30,
            _json(property.baihang),
            uses_up="baihang_asked_at",
        ),
        Source("phone", "运营商", "/v1/phone", 30, _json(offices.phone)),
        Source("core_bank", "核心系统", "/v1/core-bank/accounts", 1, _json(offices.core_bank)),
        Source("aml", "反洗钱", "/v1/aml", 1, _json(offices.aml)),
    )
}
