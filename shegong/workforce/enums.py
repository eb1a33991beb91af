"""Terms of the workforce."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Source(models.TextChoices):
    """Where a worker was drawn from (整合人力)."""

    CIVIL_AFFAIRS = "civil", _("民政")
    HUMAN_RESOURCES = "hr", _("人力资源和社会保障")
    VETERANS = "veterans", _("退役军人事务")
    DISABLED_FEDERATION = "disabled", _("残联")
    CARE_SITE = "care", _("原关爱援助站点")
    COMMUNITY = "community", _("专职社区工作者")
    PURCHASED = "purchased", _("购买服务")
    OTHER = "other", _("其他")


class CertificateLevel(models.TextChoices):
    """Level of the national professional qualification."""

    ASSISTANT = "assistant", _("助理社会工作师")
    SOCIAL_WORKER = "worker", _("社会工作师")
    SENIOR = "senior", _("高级社会工作师")


class PostingRole(models.TextChoices):
    """What a worker does at the station of a posting."""

    HEAD = "head", _("站长")
    WORKER = "worker", _("社工")
    SUPERVISOR = "supervisor", _("督导")
    STAFF = "staff", _("工作人员")


class Education(models.TextChoices):
    """Highest education (after GB/T 4658, in the steps that staffing asks about)."""

    DOCTOR = "doctor", _("博士研究生")
    MASTER = "master", _("硕士研究生")
    BACHELOR = "bachelor", _("大学本科")
    COLLEGE = "college", _("大学专科")
    SECONDARY = "secondary", _("高中或中专")
    LOWER = "lower", _("初中及以下")


class Speciality(models.TextChoices):
    """What a worker is particularly able to do. Psychological social work is a category of its own, which the city
    counts (`Worker.is_psychological`).
    """

    MEDICAL = "medical", _("医务社会工作")
    YOUTH = "youth", _("青少年")
    CHILD = "child", _("儿童与未成年人保护")
    OLDER = "older", _("老年")
    FAMILY = "family", _("家庭与妇女")
    DISABILITY = "disability", _("残障康复")
    RELIEF = "relief", _("社会救助")
    SCHOOL = "school", _("学校社会工作")
    JUSTICE = "justice", _("司法矫正")
    DRUGS = "drugs", _("禁毒戒毒")
    VETERANS = "veterans", _("退役军人")
    CRISIS = "crisis", _("应急与危机介入")
    COMMUNITY = "community", _("社区营造")


class Language(models.TextChoices):
    """Languages and dialects in which a worker can talk with people."""

    MANDARIN = "mandarin", _("普通话")
    SICHUAN = "sichuan", _("四川话")
    HAKKA = "hakka", _("客家话")
    CANTONESE = "cantonese", _("粤语")
    TIBETAN = "tibetan", _("藏语")
    YI = "yi", _("彝语")
    QIANG = "qiang", _("羌语")
    SIGN = "sign", _("手语")
    ENGLISH = "english", _("英语")
    OTHER = "other", _("其他语言")


class CorrectionState(models.TextChoices):
    """What became of a correction that somebody proposed to a worker's profile."""

    WAITING = "waiting", _("待处理")
    ACCEPTED = "accepted", _("已采纳")
    DECLINED = "declined", _("未采纳")
    WITHDRAWN = "withdrawn", _("已撤回")


class RequestKind(models.TextChoices):
    """What a worker asks the county to enter about the own qualification."""

    CERTIFICATE = "certificate", _("登记证书")
    REGISTRATION = "first", _("首次登记")
    RENEWAL = "renewal", _("延续登记")


class RegisterCheckState(models.TextChoices):
    """Whether what was handed in has been looked at."""

    WAITING = "waiting", _("待审核")
    APPROVED = "approved", _("已通过")
    DECLINED = "declined", _("未通过")
    WITHDRAWN = "withdrawn", _("已撤回")


class LearningKind(models.TextChoices):
    """Kinds of continuing education."""

    TRAINING = "training", _("培训")
    LECTURE = "lecture", _("讲座")
    ONLINE = "online", _("网络课程")
    CONFERENCE = "conference", _("研讨会、学术会议")
    EXCHANGE = "exchange", _("考察交流")
    TEACHING = "teaching", _("授课")
    RESEARCH = "research", _("课题、论文、著作")
    DEGREE = "degree", _("社会工作专业学历学位教育")
    OTHER = "other", _("其他继续教育")


class CourseState(models.TextChoices):
    """How far a course is."""

    OPEN = "open", _("报名中")
    HELD = "held", _("已办结")
    CANCELLED = "cancelled", _("已取消")


class EnrolmentState(models.TextChoices):
    """Somebody's place in a course."""

    ENROLLED = "enrolled", _("已报名")
    WAITING = "waiting", _("候补中")
    CANCELLED = "cancelled", _("已取消报名")
    ATTENDED = "attended", _("已出席")
    ABSENT = "absent", _("缺席")


