"""Remote authorisation, the person's side: who they are, their face, their signature; used once."""

from datetime import date, timedelta

import pytest
from PIL import Image

from admission import services
from admission.errors import CheckAway, LinkDead, NotAuthorised, NotRecognised, RequestRefused
from admission.models import Authorisation, AuthorisationRequest
from admission.services import authorisation_papers, authorisation_requests, authorising
from core import documents, seals
from core.errors import MoveNotAllowed
from core.models import AuditEntry, Document, Notice, Outbox
from tests import make
from tests.admission.conftest import decided
from tests.admission.remotely import (
    AT,
    SOON,
    asked,
    drawn,
    face,
    identified,
    opened,
    recognised,
    saved,
    signed,
    stored,
)
from village.errors import PhotoRefused

pytestmark = pytest.mark.django_db
Status = AuthorisationRequest.Status


@pytest.fixture
def person(world):
    return world.customer("sound")


@pytest.fixture
def manager(person):
    return person.household.village.grid.manager


class TestIdentity:
    def test_register_and_police_agree(self, person, manager):
        started = opened(person, manager)

        identified(started, person)

        assert stored(started).status == Status.IDENTIFIED
        assert '"id_match": true' in stored(started).police_reply

    @pytest.mark.parametrize("wrong", ["name", "number"])
    def test_another_name_or_number_is_counted_and_not_passed(self, person, manager, wrong):
        started = opened(person, manager)
        other = make.customer(name="别的人")

        with pytest.raises(NotRecognised):
            authorising.identify(
                started.request.pk,
                name=other.name if wrong == "name" else person.name,
                id_number=other.id_number if wrong == "number" else person.id_number,
                at=SOON,
            )

        assert (stored(started).wrong_tries, stored(started).status) == (1, Status.OPENED)

    def test_the_fifth_wrong_try_locks_the_link_and_tells_the_manager(self, person, manager):
        started = opened(person, manager)
        for _each in range(authorising.MOST_WRONG_TRIES - 1):
            with pytest.raises(NotRecognised):
                authorising.identify(started.request.pk, name="错", id_number="0" * 18, at=SOON)

        with pytest.raises(LinkDead) as refused:
            authorising.identify(started.request.pk, name="错", id_number="0" * 18, at=SOON)

        assert refused.value.code == "locked"
        assert stored(started).status == Status.LOCKED
        assert Notice.objects.filter(user=manager, level="orange").count() == 1
        with pytest.raises(LinkDead):
            identified(started, person)

    def test_somebody_whom_the_police_do_not_know_is_not_passed(self, world, manager, person):
        stranger = make.customer(person.household, role="spouse", name="查无此人")
        started = opened(stranger, manager, applicant=person)

        with pytest.raises(NotRecognised):
            identified(started, stranger)

        assert stored(started).status == Status.OPENED

    @pytest.mark.parametrize("fault", ["500", "wrong"])
    def test_police_who_do_not_answer_or_answer_about_another_cost_no_try(
        self, world, person, manager, fault
    ):
        started = opened(person, manager)
        world.faults.set("police/identity", fault, None)

        with pytest.raises(CheckAway):
            identified(started, person)

        assert (stored(started).wrong_tries, stored(started).status) == (0, Status.OPENED)


class TestFace:
    def test_a_face_like_the_one_on_file_passes(self, person, manager):
        started = opened(person, manager)

        recognised(started, person)

        assert stored(started).status == Status.RECOGNISED
        assert stored(started).face_score >= authorising.FACE_AT_LEAST
        assert documents.content(stored(started).face).startswith(b"\xff\xd8")

    def test_another_face_is_counted_and_not_passed(self, world, manager, person):
        unlike = world.customer("unlike")
        started = opened(unlike, unlike.household.village.grid.manager)
        identified(started, unlike)

        with pytest.raises(NotRecognised):
            authorising.show_face(started.request.pk, photo=face(), at=SOON)

        assert (stored(started).wrong_tries, stored(started).status) == (1, Status.IDENTIFIED)
        assert not Document.objects.filter(name__startswith="face-").exists()

    def test_a_hand_before_the_lens_is_no_living_face(self, person, manager):
        started = opened(person, manager)
        identified(started, person)
        dark = saved(Image.new("RGB", (400, 400), "#101010"), "JPEG")

        with pytest.raises(NotRecognised):
            authorising.show_face(started.request.pk, photo=dark, at=SOON)

    def test_what_is_no_photo_is_refused_and_costs_no_try(self, person, manager):
        started = opened(person, manager)
        identified(started, person)

        with pytest.raises(PhotoRefused):
            authorising.show_face(started.request.pk, photo=b"no photo", at=SOON)

        assert stored(started).wrong_tries == 0

    def test_it_is_not_looked_at_before_the_identity(self, person, manager):
        started = opened(person, manager)

        with pytest.raises(MoveNotAllowed):
            authorising.show_face(started.request.pk, photo=face(), at=SOON)


