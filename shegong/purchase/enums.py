"""Terms of money: sources, what they pay for, and the stages through which a sum goes."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class FundKind(models.TextChoices):
    """Where a fund comes from."""

    COUNTY = "county", _("区(市)县预算")
    SOCIAL_WORK = "social_work", _("市级社会工作资金")
    SOCIAL_ORGANISATION = "social_org", _("社会组织发展资金")
    ELDERLY_CARE = "elderly", _("养老服务资金")
    COMMUNITY = "community", _("社区发展治理保障资金")
    LOTTERY = "lottery", _("福利彩票公益金")
    CHARITY = "charity", _("慈善捐赠")
    OTHER = "other", _("其他")


class Pays(models.TextChoices):
    """What money is spent on; a fund's rules name what each fund may pay."""

    OPERATION = "operation", _("站点运营与专业服务")
    ROOM_SERVICES = "room", _("社工室服务")
    PROJECT = "project", _("服务项目")
    PREMISES = "premises", _("场地与设施")
    EQUIPMENT = "equipment", _("设备")
    TRAINING = "training", _("培训与督导")
    EVALUATION = "evaluation", _("第三方评估")
    RELIEF = "relief", _("救助与慰问")


class MoneyStage(models.TextChoices):
    """How far a sum has come. The first two stand for what comes from outside the year's ledger and are never above
    zero; all others are never below it.
    """

    SOURCE = "source", pgettext_lazy("money", "来源")
    CARRIED_IN = "carried_in", pgettext_lazy("money", "上年结转")
    APPROPRIATED = "appropriated", pgettext_lazy("money", "待分配")
    ALLOCATED = "allocated", pgettext_lazy("money", "可用")
    RESERVED = "reserved", pgettext_lazy("money", "已预留")
    COMMITTED = "committed", pgettext_lazy("money", "已签约")
    PAID = "paid", pgettext_lazy("money", "已支付")
    RETURNED = "returned", pgettext_lazy("money", "已收回")
    CARRIED_OUT = "carried_out", pgettext_lazy("money", "结转下年")


OUTSIDE: Final = (MoneyStage.SOURCE, MoneyStage.CARRIED_IN)


class EntryKind(models.TextChoices):
    """What an entry of the ledger does."""

    APPROPRIATE = "appropriate", pgettext_lazy("money", "下达")
    ALLOCATE = "allocate", pgettext_lazy("money", "分配")
    RESERVE = "reserve", pgettext_lazy("money", "预留")
    COMMIT = "commit", pgettext_lazy("money", "签约")
    PAY = "pay", pgettext_lazy("money", "支付")
    RELEASE = "release", pgettext_lazy("money", "释放")
    TRANSFER = "transfer", pgettext_lazy("money", "调剂")
    RETURN = "return", pgettext_lazy("money", "收回")
    CARRY = "carry", pgettext_lazy("money", "结转")
    REVERSE = "reverse", pgettext_lazy("money", "冲销")
    # Of designated gifts: booked by the database itself, with the gift, its use or its settlement.
    DONATE = "donate", pgettext_lazy("money", "捐入")
    SPEND = "spend", pgettext_lazy("money", "使用捐赠")
    REDIRECT = "redirect", pgettext_lazy("money", "转用")


class TransferState(models.TextChoices):
    """Whether a transfer between counties waits for another person's approval."""

    ASKED = "asked", pgettext_lazy("transfer", "待审批")
    APPROVED = "approved", pgettext_lazy("transfer", "已批准")
    DECLINED = "declined", pgettext_lazy("transfer", "未批准")


class Finding(models.TextChoices):
    """How a row of the treasury's sheet stands beside the ledger."""

    MATCHED = "matched", pgettext_lazy("reconciliation", "相符")
    AMOUNT = "amount", pgettext_lazy("reconciliation", "金额不符")
    UNKNOWN = "unknown", pgettext_lazy("reconciliation", "账上没有")


class ContractStatus(models.TextChoices):
    """Whether a contract is in force, was settled after its last acceptance, or ended before its time."""

    SIGNED = "signed", pgettext_lazy("contract", "履行中")
    COMPLETED = "completed", pgettext_lazy("contract", "已结清")
    TERMINATED = "terminated", pgettext_lazy("contract", "已终止")


class Gate(models.TextChoices):
    """What must have happened before a part of a contract's sum is paid."""

    SIGNATURE = "signature", pgettext_lazy("contract", "签订后")
    MID_TERM = "mid_term", pgettext_lazy("contract", "中期验收合格后")
    FINAL = "final", pgettext_lazy("contract", "末期验收合格后")


class Measure(models.TextChoices):
    """What a commitment counts. Each counts only what was recorded under the contract, in its days."""

    CASES = "cases", pgettext_lazy("commitment", "个案")
    GROUPS = "groups", pgettext_lazy("commitment", "小组")
    SESSIONS = "sessions", pgettext_lazy("commitment", "小组活动节次")
    ACTIVITIES = "activities", pgettext_lazy("commitment", "社区活动")
    HOURS = "hours", pgettext_lazy("commitment", "服务工时")
    PERSONS = "persons", pgettext_lazy("commitment", "服务人数")
    PERSON_TIMES = "person_times", pgettext_lazy("commitment", "服务人次")
    RECORDS = "records", pgettext_lazy("commitment", "服务次数")


