"""The indicators, declared once as data, and the rule that hides small cells. Pure: no database."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem

Name = str | Promise


class Unit(Enum):
    """What an indicator counts in; the value is the unit's name in JSON."""

    PERCENT = "percent"
    PERSONS = "persons"
    PERSON_TIMES = "person_times"
    HOURS = "hours"
    CASES = "cases"
    TIMES = "times"
    STATIONS = "stations"
    ORGANISATIONS = "organisations"
    POINTS = "points"
    RATIO = "ratio"
    YUAN = "yuan"
    DAYS = "days"


UNIT_NAMES: Final[Mapping[Unit, Name]] = {
    Unit.PERCENT: _("%"),
    Unit.PERSONS: _("人"),
    Unit.PERSON_TIMES: _("人次"),
    Unit.HOURS: _("小时"),
    Unit.CASES: _("例"),
    Unit.TIMES: _("次"),
    Unit.STATIONS: _("个"),
    Unit.ORGANISATIONS: _("家"),
    Unit.POINTS: _("分"),
    Unit.RATIO: _("人/名督导"),
    Unit.YUAN: _("元"),
    Unit.DAYS: _("天"),
}

FACETS: Final[Mapping[str, int]] = {"group": 1, "field": 2, "service": 3, "method": 4}
CHILD: Final = "child"


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator. A flow adds up over a period; a stock is what holds on the period's last day (or today).

    `numerator` and `denominator` name what is counted: a tally's measure for a flow, a headcount of
    shegong.indicators.stocks for a stock. Without denominator the value is the numerator, divided by `scale`.
    """

    code: str
    name: Name
    unit: Unit
    flow: bool
    numerator: str
    denominator: str | None
    definition: Name
    clause: Name
    facets: frozenset[str] = frozenset()
    scale: int = 1
    decimals: int = 0

    @property
    def dimensions(self) -> frozenset[str]:
        """By what it can be broken down."""
        return self.facets | {CHILD}

    def value(self, numerator: int, denominator: int | None) -> Decimal | None:
        """The value shown; None where the denominator is zero (there is nothing to have a share of)."""
        if self.denominator is None:
            return _rounded(Decimal(numerator) / self.scale, self.decimals)
        if not denominator:
            return None
        factor = 100 if self.unit is Unit.PERCENT else 1
        return _rounded(Decimal(numerator) * factor / denominator / self.scale, self.decimals)


def _rounded(value: Decimal, decimals: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


ALL_FACETS: Final = frozenset(FACETS)
NOTICE = _("社工服务体系建设通报（2022）")
PLAN = _("《社工站（室）建设实施方案》")
REGISTER = _("《社会工作者职业水平证书登记办法》")

INDICATORS: Final[dict[str, Indicator]] = {
    indicator.code: indicator
    for indicator in (
        Indicator(
            "network.room_coverage", _("村（社区）社工室覆盖率"), Unit.PERCENT, False, "rooms_running", "communities",
            _("运行中的社工室数 ÷ 村（社区）数，按当日有效的行政区划计。"), NOTICE, decimals=1,
        ),
        Indicator(
            "network.rooms_running", _("运行中的社工室"), Unit.STATIONS, False, "rooms_running", None,
            _("状态为运行的村（社区）社工室数。"), NOTICE,
        ),
        Indicator(
            "network.hub_coverage", _("区（市）县社工总站覆盖率"), Unit.PERCENT, False, "hubs_running", "hubs_due",
            _("运行中的总站数 ÷ 应设总站数（区、市、县与功能区）。"), NOTICE, decimals=1,
        ),
        Indicator(
            "network.station_coverage", _("镇（街道）社工站覆盖率"), Unit.PERCENT, False, "towns_running", "towns",
            _("运行中的社工站数 ÷ 镇（街道）数。"), NOTICE, decimals=1,
        ),
        Indicator(
            "network.agency_operation", _("专业机构运营率"), Unit.PERCENT, False, "agency_run", "stations_and_rooms",
            _("由专业机构运营的站（室）数 ÷ 运行中的站（室）总数；不含市级中心与总站。"), NOTICE, decimals=1,
        ),
        Indicator(
            "network.agencies", _("社工机构"), Unit.ORGANISATIONS, False, "agencies", None,
            _("在册的社工机构数；在区（市）县以下为正在运营其站点的机构数。"), NOTICE,
        ),
        Indicator(
            "network.shared_premises", _("共用场地"), Unit.PERCENT, False, "sites_shared", "sites",
            _("除管理站点外还有其他站点按协议使用的场地数 ÷ 在用场地数。"), PLAN, decimals=1,
        ),
        Indicator(
            "network.premises_utilisation", _("场地使用率"), Unit.PERCENT, False, "booked_minutes", "open_minutes",
            _("最近四周各房间已预订的分钟数 ÷ 开放的分钟数（按现行开放时间计）。"), PLAN, decimals=1,
        ),
        Indicator(
            "workforce.workers", _("专业社工"), Unit.PERSONS, False, "professionals", None,
            _("在岗的专业社会工作者人数。"), NOTICE,
        ),
        Indicator(
            "workforce.certified_workers", _("持证社工"), Unit.PERSONS, False, "certified", None,
            _("在岗且持有社会工作者职业资格证书的人数。"), PLAN,
        ),
        Indicator(
            "workforce.registered_workers", _("持证社工有效登记率"), Unit.PERCENT, False, "registered", "certified",
            _("登记在有效期内的在岗持证社工 ÷ 在岗持证社工。"), REGISTER, decimals=1,
        ),
        Indicator(
            "workforce.learning_hours", _("人均继续教育学时（近三年）"), Unit.HOURS, False, "learnt_hours",
            "professionals", _("在岗专业社工近三年已确认的继续教育学时 ÷ 在岗专业社工人数。"), REGISTER, decimals=1,
        ),
        Indicator(
            "workforce.supervisors", _("督导"), Unit.PERSONS, False, "supervisors", None, _("在岗督导人数。"), NOTICE,
        ),
        Indicator(
            "workforce.psychological_workers", _("心理社工"), Unit.PERSONS, False, "psychological", None,
            _("在岗心理社工人数。"), NOTICE,
        ),
        Indicator(
            "workforce.workers_per_supervisor", _("每名督导对应的专业社工"), Unit.RATIO, False, "professionals",
            "supervisors", _("专业社工人数 ÷ 督导人数。"), NOTICE, decimals=1,
        ),
        Indicator(
            "workforce.staffed_stations", _("人员配备达标率"), Unit.PERCENT, False, "staffed", "staffing_due",
            _("人员配备达到本层级标准的站点 ÷ 运行中的站点，四级合计。"), PLAN, decimals=1,
        ),
        Indicator(
            "workforce.staffed_hubs", _("社工总站人员配备达标率"), Unit.PERCENT, False, "staffed_hubs",
            "hubs_to_staff", _("持证社工达到标准的总站 ÷ 运行中的总站。"), PLAN, decimals=1,
        ),
        Indicator(
            "workforce.staffed_town_stations", _("社工站人员配备达标率"), Unit.PERCENT, False, "staffed_towns",
            "towns_to_staff", _("持证社工达到标准的社工站 ÷ 运行中的社工站。"), PLAN, decimals=1,
        ),
        Indicator(
            "workforce.staffed_rooms", _("社工室人员配备达标率"), Unit.PERCENT, False, "staffed_rooms",
            "rooms_to_staff", _("在岗人数达到标准的社工室 ÷ 运行中的社工室。"), PLAN, decimals=1,
        ),
        Indicator(
            "workforce.supervision_hours", _("督导时数"), Unit.HOURS, True, "supervision_minutes", None,
            _("期内完成的督导时长，个别、团体都按一场计。"), _("MZ/T 166-2021"), scale=60, decimals=1,
        ),
        Indicator(
            "workforce.unsupervised_workers", _("60 天内没有督导的社工"), Unit.PERSONS, False, "unsupervised", None,
            _("在岗满 60 天、近 60 天没有参加过督导的专业社工人数。"), _("MZ/T 166-2021"),
        ),
        Indicator(
            "workforce.unsupervised_share", _("60 天内没有督导的比例"), Unit.PERCENT, False, "unsupervised",
            "professionals", _("近 60 天没有参加过督导的专业社工 ÷ 专业社工。"), _("MZ/T 166-2021"), decimals=1,
        ),
        Indicator(
            "purchase.pooled_funds", _("统筹资金"), Unit.YUAN, False, "pooled_cents", None,
            _("当年新下达的市级统筹资金（社工、社会组织、养老）；在区（市）县为分到该县的部分。"), NOTICE, scale=100,
            decimals=2,
        ),
        Indicator(
            "purchase.executed_share", _("资金执行率"), Unit.PERCENT, False, "paid_yuan", "budget_yuan",
            _("当年已支付 ÷ 当年可用的全部资金（含上年结转）。"), NOTICE, decimals=1,
        ),
        Indicator(
            "purchase.contracts_on_pace", _("按进度履行的合同"), Unit.PERCENT, False, "contracts_on_pace",
            "contracts_running", _("各项承诺已完成或照此进度到期末能完成的合同 ÷ 履行中并约定了指标的合同。"), PLAN,
            decimals=1,
        ),
        Indicator(
            "purchase.yuan_per_hour", _("每服务工时的支出"), Unit.YUAN, False, "paid_yuan", "bought_hours",
            _("当年支付给合同的资金 ÷ 当年合同项下的服务工时。"), NOTICE, decimals=2,
        ),
        Indicator(
            "practice.persons_served", _("服务人数"), Unit.PERSONS, True, "persons", None,
            _("期内至少接受一次服务的实名服务对象，每人只计一次。"), PLAN, ALL_FACETS,
        ),
        Indicator(
            "practice.person_times", _("服务人次"), Unit.PERSON_TIMES, True, "person_times", None,
            _("每条服务记录的实名人数与不记名人数之和。"), PLAN, ALL_FACETS,
        ),
        Indicator(
            "practice.service_hours", _("服务工时"), Unit.HOURS, True, "work_minutes", None,
            _("服务时长 × 参与的工作人员数。"), PLAN, ALL_FACETS, scale=60, decimals=1,
        ),
        Indicator(
            "practice.records", _("服务次数"), Unit.TIMES, True, "records", None,
            _("有效服务记录数。"), PLAN, ALL_FACETS,
        ),
        Indicator(
            "practice.satisfaction", _("满意度"), Unit.POINTS, True, "satisfaction_sum", "satisfaction_count",
            _("服务对象评分（1 到 5）的平均数。"), PLAN, ALL_FACETS, decimals=2,
        ),
        Indicator(
            "practice.cases_opened", _("新开个案"), Unit.CASES, True, "cases_opened", None,
            _("期内接案的个案数。"), _("MZ/T 094-2017"), frozenset({"group"}),
        ),
        Indicator(
            "practice.cases_closed", _("结案"), Unit.CASES, True, "cases_closed", None,
            _("期内结案的个案数。"), _("MZ/T 094-2017"), frozenset({"group"}),
        ),
        Indicator(
            "practice.cases_improved", _("个案改善率"), Unit.PERCENT, True, "cases_improved", "cases_closed",
            _("期内结案的个案中，目标达成分高于起点的比例。"), _("MZ/T 094-2017"), frozenset({"group"}), decimals=1,
        ),
        Indicator(
            "practice.goal_score", _("目标达成分"), Unit.POINTS, True, "goal_sum", "goal_count",
            _("期内结案、评过目标的个案 T 分的平均数：50 表示恰好达到预期。"), _("MZ/T 094-2017"),
            frozenset({"group"}), scale=10, decimals=1,
        ),
        Indicator(
            "practice.enquiries", _("求助与咨询"), Unit.TIMES, True, "enquiries", None,
            _("期内登记的求助和咨询次数。"), _("MZ/T 094-2017"), frozenset({"group"}),
        ),
        Indicator(
            "practice.enquiries_accepted", _("受理"), Unit.TIMES, True, "enquiries_accepted", None,
            _("期内决定受理或提供简短服务的求助次数。"), _("MZ/T 094-2017"), frozenset({"group"}),
        ),
        Indicator(
            "practice.assessments", _("需求评估"), Unit.TIMES, True, "assessments", None,
            _("期内完成的需求评估次数。"), _("MZ/T 094-2017"),
        ),
    )
}  # fmt: skip


def declare(*indicators: Indicator, planned: Iterable[str] = ()) -> None:
    """Add indicators of an app above this one, from its AppConfig.ready; those of `planned` may get targets. What they
    count is declared by shegong.indicators.stocks.declare. Raises ValueError for a code that is taken.
    """
    for indicator in indicators:
        if INDICATORS.setdefault(indicator.code, indicator) != indicator:
            raise ValueError(f"{indicator.code} is declared already")
    PLANNED.extend(code for code in planned if code not in PLANNED)


def indicator_of(code: str) -> Indicator:
    """The indicator with this code. Raises Problem `indicator_unknown` (404)."""
    if code not in INDICATORS:
        raise Problem("indicator_unknown", _("没有这个指标：%(code)s"), "code", 404, {"code": code})
    return INDICATORS[code]


# What a city or a county may plan for itself. No population is among them: nobody is to be pushed to find clients.
PLANNED: Final[list[str]] = [
    "network.room_coverage",
    "network.agency_operation",
    "workforce.workers",
    "workforce.certified_workers",
    "workforce.supervisors",
    "practice.person_times",
    "practice.service_hours",
    "practice.assessments",
    "practice.cases_opened",
    "practice.cases_closed",
    "practice.satisfaction",
]
LARGEST_TARGET: Final = Decimal(100_000_000)


def target_problem(code: str, value: Decimal | None, *, may_plan: bool) -> Problem | None:
    """What is wrong with a target, if anything. Raises Problem `indicator_unknown`."""
    indicator = indicator_of(code)
    if not may_plan:
        return Problem("target_not_yours", _("您不能为这个站点设定目标。"), status=403)
    if value is None:
        return None
    low, high = Decimal(0), LARGEST_TARGET
    if indicator.unit is Unit.PERCENT:
        high = Decimal(100)
    elif indicator.unit is Unit.POINTS:
        low, high = Decimal(1), Decimal(5)
    if low <= value <= high:
        return None
    return Problem(
        "target_range", _("目标应在 %(low)s 到 %(high)s 之间。"), code, params={"low": low, "high": f"{high:,}"}
    )
