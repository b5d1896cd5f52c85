"""What is signed was read, and cannot be changed afterwards unnoticed."""

import shutil
import subprocess
from datetime import timedelta
from decimal import Decimal

import pytest

from core import documents, seals
from core.errors import MoveNotAllowed
from credit.errors import CostNotRead, RateTooHigh
from credit.models import Contract, CreditLine
from credit.services import applications, contracts, costs
from credit.services.chinese_amounts import in_words
from credit.services.terms import schedule_of
from tests.credit import lend
from tests.credit.conftest import AT, DAY

pytestmark = pytest.mark.django_db(transaction=True)
SIGNED_BY_SMS = contracts.Signature("sms", "code-1")


@pytest.fixture
def contract(bank, borrower, outside):
    """A contract that lies before the customer."""
    lend.line(borrower)
    lend.authorise(borrower)
    asked = lend.application(borrower)
    applications.advance(asked.pk, at=AT)
    return Contract.objects.select_related("application__product").get()


def signed(contract):
    contracts.show_cost_sheet(contract.pk, at=AT)
    return contracts.sign(contract.pk, signature=SIGNED_BY_SMS, at=AT + lend.READ)


def test_nobody_signs_what_was_not_shown(contract):
    with pytest.raises(CostNotRead):
        contracts.sign(contract.pk, signature=SIGNED_BY_SMS, at=AT)


def test_nobody_signs_before_the_reading_time_is_over(contract):
    contracts.show_cost_sheet(contract.pk, at=AT)

    with pytest.raises(CostNotRead):
        contracts.sign(contract.pk, signature=SIGNED_BY_SMS, at=AT + timedelta(seconds=9))
    done = contracts.sign(contract.pk, signature=SIGNED_BY_SMS, at=AT + timedelta(seconds=10))

    assert done.status == Contract.Status.SIGNED


def test_showing_the_sheet_again_does_not_begin_the_time_anew(contract):
    contracts.show_cost_sheet(contract.pk, at=AT)
    contracts.show_cost_sheet(contract.pk, at=AT + timedelta(seconds=9))

    contract.refresh_from_db()
    assert contract.cost_shown_at == AT


def test_a_contract_is_signed_once(contract):
    signed(contract)

    with pytest.raises(MoveNotAllowed):
        contracts.sign(contract.pk, signature=SIGNED_BY_SMS, at=AT + lend.READ)


def test_signing_signs_the_line_too(contract):
    signed(contract)

    assert CreditLine.objects.get().status == CreditLine.Status.SIGNED


def test_a_withdrawn_application_leaves_no_contract_to_sign(contract):
    applications.withdraw(contract.application_id)

    contract.refresh_from_db()
    assert contract.status == Contract.Status.VOID
    contracts.show_cost_sheet(contract.pk, at=AT)
    with pytest.raises(MoveNotAllowed):
        contracts.sign(contract.pk, signature=SIGNED_BY_SMS, at=AT + lend.READ)


def test_a_signed_paper_is_found_unchanged(contract):
    assert contracts.is_unchanged(signed(contract))


@pytest.mark.parametrize("place", [0.1, 0.3, 0.5, 0.7])
def test_one_changed_byte_breaks_the_seal(contract, place):
    sealed = bytearray(documents.content(signed(contract).signed_document))
    sealed[int(len(sealed) * place)] ^= 1

    assert not seals.check(bytes(sealed)).holds


def test_what_is_added_after_the_seal_is_noticed(contract):
    sealed = documents.content(signed(contract).signed_document)

    assert not seals.check(sealed + b"\n% and one thing more\n").holds


def test_a_paper_without_a_seal_does_not_hold(contract):
    assert not seals.check(documents.content(contract.document)).holds
    assert not seals.check(b"no paper at all").holds


def test_evidence_changed_in_the_register_does_not_match_the_paper(contract):
    done = signed(contract)
    done.signature = done.signature | {"signed_at": "2020-01-01T00:00:00+00:00"}

    assert not contracts.is_unchanged(done)


