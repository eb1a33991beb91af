"""Professional qualifications, their registration, and what is handed in about them."""

from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shegong.kernel.ids import uuid7
from shegong.kernel.uploads.cleaning import JPEG, PDF
from shegong.network.models import Station, ends_after_start, never_twice
from shegong.people.models import Account
from shegong.workforce.enums import CertificateLevel, RegisterCheckState, RequestKind
from shegong.workforce.models.worker import Worker
from shegong.workforce.rules.credential import LONGEST


def decided_together(name: str, *decided: str) -> models.CheckConstraint:
    """What was approved or declined (`decided` are these states) names who did it, and when; nothing else does."""
    nobody = Q(decided_at__isnull=True, decided_by__isnull=True)
    somebody = Q(decided_at__isnull=False, decided_by__isnull=False)
    return models.CheckConstraint(
        condition=(Q(state__in=decided) & somebody) | (~Q(state__in=decided) & nobody), name=name
    )


class Credential(models.Model):
    """A professional qualification certificate. It doesn't expire; registration does, and is kept apart."""

    worker = models.ForeignKey(Worker, on_delete=models.CASCADE, verbose_name=_("持证人"), related_name="credentials")
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(_("级别"), max_length=10, choices=CertificateLevel)
    number = models.CharField(_("证书编号"), max_length=40, unique=True)
    issued_on = models.DateField(_("发证日期"))

    class Meta:
        verbose_name = _("职业资格证书")
        verbose_name_plural = _("职业资格证书")
        constraints = [
            models.UniqueConstraint(fields=["worker", "level"], name="workforce_credential_once_a_level"),
            # What a registration's reference to its certificate and the day of issue rests on.
            models.UniqueConstraint(fields=["id", "worker", "issued_on"], name="workforce_credential_of_worker_issued"),
        ]
        indexes = [models.Index(fields=["worker", "issued_on"], name="workforce_credential_worker")]

    def __str__(self) -> str:
        return self.number


class OfWorker(models.Model):
    """What belongs to a worker. Its hub and station are the worker's: triggers set them, and they follow a transfer."""

    worker = models.ForeignKey(
        Worker, on_delete=models.CASCADE, verbose_name=_("社会工作者"), related_name="+", db_index=False
    )
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True


class Proof(OfWorker):
    """A scan of a certificate or another proof, written anew when it came in. Its content lies in encrypted pieces."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    media = models.CharField(max_length=20)
    name = models.CharField(_("文件名"), max_length=100)
    size = models.IntegerField()
    pages = models.SmallIntegerField(default=0)
    brought_at = models.DateTimeField()
    brought_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("证明材料")
        verbose_name_plural = _("证明材料")
        constraints = [models.CheckConstraint(condition=Q(media__in=[JPEG, PDF]), name="workforce_proof_known_media")]
        indexes = [models.Index(fields=["worker"], name="workforce_proof_worker")]


class ProofPiece(models.Model):
    """A piece of a proof's content, encrypted for its place: number 0 is the preview, the content begins at 1."""

    pk = models.CompositePrimaryKey("proof_id", "number")
    proof = models.ForeignKey(Proof, on_delete=models.CASCADE, related_name="pieces", db_index=False)
    number = models.SmallIntegerField()
    sealed = models.BinaryField()


class Registration(OfWorker):
    """A registration of a certificate for [since, until): three years at most, never two at a time, never before the
    certificate (`certified_on` is the certificate's own day, held by a reference).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    credential = models.ForeignKey(
        Credential, on_delete=models.CASCADE, verbose_name=_("证书"), related_name="registrations", db_constraint=False
    )
    certified_on = models.DateField(editable=False)
    number = models.CharField(_("登记证书编号"), max_length=40, blank=True, default="")
    since = models.DateField(_("起"))
    until = models.DateField(_("止"))
    is_renewal = models.BooleanField(_("延续登记"), default=False)
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("登记")
        verbose_name_plural = _("登记")
        constraints = [
            never_twice("workforce_registration_once_at_a_time", "worker"),
            ends_after_start("workforce_registration_ends_after_start"),
            models.CheckConstraint(
                condition=Q(until__lte=F("since") + LONGEST),
                name="workforce_registration_three_years_at_most",
            ),
            models.CheckConstraint(
                condition=Q(since__gte=F("certified_on")), name="workforce_registration_after_certificate"
            ),
        ]
        indexes = [
            models.Index(fields=["station", "until"], name="workforce_registration_station"),
            models.Index(fields=["hub", "until"], name="workforce_registration_hub"),
        ]

    @property
    def last_day(self) -> date:
        """The last day on which it is valid, as certificates print it."""
        return self.until - timedelta(days=1)


class CredentialRequest(OfWorker):
    """What a worker (or the station's head) asks the county to enter: a certificate, its first registration, or a
    renewal. `id` is the caller's key. Approved, it has become a Credential or a Registration.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("事项"), max_length=12, choices=RequestKind)
    level = models.CharField(_("级别"), max_length=10, choices=CertificateLevel)
    number = models.CharField(_("编号"), max_length=40, blank=True, default="")
    issued_on = models.DateField(_("发证日期"), null=True, blank=True)
    since = models.DateField(_("登记起始日期"), null=True, blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True, default="")
    proof = models.ForeignKey(Proof, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(_("状态"), max_length=10, choices=RegisterCheckState, default=RegisterCheckState.WAITING)
    asked_at = models.DateTimeField(_("提交时间"))
    asked_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    decided_at = models.DateTimeField(_("审核时间"), null=True, blank=True)
    decided_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    answer = models.CharField(_("审核意见"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("证书与登记申请")
        verbose_name_plural = _("证书与登记申请")
        constraints = [
            models.UniqueConstraint(
                fields=["worker", "kind"], condition=Q(state="waiting"), name="workforce_request_one_waiting_of_a_kind"
            ),
            decided_together(
                "workforce_request_decided_at_and_by", RegisterCheckState.APPROVED, RegisterCheckState.DECLINED
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(answer=""), name="workforce_request_declined_says_why"
            ),
            models.CheckConstraint(
                condition=Q(kind="certificate", issued_on__isnull=False, since__isnull=True) & ~Q(number="")
                | (~Q(kind="certificate") & Q(issued_on__isnull=True, since__isnull=False)),
                name="workforce_request_has_its_day",
            ),
        ]
        indexes = [
            models.Index(fields=["worker", "asked_at"], name="workforce_request_worker"),
            models.Index(fields=["hub", "state", "asked_at"], name="workforce_request_hub"),
            models.Index(fields=["station", "state", "asked_at"], name="workforce_request_station"),
        ]


class Qualification(models.Model):
    """A worker's highest certificate, latest registration, and the hours learnt since that began: a view of the above,
    read with the reader's own rights.
    """

    worker = models.OneToOneField(Worker, on_delete=models.DO_NOTHING, primary_key=True, related_name="+")
    hub = models.ForeignKey(Station, on_delete=models.DO_NOTHING, related_name="+")
    station = models.ForeignKey(Station, on_delete=models.DO_NOTHING, related_name="+")
    level = models.CharField(max_length=10, choices=CertificateLevel)
    issued_on = models.DateField()
    is_registered = models.BooleanField()
    registered_level = models.CharField(max_length=10, choices=CertificateLevel, blank=True)
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    hours = models.IntegerField()

    class Meta:
        managed = False
        db_table = "workforce_qualification"

    @property
    def last_day(self) -> date | None:
        """The last day on which the latest registration is valid."""
        return self.until - timedelta(days=1) if self.until else None
