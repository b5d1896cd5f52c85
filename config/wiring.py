"""Who reacts to what. The only place where a room learns of rooms after it on the road."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Model

import admission.contexts
import admission.contexts_data
import admission.contexts_papers
import admission.contexts_tags
import postloan.contexts
import postloan.services
import visits.contexts
import visits.services
from admission import handlers as admission_room
from admission.events import (
    AdmissionAsked,
    AnswerReadAgain,
    AuthorisationSigned,
    CardCompared,
    CustomerDecided,
    DeliveryOrdered,
    ExplorationAsked,
    FileReceived,
    MeasuringAsked,
    PaperPhotographed,
    PeopleHandedIn,
    PortfolioAsked,
    RulesAnswered,
    RuleSimulationOpened,
    ScorecardDrafted,
    TaggingAsked,
    TrainingAsked,
    WatchingAsked,
)
from admission.models import (
    Deposit,
    Figures,
    KnownFeatures,
    Profile,
    Standing,
    StandingChange,
    TagChange,
)
from admission.services import renumbered
from core import events
from core.tasks import deliver_event
from credit import contexts as credit_sections
from credit import contexts_loans as loan_sections
from credit import handlers as credit
from credit import handlers_progress as progress
from credit import map_layers
from credit.events import (
    ApplicationSubmitted,
    ContractSigned,
    CostSheetShown,
    DayClosed,
    GrantingOpened,
    GuarantorsChanged,
    LineConfirmed,
    LineFrozen,
    LineRaised,
    LinesGranted,
    LinesSigned,
    LoanDisbursed,
    LoanSettled,
    PhoneConfirmed,
    PolicyCalibrationOpened,
    PolicySimulationOpened,
    SmsCodeMade,
    VotesComplete,
)
from credit.services import contradictions, reviewer_feedback
from postloan.map_layer import WARNINGS
from village import file_sections
from village import handlers as village
from village.events import (
    BlackListChanged,
    CampaignConcluded,
    GridHandedOver,
    NumberCorrected,
    OutcomesDecided,
    RegisterChanged,
    RosterOrdered,
    RosterReceived,
    SpotCheckDisagreed,
)
from village.services import number_corrections, roster_followers
from visits.events import VisitAccepted, VisitCalledOff

HANDLERS: dict[type, Sequence[Callable[[Any], None]]] = {
    RosterReceived: [village.try_roster_out],
    RosterOrdered: [village.bring_roster_in],
    RegisterChanged: [progress.count_all, admission_room.look_newcomers_up],
    NumberCorrected: [admission_room.look_renumbered_up, credit.decide_renumbered_anew],
    CampaignConcluded: [visits.services.plan_after_review, progress.count_village],
    OutcomesDecided: [progress.count_village],
    BlackListChanged: [credit.stop_blacklisted],
    SpotCheckDisagreed: [contradictions.hear_spot_check, visits.services.look_again],
    GridHandedOver: [visits.services.follow_the_grid],
    FileReceived: [admission_room.take_in_file],
    DeliveryOrdered: [admission_room.take_in_ordered],
    ExplorationAsked: [admission_room.explore],
    TaggingAsked: [admission_room.tag_county],
    CustomerDecided: [admission_room.stir_wall, credit.carry_on_after_decision],
    MeasuringAsked: [admission_room.measure_county],
    PortfolioAsked: [admission_room.hear_county],
    AdmissionAsked: [admission_room.admit_villages],
    VisitAccepted: [
        visits.services.tell_the_review,
        credit.hear_visit,
        credit.carry_on_after_visit,
        progress.count_village,
    ],
    VisitCalledOff: [credit.carry_on_after_visit],
    AuthorisationSigned: [credit.carry_on_after_authorisation],
    AnswerReadAgain: [credit.carry_on_after_reading, admission_room.decide_anew],
    CardCompared: [credit.carry_on_after_card],
    GrantingOpened: [credit.grant],
    RulesAnswered: [credit.carry_on_after_answers],
    LinesSigned: [progress.count_village],
    LinesGranted: [progress.count_village],
    LineConfirmed: [progress.count_village],
    LineFrozen: [progress.count_village],
    LineRaised: [progress.count_village],
    PaperPhotographed: [admission_room.read_paper],
    PeopleHandedIn: [admission_room.score_people],
    ScorecardDrafted: [admission_room.fit_scorecard],
    TrainingAsked: [admission_room.train_scorecard],
    WatchingAsked: [admission_room.watch_scorecard],
    ApplicationSubmitted: [credit.carry_on],
    VotesComplete: [credit.carry_on],
    GuarantorsChanged: [credit.carry_on],
    PhoneConfirmed: [credit.carry_on],
    CostSheetShown: [credit.carry_on],
    ContractSigned: [credit.carry_on, progress.count_village],
    SmsCodeMade: [credit.send_code],
    PolicyCalibrationOpened: [credit.calibrate],
    PolicySimulationOpened: [credit.simulate],
    RuleSimulationOpened: [admission_room.simulate],
    LoanDisbursed: [postloan.services.plan_first_check, progress.count_village],
    LoanSettled: [progress.count_village],
    DayClosed: [
        postloan.services.watch,
        reviewer_feedback.teach_the_review,
        progress.count_all,
    ],
}

FILE_SECTIONS: list[tuple[int, Callable]] = [
    (10, visits.contexts.household_section),
    (20, admission.contexts.household_section),
    (25, admission.contexts_data.household_section),
    (26, admission.contexts_papers.household_section),
    (27, admission.contexts_tags.household_section),
    (30, credit_sections.household_section),
    (35, loan_sections.household_section),
    (40, postloan.contexts.household_section),
]

MAP_LAYERS: list[tuple[int, map_layers.Layer]] = [
    (10, map_layers.LOANS),
    (20, WARNINGS),
    (30, map_layers.LISTS),
    (40, map_layers.DEPOSITS),
    (50, map_layers.CUSTOMERS),
]

FOLLOWERS: list[type[Model]] = [
    Figures, Deposit, Profile, TagChange, KnownFeatures, Standing, StandingChange,
]  # fmt: skip
"""What goes with the people of a roster that is undone: files tell it again, or the next night."""


def connect() -> None:
    """Tie events to those who react, the outbox to the workers, sections to the file, figures to
    the map, and what was told or only worked out to the people it is about."""
    events.wire(HANDLERS)
    events.wake_with(deliver_event.delay)
    for order, build in FILE_SECTIONS:
        file_sections.register(order, build)
    for order, layer in MAP_LAYERS:
        map_layers.register(order, layer)
    for model in FOLLOWERS:
        roster_followers.register(model)
    number_corrections.register(renumbered.forget)