def test_the_seal_of_another_bank_is_not_ours(contract, settings, tmp_path):
    settings.SEAL_DIR = tmp_path / "another"
    foreign = signed(contract)
    settings.SEAL_DIR = tmp_path / "ours"

    assert not contracts.is_unchanged(foreign)


def test_evidence_says_what_was_signed_when_and_how(contract):
    done = signed(contract)

    assert done.signature["method"] == "sms"
    assert done.signature["reference"] == "code-1"
    assert done.signature["cost_shown_at"] == AT.isoformat()
    assert len(done.signature["document_sha256"]) == 64


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext reads the printed contract")
def test_the_paper_prints_rare_characters_and_the_whole_cost(bank, borrower, outside, tmp_path):
    borrower.customer.name = "䶮𬭎"
    lend.line(borrower)
    lend.authorise(borrower)
    borrower.customer.save()
    asked = lend.application(borrower)
    asked.refresh_from_db()
    asked.annual_rate, asked.rate_bp, asked.approved_amount = Decimal("0.0485"), 185, 30_000_00
    paper = contracts.draw_up(asked)
    (tmp_path / "paper.pdf").write_bytes(documents.content(paper.document))

    text = subprocess.run(  # noqa: S603 - a tool of the test's own
        [shutil.which("pdftotext"), tmp_path / "paper.pdf", "-"], capture_output=True, check=True
    ).stdout.decode()

    for said in ("䶮𬭎", "叁万元整", "综合融资成本明示表", "4.85%", costs.NO_OTHER_CHARGES[:20]):
        assert said in text
    assert paper.sheet.disclosed.startswith("0.04")


def priced(borrower, **product):
    """An approved application of a product that is changed in memory alone."""
    lend.line(borrower)
    asked = lend.application(borrower)
    asked.refresh_from_db()
    asked.annual_rate, asked.rate_bp, asked.approved_amount = Decimal("0.0485"), 185, 30_000_00
    for name, value in product.items():
        setattr(asked.product, name, value)
    return asked


def sheet_of(asked):
    plan = schedule_of(asked, principal=asked.approved_amount, starts_on=DAY)
    return costs.cost_sheet(asked, plan, drawn_on=DAY)


def test_a_partners_fee_is_part_of_the_annualised_cost(bank, borrower):
    asked = priced(borrower)
    plain = sheet_of(asked)
    asked.product.other_costs = [{"name": "担保费", "payee": "某担保公司", "share": "0.01"}]

    dearer = sheet_of(asked)

    assert dearer.costs[1].amount == "300.00"
    assert dearer.costs[1].payee == "某担保公司"
    assert Decimal(dearer.total) == Decimal(plain.total) + 300
    assert Decimal(dearer.disclosed) > Decimal(plain.disclosed) + Decimal("0.015")


def test_a_cost_above_the_ceiling_is_never_offered(bank, borrower):
    asked = priced(borrower)
    asked.product.other_costs = [{"name": "服务费", "payee": "本行", "share": "0.15"}]

    with pytest.raises(RateTooHigh):
        sheet_of(asked)


def test_costs_of_breaking_the_contract_stand_apart(bank, borrower):
    sheet = sheet_of(priced(borrower))

    assert [each.name for each in sheet.when_overdue] == ["逾期罚息", "挪用罚息"]
    assert sheet.when_overdue[0].rate == "0.07275"
    assert len(sheet.costs) == 1


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元整"),
        (1, "壹分"),
        (10, "壹角整"),
        (105, "壹元零伍分"),
        (100_00, "壹佰元整"),
        (1_001_00, "壹仟零壹元整"),
        (10_000_00, "壹万元整"),
        (10_500_00, "壹万零伍佰元整"),
        (100_005_00, "壹拾万零伍元整"),
        (30_000_00, "叁万元整"),
        (123_456_78, "壹拾贰万叁仟肆佰伍拾陆元柒角捌分"),
        (100_000_000_00, "壹亿元整"),
        (100_010_000_00, "壹亿零壹万元整"),
    ],
)
def test_amounts_in_words(fen, words):
    assert in_words(fen) == words
