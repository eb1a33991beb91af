"""What this app is called in the back office, and what it adds to the indicators."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "shegong.portal"
    verbose_name = _("居民服务门户")

    def ready(self) -> None:
        """Once all apps are there."""
        from shegong.portal import readings

        readings.register()
