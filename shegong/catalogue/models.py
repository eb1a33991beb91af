"""Fields, population groups, services and instruments: the words of the trade, in both languages, with versions."""

from collections.abc import Mapping
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.enums import Method, RestrictedClass, ServiceKind, Subject, Unit
from shegong.catalogue.rules.sections import document_of


class Named(models.Model):
    """Something with a name in both languages."""

    name_zh = models.CharField(_("中文名"), max_length=80)
    name_en = models.CharField(_("英文名"), max_length=120)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the language of the request."""
        return self.name_en if (get_language() or "").startswith("en") else self.name_zh


class Field(Named):
    """A field of service: family support, community integration, …"""

    id = models.SmallAutoField(primary_key=True)
    code = models.CharField(_("代码"), max_length=4, unique=True)
    position = models.SmallIntegerField(_("顺序"), default=0)

    class Meta:
        verbose_name = _("服务领域")
        verbose_name_plural = _("服务领域")
        ordering = ["position"]


class PopulationGroup(Named):
    """A group of people whom services are for. Membership of a restricted one is guarded."""

    id = models.SmallAutoField(primary_key=True)
    code = models.CharField(_("代码"), max_length=20, unique=True)
    restricted_class = models.CharField(_("限制类别"), max_length=12, choices=RestrictedClass, blank=True, default="")
    position = models.SmallIntegerField(_("顺序"), default=0)

    class Meta:
        verbose_name = _("服务人群")
        verbose_name_plural = _("服务人群")
        ordering = ["position"]


class ServiceItem(Named):
    """A basic or refined service, in one version: valid from `since` until another version follows."""

    code = models.CharField(_("代码"), max_length=8)
    version = models.SmallIntegerField(_("版本"), default=1)
    # Numbers are kept by the first version, so that a service stays one service when its wording changes.
    first = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("首个版本"), related_name="versions"
    )
    kind = models.CharField(_("种类"), max_length=8, choices=ServiceKind)
    category = models.CharField(_("类别"), max_length=40, blank=True)
    field = models.ForeignKey(Field, on_delete=models.PROTECT, verbose_name=_("服务领域"), related_name="services")
    group = models.ForeignKey(
        PopulationGroup, on_delete=models.PROTECT, verbose_name=_("服务人群"), related_name="services"
    )
    method = models.CharField(_("方法"), max_length=1, choices=Method)
    unit = models.CharField(_("计量单位"), max_length=4, choices=Unit)
    clause = models.CharField(_("依据条款"), max_length=120)
    description = models.TextField(_("说明"), blank=True)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)

    class Meta:
        verbose_name = _("服务项目")
        verbose_name_plural = _("服务项目")
        ordering = ["code", "version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="catalogue_serviceitem_code_version"),
            ExclusionConstraint(
                name="catalogue_serviceitem_one_version_at_a_time",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    (Func(F("since"), F("until"), function="daterange"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")),
                name="catalogue_serviceitem_ends_after_start",
            ),
        ]


class Instrument(Named):
    """A structured form as data, in one version. `definition` is a document (shegong.catalogue.rules.document; older
    ones see rules.sections). Without `since` it is a draft, which nobody can fill in yet.
    """

    code = models.CharField(_("代码"), max_length=30)
    version = models.SmallIntegerField(_("版本"), default=1)
    subject = models.CharField(_("用途"), max_length=10, choices=Subject, default=Subject.CLIENT)
    definition = models.JSONField(_("内容"))
    since = models.DateField(_("起"), null=True, blank=True)
    until = models.DateField(_("止"), null=True, blank=True)

    class Meta:
        verbose_name = _("量表与表单")
        verbose_name_plural = _("量表与表单")
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="catalogue_instrument_code_version"),
            ExclusionConstraint(
                name="catalogue_instrument_one_version_at_a_time",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    (Func(F("since"), F("until"), function="daterange"), RangeOperators.OVERLAPS),
                ],
                condition=Q(since__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gt=F("since")),
                name="catalogue_instrument_ends_after_start",
            ),
        ]

    @property
    def document(self) -> Mapping[str, Any]:
        """The definition as a document, whatever format it is kept in."""
        return document_of(self.definition, {"zh": self.name_zh, "en": self.name_en})

    @property
    def is_draft(self) -> bool:
        """Whether it has never been put into use."""
        return self.since is None
