"""Divisions, the tree of stations, the organisations that run them, and roles granted at a station."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import GistIndex
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from shegong.kernel.fields import LtreeField, SpellingField
from shegong.network.enums import Level, Mode, OrganisationKind, Stage, Tier
from shegong.people.enums import Role


def span(since: str = "since", until: str = "until") -> Func:
    """The half-open date range [since, until) as PostgreSQL's daterange; an empty end means "still"."""
    return Func(F(since), F(until), function="daterange", template="%(function)s(%(expressions)s)")


def never_twice(name: str, *fields: str) -> ExclusionConstraint:
    """No two rows with the same `fields` may overlap in time."""
    same = [(field, RangeOperators.EQUAL) for field in fields]
    return ExclusionConstraint(name=name, expressions=[*same, (span(), RangeOperators.OVERLAPS)])


def ends_after_start(name: str) -> models.CheckConstraint:
    """`until`, where known, lies after `since`."""
    return models.CheckConstraint(condition=Q(until__isnull=True) | Q(until__gt=F("since")), name=name)


class City(models.Model):
    """The one city of this installation, its competent authority, and whether its data are simulated."""

    name = models.CharField(_("名称"), max_length=60)
    authority = models.CharField(_("主管部门"), max_length=100)
    system_name = models.CharField(_("系统名称"), max_length=100)
    is_demo = models.BooleanField(_("演示数据"), default=False)
    only = models.BooleanField(default=True, unique=True, editable=False)

    class Meta:
        verbose_name = _("城市")
        verbose_name_plural = _("城市")
        constraints = [models.CheckConstraint(condition=Q(only=True), name="network_city_only_one")]

    def __str__(self) -> str:
        return self.name


class Division(models.Model):
    """An administrative division for as long as it existed under this code (12 digits, GB/T 2260 and GB/T 10114)."""

    code = models.CharField(_("区划代码"), max_length=12)
    name = models.CharField(_("名称"), max_length=60)
    level = models.CharField(_("级别"), max_length=10, choices=Level)
    kind = models.CharField(_("类型"), max_length=30, blank=True)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("上级区划"), related_name="children"
    )
    functional_area = models.CharField(_("功能区"), max_length=20, blank=True)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)

    class Meta:
        verbose_name = _("行政区划")
        verbose_name_plural = _("行政区划")
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^\d{12}$"), name="network_division_code_twelve_digits"),
            never_twice("network_division_code_once_at_a_time", "code"),
            ends_after_start("network_division_ends_after_start"),
        ]
        indexes = [models.Index(fields=["level", "parent"], name="network_division_level")]

    def __str__(self) -> str:
        return self.name


class Organisation(models.Model):
    """An agency, charity, department, committee or enterprise, by its unified social credit code (GB 32100)."""

    name = models.CharField(_("名称"), max_length=120)
    kinds = ArrayField(models.CharField(max_length=12, choices=OrganisationKind), verbose_name=_("类型"))
    credit_code = models.CharField(_("统一社会信用代码"), max_length=18, null=True, blank=True, unique=True)
    contact = models.CharField(_("联系人"), max_length=60, blank=True)
    phone = models.CharField(_("电话"), max_length=30, blank=True)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)

    class Meta:
        verbose_name = _("组织")
        verbose_name_plural = _("组织")
        ordering = ["name"]
        constraints = [ends_after_start("network_organisation_ends_after_start")]

    def __str__(self) -> str:
        return self.name


