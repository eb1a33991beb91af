"""Protection of personal information: requests of those it is about, how long files are kept, and their erasure."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shegong.kernel.fields import EncryptedTextField
from shegong.kernel.ids import uuid7
from shegong.people.models import Account
from shegong.practice.enums import Asked, Asker, Decision, Kept, Outcome
from shegong.practice.models.client import Client, OfHub


class SubjectRequest(OfHub):
    """Somebody asks what is kept about them, or wants it changed, erased or used no more. Answered by a fixed day."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("请求事项"), max_length=10, choices=Asked)
    asker = models.CharField(_("谁提出"), max_length=10, choices=Asker)
    # Somebody without a file may ask, too: then the answer is that there is none.
    client = models.ForeignKey(
        Client, on_delete=models.PROTECT, null=True, blank=True, related_name="requests", db_constraint=False
    )
    contact = EncryptedTextField(_("怎么联系"), blank=True, default="")
    text = models.TextField(_("请求内容"))
    received_on = models.DateField(_("收到日期"))
    due_on = models.DateField(_("答复期限"))
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    outcome = models.CharField(_("处理结果"), max_length=10, choices=Outcome, blank=True, default="")
    answer = models.TextField(_("答复内容"), blank=True, default="")
    answered_on = models.DateField(_("答复日期"), null=True, blank=True)
    answered_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("个人信息请求")
        verbose_name_plural = _("个人信息请求")
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", answer="", answered_on__isnull=True, answered_by__isnull=True)
                | (~Q(outcome="") & ~Q(answer="") & Q(answered_on__isnull=False, answered_by__isnull=False)),
                name="practice_request_answered_on_by_and_how_together",
            ),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True) | Q(answered_on__gte=F("received_on")),
                name="practice_request_answered_after_receipt",
            ),
            models.CheckConstraint(condition=Q(due_on__gt=F("received_on")), name="practice_request_due_after_receipt"),
        ]
        indexes = [
            models.Index(fields=["due_on", "id"], condition=Q(answered_on__isnull=True), name="practice_request_open"),
            models.Index(
                fields=["answered_on", "id"], condition=Q(answered_on__isnull=False), name="practice_request_answered"
            ),
        ]


class RetentionRule(models.Model):
    """How many years files of a class are kept: after the last that happened; for minors after they come of age."""

    kind = models.CharField(_("档案类别"), max_length=10, choices=Kept, primary_key=True)
    years = models.SmallIntegerField(_("保存年数"))
    basis = models.CharField(_("依据"), max_length=200)

    class Meta:
        verbose_name = _("保存期限")
        verbose_name_plural = _("保存期限")
        constraints = [
            models.CheckConstraint(condition=Q(years__gte=1, years__lte=100), name="practice_retention_1_to_100_years"),
        ]


class ErasureProposal(OfHub):
    """A file proposed for erasure of all that names or describes the person. Another person decides; counts stay."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="erasures", db_constraint=False)
    # What the file was when proposed; the request, where the person asked for it.
    kind = models.CharField(_("档案类别"), max_length=10, choices=Kept)
    expired_on = models.DateField(_("到期日期"), null=True, blank=True)
    request = models.ForeignKey(
        SubjectRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="erasures", db_constraint=False
    )
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    decision = models.CharField(_("复核"), max_length=10, choices=Decision, default=Decision.WAITING)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    reason = models.CharField(_("理由"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("匿名化申请")
        verbose_name_plural = _("匿名化申请")
        constraints = [
            models.UniqueConstraint(
                fields=["client", "hub"], condition=~Q(decision="declined"), name="practice_erasure_once"
            ),
            models.CheckConstraint(
                condition=Q(decision="waiting", decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(decision="waiting") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="practice_erasure_decided_at_and_by_together",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")),
                name="practice_erasure_decided_by_another",
            ),
            models.CheckConstraint(
                condition=Q(expired_on__isnull=False) | Q(request__isnull=False), name="practice_erasure_has_a_ground"
            ),
        ]
        indexes = [
            models.Index(
                fields=["proposed_at", "id"], condition=Q(decision="waiting"), name="practice_erasure_waiting"
            ),
        ]
