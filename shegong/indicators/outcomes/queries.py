"""The page of outcomes: who reads which, its head numbers, its table; and what was counted behind a number."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from shegong.catalogue.models import PopulationGroup, ServiceItem
from shegong.indicators import queries as readings
from shegong.indicators.dashboard import View
from shegong.indicators.lineage import FILE_READERS, Row
from shegong.indicators.outcomes import counts, files, sheets
from shegong.indicators.outcomes import money as of_money
from shegong.indicators.outcomes.counts import scope_of
from shegong.indicators.outcomes.rules import Teller
from shegong.indicators.outcomes.sheets import Asked, Sheet
from shegong.indicators.rules import INDICATORS, UNIT_NAMES
from shegong.kernel.pages import Page, page_of
from shegong.kernel.periods import Period
from shegong.network.enums import Tier
from shegong.network.models import Organisation, Station
from shegong.network.queries import subtree
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.enums import GroupKind
from shegong.practice.models import Case, Evaluation, GroupMember, ServiceRecord
from shegong.practice.models.evaluation import OF
from shegong.practice.rules.evaluation import BETTER, SCORES
from shegong.purchase.models import Fund

READERS: Final = (Role.HEAD, Role.COUNTY, Role.CITY, Role.SUPERVISOR, Role.AGENCY)
KINDS: Final = ("service", "project", "group", "activity", "case", *of_money.MONEY_KINDS)
WHAT: Final = ("records", "cases", "opinions", "members")
HEAD_CODES: Final = (
    "practice.persons_served", "practice.person_times", "practice.service_hours", "practice.cases_improved",
    "practice.goal_score",
)  # fmt: skip
# From here on a population is a county: its sums point at nobody.
BROAD: Final = (Tier.CENTRE, Tier.HUB)


def asked_for(viewer: Viewer, station: Station, period: Period, kind: str) -> Asked:
    """What the viewer wants to see; an agency only its projects (at most one query)."""
    found = Asked(viewer, station, period, kind, scope_of(station, period))
    kinds = kinds_of(found)
    return found if kind in kinds else Asked(viewer, station, period, kinds[0], found.scope)


def kinds_of(asked: Asked) -> tuple[str, ...]:
    """By what the viewer may look."""
    if asked.of_agency:
        return ("project",)
    shown = of_money.money_kinds(asked)
    return tuple(kind for kind in KINDS if kind not in of_money.MONEY_KINDS or kind in shown)


def sheet_of(asked: Asked, cursor: str | None) -> Sheet:
    """The table (at most eleven queries, whatever its length). Raises Problem `cursor_invalid`."""
    if asked.kind == "service":
        return sheets.service_sheet(asked)
    if asked.kind == "project":
        return sheets.project_sheet(asked, cursor)
    if asked.kind in of_money.MONEY_KINDS:
        return of_money.money_sheet(asked, cursor)
    one_by_one: Mapping[str, Callable[[Asked, str | None], Sheet]] = {
        "group": files.groups_one_by_one,
        "activity": files.activities_one_by_one,
        "case": files.cases_one_by_one,
    }
    together: Mapping[str, Callable[[Asked], Sheet]] = {
        "group": sheets.group_kinds,
        "activity": sheets.activity_groups,
        "case": sheets.case_groups,
    }
    return one_by_one[asked.kind](asked, cursor) if asked.exact else together[asked.kind](asked)


@dataclass(frozen=True, slots=True)
class HeadNumber:
    """A number of the whole subtree, for the card."""

    label: str
    value: str
    unit: str
    href: str
    base: str = ""


def head_numbers(asked: Asked) -> list[HeadNumber]:
    """Persons, times, hours, improvement and goals as everywhere; goals reached; satisfaction as clients say it. None
    for an agency, whose projects may lie anywhere (at most four queries).
    """
    if asked.of_agency:
        return []
    viewer, station, period = asked.viewer, asked.station, asked.period
    view = View(station, period, "", "")
    found = []
    for code, reading in readings.board(HEAD_CODES, station, period).items():
        shown, indicator = readings.shown(reading, viewer, station), INDICATORS[code]
        found.append(HeadNumber(str(indicator.name), shown.words(), str(UNIT_NAMES[indicator.unit]), view.behind(code)))
    teller = Teller(asked.exact or station.tier in BROAD)
    closed = counts.cases("all", asked.scope).get("", counts.NO_CASES)
    said = counts.opinions("all", asked.scope).get("", counts.NOTHING_SAID)
    return [
        *found,
        HeadNumber(
            _("目标达成"),
            teller.share(closed.reached, closed.rated),
            "",
            asked.behind("cases", ""),
            _("T 分 50 及以上的结案个案"),
        ),
        HeadNumber(
            _("服务对象满意度"),
            teller.mean(said.score_sum, said.opinions, digits=2),
            _("分"),
            asked.behind("opinions", ""),
            _("%(count)s 份评价") % {"count": teller.count(said.opinions)},
        ),
    ]


# What was counted


@dataclass(frozen=True, slots=True)
class Behind:
    """A page of what was counted, under the viewer's wall; or why it isn't shown."""

    title: str
    rows: list[Row]
    page: Page[Any] | None
    reason: str = ""


def behind(asked: Asked, what: str, key: str, cursor: str | None) -> Behind:
    """The records, cases, evaluations or members behind a number (at most five queries).

    Raises LookupError for a key that there isn't, Problem for a cursor that isn't one.
    """
    title = title_of(asked, key)
    if not asked.exact and not (asked.of_agency and asked.viewer.stations):
        reason = _("您的职责是看数字，不是看人：这里只显示计数，不显示服务对象和逐条记录。")
        if asked.kind in of_money.MONEY_KINDS:
            reason += _("要看钱买到的去标识记录，请从“资金去向”里的每笔付款进入。")
        return Behind(title, [], None, reason)
    page, row = _COUNTED[what](asked, key, cursor)
    return Behind(title, [row(each) for each in page.items], page)


def title_of(asked: Asked, key: str) -> str:
    """The name of what a key of the table stands for; nothing for the whole. Raises LookupError."""
    if not key:
        return ""
    if asked.kind == "group":
        return str(GroupKind(key).label) if key in GroupKind.values else _missing(key)
    if not key.isascii() or not key.isdigit() or len(key) > 9:
        return _missing(key)
    found: Any
    if asked.kind == "service":
        found = ServiceItem.objects.filter(Q(first_id=int(key)) | Q(pk=int(key))).order_by("-version").first()
        return str(found.name) if found else _missing(key)
    if asked.kind == "project":
        found = sheets.contracts_of(asked).filter(pk=int(key)).first()
        return str(found.number) if found else _missing(key)
    if asked.kind in of_money.MONEY_KINDS:
        model: Any = {"fund": Fund, "county": Station, "agency": Organisation}[asked.kind]
        found = model.objects.filter(pk=int(key)).first()
        return str(found.name) if found else _missing(key)
    found = PopulationGroup.objects.filter(pk=int(key)).first()
    return str(found.name) if found else _missing(key)


def _missing(key: str) -> str:
    raise LookupError(key)


def _place(asked: Asked) -> Q:
    """The subtree's rows; for an agency those of the stations that it runs."""
    return Q(station_id__in=asked.viewer.stations) if asked.of_agency else subtree(asked.station)


