"""The back office: Django's admin in our clothes, its menu in the order of the road."""

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class QianmoAdminConfig(AdminConfig):
    default_site = "config.admin_site.BackOffice"


class BackOffice(AdminSite):
    """`/admin/`"""

    site_title = _("Qianmo")
    site_header = _("Qianmo")
    index_title = _("My work")
