"""What this app is called in the back office."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IndicatorsConfig(AppConfig):
    name = "shegong.indicators"
    verbose_name = _("指标")
