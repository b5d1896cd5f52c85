"""Filters of registers: a word is chosen from those known, never read off a million rows."""

import pytest
from django.contrib import admin
from django.contrib.admin.filters import AllValuesFieldListFilter, FieldListFilter
from django.urls import reverse

from core.models import Publishable
from core.roles import Role
from tests import make

pytestmark = pytest.mark.django_db


def test_only_short_registers_ask_their_table_which_words_it_holds():
    asking = [
        model._meta.label
        for model, register in admin.site._registry.items()
        for name in register.list_filter
        if isinstance(name, str) and "__" not in name and _asks_for_words(model, name)
    ]

    short = {each._meta.label for each in admin.site._registry if issubclass(each, Publishable)}
    assert set(asking) <= short


def _asks_for_words(model, name):
    field = model._meta.get_field(name)
    fitting = (found for test, found in FieldListFilter._field_list_filters if test(field))
    return next(fitting) is AllValuesFieldListFilter


def test_a_filter_by_word_narrows_and_names_the_words(client):
    client.force_login(make.staff(Role.AUDITOR))
    register = reverse("admin:admission_sourcerecord_changelist")

    page = client.get(f"{register}?source=pboc").context["cl"]

    by_source = next(each for each in page.filter_specs if each.parameter_name == "source")
    assert by_source.value() == "pboc"
    assert str(page.queryset.query).count("pboc") == 1
    assert len(by_source.lookup_choices) > 10
