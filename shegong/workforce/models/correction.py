"""Corrections that somebody proposes to a worker's profile."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shegong.kernel.fields import EncryptedTextField
from shegong.kernel.ids import uuid7
from shegong.network.models import Station
from shegong.people.models import Account
from shegong.workforce.enums import CorrectionState
from shegong.workforce.models.worker import Worker


class ProfileCorrection(models.Model):
    """What a worker, or the worker's employer, wants changed, and what somebody else decided about it.

    `proposed` and `before` are JSON by field; they are encrypted, since a telephone number may be among them.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    worker = models.ForeignKey(
        Worker, on_delete=models.CASCADE, verbose_name=_("社会工作者"), related_name="corrections"
    )
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+")
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+")
    proposed = EncryptedTextField(_("拟更正为"))
    before = EncryptedTextField(_("原来"))
    reason = models.CharField(_("说明"), max_length=200)
    state = models.CharField(_("状态"), max_length=10, choices=CorrectionState, default=CorrectionState.WAITING)
    asked_at = models.DateTimeField(_("提出时间"))
    asked_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(_("答复"), max_length=200, blank=True, default="")
    decided_at = models.DateTimeField(_("处理时间"), null=True, blank=True)
    decided_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("资料更正")
        verbose_name_plural = _("资料更正")
        constraints = [
            models.UniqueConstraint(
                fields=["worker"], condition=Q(state="waiting"), name="workforce_correction_one_waiting"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(state="waiting") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="workforce_correction_decided_at_and_by",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "declined"]) | ~Q(decided_by=models.F("asked_by")),
                name="workforce_correction_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(answer=""), name="workforce_correction_declined_says_why"
            ),
        ]
        indexes = [models.Index(fields=["station", "asked_at"], name="workforce_correction_station")]
