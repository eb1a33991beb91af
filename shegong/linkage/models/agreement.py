"""Agreements with departments: their five parts, who is party, where they hold, the channels on which people are
referred, reviews; joint projects under them; and what the community fund may pay of a room's services.

An agreement that is being signed, or was, stays as it is; another version of it follows (triggers hold that).
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shegong.kernel.ids import uuid7
from shegong.linkage.enums import DepartmentAgreementState, FollowKind, ProjectStage, ReferralDirection, ReviewOutcome
from shegong.network.models import Organisation, Station, ends_after_start
from shegong.people.models import Account

TEXT_LENGTH = 1000
FIVE_PARTS = ("scope", "content", "mode", "mechanism", "supervision")


class Agreement(models.Model):
    """What stations of a county (or of the city: `hub` is then the centre) and departments agreed on.

    It holds from `since` until `ends_on`, which is `until` unless it was ended or replaced before.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    title = models.CharField(_("协议名称"), max_length=100)
    scope = models.CharField(_("协同范围"), max_length=TEXT_LENGTH)
    content = models.CharField(_("协同内容"), max_length=TEXT_LENGTH)
    mode = models.CharField(_("协同方式"), max_length=TEXT_LENGTH)
    mechanism = models.CharField(_("协同机制"), max_length=TEXT_LENGTH)
    supervision = models.CharField(_("监督方式"), max_length=TEXT_LENGTH)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"))
    ends_on = models.DateField()
    review_months = models.SmallIntegerField(_("每几个月评估一次"), default=6)
    state = models.CharField(
        _("状态"), max_length=10, choices=DepartmentAgreementState, default=DepartmentAgreementState.DRAFT
    )
    version = models.SmallIntegerField(_("版本"), default=1)
    follows = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="followed_by")
    follow_kind = models.CharField(max_length=6, choices=FollowKind, blank=True)
    reason = models.CharField(_("修订或续签的理由"), max_length=500, blank=True)
    signed_on = models.DateField(_("生效签署日"), null=True, blank=True)
    end_reason = models.CharField(_("终止原因"), max_length=500, blank=True)
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("协同协议")
        verbose_name_plural = _("协同协议")
        constraints = [
            *(
                models.CheckConstraint(condition=Q(**{f"{part}__regex": r"\S"}), name=f"linkage_agreement_has_{part}")
                for part in FIVE_PARTS
            ),
            models.CheckConstraint(condition=Q(title__regex=r"\S"), name="linkage_agreement_has_title"),
            ends_after_start("linkage_agreement_ends_after_start"),
            models.CheckConstraint(
                condition=Q(ends_on__lte=F("until"), ends_on__gte=F("since")), name="linkage_agreement_ends_within"
            ),
            models.CheckConstraint(condition=Q(review_months__range=(1, 24)), name="linkage_agreement_review_months"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "signing"], signed_on__isnull=True)
                | Q(state__in=["in_force", "replaced"], signed_on__isnull=False)
                | Q(state="ended") & ~Q(end_reason=""),
                name="linkage_agreement_signed_on_a_day",
            ),
            models.CheckConstraint(
                condition=Q(follows__isnull=True, follow_kind="", reason="", version=1)
                | Q(follows__isnull=False, version__gt=1) & ~Q(follow_kind="") & Q(reason__regex=r"\S"),
                name="linkage_agreement_follows_for_a_reason",
            ),
            models.UniqueConstraint(
                fields=["follows"],
                condition=Q(follows__isnull=False) & ~Q(state="ended"),
                name="linkage_agreement_followed_once",
            ),
        ]
        indexes = [
            models.Index(fields=["hub", "state", "-since"], name="linkage_agreement_hub"),
            models.Index(fields=["state", "-since"], name="linkage_agreement_state"),
        ]

    def __str__(self) -> str:
        return self.title


