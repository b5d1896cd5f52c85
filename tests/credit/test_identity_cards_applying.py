"""A request for a loan rests on the ID card that it names, and a product may wait for one."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from admission.events import CardCompared
from admission.models import PhotographedPaper
from admission.services import photographed_papers
from config.wiring import HANDLERS
from credit import handlers
from credit.errors import ProcessNotWhole
from credit.models import Application, ApplicationStep, BusinessDay, IdentityCard, ProcessTemplate
from credit.nodes import REGISTRY
from credit.reference.products import ONLINE_ROAD
from credit.services import applications
from credit.services.products import check_process
from tests import make
from tests.admission import drawn_papers
from tests.credit import lend
from tests.credit.conftest import AT, DAY
from tests.credit.test_api import WANTED, Phone
from tests.credit.test_identity_cards import BACK, compared, confirm, front, read, show

pytestmark = pytest.mark.django_db(transaction=True)
WITH_CARD = [{"node": "identity", "settings": {"card": True}}, *ONLINE_ROAD[1:]]


@pytest.fixture(autouse=True)
def _day(bank):
    cache.clear()
    yesterday = DAY - timedelta(days=1)
    BusinessDay.objects.create(day=yesterday, status=BusinessDay.Status.CLOSED)
    yield
    cache.clear()


@pytest.fixture
def person(borrower):
    return borrower.customer


@pytest.fixture
def phone(person):
    return Phone(person)


class TestApplying:
    @pytest.fixture
    def wanted(self, borrower):
        lend.line(borrower)
        return WANTED | {"authorisation": lend.authorise(borrower).pk}

    def refused(self, phone, wanted, **named):
        answer = phone.post("applications", wanted | {"identity_card": named}, key="k")
        assert answer.status_code == 409, answer.content
        return answer.json()["code"]

    def test_a_request_rests_on_the_card_it_names(self, phone, person, wanted, outside):
        named = compared(phone, person)

        asked = phone.post("applications", wanted | {"identity_card": named}, key="a")

        assert asked.status_code == 201
        card = IdentityCard.objects.get()
        assert (card.front_id, card.back_id) == (named["front"], named["back"])
        assert str(card.valid_to) == "2038-03-21"
        done = applications.advance(card.application_id)
        step = done.steps.get(node="identity")
        assert (step.status, step.outcome["card"]) == ("done", list(named.values()))
        assert step.outcome["card_until"] == "2038-03-21"
        assert done.admission is not None

    def test_a_card_that_is_not_compared_or_not_one_s_own_is_refused(
        self, phone, person, wanted, village
    ):
        sides = {"front": read(show(phone), *front(person))}
        sides["back"] = read(show(phone, "back"), *BACK)
        assert self.refused(phone, wanted, **sides) == "card_not_confirmed"

        turned = {"front": sides["back"], "back": sides["front"]}
        assert self.refused(phone, wanted, **turned) == "card_unknown"
        neighbour = make.customer(make.household(village))
        theirs = compared(Phone(neighbour), neighbour)
        assert self.refused(phone, wanted, **theirs) == "card_unknown"
        assert not Application.objects.exists()

    def test_a_card_that_ran_out_since_is_refused(self, phone, person, wanted):
        named = compared(phone, person)
        back = PhotographedPaper.objects.get(pk=named["back"])
        back.accepted = back.accepted.replace("2038", "2026")
        back.save(update_fields=["accepted"])

        assert self.refused(phone, wanted, **named) == "card_expired"

    def test_a_product_may_wait_for_the_card_and_goes_on_once_it_is_compared(
        self, phone, person, wanted, outside, monkeypatch
    ):
        ProcessTemplate.objects.filter(code="online").update(nodes=WITH_CARD)
        asked = phone.post("applications", wanted, key="a").json()
        application = Application.objects.get(number=asked["number"])
        applications.advance(application.pk)
        page = phone.get(f"applications/{asked['number']}").json()
        assert (page["steps"][0]["status"], page["status"]) == ("active", "screening")
        assert "身份证" in page["steps"][0]["waits_for"]

        named = compared(phone, person)
        handed = []
        monkeypatch.setattr(handlers, "hand_over", lambda _task, pk: handed.append(pk))
        handlers.carry_on_after_card(CardCompared(customer_id=person.pk))
        done = applications.advance(application.pk)

        assert handed == [application.pk]
        assert HANDLERS[CardCompared] == [handlers.carry_on_after_card]
        assert done.identity_card.front_id == named["front"]
        assert done.steps.get(node="admission").status == ApplicationStep.Status.DONE

    def test_a_product_that_does_not_ask_for_it_waits_for_none(self, borrower, wanted):
        asked = lend.application(borrower)

        answer = REGISTRY["identity"].settle(asked, {}, None, at=AT)

        assert "card" not in answer.outcome

    def test_what_is_no_yes_or_no_is_no_setting(self):
        nodes = [{"node": "identity", "settings": {"card": "yes"}}, *ONLINE_ROAD[1:]]

        with pytest.raises(ProcessNotWhole, match="identity"):
            check_process(nodes)


@pytest.mark.skipif(not drawn_papers.FONT.exists(), reason="No Chinese font to draw with.")
def test_upload_compare_apply_answer(phone, person, borrower, outside):
    """The whole road with the real recogniser, over REST, against the sandbox."""
    lend.line(borrower)
    leave = lend.authorise(borrower).pk
    pictures = {
        "front": drawn_papers.card_front(person.name, person.id_number),
        "back": drawn_papers.card_back(),
    }
    named = {}
    for side, content in pictures.items():
        named[side] = show(phone, side, content).json()["number"]
        photographed_papers.work(named[side], at=timezone.now())
        told = phone.get(f"identity-cards/{named[side]}").json()
        assert (told["status"], told["problem"]) == ("read", None), told
        assert confirm(phone, named[side]).status_code == 200

    asked = phone.post(
        "applications", WANTED | {"authorisation": leave, "identity_card": named}, key="a"
    ).json()
    applications.advance(Application.objects.get(number=asked["number"]).pk)

    page = phone.get(f"applications/{asked['number']}").json()
    assert page["status"] in {"signing", "approving"}
    assert phone.get("decisions").json()
