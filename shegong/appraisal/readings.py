"""What this app adds to the indicators: who is standardised, how far the plan has come, what assessments came to."""

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
# What each station came to in the assessments whose results were put out in the year up to the day.
ASSESSED: Final = """(
    SELECT r.station_id, r.hub_id, r.town_id, r.final_grade
    FROM appraisal_roundresult r
    WHERE r.out_on <= %(day)s AND r.out_on > %(day)s::date - interval '1 year') q WHERE true"""
GRADES: Final = (
    ("excellent", _("评估优秀比例"), _("评估结果为优秀的站点 ÷ 一年内公示了评估结果的站点。")),
    ("good", _("评估良好比例"), _("评估结果为良好的站点 ÷ 一年内公示了评估结果的站点。")),
    ("pass", _("评估合格比例"), _("评估结果为合格的站点 ÷ 一年内公示了评估结果的站点。")),
    ("fail", _("评估不合格比例"), _("评估结果为不合格的站点 ÷ 一年内公示了评估结果的站点。")),
)
EVALUATION: Final = _("第三方评估方案")
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
    register_assessments()


def register_assessments() -> None:
    """How the assessments of a year turned out."""
    stocks.declare(
        "assessments",
        {"assessed": "true", **{f"assessed_{grade}": f"q.final_grade = '{grade}'" for grade, _name, _how in GRADES}},
        ASSESSED,
        COLUMNS,
    )
    declare(
        *[
            Indicator(
                f"appraisal.assessed_{grade}", name, Unit.PERCENT, False, f"assessed_{grade}", "assessed", how,
                EVALUATION, decimals=1,
            )
            for grade, name, how in GRADES
        ],
        Indicator(
            "appraisal.assessed", _("接受第三方评估的站点"), Unit.STATIONS, False, "assessed", None,
            _("一年内公示了第三方评估结果的站点数。"), EVALUATION,
        ),
    )  # fmt: skip
