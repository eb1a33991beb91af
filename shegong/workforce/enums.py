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
