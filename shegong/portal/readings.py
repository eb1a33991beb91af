"""What the residents' door adds to the indicators: requests from the public site, how soon they are answered, and
complaints answered in time.
"""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.indicators import stocks
from shegong.indicators.rules import Indicator, Unit, declare
from shegong.network.enums import Tier

COLUMNS: Final[Mapping[str, str]] = {Tier.HUB: "q.hub_id", Tier.STATION: "q.town_id", Tier.ROOM: "q.station_id"}
# Requests of the year up to the day, and the minutes until the first answer; complaints whose term fell into it.
ASKED: Final = """(SELECT * FROM portal_asked a WHERE a.received_on <= %(day)s
    AND a.received_on > %(day)s::date - interval '1 year') q WHERE true"""
COMPLAINED: Final = """(SELECT * FROM portal_complained c WHERE c.due_on <= %(day)s
    AND c.due_on > %(day)s::date - interval '1 year') q WHERE true"""
RULE: Final = _("《社工站（室）建设与管理配套制度》")


def register() -> None:
    """Tell the indicators; once, when the apps are ready."""
    stocks.declare(
        "portal_requests",
        {
            "portal_requests": "true",
            "portal_answered": "q.minutes IS NOT NULL",
            "portal_answered_in_two_days": "q.minutes <= 2880",
        },
        ASKED,
        COLUMNS,
    )
    stocks.declare(
        "portal_minutes", {"portal_answer_hours": "q.minutes IS NOT NULL"}, ASKED, COLUMNS,
        summed="round(q.minutes / 60.0)::int",
    )  # fmt: skip
    stocks.declare(
        "complaints",
        {"complaints_due": "true", "complaints_in_time": "q.answered_on <= q.due_on"},
        COMPLAINED,
        COLUMNS,
    )
    declare(
        Indicator(
            "portal.requests", _("门户求助"), Unit.TIMES, False, "portal_requests", None,
            _("截至当日的一年内，居民不经社工、自己在门户上留下的求助。"), RULE,
        ),
        Indicator(
            "portal.first_answer_hours", _("门户求助首次答复平均小时"), Unit.HOURS, False, "portal_answer_hours",
            "portal_answered", _("从收到到首次回复或作出决定的小时数之和 ÷ 已答复的门户求助。"), RULE, decimals=1,
        ),
        Indicator(
            "portal.answered_in_two_days", _("门户求助两日内答复率"), Unit.PERCENT, False,
            "portal_answered_in_two_days", "portal_requests", _("48 小时内首次答复的 ÷ 门户求助。"), RULE, decimals=1,
        ),
        Indicator(
            "portal.complaints_in_time", _("投诉按期答复率"), Unit.PERCENT, False, "complaints_in_time",
            "complaints_due", _("期限内答复的投诉 ÷ 一年内到期的投诉。"), RULE, decimals=1,
        ),
    )  # fmt: skip
