"""What the system can measure of a station by itself, declared once; the database does the measuring
(`appraisal_measures`, one column for each). Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shegong.appraisal.enums import Dimension
from shegong.network.enums import Tier

Name = str | Promise
ALL_TIERS: Final = frozenset({Tier.HUB.value, Tier.STATION.value, Tier.ROOM.value})
ABOVE_ROOMS: Final = frozenset({Tier.HUB.value, Tier.STATION.value})
COUNT, KINDS, PEOPLE = pgettext_lazy("unit", "个"), pgettext_lazy("unit", "种"), pgettext_lazy("unit", "人")
DAYS, HOURS, MONTHS = pgettext_lazy("unit", "天"), pgettext_lazy("unit", "小时"), pgettext_lazy("unit", "个月")
TIMES, POINTS, PERCENT = pgettext_lazy("unit", "次"), pgettext_lazy("unit", "分"), "%"


@dataclass(frozen=True, slots=True)
class Measure:
    """A column of `appraisal_measures`: what it says, its unit, on whom it is known, and where the facts behind it are
    (`page`, an address with {key} for the station's key). `of_clients`: it counts clients, so that who may not see them
    gets it rounded. Where nothing happened that could be measured (None), it counts as met if `none_is_met`.
    """

    name: str
    title: Name
    unit: Name
    dimension: Dimension
    page: str
    tiers: frozenset[str] = ALL_TIERS
    of_clients: bool = False
    none_is_met: bool = False


MEASURES: Final[Mapping[str, Measure]] = {
    each.name: each
    for each in (
        Measure("premises", _("使用中的场地"), COUNT, Dimension.EQUIPMENT, "/premises/"),
        Measure("open_days", _("每周开放天数"), DAYS, Dimension.EQUIPMENT, "/premises/"),
        Measure("open_hours", _("每周开放小时数"), HOURS, Dimension.EQUIPMENT, "/premises/"),
        Measure("talk_rooms", _("个案会谈室"), COUNT, Dimension.EQUIPMENT, "/premises/"),
        Measure("activity_places", _("活动室可容纳人数"), PEOPLE, Dimension.EQUIPMENT, "/premises/"),
        Measure("equipment_kinds", _("一年内盘点过的可用设备种类"), KINDS, Dimension.EQUIPMENT, "/premises/"),
        Measure("step_free", _("可无障碍进出的场地"), COUNT, Dimension.EQUIPMENT, "/premises/"),
        Measure("staffed", _("在岗人数占配备标准"), PERCENT, Dimension.STAFFING, "/staffing/"),
        Measure("registered", _("持证社工登记有效"), PERCENT, Dimension.STAFFING, "/credentials/"),
        Measure("learning_hours", _("近一年人均继续教育学时"), HOURS, Dimension.STAFFING, "/credentials/"),
        Measure(
            "supervised", _("近 60 天接受督导的专业社工"), PERCENT, Dimension.STAFFING, "/supervision/",
            none_is_met=True,
        ),
        Measure("operated", _("有登记的运营方式"), COUNT, Dimension.OPERATION, "/stations/{key}/"),
        Measure(
            "active_months", _("近 6 个月有服务记录的月数"), MONTHS, Dimension.OPERATION, "/records/?station={key}"
        ),
        Measure("assessments", _("近一年需求评估"), TIMES, Dimension.OPERATION, "/stations/{key}/", of_clients=True),
        Measure(
            "cases", _("近一年新开个案"), pgettext_lazy("unit", "例"), Dimension.OPERATION, "/cases/", of_clients=True
        ),
        Measure("gatherings", _("近一年小组节次与社区活动"), TIMES, Dimension.OPERATION, "/groups/?station={key}"),
        Measure(
            "person_times", _("近一年服务人次（含下级站点）"), pgettext_lazy("unit", "人次"), Dimension.OPERATION,
            "/records/?station={key}", ABOVE_ROOMS, of_clients=True,
        ),
        Measure(
            "enquiries_in_time", _("近一年按时答复的求助"), PERCENT, Dimension.OVERSIGHT, "/enquiries/?station={key}",
            of_clients=True, none_is_met=True,
        ),
        Measure(
            "satisfaction", _("近一年满意度（含下级站点）"), POINTS, Dimension.OVERSIGHT, "/stations/{key}/",
            ABOVE_ROOMS, of_clients=True,
        ),
        Measure(
            "cases_rated", _("近一年结案且评过目标的个案"), PERCENT, Dimension.OVERSIGHT, "/stations/{key}/",
            ABOVE_ROOMS, of_clients=True, none_is_met=True,
        ),
        Measure("reports", _("近一年签发的月报"), COUNT, Dimension.OVERSIGHT, "/work-reports/", ABOVE_ROOMS),
        Measure(
            "supervisions", _("近一年督导场次"), TIMES, Dimension.OVERSIGHT, "/supervision/stations/", ABOVE_ROOMS
        ),
    )
}  # fmt: skip


def is_met(name: str, value: float | None, least: Decimal | float) -> bool:
    """Whether a measured value reaches the threshold."""
    if value is None:
        return MEASURES[name].none_is_met
    return value >= float(least)
