"""How many people a station must have: rules as data."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shegong.network.enums import Tier
from shegong.network.models import ends_after_start, never_twice


class StaffingRule(models.Model):
    """What a tier's stations must be staffed with for a period, and the clause that says so.

    `least` people must be posted; with `certified_only` those who hold a qualification certificate count alone, and
    with `counts_from` those posted with at least this share of full time. `most` is told, not enforced.
    """

    tier = models.CharField(_("层级"), max_length=8, choices=Tier)
    least = models.PositiveSmallIntegerField(_("至少几人"))
    most = models.PositiveSmallIntegerField(_("一般不超过"), null=True, blank=True)
    certified_only = models.BooleanField(_("只计持证社工"))
    counts_from = models.PositiveSmallIntegerField(_("工时占比达到多少才计入（%）"), default=1)
    clause = models.CharField(_("依据条款"), max_length=200)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)

    class Meta:
        verbose_name = _("人员配备标准")
        verbose_name_plural = _("人员配备标准")
        ordering = ["tier", "since"]
        constraints = [
            never_twice("workforce_staffingrule_one_at_a_time", "tier"),
            ends_after_start("workforce_staffingrule_ends_after_start"),
            models.CheckConstraint(
                condition=Q(least__gte=1, least__lte=99, counts_from__gte=1, counts_from__lte=100)
                & (Q(most__isnull=True) | Q(most__gte=F("least"), most__lte=99)),
                name="workforce_staffingrule_in_bounds",
            ),
        ]
