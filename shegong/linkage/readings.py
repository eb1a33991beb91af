"""What this app adds to the indicators."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.indicators import stocks
from shegong.indicators.rules import Indicator, Unit, declare
from shegong.network.enums import Tier

AGREED: Final = _("部门协同协议")
# An agreement is a county's (or the city's); what lies below has none of its own.
OF_HUBS: Final[Mapping[str, str]] = {Tier.HUB: "q.hub_id", Tier.STATION: "NULL::int", Tier.ROOM: "NULL::int"}
OF_STATIONS: Final[Mapping[str, str]] = {Tier.HUB: "q.hub_id", Tier.STATION: "q.town_id", Tier.ROOM: "q.station_id"}
IN_FORCE: Final = """(
    SELECT a.hub_id FROM linkage_agreementspan a WHERE a.since <= %(day)s AND a.ends_on > %(day)s) q WHERE true"""
# Answers that were due within the year up to the day, and whether they came in time.
DUE: Final = """(
    SELECT r.* FROM linkage_agreedanswer r
    WHERE r.due_on < %(day)s AND r.due_on >= %(day)s::date - interval '1 year') q WHERE true"""
GROUPS: Final = "(SELECT * FROM linkage_groupspan g WHERE g.since <= %(day)s) q WHERE true"
NOW: Final = "(q.until IS NULL OR q.until > %(day)s) AND q.stage = '{stage}'"
GROUP_RULE: Final = _("社区社会组织培育")
REGULATIONS: Final = _("《志愿服务条例》")
VOLUNTEERS: Final = """(SELECT * FROM linkage_volunteerspan v
    WHERE v.joined_on <= %(day)s AND (v.left_on IS NULL OR v.left_on > %(day)s)) q WHERE true"""
# From the first day of the day's year on.
SERVED: Final = """(SELECT * FROM linkage_servedspan s
    WHERE s.on_day <= %(day)s AND s.on_day >= date_trunc('year', %(day)s::date)::date) q WHERE true"""
SERVED_ONCE: Final = """(SELECT * FROM linkage_servedonce s
    WHERE s.year = extract(year FROM %(day)s::date) AND s.first_on <= %(day)s) q WHERE true"""
GIFTS: Final = "linkage_giftsums q WHERE q.year = extract(year FROM %(day)s::date)"
CHARITY_LAW: Final = _("《慈善法》")


def register_agreements() -> None:
    """Tell the indicators of agreements and of referrals under them; once, when the apps are ready."""
    stocks.declare("agreements", {"agreements_in_force": "true"}, IN_FORCE, OF_HUBS)
    stocks.declare(
        "agreed_answers", {"agreed_answers_in_time": "q.in_time", "agreed_answers_due": "true"}, DUE, OF_STATIONS
    )
    declare(
        Indicator(
            "linkage.agreements_in_force", _("执行中的部门协同协议"), Unit.TIMES, False, "agreements_in_force", None,
            _("当日已由各方签署、在期限内的协同协议数。"), AGREED,
        ),
        Indicator(
            "linkage.referrals_in_time", _("按约定时限答复的转介"), Unit.PERCENT, False, "agreed_answers_in_time",
            "agreed_answers_due", _("一年内应答复的、依据协议的转介（双向）中，按时答复的比例。"), AGREED, decimals=1,
        ),
    )  # fmt: skip


def register_groups() -> None:
    """Local groups by stage."""
    stages = ("incubating", "filed", "registered")
    stocks.declare("local_groups", {f"groups_{each}": NOW.format(stage=each) for each in stages}, GROUPS, OF_STATIONS)
    declare(
        Indicator(
            "linkage.groups_incubating", _("培育中的社区社会组织"), Unit.ORGANISATIONS, False, "groups_incubating",
            None, _("当日处于培育阶段的社区社会组织数。"), GROUP_RULE,
        ),
        Indicator(
            "linkage.groups_filed", _("已备案的社区社会组织"), Unit.ORGANISATIONS, False, "groups_filed", None,
            _("当日已在镇（街道）备案的社区社会组织数。"), GROUP_RULE,
        ),
        Indicator(
            "linkage.groups_registered", _("已登记的社区社会组织"), Unit.ORGANISATIONS, False, "groups_registered",
            None, _("当日已登记为法人的社区社会组织数。"), GROUP_RULE,
        ),
    )  # fmt: skip


def register_volunteers() -> None:
    """How many volunteers there are, how many of them served this year, and how long."""
    stocks.declare("volunteers", {"volunteers": "true"}, VOLUNTEERS, OF_STATIONS)
    stocks.declare("volunteer_minutes", {"volunteer_minutes": "true"}, SERVED, OF_STATIONS, summed="q.minutes")
    stocks.declare("volunteers_served", {"volunteers_served": "true"}, SERVED_ONCE, OF_STATIONS)
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


def register_gifts() -> None:
    """Gifts of money of the day's year, as the ledger has them."""
    stocks.declare_sums("gifts", {"gifts_received_yuan": "q.received", "gifts_used_yuan": "q.used"}, GIFTS, OF_HUBS)
    declare(
        Indicator(
            "linkage.gifts_received", _("收到的捐款"), Unit.YUAN, False, "gifts_received_yuan", None,
            _("当年收到的捐款，已冲销的不计；全市性募捐记在全市。"), CHARITY_LAW,
        ),
        Indicator(
            "linkage.gifts_used", _("使用的捐款"), Unit.YUAN, False, "gifts_used_yuan", None,
            _("当年用于受益人的捐款和募捐的管理费用。"), CHARITY_LAW,
        ),
        Indicator(
            "linkage.gifts_used_share", _("捐款使用率"), Unit.PERCENT, False, "gifts_used_yuan", "gifts_received_yuan",
            _("当年使用的捐款 ÷ 当年收到的捐款。"), CHARITY_LAW, decimals=1,
        ),
    )  # fmt: skip
