"""The file of a household and of a person: what it shows, to whom, and what is written down."""

import shutil
import subprocess
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import audit
from core.models import Reading
from core.roles import Role
from tests import make
from tests.village.roster_files import row, table
from tests.village.test_services_photos import picture
from village.contexts.files import Review
from village.models import Customer, Household, Outcome, Relation
from village.review_rules.scoring import VisitReason
from village.services import roster_undo, rosters
from village.services.judging import NEGATIVE_REPORTED, NO_LIMIT
from village.services.stages import SPOT_CHECK
from visits.models import VisitTask

pytestmark = pytest.mark.django_db

FIRST, SECOND, THIRD = date(2026, 3, 31), date(2026, 6, 30), date(2026, 7, 5)


@pytest.fixture
def manager():
    return make.staff()


@pytest.fixture
def village(manager):
    return make.village(manager)


@pytest.fixture
def home(village):
    household = make.household(village)
    make.customer(household, name="王守田")
    make.customer(household, name="李巧云", role="spouse", sex="female")
    return household


@pytest.fixture
def signed_in(client, manager):
    client.force_login(manager)
    return client


def tie(one, other, kind="guarantor"):
    low, high = sorted((one, other), key=lambda each: each.pk)
    return Relation.objects.create(one=low, other=high, kind=kind)


def head(household):
    return household.members.get(role="head")


def file_of(household):
    return reverse("village:household", args=[household.pk])


def desk_file_of(household):
    return reverse("admin:village_household_file", args=[household.pk])


