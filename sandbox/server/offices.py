"""What each government office, carrier and list answers about one person, in its own words.

Money is yuan as a decimal string. Days are ISO dates, reckoned back from the day asked about.
"""

import base64
import io
import random
from collections.abc import Callable
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from PIL import Image, ImageStat

from sandbox.farming import MACHINES_PER_MU, NET_INCOME_PER_MU, operator_level
from sandbox.server.world import Person

Question = dict[str, Any]
Answer = dict[str, Any]
DULLEST_FACE = 8.0  # grey levels of 255, by which the picture of a face surely varies
Office = Callable[[Person | None, Question, date], Answer]


def digest(id_number: str) -> str:
    """Whom an answer is about, without saying the number: the SHA-256 of it in hexadecimal."""
    return sha256(id_number.encode()).hexdigest()


def yuan(amount: float | None) -> str | None:
    """An amount as offices write it: 1234.00."""
    return None if amount is None else f"{amount:.2f}"


def dice(person: Person, subject: str) -> random.Random:
    """Chance that is always the same for one person and one subject."""
    return random.Random(f"{person['id_number']}/{subject}")


def months_ago(as_of: date, months: int) -> date:
    """The first day of the month ``months`` before that of ``as_of``."""
    index = as_of.year * 12 + as_of.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def identity(person: Person | None, question: Question, as_of: date) -> Answer:
    """Police: do name and number belong together, alive, registered where, listed for what."""
    if person is None:
        return {
            "id_match": False, "person_status": None, "hukou_area": None, "special_list": None,
            "fraud_card": None,
        }  # fmt: skip
    given = question.get("name")
    listed = person["gov_police_list"]
    return {
        "id_match": person["police_id_match"] and given in (None, "", person["name"]),
        "person_status": person["police_person_status"],
        "hukou_area": person["police_hukou_area"],
        "special_list": None
        if listed is None
        else {"type": listed, "expires_on": person["police_list_expire"]},
        "fraud_card": person["gov_fraud_card"],
    }


def face(person: Person | None, question: Question, as_of: date) -> Answer:
    """Police: how like the photograph on file the one given is, 0 to 1."""
    given = question["image_digest"]
    if person is None:
        return {"score": None, "live": None, "image_digest": given}
    is_live = "image" not in question or shows_something(question["image"])
    score = person["face_score"] if is_live else 0.0
    return {"score": score, "live": is_live, "image_digest": given}


def shows_something(image: str) -> bool:
    """Whether a picture (JPEG, base64) could show a face at all: a cap on the lens does not."""
    with Image.open(io.BytesIO(base64.b64decode(image))) as picture:
        return ImageStat.Stat(picture.convert("L")).stddev[0] > DULLEST_FACE


def marriage(person: Person | None, question: Question, as_of: date) -> Answer:
    """Civil affairs: marital status as registered, and when it last changed."""
    if person is None:
        return {"status": None, "divorce_months": None, "changed_on": None, "dibao": None}
    months = person["gov_divorce_months"]
    return {
        "status": person["gov_marital"],
        "divorce_months": months,
        "changed_on": None if months is None else months_ago(as_of, months).isoformat(),
        "dibao": person["gov_dibao"],
    }


def cases(person: Person | None, question: Question, as_of: date) -> Answer:
    """Courts: lists, open enforcement, loan disputes as defendant in 24 months, capacity."""
    if person is None:
        return {
            "dishonest": False, "consumption_limit": False, "open_enforcement_amount": "0.00",
            "enforcement": [], "defendant_24m": 0, "suits": [], "capacity": None,
        }  # fmt: skip
    rng = dice(person, "courts")
    owed, suits = person["gov_exec_open_amt"], person["gov_suit_def_24m"]
    opened = as_of - timedelta(days=rng.randint(30, 600))
    return {
        "dishonest": person["gov_dishonest"],
        "consumption_limit": person["gov_consume_limit"],
        "open_enforcement_amount": yuan(owed),
        "enforcement": [
            {
                "case_no": f"（{opened.year}）苏0723执{rng.randint(100, 4999)}号",
                "amount": yuan(owed),
                "opened_on": opened.isoformat(),
            }
        ]
        if owed
        else [],
        "defendant_24m": suits,
        "suits": [
            {
                "case_no": f"（{as_of.year}）苏0723民初{rng.randint(100, 9999)}号",
                "cause": rng.choice(["金融借款合同纠纷", "民间借贷纠纷", "信用卡纠纷"]),
                "filed_on": (as_of - timedelta(days=rng.randint(10, 700))).isoformat(),
            }
            for _ in range(suits)
        ],
        "capacity": person["court_capacity"],
    }


def government_risk(person: Person | None, question: Question, as_of: date) -> Answer:
    """Government affairs: serious-dishonesty lists."""
    return {"risk_type": None if person is None else person["gov_risk"]}


