"""Policies in versions, their clauses, and what rests on a clause.

A clause is called by its document's code and its anchor, which stay the same from version to version.
"""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shegong.appraisal.enums import CitedBy, PolicyKind
from shegong.network.enums import Tier
from shegong.network.models import ends_after_start, span
from shegong.people.models import Account

ANCHOR = r"^[a-z0-9][a-z0-9-]*$"


class PolicyDocument(models.Model):
    """An opinion, a plan or a rule. `issuer` is who issued it then; `source` names where its facts are taken from."""

    code = models.SlugField(_("代码"), max_length=30, unique=True)
    kind = models.CharField(_("类别"), max_length=8, choices=PolicyKind)
    title = models.CharField(_("名称"), max_length=120)
    issuer = models.CharField(_("发布机关"), max_length=100)
    source = models.CharField(_("资料来源"), max_length=200)
    position = models.SmallIntegerField(default=0)

    class Meta:
        verbose_name = _("政策文件")
        verbose_name_plural = _("政策文件")
        ordering = ["kind", "position", "code"]

    def __str__(self) -> str:
        return self.title


class PolicyVersion(models.Model):
    """A document's wording for [since, until); without `published_at` a draft that binds nobody."""

    document = models.ForeignKey(PolicyDocument, on_delete=models.PROTECT, related_name="versions", db_index=False)
    number = models.SmallIntegerField(_("版本"))
    since = models.DateField(_("施行日期"))
    until = models.DateField(_("失效日期"), null=True, blank=True)
    note = models.CharField(_("修订说明"), max_length=300, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("文件版本")
        verbose_name_plural = _("文件版本")
        ordering = ["document", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="appraisal_policyversion_number"),
            ends_after_start("appraisal_policyversion_ends_after_start"),
            ExclusionConstraint(
                name="appraisal_policyversion_one_at_a_time",
                expressions=[("document", RangeOperators.EQUAL), (span(), RangeOperators.OVERLAPS)],
                condition=Q(published_at__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["document"], condition=Q(published_at__isnull=True), name="appraisal_policyversion_one_draft"
            ),
        ]


class Clause(models.Model):
    """A clause in our own words. Where it asks for something that we measure, `measure` names it, `tier` whom it binds
    and `least` what is asked for at least; so a change shows its effect before it takes effect.
    """

    version = models.ForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="clauses", db_index=False)
    anchor = models.CharField(_("锚点"), max_length=40)
    position = models.SmallIntegerField(default=0)
    heading = models.CharField(_("条目"), max_length=80)
    text = models.TextField(_("内容"))
    measure = models.CharField(_("对应测算项"), max_length=30, blank=True)
    tier = models.CharField(_("适用层级"), max_length=8, choices=Tier, blank=True)
    least = models.DecimalField(_("至少"), max_digits=8, decimal_places=2, null=True, blank=True)
    # Pairs of neighbouring characters of all its words, by which it is found.
    terms = ArrayField(models.CharField(max_length=2), default=list, editable=False)

    class Meta:
        verbose_name = _("条款")
        verbose_name_plural = _("条款")
        ordering = ["version", "position", "anchor"]
        constraints = [
            models.UniqueConstraint(fields=["version", "anchor"], name="appraisal_clause_anchor_once"),
            models.CheckConstraint(condition=Q(anchor__regex=ANCHOR), name="appraisal_clause_anchor_form"),
            models.CheckConstraint(
                condition=Q(measure="", tier="", least__isnull=True)
                | (~Q(measure="") & ~Q(tier="") & Q(least__isnull=False, least__gte=0)),
                name="appraisal_clause_asks_in_full",
            ),
        ]
        indexes = [GinIndex(fields=["terms"], name="appraisal_clause_terms")]

    def __str__(self) -> str:
        return self.heading


class Citation(models.Model):
    """That something rests on a clause: a tier's staffing rule, a service, an indicator, a target, what a fund pays.
    `key` is its tier or code. (A standard's items name their clause themselves.)
    """

    kind = models.CharField(_("类别"), max_length=10, choices=CitedBy)
    key = models.CharField(_("代码"), max_length=60)
    document = models.ForeignKey(PolicyDocument, on_delete=models.PROTECT, related_name="citations", db_index=False)
    anchor = models.CharField(_("锚点"), max_length=40)

    class Meta:
        verbose_name = _("引用")
        verbose_name_plural = _("引用")
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="appraisal_citation_once")]
        indexes = [models.Index(fields=["document", "anchor"], name="appraisal_citation_clause")]
