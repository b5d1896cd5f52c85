"""Requests that were already answered."""

from django.db import models


class IdempotencyKey(models.Model):
    """The answer given to one request, so that the same request again gets the same answer."""

    principal = models.CharField(max_length=80)
    route = models.CharField(max_length=120)
    key = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64)
    status_code = models.PositiveSmallIntegerField()
    answer = models.JSONField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["principal", "route", "key"], name="idempotency_key_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"
