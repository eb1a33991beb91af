"""What this app adds to the indicators."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.indicators import stocks
from shegong.indicators.rules import Indicator, Unit, declare
from shegong.network.enums import Tier

COLUMNS: Final[Mapping[str, str]] = {Tier.HUB: "q.hub_id", Tier.STATION: "q.town_id", Tier.ROOM: "q.station_id"}
REGULATIONS: Final = _("《志愿服务条例》")
VOLUNTEERS: Final = """(SELECT * FROM linkage_volunteerspan v
    WHERE v.joined_on <= %(day)s AND (v.left_on IS NULL OR v.left_on > %(day)s)) q WHERE true"""
# From the first day of the day's year on.
SERVED: Final = """(SELECT * FROM linkage_servedspan s
    WHERE s.on_day <= %(day)s AND s.on_day >= date_trunc('year', %(day)s::date)::date) q WHERE true"""
SERVED_ONCE: Final = """(SELECT * FROM linkage_servedonce s
    WHERE s.year = extract(year FROM %(day)s::date) AND s.first_on <= %(day)s) q WHERE true"""


def register_volunteers() -> None:
    """How many volunteers there are, how many of them served this year, and how long."""
    stocks.declare("volunteers", {"volunteers": "true"}, VOLUNTEERS, COLUMNS)
    stocks.declare("volunteer_minutes", {"volunteer_minutes": "true"}, SERVED, COLUMNS, summed="q.minutes")
    stocks.declare("volunteers_served", {"volunteers_served": "true"}, SERVED_ONCE, COLUMNS)
    declare(
        Indicator(
            "linkage.volunteers", _("在册志愿者"), Unit.PERSONS, False, "volunteers", None,
            _("当日已核对、没有暂停或退出的志愿者。"), REGULATIONS,
        ),
        Indicator(
            "linkage.volunteer_hours", _("志愿服务时长"), Unit.HOURS, False, "volunteer_minutes", None,
            _("当年到当日由组织者确认的服务时长，不含路途。"), REGULATIONS, scale=60, decimals=1,
        ),
        Indicator(
            "linkage.volunteers_served", _("参加过服务的志愿者"), Unit.PERSONS, False, "volunteers_served", None,
            _("当年到当日至少有一次已确认服务的志愿者，每人计一次，计在所属站点。"), REGULATIONS,
        ),
    )  # fmt: skip
