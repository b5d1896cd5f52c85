"""What can be done in the admission room."""

from admission.features import Asked
from admission.services.authorisations import (
    authorise,
    authorise_many,
    authorise_on_paper,
    first_choice,
    leave_to_guarantee,
    usable,
    withdraw,
)
from admission.services.deciding import decide, decide_many
from admission.services.deposits import import_deposits
from admission.services.replaying import held_against_the_person, replay
from admission.services.rule_sets import draft_rule_set, refresh_fingerprint, revise
from admission.services.waiting import (
    empty_sources,
    known_of,
    may_be_asked_again,
    must_sign_again,
)

__all__ = [
    "Asked",
    "authorise",
    "authorise_many",
    "authorise_on_paper",
    "decide",
    "decide_many",
    "draft_rule_set",
    "empty_sources",
    "first_choice",
    "held_against_the_person",
    "import_deposits",
    "known_of",
    "leave_to_guarantee",
    "may_be_asked_again",
    "must_sign_again",
    "refresh_fingerprint",
    "replay",
    "revise",
    "usable",
    "withdraw",
]
