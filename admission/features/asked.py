"""What the application itself tells the rules: what is asked for, of which product, by whom."""

from dataclasses import dataclass

from admission.judgement.book import SILENT
from core.expressions import Field, Kind

GRANTING_TERM = 12
"""Months for which a line is looked at when no loan is asked for yet."""


@dataclass(frozen=True)
class Asked:
    """What a customer asks for. Amounts in fen; None is not known.

    ``new_instalment`` is the monthly burden of the new loan where the caller knows the schedule;
    otherwise it is the amount cut evenly over the term. Nothing asked burdens nobody.
    """

    amount: int | None = None
    term_months: int = GRANTING_TERM
    method: str = ""
    new_instalment: int | None = None
    income_month: int | None = None
    employer: str = ""
    face_score: float | None = None
    need_employer: bool = False
    need_provident_fund: bool = False
    is_operating: bool = False
    is_mortgage: bool = False
    is_online: bool = False
    max_age: int | None = None

    @property
    def burden(self) -> int:
        """What the new loan costs a month, fen."""
        if self.new_instalment is not None:
            return self.new_instalment
        return -(-(self.amount or 0) // max(self.term_months, 1))

    def row(self) -> dict[str, object]:
        """The values as rules see them."""
        return {
            "asked_amount": self.amount,
            "term_months": self.term_months,
            "new_instalment": self.burden,
            "income_declared": self.income_month,
            "employer_declared": self.employer or None,
            "face_score": self.face_score,
            "product_need_employer": self.need_employer,
            "product_need_pf": self.need_provident_fund,
            "product_is_operating": self.is_operating,
            "product_is_mortgage": self.is_mortgage,
            "product_is_online": self.is_online,
            "product_max_age": self.max_age,
        }


APPLICATION = "application"

ASKED_FIELDS = (
    Field("as_of", Kind.DATE, "判断日", APPLICATION, "day"),
    Field("asked_amount", Kind.MONEY, "申请金额", APPLICATION, "yuan"),
    Field("term_months", Kind.INTEGER, "期限", APPLICATION, "months"),
    Field("new_instalment", Kind.MONEY, "新增月还款", APPLICATION, "yuan"),
    Field("income_declared", Kind.MONEY, "申报月收入", APPLICATION, "yuan"),
    Field("employer_declared", Kind.TEXT, "申报单位", APPLICATION, "word"),
    Field("face_score", Kind.DECIMAL, "人脸比对分", APPLICATION, "score"),
    Field("product_need_employer", Kind.BOOL, "产品要求在职", APPLICATION, "flag"),
    Field("product_need_pf", Kind.BOOL, "产品要求公积金", APPLICATION, "flag"),
    Field("product_is_operating", Kind.BOOL, "经营类产品", APPLICATION, "flag"),
    Field("product_is_mortgage", Kind.BOOL, "抵押类产品", APPLICATION, "flag"),
    Field("product_is_online", Kind.BOOL, "线上产品", APPLICATION, "flag"),
    Field("product_max_age", Kind.INTEGER, "产品最高年龄", APPLICATION, "years"),
)

SOURCE_FIELDS = (Field(SILENT, Kind.INTEGER, "未答来源数", APPLICATION, "sources"),)

SPOUSE_FIELDS = (
    Field("spouse_authorised", Kind.BOOL, "配偶已授权", APPLICATION, "flag"),
    Field("spouse_high_hit", Kind.BOOL, "配偶命中高风险", APPLICATION, "flag"),
)
