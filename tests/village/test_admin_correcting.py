"""Small corrections of people and households from a file, previewed and written on record."""

import io

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import crypto
from core.models import AuditEntry
from tests import make
from village.models import Customer, Household
from village.services import corrections

pytestmark = pytest.mark.django_db

PEOPLE, HOMES = "customer", "household"


@pytest.fixture
def manager(client):
    user = make.staff()
    client.force_login(user)
    return user


@pytest.fixture
def home(manager):
    return make.household(make.village(manager), number="H1")


def look(client, content, of=PEOPLE, name="a.csv"):
    content = content.encode() if isinstance(content, str) else content
    given = {"import_file": SimpleUploadedFile(name, content), "format": "0", "resource": "0"}
    return client.post(reverse(f"admin:village_{of}_import"), given)


def confirm(client, preview, of=PEOPLE):
    form = preview.context_data["confirm_form"]
    return client.post(reverse(f"admin:village_{of}_process_import"), form.initial)


def faults(preview):
    return [
        (each["line"], each["field"], "".join(each["reasons"]))
        for each in preview.context_data["faults"]
    ]


def test_people_are_corrected_after_a_look_sealed_findable_and_on_record(client, manager, home):
    person = make.customer(home, education="")
    content = (
        f"证件号码,姓名,手机号码,文化程度\n{person.id_number},{person.name},13812345678,高中\n"
    )

    preview = look(client, content)

    page = preview.content.decode()
    assert "高中" in page
    assert "138****5678" in page
    assert "13812345678" not in page
    assert person.id_number not in page
    assert Customer.objects.get().education == ""
    assert not AuditEntry.objects.filter(action="village.customer.corrected").exists()

    confirm(client, preview)

    found = Customer.objects.get()
    assert (found.education, found.mobile) == ("高中", "13812345678")
    assert found.mobile_index == crypto.blind_index("13812345678")
    assert found.id_index == crypto.blind_index(found.id_number)
    deed = AuditEntry.objects.get(action="village.customer.corrected")
    assert (deed.actor, deed.object_id) == (manager, person.pk)
    assert deed.detail == {"by": "file", "columns": ["mobile", "education"]}


def test_households_are_corrected_too_and_from_a_spreadsheet(client, home):
    book = openpyxl.Workbook()
    for cells in (["户号", "住址", "承包地亩数"], ["H1", "一组12号", "9.5"]):
        book.active.append(cells)
    held = io.BytesIO()
    book.save(held)

    confirm(client, look(client, held.getvalue(), HOMES, "a.xlsx"), HOMES)

    found = Household.objects.get()
    assert (found.address, str(found.land_mu)) == ("一组12号", "9.50")
    assert AuditEntry.objects.get(action="village.household.corrected").detail["columns"] == [
        "address",
        "land_mu",
    ]


def test_a_row_that_says_what_is_registered_changes_nothing(client, home):
    person = make.customer(home, education="高中")

    preview = look(client, f"证件号码,文化程度\n{person.id_number},高中\n")

    assert preview.context_data["result"].totals["update"] == 0
    assert "<tbody>" not in preview.content.decode()


def test_wrong_rows_are_named_by_line_column_and_reason_and_nothing_is_written(client, home):
    good, other = make.customer(home), make.customer(home, role="other")
    stranger = make.customer(make.household())
    lines = [
        "证件号码,姓名,手机号码,居住状况",
        f"{good.id_number},,13812345678,",
        f"{other.id_number},别人,,",
        f"{stranger.id_number},,13812345678,",
        f"{make.id_number()},,123,火星",
        ",,13812345678,",
        f"{good.id_number},,13812345679,",
        '"老"王,,,',
    ]

    preview = look(client, "\n".join(lines) + "\n")

    told = faults(preview)
    assert [each[:2] for each in told] == [
        (3, "姓名"),
        (4, "证件号码"),
        (5, "手机号码"),
        (5, "居住状况"),
        (6, "证件号码"),
        (7, "证件号码"),
        (8, "证件号码"),
    ]
    assert "2" in told[5][2]  # the line that it repeats, not its own
    assert "confirm_form" not in preview.context_data
    assert stranger.id_number not in preview.content.decode()
    assert not AuditEntry.objects.filter(action__endswith="corrected").exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("证件号码,名单\n1,黑\n", "证件号码"),
        ("证件号码,文化程度,名单\n1,高中,黑\n", "名单"),
        ("证件号码,文化程度\n" + "1,高中\n" * (corrections.MOST_ROWS + 1), "2,001"),
        ("\n\n", ""),
        (b"PK\x03\x04 broken", ""),
    ],
)
def test_what_is_no_small_list_of_corrections_says_why(client, manager, content, says):
    answer = look(client, content)

    assert answer.status_code == 200
    (told,) = answer.context_data["form"].errors["import_file"]
    assert says in told
    assert "confirm_form" not in answer.context_data


def test_a_preview_is_confirmed_against_the_register_as_it_stands(client, home):
    person = make.customer(home, education="")
    preview = look(client, f"证件号码,文化程度\n{person.id_number},高中\n")
    elsewhere = make.household()
    Customer.objects.update(household=elsewhere)

    answer = confirm(client, preview)

    assert answer.url == reverse("admin:village_customer_import")
    assert Customer.objects.get().education == ""


def test_a_preview_that_nobody_kept_is_handed_in_again(client, home):
    person = make.customer(home)
    preview = look(client, f"证件号码,文化程度\n{person.id_number},高中\n")
    form = preview.context_data["confirm_form"].initial | {"import_file_name": "x"}

    answer = client.post(reverse("admin:village_customer_process_import"), form, follow=True)

    assert [each.level_tag for each in answer.context["messages"]] == ["error"]
    assert answer.redirect_chain


def test_who_may_not_correct_one_by_one_does_not_correct_many(client):
    make.customer()
    client.force_login(make.staff("auditor"))

    register = client.get(reverse("admin:village_customer_changelist"))

    assert 'href="import/"' not in register.content.decode()
    assert client.get(reverse("admin:village_customer_import")).status_code == 403
    assert client.post(reverse("admin:village_customer_process_import")).status_code == 403


def test_people_are_looked_up_at_once(client, home):
    people = [make.customer(home, role="other", education="") for _ in range(12)]

    def asked(some):
        rows = "".join(f"{each.id_number},\n" for each in some)
        with CaptureQueriesContext(connection) as counted:
            look(client, f"证件号码,文化程度\n{rows}")
        return len([each for each in counted if "village_customer" in each["sql"]])

    assert asked(people) == asked(people[:2])
