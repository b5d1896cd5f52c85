"""Customers at the mini-program's door: a code to their phone, then a session of half an hour."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.fields import EncryptedTextField
from village.models import Customer


class SmsCode(models.Model):
    """Six digits sent to a customer's registered mobile; good once, for one thing, for minutes."""

    class Purpose(models.TextChoices):
        SIGN_IN = "sign_in", _("Signing in")
        CONTRACT = "contract", _("Signing a contract")
        LINE_RAISE = "line_raise", _("Signing for a higher line")

    purpose = models.CharField(
        _("purpose"), max_length=10, choices=Purpose.choices, default=Purpose.SIGN_IN
    )
    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="+", verbose_name=_("customer")
    )
    code = EncryptedTextField(_("code"))
    asked_at = models.DateTimeField(_("asked at"))
    expires_at = models.DateTimeField(_("expires at"))
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)
    wrong_tries = models.PositiveSmallIntegerField(_("wrong tries"), default=0)

    class Meta:
        verbose_name = _("SMS code")
        verbose_name_plural = _("SMS codes")
        ordering = ["-id"]
        default_permissions = ()
        indexes = [
            models.Index(fields=["id"], name="sms_code_to_send", condition=models.Q(sent_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}"


class CustomerSession(models.Model):
    """A customer signed in at the mini-program; only the hash of the token is kept."""

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="+", verbose_name=_("customer")
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    began_at = models.DateTimeField(_("began at"))
    expires_at = models.DateTimeField(_("expires at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("customer session")
        verbose_name_plural = _("customer sessions")
        ordering = ["-id"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.customer_id}"
