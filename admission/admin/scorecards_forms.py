"""What staff fill in about scorecards: a draft, the evidence of a step, bins, people to examine."""

import math
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from admission.bin_words import FEN, is_amount
from admission.models import CardSegment
from admission.scorecard_words import in_words
from admission.scorecards.errors import Unusable
from admission.scorecards.reading import headings_of
from admission.scorecards.settings import Scale
from admission.services.scorecards_fitting import BY_CHANCE, BY_GROUP, BY_TIME

LARGEST = 200 * 1024 * 1024
TOLD = 12


def _names(text: str) -> list[str]:
    return [each.strip() for each in text.replace("，", ",").split(",") if each.strip()]


def _figures(text: str) -> list[float]:
    """Figures, separated by commas; “nan” and “inf” are none."""
    try:
        found = [float(each) for each in _names(text)]
    except ValueError:
        found = [math.nan]
    if not all(map(math.isfinite, found)):
        raise forms.ValidationError(_("Write figures, separated by commas."))
    return found


SPLITS = [
    (BY_CHANCE, gettext_lazy("by chance, with as many bad")),
    (BY_GROUP, gettext_lazy("whole groups, such as villages")),
    (BY_TIME, gettext_lazy("the latest")),
]


class DraftForm(forms.Form):
    """A file of people whose end is known, and what its columns mean."""

    segment = forms.ChoiceField(label=gettext_lazy("Segment"), choices=CardSegment.choices)
    note = forms.CharField(label=gettext_lazy("What it is for"), max_length=300, required=False)
    train = forms.FileField(
        label=gettext_lazy("Training file (CSV)"),
        help_text=gettext_lazy(
            "One row a person whose end is known. UTF-8 or GB18030, or .gz. For a card that is to "
            "judge: columns named as the catalogue's features, amounts in fen."
        ),
    )
    test = forms.FileField(
        label=gettext_lazy("Test file (CSV)"),
        required=False,
        help_text=gettext_lazy(
            "Without one, three rows of ten of the training file are kept for the test."
        ),
    )
    split = forms.ChoiceField(
        label=gettext_lazy("Without a test file, kept for the test"),
        choices=SPLITS,
        required=False,
        help_text=gettext_lazy("Three tenths. Whole groups or the latest are the harder test."),
    )
    split_column = forms.CharField(
        label=gettext_lazy("Column of the group or day"),
        required=False,
        help_text=gettext_lazy("A village, a household, a day or a month; it is then not asked."),
    )
    target = forms.CharField(
        label=gettext_lazy("Column of the target"),
        initial="bad",
        help_text=gettext_lazy("1 is bad, 0 is good; rows without either are left out."),
    )
    categorical = forms.CharField(
        label=gettext_lazy("Codes that are no figures"),
        required=False,
        help_text=gettext_lazy("Columns, separated by commas. Words are recognised as such."),
    )
    excluded = forms.CharField(
        label=gettext_lazy("Columns not to be asked"),
        required=False,
        help_text=gettext_lazy("Known only afterwards, or not to be used. Separated by commas."),
    )
    special = forms.CharField(
        label=gettext_lazy("Special codes"),
        required=False,
        help_text=gettext_lazy("Figures that are none, in every column: -1, -999."),
    )
    pdo = forms.FloatField(
        label=gettext_lazy("Points that double the odds"), initial=Scale().pdo, min_value=1
    )
    base_score = forms.FloatField(label=gettext_lazy("Base score"), initial=Scale().base_score)
    base_odds = forms.FloatField(
        label=gettext_lazy("Good to one bad at the base score"),
        initial=Scale().base_odds,
        min_value=0.1,
    )

    def clean_train(self) -> object:
        """Refuse what nobody fits a card on."""
        return _not_too_large(self.cleaned_data["train"])

    def clean_test(self) -> object:
        """The same of the test file."""
        given = self.cleaned_data["test"]
        return _not_too_large(given) if given else None

    def clean_special(self) -> list[float]:
        """Codes as figures."""
        return _figures(self.cleaned_data["special"])

    def clean(self) -> dict[str, Any]:
        """A way to put people apart that the file can follow, and only where it is needed."""
        given = super().clean()
        split, column = given.get("split") or BY_CHANCE, given.get("split_column", "")
        if split == BY_CHANCE and not column:
            return given
        if split == BY_CHANCE:
            self.add_error("split", _("Say whether the column names groups or days."))
        elif given.get("test"):
            self.add_error("split", _("There is a test file; the training file is not put apart."))
        elif "train" in given:
            self._must_have(given["train"], column)
        return given

    def _must_have(self, file: Any, column: str) -> None:
        try:
            headings = headings_of(file.read(), name=file.name)
        except Unusable as exc:
            self.add_error("train", in_words(exc))
            headings = [column]
        finally:
            file.seek(0)
        if column not in headings:
            says = _("The file has no such column; it has %(columns)s.")
            self.add_error("split_column", says % {"columns": ", ".join(headings[:TOLD])})

    def as_origin(self) -> dict[str, Any] | None:
        """How people are put apart, where it is not by chance."""
        given = self.cleaned_data
        if not given["split_column"]:
            return None
        return {"split": given["split"], "column": given["split_column"]}

    def as_settings(self) -> dict[str, Any]:
        """The settings as a card keeps them."""
        given = self.cleaned_data
        return {
            "categorical": _names(given["categorical"]),
            "excluded": _names(f"{given['excluded']},{given['split_column']}"),
            "special": {"*": given["special"]} if given["special"] else {},
            "scale": {name: given[name] for name in ("pdo", "base_score", "base_odds")},
        }


