"""Roles of the bank's staff, and which of them see the whole bank."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a member of staff is employed to do; it decides what they may see and press."""

    CUSTOMER_MANAGER = "customer_manager", _("Customer manager")
    BRANCH_PRESIDENT = "branch_president", _("Branch president")
    APPROVER = "approver", _("Approver")
    RISK_OFFICER = "risk_officer", _("Risk officer")
    PRODUCT_MANAGER = "product_manager", _("Product manager")
    POST_LOAN_OFFICER = "post_loan_officer", _("Post-loan officer")
    AUDITOR = "auditor", _("Auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


SEES_OWN_GRID = frozenset({Role.CUSTOMER_MANAGER})
SEES_OWN_BRANCH = frozenset({Role.BRANCH_PRESIDENT})
