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


class RequestKind(models.TextChoices):
    """What a worker asks the county to enter about the own qualification."""

    CERTIFICATE = "certificate", _("登记证书")
    REGISTRATION = "first", _("首次登记")
    RENEWAL = "renewal", _("延续登记")


class CheckState(models.TextChoices):
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
