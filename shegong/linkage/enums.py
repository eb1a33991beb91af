"""The field's own terms for acting together."""

from collections.abc import Mapping
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class DepartmentAgreementState(models.TextChoices):
    """How far an agreement with departments has come."""

    DRAFT = "draft", pgettext_lazy("agreement", "起草中")
    SIGNING = "signing", pgettext_lazy("agreement", "待各方签署")
    IN_FORCE = "in_force", pgettext_lazy("agreement", "已签署")
    REPLACED = "replaced", pgettext_lazy("agreement", "已由新版替代")
    ENDED = "ended", pgettext_lazy("agreement", "已终止")


AGREEMENT_MOVES: Final[Mapping[str, frozenset[str]]] = {
    DepartmentAgreementState.DRAFT: frozenset({DepartmentAgreementState.SIGNING, DepartmentAgreementState.ENDED}),
    DepartmentAgreementState.SIGNING: frozenset({DepartmentAgreementState.DRAFT, DepartmentAgreementState.IN_FORCE}),
    DepartmentAgreementState.IN_FORCE: frozenset({DepartmentAgreementState.REPLACED, DepartmentAgreementState.ENDED}),
    DepartmentAgreementState.REPLACED: frozenset(),
    DepartmentAgreementState.ENDED: frozenset(),
}


class FollowKind(models.TextChoices):
    """Why an agreement follows another."""

    AMEND = "amend", pgettext_lazy("agreement", "修订")
    RENEW = "renew", pgettext_lazy("agreement", "续签")


class ReviewOutcome(models.TextChoices):
    """What a review of an agreement says."""

    GOES_ON = "goes_on", pgettext_lazy("agreement", "继续执行")
    AMEND = "amend", pgettext_lazy("agreement", "需要修订")
    STOP = "stop", pgettext_lazy("agreement", "建议终止")


class ReferredHere(models.TextChoices):
    """How far somebody has come whom a department sent to a station."""

    SENT = "sent", pgettext_lazy("referral from a department", "待站点答复")
    ACCEPTED = "accepted", pgettext_lazy("referral from a department", "站点已接收")
    DECLINED = "declined", pgettext_lazy("referral from a department", "站点不能接收")
    RETURNED = "returned", pgettext_lazy("referral from a department", "已反馈结果")


class ReferralDirection(models.TextChoices):
    """Which way a referral channel leads."""

    TO_DEPARTMENT = "to", pgettext_lazy("referral channel", "社工站 → 部门")
    FROM_DEPARTMENT = "from", pgettext_lazy("referral channel", "部门 → 社工站")


class ProjectStage(models.TextChoices):
    """How far a joint project has come."""

    RUNNING = "running", pgettext_lazy("joint project", "进行中")
    DONE = "done", pgettext_lazy("joint project", "已完成")


class LocalGroupStage(models.TextChoices):
    """The stage of a local group: incubated, on file with its town, registered, dissolved."""

    INCUBATING = "incubating", pgettext_lazy("local group", "培育中")
    FILED = "filed", pgettext_lazy("local group", "已备案")
    REGISTERED = "registered", pgettext_lazy("local group", "已登记")
    DISSOLVED = "dissolved", pgettext_lazy("local group", "已解散")


GROUP_MOVES: Final[Mapping[str, frozenset[str]]] = {
    LocalGroupStage.INCUBATING: frozenset(
        {LocalGroupStage.FILED, LocalGroupStage.REGISTERED, LocalGroupStage.DISSOLVED}
    ),
    LocalGroupStage.FILED: frozenset({LocalGroupStage.REGISTERED, LocalGroupStage.DISSOLVED}),
    LocalGroupStage.REGISTERED: frozenset({LocalGroupStage.DISSOLVED}),
    LocalGroupStage.DISSOLVED: frozenset(),
}


