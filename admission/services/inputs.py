"""From people to the rows that rules are heard on: outside answers, own files, the spouse."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import polars as pl

from admission.features import (
    OF_AN_APPLICATION,
    OUTSIDE,
    OWN,
    Asked,
    sources_behind,
    table,
)
from admission.judgement import SILENT, RuleBook
from admission.judgement.verdict import any_high
from admission.models import Authorisation, SourceRecord
from admission.services import paper_sources
from admission.services.arriving import Arriving
from admission.services.authorisations import first_choice, usable
from admission.services.gathering import Person, Records, gathering
from admission.services.paper_sources import Papers, Sheet
from admission.sources import SOURCES, Source
from admission.sources.own import delivered_frames, own_frames
from village.models import Customer
from village.selectors_couples import spouses_of

MARRIED = "已婚"


@dataclass(frozen=True)
class Row:
    """One row of a delivered file: which delivery, which line, of which day."""

    delivery: int
    line: int
    as_of: date


@dataclass(frozen=True)
class Inputs:
    """One row of fields per applicant, in the order given, and the records they rest on.

    ``delivered`` are, by customer and source, the delivered rows that stood in for an answer,
    ``papers`` the photographed papers that spoke where neither did.
    """

    rows: pl.DataFrame
    records: Mapping[int, Records]
    delivered: Mapping[int, Mapping[str, Row]]
    papers: Mapping[int, Mapping[str, list[Sheet]]]


def collect(
    applicants: Sequence[Person],
    book: RuleBook,
    *,
    asked: Asked,
    purpose: str,
    as_of: date,
    at_once: int | None,
    anew: Collection[str] = (),
    also: Collection[str] = (),
    kept: Collection[str] = (),
) -> Inputs:
    """Ask whom the rules need asked, about the applicants and about spouses who allowed it.

    Fields named in ``also`` are asked for like those of the rules. For those in ``kept`` our own
    files are read, and nobody outside is asked.
    """
    spouses = _spouses(applicants, purpose, as_of)
    people = {each.customer.pk: each for each in [*spouses.values(), *applicants]}
    needed = sources_behind(book.fields.union(also)) | sources_behind(kept) & OWN.keys()
    outside = needed & OUTSIDE.keys()
    arriving = Arriving(people.keys(), as_of)
    with gathering(
        people.values(), outside, as_of=as_of, at_once=at_once, anew=anew, heard=arriving.hear
    ) as records:
        own = own_frames(needed, list(people))
        for name, told in own.items():
            arriving.add(name, told)
    answers = {name: arriving.frame(name, records) for name in outside}
    missing = {name for name, told in answers.items() if told.height < len(people)}
    files = delivered_frames(missing, list(people), as_of)
    standing_in = {
        name: _may_stand_in(_unanswered(told, answers[name]), SOURCES[name], records, as_of)
        for name, told in files.items()
    }
    known = {name: _filled(told, standing_in.get(name)) for name, told in answers.items()}
    papers = paper_sources.read(missing | needed & OWN.keys(), list(people), as_of)
    with_papers = {
        name: _filled(told, _unanswered(papers.frames[name], told))
        for name, told in known.items()
        if name in papers.frames
    }
    frames = own | papers.frames | known | with_papers
    of_people = partial(table, frames=frames, as_of=as_of, told=arriving.told)
    rows = of_people([each.customer.pk for each in applicants], asked=asked)
    hit = _high_hits(book, of_people, [each.customer.pk for each in spouses.values()])
    about = [_about_spouse(each.customer, spouses, hit) for each in applicants]
    faces = [each.face_score for each in applicants] if asked.face_score is None else None
    filled = rows.with_columns(
        pl.Series("face_score", faces, pl.Float64) if faces else pl.col("face_score"),
        pl.Series("spouse_authorised", [allowed for allowed, _ in about], pl.Boolean),
        pl.Series("spouse_high_hit", [high for _, high in about], pl.Boolean),
        pl.Series(SILENT, _silent(rows["customer_id"], known), pl.Int64),
    )
    return Inputs(filled, records, _rows_behind(standing_in), _papers_behind(papers, known))


def _high_hits(
    book: RuleBook, of_people: Callable[..., pl.DataFrame], spouses: Sequence[int]
) -> dict[int, bool | None]:
    """By spouse: whether some high rule holds for them, who apply for nothing themselves."""
    if not spouses:
        return {}
    married = of_people(spouses, asked=Asked())
    heard = any_high(book, married, without=OF_AN_APPLICATION)
    return dict(zip(married["customer_id"], heard, strict=True))


def _silent(customers: pl.Series, known: Mapping[str, pl.DataFrame]) -> list[int]:
    """Of how many sources each customer has neither an answer nor a file that stands in."""
    told = [set(frame["customer_id"]) for frame in known.values()]
    return [sum(pk not in each for each in told) for pk in customers]


def _unanswered(files: pl.DataFrame, answers: pl.DataFrame) -> pl.DataFrame:
    """What files tell of people about whom the office itself has not answered."""
    return files.join(answers, on="customer_id", how="anti", maintain_order="left")


def _may_stand_in(
    files: pl.DataFrame, source: Source, records: Mapping[int, Records], as_of: date
) -> pl.DataFrame:
    """What files may tell in the place of an office that was asked.

    Of whom it gave no answer: only what is no older than an answer of its own may be. Of whom it
    said something that is not trusted: nothing, since something is wrong there today.
    """
    asked = {pk: of[source.name].status for pk, of in records.items() if source.name in of}
    silent = _those(asked, SourceRecord.Status.FAILED)
    doubted = _those(asked, SourceRecord.Status.QUARANTINED)
    who, is_old = pl.col("customer_id"), pl.col("as_of") <= as_of - timedelta(days=source.days)
    return files.filter(~who.is_in(doubted.implode()) & ~(is_old & who.is_in(silent.implode())))


def _those(asked: Mapping[int, str], status: str) -> pl.Series:
    return pl.Series([pk for pk, came in asked.items() if came == status], dtype=pl.Int64)


def _filled(answers: pl.DataFrame, files: pl.DataFrame | None) -> pl.DataFrame:
    """Answers, and what stands in for those that are missing."""
    if files is None or not files.height:
        return answers
    return pl.concat([answers, files.select(answers.columns)])


def _rows_behind(standing_in: Mapping[str, pl.DataFrame]) -> dict[int, dict[str, Row]]:
    behind: dict[int, dict[str, Row]] = {}
    for name, told in standing_in.items():
        for pk, *row in told.select("customer_id", "delivery", "line", "as_of").iter_rows():
            behind.setdefault(pk, {})[name] = Row(*row)
    return behind


def _papers_behind(
    papers: Papers, known: Mapping[str, pl.DataFrame]
) -> dict[int, dict[str, list[Sheet]]]:
    """By customer and source, the papers that spoke: not of whom an office or a file has told."""
    behind: dict[int, dict[str, list[Sheet]]] = {}
    for name, of in papers.behind.items():
        told = set(known[name]["customer_id"]) if name in known else set()
        for pk in of.keys() - told:
            behind.setdefault(pk, {})[name] = of[pk]
    return behind


def _spouses(applicants: Sequence[Person], purpose: str, as_of: date) -> dict[int, Person]:
    """By applicant: the spouse, if the file knows one who has allowed it as well."""
    married = spouses_of([each.customer.pk for each in applicants])
    if not married:
        return {}
    live = (
        usable(purpose=purpose, on=as_of)
        .filter(customer__in={pk for spouses in married.values() for pk in spouses})
        .select_related("customer", "request")
        .order_by("id")
    )
    leaves: dict[int, list[Authorisation]] = {}
    for each in live:
        leaves.setdefault(each.customer_id, []).append(each)
    chosen = {pk: first_choice(own) for pk, own in leaves.items()}
    allowed = {
        applicant: [Person(chosen[pk].customer, chosen[pk]) for pk in spouses if pk in chosen]
        for applicant, spouses in married.items()
    }
    return {
        applicant: max(people, key=lambda each: each.authorisation.pk)
        for applicant, people in allowed.items()
        if people
    }


def _about_spouse(
    applicant: Customer, spouses: Mapping[int, Person], hit: Mapping[int, bool | None]
) -> tuple[bool, bool | None]:
    """Whether the spouse has allowed it, and whether a high rule holds for them.

    Without leave it is not known; for whoever is not married there is nothing to know.
    """
    spouse = spouses.get(applicant.pk)
    if spouse is not None:
        return True, hit[spouse.customer.pk]
    return False, None if applicant.marital in (MARRIED, "") else False
