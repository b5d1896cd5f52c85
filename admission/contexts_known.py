"""What is known of one customer in features, by the source that tells it."""

from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise

from admission.contexts import Figure, figure
from admission.contexts_features import in_order, source_name
from admission.features import FEATURES
from admission.models import KnownFeatures
from village.models import Customer


@dataclass(frozen=True)
class Told:
    """One source: the features it tells of somebody, and how many it leaves unknown."""

    source: str | Promise
    figures: list[Figure]
    unknown: int


@dataclass(frozen=True)
class KnownPart:
    """The features of one customer as the county's run last found them."""

    since: date | None
    known: int
    total: int
    sources: list[Told]

    @classmethod
    def build(cls, customer: Customer) -> "KnownPart":
        """One query; nothing is known of whoever no run has come to yet."""
        kept = KnownFeatures.objects.filter(customer=customer).first()
        values = kept.values if kept else {}
        by_source: dict[str, list[str]] = {}
        for each in in_order():
            by_source.setdefault(each.source, []).append(each.name)
        return cls(
            since=kept.since if kept else None,
            known=len(values.keys() & FEATURES.keys()),
            total=len(FEATURES),
            sources=[
                Told(
                    source=source_name(source),
                    figures=[figure(name, values[name]) for name in names if name in values],
                    unknown=sum(name not in values for name in names),
                )
                for source, names in by_source.items()
            ],
        )
