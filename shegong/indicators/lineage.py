"""What is behind a number: what it is made of, and the rows that were counted, for who may see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from shegong.catalogue.enums import Method
from shegong.indicators.models import PublishedFigure
from shegong.indicators.queries import Reading, last_day, names_of, part_of, reading, shown
from shegong.indicators.rules import CHILD, Indicator, indicator_of
from shegong.kernel.pages import Page, page_of
from shegong.kernel.periods import Period
from shegong.network.enums import Stage, Tier
from shegong.network.models import CoveragePlan, Division, Operation, Organisation, Station
from shegong.network.premises.queries.plan import plans_of
from shegong.network.queries import subtree
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.models import Assessment, Case, Enquiry, RecordClient, RecordWorker, ServiceRecord
from shegong.workforce.models import Worker

RECORD_FILTERS: Final[Mapping[str, str]] = {
    "group": "group__code",
    "field": "service__field__code",
    "service": "service__code",
    "method": "method",
}
FILE_READERS: Final = (Role.WORKER, Role.HEAD, Role.COUNTY, Role.SUPERVISOR)
WORKER_FILTERS: Final[Mapping[str, Q]] = {
    "professionals": Q(is_professional=True),
    "certified": Q(is_professional=True),
    "supervisors": Q(is_supervisor=True),
    "psychological": Q(is_psychological=True),
}

# The day on which each counts, and which of them count.
CASE_FILTERS: Final[Mapping[str, tuple[str, dict[str, object]]]] = {
    "cases_opened": ("opened_on", {}),
    "cases_closed": ("closed_on", {}),
    "cases_improved": ("closed_on", {"improved": True}),
    "goal_sum": ("closed_on", {"goal_score__isnull": False}),
}
ENQUIRY_DAYS: Final[Mapping[str, tuple[str, dict[str, object]]]] = {
    "enquiries": ("received_on", {}),
    "enquiries_accepted": ("decided_on", {"decision__in": ["accept", "brief"]}),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was counted, as the list shows it."""

    on: date | None
    title: str
    note: str
    people: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """A page of what was counted, or the reason why it isn't shown."""

    items: Sequence[Row]
    page: Page[ServiceRecord] | Page[Case] | Page[Assessment] | Page[Enquiry] | Page[Worker] | Page[Organisation] | None
    reason: str = ""


def reading_behind(viewer: Viewer, code: str, station: Station, period: Period, by: str, key: str) -> Reading:
    """The number asked about, or its part by a facet's key, as the viewer may see it.

    Raises Problem for an unknown indicator or a facet that it isn't broken down by.
    """
    if not by or by == CHILD:
        return shown(reading(code, station, period), viewer, station)
    return shown(part_of(code, station, period, by, key), viewer, station, faceted=True)


def name_of(by: str, key: str) -> str:
    """The name of a group, field, service or method by its code; the code where there is none."""
    return next((str(name) for code, name in names_of(by).values() if code == key), key)


def published(code: str, station: Station) -> list[PublishedFigure]:
    """What was once published for this indicator and station, the oldest first."""
    return list(PublishedFigure.objects.filter(code=code, station=station).order_by("year"))


def rows_behind(
    viewer: Viewer, code: str, station: Station, period: Period, by: str, key: str, cursor: str | None
) -> Rows:
    """What was counted: records, cases or assessments for who may see the people by name; workers and organisations
    as far as the wall shows them. Raises Problem `cursor_invalid`.
    """
    indicator = indicator_of(code)
    if indicator.flow:
        if not viewer.reaches(station.hub_id, station.id):
            return Rows([], None, _("您的职责是看数字，不是看人：这里只显示计数，不显示服务对象和逐条记录。"))
        if indicator.numerator in CASE_FILTERS:
            return _cases(viewer, indicator, station, period, by, key, cursor)
        if indicator.numerator == "assessments":
            return _assessments(viewer, station, period, cursor)
        if indicator.numerator in ENQUIRY_DAYS:
            return _enquiries(viewer, indicator, station, period, by, key, cursor)
        return _records(station, period, by, key, cursor)
    if indicator.numerator in WORKER_FILTERS:
        return _workers(indicator, station, last_day(period), cursor)
    if indicator.numerator == "agencies":
        return _agencies(station, last_day(period), cursor)
    return _stations(station, last_day(period))


