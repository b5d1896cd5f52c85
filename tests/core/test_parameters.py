from datetime import date
from decimal import Decimal

import pytest

from core import parameters
from core.models import Parameter

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _lpr():
    for day, value in [(date(2024, 7, 22), "3.35"), (date(2024, 10, 21), "3.10")]:
        Parameter.objects.create(name="test.lpr", value=value, valid_from=day, source="made up")
    Parameter.objects.create(
        name="test.easing",
        value=300_000,
        valid_from=date(2025, 1, 1),
        valid_to=date(2025, 12, 31),
        source="made up",
    )


@pytest.mark.parametrize(
    ("day", "rate"),
    [
        (date(2024, 7, 22), "3.35"),
        (date(2024, 10, 20), "3.35"),
        (date(2024, 10, 21), "3.10"),
        (date(2030, 1, 1), "3.10"),
    ],
)
def test_the_newest_value_that_has_begun_is_in_force(day, rate):
    assert parameters.number("test.lpr", on=day) == Decimal(rate)


@pytest.mark.parametrize("day", [date(2024, 7, 21), date(2000, 1, 1)])
def test_before_its_first_day_a_figure_is_unknown(day):
    with pytest.raises(parameters.ParameterUnknown, match="test.lpr"):
        parameters.value("test.lpr", on=day)


def test_a_figure_that_has_ended_is_unknown():
    assert parameters.value("test.easing", on=date(2025, 12, 31)) == 300_000
    with pytest.raises(parameters.ParameterUnknown):
        parameters.value("test.easing", on=date(2026, 1, 1))
