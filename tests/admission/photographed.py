"""Builders of photographed papers: taken, read by a worker, mended and taken over."""

from datetime import datetime

from admission.readings.fields import sex_in
from admission.services import photographed_papers
from tests.admission import drawn_papers
from tests.admission.conftest import SHANGHAI
from tests.admission.test_readings import lines

AT = datetime(2026, 6, 29, 10, tzinfo=SHANGHAI)


def front(person, number=""):
    return [
        f"姓名{person.name}",
        f"性别{sex_in(person.id_number)}民族汉",
        "住址 江苏省灌云县",
        f"公民身份号码{number or person.id_number}",
    ]


def taken(person, manager, kind="id_card_front", content=None):
    content = content or drawn_papers.card_front(person.name, person.id_number)
    return photographed_papers.take(person.pk, kind=kind, content=content, actor=manager, at=AT)


def worked(paper, *texts):
    """Read by a recogniser that sees these lines."""
    return photographed_papers.work(paper.pk, at=AT, recogniser=lambda _content: lines(*texts))


def tried(paper, at, error=None):
    """A worker stops at it."""

    def stops(_content):
        raise error or ZeroDivisionError(paper.customer.id_number)

    return photographed_papers.work(paper.pk, at=at, recogniser=stops)


def picture(number):
    """Another picture each time: the same one is kept once."""
    return drawn_papers.card_front(f"王守{number}", "11010519491231002X")


def values(paper, **changed):
    return {each["name"]: each["value"] for each in paper.fields_found} | changed


def accepted(paper, manager, **changed):
    return photographed_papers.accept(
        paper.pk, values=values(paper, **changed), actor=manager, at=AT
    )