def _not_too_large(given: Any) -> Any:
    if given.size > LARGEST:
        raise forms.ValidationError(_("The file is larger than 200 MB."))
    return given


class EvidenceForm(forms.Form):
    """What a step rests on."""

    evidence = forms.CharField(
        label=gettext_lazy("Evidence"),
        widget=forms.Textarea({"rows": 4, "cols": 80}),
        help_text=gettext_lazy("What was examined, by whom, with what result; kept for good."),
    )


class WatchForm(forms.Form):
    """People whom a card scored, and how those ended whose end is known."""

    file = forms.FileField(
        label=gettext_lazy("People scored (CSV)"),
        help_text=gettext_lazy(
            "The card's columns; the target's may be empty where not known yet."
        ),
    )
    note = forms.CharField(
        label=gettext_lazy("Which people"),
        max_length=200,
        help_text=gettext_lazy("In a few words, for example: farmers lent to in spring 2026."),
    )
    month = forms.CharField(
        label=gettext_lazy("Column of the month"),
        required=False,
        help_text=gettext_lazy("A day or a month such as 2026-03; empty: not by month."),
    )
    branch = forms.CharField(label=gettext_lazy("Column of the branch"), required=False)

    def clean_file(self) -> object:
        """Refuse what no worker examines in one go."""
        return _not_too_large(self.cleaned_data["file"])


class PeopleForm(forms.Form):
    """People to be scored with a card."""

    file = forms.FileField(
        label=gettext_lazy("People to be scored (CSV)"),
        help_text=gettext_lazy("The card's columns; all others are given back beside the score."),
    )

    def clean_file(self) -> object:
        """Refuse what no worker scores in one go."""
        return _not_too_large(self.cleaned_data["file"])


class BinsForm(forms.Form):
    """The bins of one column: a line for each group of words, or edges on one line."""

    bins = forms.CharField(required=False, widget=forms.Textarea({"rows": 8, "cols": 60}))

    def __init__(self, column: str, cut: Mapping[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_text = "groups" in cut
        self.written_as = FEN if is_amount(column) else 1
        field = self.fields["bins"]
        if self.is_text:
            field.label = _("Groups of words")
            field.help_text = _("One group a line, words separated by |.")
            field.initial = "\n".join(" | ".join(group) for group in cut["groups"])
        else:
            field.label = _("Edges, in yuan") if is_amount(column) else _("Edges")
            field.help_text = _("Each begins a bin; separated by commas. Empty: cut by itself.")
            edges = (each / self.written_as for each in cut["edges"])
            field.initial = ", ".join(f"{each:.12g}" for each in edges)

    def clean_bins(self) -> Mapping[str, Any]:
        """The override as a card keeps it."""
        text = self.cleaned_data["bins"]
        if not text.strip():
            return {}
        if self.is_text:
            lines = [each.split("|") for each in text.splitlines() if each.strip()]
            return {"groups": [[word.strip() for word in each if word.strip()] for each in lines]}
        return {"edges": sorted({each * self.written_as for each in _figures(text)})}
