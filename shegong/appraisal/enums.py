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


class Programme(models.TextChoices):
    """What a set of targets belongs to."""

    SYSTEM = "system", _("社工服务体系建设")
    ALL_AGES = "all_ages", _("全龄友好重点任务")


class LetterState(models.TextChoices):
    """Where a target letter is. `SCORED`: the numbers are frozen, objections may come in."""

    DRAFT = "draft", _("草拟")
    ISSUED = "issued", _("待签收")
    ACCEPTED = "accepted", _("履行中")
    SCORED = "scored", _("已评分，异议期")
    OBJECTED = "objected", _("异议处理中")
    FINAL = "final", _("已定分")


# What may follow what; the database holds it, too.
LETTER_MOVES: dict[str, frozenset[str]] = {
    LetterState.DRAFT: frozenset({LetterState.ISSUED}),
    LetterState.ISSUED: frozenset({LetterState.ACCEPTED}),
    LetterState.ACCEPTED: frozenset({LetterState.SCORED}),
    LetterState.SCORED: frozenset({LetterState.OBJECTED, LetterState.FINAL}),
    LetterState.OBJECTED: frozenset({LetterState.SCORED}),
    LetterState.FINAL: frozenset(),
}
# From here on an appraisal's numbers are those of its reading date.
FROZEN = (LetterState.SCORED, LetterState.OBJECTED, LetterState.FINAL)


class Collection(models.TextChoices):
    """Where an item's number comes from: nothing but a live reading, or a named entry by hand with proof."""

    READING = "reading", _("系统读数")
    MANUAL = "manual", _("人工填报（附证明）")
    MILESTONES = "milestones", _("节点任务（逐项附证明）")


class Formula(models.TextChoices):
    """How a number becomes points."""

    PROPORTION = "proportion", _("按完成比例得分")
    AT_LEAST = "at_least", _("不低于目标得满分")
    AT_MOST = "at_most", _("不高于目标得满分")
    PASS_FAIL = "pass_fail", _("完成得满分，未完成不得分")


class Direction(models.TextChoices):
    """Which way is better."""

    UP = "up", _("越高越好")
    DOWN = "down", _("越低越好")


class Ruling(models.TextChoices):
    """What became of an objection."""

    OPEN = "open", _("待裁定")
    ACCEPTED = "accepted", _("成立，已更正")
    REFUSED = "refused", _("不成立")


class FindingSource(models.TextChoices):
    """Where a finding comes from."""

    SELF_CHECK = "self_check", _("自评审核")
    ROUND = "round", _("第三方评估")
    GOVERNMENT = "government", _("政府考核")
    ACCEPTANCE = "acceptance", _("合同验收")
    INSPECTION = "inspection", _("日常检查")
    OWN = "own", _("本站自查")


class Severity(models.TextChoices):
    """How much is wrong."""

    MINOR = "minor", _("一般")
    SERIOUS = "serious", _("较重")
    GRAVE = "grave", _("严重")


class FindingState(models.TextChoices):
    """Where a finding is on its way to being corrected."""

    OPEN = "open", _("待定整改计划")
    PLANNED = "planned", _("整改中")
    CORRECTED = "corrected", _("待复查")
    RETURNED = "returned", _("复查退回")
    CLOSED = "closed", _("已关闭")
    WITHDRAWN = "withdrawn", _("已撤销")


# What may follow what; the database holds it, too.
FINDING_MOVES: dict[str, frozenset[str]] = {
    FindingState.OPEN: frozenset({FindingState.PLANNED, FindingState.WITHDRAWN}),
    FindingState.PLANNED: frozenset({FindingState.CORRECTED, FindingState.WITHDRAWN}),
    FindingState.CORRECTED: frozenset({FindingState.CLOSED, FindingState.RETURNED}),
    FindingState.RETURNED: frozenset({FindingState.CORRECTED, FindingState.WITHDRAWN}),
    FindingState.CLOSED: frozenset(),
    FindingState.WITHDRAWN: frozenset(),
}
# It is the station's turn; and where nothing follows any more.
TO_CORRECT = (FindingState.OPEN, FindingState.PLANNED, FindingState.RETURNED)
SETTLED = (FindingState.CLOSED, FindingState.WITHDRAWN)


class FindingStepKind(models.TextChoices):
    """What happened to a finding."""

    RECORDED = "recorded", _("提出问题")
    PLANNED = "planned", _("定整改计划")
    CORRECTED = "corrected", _("报送整改结果")
    CLOSED = "closed", _("复查通过，关闭")
    RETURNED = "returned", _("复查退回")
    ASKED = "asked", _("申请延期")
    EXTENDED = "extended", _("延长期限")
    REFUSED = "refused", _("不同意延期")
    WITHDRAWN = "withdrawn", _("撤销")


class ProofStage(models.TextChoices):
    """What a photo or paper shows."""

    FOUND = "found", _("发现时")
    CORRECTED = "corrected", _("整改后")


class RuleAnswer(models.TextChoices):
    """What the city answers to a question to a rule."""

    KEEP = "keep", _("规定不变")
    CHANGE = "change", _("修订规定")
    CLARIFY = "clarify", _("补充说明")


class SignKind(models.TextChoices):
    """What may be looked at twice. A sign is no proof of anything."""

    BURST = "burst", _("期末集中补录")
    SAME_TEXT = "same_text", _("文字雷同")
    TRAVEL = "travel", _("行程过快")
    ABOVE_BASE = "above_base", _("人数超过场地容量")
    ALL_EQUAL = "all_equal", _("满意度完全一致")


class SignOutcome(models.TextChoices):
    """What a reviewer makes of a sign."""

    EXPLAINED = "explained", _("已说明")
    DISCUSS = "discuss", _("需与站点商谈")


class LoopStage(models.TextChoices):
    """The loop: build, staff, serve, appraise, correct."""

    BUILT = "built", _("建成")
    STAFFED = "staffed", _("配齐人员")
    SERVING = "serving", _("开展服务")
    APPRAISED = "appraised", _("通过评估")
    CORRECTED = "corrected", _("完成整改")


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
