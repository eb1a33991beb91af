"""The roles of the product."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person comes to do; granted at a station for a period (network.Grant)."""

    CITY = "city", _("市级管理人员")
    COUNTY = "county", _("区(市)县管理人员")
    HEAD = "head", _("站长")
    WORKER = "worker", _("社工")
    SUPERVISOR = "supervisor", _("督导")
    AGENCY = "agency", _("机构负责人")
    ASSESSOR = "assessor", _("第三方评估员")
    LIAISON = "liaison", _("部门联络员")
    VOLUNTEER = "volunteer", _("志愿者")
    DONOR = "donor", _("捐赠方")
    DPO = "dpo", _("数据保护负责人")
    ADMIN = "admin", _("系统管理员")