def _records(station: Station, period: Period, by: str, key: str, cursor: str | None) -> Rows:
    found = ServiceRecord.objects.filter(
        subtree(station), served_on__gte=period.start, served_on__lt=period.end, voided_at__isnull=True
    ).select_related("service", "station")
    if by in RECORD_FILTERS:
        found = found.filter(**{RECORD_FILTERS[by]: key})
    page = page_of(found, ["-served_on", "-id"], cursor)
    keys = [record.id for record in page.items]
    clients: dict[object, list[str]] = {}
    for record_id, name in RecordClient.objects.filter(record_id__in=keys).values_list("record_id", "client__name"):
        clients.setdefault(record_id, []).append(name)
    workers: dict[object, list[str]] = {}
    for record_id, name in RecordWorker.objects.filter(record_id__in=keys).values_list("record_id", "worker__name"):
        workers.setdefault(record_id, []).append(name)
    items = []
    for record in page.items:
        people = _listed(clients.get(record.id, []))
        if record.anonymous_count:
            people = f"{people} {_('不记名 %(count)s 人') % {'count': record.anonymous_count}}".strip()
        note = f"{record.station.name} · {Method(record.method).label} · {_listed(workers.get(record.id, []))}"
        href = reverse("practice:record", args=[record.id])
        items.append(Row(record.served_on, record.service.name, note.removesuffix(" · "), people, href))
    return Rows(items, page)


def _cases(
    viewer: Viewer, indicator: Indicator, station: Station, period: Period, by: str, key: str, cursor: str | None
) -> Rows:
    column, more = CASE_FILTERS[indicator.numerator]
    span = {f"{column}__gte": period.start, f"{column}__lt": period.end}
    found = Case.objects.filter(subtree(station), **span, **more).select_related("client", "group", "worker")
    if by == "group":
        found = found.filter(group__code=key)
    page = page_of(found, [f"-{column}"], cursor)
    items = [
        Row(
            getattr(case, column),
            case.number,
            f"{case.group.name} · {case.worker.name}",
            case.client.name,
            _file_page(viewer, "practice:case", case.id),
        )
        for case in page.items
    ]
    return Rows(items, page)


def _enquiries(
    viewer: Viewer, indicator: Indicator, station: Station, period: Period, by: str, key: str, cursor: str | None
) -> Rows:
    column, more = ENQUIRY_DAYS[indicator.numerator]
    span = {f"{column}__gte": period.start, f"{column}__lt": period.end}
    found = Enquiry.objects.filter(subtree(station), **span, **more).select_related("group", "station")
    if by == "group":
        found = found.filter(group__code=key)
    page = page_of(found, [f"-{column}", "-id"], cursor)
    items = [
        Row(
            getattr(one, column),
            one.number,
            " · ".join(part for part in (one.station.name, _group(one), one.get_decision_display()) if part),
            one.name,
            _file_page(viewer, "practice:enquiry", one.id),
        )
        for one in page.items
    ]
    return Rows(items, page)


def _group(one: Enquiry) -> str:
    return str(one.group.name) if one.group else ""


def _assessments(viewer: Viewer, station: Station, period: Period, cursor: str | None) -> Rows:
    found = Assessment.objects.filter(
        subtree(station), assessed_on__gte=period.start, assessed_on__lt=period.end
    ).select_related("client", "worker", "instrument")
    page = page_of(found, ["-assessed_on"], cursor)
    items = [
        Row(
            one.assessed_on,
            one.instrument.name,
            one.worker.name,
            one.client.name,
            _file_page(viewer, "practice:assessment", one.id),
        )
        for one in page.items
    ]
    return Rows(items, page)


def _file_page(viewer: Viewer, name: str, key: UUID) -> str:
    """The address of a page of a client's file, for those who may open one: an agency sees its records alone."""
    return reverse(name, args=[key]) if viewer.has(*FILE_READERS) else ""


