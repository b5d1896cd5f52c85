"""Files of data on their way to figures, and back to the line."""

import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from admission.errors import DeliveryRefused
from admission.models import Delivery, Figures
from admission.services import deliveries, lineage, unmatched
from core import documents
from core.errors import SameHands
from core.models import AuditEntry, Reading
from core.roles import Role
from sandbox.county.deliveries import FOLDER, MADE, write_deliveries
from sandbox.county.deliveries_answers import ANSWERS, ANSWERS_FOLDER
from sandbox.county.making import make_county
from tests import make
from tests.admission.brought import (
    AT,
    HOMES,
    JUNE,
    MAY,
    PAYROLL,
    STRANGER,
    bring,
    figures_of,
    home,
    odd,
    paid,
    text,
)

pytestmark = pytest.mark.django_db


class TestTakingIn:
    def test_good_rows_become_figures_with_their_delivery_and_line(self):
        customer = make.customer()

        made = bring(paid(STRANGER), paid(customer))

        told = figures_of(customer)
        assert (made.kind, made.status, made.as_of) == ("payroll", "taken", JUNE)
        assert (made.rows, made.matched, made.unmatched, made.refused) == (2, 1, 1, 0)
        assert told.values == {"average_6m": 420_000, "months_12m": 12, "employer": "云台小学"}
        assert (told.delivery, told.line, told.as_of) == (made, 4, JUNE)
        assert AuditEntry.objects.filter(action="admission.delivery.taken").count() == 1

    def test_bad_rows_come_back_with_line_field_and_reason_and_may_be_brought_again(self):
        wrong, good = make.customer(), make.customer()

        made = bring(paid(wrong, amount="四千"), paid(good))

        back = documents.content(made.refusals).decode("utf-8-sig")
        assert (made.matched, made.refused) == (1, 1)
        assert "近6月月均代发(元)" in back.splitlines()[2]
        assert ",3," in back.splitlines()[2]
        corrected = back.replace("四千", "4000").encode()
        again = deliveries.import_content(corrected, name="again.csv", actor=None, at=AT)
        assert (again.rows, again.matched) == (1, 1)
        assert figures_of(wrong).values["average_6m"] == 400_000

    def test_the_same_file_again_is_the_same_delivery(self):
        customer = make.customer()
        first = bring(paid(customer))

        second = bring(paid(customer))

        assert first.pk == second.pk
        assert second.written == 0
        assert Figures.objects.count() == 1

    def test_the_same_file_again_finds_people_registered_since(self):
        bring(paid(STRANGER))
        newcomer = make.customer(id_number=STRANGER)

        made = bring(paid(STRANGER))

        assert (made.matched, made.unmatched) == (1, 0)
        assert figures_of(newcomer).delivery == made

    def test_older_data_never_replace_newer(self):
        customer = make.customer()
        bring(paid(customer, amount=5000))

        late = bring(paid(customer, amount=1000, day=MAY))

        assert figures_of(customer).values["average_6m"] == 500_000
        assert [each["code"] for each in late.findings] == ["old", "overtaken"]

    def test_a_correction_of_the_same_day_counts_and_the_first_file_again_does_not(self):
        customer = make.customer()
        bring(paid(customer, amount=5000))
        bring(paid(customer, amount=6000))

        bring(paid(customer, amount=5000))

        assert figures_of(customer).values["average_6m"] == 600_000

    def test_whoever_is_missing_from_a_complete_file_has_none_any_more(self):
        people = [make.customer() for _ in range(10)]
        bring(*(paid(each, day=MAY) for each in people), at=AT)

        made = bring(*(paid(each) for each in people[1:]))

        assert made.removed == 1
        assert not Figures.objects.filter(customer=people[0]).exists()

    def test_nothing_is_concluded_about_somebody_whose_row_was_refused(self):
        people = [make.customer() for _ in range(10)]
        bring(*(paid(each, day=MAY) for each in people))

        bring(paid(people[0], amount="x"), *(paid(each) for each in people[1:]))

        assert figures_of(people[0]).as_of == MAY

    def test_a_file_with_far_fewer_rows_takes_nothing_away(self):
        people = [make.customer() for _ in range(10)]
        bring(*(paid(each, day=MAY) for each in people))

        made = bring(*(paid(each) for each in people[:7]))

        assert [each["code"] for each in made.findings] == ["rows_fell", "kept"]
        assert Figures.objects.count() == 10

    def test_one_town_s_file_does_not_take_another_town_s_figures_away(self):
        one, other = ([make.customer() for _ in range(30)] for _ in range(2))
        bring(*(paid(each) for each in one), name="one.csv")

        made = bring(*(paid(each) for each in other), name="other.csv")

        assert (made.status, made.is_grave) == ("held", True)
        assert [each["code"] for each in made.findings] == ["people_missing"]
        assert made.findings[0]["detail"] == {"gone": 30, "held": 30}
        assert Figures.objects.filter(customer__in=one).count() == 30

    def test_nothing_is_concluded_where_a_third_of_the_people_are_missing(self):
        stay, gone, new = ([make.customer() for _ in range(n)] for n in (20, 10, 10))
        bring(*(paid(each, day=MAY) for each in (*stay, *gone)))

        made = bring(*(paid(each) for each in (*stay, *new)))

        assert [each["code"] for each in made.findings] == ["people_missing", "kept"]
        assert Figures.objects.count() == 40

    def test_amounts_in_another_unit_are_left_out_and_named(self):
        customer = make.customer()
        head = "证件号码,数据日期,信用等级,信用评分"

        known = bring(f"{customer.id_number},{JUNE},AA,88", head=head)
        made = bring(
            f"{customer.id_number},{JUNE},2,5,7,8,9,1,3,40,6",
            head="证件号码,数据日期,存款余额,近1月日均,近3月日均,前3月日均,近12月日均,近12月流入,"
            "代发月数,开户月数,定期余额（千元）",
        )

        assert "unread" not in [each["code"] for each in known.findings]
        assert made.findings[0]["detail"] == {"headings": ["定期余额（千元）"]}
        assert figures_of(customer, "deposits").values["time_deposits"] is None

    def test_a_needed_amount_in_another_unit_refuses_the_file(self):
        with pytest.raises(DeliveryRefused):
            bring(
                f"{make.customer().id_number},{JUNE},4,12,云台小学",
                head=PAYROLL.replace("(元)", "（千元）"),
                kind="payroll",
            )

    def test_several_homes_of_one_person_are_kept_and_a_sold_one_goes(self):
        owner, neighbour = make.customer(), make.customer()
        bring(
            home(owner, "U1", MAY), home(owner, "U2", MAY), home(neighbour, "U3", MAY), head=HOMES
        )

        bring(home(owner, "U2"), home(neighbour, "U3"), home(neighbour, "U4"), head=HOMES)

        kept = Figures.objects.filter(kind="real_estate").values_list("customer", "part")
        assert set(kept) == {(owner.pk, "U2"), (neighbour.pk, "U3"), (neighbour.pk, "U4")}

    def test_a_file_without_a_day_needs_one_given(self):
        customer = make.customer()
        head, row = "证件号码,近6月月均代发(元),近12月代发月数", f"{customer.id_number},1,1"

        with pytest.raises(DeliveryRefused):
            bring(row, head=head)
        made = bring(row, head=head, day=MAY)

        assert (made.as_of, figures_of(customer).as_of) == (MAY, MAY)

    def test_gb18030_and_spreadsheets_with_a_title_are_read(self):
        one, other = make.customer(), make.customer()
        content = text(paid(one), title="代发数据表").decode().encode("gb18030")
        book, sheet = openpyxl.Workbook(), io.BytesIO()
        for cells in (["代发数据表"], PAYROLL.split(","), paid(other).split(",")):
            book.active.append(cells)
        book.save(sheet)

        deliveries.import_content(content, name="a.csv", actor=None, at=AT)
        from_text = figures_of(one).values["employer"]
        deliveries.import_content(sheet.getvalue(), name="b.xlsx", actor=None, at=AT)

        assert from_text == "云台小学"
        assert figures_of(other).line == 3

    @pytest.mark.parametrize("content", [b"", b"# nothing\n", b"a,b\n1,2\n", b"PK\x03\x04broken"])
    def test_a_file_of_something_else_is_refused_as_a_whole(self, content):
        with pytest.raises(DeliveryRefused):
            deliveries.import_content(content, name="other.csv", actor=None, at=AT)
        assert Delivery.objects.count() == 0

    def test_a_class_named_by_hand_must_be_that_of_the_file(self):
        with pytest.raises(DeliveryRefused):
            bring(paid(make.customer()), kind="tax")
        with pytest.raises(DeliveryRefused):
            bring(paid(make.customer()), kind="gossip")

    def test_more_rows_cost_no_more_queries(self):
        def queries(count):
            rows = [paid(make.customer()) for _ in range(count)]
            with CaptureQueriesContext(connection) as seen:
                bring(*rows)
            return len(seen)

        bring(paid(make.customer()))

        assert queries(2) == queries(30)

    def test_every_file_of_the_county_goes_in_without_a_refusal(self, tmp_path):
        make_county(tmp_path, villages=1, customers=200, seed=3)
        write_deliveries(tmp_path)

        for name in MADE | ANSWERS:
            folder = tmp_path / (FOLDER if name in MADE else ANSWERS_FOLDER)
            made = deliveries.import_file(folder / f"{name}.csv", actor=None, at=AT)
            assert (made.kind, made.refused, made.matched) == (name, 0, 0)


