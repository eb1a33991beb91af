"""Terms of practice: clients, records, assessments, cases."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Sex(models.TextChoices):
    """GB/T 2261.1."""

    UNKNOWN = "0", _("未知")
    MALE = "1", _("男")
    FEMALE = "2", _("女")
    UNSTATED = "9", _("未说明")


class ClientState(models.TextChoices):
    """Where a client file stands."""

    ACTIVE = "active", _("在册")
    MOVED = "moved", _("迁出")
    DECEASED = "deceased", _("去世")
    MERGED = "merged", _("已并档")
    ERASED = "erased", _("已匿名")


class DisabilityKind(models.TextChoices):
    """Kinds of disability, GB/T 26341."""

    VISUAL = "1", _("视力残疾")
    HEARING = "2", _("听力残疾")
    SPEECH = "3", _("言语残疾")
    PHYSICAL = "4", _("肢体残疾")
    INTELLECTUAL = "5", _("智力残疾")
    MENTAL = "6", _("精神残疾")
    MULTIPLE = "7", _("多重残疾")


class LowIncomeKind(models.TextChoices):
    """Classes of low-income households."""

    DESTITUTE = "destitute", _("特困人员")
    MINIMUM = "minimum", _("最低生活保障")
    MARGIN = "margin", _("低保边缘")
    RIGID = "rigid", _("刚性支出困难")
    MONITORED = "monitored", _("防返贫监测")
    OTHER = "other", _("其他")


class Purpose(models.TextChoices):
    """What personal information may be used for."""

    SERVICE = "service", _("提供服务")
    SENSITIVE = "sensitive", _("处理敏感个人信息")
    SHARING = "sharing", _("向其他机构提供")
    PHOTO = "photo", _("拍摄与使用影像")


class Basis(models.TextChoices):
    """Legal basis, Personal Information Protection Law art. 13."""

    CONSENT = "consent", _("本人同意")
    GUARDIAN = "guardian", _("监护人同意")
    DUTY = "duty", _("履行法定职责")
    EMERGENCY = "emergency", _("紧急情况下保护生命健康")


class Place(models.TextChoices):
    """Where a service was given."""

    HOME = "home", _("服务对象家中")
    STATION = "station", _("站点")
    COMMUNITY = "community", pgettext_lazy("place", "社区")
    PHONE = "phone", _("电话")
    ONLINE = "online", _("线上")
    SCHOOL = "school", _("学校")
    HOSPITAL = "hospital", _("医院")
    OTHER = "other", _("其他")


class Urgency(models.TextChoices):
    """How soon somebody must be answered; the clocks themselves are data (models.deadline.Deadline)."""

    ROUTINE = "routine", _("一般")
    SOON = "soon", _("较急")
    URGENT = "urgent", _("紧急事项")
    EMERGENCY = "emergency", _("危急")


class EnquirySource(models.TextChoices):
    """How an enquiry came in."""

    SELF = "self", _("本人或家人求助")
    REFERRAL = "referral", _("转介而来")
    OUTREACH = "outreach", _("外展发现")
    PORTAL = "portal", _("网上求助")


class IntakeDecision(models.TextChoices):
    """What an enquiry led to."""

    ACCEPT = "accept", _("接案")
    BRIEF = "brief", _("简短服务")
    DECLINE = "decline", _("不予受理")
    REFER = "refer", _("转介")


class DeclineKind(models.TextChoices):
    """Why an enquiry was declined."""

    OUT_OF_SCOPE = "scope", _("不属于社会工作服务")
    SERVED = "served", _("已在其他地方得到服务")
    UNWILLING = "unwilling", _("本人不愿接受服务")
    UNREACHABLE = "unreachable", _("多次联系不上")
    DOUBLE = "double", _("重复登记")
    OTHER = "other", _("其他原因")


class ReferralState(models.TextChoices):
    """Where a referral stands. Nothing of it is shown to the receiver before it is sent."""

    WAITING = "waiting", _("待同意")
    SENT = "sent", _("待答复")
    ACCEPTED = "accepted", _("已接收")
    DECLINED = "declined", _("已婉拒")
    RETURNED = "returned", _("已反馈结果")
    CLOSED = "closed", _("已办结")
    WITHDRAWN = "withdrawn", _("已撤回")


class ReceiverKind(models.TextChoices):
    """To whom a referral goes."""

    STATION = "station", _("社工站点")
    ORGANISATION = "organisation", _("社会组织")
    DEPARTMENT = "department", _("政府部门")


class ProtectedPerson(models.TextChoices):
    """For whom there is a duty to report."""

    MINOR = "minor", _("未成年人")
    INCAPABLE = "incapable", _("无民事行为能力或限制民事行为能力的成年人")


class ReportState(models.TextChoices):
    """Stages of a report to the authorities; none is skipped."""

    OBSERVED = "observed", _("发现，待报告")
    REPORTED = "reported", _("已报告")
    FOLLOWED = "followed", _("已跟进")
    CLOSED = "closed", _("已办结")


class ReportResult(models.TextChoices):
    """How a report ended."""

    PROTECTED = "protected", _("当事人已得到保护")
    UNFOUNDED = "unfounded", _("经主管机关核实，不属实")
    ELSEWHERE = "elsewhere", _("已由主管机关继续办理")
    MISTAKEN = "mistaken", _("误开，没有需要报告的情况")


class Authority(models.TextChoices):
    """To whom one reports (Law on the Protection of Minors art. 11, Anti-Domestic Violence Law art. 14)."""

    POLICE = "police", _("公安机关（110）")
    CIVIL = "civil", _("民政部门（12345 或当地未保热线）")
    EDUCATION = "education", _("教育部门")
    WOMEN = "women", _("妇女联合会（12338）")
    OTHER = "other", _("其他主管机关")


class ReportChannel(models.TextChoices):
    """How one reported."""

    PHONE = "phone", _("电话")
    PERSON = "person", _("当面")
    WRITTEN = "written", _("书面")
    ONLINE = "online", _("网上")


class Risk(models.IntegerChoices):
    """Risk level found by an assessment."""

    LOW = 1, _("低")
    MEDIUM = 2, _("中")
    HIGH = 3, _("高")
    URGENT = 4, _("紧急")


class CaseStage(models.TextChoices):
    """Stage of a case, in order (MZ/T 094-2017)."""

    INTAKE = "intake", _("接案")
    ASSESSMENT = "assessment", _("预估")
    PLANNING = "planning", _("计划")
    INTERVENTION = "intervention", _("介入")
    EVALUATION = "evaluation", pgettext_lazy("case stage", "评估")
    CLOSED = "closed", _("结案")


class ApprovalKind(models.TextChoices):
    """What of a case another person approves."""

    PLAN = "plan", _("服务计划")
    CLOSURE = "closure", _("结案")


class Verdict(models.TextChoices):
    """What an approver says, or the one who asked takes back."""

    APPROVE = "approve", _("批准")
    RETURN = "return", _("退回")
    WITHDRAW = "withdraw", _("撤回送审")


class HandOver(models.TextChoices):
    """What the receiving station says to a case that is to be transferred."""

    ACCEPT = "accept", _("接收")
    DECLINE = "decline", _("不接收")


class Per(models.TextChoices):
    """Over what time a planned frequency is counted."""

    WEEK = "week", _("每周")
    MONTH = "month", _("每月")
    TOTAL = "total", _("共")


class CloseReason(models.TextChoices):
    """Why a case was closed."""

    GOALS_MET = "met", _("目标达成")
    ABLE = "able", _("服务对象已能自行应对")
    DECLINED = "declined", _("服务对象不愿继续")
    UNSUITABLE = "unsuitable", _("专业关系不适合")
    REFERRED = "referred", _("需要超出机构能力，已转介")
    CHANGED = "changed", _("社工或服务对象情况变化")
    MOVED = "moved", _("迁出")
    DECEASED = "deceased", _("去世")
    LOST = "lost", _("失去联系")
    UNFORESEEN = "unforeseen", _("其他不可预见原因")


class Asked(models.TextChoices):
    """What somebody may ask about personal information of theirs (Personal Information Protection Law art. 44-48)."""

    ACCESS = "access", _("查阅、复制")
    CORRECT = "correct", _("更正、补充")
    ERASE = "erase", _("删除")
    OBJECT = "object", _("限制或拒绝处理")
    EXPLAIN = "explain", _("解释说明")


class Asker(models.TextChoices):
    """Who asks: the person, a guardian, somebody entrusted, or a close relative of somebody dead (art. 49)."""

    SELF = "self", _("本人")
    GUARDIAN = "guardian", _("监护人")
    AGENT = "agent", _("受托人")
    RELATIVE = "relative", _("死者近亲属")


class Outcome(models.TextChoices):
    """How a request was answered. A refusal gives its reason (art. 50)."""

    GRANTED = "granted", _("已照办")
    PARTLY = "partly", _("部分照办")
    REFUSED = "refused", _("不予办理")


class Kept(models.TextChoices):
    """Classes of client files by how long they are kept; and what belongs to no file."""

    FILE = "file", _("一般服务档案")
    CASE = "case", _("有个案的档案")
    MINOR = "minor", _("未成年人档案")
    ENQUIRY = "enquiry", _("没有建档的咨询和转介")
    SIGNUP = "signup", _("没有建档的活动报名")
    SURVEY = "survey", _("调查里的姓名和文字回答")
    REPORT = "report", _("已办结的强制报告")


class Decision(models.TextChoices):
    """What the second person said to a proposal."""

    WAITING = "waiting", _("待复核")
    APPROVED = "approved", _("已同意并执行")
    DECLINED = "declined", _("未同意")


class UnionKind(models.TextChoices):
    """How two people live, or lived, as a couple."""

    MARRIED = "married", _("结婚")
    COHABITING = "cohabiting", _("同居")
    SEPARATED = "separated", _("分居")
    DIVORCED = "divorced", _("离婚")


class Descent(models.TextChoices):
    """How a child belongs to its parents."""

    BIOLOGICAL = "biological", _("亲生")
    ADOPTED = "adopted", _("收养")
    FOSTER = "foster", _("寄养")


class BondKind(models.TextChoices):
    """How two people feel about each other, or what one does for the other."""

    CLOSE = "close", _("亲近")
    VERY_CLOSE = "very_close", _("非常亲近")
    DISTANT = "distant", _("疏远")
    CONFLICT = "conflict", _("冲突")
    CUT_OFF = "cut_off", _("断绝来往")
    CARING = "caring", _("照顾")


class BondDirection(models.TextChoices):
    """Whether a bond goes both ways or from the first to the second."""

    BOTH = "both", _("相互")
    TO = "to", _("前者对后者")


class SystemKind(models.TextChoices):
    """What surrounds a household."""

    FAMILY = "family", _("亲属")
    FRIENDS = "friends", _("朋友")
    NEIGHBOURS = "neighbours", _("邻里")
    SCHOOL = "school", _("学校")
    WORK = "work", _("工作单位")
    HEALTH = "health", _("医疗卫生")
    COMMUNITY = "community", _("社区组织")
    FAITH = "faith", _("宗教信仰")
    ASSISTANCE = "assistance", _("政府与救助")
    SERVICES = "services", _("社会服务")
    OTHER = "other", _("其他")


class TieStrength(models.TextChoices):
    """How strong a tie to a system is, or that it burdens."""

    STRONG = "strong", _("强")
    ORDINARY = "ordinary", _("一般")
    WEAK = "weak", _("弱")
    STRESSFUL = "stressful", _("有压力")


class TieFlow(models.TextChoices):
    """Where energy and resources go along a tie."""

    TO = "to", _("付出给对方")
    FROM = "from", _("得到支持")
    BOTH = "both", _("双向")
    NONE = "none", _("不明显")


class GroupKind(models.TextChoices):
    """What a group is for."""

    EDUCATION = "education", _("教育小组")
    GROWTH = "growth", _("成长小组")
    SUPPORT = "support", _("支持小组")
    TREATMENT = "treatment", _("治疗小组")


class GroupState(models.TextChoices):
    """Where a group stands, from proposal to summary."""

    DRAFT = "draft", _("草拟")
    SUBMITTED = "submitted", _("待审批")
    RETURNED = "returned", _("退回修改")
    RECRUITING = "recruiting", _("招募中")
    RUNNING = "running", _("进行中")
    CLOSED = "closed", _("已总结")
    CANCELLED = "cancelled", _("已取消")


class GroupStage(models.TextChoices):
    """Stages of a group's life, MZ/T 095-2017, in their order."""

    PREPARATION = "preparation", _("筹备期")
    FORMATION = "formation", _("形成期")
    TRANSITION = "transition", _("转折期")
    MATURE = "mature", _("成熟期")
    ENDING = "ending", _("结束期")


