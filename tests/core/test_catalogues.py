"""The catalogue: every text found, what is missing named, what is there kept."""

import gettext
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from core import catalogues

TEMPLATE = """{% load i18n %}
  <h1>{% translate "A heading" %}</h1>
    {% blocktranslate count n=x %}{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}
{% comment %}{% translate "Not spoken" %}{% endcomment %}
<p title='{% translate "It's quoted" %}'>{{ _("In a filter") }}</p>
"""
CODE = """
from django.utils.translation import gettext_lazy as _, pgettext
name = _("Household")
unit = pgettext("unit", "households")
said = _("Part one, "
         "part two.")
"""


@pytest.fixture
def project(tmp_path):
    """A project with one module, one template and an empty Chinese catalogue."""
    (tmp_path / "village").mkdir()
    (tmp_path / "village" / "models.py").write_text(CODE)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(TEMPLATE)
    source = tmp_path / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    catalogues.write(catalogues.read(source), source)
    return tmp_path


@pytest.fixture
def source(project, settings):
    """The catalogue's source, the settings pointing at the project."""
    settings.BASE_DIR = project
    settings.LOCALE_PATHS = [project / "locale"]
    return project / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def test_texts_of_code_and_templates_are_found_and_comments_are_not(project):
    found = {message.key for message in catalogues.in_sources(project)}

    assert found == {
        "A heading",
        ("%(n)s row", "%(n)s rows"),
        "It's quoted",
        "In a filter",
        "Household",
        "households",
        "Part one, part two.",
    }


def test_collecting_adds_what_is_new_and_keeps_what_was_said(source):
    catalogue = catalogues.read(source)
    catalogue.add("Household", "农户")
    catalogues.write(catalogue, source)

    call_command("compile_catalogues", collect=True, stdout=StringIO())
    once = source.read_text()
    call_command("compile_catalogues", collect=True, stdout=StringIO())

    assert catalogues.read(source).get("Household").string == "农户"
    assert 'msgid "A heading"\nmsgstr ""' in once
    assert source.read_text() == once


def test_the_check_names_each_text_without_chinese(source):
    call_command("compile_catalogues", collect=True, stdout=StringIO())
    said = StringIO()

    with pytest.raises(CommandError, match=f"{7 + len(catalogues.OF_THE_RULE_LANGUAGE)} texts"):
        call_command("compile_catalogues", check=True, stdout=said)

    assert "zh_Hans: 'A heading'" in said.getvalue()


def test_a_compiled_catalogue_speaks_chinese(source):
    catalogue = catalogues.read(source)
    catalogue.add("Household", "农户")
    catalogue.add(("%(n)s row", "%(n)s rows"), ("%(n)s 行",))
    catalogues.write(catalogue, source)

    call_command("compile_catalogues", stdout=StringIO())

    with source.with_suffix(".mo").open("rb") as file:
        chinese = gettext.GNUTranslations(file)
    assert chinese.gettext("Household") == "农户"
    assert chinese.ngettext("%(n)s row", "%(n)s rows", 5) == "%(n)s 行"


def test_placeholders_of_every_translation_are_those_of_its_source():
    source = settings.BASE_DIR / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    catalogue = catalogues.read(source)

    wrong = [message.id for message in catalogue if message.id and list(message.check(catalogue))]

    assert wrong == []
