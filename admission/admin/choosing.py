"""Narrowing registers by what a figure elsewhere leads to."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from admission.models import CHAMPION, Rule, RuleSet
from core import publishing
from core.models import Branch
from village.models import Village


class ChosenFilter(admin.SimpleListFilter):
    """A place that a figure leads to; it is shown once it is chosen, not offered among hundreds."""

    lookup = ""

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """What is chosen, by its name."""
        value = request.GET.get(self.parameter_name, "")
        return [(value, self.named(value))] if value else []

    def named(self, value: str) -> str:
        """What people call it."""
        return value

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The customers there."""
        value = self.value()
        return queryset.filter(**{self.lookup: value}) if value else queryset


class VillageFilter(ChosenFilter):
    """Customers of one village."""

    title, parameter_name = _("village"), "village"
    lookup = "customer__village__code"

    def named(self, value: str) -> str:
        """The village's name."""
        found = Village.objects.filter(code=value).first()
        return found.name if found else value


class NumberFilter(ChosenFilter):
    """A place known by its number; what is no number names nobody."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The customers there."""
        value = self.value()
        if value and not (value.isdecimal() and len(value) < 19):
            return queryset.none()
        return super().queryset(request, queryset)


class BranchFilter(NumberFilter):
    """Customers of one branch."""

    title, parameter_name = _("branch"), "branch"
    lookup = "customer__village__grid__branch"

    def named(self, value: str) -> str:
        """The branch's name."""
        found = Branch.objects.filter(pk=value).first() if value.isdecimal() else None
        return found.name if found else value


class RuleFilter(admin.SimpleListFilter):
    """Customers or decisions for which one rule holds; ``held`` says how its code is looked for."""

    title, parameter_name = _("rule that holds"), "rule"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        """The rules in force, and one that is chosen although it no longer is."""
        found = publishing.in_force(RuleSet, CHAMPION)
        rules = Rule.objects.filter(rule_set=found).order_by("id") if found else Rule.objects.none()
        known = [(each.code, f"{each.code} {each.name}") for each in rules]
        chosen = request.GET.get(self.parameter_name, "")
        return known if chosen in dict(known) or not chosen else [*known, (chosen, chosen)]

    def held(self, code: str) -> list[Any]:
        """What the column of hits contains where the rule holds."""
        return [code]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Those it holds for."""
        value = self.value()
        return queryset.filter(hits__contains=self.held(value)) if value else queryset
