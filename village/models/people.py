"""Households, the people in them, and who is tied to whom."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.fields import EncryptedTextField, FenField
from core.models import Document, User
from village.models.areas import Group, Village
from village.models.belonging import OfVillage, OfVillageQuerySet, by_village, within


class ListFlag(models.TextChoices):
    """Where the neighbours' review and the bank's own lists have put somebody."""

    NONE = "", _("Not reviewed")
    WHITE = "white", _("White list")
    GREY = "grey", _("Grey list")
    BLACK = "black", _("Black list")


def masked(id_number: str) -> str:
    """An ID number as a screen shows it: region and last two."""
    return f"{id_number[:6]}{'*' * 10}{id_number[-2:]}"


class HouseholdQuerySet(models.QuerySet["Household"]):
    def visible_to(self, user: User) -> "HouseholdQuerySet":
        """Households of this person's grids or branch; head office sees all."""
        return self.filter(within(user, "village"))


class Household(models.Model):
    """A household 户 as the roster registers it, with what it declared about its means.

    All amounts are what the household itself said, on ``declared_on``, or on the earlier day that
    ``figure_days`` names for one; what a manager found is a visit, what a bureau said is a source
    record.
    """

    number = models.CharField(_("household number"), max_length=30, unique=True)
    village = models.ForeignKey(
        Village, models.PROTECT, related_name="households", verbose_name=_("village")
    )
    group = models.ForeignKey(
        Group,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="households",
        verbose_name=_("villagers' group"),
    )
    address = models.CharField(_("address"), max_length=120, blank=True)
    list_flag = models.CharField(
        _("list"), max_length=8, choices=ListFlag.choices, default=ListFlag.NONE, blank=True
    )
    declared_on = models.DateField(_("declared on"), null=True, blank=True)
    figure_days = models.JSONField(_("declared earlier"), null=True, blank=True, editable=False)
    land_mu = models.DecimalField(
        _("contracted land, mu"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    rented_land_mu = models.DecimalField(
        _("rented land, mu"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    house_value = FenField(_("house value"), null=True, blank=True)
    vehicle_value = FenField(_("vehicles and machines"), null=True, blank=True)
    income_year = FenField(_("income a year"), null=True, blank=True)
    expense_year = FenField(_("living cost a year"), null=True, blank=True)
    operating_cost_year = FenField(_("operating cost a year"), null=True, blank=True)
    debt = FenField(_("debt"), null=True, blank=True)
    private_debt = FenField(_("private loans"), null=True, blank=True)
    income_kind = models.CharField(_("main kind of income"), max_length=20, blank=True)
    main_business = models.CharField(_("main business"), max_length=40, blank=True)
    brought_by = models.ForeignKey(
        "village.RosterImport",
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_index=False,
        db_constraint=False,
        editable=False,
        related_name="+",
        verbose_name=_("brought in by"),
    )
    created_at = models.DateTimeField(_("registered at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)
    corrected_on = models.DateField(
        _("corrected by hand on"), null=True, blank=True, editable=False
    )

    objects = HouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("farm households")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["village", "number"], name="household_by_village"),
            models.Index(
                fields=["corrected_on"],
                condition=Q(corrected_on__isnull=False),
                name="household_corrected_by_hand",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def told_on(self, figure: str) -> date | None:
        """The day on which the household declared one of its figures."""
        earlier = (self.figure_days or {}).get(figure)
        return date.fromisoformat(earlier) if earlier else self.declared_on

    @property
    def net_worth(self) -> int | None:
        """Declared assets less debts, fen; None where nothing was declared."""
        if self.house_value is None and self.vehicle_value is None:
            return None
        owned = (self.house_value or 0) + (self.vehicle_value or 0)
        return owned - (self.debt or 0) - (self.private_debt or 0)


class Customer(OfVillage):
    """A person of a household. ID number and mobile are sealed; find them by blind index.

    ``list_flag`` is the bank's own list, ``watch_flag`` what the newest files of others say; either
    bars from judging, and a black one makes a black household.
    """

    class Role(models.TextChoices):
        HEAD = "head", _("Head")
        SPOUSE = "spouse", _("Spouse")
        CHILD = "child", _("Child")
        PARENT = "parent", _("Parent")
        GRANDCHILD = "grand", _("Grandchild")
        SIBLING = "sibling", _("Brother or sister")
        OTHER = "other", _("Other member")

    class Sex(models.TextChoices):
        MALE = "male", _("Male")
        FEMALE = "female", _("Female")

    class State(models.TextChoices):
        LIVING = "living", _("Living here")
        AWAY = "away", _("Working away")
        MOVED = "moved", _("Moved away")
        DIED = "died", _("Died")

    HERE = (State.LIVING, State.AWAY)
    """Who belongs to the household and may borrow; who works away comes home."""

    household = models.ForeignKey(
        Household, models.PROTECT, related_name="members", verbose_name=_("household")
    )
    role = models.CharField(_("role in the household"), max_length=8, choices=Role.choices)
    name = models.CharField(_("person's name"), max_length=40, db_index=True)
    id_number = EncryptedTextField(_("ID number"))
    id_index = models.CharField(max_length=64, editable=False)
    mobile = EncryptedTextField(_("mobile"), blank=True)
    mobile_index = models.CharField(max_length=64, blank=True, editable=False)
    sex = models.CharField(_("sex"), max_length=8, choices=Sex.choices)
    born_on = models.DateField(_("born on"))
    education = models.CharField(_("education"), max_length=20, blank=True)
    marital = models.CharField(_("marital status"), max_length=10, blank=True)
    occupation = models.CharField(_("occupation"), max_length=20, blank=True)
    main_business = models.CharField(_("main business"), max_length=40, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.LIVING)
    list_flag = models.CharField(
        _("list"), max_length=8, choices=ListFlag.choices, default=ListFlag.NONE, blank=True
    )
    list_reason = models.CharField(_("reason for the list"), max_length=120, blank=True)
    watch_flag = models.CharField(
        _("list delivered by others"),
        max_length=8,
        choices=[(each.value, each.label) for each in (ListFlag.GREY, ListFlag.BLACK)],
        default="",
        db_default="",
        blank=True,
        editable=False,
    )
    photo = models.ForeignKey(
        Document,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("photo"),
    )
    brought_by = models.ForeignKey(
        "village.RosterImport",
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_index=False,
        db_constraint=False,
        editable=False,
        related_name="+",
        verbose_name=_("brought in by"),
    )
    updated_at = models.DateTimeField(_("changed at"), auto_now=True)
    corrected_on = models.DateField(
        _("corrected by hand on"), null=True, blank=True, editable=False
    )

    objects = OfVillageQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        ordering = ["id"]
        permissions = [
            ("reveal_customer", _("May reveal ID and mobile numbers")),
            ("export_customer", _("May take lists of people out of the house")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["household"], condition=Q(role="head"), name="household_has_one_head"
            ),
            models.UniqueConstraint(fields=["id_index"], name="customer_by_id_number"),
        ]
        indexes = [
            by_village("customer_by_village"),
            models.Index(
                fields=["mobile_index"], condition=~Q(mobile_index=""), name="customer_by_mobile"
            ),
            # Of the few among a million; whoever is like most is found without an index.
            models.Index(
                fields=["list_flag"], condition=~Q(list_flag=""), name="customer_on_a_list"
            ),
            models.Index(
                fields=["state"], condition=~Q(state="living"), name="customer_not_living_here"
            ),
            models.Index(
                fields=["role"],
                condition=Q(role__in=["grand", "sibling", "other"]),
                name="customer_of_rare_role",
            ),
            models.Index(
                fields=["corrected_on"],
                condition=Q(corrected_on__isnull=False),
                name="customer_corrected_by_hand",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def masked_id_number(self) -> str:
        """The ID number as a screen shows it: region and last two."""
        return masked(self.id_number)

    @property
    def masked_mobile(self) -> str:
        """The mobile number as a screen shows it."""
        return f"{self.mobile[:3]}****{self.mobile[-4:]}" if self.mobile else ""

    def age_on(self, day: date) -> int:
        """Full years of age on a day."""
        had_no_birthday_yet = (day.month, day.day) < (self.born_on.month, self.born_on.day)
        return day.year - self.born_on.year - had_no_birthday_yet


class RelationQuerySet(OfVillageQuerySet):
    def standing(self) -> "RelationQuerySet":
        """Ties that have not ended; the others are history and bar nobody."""
        return self.filter(ended_on=None)

    def marriages(self) -> "RelationQuerySet":
        """Who is married to whom, as far as it was written down; a household's head and spouse
        need no line for it."""
        return self.standing().filter(kind=Relation.Kind.SPOUSE)


class Relation(OfVillage):
    """A tie between two people: why one may not judge the other, or who is married to whom.

    Husband and wife may share a household; all other ties are between two. A tie that ended stays,
    with the day and the reason; the same two may be tied again.
    """

    class Kind(models.TextChoices):
        KIN = "kin", _("Kin")
        GUARANTOR = "guarantor", _("Guarantor")
        PARTNER = "partner", _("Business partner")
        SPOUSE = "spouse", _("Husband and wife")

    one = models.ForeignKey(Customer, models.CASCADE, related_name="+", verbose_name=_("one"))
    other = models.ForeignKey(Customer, models.CASCADE, related_name="+", verbose_name=_("other"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    brought_by = models.ForeignKey(
        "village.RosterImport",
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_index=False,
        db_constraint=False,
        editable=False,
        related_name="+",
        verbose_name=_("brought in by"),
    )
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    ended_because = models.CharField(
        _("ended because"), max_length=200, blank=True, default="", db_default=""
    )
    ended_by_file = models.ForeignKey(
        "village.RosterImport",
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_index=False,
        db_constraint=False,
        editable=False,
        related_name="+",
        verbose_name=_("ended by the file"),
    )

    objects = RelationQuerySet.as_manager()

    class Meta:
        permissions = [
            ("end_relation", _("May end ties between people")),
            ("tie_relation", _("May write down ties between people")),
        ]
        verbose_name = _("relation")
        verbose_name_plural = _("relations")
        indexes = [by_village("relation_by_village")]
        constraints = [
            models.UniqueConstraint(
                fields=["one", "other", "kind"],
                condition=Q(ended_on=None),
                name="relation_once",
            ),
            models.UniqueConstraint(
                fields=["one"],
                condition=Q(kind="spouse", ended_on=None),
                name="one_marriage_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["other"],
                condition=Q(kind="spouse", ended_on=None),
                name="other_marriage_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | ~Q(ended_because=""), name="ended_relation_says_why"
            ),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="relation_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.one_id}–{self.other_id} {self.kind}"
