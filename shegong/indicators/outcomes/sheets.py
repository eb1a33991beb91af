"""The tables of outcomes that counts alone make: by service, by project, and for who may not see the people also groups
by kind, activities and cases by population group.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from shegong.indicators.flows import NOTHING, flows_by_facet
from shegong.indicators.outcomes import counts
from shegong.indicators.outcomes.counts import Closed, Met, Said, Scope, Work
from shegong.indicators.outcomes.rules import Cost, Teller, middle_half, shared, spread
from shegong.indicators.queries import names_of
from shegong.kernel import clock
from shegong.kernel.pages import Page, page_of
from shegong.kernel.periods import Period
from shegong.kernel.wording import money, percent
from shegong.network.enums import Tier
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.enums import GroupKind
from shegong.purchase.models import Contract

SEE_ALL: Final = (Role.HEAD, Role.COUNTY, Role.CITY, Role.SUPERVISOR)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose outcomes, of which station and period, and by what: service, project, group, activity or case."""

    viewer: Viewer
    station: Station
    period: Period
    kind: str
    scope: Scope

    @property
    def exact(self) -> bool:
        """Whether the viewer may see the people behind the numbers."""
        return self.viewer.reaches(self.station.hub_id, self.station.id)

    @property
    def of_agency(self) -> bool:
        """Whether the viewer comes for an agency's own contracts and nothing else."""
        return self.viewer.has(Role.AGENCY) and not self.viewer.has(*SEE_ALL)

    @property
    def teller(self) -> Teller:
        """Says the parts' numbers."""
        return Teller(self.exact)

    def address(self, name: str = "indicators:outcomes", **changes: str) -> str:
        """The address of a page with this view, changed in parts."""
        query = {"station": self.station.key, "period": str(self.period), "kind": self.kind} | changes
        return f"{reverse(name)}?{urlencode(query)}"

    def behind(self, what: str, key: str) -> str:
        """Where a number opens to what was counted."""
        return self.address("indicators:outcomes_behind", what=what, key=key)


@dataclass(frozen=True, slots=True)
class Cell:
    """A number as it is told, where it opens, and what is to be known about it."""

    text: str
    href: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One service, project, group, activity or case."""

    title: str
    cells: tuple[Cell, ...]
    note: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of outcomes; `how` says how its money is computed, `ranges` between what half of them lie."""

    columns: tuple[str, ...]
    lines: list[Line]
    how: str
    page: Page[Any] | None = None
    ranges: list[str] = field(default_factory=list)

    @property
    def rows(self) -> list[tuple[Line, list[tuple[str, Cell]]]]:
        """Each line with its cells under their headings."""
        return [(line, list(zip(self.columns, line.cells, strict=True))) for line in self.lines]


# Money


def rates_of(
    contracts: Mapping[int, Contract], minutes: Mapping[int, int], start: date, end: date
) -> dict[int, Decimal]:
    """{contract: yuan for each minute of work}, of those with work and an amount, for the days from `start` to `end` or
    to today.
    """
    until = min(end, clock.today() + timedelta(days=1))
    found = {}
    for key, contract in contracts.items():
        amount = spread(contract.amount, contract.since, contract.until, start, until)
        if amount and minutes.get(key):
            found[key] = amount / minutes[key]
    return found


def contract_rates(done: Sequence[Work], scope: Scope) -> dict[int, Decimal]:
    """The same for the contracts of work done in a scope: of all their work in its time, wherever it was given (at most
    two queries; none for no contract).
    """
    minutes = _minutes(each for each in done if each.contract_id)
    if not minutes:
        return {}
    if not scope.is_city:
        minutes = counts.contract_minutes(minutes, scope)
    return rates_of(Contract.objects.in_bulk(minutes), minutes, scope.start, scope.end)


def cost_cell(cost: Cost) -> Cell:
    """A sum of money, and for how much of the work it is known."""
    if cost.amount is None:
        return Cell(_("未知"))
    if cost.is_whole or not cost.whole:
        return Cell(money(cost.amount))
    share = percent(Decimal(cost.covered) / cost.whole)
    return Cell(money(cost.amount), note=_("占工时 %(share)s") % {"share": share})


def each_cell(text: str) -> Cell:
    """What each cost; unknown where it can't be said."""
    return Cell(text or _("未知"))


def range_words(what: str, ends: tuple[Decimal, Decimal] | None) -> list[str]:
    """Between which two values half of all lie; nothing of too few."""
    if ends is None:
        return []
    return [
        _("%(what)s：一半在 %(low)s 到 %(high)s 之间。") % {"what": what, "low": money(ends[0]), "high": money(ends[1])}
    ]


# Parts of a line


