"""What clients say of a service: evaluations, and the one-time links by which they give them."""

from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shegong.kernel.ids import uuid7
from shegong.people.models import Account
from shegong.practice.enums import Channel, Said
from shegong.practice.models.activity import Activity
from shegong.practice.models.case import Case
from shegong.practice.models.client import OfHub
from shegong.practice.models.groupwork import GroupMember
from shegong.practice.models.record import ServiceRecord

OF = ("case", "member", "activity", "record")
COMMENT_LENGTH = 500
OF_ONE_THING = (
    Q(case__isnull=False, member__isnull=True, activity__isnull=True, record__isnull=True)
    | Q(case__isnull=True, member__isnull=False, activity__isnull=True, record__isnull=True)
    | Q(case__isnull=True, member__isnull=True, activity__isnull=False, record__isnull=True)
    | Q(case__isnull=True, member__isnull=True, activity__isnull=True, record__isnull=False)
)


class OfOneThing(OfHub):
    """A row about one case, one member of a group, one activity or one service record."""

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    member = models.ForeignKey(
        GroupMember, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False,
        db_index=False,
    )  # fmt: skip
    activity = models.ForeignKey(
        Activity, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False, db_index=False
    )
    record = models.ForeignKey(
        ServiceRecord, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False,
        db_index=False,
    )  # fmt: skip

    class Meta:
        abstract = True

    @property
    def of(self) -> str:
        """Which of the four it is about."""
        return next(name for name in OF if getattr(self, f"{name}_id") is not None)

    @property
    def of_id(self) -> UUID:
        """The key of what it is about."""
        key: UUID = getattr(self, f"{self.of}_id")
        return key


class EvaluationLink(OfOneThing):
    """An address at which one evaluation may be given until it expires. Only its digest is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    digest = models.BinaryField(max_length=32, unique=True)
    channel = models.CharField(max_length=8, choices=Channel)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("评价链接")
        verbose_name_plural = _("评价链接")
        constraints = [
            models.CheckConstraint(condition=OF_ONE_THING, name="practice_evaluationlink_of_one_thing"),
            models.CheckConstraint(condition=Q(channel__in=("link", "handed")), name="practice_evaluationlink_channel"),
        ]


class Evaluation(OfOneThing):
    """What a client (or somebody for the client) said of a service, from 1 (very bad) to 5 (very good).

    `better` says from 1 (much worse) to 5 (much better) how things stand since; empty where nobody could tell.
    `recorded_by` is empty for an evaluation that came by a link.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    evaluated_on = models.DateField(_("评价日期"))
    score = models.SmallIntegerField(_("满意度"))
    better = models.SmallIntegerField(_("情况有没有好转"), null=True, blank=True)
    comment = models.CharField(_("想说的话"), max_length=COMMENT_LENGTH, blank=True, default="")
    said_by = models.CharField(_("谁的评价"), max_length=10, choices=Said)
    channel = models.CharField(_("方式"), max_length=8, choices=Channel)
    link = models.ForeignKey(
        EvaluationLink, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_constraint=False,
        db_index=False,
    )  # fmt: skip
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("服务对象评价")
        verbose_name_plural = _("服务对象评价")
        constraints = [
            models.CheckConstraint(condition=OF_ONE_THING, name="practice_evaluation_of_one_thing"),
            models.CheckConstraint(condition=Q(score__gte=1, score__lte=5), name="practice_evaluation_score_1_to_5"),
            models.CheckConstraint(
                condition=Q(better__isnull=True) | Q(better__gte=1, better__lte=5),
                name="practice_evaluation_better_1_to_5",
            ),
            models.CheckConstraint(
                condition=Q(channel="asked", link__isnull=True, recorded_by__isnull=False)
                | Q(channel__in=("link", "handed"), link__isnull=False, recorded_by__isnull=True),
                name="practice_evaluation_by_worker_or_link",
            ),
            models.CheckConstraint(condition=Q(said_by__in=Said.values), name="practice_evaluation_said_by"),
            models.UniqueConstraint(fields=["link", "hub"], name="practice_evaluation_once_by_a_link"),
        ]
        indexes = [
            models.Index(fields=["station", "evaluated_on"], name="practice_evaluation_station"),
            models.Index(fields=["hub", "evaluated_on"], name="practice_evaluation_hub"),
            *(
                models.Index(fields=[name], condition=Q((f"{name}__isnull", False)), name=f"practice_evaluation_{name}")
                for name in OF
            ),
        ]
