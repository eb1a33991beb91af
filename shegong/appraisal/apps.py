"""What this app is called in the back office, and what it adds to the indicators."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AppraisalConfig(AppConfig):
    name = "shegong.appraisal"
    verbose_name = _("标准与评估")

    def ready(self) -> None:
        """Once all apps are there."""
        from shegong.appraisal import readings
        from shegong.appraisal.queries.policy import cited_clauses
        from shegong.kernel import citations

        readings.register()
        readings.register_letters()
        readings.register_assessments()
        readings.register_findings()
        citations.tell(cited_clauses)