def case_cells(asked: Asked, key: str, found: Closed, teller: Teller) -> tuple[Cell, ...]:
    """Cases closed, improved, mean T-score, goals reached."""
    href = asked.behind("cases", key) if found.closed or not teller.exact else ""
    return (
        Cell(teller.count(found.closed), href),
        Cell(teller.share(found.improved, found.closed), href),
        Cell(teller.mean(found.goal_sum, found.rated, 10), href),
        Cell(teller.share(found.reached, found.rated), href),
    )


def said_cell(asked: Asked, key: str, found: Said, teller: Teller) -> Cell:
    """Mean satisfaction by evaluations, and how many gave one."""
    note = _("%(count)s 份") % {"count": teller.count(found.opinions)} if found.opinions else ""
    href = asked.behind("opinions", key) if found.opinions else ""
    return Cell(teller.mean(found.score_sum, found.opinions, digits=2), href, note)


def better_cell(asked: Asked, key: str, found: Met, teller: Teller) -> Cell:
    """Of the members of groups measured before and after, how many are better."""
    if not found.measured:
        return Cell("—")
    note = _("%(count)s 人有前后测") % {"count": teller.count(found.measured)}
    return Cell(teller.share(found.better, found.measured), asked.behind("members", key), note)


CASE_COLUMNS: Final = ("closed", "improved", "goal", "reached")


def column_names() -> dict[str, str]:
    """The columns' headings in the reader's language."""
    return {
        "persons": _("人数"),
        "times": _("人次"),
        "hours": _("工时(小时)"),
        "closed": _("结案"),
        "improved": _("个案改善"),
        "goal": _("目标 T 分"),
        "reached": _("目标达成"),
        "members": _("组员改善"),
        "said": _("满意度"),
        "cost": _("成本"),
        "per_hour": _("每小时成本"),
        "per_time": _("每人次成本"),
        "per_person": _("每人成本"),
        "per_better": _("每例改善成本"),
        "groups": _("小组"),
        "sessions": _("节数"),
        "people": _("组员"),
        "change": _("前后测"),
        "per_member": _("每名组员成本"),
        "activities": _("活动"),
        "records": _("服务次数"),
        "contracts": _("合同"),
        "half": _("一半在"),
    }


def headed(*names: str) -> tuple[str, ...]:
    """Headings by name."""
    known = column_names()
    return tuple(known[name] for name in names)


# Services


def service_sheet(asked: Asked) -> Sheet:
    """What became of each service of the catalogue (at most eleven queries)."""
    teller = asked.teller
    flows = flows_by_facet(asked.station, asked.period, "service")
    done = counts.work("service", asked.scope)
    rates = contract_rates(done, asked.scope)
    by = {kind: read("service", asked.scope) for kind, read in _READ.items()}
    lines = []
    for key, (code, name) in sorted(names_of("service").items(), key=lambda item: item[1][0]):
        own = [each for each in done if each.service_id == key]
        if not own and str(key) not in by["cases"]:
            continue
        flow = flows.get(key, NOTHING)
        cost = shared(_minutes(own), rates)
        times = sum(each.person_times for each in own if each.contract_id in rates)
        persons, person_times, hours = (
            _numbers(asked, {"code": f"practice.{number}", "by": "service", "key": code})
            for number in ("persons_served", "person_times", "service_hours")
        )
        lines.append(
            Line(
                str(name),
                (
                    Cell(teller.count(flow.persons), persons),
                    Cell(teller.count(flow.person_times), person_times),
                    Cell(teller.hours(flow.work_minutes), hours),
                    *_became(asked, str(key), by, teller),
                    cost_cell(cost),
                    each_cell(_per_hour(cost)),
                    each_cell(teller.each(cost.amount, times)),
                ),
                note=code,
            )
        )
    columns = ("persons", "times", "hours", *CASE_COLUMNS, "members", "said", "cost", "per_hour", "per_time")
    how = _(
        "成本按项目分摊：合同金额按天分到所选时间，除以项目同期的全部工时，得每小时成本，再乘以这项服务在项目中的工时。"
        "没有项目的工时，成本未知。"
    )
    return Sheet(headed(*columns), lines, how)


_READ: Final[Mapping[str, Any]] = {"cases": counts.cases, "opinions": counts.opinions, "groups": counts.groups}


def _became(asked: Asked, key: str, by: Mapping[str, Mapping[str, Any]], teller: Teller) -> tuple[Cell, ...]:
    return (
        *case_cells(asked, key, by["cases"].get(key, counts.NO_CASES), teller),
        better_cell(asked, key, by["groups"].get(key, counts.NO_GROUPS), teller),
        said_cell(asked, key, by["opinions"].get(key, counts.NOTHING_SAID), teller),
    )


