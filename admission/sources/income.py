"""Social security, provident fund, tax, agriculture: their words."""

from collections.abc import Sequence

from admission.features.farming import OPERATOR_LEVELS
from admission.features.income import EMPLOYER_TYPES, INSURED_AS, NO_ACCOUNT, TAX_GRADES
from admission.sources.reading import Reader, Values, total


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
            "insured_as": None,
            "base_average_12m": None,
            "base_12m_ago": None,
            "employers_24m": 0,
            "employer_size": None,
        }
    return {
        "status": insured.word("status", ("正常", "暂停", "退休")),
        "continuous_months": insured.whole("continuous_months"),
        "months_12": insured.whole("months_12"),
        "base": insured.fen("base_now"),
        "employer": insured.word("employer"),
        "insured_as": insured.word("type", INSURED_AS),
        "base_average_12m": insured.fen("base_avg_12m"),
        "base_12m_ago": insured.fen("base_12m_ago"),
        "employers_24m": insured.whole("employers_24m"),
        "employer_size": insured.whole("employer_size"),
    }


def provident_fund(replies: Sequence[Reader]) -> Values:
    """The account that is paid into, at the city's fund or the province's, else one that was; and
    what is owed to both. Without an account, no month was paid."""
    accounts = [each for each in (reply.part("account") for reply in replies) if each is not None]
    if not accounts:
        return {
            "status": NO_ACCOUNT,
            "continuous_months": 0,
            "months_12": 0,
            "monthly_amount": 0,
            "person_rate": None,
            "unit_rate": None,
            "base": None,
            "base_average_12m": None,
            "balance": None,
            "employer_type": None,
            "loan_balance": None,
            "withdrawals_12m": None,
        }
    account = min(accounts, key=_how_far_from_paid)
    return {
        "status": account.word("status", _STANDINGS),
        "continuous_months": account.whole("continuous_months"),
        "months_12": account.whole("months_12"),
        "monthly_amount": account.fen("monthly_amount"),
        "person_rate": account.ratio("person_rate"),
        "unit_rate": account.ratio("unit_rate"),
        "base": account.fen("base"),
        "base_average_12m": account.fen("base_avg_12m"),
        "balance": account.fen("balance"),
        "employer_type": account.word("employer_type", EMPLOYER_TYPES),
        "loan_balance": total(
            (each.fen("loan_balance") for each in accounts), "reply.data.account.loan_balance"
        ),
        "withdrawals_12m": account.whole("withdrawals_12m"),
    }


_STANDINGS = ("正常", "封存", "销户")


def _how_far_from_paid(account: Reader) -> int:
    """The place of its standing; one without any comes last."""
    standing = account.word("status", _STANDINGS)
    return len(_STANDINGS) if standing is None else _STANDINGS.index(standing)


def tax(replies: Sequence[Reader]) -> Values:
    """A taxpayer's standing, and the income declared for personal tax."""
    (reply,) = replies
    taxpayer = reply.part("taxpayer")
    return {
        "grade": taxpayer.word("grade", TAX_GRADES) if taxpayer else None,
        "owes": taxpayer.flag("owes") if taxpayer else False,
        "income_declared_12m": reply.fen("income_declared_12m"),
        "sales_12m": taxpayer.fen("sales_12m") if taxpayer else None,
        "sales_growth": taxpayer.change("sales_growth") if taxpayer else None,
        "paid_12m": taxpayer.fen("paid_12m") if taxpayer else None,
        "zero_filing_months": taxpayer.whole("zero_filing_months") if taxpayer else None,
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
            "subsidy_years": 0,
            "net_income_per_mu": None,
            "livestock": 0.0,
            "operator_level": OPERATOR_LEVELS[-1],
            "machinery_value": 0,
        }
    return {
        "contract_mu": farm.ratio("contract_mu"),
        "transferred_in_mu": farm.ratio("transferred_in_mu"),
        "subsidy_12m": farm.fen("subsidy_12m"),
        "main_crop": farm.word("main_crop"),
        "insured": farm.flag("insured"),
        "subsidy_years": farm.whole("subsidy_years"),
        "net_income_per_mu": farm.fen("net_income_per_mu"),
        "livestock": farm.ratio("livestock"),
        "operator_level": farm.word("operator_level", OPERATOR_LEVELS),
        "machinery_value": farm.fen("machinery_value"),
    }
