"""What this app is called in the back office, and what it adds to the indicators."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LinkageConfig(AppConfig):
    name = "shegong.linkage"
    verbose_name = _("五社联动")

    def ready(self) -> None:
        """Once all apps are there."""
        from shegong.linkage import readings

        readings.register_gifts()
