"""Raising early warnings, and ending them with evidence and a second person."""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import audit, fsm, notices, publishing
from core.models import User
from core.roles import Role
from credit.events import DayClosed
from credit.models import Loan
from postloan import selectors, signals
from postloan.errors import EvidenceMissing
from postloan.models import SignalSet, Warning
from postloan.services.inspections import mark_overdue
from postloan.services.signal_sets import CODE

SATURDAY = 5
LOUD = {Warning.Level.RED, Warning.Level.ORANGE}


def watch(event: DayClosed) -> None:
    """After each close of business: late checks are marked, and the signals heard."""
    day = date.fromisoformat(event.day)
    mark_overdue(day)
    raise_warnings(day)


@transaction.atomic
def raise_warnings(day: date, *, actor: User | None = None) -> int:
    """Hear all signals for all loans as of ``day``; returns how many warnings are new.

    A warning that is still open is not raised a second time. Nothing is raised while no signal
    set is in force.
    """
    in_force = publishing.in_force(SignalSet, CODE)
    if in_force is None:
        return 0
    heard = {signal.code: signal for signal in signals.read(in_force.signals)}
    frame = selectors.loans_frame(day)
    known = set(Warning.objects.open().values_list("loan", "code"))
    values = {row["loan_id"]: row for row in frame.iter_rows(named=True)}
    raised = [
        _warning(heard[code], values[loan_id], in_force, day)
        for loan_id, code in signals.hear(heard.values(), frame).iter_rows()
        if (loan_id, code) not in known
    ]
    Warning.objects.bulk_create(raised, batch_size=2_000)
    deeds = (audit.Deed(each.pk, {"code": each.code, "loan": each.loan_id}) for each in raised)
    audit.record_all(Warning, "postloan.warning.raised", deeds, actor=actor)
    _tell(raised)
    return len(raised)


def _warning(
    signal: signals.Signal, values: dict[str, object], version: SignalSet, day: date
) -> Warning:
    asked = sorted(signal.condition.fields)
    return Warning(
        customer_id=values["customer_id"],
        loan_id=values["loan_id"],
        signal_set=version,
        code=signal.code,
        name=signal.name,
        level=signal.level,
        raised_on=day,
        due_on=after_working_days(day, signal.working_days),
        values={name: values[name] for name in asked},
        action=signal.action,
    )


def after_working_days(day: date, count: int) -> date:
    """The day that lies ``count`` working days after ``day``; weekends do not count."""
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < SATURDAY
    return day


def _tell(raised: list[Warning]) -> None:
    """The manager of the village hears of each grave warning, the post-loan officers of all."""
    loud = [each for each in raised if each.level in LOUD]
    loans = Loan.objects.select_related("village__grid__manager", "customer__household").in_bulk(
        [each.loan_id for each in loud]
    )
    for each in loud:
        loan = loans[each.loan_id]
        household, manager = loan.customer.household, loan.village.grid.manager
        if manager:
            notices.send(
                f"{each.name} · {household.number}",
                user=manager,
                level=each.level,
                url=f"/m/warnings/{each.pk}/",
            )
    if raised:
        notices.send(
            gettext_lazy("%(count)d new early warnings, of which %(loud)d red or orange."),
            {"count": len(raised), "loud": len(loud)},
            role=Role.POST_LOAN_OFFICER,
            level=Warning.Level.RED if loud else Warning.Level.YELLOW,
            url="/admin/postloan/warning/",
        )


@transaction.atomic
def acknowledge(warning_id: int, *, actor: User) -> Warning:
    """Take a warning on."""
    warning = _locked(warning_id)
    with fsm.refusing(warning):
        warning.acknowledge(by=actor)
    return _saved(warning, "acknowledged", actor, "handler")


@transaction.atomic
def handle(warning_id: int, *, evidence: str, actor: User) -> Warning:
    """Write down what was done about it. Raises EvidenceMissing."""
    warning = _locked(warning_id)
    if not evidence.strip():
        raise EvidenceMissing(_("Write down what you did and found."))
    with fsm.refusing(warning):
        warning.handle(evidence=evidence.strip())
    return _saved(warning, "handled", actor, "evidence")


@transaction.atomic
def resolve(warning_id: int, *, actor: User) -> Warning:
    """Agree, as a second person, that it is over. Raises SameHands."""
    warning = _locked(warning_id)
    with fsm.refusing(warning):
        warning.resolve(by=actor, at=timezone.now())
    return _saved(warning, "resolved", actor, "closed_by", "closed_at")


@transaction.atomic
def dismiss(warning_id: int, *, actor: User) -> Warning:
    """Agree, as a second person, that there was nothing. Raises SameHands."""
    warning = _locked(warning_id)
    with fsm.refusing(warning):
        warning.dismiss(by=actor, at=timezone.now())
    return _saved(warning, "dismissed", actor, "closed_by", "closed_at")


@transaction.atomic
def escalate(warning_id: int, *, actor: User) -> Warning:
    """Hand a warning up: it takes too long, or is too grave."""
    warning = _locked(warning_id)
    with fsm.refusing(warning):
        warning.escalate()
    notices.send(
        gettext_lazy("Escalated: %(warning)s"),
        {"warning": warning},
        role=Role.POST_LOAN_OFFICER,
        level=Warning.Level.RED,
        url=f"/m/warnings/{warning.pk}/",
    )
    return _saved(warning, "escalated", actor)


def _locked(warning_id: int) -> Warning:
    return Warning.objects.select_for_update(of=("self",)).get(pk=warning_id)


def _saved(warning: Warning, deed: str, actor: User, *fields: str) -> Warning:
    warning.save(update_fields=["status", *fields])
    audit.record(warning, f"postloan.warning.{deed}", actor=actor)
    return warning