UNITS: Final = {
    Measure.CASES: pgettext_lazy("unit", "例"),
    Measure.GROUPS: pgettext_lazy("count of groups", "个"),
    Measure.SESSIONS: pgettext_lazy("unit", "节"),
    Measure.ACTIVITIES: pgettext_lazy("unit", "场"),
    Measure.HOURS: pgettext_lazy("unit", "小时"),
    Measure.PERSONS: pgettext_lazy("unit", "人"),
    Measure.PERSON_TIMES: pgettext_lazy("unit", "人次"),
    Measure.RECORDS: pgettext_lazy("unit", "次"),
}


class AcceptanceKind(models.TextChoices):
    """When in a contract's year it is looked at what was reached."""

    MID_TERM = "mid_term", pgettext_lazy("contract", "中期验收")
    FINAL = "final", pgettext_lazy("contract", "末期验收")


class Grade(models.TextChoices):
    """What an acceptance's score of 100 means: 90 and more, 80, 60, or less."""

    EXCELLENT = "excellent", pgettext_lazy("grade", "优秀")
    GOOD = "good", pgettext_lazy("grade", "良好")
    PASS = "pass", pgettext_lazy("grade", "合格")
    FAIL = "fail", pgettext_lazy("grade", "不合格")


class DeductionState(models.TextChoices):
    """Whether a deduction waits for the agency's word and the buyer's decision, holds, or was dropped."""

    PROPOSED = "proposed", pgettext_lazy("deduction", "待决定")
    UPHELD = "upheld", pgettext_lazy("deduction", "已扣减")
    DROPPED = "dropped", pgettext_lazy("deduction", "已撤回")


class ProjectState(models.TextChoices):
    """How far a purchase has come (MOF Order 102); the database holds which may follow which."""

    NEED = "need", pgettext_lazy("project", "需求")
    RESERVED = "reserved", pgettext_lazy("project", "预算已落实")
    INVITED = "invited", pgettext_lazy("project", "征集响应")
    OPENED = "opened", pgettext_lazy("project", "评审中")
    SCORED = "scored", pgettext_lazy("project", "评审完成")
    AWARDED = "awarded", pgettext_lazy("project", "成交公告")
    SIGNED = "signed", pgettext_lazy("project", "已签约")
    FAILED = "failed", pgettext_lazy("project", "采购失败")
    CALLED_OFF = "called_off", pgettext_lazy("project", "已终止")


ON_THE_WAY: Final = (
    ProjectState.NEED,
    ProjectState.RESERVED,
    ProjectState.INVITED,
    ProjectState.OPENED,
    ProjectState.SCORED,
    ProjectState.AWARDED,
    ProjectState.SIGNED,
)
OVER: Final = (ProjectState.SIGNED, ProjectState.CALLED_OFF)


class PurchaseMethod(models.TextChoices):
    """How a supplier is found; from which sum on which is used is data (MethodRule)."""

    OPEN_TENDER = "open_tender", pgettext_lazy("purchase method", "公开招标")
    NEGOTIATION = "negotiation", pgettext_lazy("purchase method", "竞争性谈判")
    CONSULTATION = "consultation", pgettext_lazy("purchase method", "竞争性磋商")
    SINGLE_SOURCE = "single_source", pgettext_lazy("purchase method", "单一来源")


class Nature(models.TextChoices):
    """What is to be bought. Only services may be: people's labour may not (MOF Order 102, art. 10)."""

    SERVICE = "service", pgettext_lazy("purchase nature", "专业服务")
    HIRING = "hiring", pgettext_lazy("purchase nature", "招聘人员")
    DISPATCH = "dispatch", pgettext_lazy("purchase nature", "劳务派遣")
    WELFARE_POST = "welfare_post", pgettext_lazy("purchase nature", "公益性岗位")


class BidState(models.TextChoices):
    """What became of a bid."""

    SUBMITTED = "submitted", pgettext_lazy("bid", "已递交")
    WITHDRAWN = "withdrawn", pgettext_lazy("bid", "已撤回")
    REJECTED = "rejected", pgettext_lazy("bid", "无效")


class Declaration(models.TextChoices):
    """What a member of a panel says of own interests."""

    WAITING = "waiting", pgettext_lazy("panel", "待声明")
    CLEAR = "clear", pgettext_lazy("panel", "无利害关系")
    CONFLICT = "conflict", pgettext_lazy("panel", "有利害关系，回避")


class NoticeKind(models.TextChoices):
    """What is made public about a project."""

    INVITATION = "invitation", pgettext_lazy("notice", "采购公告")
    AWARD = "award", pgettext_lazy("notice", "成交公告")
    FAILED = "failed", pgettext_lazy("notice", "采购失败公告")
    CALLED_OFF = "called_off", pgettext_lazy("notice", "终止公告")


class LicenceKind(models.TextChoices):
    """What entitles an organisation to provide services."""

    REGISTRATION = "registration", pgettext_lazy("licence", "社会服务机构登记证书")
    BUSINESS = "business", pgettext_lazy("licence", "营业执照")
    COLLECTIVE = "collective", pgettext_lazy("licence", "集体经济组织或村(居)委会登记证书")


class CreditKind(models.TextChoices):
    """What is on record about an organisation's good name."""

    GRADE = "grade", pgettext_lazy("credit", "社会组织评估等级")
    HONOUR = "honour", pgettext_lazy("credit", "表彰")
    ABNORMAL = "abnormal", pgettext_lazy("credit", "活动异常名录")
    PENALTY = "penalty", pgettext_lazy("credit", "行政处罚")
    EXCLUDED = "excluded", pgettext_lazy("credit", "政府采购严重违法失信")


# Who is on these lists may not take part in a purchase.
EXCLUDING: Final = (CreditKind.ABNORMAL, CreditKind.EXCLUDED)
