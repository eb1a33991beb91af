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
