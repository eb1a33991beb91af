"""What this app adds to the indicators: who is standardised, and how far the plan has come."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.indicators import stocks
from shegong.indicators.rules import Indicator, Unit, declare
from shegong.network.enums import Tier

CLAUSE: Final = _("《社工站（室）建设实施方案》")
ON_DAY: Final = "{t}.since <= %(day)s AND ({t}.until IS NULL OR {t}.until > %(day)s)"
COLUMNS: Final[Mapping[str, str]] = {Tier.HUB: "q.hub_id", Tier.STATION: "q.town_id", Tier.ROOM: "q.station_id"}
# Each running station, and whether it is standardised on the day.
STANDARDISED: Final = f"""(
    SELECT s.id AS station_id, s.hub_id, s.town_id, s.tier, z.id IS NOT NULL AS is_standardised
    FROM network_station s
    JOIN network_stationstage g ON g.station_id = s.id AND g.stage = 'running' AND {ON_DAY.format(t="g")}
    LEFT JOIN appraisal_standardisation z ON z.station_id = s.id AND {ON_DAY.format(t="z")}) q WHERE true"""
# Each station that is to be standardised by the day, and whether it is.
PLANNED: Final = f"""(
    SELECT m.station_id, m.hub_id, m.town_id, z.id IS NOT NULL AS is_standardised
    FROM appraisal_milestone m
    LEFT JOIN appraisal_standardisation z ON z.station_id = m.station_id AND {ON_DAY.format(t="z")}
    WHERE m.step = 'confirmed' AND (m.due_on <= %(day)s OR z.id IS NOT NULL)) q WHERE true"""
SHARES: Final = ("appraisal.standardised_hubs", "appraisal.standardised_stations")


def register() -> None:
    """Tell the indicators; once, when the apps are ready."""
    stocks.declare(
        "standardised",
        {
            "hubs_standardised": "q.tier = 'hub' AND q.is_standardised",
            "hubs_standardisable": "q.tier = 'hub'",
            "stations_standardised": "q.tier = 'station' AND q.is_standardised",
            "stations_standardisable": "q.tier = 'station'",
            "rooms_standardised": "q.tier = 'room' AND q.is_standardised",
        },
        STANDARDISED,
        COLUMNS,
    )
    stocks.declare(
        "standardisation_plan",
        {"planned_standardised": "q.is_standardised", "planned_to_standardise": "true"},
        PLANNED,
        COLUMNS,
    )
    declare(
        Indicator(
            SHARES[0], _("规范化总站比例"), Unit.PERCENT, False, "hubs_standardised", "hubs_standardisable",
            _("认定在有效期内的总站 ÷ 运行中的总站。"), CLAUSE, decimals=1,
        ),
        Indicator(
            SHARES[1], _("规范化社工站比例"), Unit.PERCENT, False, "stations_standardised", "stations_standardisable",
            _("认定在有效期内的社工站 ÷ 运行中的社工站。"), CLAUSE, decimals=1,
        ),
        Indicator(
            "appraisal.hubs_standardised", _("规范化总站"), Unit.STATIONS, False, "hubs_standardised", None,
            _("规范化认定在有效期内的总站数。"), CLAUSE,
        ),
        Indicator(
            "appraisal.stations_standardised", _("规范化社工站"), Unit.STATIONS, False, "stations_standardised", None,
            _("规范化认定在有效期内的社工站数。"), CLAUSE,
        ),
        Indicator(
            "appraisal.rooms_standardised", _("规范化社工室"), Unit.STATIONS, False, "rooms_standardised", None,
            _("规范化认定在有效期内的社工室数。"), CLAUSE,
        ),
        Indicator(
            "appraisal.target_progress", _("规范化计划进度"), Unit.PERCENT, False, "planned_standardised",
            "planned_to_standardise", _("已规范的站点 ÷ 按计划到当日应规范的站点（提前规范的一并计入）。"), CLAUSE,
            decimals=1,
        ),
        planned=SHARES,
    )  # fmt: skip
