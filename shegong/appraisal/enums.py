"""Terms of policies, standards and appraisal."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PolicyKind(models.TextChoices):
    """The places of the "1+1+N" set of policies."""

    OPINION = "opinion", _("实施意见")
    PLAN = "plan", _("建设方案")
    RULE = "rule", _("配套制度")


class CitedBy(models.TextChoices):
    """What rests on a clause, outside of this app."""

    STAFFING = "staffing", _("人员配备标准")
    SERVICE = "service", _("服务项目")
    INDICATOR = "indicator", _("指标")
    TARGET = "target", _("目标")


class Dimension(models.TextChoices):
    """The four sides of standardisation."""

    EQUIPMENT = "equipment", _("设备配置")
    STAFFING = "staffing", _("人员配备")
    OPERATION = "operation", _("运行管理")
    OVERSIGHT = "oversight", _("服务监管")


class Evidence(models.TextChoices):
    """How it is known whether an item is met."""

    COMPUTED = "computed", _("系统计算")
    ATTESTED = "attested", _("站点举证")
    OBSERVED = "observed", _("现场查看")


class CheckState(models.TextChoices):
    """Where a self-check is."""

    DRAFT = "draft", _("自评中")
    SUBMITTED = "submitted", _("待区（市）县审核")
    RETURNED = "returned", _("退回补正")
    REVIEWED = "reviewed", _("待市级确认")
    CONFIRMED = "confirmed", _("已确认规范")
    DECLINED = "declined", _("未通过")
    APPEALED = "appealed", _("申诉中")
    REJECTED = "rejected", _("申诉未成立")


# What may follow what; the database holds it, too.
MOVES: dict[str, frozenset[str]] = {
    CheckState.DRAFT: frozenset({CheckState.SUBMITTED}),
    CheckState.SUBMITTED: frozenset({CheckState.REVIEWED, CheckState.RETURNED, CheckState.DECLINED}),
    CheckState.RETURNED: frozenset({CheckState.SUBMITTED}),
    CheckState.REVIEWED: frozenset({CheckState.CONFIRMED, CheckState.RETURNED, CheckState.DECLINED}),
    CheckState.DECLINED: frozenset({CheckState.APPEALED}),
    CheckState.APPEALED: frozenset({CheckState.REVIEWED, CheckState.REJECTED}),
    CheckState.CONFIRMED: frozenset(),
    CheckState.REJECTED: frozenset(),
}
# Nothing follows any more, or nothing need follow.
ENDED = (CheckState.CONFIRMED, CheckState.DECLINED, CheckState.REJECTED)
AT_STATION = (CheckState.DRAFT, CheckState.RETURNED)


class Step(models.TextChoices):
    """The way of a station: built in one year, standardised in two."""

    BUILT = "built", _("建成运行")
    EQUIPMENT = "equipment", _("设备配置到位")
    STAFFING = "staffing", _("人员配备到位")
    OPERATION = "operation", _("运行管理达标")
    OVERSIGHT = "oversight", _("服务监管达标")
    SUBMITTED = "submitted", _("提交自评")
    CONFIRMED = "confirmed", _("确认规范")
