"""Terms of the residents' door."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Side(models.TextChoices):
    """Who said something about an enquiry."""

    STATION = "station", _("社工站")
    ASKER = "asker", _("求助人")


class ComplaintAbout(models.TextChoices):
    """What a complaint is about."""

    STATION = "station", _("站点（开门时间、环境、找不到人）")
    WORKER = "worker", _("工作人员（态度、做法）")
    SERVICE = "service", _("服务（没有做到、做得不好）")
    MONEY = "money", _("收费、发放钱物")
    PRIVACY = "privacy", _("泄露个人信息")
    OTHER = "other", _("其他")


class ComplaintRuling(models.TextChoices):
    """What a complaint came to."""

    UPHELD = "upheld", _("属实，已处理")
    PARTLY = "partly", _("部分属实，已处理")
    UNFOUNDED = "unfounded", _("经核实不属实")
    ELSEWHERE = "elsewhere", _("不属本部门，已告知去处")


class OwnDataState(models.TextChoices):
    """Where a resident's request about the own data is."""

    LEFT = "left", _("等核对身份")
    CHECKED = "checked", _("已核对身份")
    REFUSED = "refused", _("未受理")
