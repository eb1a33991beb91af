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


class HostKind(models.TextChoices):
    """What kind of place a site is in."""

    COMPLEX = "complex", _("服务综合体")
    CONVENIENCE = "convenience", _("便民服务中心")
    PARTY = "party", _("党群服务中心")
    IDLE = "idle", _("闲置场地")
    FORMER_AID = "former_aid", _("原关爱援助站点")
    ELDERLY = "elderly", _("养老服务站点")
    CHILD = "child", _("未成年人保护站点")
    DISABILITY = "disability", _("残疾人康复站点")
    OTHER = "other", _("其他")


class Access(models.TextChoices):
    """Whether one gets in without steps."""

    FULL = "full", _("无障碍")
    PART = "part", _("部分无障碍")
    NONE = "none", _("有台阶，不能无障碍通行")


class OpenTo(models.TextChoices):
    """Which stations may book a site's rooms."""

    HUB = "hub", _("本区（市）县各站点")
    AGREED = "agreed", _("签有共用协议的站点")


class AreaKind(models.TextChoices):
    """What a room or area is made for; it may serve for anything."""

    ACTIVITY = "activity", _("活动室")
    MEETING = "meeting", _("会议室")
    TALK = "talk", _("个案会谈室")
    CHILDREN = "children", _("儿童活动区")
    CARE = "care", _("日间照料区")
    REHAB = "rehab", _("康复训练区")
    READING = "reading", _("阅览室")
    OFFICE = "office", _("办公区")
    OUTDOOR = "outdoor", _("室外场地")


class Payer(models.TextChoices):
    """Who pays for a shared site."""

    FREE = "free", _("免费使用")
    HOST = "host", _("场地方承担")
    STATION = "station", _("使用方承担")
    SPLIT = "split", _("双方分担")
    FUND = "fund", _("社区发展治理保障资金")


class Condition(models.TextChoices):
    """The state of a piece of equipment."""

    GOOD = "good", _("完好")
    WORN = "worn", _("可用，需维修")
    BROKEN = "broken", _("损坏停用")


class EquipmentSource(models.TextChoices):
    """Where equipment came from."""

    PURCHASED = "purchased", _("采购")
    DONATED = "donated", _("捐赠")
    HOST = "host", _("场地方提供")
    INHERITED = "inherited", _("原站点移交")


class BookingUse(models.TextChoices):
    """What a room is booked for."""

    TALK = "talk", _("个案会谈")
    GROUP = "group", _("小组活动")
    ACTIVITY = "activity", _("社区活动")
    MEETING = "meeting", _("会议与培训")
    OTHER = "other", _("其他用途")


class PlanState(models.TextChoices):
    """How far a plan for a village or community without a room has come."""

    PROPOSED = "proposed", _("已选场地")
    AGREED = "agreed", _("场地方同意")
    FITTING = "fitting", _("布置中")
    OPENED = "opened", _("已开室")
    DROPPED = "dropped", _("已放弃")


class PlanNeed(models.TextChoices):
    """What is needed before a room can open at a site."""

    AREA = "area", _("可用的房间")
    ACCESS = "access", _("无障碍改造")
    HOURS = "hours", _("每周至少开放五天")
    EQUIPMENT = "equipment", _("基本设备")
    STAFF = "staff", _("两名社工人才")
