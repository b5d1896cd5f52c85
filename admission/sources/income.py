"""Social security, provident fund, tax, agriculture: their words."""

from collections.abc import Sequence

from admission.features.income import NO_ACCOUNT
from admission.sources.reading import Reader, Values


def social_security(replies: Sequence[Reader]) -> Values:
    """Contributions; somebody who is not insured has paid in for no month."""
    (reply,) = replies
    insured = reply.part("insured")
    if insured is None:
        return {
            "status": "未参保",
            "continuous_months": 0,
            "months_12": 0,
            "base": None,
            "employer": None,
        }
    return {
        "status": insured.word("status", ("正常", "暂停", "退休")),
        "continuous_months": insured.whole("continuous_months"),
        "months_12": insured.whole("months_12"),
        "base": insured.fen("base_now"),
        "employer": insured.word("employer"),
    }


def provident_fund(replies: Sequence[Reader]) -> Values:
    """The account at the city's fund, else at the province's; without one, no month was paid."""
    accounts = [reply.part("account") for reply in replies]
    account = next((each for each in accounts if each is not None), None)
    if account is None:
        return {
            "status": NO_ACCOUNT,
            "continuous_months": 0,
            "months_12": 0,
            "monthly_amount": 0,
            "person_rate": None,
            "unit_rate": None,
        }
    return {
        "status": account.word("status", ("正常", "封存", "销户")),
        "continuous_months": account.whole("continuous_months"),
        "months_12": account.whole("months_12"),
        "monthly_amount": account.fen("monthly_amount"),
        "person_rate": account.ratio("person_rate"),
        "unit_rate": account.ratio("unit_rate"),
    }


def tax(replies: Sequence[Reader]) -> Values:
    """A taxpayer's standing, and the income declared for personal tax."""
    (reply,) = replies
    taxpayer = reply.part("taxpayer")
    return {
        "grade": taxpayer.word("grade") if taxpayer else None,
        "owes": taxpayer.flag("owes") if taxpayer else False,
        "income_declared_12m": reply.fen("income_declared_12m"),
    }


def agriculture(replies: Sequence[Reader]) -> Values:
    """Land, subsidy, crop and insurance of a farm; zeros where there is none."""
    (reply,) = replies
    farm = reply.part("farm")
    if farm is None:
        return {
            "contract_mu": 0.0,
            "transferred_in_mu": 0.0,
            "subsidy_12m": 0,
            "main_crop": None,
            "insured": False,
        }
    return {
        "contract_mu": farm.ratio("contract_mu"),
        "transferred_in_mu": farm.ratio("transferred_in_mu"),
        "subsidy_12m": farm.fen("subsidy_12m"),
        "main_crop": farm.word("main_crop"),
        "insured": farm.flag("insured"),
    }
