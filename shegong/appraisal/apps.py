"""What this app is called in the back office, and what it adds to the indicators."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AppraisalConfig(AppConfig):
    name = "shegong.appraisal"
    verbose_name = _("标准与评估")

    def ready(self) -> None:
        """Once all apps are there."""
        from shegong.appraisal.queries.policy import cited_clauses
        from shegong.appraisal.readings import register, register_letters
        from shegong.kernel import citations

        register()
        register_letters()
        citations.tell(cited_clauses)