class OfAgreement(models.Model):
    """What belongs to an agreement, behind the same wall."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)

    class Meta:
        abstract = True


class AgreementParty(OfAgreement):
    """One side: the stations' (`station`, the signing hub or centre) or an organisation; what it does, whom to call,
    and when it signed (`on_paper`: an officer noted the paper's signature of a side without an account).
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="parties", db_index=False)
    station = models.ForeignKey(
        Station, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    does = models.CharField(_("职责分工"), max_length=300, blank=True)
    contact = models.CharField(_("联系人"), max_length=40, blank=True)
    phone = models.CharField(_("联系电话"), max_length=30, blank=True)
    signed_on = models.DateField(_("签署日期"), null=True, blank=True)
    signed_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    on_paper = models.CharField(_("纸质签署说明"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("协议方")
        verbose_name_plural = _("协议方")
        constraints = [
            models.UniqueConstraint(fields=["agreement", "organisation"], name="linkage_agreementparty_once"),
            models.UniqueConstraint(fields=["agreement", "station"], name="linkage_agreementparty_station_once"),
            models.CheckConstraint(
                condition=Q(station__isnull=False, organisation__isnull=True)
                | Q(station__isnull=True, organisation__isnull=False),
                name="linkage_agreementparty_one_side",
            ),
            models.CheckConstraint(
                condition=Q(signed_on__isnull=True, signed_by__isnull=True, on_paper="")
                | Q(signed_on__isnull=False, signed_by__isnull=False),
                name="linkage_agreementparty_signed_in_full",
            ),
        ]

    @property
    def name(self) -> str:
        """Who it is. Needs `station` and `organisation` selected."""
        return str(self.station or self.organisation or "")


class AgreementStation(OfAgreement):
    """A station for which an agreement holds, with all below it."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="places", db_index=False)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("协议适用站点")
        verbose_name_plural = _("协议适用站点")
        constraints = [models.UniqueConstraint(fields=["agreement", "station"], name="linkage_agreementstation_once")]


class ReferralChannel(OfAgreement):
    """A way on which people are referred: to a department or from it, for which needs, and within how many working days
    it is answered and has a result. `groups` narrow it to population groups; an empty list means all.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="channels", db_index=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    direction = models.CharField(_("方向"), max_length=4, choices=ReferralDirection)
    needs = models.CharField(_("适用的服务或需求"), max_length=200)
    groups = ArrayField(models.IntegerField(), verbose_name=_("适用人群"), default=list, blank=True)
    accept_days = models.SmallIntegerField(_("几个工作日内答复"))
    result_days = models.SmallIntegerField(_("几个工作日内反馈结果"))

    class Meta:
        verbose_name = _("转介通道")
        verbose_name_plural = _("转介通道")
        constraints = [
            models.CheckConstraint(
                condition=Q(accept_days__range=(1, 60), result_days__range=(1, 250))
                & Q(result_days__gte=F("accept_days"), needs__regex=r"\S"),
                name="linkage_referralchannel_in_bounds",
            ),
            models.UniqueConstraint(
                fields=["agreement", "organisation", "direction", "needs"], name="linkage_referralchannel_once"
            ),
        ]


class AgreementReview(OfAgreement):
    """A day on which an agreement is to be reviewed, and what the review said. The database sets the days when the last
    side signs.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="reviews", db_index=False)
    due_on = models.DateField(_("应评估日期"))
    held_on = models.DateField(_("评估日期"), null=True, blank=True)
    outcome = models.CharField(_("评估结论"), max_length=8, choices=ReviewOutcome, blank=True)
    result = models.CharField(_("评估情况"), max_length=500, blank=True)
    kept_at = models.DateTimeField(null=True, blank=True)
    kept_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("协议评估")
        verbose_name_plural = _("协议评估")
        ordering = ["due_on"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "due_on"], name="linkage_agreementreview_once"),
            models.CheckConstraint(
                condition=Q(held_on__isnull=True, outcome="", result="", kept_at__isnull=True, kept_by__isnull=True)
                | Q(held_on__isnull=False, kept_at__isnull=False, kept_by__isnull=False)
                & ~Q(outcome="")
                & Q(result__regex=r"\S"),
                name="linkage_agreementreview_in_full",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(held_on__isnull=True), name="linkage_agreementreview_due")
        ]


class JointProject(models.Model):
    """Something that the parties of an agreement do together, from when to when, and what came of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="projects")
    hub = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)
    station = models.ForeignKey(
        Station, on_delete=models.PROTECT, verbose_name=_("牵头站点"), related_name="+", db_index=False
    )
    title = models.CharField(_("项目名称"), max_length=100)
    aim = models.CharField(_("目标"), max_length=500)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"))
    stage = models.CharField(_("状态"), max_length=8, choices=ProjectStage, default=ProjectStage.RUNNING)
    outcome = models.CharField(_("成效"), max_length=1000, blank=True)
    done_on = models.DateField(null=True, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("联合项目")
        verbose_name_plural = _("联合项目")
        constraints = [
            ends_after_start("linkage_jointproject_ends_after_start"),
            models.CheckConstraint(
                condition=Q(stage="running", done_on__isnull=True, outcome="")
                | Q(stage="done", done_on__isnull=False, outcome__regex=r"\S"),
                name="linkage_jointproject_done_says_what",
            ),
        ]
        indexes = [models.Index(fields=["hub", "-since"], name="linkage_jointproject_hub")]

    def __str__(self) -> str:
        return self.title


class JointPart(models.Model):
    """Who does what in a joint project."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(JointProject, on_delete=models.CASCADE, related_name="parts", db_index=False)
    party = models.ForeignKey(AgreementParty, on_delete=models.PROTECT, related_name="+", db_index=False)
    does = models.CharField(_("分工"), max_length=300)

    class Meta:
        verbose_name = _("项目分工")
        verbose_name_plural = _("项目分工")
        constraints = [models.UniqueConstraint(fields=["project", "party"], name="linkage_jointpart_once")]


class JointActivity(models.Model):
    """An activity that belongs to a joint project. The activity lies in its station's own wall: only its title, day and
    place are told here, as they stood when it was linked.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    project = models.ForeignKey(JointProject, on_delete=models.CASCADE, related_name="activities", db_index=False)
    activity = models.UUIDField()
    title = models.CharField(max_length=60)
    held_on = models.DateField()
    station = models.ForeignKey(Station, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("联合活动")
        verbose_name_plural = _("联合活动")
        constraints = [models.UniqueConstraint(fields=["project", "activity"], name="linkage_jointactivity_once")]


class PayableService(models.Model):
    """Whether the community development and governance fund may pay a service of the catalogue that a room gives, up to
    what sum a year, and by what rule.
    """

    code = models.CharField(_("服务代码"), max_length=8, primary_key=True)
    is_payable = models.BooleanField(_("可以支付"), default=True)
    yearly_limit = models.DecimalField(_("每室每年最多（元）"), max_digits=10, decimal_places=2, null=True, blank=True)
    clause = models.CharField(_("依据"), max_length=120)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = _("保障资金可支付的服务")
        verbose_name_plural = _("保障资金可支付的服务")
        constraints = [
            models.CheckConstraint(
                condition=Q(yearly_limit__isnull=True) | Q(yearly_limit__gt=0), name="linkage_payableservice_limit"
            ),
            models.CheckConstraint(condition=Q(clause__regex=r"\S"), name="linkage_payableservice_has_clause"),
        ]
