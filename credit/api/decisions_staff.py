"""The same addresses asked by staff: everything a decision rests on, and having one made."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from admission import services as admission
from admission.models import Authorisation, Decision
from core import audit, idempotency, publishing
from core.models import User
from credit.api.clock import today
from credit.api.fields import YuanField
from credit.models import Product
from credit.services import asked_products
from village.models import Customer

MAY_SEE, MAY_DECIDE = "admission.view_decision", "admission.make_decision"
ROUTE = "staff/decisions"
OF_THE_REQUEST = ("amount", "term_months", "income_month", "employer")


class ScoreOutput(serializers.Serializer):
    """The score beside the rules: which card, what it counted and why; ``why_not`` where none."""

    segment = serializers.CharField(source="scored.segment", default="")
    why_not = serializers.SerializerMethodField()
    scorecard = serializers.IntegerField(source="scorecard_id", allow_null=True)
    version = serializers.IntegerField(source="scored.version", default=None)
    card_hash = serializers.CharField(source="scored.card", default="")
    score_policy = serializers.IntegerField(source="score_policy_id", allow_null=True)
    score = serializers.IntegerField(allow_null=True)
    risk_band = serializers.CharField(allow_blank=True)
    expected_bad_rate = serializers.FloatField(source="scored.pd", default=None)
    base_points = serializers.IntegerField(source="scored.base_points", default=None)
    reasons = serializers.ListField(
        source="scored.reasons",
        default=list,
        help_text="Each question: code, value, points.",
    )
    unknown = serializers.ListField(source="scored.unknown", default=list)

    def get_why_not(self, decision: Decision) -> str:
        """``no_policy`` or ``no_card`` where there is no score."""
        if decision.score is not None:
            return ""
        return (decision.scored or {}).get("why_not", "no_policy")


class FullDecisionOutput(serializers.Serializer):
    """A decision with all that it rests on, as staff may see it. No name, ID or mobile number."""

    number = serializers.IntegerField(source="pk")
    customer = serializers.IntegerField(source="customer_id")
    purpose = serializers.CharField()
    as_of = serializers.DateField()
    outcome = serializers.CharField()
    outcome_label = serializers.CharField(source="get_outcome_display")
    rules_outcome = serializers.CharField(allow_blank=True)
    limit_factor = serializers.DecimalField(max_digits=4, decimal_places=2)
    rule_set = serializers.IntegerField(source="rule_set_id")
    rule_set_hash = serializers.CharField()
    inputs = serializers.DictField(help_text="Every value that rules and card read; null: unknown.")
    asked_for = serializers.DictField()
    records = serializers.ListField(help_text="Whose word was read, and of which day.")
    hits = serializers.ListField(help_text="Rules that hold.")
    unknowns = serializers.ListField(help_text="Rules that could not be answered.")
    score = ScoreOutput(source="*")
    override = serializers.IntegerField(source="override_id", allow_null=True)
    text = serializers.CharField(source="customer_text", allow_blank=True)
    decided_at = serializers.DateTimeField()


class DecideInput(serializers.Serializer):
    """About whom, what for; for an application also what is asked for. The day is the bank's."""

    customer = serializers.IntegerField(min_value=1)
    purpose = serializers.ChoiceField(choices=Authorisation.Purpose.choices)
    as_of = serializers.DateField(
        required=False, help_text="The bank's day; need not be said, and no other is taken."
    )
    product = serializers.CharField(
        max_length=40,
        required=False,
        help_text="Its code. Without it no rule hears what the product asks for.",
    )
    amount = YuanField(required=False)
    term_months = serializers.IntegerField(min_value=1, max_value=600, required=False)
    income_month = YuanField(required=False, help_text="As the customer declares it.")
    employer = serializers.CharField(max_length=100, required=False)

    def validate_product(self, code: str) -> Product:
        """The version of it that is on offer."""
        product = publishing.in_force(Product, code)
        if product is None:
            raise serializers.ValidationError(_("This product is not on offer."))
        return product


def visible(user: User) -> QuerySet[Decision]:
    """What this member of staff may see; 403 where they see no decisions at all."""
    if not user.has_perm(MAY_SEE):
        raise PermissionDenied
    return Decision.objects.visible_to(user).order_by("-id")


def listed(request: Request) -> Response:
    """The newest fifty, or those of one customer; that they were read is kept of each."""
    found = visible(request.user)
    customer = request.query_params.get("customer", "")
    if customer:
        found = found.filter(customer=int(customer) if customer.isdecimal() else None)
    page = list(found[:50])
    audit.read_all(page, reader=request.user, what="decision over REST")
    return Response(FullDecisionOutput(page, many=True).data)


def one(request: Request, number: int) -> Response:
    """One decision, read by name: who looked is kept."""
    found = get_object_or_404(visible(request.user), pk=number)
    audit.read(found, reader=request.user, what="decision over REST")
    return Response(FullDecisionOutput(found).data)


def made(request: Request) -> Response:
    """Have a decision made now. Others are asked over the network, so no transaction is open."""
    if not request.user.has_perm(MAY_DECIDE):
        raise PermissionDenied
    body = DecideInput(data=request.data)
    body.is_valid(raise_exception=True)
    asked = body.validated_data
    people = Customer.objects.visible_to(request.user)
    customer = get_object_or_404(people, pk=asked["customer"])
    request_made = _request_made(asked)

    def decide() -> tuple[int, object]:
        decision = admission.decide(
            customer.pk,
            purpose=asked["purpose"],
            as_of=_the_banks(asked.get("as_of")),
            actor=request.user,
            asked=request_made,
        )
        answer = FullDecisionOutput(Decision.objects.get(pk=decision.pk)).data
        return status.HTTP_201_CREATED, answer

    return idempotency.once_outside(request, f"staff:{request.user.pk}", ROUTE, decide)


def _request_made(said: Mapping[str, Any]) -> admission.Asked:
    """What is asked for, as an application for the same would have the rules hear it."""
    named = {name: said[name] for name in OF_THE_REQUEST if said.get(name) is not None}
    product = said.get("product")
    if product is None:
        return admission.Asked(**named)
    return asked_products.request_for(product, asked_products.settings_of(product), **named)


def _the_banks(named: date | None) -> date:
    """The bank's day. Any other that is named is refused: answers of another day would be read
    again, and an override that has ended would count."""
    day = today()
    if named not in (None, day):
        says = _("It is decided as of the bank's day, %(day)s; leave the day out or name this one.")
        raise serializers.ValidationError({"as_of": says % {"day": day}})
    return day
