"""Papers photographed: what was read is mended and taken over by a person."""

import json
from datetime import timedelta

import pytest

from admission.contexts_papers import household_section
from admission.errors import PaperRefused
from admission.models import PhotographedPaper
from admission.readings.fields import id_number_holds, sex_in
from core.errors import MoveNotAllowed
from core.models import AuditEntry
from tests import make
from tests.admission.photographed import AT, accepted, front, taken, worked
from tests.admission.test_readings import HOUSE, LICENCE, STATEMENT

pytestmark = pytest.mark.django_db
Status = PhotographedPaper.Status


def found_wrong(refused):
    return [(each.field, each.code) for each in refused.value.objections]


def misread_at(number, *places):
    """A number with signs misread, so that its check digit no longer holds."""
    for sign in "3861":
        signs = [sign if at in places else each for at, each in enumerate(number)]
        misread = "".join(signs)
        if misread != number and not id_number_holds(misread):
            return misread
    raise AssertionError(number)


class TestTakingOver:
    def test_a_card_has_to_be_the_persons_own(self, person, manager):
        other = make.customer(name="李长河")
        paper = worked(taken(person, manager), *front(other))

        with pytest.raises(PaperRefused) as refused:
            accepted(paper, manager)

        assert {(each.field, each.code) for each in refused.value.objections} == {
            ("name", "other_person"),
            ("id_number", "other_person"),
        }

    def test_another_s_card_is_not_made_the_persons_by_typing(self, person, manager):
        paper = worked(taken(person, manager), *front(make.customer(name="汪东生")))
        typed = {"name": person.name, "id_number": person.id_number}

        with pytest.raises(PaperRefused) as refused:
            accepted(paper, manager, sex=sex_in(person.id_number), **typed)

        assert found_wrong(refused) == [("id_number", "read_as_another")]

    def test_a_number_too_unlike_to_be_misread_needs_another_picture(self, person, manager):
        begins = "0" * 6 + person.id_number[6:17]
        unlike = next(begins + last for last in "01" if not id_number_holds(begins + last))
        paper = worked(taken(person, manager), *front(person, unlike))

        with pytest.raises(PaperRefused) as refused:
            accepted(paper, manager, id_number=person.id_number)

        assert found_wrong(refused) == [("id_number", "read_as_another")]

    @pytest.mark.parametrize("places", [(9,), (9, 12)])
    def test_a_number_misread_in_a_sign_or_two_is_mended(self, person, manager, places):
        misread = misread_at(person.id_number, *places)
        paper = worked(taken(person, manager), *front(person, misread))

        assert accepted(paper, manager, id_number=person.id_number).corrected == 1

    def test_a_number_that_could_not_be_read_is_typed(self, person, manager):
        paper = worked(taken(person, manager), *front(person)[:3], "公民身份号码")

        assert accepted(paper, manager, id_number=person.id_number).status == Status.ACCEPTED

    def test_birth_and_sex_are_those_of_the_number(self, person, manager):
        other = "男" if sex_in(person.id_number) == "女" else "女"
        paper = worked(taken(person, manager), *front(person))

        with pytest.raises(PaperRefused) as refused:
            accepted(paper, manager, born_on="1979-10-28", sex=other)

        assert found_wrong(refused) == [
            ("born_on", "differs_from_number"),
            ("sex", "differs_from_number"),
        ]

    def test_what_was_mended_counts_and_is_counted(self, person, manager):
        misread = [*front(person)]
        misread[0] = "姓名王守由"
        paper = worked(taken(person, manager), *misread)

        done = accepted(paper, manager, name=person.name)

        assert (done.status, done.corrected) == (Status.ACCEPTED, 1)
        assert done.values["name"] == person.name
        assert done.keep_until == AT.date() + timedelta(days=5 * 365)

    def test_a_card_that_has_expired_is_not_taken_over(self, person, manager):
        back = ["居民身份证", "签发机关 灌云县公安局", "有效期限 2006.03.02-2026.03.02"]
        paper = worked(taken(person, manager, "id_card_back"), *back)

        with pytest.raises(PaperRefused) as refused:
            accepted(paper, manager)

        assert [each.code for each in refused.value.objections] == ["card_expired"]

    def test_a_licence_says_what_the_person_lives_by_where_nothing_is_registered(
        self, person, manager
    ):
        paper = worked(taken(person, manager, "business_licence"), *LICENCE)

        accepted(paper, manager)

        person.refresh_from_db()
        assert person.main_business == "灌云县下车镇守田农机服务部"

    def test_a_licence_of_a_stranger_is_refused(self, person, manager):
        told = [each.replace("王守田", "陌生人") for each in LICENCE]
        paper = worked(taken(person, manager, "business_licence"), *told)

        with pytest.raises(PaperRefused) as refused:
            accepted(paper, manager)

        assert [each.code for each in refused.value.objections] == ["not_of_the_household"]

    @pytest.mark.parametrize(
        ("holder", "is_theirs"),
        [
            ("王守田", True),
            ("李秀英、王守田", True),
            ("李秀英，王守田", True),
            ("王守田 李秀英", True),
            ("李秀英和王守田", True),
            ("王守田与李秀英", True),
            ("权利人：王守田（共同共有）", True),
            ("权利人王守田", True),
            ("王守田等2人", True),
            ("王守田王和平", True),
            ("李秀英和王和平", True),
            ("王守田生", False),
            ("汪王守田", False),
            ("陈和平", False),
            ("王守", False),
            ("李秀英、王守田生", False),
        ],
    )
    def test_a_certificate_names_somebody_of_the_household_by_the_whole_name(
        self, person, manager, holder, is_theirs
    ):
        make.customer(name="王和平", household=person.household, role="child")
        make.customer(name="和平", household=person.household, role="child")
        paper = worked(taken(person, manager, "property_certificate"), *HOUSE)

        if is_theirs:
            assert accepted(paper, manager, holder=holder).status == Status.ACCEPTED
        else:
            with pytest.raises(PaperRefused) as refused:
                accepted(paper, manager, holder=holder)
            assert found_wrong(refused) == [("holder", "not_of_the_household")]

    def test_a_statement_of_a_longer_name_is_a_stranger_s(self, person, manager):
        told = [each.replace("王守田", "王守田芳") for each in STATEMENT]
        paper = worked(taken(person, manager, "bank_statement"), *told)

        with pytest.raises(PaperRefused) as refused:
            accepted(paper, manager)

        assert found_wrong(refused) == [("holder", "not_of_the_household")]

    def test_a_house_is_declared_with_the_certificate_as_proof(self, person, manager):
        paper = worked(taken(person, manager, "property_certificate"), *HOUSE)

        accepted(paper, manager, house_value="680,000")

        person.household.refresh_from_db()
        assert person.household.house_value == 68_000_000
        assert person.household.declared_on == AT.date()

    def test_a_statement_stands_in_the_file_as_income(self, person, manager):
        paper = worked(taken(person, manager, "bank_statement"), *STATEMENT)

        accepted(paper, manager)

        section = household_section(person.household, manager)
        assert [(each.value, each.day.isoformat()) for each in section.figures] == [
            ("8.64", "2026-06-30")
        ]

    @pytest.mark.parametrize(
        ("field", "value", "code"),
        [
            ("paid_in", "many", "no_amount"),
            ("paid_in", "-5.00", "no_amount"),
            ("paid_in", "9" * 20, "no_amount"),
            ("to", "June", "no_day"),
            ("to", "长期", "no_day"),
            ("holder", "", "missing"),
        ],
    )
    def test_a_value_out_of_form_is_named(self, person, manager, field, value, code):
        paper = worked(taken(person, manager, "bank_statement"), *STATEMENT)

        with pytest.raises(PaperRefused) as refused:
            accepted(paper, manager, **{field: value})

        assert [(each.field, each.code) for each in refused.value.objections] == [(field, code)]

    @pytest.mark.parametrize(
        ("kind", "texts", "field", "value", "code"),
        [
            ("business_licence", LICENCE, "since", "长期", "no_day"),
            ("property_certificate", HOUSE, "house_value", "9" * 20, "no_amount"),
            ("property_certificate", HOUSE, "area", "9" * 20, "no_area"),
        ],
    )
    def test_what_no_paper_can_say_is_named(self, person, manager, kind, texts, field, value, code):
        paper = worked(taken(person, manager, kind), *texts)

        with pytest.raises(PaperRefused) as refused:
            accepted(paper, manager, **{field: value})

        assert [(each.field, each.code) for each in refused.value.objections] == [(field, code)]

    def test_an_overdrawn_account_is_taken_over(self, person, manager):
        paper = worked(taken(person, manager, "bank_statement"), *STATEMENT)

        assert accepted(paper, manager, balance="-120.00").values["balance"] == "-120.00"

    def test_a_statement_kept_with_a_day_that_is_none_leaves_the_file_open(self, person, manager):
        paper = worked(taken(person, manager, "bank_statement"), *STATEMENT)
        paper = accepted(paper, manager)
        paper.accepted = json.dumps(paper.values | {"to": "长期"})
        paper.save(update_fields=["accepted"])

        assert household_section(person.household, manager).figures == ()

    def test_nothing_is_taken_over_twice(self, person, manager):
        paper = worked(taken(person, manager), *front(person))
        accepted(paper, manager)

        with pytest.raises(MoveNotAllowed):
            accepted(paper, manager)

    def test_no_record_of_it_holds_what_it_says(self, person, manager):
        accepted(worked(taken(person, manager), *front(person)), manager)

        for entry in AuditEntry.objects.all():
            assert person.id_number not in str(entry.detail)
            assert person.name not in str(entry.detail)
