"""Needs surveys of a community: what is asked where and when, by which links, and what was answered.

Surveys and their links are few and belong to the city as a whole (a county's workers answer the city's survey), so
their keys don't carry the hub; responses, which may be many, do.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import Instrument
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.people.models import Account
from shegong.practice.models.client import OfHub


class Survey(OfHub):
    """A survey of a station and all below it with one version of a form. Without `until` it goes on."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    title = models.CharField(_("标题"), max_length=80)
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="+", db_index=False)
    since = models.DateField(_("开始日期"))
    until = models.DateField(_("截止日期"), null=True, blank=True)
    is_anonymous = models.BooleanField(_("不记名"), default=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("社区需求调查")
        verbose_name_plural = _("社区需求调查")
        indexes = [models.Index(fields=["station", "since"], name="practice_survey_station")]
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="practice_survey_ends_after_start"
            ),
        ]

    @property
    def is_open(self) -> bool:
        """Whether it takes responses today."""
        today = clock.today()
        return self.since <= today and (self.until is None or self.until >= today)


class SurveyLink(OfHub):
    """An address under which residents answer by themselves: shared, or good for one response."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="links")
    token = models.CharField(max_length=32, unique=True)
    is_once = models.BooleanField(_("只能用一次"), default=False)
    used_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("调查链接")
        verbose_name_plural = _("调查链接")
        constraints = [
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(is_once=True),
                name="practice_surveylink_only_one_time_links_end_by_use",
            ),
        ]


class SurveyResponse(OfHub):
    """One response, counted for the station where it was given. `name` stays empty in an anonymous survey (a trigger
    holds that); `recorded_by` is empty for a resident who answered by a link.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="responses")
    link = models.ForeignKey(
        SurveyLink, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    answers = models.JSONField(default=dict)
    name = models.CharField(_("姓名"), max_length=60, blank=True, default="")
    answered_on = models.DateField(_("日期"))
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("调查回答")
        verbose_name_plural = _("调查回答")
        indexes = [models.Index(fields=["survey", "station"], name="practice_surveyresponse_place")]
        constraints = [
            models.CheckConstraint(
                condition=Q(link__isnull=True) ^ Q(recorded_by__isnull=True),
                name="practice_surveyresponse_by_worker_or_link",
            ),
        ]
