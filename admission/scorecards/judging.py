"""Whether a card can judge people of whom certain columns are known, and no others."""

from collections.abc import Collection

from admission.scorecards.card import Card
from admission.scorecards.errors import Unusable


def must_be_fit_to_judge(card: Card, known: Collection[str]) -> None:
    """Refuse a card that asks what is not ``known`` or would refuse people. Raises Unusable."""
    strange = [name for name in card.names if name not in known]
    if strange:
        raise Unusable(
            "The card asks %(columns)s, which no decision knows or may judge by.",
            columns=", ".join(strange),
        )
    if card.settings.unseen == "refuse":
        raise Unusable("A card that judges must say what words count for that it never saw.")
