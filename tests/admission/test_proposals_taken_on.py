"""A proposed group taken on as a list of customers, or as a segment of the scoring policy."""

import pytest
from django.urls import reverse

from admission.errors import NoScorePolicy, ProposalRefused
from admission.models import KnownFeatures, Profile, Proposal, ScorePolicy, Segment
from admission.services import proposing, score_policies
from admission.services.proposing import BESIDES, INSTEAD, NARROWED
from core import publishing
from core.errors import SameHands
from core.models import AuditEntry, PublishingState
from core.roles import Role
from tests import make
from tests.admission.conftest import published
from tests.admission.test_proposing import proposal

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return make.staff(Role.RISK_OFFICER)


@pytest.fixture
def policy():
    return published(score_policies.draft_score_policy(make.staff(Role.RISK_OFFICER)))


def somebody(age, *, name="王年长"):
    one = make.customer(name=name)
    KnownFeatures.objects.create(customer=one, values={"age": age}, seal=1, since="2026-06-30")
    Profile.objects.create(customer=one, words=[], first_on="2026-06-30")
    return one


class TestLists:
    def test_a_list_names_who_meets_the_condition_and_settles_nothing(self, officer):
        somebody(61)
        somebody(30)
        group = proposal(officer)

        made = proposing.keep_list(group.pk, name="年长户", note="走访", actor=officer)

        assert (made.counted, made.proposal, made.owner) == (1, group, officer)
        assert Proposal.objects.get().status == "open"
        entry = AuditEntry.objects.get(action="admission.segment.saved")
        assert entry.detail["proposal"] == group.pk

    def test_what_was_set_aside_is_no_list(self, officer):
        group = proposal(officer)
        proposing.dismiss(group.pk, reason="没有用", actor=officer)

        with pytest.raises(ProposalRefused):
            proposing.keep_list(group.pk, name="一", note="", actor=officer)

        assert not Segment.objects.exists()

    def test_the_page_leads_to_the_list_and_on_to_narrowing_it(self, client, officer):
        somebody(61)
        group = proposal(officer)
        client.force_login(officer)

        answer = client.post(
            reverse("admin:admission_proposal_deed", args=[group.pk, "list"]),
            {"list-name": "年长户", "list-note": ""},
            follow=True,
        )
        again = client.get(answer.context["page"].again)
        shown = client.get(reverse("admin:admission_proposal_change", args=[group.pk]))

        assert "age &gt;= 50" in answer.content.decode()
        assert "王年长" in answer.content.decode()
        assert again.context["page"].proposal == group
        assert again.context["page"].count == 1
        assert "年长户" in shown.content.decode()

    def test_who_may_see_no_proposals_makes_no_list_of_one(self, client, officer):
        group = proposal(officer)
        client.force_login(make.staff(Role.CUSTOMER_MANAGER))

        page = client.get(reverse("admin:admission_segment_add"), {"proposal": group.pk})

        assert page.status_code == 404

    def test_a_condition_the_county_cannot_be_asked_is_said_and_nothing_is_kept(
        self, client, officer
    ):
        group = proposal(officer, "age + 1 > 50")
        client.force_login(officer)

        answer = client.post(
            reverse("admin:admission_proposal_deed", args=[group.pk, "list"]),
            {"list-name": "一", "list-note": ""},
            follow=True,
        )

        assert [each.level_tag for each in answer.context["messages"]] == ["error"]
        assert not Segment.objects.exists()


class TestSegments:
    @pytest.mark.parametrize(
        ("how", "condition"),
        [
            (INSTEAD, "age >= 50"),
            (BESIDES, "(biz_role == '个体经营者' and biz_live) or (age >= 50)"),
            (NARROWED, "(biz_role == '个体经营者' and biz_live) and (age >= 50)"),
        ],
    )
    def test_it_becomes_a_condition_in_a_draft_and_nobody_is_scored_by_it(
        self, officer, policy, how, condition
    ):
        draft = proposing.place_segment(
            proposal(officer).pk, segment="employed", how=how, actor=officer
        )

        draft = ScorePolicy.objects.get(pk=draft.pk)
        assert draft.text().conditions["employed"] == condition
        assert draft.fingerprint == draft.text().hash
        assert (draft.status, draft.author) == (PublishingState.DRAFT, officer)
        in_force = ScorePolicy.objects.get(status=PublishingState.PUBLISHED)
        assert (in_force, in_force.settings) == (policy, policy.settings)
        settled = Proposal.objects.get()
        assert (settled.status, settled.policy, settled.settled_by) == ("placed", draft, officer)

    def test_only_a_second_person_puts_it_into_force(self, officer, policy):
        draft = proposing.place_segment(
            proposal(officer).pk, segment="farmer", how=BESIDES, actor=officer
        )
        submitted = publishing.submit(draft, actor=officer)

        with pytest.raises(SameHands):
            publishing.publish(submitted, actor=officer)

        publishing.publish(submitted, actor=make.staff(Role.RISK_OFFICER))

    def test_two_proposals_go_into_one_draft(self, officer, policy):
        one = proposing.place_segment(
            proposal(officer).pk, segment="farmer", how=INSTEAD, actor=officer
        )
        other = proposing.place_segment(
            proposal(officer, "age < 30").pk, segment="employed", how=INSTEAD, actor=officer
        )

        other = ScorePolicy.objects.get(pk=other.pk)
        assert one.pk == other.pk
        assert other.text().conditions["farmer"] == "age >= 50"
        assert other.text().conditions["employed"] == "age < 30"

    def test_a_condition_grown_too_long_is_refused_and_the_proposal_stays_open(
        self, officer, policy
    ):
        long = " or ".join(f"age == {each}" for each in range(400))

        with pytest.raises(ProposalRefused):
            proposing.place_segment(
                proposal(officer, long).pk, segment="farmer", how=INSTEAD, actor=officer
            )

        assert Proposal.objects.get().status == "open"

    def test_nobody_cannot_be_narrowed(self):
        with pytest.raises(ProposalRefused):
            proposing.put_together("", "age >= 50", NARROWED)
        assert proposing.put_together("", "age >= 50", BESIDES) == "age >= 50"

    def test_without_a_policy_in_force_there_is_nothing_to_add_to(self, officer):
        with pytest.raises(NoScorePolicy):
            proposing.place_segment(
                proposal(officer).pk, segment="farmer", how=INSTEAD, actor=officer
            )

    def test_the_page_leads_to_the_draft(self, client, officer, policy):
        group = proposal(officer)
        client.force_login(officer)

        answer = client.post(
            reverse("admin:admission_proposal_deed", args=[group.pk, "place"]),
            {"place-segment": "farmer", "place-how": BESIDES},
        )

        draft = ScorePolicy.objects.get(status=PublishingState.DRAFT)
        assert answer.url == reverse("admin:admission_scorepolicy_change", args=[draft.pk])
        page = client.get(reverse("admin:admission_proposal_change", args=[group.pk]))
        assert [each.deed.name for each in page.context["deeds"]] == ["list"]

    def test_the_last_segment_has_no_condition_to_be_put_into(self, client, officer, policy):
        group = proposal(officer)
        client.force_login(officer)

        client.post(
            reverse("admin:admission_proposal_deed", args=[group.pk, "place"]),
            {"place-segment": "resident", "place-how": INSTEAD},
        )

        assert Proposal.objects.get().status == "open"