class TestSigning:
    def test_it_makes_a_sealed_form_and_an_authorisation_with_text_and_hash(self, person, manager):
        started = opened(person, manager)

        leave = signed(started, person)

        request = stored(started)
        sealed = documents.content(leave.document)
        assert seals.check(sealed).holds
        assert seals.evidence_in(sealed) == request.evidence
        assert authorisation_papers.is_unchanged(request)
        assert request.evidence["text_sha256"] == leave.text_hash == request.text_hash
        assert (leave.customer, leave.obtained_by) == (person, manager)
        assert leave.valid_until == date(2027, 6, 29)
        assert request.authorisation == leave

    def test_a_form_changed_afterwards_is_noticed(self, person, manager):
        started = opened(person, manager)
        signed(started, person)

        request = stored(started)
        request.evidence["purpose"] = "application"
        assert not authorisation_papers.is_unchanged(request)

    def test_it_is_signed_once(self, person, manager):
        started = opened(person, manager)
        signed(started, person)

        with pytest.raises(LinkDead):
            authorising.sign(
                started.request.pk, text_hash=started.request.text_hash, signature=drawn(), at=SOON
            )
        assert Authorisation.objects.count() == 1

    def test_nothing_is_signed_before_the_face(self, person, manager):
        started = opened(person, manager)
        identified(started, person)

        with pytest.raises(MoveNotAllowed):
            authorising.sign(
                started.request.pk, text_hash=started.request.text_hash, signature=drawn(), at=SOON
            )
        assert not Authorisation.objects.exists()

    def test_another_text_than_the_one_shown_is_not_signed(self, person, manager):
        started = opened(person, manager)
        recognised(started, person)

        with pytest.raises(RequestRefused):
            authorising.sign(started.request.pk, text_hash="0" * 64, signature=drawn(), at=SOON)

    def test_manager_and_rooms_further_on_hear_of_it(self, person, manager):
        started = opened(person, manager)

        leave = signed(started, person)

        assert Notice.objects.filter(user=manager, level="info").count() == 1
        heard = Outbox.objects.get(kind="admission.AuthorisationSigned")
        assert heard.body == {"authorisation_id": leave.pk}

    def test_every_step_is_written_down(self, person, manager):
        started = opened(person, manager)
        signed(started, person)

        about = AuditEntry.objects.filter(object_type="admission.authorisationrequest")
        steps = [
            each.rpartition(".")[2]
            for each in about.order_by("id").values_list("action", flat=True)
        ]
        assert steps == ["sent", "opened", "identified", "recognised", "signed"]

    def test_declining_ends_it_and_authorises_nothing(self, person, manager):
        started = opened(person, manager)

        authorising.decline(started.request.pk, at=SOON)

        assert stored(started).status == Status.DECLINED
        assert not Authorisation.objects.exists()
        assert Notice.objects.filter(user=manager, level="yellow").count() == 1


class TestItsUse:
    def test_one_signature_permits_one_bureau_query(self, person, manager, rules):
        started = opened(person, manager)
        leave = signed(started, person)

        decided(person)
        leave.refresh_from_db()
        first = leave.bureau_asked_at
        again = decided(person, anew=["pboc"])

        leave.refresh_from_db()
        assert first is not None
        assert leave.bureau_asked_at == first
        told = {each["source"]: each["status"] for each in again.records}
        assert told["pboc"] == "failed"

    def test_without_a_signature_nobody_is_asked(self, person, manager, rules):
        started = opened(person, manager)
        recognised(started, person)

        with pytest.raises(NotAuthorised):
            decided(person)

    def test_a_withdrawn_one_permits_nothing(self, person, manager, rules):
        leave = signed(opened(person, manager), person)

        services.withdraw(leave.pk, actor=manager, at=SOON)

        with pytest.raises(NotAuthorised):
            decided(person)


@pytest.mark.parametrize("move", ["identify", "recognise", "sign"])
def test_a_step_is_taken_only_from_the_one_before(person, manager, move):
    started = asked(person, manager)
    given = {
        "identify": {"phone_hash": "x", "at": AT, "until": AT},
        "recognise": {"face": None, "score": 1.0, "at": AT},
        "sign": {"authorisation": None, "evidence": {}, "at": AT},
    }[move]

    with pytest.raises(MoveNotAllowed):
        authorisation_requests.move(started.request, move, actor=None, **given)


class TestForgetting:
    @pytest.mark.parametrize(("days", "is_kept"), [(30, True), (31, False)])
    def test_a_face_is_kept_for_thirty_days_and_its_evidence_for_good(
        self, person, manager, days, is_kept
    ):
        started = opened(person, manager)
        signed(started, person)
        photo = stored(started).face

        authorisation_requests.forget_faces(SOON.date() + timedelta(days=days))

        request = stored(started)
        assert (request.face is not None) == is_kept
        assert Document.objects.filter(pk=photo.pk).exists() == is_kept
        assert request.evidence["face"]["photo_sha256"]
        assert authorisation_papers.is_unchanged(request)
        gone = AuditEntry.objects.filter(action__endswith="face_forgotten").count()
        assert gone == (0 if is_kept else 1)

    def test_a_face_in_two_requests_stays_until_both_are_over(self, person, manager):
        first = opened(person, manager)
        recognised(first, person)
        authorisation_requests.cancel(first.request.pk, actor=manager, at=SOON)
        later = AT + timedelta(days=5)
        second = opened(person, manager, at=later)
        recognised(second, person, at=later)

        authorisation_requests.forget_faces(SOON.date() + timedelta(days=31))

        assert stored(first).face is None
        assert documents.content(stored(second).face)