def count_queries(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_what_nobody_said_is_unknown_and_never_nought(signed_in, home):
    Household.objects.filter(pk=home.pk).update(declared_on=make.DAY, house_value=5_000_000, debt=0)

    page = signed_in.get(file_of(home)).context["page"]

    means = {str(each.label): each for each in page.means}
    assert [each.value for each in page.means].count("0.00") == 1
    assert next(each for each in page.means if each.value == "5.00").day == make.DAY
    assert means["净资产"].value is None
    text = signed_in.get(file_of(home)).content.decode()
    assert "未知" in text


def test_every_known_figure_names_its_source(signed_in, home):
    Household.objects.filter(pk=home.pk).update(declared_on=make.DAY, house_value=5_000_000)

    page = signed_in.get(file_of(home)).context["page"]

    figures = [each for topic in page.figures.values() for each in topic]
    assert len(figures) > 10
    assert all(each.source for each in figures)


def test_the_graph_reaches_two_steps_and_no_further(signed_in, village, home):
    homes = [make.household(village) for _ in range(3)]
    people = [make.customer(each) for each in homes]
    tie(head(home), people[0])
    tie(people[0], people[1], "kin")
    tie(people[1], people[2], "partner")

    page = signed_in.get(file_of(home)).context["page"]

    drawn = {each.place.household: each.place.step for each in page.ties.graph.boxes}
    assert drawn == {home.pk: 0, homes[0].pk: 1, homes[1].pk: 2}
    (near,) = page.ties.near
    assert [each.pk for each in near.beyond] == [homes[1].pk]
    assert near.ties[0].member == "王守田"


def test_the_list_beside_the_drawing_names_everybody_who_is_drawn(signed_in, village, home):
    others = [make.customer(make.household(village), name=f"邻居{at}") for at in range(3)]
    for each in others:
        tie(head(home), each)

    text = signed_in.get(file_of(home)).content.decode()

    listed = text[text.index("file-ties") :]
    assert all(f"{each.name}户" in listed for each in others)
    assert "style=" not in text


def test_a_household_elsewhere_is_named_as_a_neighbour_but_not_opened(signed_in, home):
    stranger = make.customer()
    beyond = make.customer(make.household(stranger.household.village))
    tie(head(home), stranger)
    tie(stranger, beyond)

    ties = signed_in.get(file_of(home)).context["page"].ties

    (near,) = ties.near
    assert (near.name, near.url, near.beyond) == (stranger.name, "", ())
    assert ties.out_of_sight == 1
    assert signed_in.get(file_of(stranger.household)).status_code == 404


def test_guarantees_in_a_circle_are_pointed_out(signed_in, village, home):
    one, other = (make.customer(make.household(village)) for _ in range(2))
    for pair in ((head(home), one), (one, other), (head(home), other)):
        tie(*pair)

    answer = signed_in.get(file_of(home))

    near = answer.context["page"].ties.near
    assert [each.pk for each in near[0].beyond] == [near[1].pk]
    assert len(answer.context["page"].ties.circles) == 1
    assert one.name in answer.context["page"].ties.circles[0]


def test_every_reason_for_a_second_look_is_told_in_words():
    reasons = [*map(str, VisitReason), NEGATIVE_REPORTED, NO_LIMIT, SPOT_CHECK]

    shown = Review(Outcome(visit_reasons=reasons)).reasons

    assert len(shown) == len(reasons)
    assert not set(shown) & set(reasons)


def test_what_happened_comes_from_all_rooms_newest_first(signed_in, manager, home):
    VisitTask.objects.create(
        household=home,
        manager=manager,
        due_on=make.DAY,
        status=VisitTask.Status.ACCEPTED,
        accepted_at="2026-03-05T02:00:00Z",
    )
    signed_in.post(
        reverse("village:take-photo", args=[head(home).pk]),
        {"photo": SimpleUploadedFile("a.jpg", picture(), "image/jpeg")},
    )

    entries = signed_in.get(file_of(home)).context["page"].timeline.all

    days = [each.day for each in entries]
    assert days == sorted(days, reverse=True)
    assert {str(each.room) for each in entries} == {"登记", "走访"}


def test_that_a_file_changed_somebody_and_was_undone_is_both_told(signed_in, manager, home):
    deeds = ("corrected", "put_back")
    for who in (home, head(home)):
        for deed in deeds:
            audit.record(who, f"{who._meta.label_lower}.{deed}", actor=manager)

    told = [
        each.happening.title for each in signed_in.get(file_of(home)).context["page"].timeline.all
    ]

    assert told[:4] == [
        "撤销导入，恢复人员登记",
        "人员登记更正",
        "撤销导入，恢复户登记",
        "户登记更正",
    ]


def register_days(signed_in, home):
    """From when the register is, by the file of a household and by that of its head."""
    person = reverse("village:customer", args=[head(home).pk])
    return [signed_in.get(each).context["page"].registered for each in (file_of(home), person)]


def test_the_register_is_of_the_day_of_its_newest_roster_whatever_list_was_decided(
    signed_in, manager, village
):
    def bring(line, day):
        made = rosters.import_content(
            table(line, headings=list(line)), name="a.csv", actor=None, as_of=day
        )
        assert made.refused == 0
        return made

    line = row(村代码=village.code, 组号="")
    bring(line, FIRST)
    home = Household.objects.get()
    assert register_days(signed_in, home) == [FIRST, FIRST]

    home.list_flag = "grey"
    home.save()
    assert register_days(signed_in, home) == [FIRST, FIRST]
    moved = bring(line | {"姓名": "王军", "住址": "二组 8 号"}, SECOND)
    assert register_days(signed_in, home) == [SECOND, SECOND]
    roster_undo.undo(moved.pk, because="导错了", actor=make.staff(Role.ADMINISTRATOR))
    assert register_days(signed_in, home) == [FIRST, FIRST]
    Customer.objects.update(corrected_on=THIRD)
    assert register_days(signed_in, home) == [FIRST, THIRD]


@pytest.mark.parametrize("address", [file_of, desk_file_of])
def test_a_larger_household_with_more_ties_costs_no_more_queries(
    client, manager, village, home, address
):
    client.force_login(make.staff(Role.APPROVER))

    def grow():
        person = make.customer(home, role="child")
        other = make.customer(make.household(village))
        tie(person, other)
        tie(other, make.customer(make.household(village)))
        VisitTask.objects.create(
            household=home, manager=manager, due_on=make.DAY, status=VisitTask.Status.ASSIGNED
        )

    grow()
    before = count_queries(client, address(home))

    for _ in range(10):
        grow()

    assert count_queries(client, address(home)) == before


@pytest.mark.parametrize("door", ["village:household", "village:household-pdf"])
def test_an_invisible_household_is_not_there(client, home, door):
    client.force_login(make.staff())

    assert client.get(reverse(door, args=[home.pk])).status_code == 404


def test_an_invisible_household_has_no_file_at_the_desk_either(client, home):
    client.force_login(make.staff())
    person = head(home)

    assert client.get(desk_file_of(home)).status_code == 404
    assert client.get(reverse("admin:village_customer_file", args=[person.pk])).status_code == 404


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.PRODUCT_MANAGER])
def test_who_has_no_business_with_customers_opens_no_file(client, home, role):
    client.force_login(make.staff(role))
    person = head(home)
    addresses = [
        file_of(home),
        desk_file_of(home),
        reverse("village:household-pdf", args=[home.pk]),
        reverse("village:customer", args=[person.pk]),
        reverse("village:photo", args=[person.pk]),
        reverse("village:customers"),
        reverse("village:village", args=[home.village_id]),
    ]

    assert [client.get(each).status_code for each in addresses] == [403] * len(addresses)


