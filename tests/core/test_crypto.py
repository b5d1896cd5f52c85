import dataclasses

import pytest
from django.core.management import call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from core import crypto, documents
from core.models import Document
from tests import make
from village.models import Customer


@given(st.text(min_size=1))
def test_what_was_sealed_can_be_read_again(text):
    assert crypto.decrypt(crypto.encrypt(text)) == text


def test_the_same_text_is_never_sealed_to_the_same_bytes():
    assert crypto.encrypt("320799198005170019") != crypto.encrypt("320799198005170019")


def test_a_changed_seal_is_refused():
    stored = crypto.encrypt("14000000000")
    broken = stored[:-6] + ("A" if stored[-6] != "A" else "B") + stored[-5:]

    with pytest.raises(crypto.Unreadable):
        crypto.decrypt(broken)


@pytest.fixture
def old_key(settings):
    """What is sealed while this runs lies under last year's key; calling it ends that year."""
    today = settings.KEYRING
    settings.KEYRING = dataclasses.replace(today, newest="old")

    def new_year() -> None:
        settings.KEYRING = today

    return new_year


def test_a_text_under_an_older_key_is_still_read(old_key):
    stored = crypto.encrypt("14000000000")

    old_key()

    assert stored.startswith("old:")
    assert crypto.decrypt(stored) == "14000000000"


@pytest.mark.django_db
def test_rotation_seals_people_and_documents_again_under_the_newest_key(old_key, settings):
    person = make.customer()
    paper = documents.store(b"a contract", name="c.pdf", content_type="application/pdf", by=None)
    old_key()

    call_command("rotate_keys")

    without_old = {"new": settings.KEYRING.encryption["new"]}
    settings.KEYRING = dataclasses.replace(settings.KEYRING, encryption=without_old)
    assert Customer.objects.get(pk=person.pk).id_number == person.id_number
    assert documents.content(Document.objects.get(pk=paper.pk)) == b"a contract"


@pytest.mark.django_db
def test_rotation_a_second_time_finds_nothing_to_do(old_key, capsys):
    make.customer()
    old_key()
    call_command("rotate_keys")
    capsys.readouterr()

    call_command("rotate_keys")

    counts = {line.rsplit(": ")[1] for line in capsys.readouterr().out.splitlines()}
    assert counts == {"0"}


def test_a_text_under_a_lost_key_says_which_key(settings):
    stored = crypto.encrypt("14000000000")

    settings.KEYRING = dataclasses.replace(
        settings.KEYRING, encryption={"other": b"x" * 32}, newest="other"
    )

    with pytest.raises(crypto.Unreadable, match="new"):
        crypto.decrypt(stored)


def test_the_blind_index_does_not_mind_case_or_spaces():
    assert crypto.blind_index(" 11010519491231002x ") == crypto.blind_index("11010519491231002X")


@pytest.mark.django_db
def test_the_table_holds_no_readable_id_number():
    person = make.customer()

    with connection.cursor() as cursor:
        cursor.execute("SELECT id_number, mobile FROM village_customer WHERE id = %s", [person.pk])
        stored = " ".join(cursor.fetchone())

    assert person.id_number not in stored
    assert person.mobile not in stored
    assert Customer.objects.get(pk=person.pk).id_number == person.id_number


@pytest.mark.django_db
def test_a_sealed_column_can_not_be_compared_by_mistake():
    with pytest.raises(Exception, match="Unsupported lookup"):
        Customer.objects.filter(id_number="320799198005170019").exists()