class SessionState(models.TextChoices):
    """Whether a session was held."""

    PLANNED = "planned", _("待开展")
    HELD = "held", _("已开展")
    CANCELLED = "cancelled", _("已取消")


class Presence(models.TextChoices):
    """Whether a member came to a session."""

    PRESENT = "present", _("到场")
    LATE = "late", _("迟到")
    ABSENT = "absent", _("缺席")


class MemberState(models.TextChoices):
    """A sign-up to a group, and what screening made of it."""

    APPLIED = "applied", _("已报名")
    ACCEPTED = "accepted", _("入组")
    WAITLISTED = "waitlisted", _("候补")
    DECLINED = "declined", _("未入组")
    LEFT = "left", _("中途退出")


class MemberOutcome(models.TextChoices):
    """What came of a group for a member."""

    IMPROVED = "improved", _("有改善")
    STEADY = "steady", _("维持")
    WORSE = "worse", _("变差")
    UNKNOWN = "unknown", _("未能评估")


class ActivityState(models.TextChoices):
    """Where an activity stands, from plan to summary."""

    DRAFT = "draft", _("草拟")
    SUBMITTED = "submitted", _("待审批")
    RETURNED = "returned", _("退回修改")
    PLANNED = "planned", _("待开展")
    HELD = "held", _("已开展")
    CLOSED = "closed", _("已总结")
    CANCELLED = "cancelled", _("已取消")


