"""Police, courts, government lists, civil affairs, carriers, sanctions, core bank: their words."""

from collections.abc import Sequence

from admission.features.offices import GOVERNMENT_LISTS, MARITAL, NOT_LISTED, POLICE_LISTS
from admission.sources.reading import Reader, Values, total


def police(replies: Sequence[Reader]) -> Values:
    """Identity, registration, lists. Whom the police do not know has no list entry either."""
    (reply,) = replies
    known = reply.flag("id_match")
    listed = reply.part("special_list")
    status = reply.word("person_status", ("正常", "死亡", "注销"))
    nobody = status is None
    return {
        "id_match": known,
        "person_status": status,
        "hukou_area": reply.word("hukou_area"),
        "list_type": (None if nobody else NOT_LISTED)
        if listed is None
        else listed.word("type", POLICE_LISTS),
        "list_expires_on": listed.day("expires_on") if listed else None,
        "fraud_card": reply.flag("fraud_card"),
    }


def courts(replies: Sequence[Reader]) -> Values:
    """Lists, enforcement, suits, capacity; full capacity where no court ever ruled on it."""
    (reply,) = replies
    return {
        "dishonest": reply.flag("dishonest"),
        "consumption_limit": reply.flag("consumption_limit"),
        "open_enforcement": reply.fen("open_enforcement_amount"),
        "defendant_24m": reply.whole("defendant_24m"),
        "capacity": reply.word("capacity", ("完全", "限制", "无")) or "完全",
    }


def government(replies: Sequence[Reader]) -> Values:
    """Serious-dishonesty lists."""
    (reply,) = replies
    return {"risk_type": reply.word("risk_type", GOVERNMENT_LISTS) or NOT_LISTED}


def civil_affairs(replies: Sequence[Reader]) -> Values:
    """Marital status, since when, and whether the person receives social assistance."""
    (reply,) = replies
    return {
        "status": reply.word("status", MARITAL),
        "changed_on": reply.day("changed_on"),
        "dibao": reply.flag("dibao"),
    }


def phone(replies: Sequence[Reader]) -> Values:
    """Whose number it is, and for how long."""
    (reply,) = replies
    return {"name_match": reply.flag("name_match"), "online_months": reply.whole("online_months")}


def aml(replies: Sequence[Reader]) -> Values:
    """Sanctions lists and the customer's grade."""
    (reply,) = replies
    return {
        "list_hit": reply.flag("list_hit"),
        "risk_grade": reply.word("risk_grade", ("低", "中", "高", "禁止")),
    }


ACCOUNT_STATES = ("正常", "冻结", "止付", "睡眠", "销户")


def core_bank(replies: Sequence[Reader]) -> Values:
    """The person's accounts with us: how many, how many not in order, what stands on them."""
    (reply,) = replies
    accounts = reply.parts("accounts", once_by=["account_no"])
    states = [each.word("status", ACCOUNT_STATES) for each in accounts]
    return {
        "accounts": len(accounts),
        "not_normal": total(
            (None if each is None else each != ACCOUNT_STATES[0] for each in states),
            "reply.data.accounts.status",
        ),
        "balance": total((each.fen("balance") for each in accounts), "reply.data.accounts.balance"),
    }
