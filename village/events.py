"""What happens in this room that others wait for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CampaignSealed:
    """No sheet of a campaign comes in or goes out any more."""

    campaign_id: int


@dataclass(frozen=True)
class CampaignConcluded:
    """A campaign's sheets were turned into one outcome per household."""

    campaign_id: int


@dataclass(frozen=True)
class OutcomesDecided:
    """The branch has confirmed outcomes of a campaign; lines may be granted on them."""

    campaign_id: int


@dataclass(frozen=True)
class BlackListChanged:
    """Households came onto the black list, or left it: the bank's own list or that of others."""

    households: int


@dataclass(frozen=True)
class SpotCheckDisagreed:
    """Somebody on the spot found the review of a household wrong."""

    check_id: int


@dataclass(frozen=True)
class GridHandedOver:
    """Somebody else walks a grid from now on, or villages came to it from another."""

    grid_id: int


@dataclass(frozen=True)
class RegisterChanged:
    """A roster of people and households was brought in, or was undone."""

    import_id: int


@dataclass(frozen=True)
class NumberCorrected:
    """Somebody was registered under a wrong ID number and bears the right one now."""

    customer_id: int


@dataclass(frozen=True)
class RosterReceived:
    """A roster file whose headings are understood waits to be tried out."""

    import_id: int


@dataclass(frozen=True)
class RosterOrdered:
    """A roster file that was tried out is to be brought in."""

    import_id: int