def _minutes(done: Iterable[Work]) -> dict[int, int]:
    found: dict[int, int] = {}
    for each in done:
        found[each.contract_id] = found.get(each.contract_id, 0) + each.work_minutes
    return found


def _numbers(asked: Asked, query: Mapping[str, str]) -> str:
    query = {"station": asked.station.key, "period": str(asked.period), **query}
    return f"{reverse('indicators:behind')}?{urlencode(query)}"


def _per_hour(cost: Cost) -> str:
    return money(cost.amount * 60 / cost.covered) if cost.amount is not None and cost.covered else ""


# Projects


def contracts_of(asked: Asked) -> QuerySet[Contract]:
    """The contracts that run in the period for stations of the subtree; an agency's own, wherever they are."""
    period = asked.period
    running = Contract.objects.filter(since__lt=period.end, until__gt=period.start)
    if asked.of_agency:
        return running.filter(organisation_id__in=asked.viewer.organisations)
    if asked.station.tier == Tier.CENTRE:
        return running
    places = Q(station__hub_id=asked.station.hub_id)
    if asked.scope.stations is not None:
        places = Q(station_id__in=asked.scope.stations)
    return running.filter(id__in=Contract.stations.through.objects.filter(places).values("contract_id"))


def project_sheet(asked: Asked, cursor: str | None) -> Sheet:
    """What became of each project, a page of contracts by number (at most eleven queries). Raises Problem."""
    page = page_of(contracts_of(asked).select_related("organisation"), ["number"], cursor)
    scope = _agency_scope(asked) if asked.of_agency else asked.scope
    done = counts.work("contract", scope)
    rates = contract_rates(done, scope)
    persons = counts.persons_by_contract([each.pk for each in page.items], scope)
    by = {kind: read("contract", scope) for kind, read in _READ.items()}
    reached = _fully_reached(asked, page.items)
    lines = []
    for contract in page.items:
        teller = Teller(contract.pk in reached if asked.of_agency else asked.exact)
        own = [each for each in done if each.contract_id == contract.pk]
        lines.append(_project(asked, contract, own, persons.get(contract.pk, 0), rates, by, teller))
    columns = ("persons", "times", "hours", *CASE_COLUMNS, "members", "said", "cost", "per_hour", "per_person")
    how = _(
        "成本是合同金额中落在所选时间的部分，按天平均；每小时成本是它除以项目同期的全部工时。只看部分站点时，成本按这些站点的"
        "工时分摊。每例改善成本 = 成本 ÷ (有改善的结案个案 + 前后测有改善的组员)。没有工时的项目，单位成本未知。"
    )
    hourly = [rate * 60 for rate in rates.values()]
    return Sheet(headed(*columns, "per_better"), lines, how, page, range_words(_("每小时成本"), middle_half(hourly)))


def _project(
    asked: Asked,
    contract: Contract,
    own: Sequence[Work],
    persons: int,
    rates: Mapping[int, Decimal],
    by: Mapping[str, Mapping[str, Any]],
    teller: Teller,
) -> Line:
    key = str(contract.pk)
    times, minutes = sum(each.person_times for each in own), sum(each.work_minutes for each in own)
    cost = shared({contract.pk: minutes} if minutes else {}, dict(rates))
    found: Closed = by["cases"].get(key, counts.NO_CASES)
    met: Met = by["groups"].get(key, counts.NO_GROUPS)
    records = asked.behind("records", key) if own else ""
    return Line(
        contract.number,
        (
            Cell(teller.count(persons), records),
            Cell(teller.count(times), records),
            Cell(teller.hours(minutes), records),
            *_became(asked, key, by, teller),
            cost_cell(cost),
            each_cell(_per_hour(cost)),
            each_cell(teller.each(cost.amount, persons)),
            each_cell(teller.each(cost.amount, found.improved + met.better)),
        ),
        note=f"{contract.organisation.name} · {money(contract.amount)} · {contract.since} – {contract.until}",
    )


def _agency_scope(asked: Asked) -> Scope:
    """The counties in which the agency has contracts."""
    hubs = contracts_of(asked).values_list("stations__hub_id", flat=True).distinct()
    return Scope(tuple(each for each in hubs if each), None, asked.scope.start, asked.scope.end)


def _fully_reached(asked: Asked, contracts: Sequence[Contract]) -> set[int]:
    """Of an agency's contracts those all of whose stations it runs today (one query)."""
    if not asked.of_agency:
        return set()
    through = Contract.stations.through.objects
    keys = [contract.pk for contract in contracts]
    elsewhere = through.filter(contract_id__in=keys).exclude(station_id__in=asked.viewer.stations)
    return set(keys) - set(elsewhere.values_list("contract_id", flat=True))


