"""What was told under a wrong ID number, once the right one is known."""

from datetime import date

import pytest

from admission import handlers
from admission.deliveries.classes import CLASSES, WATCH_LISTS
from admission.models import Authorisation, Deposit, Figures, KnownFeatures, SourceRecord
from admission.services import deliveries
from admission.services.authorisations import answered
from admission.services.gathering import Person, fresh
from admission.sources import SOURCES
from config.wiring import HANDLERS
from core.models import Outbox
from tests import make
from tests.admission.brought import AT, JUNE, bring, paid
from tests.admission.conftest import AS_OF, allow
from village.events import NumberCorrected
from village.services import number_corrections

pytestmark = pytest.mark.django_db

RIGHT = make.id_number(date(1979, 4, 8), serial=622)
LISTED = "证件号码,数据日期,名单类别,名单来源,列入原因,列入日期"


def correct(person):
    made = number_corrections.ask(person.pk, number=RIGHT, because="身份证核对", actor=make.staff())
    number_corrections.agree(made.pk, number=RIGHT, actor=make.staff())
    person.refresh_from_db()


def on_the_list(number):
    return f"{number},{JUNE},黑,省联社,失信,2026-05-01"


def test_an_answer_about_the_old_number_is_not_used_again_and_stays_on_file():
    person = make.customer()
    leave = allow(person)
    source = SOURCES["pboc"]
    told = SourceRecord.objects.create(
        customer=person,
        source="pboc",
        authorisation=leave,
        as_of=AS_OF,
        status="answered",
        asked_at=AT,
        took_ms=1,
        raw="<report/>",
        values={"x": 1},
    )
    assert fresh([Person(person, leave)], [source], AS_OF)[person.pk] == {"pboc": told}

    correct(person)

    assert fresh([Person(person, leave)], [source], AS_OF)[person.pk] == {}
    assert answered([person.pk], source, purpose=leave.purpose, on=AS_OF) == set()
    told.refresh_from_db()
    assert (told.status, told.raw, told.values) == ("other_number", "<report/>", {"x": 1})
    assert Authorisation.objects.get().withdrawn_at is None


def test_figures_and_deposits_of_the_old_number_are_gone_and_a_neighbours_stay():
    person, neighbour = make.customer(), make.customer()
    bring(paid(person), paid(neighbour))
    for each in (person, neighbour):
        KnownFeatures.objects.create(customer=each, values={"age": 1}, seal=1, since=JUNE)
        Deposit.objects.create(
            customer=each,
            as_of=JUNE,
            **dict.fromkeys(
                ["balance", "average_1m", "average_3m", "average_3m_before", "average_12m"], 1
            ),
            **dict.fromkeys(["paid_in_12m", "payroll_months_12m", "months_open"], 1),
        )

    correct(person)

    for model in (Figures, KnownFeatures, Deposit):
        assert [each.customer for each in model.objects.all()] == [neighbour]


def look_again():
    """What the worker does that is told of a corrected number."""
    deliveries.match_again(deliveries.newest(CLASSES[WATCH_LISTS]).pk)


def test_the_newest_black_list_says_anew_who_is_on_it():
    listed, other = make.customer(), make.customer()
    bring(on_the_list(listed.id_number), head=LISTED)
    listed.refresh_from_db()
    assert listed.watch_flag == "black"

    correct(listed)
    assert Outbox.objects.filter(body={"customer_id": listed.pk}).exists()
    assert HANDLERS[NumberCorrected] == [handlers.look_renumbered_up]
    look_again()

    listed.refresh_from_db()
    assert listed.watch_flag == ""
    assert other.watch_flag == ""


def test_whoever_is_on_the_list_under_the_right_number_is_barred():
    person = make.customer()
    bring(on_the_list(RIGHT), head=LISTED)
    assert person.watch_flag == ""

    correct(person)
    look_again()

    person.refresh_from_db()
    assert person.watch_flag == "black"
