"""Cases put to review in supervision."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shegong.kernel.ids import uuid7
from shegong.people.models import Account
from shegong.practice.models.case import Case
from shegong.practice.models.client import OfHub
from shegong.workforce.models import SupervisionSession


class CaseReview(OfHub):
    """A case that the station puts to a supervision session. As long as its agreement runs, the session's supervisor
    may read the case, and nothing else of the station. Taken back, it is closed to the supervisor at once.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    session = models.ForeignKey(
        SupervisionSession, on_delete=models.PROTECT, verbose_name=_("督导活动"), related_name="+"
    )
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, verbose_name=_("个案"), related_name="reviews", db_constraint=False
    )
    question = models.CharField(_("想讨论什么"), max_length=300)
    put_at = models.DateTimeField()
    put_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("督导讨论的个案")
        verbose_name_plural = _("督导讨论的个案")
        constraints = [
            models.UniqueConstraint(
                fields=["session", "case", "hub"],
                condition=Q(withdrawn_at__isnull=True),
                name="practice_casereview_once",
            ),
        ]
