"""The page on which a limit policy is written: every figure, formula, table and condition a field.

What is wrong stands under the text in which it was written, with its place.
"""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.expressions import Kind
from credit import policy_words
from credit.loan_rules import table_lines
from credit.loan_rules.limit_facts import FACTS, FIGURES
from credit.loan_rules.limit_policy import faults
from credit.loan_rules.limit_texts import PARTS, Formula, Mode, PolicyText
from credit.loan_rules.table_lines import LineUnreadable
from credit.models import LimitPolicy
from credit.words import REASONS

BETWEEN = "__"  # part__name is the field of one formula
RISK_BANDS = next(each for each in FACTS if each.name == "risk_band").choices
NEW_TABLE = {
    "name": f"new{BETWEEN}table_name",
    "inputs": f"new{BETWEEN}table_inputs",
    "kind": f"new{BETWEEN}table_kind",
    "rows": f"new{BETWEEN}table_rows",
}
TABLE_KINDS = [(Kind.DECIMAL.value, _("a number or factor")), (Kind.MONEY.value, _("an amount"))]
CODE = {"spellcheck": "false", "autocapitalize": "off", "class": "formula"}
HOW_TO_ADD = {
    "figures": _("One on a line: name = number. Formulas below may name it."),
    "formulas": _("One on a line: name = formula (an amount). Formulas below may name it."),
    "caps": _("One on a line: name = formula (an amount). The limit is never above it."),
    "zero_if": _("One on a line: name = condition # what staff read."),
    "manual_if": _("One on a line: name = condition # what staff read."),
}


class PolicyForm(forms.ModelForm):
    """One draft of the policy; the fields of its formulas are added by ``form_for``."""

    text: PolicyText

    class Meta:
        model = LimitPolicy
        fields = ["name", "note"]

    def clean(self) -> dict[str, Any]:
        """Read the policy as granting will; each fault goes under the text it is about."""
        cleaned = super().clean()
        said = self._said(cleaned)
        if said is None:
            return cleaned
        begun = cleaned.get(NEW_TABLE["name"], "").strip()
        for fault in faults(said):
            name = f"{fault.part}{BETWEEN}{fault.name}"
            new = f"new{BETWEEN}{fault.part}"
            if fault.part == "formulas" and fault.name == begun:
                new = NEW_TABLE["rows"]
            place = name if name in self.fields else new if new in self.fields else None
            told = policy_words.reason(fault)
            self.add_error(place, told if place == name else policy_words.in_words(fault))
        self.instance.settings = said.settings()
        return cleaned

    def _said(self, cleaned: dict[str, Any]) -> PolicyText | None:
        """All the texts as one policy; None where a table or a new line cannot even be read."""
        figures = {
            name: cleaned.get(f"figures{BETWEEN}{name}", "").strip() for name in self.text.figures
        }
        figures = {name: said for name, said in figures.items() if said or name in FIGURES}
        figures |= {each.name: each.text for each in self._new("figures", Kind.DECIMAL, cleaned)}
        parts = {part: self._part(part, kind, cleaned) for part, kind in PARTS.items()}
        parts["formulas"] = (*self._new_table(cleaned), *parts["formulas"])
        if self.errors:
            return None
        return PolicyText(
            mode=Mode(cleaned["mode"]), risk_band=cleaned["risk_band"], figures=figures, **parts
        )

    def _part(self, part: str, kind: Kind, cleaned: dict[str, Any]) -> tuple[Formula, ...]:
        """The formulas of one part as now written; one whose text was emptied is gone."""
        kept = [
            self._written(each, f"{part}{BETWEEN}{each.name}", cleaned)
            for each in getattr(self.text, part)
            if cleaned.get(f"{part}{BETWEEN}{each.name}", "").strip()
        ]
        return (*kept, *self._new(part, kind, cleaned))

    def _written(self, formula: Formula, field: str, cleaned: dict[str, Any]) -> Formula:
        said = cleaned[field]
        if formula.table is None:
            return Formula(formula.name, said.strip(), None, formula.kind, formula.says)
        try:
            table = table_lines.read(said, formula.table)
        except LineUnreadable as exc:
            told = _("Row %(row)s cannot be read: “%(line)s”. Write it like: 80 .. 90 : 0.9")
            self.add_error(field, told % {"row": exc.row, "line": exc.line})
            table = formula.table
        return Formula(formula.name, "", table, formula.kind, formula.says)

    def _new_table(self, cleaned: dict[str, Any]) -> list[Formula]:
        """The table that was begun, if any; it stands first, so that every formula may name it."""
        said = {name: cleaned.get(field, "").strip() for name, field in NEW_TABLE.items()}
        if not any(said[each] for each in ("name", "inputs", "rows")):
            return []
        for name in ("name", "inputs", "rows"):
            if not said[name]:
                self.add_error(
                    NEW_TABLE[name], _("A new table needs a name, what it goes by, and rows.")
                )
                return []
        kind = Kind(said["kind"] or Kind.DECIMAL)
        table = {
            "inputs": [{"text": each.strip()} for each in said["inputs"].split(table_lines.AND)],
            "outputs": [{"name": "value", "kind": kind.value}],
        }
        try:
            table = table_lines.read(said["rows"], table)
        except LineUnreadable as exc:
            told = _("Row %(row)s cannot be read: “%(line)s”. Write it like: 80 .. 90 : 0.9")
            self.add_error(NEW_TABLE["rows"], told % {"row": exc.row, "line": exc.line})
            return []
        return [Formula(said["name"], "", table, kind)]

    def _new(self, part: str, kind: Kind, cleaned: dict[str, Any]) -> list[Formula]:
        """What was added: ``name = formula # words``, one on a line."""
        field, added = f"new{BETWEEN}{part}", []
        for number, line in enumerate(cleaned.get(field, "").splitlines(), start=1):
            if not line.strip():
                continue
            said, _hash, words = line.partition("#")
            name, equals, text = (each.strip() for each in said.partition("="))
            if not equals or not name or not text:
                told = _("Line %(number)s has no name, or no formula after “=”.")
                self.add_error(field, told % {"number": number})
                continue
            added.append(Formula(name, text, None, kind, words.strip()))
        return added