class Station(models.Model):
    """A support centre, hub, station or room. Its `key` is the organisation key; the division is only where it lies."""

    id = models.AutoField(primary_key=True)
    key = models.CharField(_("编号"), max_length=40, unique=True)
    path = LtreeField(_("路径"), unique=True)
    tier = models.CharField(_("层级"), max_length=8, choices=Tier)
    name = models.CharField(_("名称"), max_length=100)
    spelling = SpellingField(of="name")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("上级站点"), related_name="children"
    )
    # The hub and the town station above (or the station itself): the units in which subtrees are tallied, and the
    # key by which big tables are spread. The support centre is its own hub.
    hub = models.ForeignKey("self", on_delete=models.PROTECT, verbose_name=_("所属总站"), related_name="below_hub")
    town = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("所属社工站"), related_name="below_town"
    )
    division = models.ForeignKey(
        Division, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("所在区划"), related_name="stations"
    )
    # The current stage; the history is in StationStage, and the action that adds a stage keeps both.
    stage = models.CharField(_("状态"), max_length=10, choices=Stage, default=Stage.PLANNED)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    hours = models.CharField(_("开放时间"), max_length=100, blank=True)
    phone = models.CharField(_("电话"), max_length=30, blank=True)
    longitude = models.DecimalField(_("经度"), max_digits=9, decimal_places=6, null=True, blank=True)
    latitude = models.DecimalField(_("纬度"), max_digits=8, decimal_places=6, null=True, blank=True)

    class Meta:
        verbose_name = _("站点")
        verbose_name_plural = _("站点")
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(
                condition=Q(tier="centre", parent__isnull=True, hub=F("id"), town__isnull=True)
                | Q(tier="hub", parent__isnull=False, hub=F("id"), town__isnull=True)
                | Q(tier="station", parent=F("hub"), town=F("id"))
                | Q(tier="room", parent=F("town"), town__isnull=False),
                name="network_station_tiers_nest",
            ),
        ]
        indexes = [
            GistIndex(fields=["path"], name="network_station_path"),
            models.Index(fields=["hub", "tier"], name="network_station_hub_tier"),
        ]

    def __str__(self) -> str:
        return self.name


class StationStage(models.Model):
    """A stage of a station's life, with its dates and reason."""

    station = models.ForeignKey(Station, on_delete=models.CASCADE, verbose_name=_("站点"), related_name="stages")
    stage = models.CharField(_("状态"), max_length=10, choices=Stage)
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)
    reason = models.CharField(_("原因"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("站点状态")
        verbose_name_plural = _("站点状态")
        ordering = ["since"]
        constraints = [
            never_twice("network_stationstage_one_at_a_time", "station"),
            ends_after_start("network_stationstage_ends_after_start"),
        ]


class Operation(models.Model):
    """Who runs a station, and from when to when."""

    station = models.ForeignKey(Station, on_delete=models.CASCADE, verbose_name=_("站点"), related_name="operations")
    mode = models.CharField(_("运营方式"), max_length=8, choices=Mode)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("组织"), related_name="operations"
    )
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)

    class Meta:
        verbose_name = _("运营")
        verbose_name_plural = _("运营")
        ordering = ["since"]
        constraints = [
            never_twice("network_operation_one_at_a_time", "station"),
            ends_after_start("network_operation_ends_after_start"),
            models.CheckConstraint(
                condition=Q(mode="agency", organisation__isnull=False) | Q(mode="self"),
                name="network_operation_agency_named",
            ),
        ]
        indexes = [models.Index(fields=["organisation"], name="network_operation_agency")]


class Grant(models.Model):
    """A role granted to an account at a station (and, for an agency or a department, for that organisation)."""

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        verbose_name=_("账号"),
        related_name="grants",
        db_index=False,
    )
    role = models.CharField(_("角色"), max_length=12, choices=Role)
    station = models.ForeignKey(Station, on_delete=models.PROTECT, verbose_name=_("站点"), related_name="grants")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("组织"), related_name="grants"
    )
    since = models.DateField(_("起"))
    until = models.DateField(_("止"), null=True, blank=True)

    class Meta:
        verbose_name = _("角色授予")
        verbose_name_plural = _("角色授予")
        constraints = [
            never_twice("network_grant_once_at_a_time", "account", "role", "station"),
            ends_after_start("network_grant_ends_after_start"),
            models.CheckConstraint(
                condition=~Q(role__in=["agency", "liaison"]) | Q(organisation__isnull=False),
                name="network_grant_agency_and_liaison_name_their_organisation",
            ),
        ]
        # Each request reads its account's roles, and from here alone.
        indexes = [
            models.Index(
                fields=["account"],
                include=["role", "station", "organisation", "since", "until"],
                name="network_grant_of_account",
            )
        ]