class LocalGroupKind(models.TextChoices):
    """What a local group is for."""

    MUTUAL_AID = "mutual_aid", pgettext_lazy("local group", "邻里互助")
    CULTURE = "culture", pgettext_lazy("local group", "文体活动")
    ELDERLY = "elderly", pgettext_lazy("local group", "为老服务")
    CHILDREN = "children", pgettext_lazy("local group", "儿童与家庭")
    ENVIRONMENT = "environment", pgettext_lazy("local group", "环境与绿化")
    MEDIATION = "mediation", pgettext_lazy("local group", "矛盾调解")
    SAFETY = "safety", pgettext_lazy("local group", "平安与应急")
    SKILL = "skill", pgettext_lazy("local group", "技能与就业")
    OTHER = "other", pgettext_lazy("local group", "其他")


class SupportKind(models.TextChoices):
    """What a station gives a local group."""

    TRAINING = "training", pgettext_lazy("support of a group", "培训")
    VENUE = "venue", pgettext_lazy("support of a group", "场地")
    MONEY = "money", pgettext_lazy("support of a group", "资金与物资")
    SUPERVISION = "supervision", pgettext_lazy("support of a group", "督导")


class MicroGrantState(models.TextChoices):
    """How far a micro-grant has come."""

    ASKED = "asked", pgettext_lazy("micro-grant", "待审批")
    APPROVED = "approved", pgettext_lazy("micro-grant", "已批准")
    DECLINED = "declined", pgettext_lazy("micro-grant", "未批准")
    PAID = "paid", pgettext_lazy("micro-grant", "已拨付")
    ACCOUNTED = "accounted", pgettext_lazy("micro-grant", "已结账")


class VolunteerState(models.TextChoices):
    """Whether somebody volunteers."""

    PENDING = "pending", _("待核对")
    ACTIVE = "active", _("服务中")
    PAUSED = "paused", _("暂停服务")
    LEFT = "left", _("已退出")


class SpokenLanguage(models.TextChoices):
    """What a volunteer speaks besides Mandarin."""

    SICHUANESE = "sc", _("四川话")
    TIBETAN = "bo", _("藏语")
    YI = "ii", _("彝语")
    QIANG = "qxs", _("羌语")
    SIGN = "csl", _("手语")
    ENGLISH = "en", _("英语")
    JAPANESE = "ja", _("日语")
    FRENCH = "fr", _("法语")


class TrainingTopic(models.TextChoices):
    """What volunteers are trained in."""

    BASIC = "basic", _("志愿服务基础")
    SAFETY = "safety", _("安全与应急")
    FIRST_AID = "first_aid", _("急救")
    OLDER = "older", _("为老服务")
    CHILD = "child", _("儿童保护")
    DISABLED = "disabled", _("助残服务")
    EVENT = "event", _("大型活动")


class OpportunityState(models.TextChoices):
    """How far a call for volunteers has come."""

    DRAFT = "draft", _("草稿")
    OPEN = "open", _("招募中")
    CLOSED = "closed", _("停止报名")
    DONE = "done", _("已完成")
    CANCELLED = "cancelled", pgettext_lazy("opportunity", "已取消")


class VolunteerSignUpState(models.TextChoices):
    """Where a sign-up stands."""

    SIGNED = "signed", _("已报名")
    WAITING = "waiting", _("候补")
    WITHDRAWN = "withdrawn", pgettext_lazy("sign-up", "已取消")


class CorrectionDecision(models.TextChoices):
    """What became of a wish to correct."""

    OPEN = "open", _("待处理")
    ACCEPTED = "accepted", _("已更正")
    DECLINED = "declined", _("未更正")


class CertificateState(models.TextChoices):
    """Whether a certificate holds."""

    VALID = "valid", _("有效")
    WITHDRAWN = "withdrawn", pgettext_lazy("certificate", "已撤回")


