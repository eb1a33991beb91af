"""Papers that are being made for somebody, and the finished ones for a day."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shegong.kernel.ids import uuid7
from shegong.people.models import Account
from shegong.practice.enums import PrintState
from shegong.practice.models.client import OfHub


class PrintJob(OfHub):
    """A paper asked for: of which kind (settings.PAPERS) and about what. Only who asked for it ever sees it.

    A worker holds a lease while it works; a job whose lease ran out is taken up again, three times at most.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(_("文件种类"), max_length=20)
    subject = models.UUIDField()
    title = models.CharField(_("名称"), max_length=200)
    reveals = models.BooleanField(_("印出完整号码"), default=False)
    state = models.CharField(_("状态"), max_length=10, choices=PrintState, default=PrintState.QUEUED)
    progress = models.SmallIntegerField(default=0)
    problem = models.CharField(_("没有做成的原因"), max_length=40, blank=True)
    attempts = models.SmallIntegerField(default=0)
    asked_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    pages = models.SmallIntegerField(default=0)
    size = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("打印任务")
        verbose_name_plural = _("打印任务")
        indexes = [
            models.Index(fields=["account", "asked_at"], name="practice_printjob_own"),
            models.Index(
                fields=["asked_at"], condition=Q(state__in=["queued", "running"]), name="practice_printjob_waiting"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=PrintState.values), name="practice_printjob_known_state"),
            models.CheckConstraint(condition=Q(progress__gte=0, progress__lte=100), name="practice_printjob_progress"),
            models.CheckConstraint(
                condition=Q(state="done", finished_at__isnull=False, expires_at__isnull=False, progress=100)
                | (~Q(state="done") & Q(expires_at__isnull=True)),
                name="practice_printjob_done_expires",
            ),
        ]


class PrintedFile(OfHub):
    """The PDF of a job under the job's key, encrypted. It is deleted when the job expires."""

    id = models.UUIDField(primary_key=True, editable=False)
    sealed = models.BinaryField()
