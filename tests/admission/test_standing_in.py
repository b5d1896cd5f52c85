"""A file speaks in the place of an office that was asked only while its word is as fresh."""

from datetime import timedelta

import pytest

from admission.services.known_features import features_of
from tests.admission.brought import bring
from tests.admission.conftest import AS_OF, allow, decided

pytestmark = pytest.mark.django_db
POLICE = "证件号码,数据日期,姓名与证件相符,人员状态,户籍地区划代码,公安特殊名单,涉案银行卡"
A_WEEK, A_MONTH = 7, 30


def police_file(customer, *, days_old):
    day = AS_OF - timedelta(days=days_old)
    bring(f"{customer.id_number},{day},是,正常,320723,无,否", head=POLICE, name="police.csv")


def told_by_police(decision):
    return [each["status"] for each in decision.records if each["source"] == "police"]


@pytest.fixture
def asked(world, rules):
    customer = world.customer("sound")
    allow(customer)
    return customer


def test_a_file_as_fresh_as_an_answer_stands_in_for_an_office_that_is_down(world, asked):
    police_file(asked, days_old=A_WEEK - 1)
    world.faults.set("police", "500", None)

    decision = decided(asked)

    assert told_by_police(decision) == ["failed", "delivered"]
    assert decision.inputs["police_id_match"] is True


@pytest.mark.parametrize(
    ("fault", "days_old"), [("500", A_WEEK), ("500", A_MONTH), ("wrong", A_MONTH), ("wrong", 0)]
)
def test_no_older_file_and_none_beside_an_answer_not_trusted(world, asked, fault, days_old):
    police_file(asked, days_old=days_old)
    world.faults.set("police", fault, None)

    decision = decided(asked)

    assert told_by_police(decision) == ["quarantined" if fault == "wrong" else "failed"]
    assert decision.inputs["police_id_match"] is None
    assert decision.outcome == "wait"


def test_where_nobody_asks_a_file_speaks_as_long_as_its_class_is_not_late(world, asked):
    police_file(asked, days_old=A_MONTH)

    known = features_of([asked.pk], {"police_id_match"}, as_of=AS_OF)

    assert known["police_id_match"].to_list() == [True]