class TestHoldingBack:
    def test_amounts_in_another_unit_wait_for_somebody_else(self):
        clerk, officer = make.staff(Role.ADMINISTRATOR), make.staff(Role.RISK_OFFICER)
        people, made = odd(clerk)

        assert made.status == Delivery.Status.HELD
        assert figures_of(people[0]).as_of == MAY
        with pytest.raises(SameHands):
            deliveries.settle(made.pk, take_in=True, actor=clerk)
        deliveries.settle(made.pk, take_in=True, actor=officer)
        assert figures_of(people[0]).as_of == MAY
        deliveries.take_in_ordered(made.pk)

        assert figures_of(people[0]).values["average_6m"] == 40
        assert Delivery.objects.get(pk=made.pk).settled_by == officer

    def test_what_was_rejected_stays_out(self):
        officer = make.staff(Role.RISK_OFFICER)
        people, made = odd(make.staff(Role.ADMINISTRATOR))

        deliveries.settle(made.pk, take_in=False, actor=officer)

        content = documents.content(made.file)
        with pytest.raises(DeliveryRefused):
            deliveries.import_content(content, name="x.csv", actor=None, at=AT)
        with pytest.raises(DeliveryRefused):
            deliveries.settle(made.pk, take_in=True, actor=officer)
        assert figures_of(people[0]).as_of == MAY


class TestLineage:
    def test_from_a_figure_to_the_line_of_the_file_with_the_number_masked(self):
        customer, reader = make.customer(), make.staff(Role.RISK_OFFICER)
        bring(paid(STRANGER), paid(customer))

        cells = {
            each.heading: each.value
            for each in lineage.line_as_delivered(figures_of(customer), reader=reader)
        }

        assert cells["近6月月均代发(元)"] == "4200"
        assert cells["证件号码"] == "********" + customer.id_number[-4:]
        assert Reading.objects.get().object_id == customer.pk

    def test_rows_of_nobody_registered_come_as_a_file(self):
        reader = make.staff(Role.ADMINISTRATOR)
        made = bring(paid(STRANGER), paid(make.customer()))

        back = unmatched.file(made, reader=reader).decode("utf-8-sig")

        assert STRANGER in back
        assert back.count("云台小学") == 1
