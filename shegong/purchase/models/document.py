"""Documents of a purchase: what goes out with the call for bids, and what comes in sealed with a bid."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shegong.kernel.uploads.cleaning import JPEG, PDF
from shegong.people.models import Account
from shegong.purchase.models.bid import Bid
from shegong.purchase.models.project import Project


class ProjectFile(models.Model):
    """A document of the call for bids, written anew when it came in. It goes out in the rounds from `round` on, up to
    the one in which it was taken away. Its content lies in encrypted pieces.
    """

    id = models.UUIDField(primary_key=True)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="files", db_index=False)
    round = models.SmallIntegerField()
    removed_round = models.SmallIntegerField(null=True)
    media = models.CharField(max_length=20)
    name = models.CharField(_("文件名"), max_length=100)
    size = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("采购文件")
        verbose_name_plural = _("采购文件")
        ordering = ["added_at", "name"]
        indexes = [models.Index(fields=["project", "added_at"], name="purchase_projectfile_project")]
        constraints = [
            models.CheckConstraint(
                condition=Q(media__in=[JPEG, PDF], size__gt=0) & Q(sha256__regex="^[0-9a-f]{64}$") & ~Q(name=""),
                name="purchase_projectfile_known",
            ),
            models.CheckConstraint(
                condition=Q(removed_round__isnull=True) | Q(removed_round__gte=F("round")),
                name="purchase_projectfile_rounds",
            ),
        ]


class ProjectPiece(models.Model):
    """A piece of a document's content, encrypted for its place: number 0 is the preview, the content begins at 1."""

    pk = models.CompositePrimaryKey("file_id", "number")
    file = models.ForeignKey(ProjectFile, on_delete=models.PROTECT, related_name="pieces", db_index=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.SmallIntegerField()
    sealed = models.BinaryField()


class BidFile(models.Model):
    """A document of a bid, sealed with it: until the bid is opened only its organisation knows that there is one. One
    that was replaced before the deadline stays sealed for good.
    """

    id = models.UUIDField(primary_key=True)
    bid = models.ForeignKey(Bid, on_delete=models.PROTECT, related_name="files", db_index=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", db_index=False)
    media = models.CharField(max_length=20)
    name = models.CharField(_("文件名"), max_length=100)
    size = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("响应文件附件")
        verbose_name_plural = _("响应文件附件")
        ordering = ["added_at", "name"]
        indexes = [models.Index(fields=["bid", "added_at"], name="purchase_bidfile_bid")]
        constraints = [
            models.CheckConstraint(
                condition=Q(media__in=[JPEG, PDF], size__gt=0) & Q(sha256__regex="^[0-9a-f]{64}$") & ~Q(name=""),
                name="purchase_bidfile_known",
            )
        ]


class BidPiece(models.Model):
    """A piece of a bid's document, encrypted for its place: number 0 is the preview, the content begins at 1."""

    pk = models.CompositePrimaryKey("file_id", "number")
    file = models.ForeignKey(BidFile, on_delete=models.PROTECT, related_name="pieces", db_index=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.SmallIntegerField()
    sealed = models.BinaryField()
