import logging

import pytest

from core.logs import NoPersonalData

CANARY_ID = "11010519491231002X"
CANARY_MOBILE = "13812345678"


@pytest.fixture
def line(capsys):
    """Log one message the way production does and give back what was written."""

    def write(message: str, *args: object, exc_info: object = None) -> str:
        record = logging.LogRecord("qianmo", logging.INFO, "", 1, message, args, exc_info)
        NoPersonalData().filter(record)
        return logging.Formatter("%(message)s").format(record)

    return write


def test_no_id_or_mobile_number_leaves_in_a_message_or_its_arguments(line):
    written = line(f"asked about {CANARY_ID}, called %s", CANARY_MOBILE)

    assert CANARY_ID not in written
    assert CANARY_MOBILE not in written
    assert "asked about" in written


def test_none_leaves_in_a_traceback(line):
    try:
        raise ValueError(f"no such person: {CANARY_ID}")
    except ValueError as exc:
        written = line("failed", exc_info=(type(exc), exc, exc.__traceback__))

    assert CANARY_ID not in written
    assert "ValueError" in written


def test_longer_numbers_are_left_alone(line):
    assert "1101051949123100200001" in line("payment 1101051949123100200001")
