"""The field's own terms for acting together."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class VolunteerState(models.TextChoices):
    """Whether somebody volunteers."""

    PENDING = "pending", _("待核对")
    ACTIVE = "active", _("服务中")
    PAUSED = "paused", _("暂停服务")
    LEFT = "left", _("已退出")


class Language(models.TextChoices):
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


class SignUpState(models.TextChoices):
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