def _workers(indicator: Indicator, station: Station, day: date, cursor: str | None) -> Rows:
    found = Worker.objects.filter(
        subtree(station), WORKER_FILTERS[indicator.numerator], Q(until__isnull=True) | Q(until__gt=day), since__lte=day
    ).select_related("station")
    if indicator.numerator == "certified":
        found = found.filter(credentials__issued_on__lte=day).distinct()
    page = page_of(found, ["sort_key"], cursor)
    items = [Row(worker.since, worker.name, worker.station.name) for worker in page.items]
    reason = "" if items else _("您看不到这里的人员名单，或名单为空。")
    return Rows(items, page, reason)


def _agencies(station: Station, day: date, cursor: str | None) -> Rows:
    holds = Q(until__isnull=True) | Q(until__gt=day)
    if station.tier == Tier.CENTRE:
        found = Organisation.objects.filter(holds, kinds__contains=["agency"], since__lte=day)
    else:
        runs = Operation.objects.filter(holds, _below(station, "station__"), mode="agency", since__lte=day)
        found = Organisation.objects.filter(id__in=runs.values("organisation_id"))
    page = page_of(found, ["name"], cursor)
    return Rows([Row(one.since, one.name, one.credit_code or "") for one in page.items], page)


def _below(station: Station, prefix: str) -> Q:
    """Stations of a subtree by their own columns."""
    columns = {Tier.HUB: "hub_id", Tier.STATION: "town_id", Tier.ROOM: "id"}
    return Q(**{f"{prefix}{columns[Tier(station.tier)]}": station.id})


def _stations(station: Station, day: date) -> Rows:
    """Stations and rooms of a town with their stage and who runs them; above a town the parts say where to look."""
    if station.tier not in (Tier.STATION, Tier.ROOM):
        return Rows([], None)
    found = Station.objects.filter(_below(station, "")).order_by("path")
    agencies = {
        run.station_id: run.organisation.name if run.organisation else ""
        for run in Operation.objects.filter(
            Q(until__isnull=True) | Q(until__gt=day), station__in=[one.id for one in found], since__lte=day
        ).select_related("organisation")
    }
    return Rows(
        [Row(None, one.name, str(Stage(one.stage).label), agencies.get(one.id) or _("自行运营")) for one in found], None
    )


def _listed(names: Sequence[str]) -> str:
    return _("、").join(names)


@dataclass(frozen=True, slots=True)
class Missing:
    """A village or community without a running room, and the plan for one, if there is."""

    id: int
    name: str
    plan: CoveragePlan | None


@dataclass(frozen=True, slots=True)
class Gap:
    """Villages and communities of one town without a running room."""

    county: str
    town: str
    places: Sequence["Missing"]


def gaps(station: Station, period: Period) -> list[Gap]:
    """Where there is no running room: villages and communities by county and town, with their plans (three queries)."""
    day = last_day(period)
    holds = Q(until__isnull=True) | Q(until__gt=day)
    running = Station.objects.filter(
        Q(stages__until__isnull=True) | Q(stages__until__gt=day),
        tier=Tier.ROOM, division__isnull=False, stages__stage=Stage.RUNNING, stages__since__lte=day,
    )  # fmt: skip
    found = Station.objects.filter(tier=Tier.STATION, division__isnull=False).select_related("hub")
    if station.tier == Tier.ROOM:
        found = found.filter(below_town=station)
    elif station.tier != Tier.CENTRE:
        found = found.filter(_below(station, ""))
    towns = {town.division_id: town for town in found.order_by("path")}
    missing: dict[int | None, list[Missing]] = {}
    rows = list(
        Division.objects.filter(holds, level="community", since__lte=day, parent__in=list(towns))
        .exclude(id__in=running.values("division_id"))
        .order_by("code")
        .values_list("parent_id", "id", "name")
    )
    plans = plans_of([row[1] for row in rows])
    for parent_id, key, name in rows:
        missing.setdefault(parent_id, []).append(Missing(key, name, plans.get(key)))
    return [Gap(town.hub.name, town.name, missing[key]) for key, town in towns.items() if key in missing]
