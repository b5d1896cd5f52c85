"""What comes from villages and into the register: visits, reviews, paper, files."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy

from admission.models import Delivery
from config.queues.queue import Queue
from core.roles import Role
from village.models import (
    Campaign,
    ListedReviewer,
    NumberCorrection,
    OrganisationImport,
    Outcome,
    PaperSheet,
    RosterImport,
)
from visits.models import VisitTask

QUEUES: Sequence[Queue] = (
    Queue(
        title=gettext_lazy("Visits to accept"),
        model=VisitTask,
        rows=lambda user, today: (
            VisitTask.objects.visible_to(user)
            .filter(status=VisitTask.Status.SUBMITTED)
            .exclude(manager=user)
        ),
        age="submitted_at",
        address="status__exact=submitted",
        roles=frozenset({Role.BRANCH_PRESIDENT, Role.RISK_OFFICER}),
        slow=2,
        late=5,
    ),
    Queue(
        title=gettext_lazy("Households whose review a spot check found wrong"),
        model=VisitTask,
        rows=lambda user, today: VisitTask.objects.visible_to(user).against_a_spot_check(),
        age="",
        address="reason__exact=spot_check&status__in=planned,assigned,started,submitted,returned",
        roles=frozenset({Role.BRANCH_PRESIDENT, Role.RISK_OFFICER}),
    ),
    Queue(
        title=gettext_lazy("Villages under review"),
        model=Campaign,
        rows=lambda user, today: Campaign.objects.visible_to(user).filter(
            status=Campaign.Status.REVIEWING
        ),
        age="business_day",
        address="status__exact=reviewing",
        roles=frozenset({Role.BRANCH_PRESIDENT, Role.RISK_OFFICER}),
        slow=10,
        late=20,
    ),
    Queue(
        title=gettext_lazy("Sealed reviews to conclude"),
        model=Campaign,
        rows=lambda user, today: Campaign.objects.visible_to(user).filter(
            status=Campaign.Status.SEALED
        ),
        age="sealed_at",
        address="status__exact=sealed",
        roles=frozenset({Role.BRANCH_PRESIDENT, Role.RISK_OFFICER}),
    ),
    Queue(
        title=gettext_lazy("Outcomes to decide for the branch"),
        model=Outcome,
        rows=lambda user, today: Outcome.objects.visible_to(user).decidable_by(user),
        age="campaign__concluded_at",
        address="waits=branch",
        roles=frozenset({Role.BRANCH_PRESIDENT}),
        slow=5,
        late=10,
    ),
    Queue(
        title=gettext_lazy("Reviewers to approve"),
        model=ListedReviewer,
        rows=lambda user, today: ListedReviewer.objects.visible_to(user).approvable_by(user),
        age="proposed_at",
        address="status__exact=proposed",
        roles=frozenset({Role.BRANCH_PRESIDENT, Role.RISK_OFFICER}),
        slow=3,
        late=7,
    ),
    Queue(
        title=gettext_lazy("Paper sheets to key again or settle"),
        model=PaperSheet,
        rows=lambda user, today: PaperSheet.objects.visible_to(user).workable_by(user),
        age="first_at",
        address="waits=staff",
        roles=frozenset({Role.BRANCH_PRESIDENT, Role.CUSTOMER_MANAGER}),
        slow=2,
        late=5,
    ),
    Queue(
        title=gettext_lazy("Roster files that wait for an order"),
        model=RosterImport,
        rows=lambda user, today: RosterImport.objects.orderable_by(user),
        age="imported_at",
        address="waits=me",
        roles=frozenset({Role.BRANCH_PRESIDENT, Role.ADMINISTRATOR}),
    ),
    Queue(
        title=gettext_lazy("Tables of the bank that wait for an order"),
        model=OrganisationImport,
        rows=lambda user, today: OrganisationImport.objects.visible_to(user).filter(
            status=OrganisationImport.Status.TRIED
        ),
        age="imported_at",
        address="status__exact=tried",
        roles=frozenset({Role.ADMINISTRATOR}),
    ),
    Queue(
        title=gettext_lazy("ID numbers to be corrected"),
        model=NumberCorrection,
        rows=lambda user, today: (
            NumberCorrection.objects.visible_to(user)
            .filter(status=NumberCorrection.Status.ASKED)
            .exclude(asked_by=user)
        ),
        age="asked_at",
        address="status__exact=asked",
        roles=frozenset({Role.BRANCH_PRESIDENT, Role.RISK_OFFICER}),
    ),
    Queue(
        title=gettext_lazy("Data deliveries held back"),
        model=Delivery,
        rows=lambda user, today: Delivery.objects.filter(status=Delivery.Status.HELD).exclude(
            received_by=user
        ),
        age="received_at",
        address="status__exact=held",
        roles=frozenset({Role.RISK_OFFICER}),
    ),
    Queue(
        title=gettext_lazy("Data deliveries that somebody wants withdrawn"),
        model=Delivery,
        rows=lambda user, today: Delivery.objects.filter(
            status=Delivery.Status.TAKEN, withdrawal_asked_by__isnull=False
        ).exclude(withdrawal_asked_by=user),
        age="received_at",
        address="status__exact=taken&withdrawal_asked_by__isnull=False",
        roles=frozenset({Role.RISK_OFFICER}),
    ),
)