def form_for(text: PolicyText, worked: dict[tuple[str, str], str]) -> type[PolicyForm]:
    """The form of one draft; ``worked`` is what each formula gives on the example household."""
    fields: dict[str, Any] = {
        "text": text,
        "Meta": PolicyForm.Meta,
        "__module__": __name__,
        "mode": forms.ChoiceField(
            label=_("How three limits become one"),
            choices=list(policy_words.MODES.items()),
            initial=text.mode.value,
        ),
        "risk_band": forms.ChoiceField(
            label=_("Risk band of households without a score"),
            choices=[(band, band) for band in RISK_BANDS],
            initial=text.risk_band,
        ),
    }
    for name, figure in text.figures.items():
        fields[f"figures{BETWEEN}{name}"] = _figure_field(name, figure)
    for part in PARTS:
        for formula in getattr(text, part):
            example = worked.get((part, formula.name), "")
            fields[f"{part}{BETWEEN}{formula.name}"] = _formula_field(part, formula, example)
    for part, how in HOW_TO_ADD.items():
        fields[f"new{BETWEEN}{part}"] = forms.CharField(
            label=_("Add"), required=False, help_text=how, widget=_textarea(2)
        )
    return type("DraftForm", (PolicyForm,), fields | _table_fields())


def _table_fields() -> dict[str, forms.Field]:
    """What a new table needs; all of it may stay empty."""
    name, inputs, kind, rows = NEW_TABLE.values()
    return {
        name: forms.CharField(
            label=_("New table: name"),
            required=False,
            max_length=40,
            help_text=_("Every formula may name it; it goes by what is known of a household."),
        ),
        inputs: forms.CharField(
            label=_("New table: goes by"),
            required=False,
            max_length=200,
            help_text=_("A field or expression; several with “;” between them."),
            widget=forms.TextInput(CODE),
        ),
        kind: forms.ChoiceField(label=_("New table: gives"), required=False, choices=TABLE_KINDS),
        rows: forms.CharField(
            label=_("New table: rows"),
            required=False,
            max_length=2_000,
            help_text=_(
                "One row on a line, without gaps: “80 .. 90 : 0.9”, “A / B : 1”, “? : 0” for"
                " unknown. A band goes up to its second number, which belongs to the next."
            ),
            widget=_textarea(4),
        ),
    }


def fieldsets(text: PolicyText) -> list[tuple[Any, dict[str, Any]]]:
    """The order in which the page asks: what is changed most often first."""
    parts = [
        (
            policy_words.PARTS[part],
            [
                *(f"{part}{BETWEEN}{each.name}" for each in getattr(text, part)),
                f"new{BETWEEN}{part}",
                *(NEW_TABLE.values() if part == "formulas" else ()),
            ],
        )
        for part in PARTS
    ]
    figures = [f"figures{BETWEEN}{name}" for name in text.figures]
    return [
        (None, {"fields": ["name", "note", "mode", "risk_band"]}),
        (
            policy_words.PARTS["figures"],
            {"fields": [*figures, f"new{BETWEEN}figures"], "classes": ["figures-of-policy"]},
        ),
        *((title, {"fields": fields, "classes": ["texts"]}) for title, fields in parts),
    ]


def _figure_field(name: str, figure: str) -> forms.CharField:
    known = FIGURES.get(name)
    unit = policy_words.UNITS[known.unit] if known else ""
    return forms.CharField(
        label=policy_words.name_of("figures", name),
        initial=figure,
        required=name in FIGURES,
        max_length=20,
        help_text=f"{name} {unit}".strip(),
        widget=forms.TextInput({"inputmode": "decimal", "class": "figure-input"}),
    )


def _formula_field(part: str, formula: Formula, example: str) -> forms.CharField:
    is_table = formula.table is not None
    text = table_lines.written(formula.table) if formula.table else formula.text
    words = formula.says or REASONS.get(formula.name) or policy_words.name_of(part, formula.name)
    help_text = formula.name
    if formula.table:
        help_text += _(" · by %(inputs)s, one row on a line") % {
            "inputs": table_lines.heading(formula.table)
        }
    if example:
        help_text += _(" · on the example household: %(value)s") % {"value": example}
    return forms.CharField(
        label=words,
        initial=text,
        required=False,
        max_length=2_000,
        help_text=help_text,
        widget=_textarea(max(2, text.count("\n") + 1) if is_table else 2),
    )


def _textarea(rows: int) -> forms.Textarea:
    return forms.Textarea(CODE | {"rows": rows, "cols": 80})
