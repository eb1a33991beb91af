"""Workers and their postings."""

from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, Q
from django.utils.translation import gettext_lazy as _

from shegong.kernel.chinese import mask_phone
from shegong.kernel.fields import EncryptedTextField, SpellingField
from shegong.network.models import Organisation, Station, ends_after_start, never_twice
from shegong.workforce.enums import Education, Language, PostingRole, Source, Speciality


def caller_key() -> "models.UUIDField[UUID, UUID]":
    """The key under which a caller makes a row; rows that nobody brought one for get theirs from the database."""
    return models.UUIDField(unique=True, editable=False, db_default=Func(function="uuidv7"))


class Worker(models.Model):
    """Somebody who works in the network: professional social worker, supervisor, psychologist or room staff."""

    key = caller_key()
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("账号"),
        related_name="worker",
    )
    name = models.CharField(_("姓名"), max_length=60)
    sort_key = models.CharField(_("排序拼音"), max_length=120, db_index=True)
    spelling = SpellingField(of="name")
    sex = models.CharField(_("性别"), max_length=1, blank=True)
    phone = EncryptedTextField(_("电话"), blank=True, default="")
    employer = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("用人单位"),
        related_name="employees",
    )
    source = models.CharField(_("来源"), max_length=10, choices=Source)
    # The station where the worker is at home; the scope of staff follows from it.
    station = models.ForeignKey(
        Station, on_delete=models.PROTECT, verbose_name=_("所在站点"), related_name="home_workers"
    )
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, verbose_name=_("所属总站"), related_name="hub_workers")
    is_professional = models.BooleanField(_("专业社工"), default=True)
    is_supervisor = models.BooleanField(_("督导"), default=False)
    is_psychological = models.BooleanField(_("心理社工"), default=False)
    education = models.CharField(_("学历"), max_length=10, choices=Education, blank=True, default="")
    major = models.CharField(_("所学专业"), max_length=60, blank=True, default="")
    specialities = ArrayField(
        models.CharField(max_length=10, choices=Speciality), verbose_name=_("专长"), blank=True, default=list
    )
    languages = ArrayField(
        models.CharField(max_length=10, choices=Language), verbose_name=_("语言和方言"), blank=True, default=list
    )
    since = models.DateField(_("入职"))
    until = models.DateField(_("离职"), null=True, blank=True)

    class Meta:
        verbose_name = _("社会工作者")
        verbose_name_plural = _("社会工作者")
        constraints = [ends_after_start("workforce_worker_ends_after_start")]
        indexes = [models.Index(fields=["hub", "station"], name="workforce_worker_home")]

    def __str__(self) -> str:
        return self.name

    @property
    def masked_phone(self) -> str:
        """The telephone number with its middle hidden."""
        return mask_phone(self.phone) if self.phone else ""


class Posting(models.Model):
    """A worker at a station for a period, with a share of full time in percent.

    The database refuses what can't be: more than 100 % of a worker on any day, a station that isn't open, a posting
    beyond the worker's leaving (triggers that lock the worker's row, so that two at once can't both pass).
    """

    key = caller_key()
    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, verbose_name=_("社会工作者"), related_name="postings")
    station = models.ForeignKey(Station, on_delete=models.PROTECT, verbose_name=_("站点"), related_name="postings")
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(_("岗位"), max_length=10, choices=PostingRole, default=PostingRole.WORKER)
    share = models.SmallIntegerField(_("工时占比"), default=100)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)

    class Meta:
        verbose_name = _("派驻")
        verbose_name_plural = _("派驻")
        constraints = [
            never_twice("workforce_posting_once_at_a_time", "worker", "station"),
            ends_after_start("workforce_posting_ends_after_start"),
            models.CheckConstraint(
                condition=Q(share__gte=1, share__lte=100), name="workforce_posting_share_in_percent"
            ),
        ]
        indexes = [models.Index(fields=["station"], name="workforce_posting_station")]
