"""The registers of this room in the back office, and steps taken from them."""

from django.urls import reverse

from tests.village import neighbourhood
from village.services import campaigns, conclusions


def register(name):
    return reverse(f"admin:village_{name}_changelist")


def act(client, name, action, *records, **said):
    chosen = {"action": action, "_selected_action": [each.pk for each in records]}
    return client.post(register(name), chosen | said, follow=True)


def concluded():
    campaign = neighbourhood.opened(12)
    neighbourhood.answered(campaign)
    campaigns.seal(campaign.pk, actor=None)
    return conclusions.conclude(campaign.pk, actor=None)