def test_the_desk_shows_the_same_file_with_the_desks_links(client, home):
    client.force_login(make.staff(Role.APPROVER))

    answer = client.get(desk_file_of(home))
    person = client.get(reverse("admin:village_customer_file", args=[head(home).pk]))
    register = client.get(reverse("admin:village_household_changelist")).content.decode()
    entry = client.get(reverse("admin:village_household_change", args=[home.pk]))

    assert answer.context["page"].head == "王守田"
    assert reverse("admin:village_customer_file", args=[head(home).pk]) in answer.content.decode()
    assert desk_file_of(home) in person.content.decode()
    assert desk_file_of(home) in register
    assert desk_file_of(home) in entry.content.decode()


def test_a_photo_is_taken_shown_to_those_who_may_and_kept_by_their_browser_alone(
    signed_in, client, home
):
    person = head(home)
    address = reverse("village:photo", args=[person.pk])
    assert signed_in.get(address).status_code == 404

    taken = signed_in.post(
        reverse("village:take-photo", args=[person.pk]),
        {"photo": SimpleUploadedFile("a.png", picture("PNG"), "image/png")},
    )
    shown = signed_in.get(address)
    again = signed_in.get(address, headers={"if-none-match": shown["ETag"]})
    client.force_login(make.staff())

    assert taken.status_code == 302
    assert shown["Content-Type"] == "image/jpeg"
    assert "private" in shown["Cache-Control"]
    assert again.status_code == 304
    assert "no-store" not in again["Cache-Control"]
    assert client.get(address).status_code == 404
    assert client.get(address, headers={"if-none-match": shown["ETag"]}).status_code == 404


def test_a_file_that_is_no_photo_is_refused_with_the_reason(signed_in, home):
    person = head(home)
    address = reverse("village:take-photo", args=[person.pk])

    refused = signed_in.post(address, {"photo": SimpleUploadedFile("a.jpg", b"MZ", "image/jpeg")})

    assert refused.status_code == 422
    assert "JPEG" in refused.context["page"].photo.errors["photo"][0]
    assert not Customer.objects.exclude(photo=None).exists()


def test_nobody_photographs_without_leave_or_somebody_elses_customer(client, home):
    address = reverse("village:take-photo", args=[head(home).pk])
    given = {"photo": SimpleUploadedFile("a.jpg", picture(), "image/jpeg")}
    client.force_login(make.staff(Role.AUDITOR))
    without_leave = client.post(address, given).status_code
    client.force_login(make.staff())

    assert (without_leave, client.post(address, given).status_code) == (403, 404)


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext reads the printed file")
def test_a_person_is_printed_for_a_reason_with_numbers_masked(signed_in, manager, home, tmp_path):
    person = home.members.first()
    address = reverse("village:customer-pdf", args=[person.pk])

    silent = signed_in.post(address, {"reason": ""})
    printed = signed_in.post(address, {"reason": "贷审会材料"})

    assert silent.status_code == 422
    assert printed["Content-Type"] == "application/pdf"
    reading = Reading.objects.get()
    assert (reading.reader, reading.object_id, reading.reason) == (manager, person.pk, "贷审会材料")
    paper = tmp_path / "person.pdf"
    paper.write_bytes(printed.content)
    read = [shutil.which("pdftotext"), paper, "-"]
    words = subprocess.run(read, capture_output=True, text=True, check=True).stdout  # noqa: S603
    assert person.masked_id_number in words
    assert person.id_number not in words


def test_a_person_of_another_grid_is_not_printed(client, home):
    client.force_login(make.staff())
    address = reverse("village:customer-pdf", args=[home.members.first().pk])

    assert client.post(address, {"reason": "贷审会材料"}).status_code == 404


def test_paper_wants_a_reason_and_says_who_printed_it(signed_in, manager, home):
    address = reverse("village:household-pdf", args=[home.pk])

    asked = signed_in.get(address)
    silent = signed_in.post(address, {"reason": ""})
    assert not Reading.objects.exists()
    printed = signed_in.post(address, {"reason": "贷审会材料"})

    assert (asked.status_code, silent.status_code) == (200, 422)
    assert printed["Content-Type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF-")
    reading = Reading.objects.get()
    assert (reading.reader, reading.object_id, reading.reason) == (manager, home.pk, "贷审会材料")
    assert printed["Cache-Control"] == "no-store, private"