def social_security(person: Person | None, question: Question, as_of: date) -> Answer:
    """Social security: status, unbroken months, base, employer."""
    if person is None:
        return {"insured": None}
    base = person["ss_base_now"]
    return {
        "insured": {
            "status": person["ss_status"],
            "type": person["ss_resident_type"],
            "continuous_months": person["ss_cont_months"],
            "months_12": person["ss_months_12"],
            "base_now": yuan(base),
            "base_avg_12m": yuan(base and round(base * 0.98)),
            "base_12m_ago": yuan(base and round(base * 0.95)),
            "employer": person["ss_employer"],
            "employer_size": base and 5 + dice(person, "employer").randint(0, 240),
            "employers_24m": person["ss_employer_cnt_24m"],
        }
    }


def provident_fund(person: Person | None, question: Question, as_of: date) -> Answer:
    """Provident fund of the city or the province: each knows only its own members."""
    scope = question.get("scope", "city")
    if person is None or person["pf_scope"] != scope:
        return {"scope": scope, "account": None}
    base, rate = person["pf_base"], person["pf_rate"]
    return {
        "scope": scope,
        "account": {
            "status": person["pf_status"],
            "continuous_months": person["pf_cont_months"],
            "months_12": person["pf_months_12"],
            "base": yuan(base),
            "base_avg_12m": yuan(round(base * 0.98)),
            "person_rate": rate,
            "unit_rate": rate,
            "monthly_amount": yuan(base * rate * 2),
            "balance": yuan(person["pf_bal"]),
            "employer": person["ss_employer"],
            "employer_type": person["pf_employer_type"],
            "loan_balance": yuan(person["pf_loan_bal"]),
            "withdrawals_12m": dice(person, "fund").choice([0, 0, 0, 0, 1, 2]),
        },
    }


CENTRES = {"city": "市不动产登记中心", "county": "县不动产登记中心"}
FIRMS = {"first": "第一房地产评估公司（演示）", "second": "第二房地产评估公司（演示）"}


def real_estate(person: Person | None, question: Question, as_of: date) -> Answer:
    """Real estate, of one centre or of both: each knows the homes in its own register.

    Homes with mortgages, seals and disputes; contracted land as parcels, which the county keeps.
    """
    centre = question.get("centre")
    if person is None:
        return {"centre": centre, "homes": [], "parcels": []}
    homes, parcels = _titles(person, as_of)
    if centre is not None:
        homes = [each for each in homes if _centre_of(each) == centre]
        parcels = parcels if centre == "county" else []
    return {"centre": centre, "homes": homes, "parcels": parcels}


def _centre_of(home: Answer) -> str:
    """In whose register a home stands: the last digit of its number says so."""
    return "city" if home["unit_no"][-1] in "02468" else "county"


def valuation(person: Person | None, question: Question, as_of: date) -> Answer:
    """A valuer: what each home of the person would sell for, in the eyes of one of two firms."""
    firm = question.get("firm", "first")
    homes = [] if person is None else _titles(person, as_of)[0]
    rng = random.Random(f"{firm}/{homes[0]['unit_no']}" if homes else firm)
    return {
        "firm": firm,
        "assessments": [
            {
                "unit_no": each["unit_no"],
                "value": yuan(round(float(each["value"]) * rng.uniform(0.93, 1.06), -2)),
                "area_m2": each["area_m2"],
                "assessed_on": (as_of - timedelta(days=rng.randint(0, 5))).isoformat(),
            }
            for each in homes
        ],
    }


