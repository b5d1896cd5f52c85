"""Sheets on paper: what is printed for reviewers without a phone, each sheet with its code.

Chinese whatever the reader's language: they are papers for the village.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from core import audit, printing
from core.models import User
from village import selectors
from village.errors import PaperRefused
from village.models import Campaign, PaperSheet, Reviewer
from village.review_rules.form import STANDARD_FORM
from village.review_rules.negatives import NEGATIVE_KINDS
from village.review_rules.paper_codes import code_of

STYLES = ("css/pdf.css", "css/review-papers.css")
MOST_SHEETS = 400
FEN_PER_WAN = 1_000_000


@dataclass(frozen=True, slots=True)
class Blank:
    """One sheet to be filled in: about which household, and the code it is keyed by."""

    number: int
    head: str
    group: str
    household: str
    code: str


@dataclass(frozen=True, slots=True)
class Packet:
    """What one reviewer is handed in an envelope: a sheet for each household still to be judged."""

    name: str
    group: str
    sheets: Sequence[Blank]


def blank_sheets(reviewer_ids: Sequence[int], *, reader: User) -> bytes:
    """The empty sheets of these reviewers as PDF; it is written down who printed whose.

    What is judged or keyed already is left out. Raises PaperRefused where nothing is left, for
    more sheets than one file holds, and once the review is sealed.
    """
    reviewers = list(
        Reviewer.objects.filter(pk__in=reviewer_ids)
        .select_related("campaign__village__town", "customer__household__group")
        .order_by("campaign_id", "pk")
    )
    if any(each.campaign.status != Campaign.Status.REVIEWING for each in reviewers):
        raise PaperRefused(_("Sheets are printed only while the review is open."), code="sealed")
    packets = [(each, _packet(each)) for each in reviewers]
    packets = [(reviewer, packet) for reviewer, packet in packets if packet.sheets]
    count = sum(len(packet.sheets) for _reviewer, packet in packets)
    if not count:
        raise PaperRefused(_("These reviewers have nothing left to judge."), code="nothing_left")
    if count > MOST_SHEETS:
        raise PaperRefused(
            _("%(count)s sheets are too many for one file (%(most)s); choose fewer reviewers.")
            % {"count": count, "most": MOST_SHEETS},
            code="too_many",
        )
    for reviewer, _packet_of in packets:
        audit.read(reviewer, reader=reader, what="review sheets on paper")
    return _printed([packet for _reviewer, packet in packets], reviewers[0].campaign, reader)


def _packet(reviewer: Reviewer) -> Packet:
    keyed = set(
        PaperSheet.objects.filter(seat__reviewer=reviewer)
        .exclude(status=PaperSheet.Status.DISCARDED)
        .values_list("seat_id", flat=True)
    )
    left = [
        seat for seat in selectors.seats_of(reviewer) if not seat.is_done and seat.pk not in keyed
    ]
    blanks = [
        Blank(
            number=at,
            head=seat.household.heads[0].name if seat.household.heads else "",
            group=str(seat.household.group or ""),
            household=seat.household.number,
            code=code_of(seat.pk),
        )
        for at, seat in enumerate(left, 1)
    ]
    home = reviewer.customer.household
    return Packet(reviewer.customer.name, str(home.group or ""), blanks)


def _printed(packets: list[Packet], campaign: Campaign, reader: User) -> bytes:
    form = {"items": STANDARD_FORM.items, "negatives": NEGATIVE_KINDS}
    shown: dict[str, Any] = {
        "packets": packets,
        "campaign": campaign,
        "questions": render_to_string("village/_review_paper_questions.html", form),
        "most_wan": STANDARD_FORM.highest_amount_fen // FEN_PER_WAN,
        "reader": reader,
        "at": timezone.localtime(),
    }
    with override("zh-hans"):
        return printing.pdf(render_to_string("village/review_papers.html", shown), styles=STYLES)
