"""The files in which offices answer of people: police, courts, lists, carriers, Baihang, and the
desk against money laundering.

They say what the offices' services say of the same people. A county's files answer of everybody;
brought in by hand, they let the county's run know of everybody what these offices know. The demo
takes in what they answer of a short list: everybody else is asked about, and whoever stops an
office there still sees that silence is not a yes.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from sandbox.county.deliveries import Adults

ANSWERS_FOLDER = "deliveries_answers"
LIST_FOLDER = "deliveries_of_a_list"


def _police(adults: "Adults") -> pl.DataFrame:
    return adults.file(
        _everybody(adults),
        {
            "姓名与证件相符": _yes(adults, "police_id_match"),
            "人员状态": adults.world["police_person_status"],
            "户籍地区划代码": adults.world["police_hukou_area"],
            "公安特殊名单": adults.world["gov_police_list"].fill_null("无"),
            "特殊名单到期日": adults.world["police_list_expire"],
            "涉案银行卡": _yes(adults, "gov_fraud_card"),
        },
    )


def _courts(adults: "Adults") -> pl.DataFrame:
    return adults.file(
        _everybody(adults),
        {
            "失信被执行人": _yes(adults, "gov_dishonest"),
            "限制消费": _yes(adults, "gov_consume_limit"),
            "未结执行标的(元)": adults.world["gov_exec_open_amt"],
            "近24月被告案件数": adults.world["gov_suit_def_24m"],
            "民事行为能力": adults.world["court_capacity"],
        },
    )


def _government(adults: "Adults") -> pl.DataFrame:
    listed = adults.world["gov_risk"].fill_null("无")
    return adults.file(_everybody(adults), {"政务严重失信名单": listed})


def _civil_affairs(adults: "Adults") -> pl.DataFrame:
    divorced = adults.known("gov_divorce_months")
    changed = np.where(divorced, adults.days_before(adults.values("gov_divorce_months")), "")
    return adults.file(
        _everybody(adults),
        {
            "登记婚姻状况": adults.world["gov_marital"],
            "婚姻变更日期": changed,
            "低保救助": _yes(adults, "gov_dibao"),
        },
    )


def _phone(adults: "Adults") -> pl.DataFrame:
    """Of whoever has a number: the carrier knows nobody else."""
    return adults.file(
        adults.known("phone"),
        {
            "手机实名一致": _yes(adults, "phone_name_match"),
            "手机在网时长": adults.world["phone_online_months"],
        },
    )


def _baihang(adults: "Adults") -> pl.DataFrame:
    return adults.file(
        _everybody(adults),
        {
            "近3月非银申请机构数": adults.world["bh_apply_org_3m"],
            "近3月非银申请次数": adults.world["bh_apply_cnt_3m"],
            "非银在贷余额(元)": adults.world["bh_open_bal"],
            "近12月非银逾期": _yes(adults, "bh_od_flag_12m"),
            "百行特别关注": _yes(adults, "bh_special_list"),
        },
    )


def _aml(adults: "Adults") -> pl.DataFrame:
    return adults.file(
        _everybody(adults),
        {
            "命中制裁或监控名单": _yes(adults, "aml_list_hit"),
            "洗钱风险等级": adults.world["aml_risk_grade"],
        },
    )


def _everybody(adults: "Adults") -> np.ndarray:
    return np.ones(adults.count, dtype=bool)


def _yes(adults: "Adults", name: str) -> pl.Series:
    told = adults.world[name]
    return told.replace_strict({True: "是", False: "否"}, return_dtype=pl.String)


ANSWERS: dict[str, Callable[["Adults"], pl.DataFrame]] = {
    "police": _police,
    "courts": _courts,
    "government": _government,
    "civil_affairs": _civil_affairs,
    "phone": _phone,
    "baihang": _baihang,
    "aml": _aml,
}
