"""The drawn moves are possible and no others: every state × every move."""

from datetime import UTC, date, datetime

import pytest
from django_fsm import TransitionNotAllowed

from credit.models import Application, CreditLine, Drawdown
from village.models import Customer

AT = datetime(2026, 6, 30, tzinfo=UTC)

APPLICATION_MOVES = {
    "submit": ({}, "draft"),
    "screen": ({}, "submitted"),
    "investigate": ({}, "submitted screening"),
    "ask_approval": ({}, "submitted screening investigating"),
    "approve": (
        {"amount": 1, "at": AT},
        "submitted screening investigating approving",
    ),
    "screen_again": ({}, "investigating approving approved signing"),
    "ask_signature": ({}, "approved"),
    "register": ({}, "approved signing"),
    "make_ready": ({}, "approved signing registering"),
    "disburse": ({"at": AT}, "ready"),
    "refuse": (
        {"code": "x", "text": "x", "at": AT},
        "submitted screening investigating approving approved signing",
    ),
    "withdraw": (
        {},
        "draft submitted screening investigating approving approved signing ready",
    ),
    "expire": ({}, "draft approved signing ready"),
}
DRAWDOWN_MOVES = {
    "check_passed": ({}, "requested"),
    "send": ({"at": AT}, "checked"),
    "confirm": ({"reference": "x", "at": AT}, "paying unknown"),
    "fail": ({"reason": "x"}, "paying unknown"),
    "lose_sight": ({}, "paying"),
}
LINE_MOVES = {
    "confirm": ({"amount": 1, "borrower": Customer()}, "pre_granted"),
    "sign": ({}, "granted"),
    "activate": ({}, "granted signed"),
    "freeze": ({"reason": "x"}, "granted signed active"),
    "thaw": ({}, "frozen"),
}


def every(model, moves):
    """Every state × every move, and whether it is drawn."""
    return [
        pytest.param(model, state, move, given, state in sources.split(), id=f"{state}-{move}")
        for state in model.Status.values
        for move, (given, sources) in moves.items()
    ]


@pytest.mark.parametrize(
    ("model", "state", "move", "given", "is_drawn"),
    [
        *every(Application, APPLICATION_MOVES),
        *every(Drawdown, DRAWDOWN_MOVES),
        *every(CreditLine, LINE_MOVES),
    ],
)
def test_only_the_drawn_moves_are_possible(model, state, move, given, is_drawn):
    record = model(status=state)
    if move == "submit":
        given = {"at": AT}

    if is_drawn:
        getattr(record, move)(**given)
        assert record.status != state
    else:
        with pytest.raises(TransitionNotAllowed):
            getattr(record, move)(**given)


@pytest.mark.parametrize(
    ("status", "day", "is_open"),
    [
        ("granted", date(2026, 6, 30), True),
        ("active", date(2027, 6, 30), True),
        ("granted", date(2026, 6, 29), False),
        ("granted", date(2027, 7, 1), False),
        ("pre_granted", date(2026, 6, 30), False),
        ("frozen", date(2026, 6, 30), False),
    ],
)
def test_money_is_drawn_only_under_an_open_line_within_its_days(status, day, is_open):
    line = CreditLine(
        status=status, valid_from=date(2026, 6, 30), valid_to=date(2027, 6, 30), amount=1
    )

    assert line.is_open_on(day) is is_open
