"""Files attached to a client's file, a case, a service record or an activity, and their encrypted content."""

from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shegong.kernel.ids import uuid7
from shegong.kernel.uploads.cleaning import JPEG, PDF
from shegong.people.models import Account
from shegong.practice.enums import AttachmentKind
from shegong.practice.models.activity import Activity
from shegong.practice.models.case import Case
from shegong.practice.models.client import Client, OfHub
from shegong.practice.models.record import ServiceRecord

OWNERS = ("client", "case", "record", "activity")


def _only(owner: str) -> Q:
    """That it belongs to this and to nothing else."""
    return Q(**{f"{each}__isnull": each != owner for each in OWNERS})


class Attachment(OfHub):
    """A photo or PDF, as it was written anew when it came in. `id` is the caller's key.

    It belongs to exactly one thing, and is seen by whoever sees that. A removed one keeps its row and content, hidden.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    client = models.ForeignKey(
        Client, on_delete=models.PROTECT, null=True, blank=True, related_name="attachments", db_constraint=False
    )
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="attachments", db_constraint=False
    )
    record = models.ForeignKey(
        ServiceRecord, on_delete=models.PROTECT, null=True, blank=True, related_name="attachments", db_constraint=False
    )
    activity = models.ForeignKey(
        Activity, on_delete=models.PROTECT, null=True, blank=True, related_name="attachments", db_constraint=False
    )
    kind = models.CharField(_("种类"), max_length=10, choices=AttachmentKind)
    media = models.CharField(max_length=20)
    name = models.CharField(_("文件名"), max_length=100)
    caption = models.CharField(_("说明"), max_length=200, blank=True)
    size = models.IntegerField()
    width = models.SmallIntegerField(default=0)
    height = models.SmallIntegerField(default=0)
    pages = models.SmallIntegerField(default=0)
    chunks = models.SmallIntegerField()
    digest = models.BinaryField(max_length=16, editable=False)
    attached_at = models.DateTimeField()
    attached_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    remove_reason = models.CharField(_("删除原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("附件")
        verbose_name_plural = _("附件")
        constraints = [
            models.CheckConstraint(
                condition=_only("client") | _only("case") | _only("record") | _only("activity"),
                name="practice_attachment_of_one_thing",
            ),
            models.CheckConstraint(condition=Q(media__in=[JPEG, PDF]), name="practice_attachment_known_media"),
            models.CheckConstraint(condition=Q(kind__in=AttachmentKind.values), name="practice_attachment_known_kind"),
            models.CheckConstraint(condition=Q(size__gte=1, chunks__gte=1), name="practice_attachment_has_content"),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, removed_by__isnull=True, remove_reason="")
                | (Q(removed_at__isnull=False, removed_by__isnull=False) & ~Q(remove_reason="")),
                name="practice_attachment_removed_at_by_and_reason_together",
            ),
        ]

    @property
    def owner(self) -> tuple[str, UUID]:
        """What it belongs to: the kind (of OWNERS) and the key."""
        return next((each, key) for each in OWNERS if (key := getattr(self, f"{each}_id")) is not None)


class AttachmentChunk(OfHub):
    """A piece of an attachment's content, encrypted for its place: number 0 is the preview, the content begins at 1."""

    pk = models.CompositePrimaryKey("attachment_id", "number")
    attachment = models.ForeignKey(
        Attachment, on_delete=models.PROTECT, related_name="pieces", db_constraint=False, db_index=False
    )
    number = models.SmallIntegerField()
    sealed = models.BinaryField()
