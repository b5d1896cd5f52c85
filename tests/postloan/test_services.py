from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django_fsm import can_proceed

from admission.services import draft_rule_set
from core import notices, publishing
from core.errors import MoveNotAllowed, SameHands
from core.roles import Role
from credit.events import DayClosed, LoanDisbursed
from credit.models import Loan
from postloan import services
from postloan.errors import EvidenceMissing
from postloan.models import Inspection, SignalSet, Warning
from tests import make
from tests.admission.conftest import codes, published
from tests.admission.heard import heard
from tests.credit import lent

LATE_ON = date(2026, 4, 21)


def _signals_in_force() -> SignalSet:
    drafted = services.draft_signal_set(make.staff(Role.RISK_OFFICER))
    publishing.submit(drafted, actor=drafted.author)
    return publishing.publish(drafted, actor=make.staff(Role.RISK_OFFICER))


def _late_loan(days: int = 31) -> Loan:
    loan = lent.loan()
    Loan.objects.filter(pk=loan.pk).update(
        days_past_due=days, worst_days_past_due=days, overdue_principal=100_00
    )
    return loan


def _warning(**given) -> Warning:
    _signals_in_force()
    _late_loan()
    services.raise_warnings(LATE_ON)
    return Warning.objects.get(code="W01")


@pytest.mark.django_db
class TestRaising:
    def test_a_loan_a_month_late_raises_a_red_warning_with_the_figures_seen(self):
        warning = _warning()

        assert (warning.level, warning.values) == ("red", {"loan_dpd_now": 31})
        assert warning.due_on == date(2026, 4, 22)

    def test_hearing_again_raises_nothing_new(self):
        _warning()

        assert services.raise_warnings(LATE_ON + timedelta(days=1)) == 0

    def test_nothing_is_raised_while_no_signals_are_in_force(self):
        _late_loan()

        assert services.raise_warnings(LATE_ON) == 0

    def test_the_manager_of_the_village_and_the_post_loan_officers_are_told(self):
        officer = make.staff(Role.POST_LOAN_OFFICER)
        warning = _warning()

        manager = warning.customer.household.village.grid.manager

        assert [notice.level for notice in notices.unread(manager)] == ["red"]
        assert len(notices.unread(officer)) == 1

    def test_closing_the_day_hears_the_signals_and_marks_late_checks(self):
        _signals_in_force()
        loan = _late_loan()
        services.plan_first_check(LoanDisbursed(loan.pk))
        due_on = Inspection.objects.get().due_on

        services.watch(DayClosed((due_on + timedelta(days=11)).isoformat()))

        assert Inspection.objects.get().status == Inspection.Status.OVERDUE
        assert set(Warning.objects.values_list("code", flat=True)) >= {"W01", "W30"}


@pytest.mark.django_db
class TestEnding:
    def test_a_warning_ends_with_evidence_and_a_second_person(self):
        warning, handler = _warning(), make.staff(Role.POST_LOAN_OFFICER)
        services.acknowledge(warning.pk, actor=handler)
        services.handle(warning.pk, evidence="已上门，月底前还清", actor=handler)

        services.resolve(warning.pk, actor=make.staff(Role.POST_LOAN_OFFICER))

        assert not Warning.objects.open().exists()

    def test_who_handled_it_may_not_close_it(self):
        warning, handler = _warning(), make.staff(Role.POST_LOAN_OFFICER)
        services.acknowledge(warning.pk, actor=handler)
        services.handle(warning.pk, evidence="已上门", actor=handler)

        with pytest.raises(SameHands):
            services.resolve(warning.pk, actor=handler)

    def test_the_database_refuses_a_close_without_evidence_whatever_the_code_says(self):
        warning = _warning()

        with pytest.raises(IntegrityError, match="closed_warning"), transaction.atomic():
            Warning.objects.filter(pk=warning.pk).update(status="resolved")

    def test_handling_without_words_is_refused(self):
        warning, handler = _warning(), make.staff(Role.POST_LOAN_OFFICER)
        services.acknowledge(warning.pk, actor=handler)

        with pytest.raises(EvidenceMissing):
            services.handle(warning.pk, evidence=" ", actor=handler)

    def test_a_warning_nobody_took_on_can_not_be_resolved(self):
        with pytest.raises(MoveNotAllowed):
            services.resolve(_warning().pk, actor=make.staff(Role.POST_LOAN_OFFICER))


