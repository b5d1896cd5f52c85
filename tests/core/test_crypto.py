import dataclasses

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from core import crypto
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


def test_a_text_under_an_older_key_is_read_and_known_to_need_rotation(settings):
    today = settings.KEYRING
    settings.KEYRING = dataclasses.replace(today, newest="old")
    stored = crypto.encrypt("14000000000")

    settings.KEYRING = today

    assert crypto.decrypt(stored) == "14000000000"
    assert crypto.needs_rotation(stored)
    assert not crypto.needs_rotation(crypto.encrypt("14000000000"))


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