def _span(asked: Asked, column: str) -> Q:
    return Q(**{f"{column}__gte": asked.period.start, f"{column}__lt": asked.period.end})


def _of_service_or_contract(asked: Asked, key: str, prefix: str = "") -> Q:
    if asked.kind == "service":
        return Q(**{f"{prefix}service_id": int(key)}) | Q(**{f"{prefix}service__first_id": int(key)})
    if asked.kind in of_money.MONEY_KINDS:
        return Q(**{f"{prefix}contract_id__in": of_money.contracts_behind(asked, key)})
    return Q(**{f"{prefix}contract_id": int(key)})


def _file(asked: Asked, name: str, *args: Any) -> str:
    """The address of a page of a client's file, for who may open one."""
    return reverse(name, args=args) if asked.viewer.has(*FILE_READERS) else ""


def _records(asked: Asked, key: str, cursor: str | None) -> tuple[Page[Any], Callable[[Any], Row]]:
    found = ServiceRecord.objects.filter(_place(asked), _span(asked, "served_on"), voided_at__isnull=True)
    if key:
        found = found.filter(_of_service_or_contract(asked, key))
    page = page_of(found.select_related("service", "station"), ["-served_on", "-id"], cursor)

    def row(one: ServiceRecord) -> Row:
        times = _("%(count)s 人次") % {"count": one.person_times}
        note = f"{one.station.name} · {one.method_name} · {times}"
        return Row(one.served_on, one.service.name, note, href=reverse("practice:record", args=[one.pk]))

    return page, row


