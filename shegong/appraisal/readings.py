"""What this app adds to the indicators: who is standardised, how far the plan has come, how target letters stand, what
assessments came to and what becomes of findings.
"""

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
# Counted by functions that name nobody, since a letter is between the city and whom it binds.
OF_HUBS: Final[Mapping[str, str]] = {Tier.HUB: "q.hub_id", Tier.STATION: "NULL::int", Tier.ROOM: "NULL::int"}
PACES: Final = "appraisal_letter_paces(%(day)s) q WHERE true"
POINTS: Final = "appraisal_letter_points(%(day)s) q WHERE true"
LETTERS: Final = _("目标责任书")
# Findings up to the day: open on it, overdue on it, closed within the year before it, and how long those took.
FINDINGS: Final = "(SELECT * FROM appraisal_findingspan f WHERE f.found_on <= %(day)s) q WHERE true"
IS_OPEN: Final = "(q.closed_on IS NULL OR q.closed_on > %(day)s)"
WAS_CLOSED: Final = "q.closed_on <= %(day)s AND q.closed_on > %(day)s::date - interval '1 year'"
RULE: Final = _("《社工站（室）建设与管理配套制度》")
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


def register_letters() -> None:
    """What target letters came to: counts and sums, no letter; once, when the apps are ready."""
    stocks.declare("letter_paces", {"letter_items_on_pace": "q.on_pace", "letter_items_paced": "true"}, PACES, OF_HUBS)
    stocks.declare("letter_points", {"letter_points": "true"}, POINTS, OF_HUBS, summed="q.points")
    stocks.declare("letters_scored", {"letters_scored": "true"}, POINTS, OF_HUBS)
    declare(
        Indicator(
            "appraisal.letter_items_on_pace", _("按进度的责任书条目"), Unit.PERCENT, False, "letter_items_on_pace",
            "letter_items_paced", _("达到当季应有进度的条目 ÷ 履行中的责任书里已能判断进度的条目。"), LETTERS,
            decimals=1,
        ),
        Indicator(
            "appraisal.letter_score", _("目标责任书得分"), Unit.POINTS, False, "letter_points", "letters_scored",
            _("区（市）县最近一个已评分年度的得分（满分 100）；全市为各区（市）县的平均。"), LETTERS, scale=100,
            decimals=2,
        ),
    )  # fmt: skip


def register_findings() -> None:
    """What becomes of findings."""
    stocks.declare(
        "findings",
        {
            "findings_open": IS_OPEN,
            "findings_overdue": f"{IS_OPEN} AND q.due_on < %(day)s",
            "findings_closed": WAS_CLOSED,
        },
        FINDINGS,
        COLUMNS,
    )
    stocks.declare("finding_days", {"finding_days": WAS_CLOSED}, FINDINGS, COLUMNS, summed="q.days")
    declare(
        Indicator(
            "appraisal.findings_open", _("未关闭的整改问题"), Unit.TIMES, False, "findings_open", None,
            _("当日已提出、尚未复查关闭的问题，不含已撤销的。"), RULE,
        ),
        Indicator(
            "appraisal.findings_overdue", _("超期的整改问题"), Unit.TIMES, False, "findings_overdue", None,
            _("未关闭且已过整改期限的问题。"), RULE,
        ),
        Indicator(
            "appraisal.findings_closed", _("一年内关闭的整改问题"), Unit.TIMES, False, "findings_closed", None,
            _("截至当日的一年内复查通过的问题。"), RULE,
        ),
        Indicator(
            "appraisal.finding_days", _("整改平均天数"), Unit.DAYS, False, "finding_days", "findings_closed",
            _("一年内关闭的问题从发现到关闭的天数之和 ÷ 问题数。"), RULE, decimals=1,
        ),
    )  # fmt: skip


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
