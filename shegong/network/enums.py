"""Terms of the network: divisions, tiers, stages, organisations."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Level(models.TextChoices):
    """Administrative level of a division."""

    CITY = "city", _("市")
    COUNTY = "county", _("区(市)县")
    TOWN = "town", _("镇(街道)")
    COMMUNITY = "community", _("村(社区)")


class Tier(models.TextChoices):
    """Tier of a station: 市社工支持中心 → 区(市)县社工总站 → 镇(街道)社工站 → 村(社区)社工室."""

    CENTRE = "centre", _("社工支持中心")
    HUB = "hub", _("社工总站")
    STATION = "station", _("社工站")
    ROOM = "room", _("社工室")


class Stage(models.TextChoices):
    """Stage in a station's life."""

    PLANNED = "planned", _("规划")
    BUILT = "built", _("建成")
    RUNNING = "running", _("运行")
    SUSPENDED = "suspended", _("暂停")
    CLOSED = "closed", _("撤销")


class Mode(models.TextChoices):
    """Who runs a station."""

    SELF = "self", _("自行运营")
    AGENCY = "agency", _("购买服务，由专业机构运营")


class OrganisationKind(models.TextChoices):
    """Kind of organisation; one may be several."""

    AGENCY = "agency", _("社工机构")
    CHARITY = "charity", _("慈善组织")
    DEPARTMENT = "department", _("政府部门")
    COMMITTEE = "committee", _("村(居)民委员会")
    ENTERPRISE = "enterprise", _("企业")
    ASSESSOR = "assessor", _("第三方评估机构")
