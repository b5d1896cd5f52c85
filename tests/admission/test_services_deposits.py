"""What the core system delivers about deposits."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from admission import selectors, services
from admission.errors import NotDeposits
from admission.models import Deposit
from core.models import AuditEntry
from sandbox.county.making import make_county
from tests import make

pytestmark = pytest.mark.django_db

HEAD = (
    "证件号码,数据日期,存款余额(元),近1月日均(元),近3月日均(元),前3月日均(元),"
    "近12月日均(元),近12月流入(元),代发月数,开户月数"
)


def file(tmp_path, *rows, head=HEAD, encoding="utf-8"):
    path = tmp_path / "deposits.csv"
    path.write_text("\n".join(["# 合成数据", head, *rows]) + "\n", encoding=encoding)
    return path


def row(customer, balance="18558.30", day="2026-06-30", months="12"):
    number = customer if isinstance(customer, str) else customer.id_number
    return f"{number},{day},{balance},100,200,300,400,500,{months},44"


def test_deposits_of_known_people_are_stored_in_fen(tmp_path):
    customer = make.customer()

    done = services.import_deposits(file(tmp_path, row(customer)), actor=None)

    stored = Deposit.objects.get(customer=customer)
    assert (done.rows, done.stored, done.refused, done.unknown_lines) == (1, 1, [], [])
    assert (stored.balance, stored.average_12m, stored.as_of) == (
        1_855_830,
        40_000,
        date(2026, 6, 30),
    )
    assert AuditEntry.objects.filter(action="admission.deposits.imported").count() == 1


def test_the_same_file_again_changes_nothing(tmp_path):
    customer = make.customer()
    path = file(tmp_path, row(customer))
    services.import_deposits(path, actor=None)
    before = Deposit.objects.values().get()

    services.import_deposits(path, actor=None)

    assert Deposit.objects.values().get() == before


def test_a_later_delivery_of_the_same_day_corrects_it(tmp_path):
    customer = make.customer()
    services.import_deposits(file(tmp_path, row(customer)), actor=None)

    services.import_deposits(file(tmp_path, row(customer, balance="1")), actor=None)

    assert Deposit.objects.get().balance == 100


def test_people_whom_no_roster_knows_are_listed_by_line(tmp_path):
    path = file(tmp_path, row("11010519491231002X"), row(make.customer()))

    done = services.import_deposits(path, actor=None)

    assert (done.stored, done.unknown_lines) == (1, [3])


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"balance": "一百"}, "存款余额(元)"),
        ({"balance": "-5"}, "存款余额(元)"),
        ({"balance": "1.005"}, "存款余额(元)"),
        ({"balance": "nan"}, "存款余额(元)"),
        ({"day": "2026-02-30"}, "数据日期"),
        ({"months": "十二"}, "代发月数"),
    ],
)
def test_a_bad_row_is_refused_with_line_and_field_and_the_good_ones_stored(tmp_path, bad, field):
    wrong, good = make.customer(), make.customer()

    done = services.import_deposits(file(tmp_path, row(wrong, **bad), row(good)), actor=None)

    (refusal,) = done.refused
    assert (refusal.line, refusal.field) == (3, field)
    assert [each.customer for each in Deposit.objects.all()] == [good]


def test_a_person_who_stands_in_the_file_twice_is_refused_the_second_time(tmp_path):
    customer = make.customer()

    done = services.import_deposits(file(tmp_path, row(customer), row(customer)), actor=None)

    assert [each.line for each in done.refused] == [4]
    assert Deposit.objects.get().balance == 1_855_830


def test_two_rows_that_say_different_things_of_one_person_are_both_refused(tmp_path):
    customer, *others = (make.customer() for _ in range(3))
    rows = [row(customer), row(customer, balance="9"), *(row(each) for each in others)]

    done = services.import_deposits(file(tmp_path, *rows), actor=None)

    assert [each.line for each in done.refused] == [3, 4]
    assert {each.customer for each in Deposit.objects.all()} == set(others)


def test_a_file_in_gb18030_is_read(tmp_path):
    path = file(tmp_path, row(make.customer()), encoding="gb18030")

    assert services.import_deposits(path, actor=None).stored == 1


@pytest.mark.parametrize("text", ["", "# nothing\n", "证件号码,余额\n1,2\n"])
def test_a_file_of_something_else_is_refused(tmp_path, text):
    path = tmp_path / "other.csv"
    path.write_text(text)

    with pytest.raises(NotDeposits):
        services.import_deposits(path, actor=None)


def test_more_rows_cost_no_more_queries(tmp_path):
    def queries(count):
        path = file(tmp_path, *(row(make.customer()) for _ in range(count)))
        with CaptureQueriesContext(connection) as seen:
            services.import_deposits(path, actor=None)
        return len(seen)

    assert queries(2) == queries(20)


def test_the_county_that_is_made_can_be_imported(tmp_path):
    make_county(tmp_path, villages=1, customers=60, seed=3)

    done = services.import_deposits(tmp_path / "deposits.csv", actor=None)

    assert done.rows > 10
    assert (done.refused, len(done.unknown_lines)) == ([], done.rows)


def test_the_newest_day_of_each_customer_is_read(tmp_path):
    customer, without = make.customer(), make.customer()
    rows = [row(customer), row(customer, balance="7", day="2026-05-31")]
    services.import_deposits(file(tmp_path, *rows), actor=None)

    found = selectors.deposits_frame([customer.pk, without.pk])

    assert found["customer_id"].to_list() == [customer.pk]
    assert found["balance"].to_list() == [1_855_830]


class TestWhoIsNamedNoMore:
    @pytest.fixture
    def others(self):
        """Enough people that a file without one of them is no odd file."""
        return [make.customer() for _ in range(20)]

    def bring(self, tmp_path, people, day, *more):
        rows = [row(each, day=day) for each in people]
        services.import_deposits(file(tmp_path, *rows, *more), actor=None)

    def kept(self, customer):
        return selectors.deposits_frame([customer.pk])["balance"].to_list()

    def test_keeps_nothing_from_the_day_of_a_complete_file(self, tmp_path, others):
        goes = make.customer()
        self.bring(tmp_path, [*others, goes], "2026-06-30")

        self.bring(tmp_path, others, "2026-07-01")

        closed = Deposit.objects.get(customer=goes, as_of=date(2026, 7, 1))
        assert (closed.balance, closed.average_12m, closed.transactions_3m) == (0, 0, 0)
        assert (self.kept(others[0]), self.kept(goes)) == ([1_855_830], [0])
        assert Deposit.objects.get(customer=goes, as_of=date(2026, 6, 30)).balance == 1_855_830

    def test_has_deposits_again_once_a_file_names_them(self, tmp_path, others):
        returns = make.customer()
        self.bring(tmp_path, [*others, returns], "2026-06-30")
        self.bring(tmp_path, others, "2026-07-01")
        assert self.kept(returns) == [0]

        self.bring(tmp_path, [*others, returns], "2026-07-02")

        assert self.kept(returns) == [1_855_830]

    def test_keeps_what_they_had_where_their_row_was_refused(self, tmp_path, others):
        doubtful = make.customer()
        self.bring(tmp_path, [*others, doubtful], "2026-06-30")

        refused = row(doubtful, balance="很多", day="2026-07-01")
        self.bring(tmp_path, others, "2026-07-01", refused)

        assert self.kept(doubtful) == [1_855_830]

    def test_is_unknown_where_no_file_ever_named_them(self, tmp_path, others):
        self.bring(tmp_path, others, "2026-06-30")

        assert self.kept(make.customer()) == []
