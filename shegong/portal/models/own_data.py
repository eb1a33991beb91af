"""Requests of residents about what is kept of themselves, until somebody has looked at their identity card."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shegong.kernel.fields import EncryptedTextField
from shegong.kernel.ids import uuid7
from shegong.people.models import Account
from shegong.portal.enums import OwnDataState
from shegong.practice.enums import Asked
from shegong.practice.models import Client, SubjectRequest
from shegong.practice.models.client import OfHub


class OwnDataRequest(OfHub):
    """A request about own data, left by name and telephone. The station checks face to face who it is; from then on it
    is the data-protection officer's `request`, and what was asked to be seen lies in `content` (a JSON text) until
    `open_until`, for who knows the code that the worker handed over (`open_digest`).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(_("编号"), max_length=12, unique=True)
    kind = models.CharField(_("请求事项"), max_length=10, choices=Asked)
    name = models.CharField(_("姓名"), max_length=60)
    phone = EncryptedTextField(_("电话"))
    text = models.TextField(_("具体要求"), blank=True, default="")
    received_at = models.DateTimeField(_("收到时间"))
    received_on = models.DateField(_("收到日期"))
    due_on = models.DateField(_("答复期限"))
    state = models.CharField(_("状态"), max_length=8, choices=OwnDataState, default=OwnDataState.LEFT)
    note = models.CharField(_("说明"), max_length=200, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    client = models.ForeignKey(
        Client, on_delete=models.PROTECT, null=True, blank=True, related_name="own_requests", db_constraint=False
    )
    request = models.ForeignKey(
        SubjectRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="left_by", db_constraint=False
    )
    content = EncryptedTextField(blank=True, default="", editable=False)
    open_digest = models.BinaryField(max_length=16, null=True, blank=True, editable=False)
    open_until = models.DateTimeField(null=True, blank=True, editable=False)
    code_digest = models.BinaryField(max_length=16, null=True, blank=True, editable=False)
    tries = models.SmallIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("本人信息请求")
        verbose_name_plural = _("本人信息请求")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="left", decided_at__isnull=True, decided_by__isnull=True, request__isnull=True)
                | Q(state="checked", decided_at__isnull=False, decided_by__isnull=False, request__isnull=False)
                & Q(client__isnull=False)
                | Q(state="refused", decided_at__isnull=False, decided_by__isnull=False, request__isnull=True)
                & ~Q(note=""),
                name="portal_owndata_decided_in_full",
            ),
            models.CheckConstraint(condition=Q(due_on__gt=F("received_on")), name="portal_owndata_due_after_receipt"),
            models.CheckConstraint(
                condition=Q(open_digest__isnull=True) | Q(open_until__isnull=False, state="checked"),
                name="portal_owndata_opens_for_a_time",
            ),
        ]
        indexes = [
            models.Index(fields=["hub", "due_on", "id"], condition=Q(state="left"), name="portal_owndata_waiting"),
            models.Index(fields=["hub", "-received_at", "-id"], name="portal_owndata_of_hub"),
        ]
