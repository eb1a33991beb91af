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


class DrawnUnit(models.TextChoices):
    """What a round of assessment draws."""

    STATION = "station", _("站点")
    PROJECT = "project", _("项目（合同）")


class RoundState(models.TextChoices):
    """Where a round of assessment is."""

    DRAFT = "draft", _("拟定方案")
    PUBLISHED = "published", _("方案已公布")
    DRAWN = "drawn", _("已抽样")
    UNDER_WAY = "under_way", _("评估中")
    SETTLED = "settled", _("评分已核定")
    GRADED = "graded", _("已定等级")
    OUT = "out", _("结果公示中")
    CLOSED = "closed", _("已办结")


# The stages follow one another; none is skipped, and the database holds it, too.
STAGES: tuple[str, ...] = tuple(RoundState.values)


class Rater(models.TextChoices):
    """Who judges: the third party by its social workers and its accountants, the town, the community, the county."""

    PROFESSIONAL = "professional", _("第三方·专业")
    FINANCIAL = "financial", _("第三方·财务")
    TOWN = "town", _("镇（街道）")
    COMMUNITY = "community", _("村（社区）")
    COUNTY = "county", _("区（市）县")


# Those whose sheets are filled by assessors; the others' the county brings in, from what town and community signed.
THIRD_PARTY: tuple[str, ...] = (Rater.PROFESSIONAL.value, Rater.FINANCIAL.value)


class Relation(models.TextChoices):
    """How two organisations are related, as declared or found."""

    LEGAL_PERSON = "legal_person", _("法定代表人相同")
    AFFILIATED = "affiliated", _("隶属或出资关系")
    KIN = "kin", _("负责人有近亲属关系")
    OTHER = "other", _("其他利害关系")


class AssessedGrade(models.TextChoices):
    """What an assessment came to; from how many points is the round's data."""

    EXCELLENT = "excellent", _("优秀")
    GOOD = "good", _("良好")
    PASS = "pass", _("合格")
    FAIL = "fail", _("不合格")