# Periods of a week in which somebody has time: Monday's morning is 0, Sunday's evening 20.
DAY_NAMES: Final = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
PART_NAMES: Final = (_("上午"), _("下午"), _("晚上"))
OPPORTUNITY_MOVES: Final = {
    OpportunityState.DRAFT.value: (OpportunityState.OPEN, OpportunityState.CANCELLED),
    OpportunityState.OPEN.value: (OpportunityState.CLOSED, OpportunityState.CANCELLED, OpportunityState.DONE),
    OpportunityState.CLOSED.value: (OpportunityState.OPEN, OpportunityState.DONE, OpportunityState.CANCELLED),
    OpportunityState.DONE.value: (),
    OpportunityState.CANCELLED.value: (),
}


class CertificateKind(models.TextChoices):
    """What entitles a charity (Charity Law): to be one, to raise money from the public, to let donors deduct tax."""

    RECOGNITION = "recognition", pgettext_lazy("charity certificate", "慈善组织认定")
    FUNDRAISING = "fundraising", pgettext_lazy("charity certificate", "公开募捐资格证书")
    DEDUCTION = "deduction", pgettext_lazy("charity certificate", "公益性捐赠税前扣除资格")


class DriveState(models.TextChoices):
    """How far a drive has come; the database holds which may follow which."""

    DRAFT = "draft", pgettext_lazy("drive", "筹备")
    OPEN = "open", pgettext_lazy("drive", "募捐中")
    ENDED = "ended", pgettext_lazy("drive", "募捐结束，使用中")
    CLOSED = "closed", pgettext_lazy("drive", "已结项")
    CALLED_OFF = "called_off", pgettext_lazy("drive", "已取消")


IN_USE: Final = (DriveState.OPEN, DriveState.ENDED)


class GiftForm(models.TextChoices):
    """Money or goods."""

    MONEY = "money", pgettext_lazy("gift", "款")
    GOODS = "goods", pgettext_lazy("gift", "物")


class GiftState(models.TextChoices):
    """Whether a gift stands, or was entered wrongly."""

    RECEIVED = "received", pgettext_lazy("gift", "已收到")
    VOID = "void", pgettext_lazy("gift", "已作废")


class DonorKind(models.TextChoices):
    """Who gives."""

    PERSON = "person", pgettext_lazy("donor", "个人")
    ORGANISATION = "organisation", pgettext_lazy("donor", "单位")


class GiftConsent(models.TextChoices):
    """What the donor says about what is left over: whether it may go to a purpose that is alike."""

    ADVANCE = "advance", pgettext_lazy("gift consent", "捐赠时已同意转用于相近目的")
    UNASKED = "unasked", pgettext_lazy("gift consent", "未同意，剩余须退还或另行征求意见")
    GIVEN = "given", pgettext_lazy("gift consent", "经征求意见同意转用")
    REFUSED = "refused", pgettext_lazy("gift consent", "经征求意见不同意，须退还")


AGREED: Final = (GiftConsent.ADVANCE, GiftConsent.GIVEN)


class RecipientKind(models.TextChoices):
    """To whom a gift goes; what running the drive costs goes to nobody."""

    CLIENT = "client", pgettext_lazy("gift recipient", "服务对象")
    HOUSEHOLD = "household", pgettext_lazy("gift recipient", "家庭")
    GROUP = "group", pgettext_lazy("gift recipient", "小组")
    ACTIVITY = "activity", pgettext_lazy("gift recipient", "活动")
    STATION = "station", pgettext_lazy("gift recipient", "站点")
    COST = "cost", pgettext_lazy("gift recipient", "管理费用")


class StockMoveKind(models.TextChoices):
    """What happens to goods."""

    RECEIVED = "received", pgettext_lazy("stock", "入库")
    MOVED = "moved", pgettext_lazy("stock", "调拨")
    DISTRIBUTED = "distributed", pgettext_lazy("stock", "发放")
    DISPOSED = "disposed", pgettext_lazy("stock", "报废")
    RETURNED = "returned", pgettext_lazy("stock", "退还捐赠方")


class SettlementKind(models.TextChoices):
    """What becomes of what is left: back to the donor, or to another drive with the donor's consent."""

    REFUND = "refund", pgettext_lazy("gift settlement", "退还")
    REDIRECT = "redirect", pgettext_lazy("gift settlement", "转用")
