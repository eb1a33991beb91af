"""What this app is called in the back office, and what it adds to the indicators and to referrals."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LinkageConfig(AppConfig):
    name = "shegong.linkage"
    verbose_name = _("五社联动")

    def ready(self) -> None:
        """Once all apps are there."""
        from shegong.linkage import readings
        from shegong.linkage.queries.channel import agreement_page, terms_of_referral
        from shegong.practice.queries import terms

        readings.register_agreements()
        readings.register_groups()
        readings.register_volunteers()
        readings.register_gifts()
        terms.tell(terms_of_referral, agreement_page)
