"""Complaints of residents: about a station, never decided by it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shegong.kernel.fields import EncryptedTextField
from shegong.kernel.ids import uuid7
from shegong.network.models import Station
from shegong.people.models import Account
from shegong.portal.enums import ComplaintAbout, ComplaintRuling
from shegong.practice.models.client import OfHub


class Complaint(OfHub):
    """A complaint about what happened at `station`: the county answers it, the city where the county's hub or the
    centre is complained about. `name` and `phone` may be empty; `code_digest` and `tries` as with an enquiry.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(_("编号"), max_length=12, unique=True)
    town = models.ForeignKey(
        Station, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False, editable=False
    )
    about = models.CharField(_("投诉什么"), max_length=10, choices=ComplaintAbout)
    text = models.TextField(_("投诉内容"))
    name = models.CharField(_("怎么称呼"), max_length=60, blank=True)
    phone = EncryptedTextField(_("电话"), blank=True, default="")
    received_at = models.DateTimeField(_("收到时间"))
    received_on = models.DateField(_("收到日期"))
    due_on = models.DateField(_("答复期限"))
    ruling = models.CharField(_("结果"), max_length=10, choices=ComplaintRuling, blank=True, default="")
    answer = models.TextField(_("答复内容"), blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_on = models.DateField(_("答复日期"), null=True, blank=True)
    answered_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    code_digest = models.BinaryField(max_length=16, null=True, blank=True, editable=False)
    tries = models.SmallIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("投诉")
        verbose_name_plural = _("投诉")
        constraints = [
            models.CheckConstraint(
                condition=Q(ruling="", answer="", answered_at__isnull=True, answered_on__isnull=True)
                & Q(answered_by__isnull=True)
                | ~Q(ruling="")
                & ~Q(answer="")
                & Q(answered_at__isnull=False, answered_on__gte=F("received_on"))
                & Q(answered_by__isnull=False),
                name="portal_complaint_answered_in_full",
            ),
            models.CheckConstraint(
                condition=Q(due_on__gt=F("received_on")) & ~Q(text=""), name="portal_complaint_in_full"
            ),
        ]
        indexes = [
            models.Index(fields=["hub", "due_on", "id"], condition=Q(ruling=""), name="portal_complaint_open"),
            models.Index(fields=["hub", "-received_at", "-id"], name="portal_complaint_of_hub"),
        ]