@pytest.mark.django_db
class TestInspections:
    def _planned(self) -> Inspection:
        services.plan_first_check(LoanDisbursed(lent.loan().pk))
        return Inspection.objects.get()

    @pytest.mark.parametrize(
        ("held", "mortgage", "kinds"),
        [
            (10, True, ["first_check", "use_check"]),
            (36, True, ["first_check"]),
            (10, False, ["first_check"]),
        ],
    )
    def test_a_home_held_shortly_has_the_use_of_a_mortgage_loan_looked_at_again(
        self, held, mortgage, kinds
    ):
        published(draft_rule_set(make.staff(Role.RISK_OFFICER)))
        loan = lent.loan()
        application = loan.drawdown.contract.application
        application.admission = heard(
            application.customer,
            re_cnt=1,
            re_hold_months=held,
            re_new_mortgage_12m=1,
            product_is_mortgage=mortgage,
            product_is_operating=True,
        )
        application.save(update_fields=["admission"])
        assert "L09" in codes(application.admission.hits)

        services.plan_first_check(LoanDisbursed(loan.pk))
        services.plan_first_check(LoanDisbursed(loan.pk))

        planned = Inspection.objects.order_by("due_on")
        assert [each.kind for each in planned] == kinds
        assert planned.last().due_on <= loan.starts_on + timedelta(days=90)
        assert {each.inspector for each in planned} == {loan.customer.village.grid.manager}
        assert planned.last().is_about != planned.last().kind

    def test_the_first_check_is_planned_once_within_fifteen_days(self):
        inspection = self._planned()
        services.plan_first_check(LoanDisbursed(inspection.loan_id))

        only = Inspection.objects.get()
        assert only.due_on == only.loan.starts_on + timedelta(days=15)
        assert only.inspector == only.loan.customer.household.village.grid.manager

    def test_who_made_a_check_may_not_review_it(self):
        inspection = self._planned()
        services.finish_inspection(
            inspection.pk, findings="资金用于购买化肥", actor=inspection.inspector
        )

        with pytest.raises(SameHands):
            services.review_inspection(inspection.pk, actor=inspection.inspector)

    def test_a_second_person_reviews_it(self):
        inspection = self._planned()
        services.finish_inspection(
            inspection.pk, findings="资金用于购买化肥", actor=inspection.inspector
        )

        reviewed = services.review_inspection(
            inspection.pk, actor=make.staff(Role.POST_LOAN_OFFICER)
        )

        assert reviewed.status == Inspection.Status.REVIEWED


WARNING_MOVES = {
    "acknowledge": {"raised", "escalated"},
    "handle": {"acknowledged"},
    "resolve": {"handling"},
    "dismiss": {"handling"},
    "escalate": {"raised", "acknowledged", "handling"},
}


@pytest.mark.parametrize("state", Warning.Status.values)
@pytest.mark.parametrize("move", WARNING_MOVES)
def test_only_the_drawn_moves_of_a_warning_are_possible(state, move):
    assert can_proceed(getattr(Warning(status=state), move)) == (state in WARNING_MOVES[move])


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 4, 21), 1, date(2026, 4, 22)),
        (date(2026, 4, 24), 1, date(2026, 4, 27)),
        (date(2026, 4, 24), 3, date(2026, 4, 29)),
    ],
)
def test_weekends_do_not_count_as_time_to_act(start, days, end):
    assert services.warnings.after_working_days(start, days) == end
