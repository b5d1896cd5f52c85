"""Tags and portraits 标签与画像: definitions in versions, who carries which, lists of customers."""

import json
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from admission import tag_words
from admission.tags import TagBook, TagsRefused, TagText, choosing, compile_tags
from admission.tags.choosing import Choice
from core.models import Publishable, Run, User
from village.models import Customer, OfCustomerQuerySet


class TagSet(Publishable):
    """All definitions of tags, groups, portraits and figures of one version."""

    class Meta(Publishable.Meta):
        verbose_name = _("tag set")
        verbose_name_plural = _("tag sets")

    def book(self, *, is_new: bool = False) -> TagBook:
        """The definitions, read and checked. Raises TagsRefused with every reason."""
        texts = [each.text for each in self.definitions.order_by("place", "id")]
        return compile_tags(texts, is_new=is_new)

    def faults(self) -> list[str]:
        """What keeps this version from being put into force: place and reason of each."""
        try:
            self.book(is_new=True)
        except TagsRefused as refused:
            return [tag_words.in_words(each) for each in refused.faults]
        return []


class TagDefinition(models.Model):
    """One tag, figure, group or portrait. It may name features, and what stands before it."""

    class Kind(models.TextChoices):
        COUNTY = "county", _("County figure")
        FIGURE = "figure", _("Figure")
        TAG = "tag", _("Tag")
        CUSTOMER = "customer", _("Customer tag")
        GROUP = "group", _("Customer group")
        PORTRAIT = "portrait", _("Portrait")

    class Link(models.TextChoices):
        LOGISTIC = "logistic", _("log-odds, shown as a probability")

    tag_set = models.ForeignKey(
        TagSet, models.CASCADE, related_name="definitions", verbose_name=_("tag set")
    )
    place = models.PositiveSmallIntegerField(_("place"), default=0)
    code = models.CharField(_("code"), max_length=40)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    family = models.CharField(_("family"), max_length=30, blank=True)
    name = models.CharField(_("name"), max_length=40)
    expression = models.TextField(_("expression"))
    params = models.JSONField(_("thresholds"), default=dict, blank=True)
    choices = models.JSONField(_("words it may give"), default=list, blank=True)
    link = models.CharField(_("scale"), max_length=10, choices=Link.choices, blank=True)
    quantile = models.FloatField(_("quantile, 0 to 1"), null=True, blank=True)
    among = models.TextField(_("among whom"), blank=True)
    products = models.JSONField(_("products to offer"), default=list, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("tag definition")
        verbose_name_plural = _("tag definitions")
        ordering = ["tag_set", "place", "id"]
        constraints = [models.UniqueConstraint(fields=["tag_set", "code"], name="tag_once_per_set")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def text(self) -> TagText:
        """The definition as judgement reads it."""
        return TagText(
            code=self.code,
            kind=self.kind,
            name=self.name,
            expression=self.expression,
            params=self.params,
            choices=tuple(self.choices),
            link=self.link,
            quantile=self.quantile,
            among=self.among,
        )

    @property
    def fingerprint(self) -> str:
        """Of everything it says: who writes on it can tell whether somebody else has."""
        said = {each.attname: getattr(self, each.attname) for each in self._meta.concrete_fields}
        return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


class TagWord(models.Model):
    """One word that one tag can give, under the number by which profiles carry it."""

    id = models.AutoField(primary_key=True)
    code = models.CharField(_("code"), max_length=40)
    word = models.CharField(_("word"), max_length=120)

    class Meta:
        verbose_name = _("word of a tag")
        verbose_name_plural = _("words of tags")
        ordering = ["code", "id"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["code", "word"], name="tag_word_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.word}"


class Profile(models.Model):
    """What a customer is called: the words of all tags, and figures by code.

    A word holds since ``first_on``, or since the day that ``since`` names for its tag.
    """

    customer = models.OneToOneField(
        Customer,
        models.CASCADE,
        primary_key=True,
        related_name="profile",
        verbose_name=_("customer"),
    )
    words = ArrayField(models.IntegerField(), verbose_name=_("words"))
    figures = models.JSONField(_("figures"), default=dict)
    first_on = models.DateField(_("tagged since"))
    since = models.JSONField(_("changed since"), default=dict)

    objects = OfCustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer profile")
        verbose_name_plural = _("customer profiles")
        ordering = ["customer_id"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return str(self.customer_id)


class TagChange(models.Model):
    """One tag of one customer that came, went or changed its word."""

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="tag_changes", verbose_name=_("customer")
    )
    code = models.CharField(_("code"), max_length=40)
    before = models.ForeignKey(
        TagWord,
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=_("before"),
    )
    after = models.ForeignKey(
        TagWord,
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        verbose_name=_("after"),
    )
    on = models.DateField(_("on"))
    run = models.ForeignKey(
        Run, models.PROTECT, db_index=False, related_name="+", verbose_name=_("run")
    )

    class Meta:
        verbose_name = _("change of a tag")
        verbose_name_plural = _("changes of tags")
        ordering = ["-id"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.customer_id} · {self.code}"


class SegmentQuerySet(models.QuerySet["Segment"]):
    def visible_to(self, user: User) -> "SegmentQuerySet":
        """One's own lists; whoever sees the whole bank sees all of them."""
        return self if user.sees_everything else self.filter(owner=user)


class Segment(models.Model):
    """A list of customers 客群 by their tags: groups of all, any or none of some words.

    It is a question, not an answer: whoever opens it sees the customers of their own scope. A list
    made of a group that a model proposed names those of them who meet the group's condition.
    """

    class Joined(models.TextChoices):
        ALL = choosing.ALL, _("all groups hold")
        ANY = choosing.ANY, _("any one group is enough")

    name = models.CharField(_("name"), max_length=60)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    groups = models.JSONField(_("groups of tags"), default=list, blank=True, db_default=[])
    joined = models.CharField(
        _("how groups stand together"),
        max_length=3,
        choices=Joined.choices,
        default=Joined.ALL,
        db_default=Joined.ALL,
    )
    proposal = models.ForeignKey(
        "admission.Proposal",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="segments",
        verbose_name=_("proposed group"),
    )
    note = models.CharField(_("what for"), max_length=200, blank=True)
    counted = models.PositiveIntegerField(_("customers when saved"))
    saved_at = models.DateTimeField(_("saved at"), auto_now=True)

    objects = SegmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer segment")
        verbose_name_plural = _("customer segments")
        ordering = ["-saved_at", "-id"]
        default_permissions = ("add", "view", "delete")
        permissions = [("export_segment", "Can export customer segments")]

    def __str__(self) -> str:
        return self.name

    @property
    def choice(self) -> Choice:
        """The groups as judgement reads them."""
        return Choice.from_kept(self.groups, self.joined)

    @property
    def recipe(self) -> dict[str, Any]:
        """What the list asks for, for the record."""
        return {"groups": self.groups, "joined": self.joined, "proposal": self.proposal_id}


class FeatureFigures(models.Model):
    """How one feature lay over the county on one day: how many know it, how its values lie.

    ``shape`` holds quantiles or the most frequent words, ``bins`` counts over ``edges`` that a
    later run counts over again, so that drift is measured on the same bins.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="+", verbose_name=_("run"))
    name = models.CharField(_("feature"), max_length=60)
    as_of = models.DateField(_("as of"))
    customers = models.PositiveIntegerField(_("customers"))
    known = models.PositiveIntegerField(_("known"))
    shape = models.JSONField(_("distribution"), default=dict)
    bins = models.JSONField(_("bins"), default=dict)
    psi = models.FloatField(_("drift (PSI)"), null=True)

    class Meta:
        verbose_name = _("feature")
        verbose_name_plural = _("feature dictionary")
        ordering = ["name", "-run_id"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["run", "name"], name="feature_figures_once_a_run")
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.as_of}"
