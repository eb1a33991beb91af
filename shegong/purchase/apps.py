"""What this app is called in the back office."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PurchaseConfig(AppConfig):
    name = "shegong.purchase"
    verbose_name = _("资金与合同")
