"""Professional qualifications."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from shegong.network.models import Station
from shegong.workforce.enums import CertificateLevel
from shegong.workforce.models.worker import Worker


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
        indexes = [models.Index(fields=["worker", "issued_on"], name="workforce_credential_worker")]
