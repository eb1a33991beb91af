"""Names our own back office as Django's admin site, in INSTALLED_APPS."""

from django.contrib.admin.apps import AdminConfig


class BackOfficeConfig(AdminConfig):
    """django.contrib.admin with `BackOffice` in place of its own site."""

    default_site = "shegong.people.backoffice.BackOffice"
