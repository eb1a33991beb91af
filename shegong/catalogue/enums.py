"""Terms of the catalogue."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Method(models.TextChoices):
    """Method of social work: MZ/T 094 casework, MZ/T 095 group work, MZ/T 071 community work."""

    CASE = "C", _("个案")
    GROUP = "G", _("小组")
    COMMUNITY = "M", _("社区")


class ServiceKind(models.TextChoices):
    """Basic service, or refined service with a professional plan."""

    BASIC = "basic", _("基础服务")
    REFINED = "refined", _("精细化服务")


class Unit(models.TextChoices):
    """Unit in which a service is counted."""

    HOUSEHOLD_TIMES = "户次", _("户次")
    PERSON_TIMES = "人次", _("人次")
    CASES = "例", _("例")
    SESSIONS = "节", _("节")
    EVENTS = "场", _("场")
    PIECES = "个", _("个")


class Subject(models.TextChoices):
    """What an instrument looks at."""

    CLIENT = "client", _("个人与家庭评估")
    COMMUNITY = "community", _("社区需求调查")


class RestrictedClass(models.TextChoices):
    """Classes of files that need a named reason to open."""

    NONE = "", _("不限")
    VIOLENCE = "violence", _("家庭暴力")
    MINOR = "minor", _("处于风险的未成年人")
    DRUGS = "drugs", _("戒毒康复")
    CORRECTIONS = "corrections", _("社区矫正与安置帮教")
    MENTAL = "mental", _("精神卫生")
    HIV = "hiv", _("艾滋病")
