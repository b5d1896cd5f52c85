"""Which site Django's admin is: our back office."""

from django.contrib.admin.apps import AdminConfig


class QianmoAdminConfig(AdminConfig):
    """Imported before models exist; the site itself, which knows them, stands in back_office.py."""

    default_site = "config.back_office.BackOffice"
