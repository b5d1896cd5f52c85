"""Features of customers from what is known already: nobody outside is asked.

Own sources, answers that came under an authorisation that still stands, delivered files where no
answer did, and photographed papers where neither did. What an authorisation that has ended allowed
is not read, nor what somebody allowed in order to answer for another's loan: nobody offers them a
loan, or visits them, for what was asked about them as a guarantor.
"""

import json
from collections.abc import Collection, Sequence
from datetime import date, timedelta

import polars as pl
from django.db import connection

from admission.features import AMONG_MEMBERS, OUTSIDE, Asked, frame, sources_behind, table
from admission.models import Authorisation, AuthorisationRequest
from admission.services import paper_sources
from admission.sources import SOURCES
from admission.sources.own import delivered_frames, own_frames
from village.services import copying

OWN_PURPOSES = (
    Authorisation.Purpose.GRANTING,
    Authorisation.Purpose.APPLICATION,
    Authorisation.Purpose.POST_LOAN,
)
"""What an answer must have been asked for to be read here."""


def features_of(
    customer_ids: Sequence[int], names: Collection[str], *, as_of: date
) -> pl.DataFrame:
    """One row a customer with the features asked for; unknown stays None.

    The others of their households are read as well where something is worked out among them.
    """
    if AMONG_MEMBERS.isdisjoint(names):
        return features_of_homes(customer_ids, names, as_of=as_of)
    ids = pl.Series("customer_id", list(customer_ids), pl.Int64())
    everybody = copying.in_bulk(_MEMBERS, {"customer_id": pl.Int64()}, (copying.ids(ids),))
    told = features_of_homes(
        pl.concat([ids.to_frame(), everybody]).unique(maintain_order=True)["customer_id"],
        names,
        as_of=as_of,
    )
    return ids.to_frame().join(told, on="customer_id", how="left", maintain_order="left")


_MEMBERS = """
SELECT id FROM village_customer
 WHERE state <> 'died' AND household_id IN (
     SELECT household_id FROM village_customer WHERE id = ANY(%s::bigint[]))
 ORDER BY id
"""


def features_of_homes(
    customer_ids: Sequence[int], names: Collection[str], *, as_of: date
) -> pl.DataFrame:
    """The same of customers among whom all living members of their households are."""
    needed = sources_behind(names)
    outside = needed & OUTSIDE.keys()
    answers = _answers(sorted(outside), customer_ids, as_of)
    files = {
        source: told.select("customer_id", *OUTSIDE[source])
        for source, told in delivered_frames(outside, customer_ids, as_of).items()
    }
    frames = own_frames(needed, customer_ids)
    papers = paper_sources.read(needed, customer_ids, as_of).frames
    for source in sorted(outside | papers.keys()):
        told = _filled(_filled(answers.get(source), files.get(source)), papers.get(source))
        if told is not None:
            frames[source] = told
    return table(customer_ids, frames, as_of=as_of, asked=Asked(), only=names)


def _filled(answers: pl.DataFrame | None, files: pl.DataFrame | None) -> pl.DataFrame | None:
    """What one tells, and what the other tells of people of whom the first does not."""
    if answers is None or files is None:
        return answers if files is None else files
    missing = files.join(answers, on="customer_id", how="anti")
    return pl.concat([answers, missing.select(answers.columns)])


_ANSWERS = """
SELECT DISTINCT ON (r.customer_id, r.source) r.source, r.customer_id, r.values
  FROM unnest(%s::text[], %s::date[]) AS fresh (source, since)
  JOIN admission_sourcerecord r USING (source)
  JOIN admission_authorisation a ON a.id = r.authorisation_id
 WHERE r.customer_id = ANY(%s::bigint[]) AND r.status = 'answered'
   AND r.as_of > fresh.since AND r.as_of <= %s AND a.withdrawn_at IS NULL AND a.valid_until >= %s
   AND a.purpose = ANY(%s) AND NOT EXISTS (
       SELECT FROM admission_authorisationrequest q
        WHERE q.authorisation_id = a.id AND q.capacity = %s)
 ORDER BY r.customer_id, r.source, r.id DESC
"""


def _answers(
    sources: list[str], customer_ids: Sequence[int], as_of: date
) -> dict[str, pl.DataFrame]:
    """The newest fresh answer of each source that was given for the customer's own borrowing, where
    its authorisation still stands."""
    if not sources:
        return {}
    since = [as_of - timedelta(days=SOURCES[each].days) for each in sources]
    told: dict[str, dict[int, dict[str, object]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            _ANSWERS,
            (
                sources,
                since,
                copying.ids(customer_ids),
                as_of,
                as_of,
                list(OWN_PURPOSES),
                AuthorisationRequest.Capacity.GUARANTOR,
            ),
        )
        for source, customer, values in cursor:
            told.setdefault(source, {})[customer] = json.loads(values)
    return {source: frame(source, rows) for source, rows in told.items()}