def _titles(person: Person, as_of: date) -> tuple[list[Answer], list[Answer]]:
    rng, count = dice(person, "titles"), person["re_cnt"]
    homes = []
    for number in range(count):
        newest = number == 0
        held = person["re_hold_months"] + (0 if newest else rng.randint(12, 90))
        owed = person["re_mort_amt"] if newest else 0
        new = newest and person["re_new_mortgage_12m"] > 0
        lent = months_ago(as_of, min(rng.randint(1, 10) if new else 13 + held // 2, held))
        homes.append(
            {
                "unit_no": f"32072300{rng.randint(1000, 9999)}GB{rng.randint(10000, 99999)}",
                "usage": "住宅",
                "area_m2": round(person["re_area"] / count, 2),
                "value": yuan(person["re_value_est"] // count),
                "share": rng.choice([1.0, 1.0, 0.5]),
                "zone": person["re_zone"],
                "registered_on": months_ago(as_of, held).isoformat(),
                "mortgages": [
                    {
                        "holder": "演示商业银行",
                        "amount": yuan(owed),
                        "registered_on": lent.isoformat(),
                    }
                ]
                if owed
                else [],
                "sealed": newest and person["re_seal_flag"],
                "dispute": newest and person["re_dispute_flag"],
            }
        )
    land = person["agri_land_mu"]
    parcel = {"parcel_no": f"{person['village']}{rng.randint(10000, 99999)}", "area_mu": land}
    return homes, [{**parcel, "right": "土地承包经营权"}] if land else []


def business_registry(person: Person | None, question: Question, as_of: date) -> Answer:
    """Business registry: the one business a person runs, if any, and its standing."""
    if person is None or person["biz_role"] == "无":
        return {"role": "无", "businesses": []}
    rng = dice(person, "business")
    return {
        "role": person["biz_role"],
        "businesses": [
            {
                "registration_no": f"320723{rng.randint(10**8, 10**9 - 1)}",
                "name": f"{person['name'][0]}记{rng.choice('兴顺和丰盛')}商行（演示）",
                "status": person["biz_status"],
                "established_on": months_ago(as_of, person["biz_age_months"]).isoformat(),
                "paid_in_capital": yuan(person["biz_capital"]),
                "share": 1.0 if person["biz_role"] == "个体经营者" else 0.6,
                "industry": person["biz_industry"],
                "abnormal": person["biz_abn_flag"],
                "punishments_12m": person["biz_punish_12m"],
                "changes_6m": person["biz_chg_6m"],
            }
        ],
    }


def tax(person: Person | None, question: Question, as_of: date) -> Answer:
    """Tax: the business's grade, sales and arrears; the person's declared annual income."""
    if person is None:
        return {"taxpayer": None, "income_declared_12m": None}
    income = yuan(person["tax_iit_income"])
    if person["tax_grade"] is None:
        return {"taxpayer": None, "income_declared_12m": income}
    return {
        "taxpayer": {
            "grade": person["tax_grade"],
            "sales_12m": yuan(person["tax_sales_12m"]),
            "sales_growth": person["tax_sales_yoy"],
            "paid_12m": yuan(person["tax_paid_12m"]),
            "zero_filing_months": person["tax_zero_months"],
            "owes": person["tax_owe_flag"],
        },
        "income_declared_12m": income,
    }


def agriculture(person: Person | None, question: Question, as_of: date) -> Answer:
    """Agricultural office: land contracted and taken in, subsidy, crop, stock, insurance."""
    if person is None:
        return {"farm": None}
    return {
        "farm": {
            "contract_mu": person["agri_land_mu"],
            "transferred_in_mu": person["agri_land_in_mu"],
            "subsidy_12m": yuan(person["agri_subsidy_12m"]),
            "subsidy_years": person["agri_subsidy_years"],
            "main_crop": person["agri_crop_main"],
            "livestock": person["agri_stock_cnt"],
            "net_income_per_mu": yuan(NET_INCOME_PER_MU.get(person["agri_crop_main"])),
            "operator_level": operator_level(person["agri_land_mu"], person["agri_land_in_mu"]),
            "machinery_value": yuan(person["agri_land_in_mu"] * MACHINES_PER_MU),
            "insured": person["agri_insurance"],
        }
    }


def baihang(person: Person | None, question: Question, as_of: date) -> Answer:
    """Baihang, the market's bureau: non-bank applications, balances, arrears."""
    if person is None:
        return {"found": False}
    return {
        "found": True,
        "apply_orgs_3m": person["bh_apply_org_3m"],
        "apply_count_3m": person["bh_apply_cnt_3m"],
        "open_balance": yuan(person["bh_open_bal"]),
        "overdue_12m": person["bh_od_flag_12m"],
        "special_list": person["bh_special_list"],
    }


def phone(person: Person | None, question: Question, as_of: date) -> Answer:
    """Carrier: is the number registered under this name, and for how many months in use."""
    if person is None or not person["phone"]:
        return {"name_match": None, "online_months": None}
    same = question.get("phone") in (None, "", person["phone"])
    return {
        "name_match": bool(person["phone_name_match"] and same),
        "online_months": person["phone_online_months"] if same else None,
    }


def aml(person: Person | None, question: Question, as_of: date) -> Answer:
    """Anti-money-laundering desk: sanctions lists and the customer's risk grade."""
    if person is None:
        return {"list_hit": False, "risk_grade": None}
    return {"list_hit": person["aml_list_hit"], "risk_grade": person["aml_risk_grade"]}


OFFICES: dict[str, Office] = {
    "police/identity": identity,
    "police/face": face,
    "civil/marriage": marriage,
    "courts/cases": cases,
    "gov/risk": government_risk,
    "social-security": social_security,
    "provident-fund": provident_fund,
    "real-estate": real_estate,
    "valuation": valuation,
    "business-registry": business_registry,
    "tax": tax,
    "agriculture": agriculture,
    "baihang": baihang,
    "phone": phone,
    "aml": aml,
}
WITHOUT_AUTHORISATION = {"aml"}
"""Sources that the bank may ask without a customer's leave."""
