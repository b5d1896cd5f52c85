"""What was told under a wrong ID number, once the right one is known."""

import threading
from datetime import date

import pytest
from django.db import connection, transaction

from admission import handlers
from admission.deliveries.classes import CLASSES, WATCH_LISTS
from admission.errors import OverrideNotAllowed
from admission.models import Authorisation, Decision, Deposit, Figures, KnownFeatures, SourceRecord
from admission.selectors import is_newest, newest_decisions, refusals_after
from admission.services import admitting, deliveries, gathering, overriding, reading_again
from admission.services.authorisations import answered
from admission.services.gathering import Person, fresh, gather
from admission.sources import SOURCES
from config.wiring import HANDLERS
from core.models import AuditEntry, Outbox
from tests import make
from tests.admission.brought import AT, JUNE, bring, paid
from tests.admission.conftest import AS_OF, allow, decided
from tests.admission.heard import heard, overrides_run_for
from tests.admission.test_overriding import officer, overridden, proposed
from tests.waiting import until_others_wait
from village.events import NumberCorrected
from village.models import Customer
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
    assert handlers.look_renumbered_up in HANDLERS[NumberCorrected]
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


class TestDecisions:
    """What was decided on the answers about somebody else."""

    @pytest.fixture(autouse=True)
    def _long_overrides(self):
        overrides_run_for("5000")

    def test_it_is_marked_on_record_and_is_nobodys_newest_decision(self, rules):
        refused = heard(gov_dishonest=True)
        neighbour = heard()

        correct(refused.customer)

        refused.refresh_from_db()
        assert (refused.under_other_number, refused.outcome) == (True, "refuse")
        assert not is_newest(refused)
        assert not newest_decisions([refused.customer_id], "granting").exists()
        assert not refusals_after(0, refused.customer_id, "granting").exists()
        noted = AuditEntry.objects.get(action="admission.decision.under_other_number")
        assert noted.object_id == refused.pk
        neighbour.refresh_from_db()
        assert is_newest(neighbour)

    def test_the_person_is_decided_about_again_when_the_village_is(self, rules):
        person = heard().customer
        day = Decision.objects.get().as_of
        assert admitting.still_fresh([person.pk], day=day) == {person.pk}

        correct(person)

        assert admitting.still_fresh([person.pk], day=day) == set()

    def test_it_asks_nobody_for_evidence_any_more(self, rules):
        asking = heard(gov_suit_def_24m=1)
        assert list(Decision.objects.asking()) == [asking]

        correct(asking.customer)

        assert not Decision.objects.asking().exists()

    def test_what_head_office_allowed_of_somebody_else_is_allowed_no_more(self, rules):
        again = overridden(heard(gov_dishonest=True))
        mine = overriding.live([again.customer_id], purpose="granting", on=again.as_of)
        assert mine == {again.customer_id: again.override}

        correct(again.customer)

        assert not overriding.live([again.customer_id], purpose="granting", on=again.as_of)

    def test_an_override_of_it_is_neither_proposed_nor_agreed_to(self, rules):
        refused = heard(gov_dishonest=True)
        waiting = proposed(refused)

        correct(refused.customer)

        with pytest.raises(OverrideNotAllowed):
            overriding.approve(waiting.pk, actor=officer(), at=AT)
        overriding.decline(waiting.pk, actor=officer(), at=AT, comment="证号有误")
        with pytest.raises(OverrideNotAllowed):
            proposed(refused)


class TestUnderWay:
    """The number is corrected while others are being asked under the old one."""

    @pytest.fixture
    def corrected_meanwhile(self, monkeypatch):
        """Everything was asked; before it is written down, two people correct the number."""
        keep = gathering._keep

        def late(heard, claimed_at):
            for person in {each.question.subject.customer_id for each in heard}:
                correct(Authorisation.objects.get(customer=person).customer)
            return keep(heard, claimed_at)

        monkeypatch.setattr(gathering, "_keep", late)

    def test_a_bureaus_answer_is_not_the_new_persons(self, world, corrected_meanwhile):
        person = world.customer("sound")
        leave = allow(person)

        gather([Person(person, leave)], ["pboc"], as_of=AS_OF, at_once=1)

        told = SourceRecord.objects.get()
        assert told.status == "other_number"
        assert told.raw
        assert told.error
        assert fresh([Person(person, leave)], [SOURCES["pboc"]], AS_OF)[person.pk] == {}

    def test_the_decision_is_marked_as_well(self, world, rules, corrected_meanwhile):
        person = world.customer("sound")
        allow(person)

        made = decided(person)

        assert made.under_other_number
        assert Decision.objects.get().under_other_number
        assert not newest_decisions([person.pk], "granting").exists()

    def test_an_answer_put_aside_is_not_read_again_as_the_new_persons(self, rules):
        person = make.customer()
        leave = allow(person)
        aside = SourceRecord.objects.create(
            customer=person, source="pboc", authorisation=leave, as_of=AS_OF,
            status="quarantined", asked_at=AT, took_ms=1, raw="<report/>", error="?",
        )  # fmt: skip

        correct(person)

        aside.refresh_from_db()
        assert not reading_again.may_be_read_again(aside)


@pytest.mark.django_db(transaction=True)
def test_whoever_corrects_a_number_waits_for_the_answer_being_written_and_finds_it(world):
    person = world.customer("sound")
    asked_about = Person(Customer.objects.get(pk=person.pk), allow(person))

    def ask():
        try:
            gather([asked_about], ["pboc"], as_of=AS_OF, at_once=1)
        finally:
            connection.close()

    asking = threading.Thread(target=ask)
    with transaction.atomic():
        correct(person)
        asking.start()
        until_others_wait(1)
    asking.join()

    assert SourceRecord.objects.get().status == "other_number"