class SignUpState(models.TextChoices):
    """A sign-up to an activity."""

    SIGNED = "signed", _("已报名")
    WAITLISTED = "waitlisted", _("候补")
    CANCELLED = "cancelled", _("已取消")


class Band(models.TextChoices):
    """People who came without a name, by sex and age."""

    F0 = "f0", _("女 0–17 岁")
    F18 = "f18", _("女 18–59 岁")
    F60 = "f60", _("女 60 岁及以上")
    M0 = "m0", _("男 0–17 岁")
    M18 = "m18", _("男 18–59 岁")
    M60 = "m60", _("男 60 岁及以上")


class ResourceKind(models.TextChoices):
    """What somebody gave."""

    MONEY = "money", _("资金")
    GOODS = "goods", _("物资")
    VENUE = "venue", _("场地")
    PEOPLE = "people", _("人力")
    SERVICE = "service", _("专业服务")
    OTHER = "other", _("其他")


class AttachmentKind(models.TextChoices):
    """What an attached file shows. A photo of people needs their consent to be photographed."""

    PHOTO = "photo", _("照片（拍到人）")
    DOCUMENT = "document", _("文书、证件或其他材料")


class PrintState(models.TextChoices):
    """Where a paper stands that is being made."""

    QUEUED = "queued", _("排队中")
    RUNNING = "running", _("制作中")
    DONE = "done", _("已完成")
    FAILED = "failed", _("没有做成")


class Said(models.TextChoices):
    """Who gave an evaluation."""

    CLIENT = "client", _("服务对象本人")
    GUARDIAN = "guardian", _("监护人")
    FAMILY = "family", _("家人")
    ANONYMOUS = "anonymous", _("不说明")


class Channel(models.TextChoices):
    """How an evaluation came."""

    LINK = "link", _("一次性链接")
    HANDED = "handed", _("用社工手机填写")
    ASKED = "asked", _("社工询问")