# Groups, activities and cases, for who may not see them one by one


def group_kinds(asked: Asked) -> Sheet:
    """Groups by kind (two queries)."""
    found, said = counts.groups("kind", asked.scope), counts.opinions("groups", asked.scope)
    lines = [
        group_line(asked, str(kind.label), kind.value, found[kind.value], said.get(kind.value, counts.NOTHING_SAID))
        for kind in GroupKind
        if kind.value in found
    ]
    return Sheet(
        headed("groups", "sessions", "people", "times", "members", "said", "cost", "per_member"), lines, group_how()
    )


def group_line(asked: Asked, title: str, key: str, met: Met, said: Said) -> Line:
    """Several groups together."""
    teller = asked.teller
    return Line(
        title,
        (
            Cell(teller.count(met.groups)),
            Cell(teller.count(met.sessions)),
            Cell(teller.count(met.members), asked.behind("members", key)),
            Cell(teller.count(met.times)),
            better_cell(asked, key, met, teller),
            said_cell(asked, key, said, teller),
            _spent(met.cost, met.costed_groups, met.groups, teller),
            each_cell(teller.each(met.cost, met.costed)),
        ),
    )


def _spent(cost: Decimal | None, known: int, of: int, teller: Teller) -> Cell:
    if cost is None:
        return Cell(_("未知"))
    share = teller.share(known, of)
    return Cell(money(cost), note="" if known == of else _("%(share)s 已登记实支") % {"share": share})


def group_how() -> str:
    """How the money of groups is computed."""
    return _("只算所选时间内总结的小组。成本是小组预算各行实支的合计；没有登记实支的，成本未知。")


def activity_groups(asked: Asked) -> Sheet:
    """Activities by population group (three queries)."""
    found, said = counts.activities("group", asked.scope), counts.opinions("activities", asked.scope)
    teller = asked.teller
    lines = []
    for key, (_code, name) in names_of("group").items():
        held = found.get(str(key))
        if held is None:
            continue
        lines.append(
            Line(
                str(name),
                (
                    Cell(teller.count(held.activities)),
                    Cell(teller.count(held.times)),
                    Cell(teller.hours(held.work_minutes)),
                    said_cell(asked, str(key), said.get(str(key), counts.NOTHING_SAID), teller),
                    _spent(held.cost, held.costed_activities, held.activities, teller),
                    each_cell(teller.each(held.cost, held.costed)),
                ),
            )
        )
    return Sheet(headed("activities", "times", "hours", "said", "cost", "per_time"), lines, activity_how())


def activity_how() -> str:
    """How the money of activities is computed."""
    return _("只算所选时间内举办的活动。成本是活动预算各行实支的合计；没有登记实支的，成本未知。")


def case_groups(asked: Asked) -> Sheet:
    """Cases closed by population group (at most six queries)."""
    found, said = counts.cases("group", asked.scope), counts.opinions("cases", asked.scope)
    spent = counts.case_work("group", asked.scope)
    rates = case_rates((key for each in spent.values() for key in each), asked.scope)
    teller = asked.teller
    lines = []
    for key, (_code, name) in names_of("group").items():
        closed = found.get(str(key))
        if closed is None:
            continue
        cost = shared(spent.get(str(key), {}), rates)
        lines.append(
            Line(
                str(name),
                (
                    *case_cells(asked, str(key), closed, teller),
                    said_cell(asked, str(key), said.get(str(key), counts.NOTHING_SAID), teller),
                    cost_cell(cost),
                    each_cell(teller.each(cost.amount if cost.is_whole else None, closed.improved)),
                ),
            )
        )
    return Sheet(headed(*CASE_COLUMNS, "said", "cost", "per_better"), lines, case_how())


def case_rates(keys: Iterable[int], scope: Scope) -> dict[int, Decimal]:
    """What a minute of work costs under each contract, from its first day on: cases last longer than a period (two
    queries).
    """
    wanted = {key for key in keys if key}
    if not wanted:
        return {}
    contracts = Contract.objects.in_bulk(wanted)
    start = min((each.since for each in contracts.values()), default=scope.start)
    whole = Scope(scope.hubs, scope.stations, start, scope.end)
    return rates_of(contracts, counts.contract_minutes(wanted, whole), start, scope.end)


def case_how() -> str:
    """How the money of cases is computed."""
    return _(
        "只算所选时间内结案的个案。成本 = 个案在项目中的工时 × 项目每小时成本；"
        "项目每小时成本是合同金额按天分到此时的部分，除以项目至此的全部工时。没有项目的工时，成本未知。"
    )
