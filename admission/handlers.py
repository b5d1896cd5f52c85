"""How the admission room reacts to what it is told; config/wiring.py says to what.

Handlers run inside a transaction; what takes long is handed to a worker once that has committed.
"""

from django.db import transaction

from admission import tasks
from admission.deliveries.classes import CLASSES, WATCH_LISTS
from admission.events import (
    AdmissionAsked,
    AnswerReadAgain,
    CustomerDecided,
    DeliveryOrdered,
    ExplorationAsked,
    FileReceived,
    MeasuringAsked,
    PaperPhotographed,
    PeopleHandedIn,
    PortfolioAsked,
    RuleSimulationOpened,
    ScorecardDrafted,
    TaggingAsked,
    TrainingAsked,
    WatchingAsked,
)
from admission.models import RuleSimulation
from admission.services import deliveries, reading_again, risk_wall
from core import runs
from core.models import Run
from core.tasks import hand_over
from village.events import NumberCorrected, RegisterChanged


def simulate(event: RuleSimulationOpened) -> None:
    """A simulation's customers are to be judged."""
    simulation = RuleSimulation.objects.select_related("run").get(pk=event.simulation_id)
    work = tasks.simulate_rules
    if simulation.is_of_portfolio:
        work = tasks.simulate_rules_on_portfolio
    for shard_id in runs.waiting(simulation.run):
        hand_over(work, shard_id)


def take_in_file(event: FileReceived) -> None:
    """A file of data that was handed in is to be taken in."""
    hand_over(tasks.take_in_file, event.file_id)


def look_newcomers_up(_event: RegisterChanged) -> None:
    """People were registered of whom the newest black and grey lists may tell: whoever is on them
    is neither judged nor granted until the next lists come."""
    if newest := deliveries.newest_with_strangers(CLASSES[WATCH_LISTS]):
        hand_over(tasks.match_again, newest.pk)


def look_renumbered_up(_event: NumberCorrected) -> None:
    """Somebody bears the right ID number now: the newest black and grey lists say anew who is on
    them."""
    if newest := deliveries.newest(CLASSES[WATCH_LISTS]):
        hand_over(tasks.match_again, newest.pk)


def decide_anew(event: AnswerReadAgain) -> None:
    """Somebody who waited for a report that is sound by now is to be decided about."""
    if decision := reading_again.waiting_for(event.record_id):
        hand_over(tasks.decide_again, decision.pk)


def take_in_ordered(event: DeliveryOrdered) -> None:
    """A delivery held back is to be taken in all the same, or one taken in to be withdrawn."""
    hand_over(tasks.take_in_ordered, event.delivery_id)


def fit_scorecard(event: ScorecardDrafted) -> None:
    """A drafted scorecard is to be fitted."""
    hand_over(tasks.fit_scorecard, event.scorecard_id)


def train_scorecard(event: TrainingAsked) -> None:
    """A card is to be trained on the county's history."""
    hand_over(tasks.train_scorecard, event.run_id)


def watch_scorecard(event: WatchingAsked) -> None:
    """A card is to be held against the decisions it scored, or against people of a file."""
    hand_over(tasks.watch_scorecard, event.run_id)


def score_people(event: PeopleHandedIn) -> None:
    """A file of people is to be scored."""
    hand_over(tasks.score_people, event.scored_file_id)


def read_paper(event: PaperPhotographed) -> None:
    """A photographed paper is to be read."""
    hand_over(tasks.read_paper, event.paper_id)


def explore(event: ExplorationAsked) -> None:
    """Groups of customers are to be looked for."""
    hand_over(tasks.explore, event.exploration_id)


def tag_county(event: TaggingAsked) -> None:
    """Everybody is to be tagged anew."""
    hand_over(tasks.tag_county, event.asked_by_id)


def measure_county(event: MeasuringAsked) -> None:
    """All features are to be measured anew."""
    hand_over(tasks.measure_county, event.asked_by_id)


def stir_wall(event: CustomerDecided) -> None:
    """Somebody was decided about; walls that are open look again."""
    transaction.on_commit(risk_wall.stir)


def hear_county(event: PortfolioAsked) -> None:
    """What the rules say of everybody is to be worked out anew."""
    hand_over(tasks.hear_county, event.asked_by_id)


def admit_villages(event: AdmissionAsked) -> None:
    """The borrowers of some villages are to be decided about, each village a task."""
    for shard_id in runs.waiting(Run.objects.get(pk=event.run_id)):
        hand_over(tasks.admit_shard, shard_id)