class CareerStep(models.TextChoices):
    """The career ladder, from the first step."""

    ASSISTANT = "assistant", _("助理社工")
    SOCIAL_WORKER = "worker", _("社工")
    SENIOR = "senior", _("高级社工")
    SUPERVISOR = "supervisor", _("督导")


class CareerMeasure(models.TextChoices):
    """What a step of the ladder may ask for."""

    YEARS = "years", _("从业年限")
    CERTIFICATE = "certificate", _("职业资格证书")
    REGISTRATION = "registration", _("有效登记")
    LEARNING = "learning", _("近三年继续教育学时")
    SUPERVISED = "supervised", _("近一年接受督导小时")
    SUPERVISING = "supervising", _("近一年提供督导小时")


class SupervisorKind(models.TextChoices):
    """Whether a supervisor belongs to the house or comes from outside it (内外督导联动)."""

    INTERNAL = "internal", _("内部督导")
    EXTERNAL = "external", _("外部督导")


class SupervisionFunction(models.TextChoices):
    """What supervision is for (MZ/T 166-2021)."""

    ADMINISTRATIVE = "admin", _("行政性")
    EDUCATIONAL = "education", _("教育性")
    SUPPORTIVE = "support", _("支持性")


class AgreementState(models.TextChoices):
    """State of a supervision agreement. It runs from its first day to its last, and only when it was put in force."""

    DRAFT = "draft", _("草稿")
    RUNNING = "running", _("生效")
    ENDED = "ended", _("已结束")


class SupervisionForm(models.TextChoices):
    """One worker or several."""

    INDIVIDUAL = "individual", _("个别督导")
    GROUP = "group", _("团体督导")


class SupervisionMode(models.TextChoices):
    """How supervisor and workers meet."""

    ONSITE = "onsite", _("面对面")
    OBSERVATION = "observe", _("现场观摩")
    VIDEO = "video", _("视频")
    PHONE = "phone", _("电话")


class SupervisionState(models.TextChoices):
    """State of a supervision session."""

    PLANNED = "planned", _("已约定")
    HELD = "held", _("已完成")
    CANCELLED = "cancelled", _("已取消")


class SupervisionTopic(models.TextChoices):
    """What a session was about. A choice and no text, so that hours and topics can be seen without what was said."""

    CASEWORK = "casework", _("个案工作")
    GROUPWORK = "groupwork", _("小组工作")
    COMMUNITY = "community", _("社区工作")
    RISK = "risk", _("风险与保护")
    ETHICS = "ethics", _("伦理与边界")
    EMOTION = "emotion", _("情绪与压力")
    TEAM = "team", _("团队与沟通")
    RECORDS = "records", _("文书与记录")
    POLICY = "policy", _("政策与资源")
    CAREER = "career", _("职业发展")


class Attendance(models.TextChoices):
    """Whether a worker came to a supervision session."""

    EXPECTED = "expected", _("约定参加")
    PRESENT = "present", _("到场")
    ABSENT = "absent", _("缺席")


class AdviceState(models.TextChoices):
    """How far a supervisor's advice has come: open, acted on, followed up until done."""

    OPEN = "open", _("待落实")
    ACTED = "acted", _("已落实，待跟进")
    DONE = "done", _("已完成")


class AdviceStepKind(models.TextChoices):
    """A step of an advice: what the worker did, and what the supervisor found."""

    ACTED = "acted", _("落实")
    RETURNED = "returned", _("还要继续")
    DONE = "done", _("确认完成")


class PoolUrgency(models.TextChoices):
    """How soon supervision from the shared pool is needed."""

    ROUTINE = "routine", _("常规")
    SOON = "soon", _("尽快")
    URGENT = "urgent", _("紧急")


class PoolVerdict(models.TextChoices):
    """Why a request got no supervisor from the shared pool."""

    FULL = "full", _("合适的督导都已排满")
    OUT_OF_REACH = "reach", _("没有能到本区(市)县的督导")
    NO_SPECIALITY = "special", _("没有这方面专长的督导能到")
    TOO_FAR = "far", _("合适的督导太远")
    TOO_LONG = "long", _("所需小时数超过任何一位督导的可用时间")
    BARRED = "barred", _("合适的督导已被移除")


class RequestState(models.TextChoices):
    """State of a request for supervision."""

    WAITING = "waiting", _("等待安排")
    ASSIGNED = "assigned", _("已安排")
    WITHDRAWN = "withdrawn", _("已撤回")


class BookingState(models.TextChoices):
    """State of a booking: who supervises whom is settled, then when; or it was cancelled."""

    AGREED = "agreed", _("待约时间")
    BOOKED = "booked", _("已约时间")
    CANCELLED = "cancelled", _("已取消")


class ProposalState(models.TextChoices):
    """State of a month's proposal: it is made in the background, then edited, then published or dropped."""

    QUEUED = "queued", _("排队中")
    RUNNING = "running", _("计算中")
    READY = "ready", _("待发布")
    PUBLISHED = "published", _("已发布")
    DROPPED = "dropped", _("已放弃")
    FAILED = "failed", _("未能算出")
