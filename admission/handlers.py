"""How the admission room reacts to what is told; config/wiring.py says to what."""

from admission.events import RuleSimulationOpened
from admission.models import RuleSimulation
from admission.services import rule_simulating
from admission.tasks import simulate_rules
from core.tasks import hand_over


def simulate(event: RuleSimulationOpened) -> None:
    """A simulation's customers are to be judged."""
    simulation = RuleSimulation.objects.select_related("run").get(pk=event.simulation_id)
    for shard_id in rule_simulating.waiting(simulation):
        hand_over(simulate_rules, shard_id)