def _given(asked: Asked, key: str, case: str) -> Exists:
    """Whether a case got the service, or was carried under the contract: as its records say."""
    own = ServiceRecord.objects.filter(case_id=OuterRef(case), hub_id=OuterRef("hub_id"), voided_at__isnull=True)
    return Exists(own.filter(_of_service_or_contract(asked, key)))


def _cases(asked: Asked, key: str, cursor: str | None) -> tuple[Page[Any], Callable[[Any], Row]]:
    found = Case.objects.filter(_place(asked), _span(asked, "closed_on"))
    if key:
        narrowed = Q(group_id=int(key)) if asked.kind == "case" else Q(_given(asked, key, "pk"))
        found = found.filter(narrowed)
    page = page_of(found.select_related("client", "group", "worker"), ["-closed_on", "-id"], cursor)

    def row(one: Case) -> Row:
        parts = [str(one.group.name), one.worker.name, one.get_close_reason_display()]
        if one.goal_score is not None:
            parts.append(f"T {Decimal(one.goal_score) / 10}")
        if one.improved:
            parts.append(_("有改善"))
        return Row(one.closed_on, one.number, " · ".join(parts), one.client.name, _file(asked, "practice:case", one.pk))

    return page, row


def _opinions(asked: Asked, key: str, cursor: str | None) -> tuple[Page[Any], Callable[[Any], Row]]:
    found = Evaluation.objects.filter(_place(asked), _span(asked, "evaluated_on"))
    if key and asked.kind in ("service", "project"):
        found = found.filter(
            _of_service_or_contract(asked, key, "record__")
            | _of_service_or_contract(asked, key, "activity__")
            | _of_service_or_contract(asked, key, "member__social_group__")
            | Q(_given(asked, key, "case_id"))
        )
    elif key:
        column = {"group": "member__social_group__kind", "activity": "activity__group_id", "case": "case__group_id"}
        found = found.filter(**{column[asked.kind]: key})
    found = found.annotate(of_group=F("member__social_group_id"))
    page = page_of(found.select_related("station"), ["-evaluated_on", "-id"], cursor)
    scores, better = dict(SCORES), dict(BETTER)
    names = dict(zip(OF, (_("个案"), _("小组"), _("社区活动"), _("服务记录")), strict=True))

    def row(one: Any) -> Row:
        kind = "group" if one.of == "member" else one.of
        parts = [names[one.of], one.station.name, str(better.get(one.better or 0, "")), one.get_channel_display()]
        key_of = one.of_group if one.of == "member" else one.of_id
        href = _file(asked, "practice:evaluations", kind, key_of) if key_of else ""
        return Row(one.evaluated_on, f"{scores[one.score]} {one.score}/5", " · ".join(p for p in parts if p), href=href)

    return page, row


def _members(asked: Asked, key: str, cursor: str | None) -> tuple[Page[Any], Callable[[Any], Row]]:
    found = GroupMember.objects.filter(
        _place(asked), _span(asked, "social_group__closed_on"), social_group__state="closed", state="accepted"
    )
    if key and asked.kind == "group":
        found = found.filter(social_group__kind=key)
    elif key:
        found = found.filter(_of_service_or_contract(asked, key, "social_group__"))
    page = page_of(found.select_related("client", "social_group"), ["-applied_on", "-id"], cursor)

    def row(one: GroupMember) -> Row:
        group = one.social_group
        scores = (
            _("前后测没有做全")
            if one.pre_score is None or one.post_score is None
            else f"{one.pre_score} → {one.post_score}"
        )
        href = _file(asked, "practice:group", group.pk)
        return Row(group.closed_on, group.title, scores, one.client.name, href)

    return page, row


_COUNTED: Final[Mapping[str, Callable[[Asked, str, str | None], tuple[Page[Any], Callable[[Any], Row]]]]] = {
    "records": _records,
    "cases": _cases,
    "opinions": _opinions,
    "members": _members,
}
