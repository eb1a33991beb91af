"""The numbers of a work report: a station's by the indicators, a worker's from the records of that worker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import Avg, Count, Q, Sum

from shegong.indicators import queries
from shegong.indicators.rules import INDICATORS, UNIT_NAMES
from shegong.kernel.periods import Period, PeriodKind
from shegong.kernel.wording import NOTHING, number
from shegong.network.models import Station
from shegong.network.queries import subtree
from shegong.practice.enums import CloseReason
from shegong.practice.models import Assessment, Case, RecordClient, ServiceRecord
from shegong.workforce.models import Worker

FLOWS: Final = (
    "practice.persons_served",
    "practice.person_times",
    "practice.records",
    "practice.service_hours",
    "practice.satisfaction",
    "practice.assessments",
    "practice.cases_opened",
    "practice.cases_closed",
)
STAFF: Final = ("workforce.workers", "workforce.certified_workers")
PARTS_TOLD: Final = 6
Value = Decimal | None


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a report: of the period, of the one just before, and of the same one a year earlier (None: nothing to
    measure). All exact: who may see a report may see the people.
    """

    code: str
    value: Value
    before: Value
    year_ago: Value

    @property
    def name(self) -> str:
        """In the reader's language."""
        return str(INDICATORS[self.code].name)

    @property
    def unit(self) -> str:
        """In the reader's language."""
        return str(UNIT_NAMES[INDICATORS[self.code].unit])

    @property
    def words(self) -> tuple[str, str, str]:
        """The three values for readers."""
        value, before, year_ago = (shown(each) for each in (self.value, self.before, self.year_ago))
        return value, before, year_ago

    def as_json(self) -> dict[str, str | None]:
        """As it is frozen."""
        values = {"value": self.value, "before": self.before, "year_ago": self.year_ago}
        return {"code": self.code} | {name: None if each is None else str(each) for name, each in values.items()}


def shown(value: Value) -> str:
    """A number for readers; a dash for none."""
    return NOTHING if value is None else number(value)


def thawed(frozen: Sequence[Mapping[str, Any]]) -> list[Figure]:
    """The figures as they were frozen; what has since lost its indicator is left out."""
    found = []
    for each in frozen:
        if each["code"] in INDICATORS:
            values = [None if each[name] is None else Decimal(each[name]) for name in ("value", "before", "year_ago")]
            found.append(Figure(each["code"], *values))
    return found


def figures_of(station: Station, worker: Worker | None, period: Period) -> list[Figure]:
    """The numbers of a report as they are now (at most 12 queries for a station, 15 for a worker)."""
    periods = (period, period.previous(), period.year_before())
    if worker is not None:
        values = [worker_values(worker, each) for each in periods]
        return [Figure(code, *(found[code] for found in values)) for code in FLOWS]
    boards = [queries.board(FLOWS, station, each) for each in periods]
    found = [Figure(code, *(board[code].value for board in boards)) for code in FLOWS]
    if period.kind == PeriodKind.YEAR:
        staff = [queries.board(STAFF, station, each) for each in periods]
        found += [Figure(code, *(board[code].value for board in staff)) for code in STAFF]
    return found


def worker_values(worker: Worker, period: Period) -> dict[str, Value]:
    """What a worker did in a period, by the indicators' codes (five queries)."""
    given = _given(worker, period)
    sums = given.aggregate(
        records=Count("pk"), times=Sum("person_times"), minutes=Sum("minutes"), content=Avg("satisfaction")
    )
    persons = (
        RecordClient.objects.filter(record__in=given, served_on__gte=period.start, served_on__lt=period.end)
        .values("client_id")
        .distinct()
        .count()
    )
    own = Case.objects.filter(worker=worker)
    counts = {
        "practice.persons_served": persons,
        "practice.person_times": sums["times"] or 0,
        "practice.records": sums["records"],
        "practice.service_hours": Decimal(sums["minutes"] or 0) / 60,
        "practice.satisfaction": sums["content"],
        "practice.assessments": Assessment.objects.filter(worker=worker, **_within("assessed_on", period)).count(),
        "practice.cases_opened": own.filter(**_within("opened_on", period)).count(),
        "practice.cases_closed": own.filter(**_within("closed_on", period)).count(),
    }
    return {code: _rounded(code, value) for code, value in counts.items()}


def _rounded(code: str, value: Any) -> Value:
    return None if value is None else round(Decimal(value), INDICATORS[code].decimals)


def _within(field: str, period: Period) -> dict[str, date]:
    return {f"{field}__gte": period.start, f"{field}__lte": period.end - timedelta(days=1)}


def _given(worker: Worker, period: Period) -> Any:
    """The services that a worker gave in a period."""
    return ServiceRecord.objects.filter(
        givers__worker_id=worker.pk,
        givers__served_on__gte=period.start,
        givers__served_on__lt=period.end,
        voided_at__isnull=True,
    )


@dataclass(frozen=True, slots=True)
class Highlights:
    """What the text tells beside the numbers: (name, count) pairs, the most first."""

    groups: Sequence[tuple[str, str]]
    methods: Sequence[tuple[str, str]]
    services: Sequence[tuple[str, str]]
    reasons: Sequence[tuple[str, str]]
    stations: int = 0


def highlights_of(station: Station, worker: Worker | None, period: Period) -> Highlights:
    """Person-times by group, method and service; why cases were closed (at most ten queries)."""
    cases = Case.objects.filter(Q(worker=worker) if worker else subtree(station), **_within("closed_on", period))
    reasons = cases.values_list("close_reason").annotate(count=Count("pk")).order_by("-count", "close_reason")
    told = [(str(CloseReason(reason).label), str(count)) for reason, count in reasons]
    if worker is not None:
        given = _given(worker, period)
        by_service = given.values_list("service__name_zh").annotate(count=Sum("person_times")).order_by("-count")
        by_group = given.values_list("group__name_zh").annotate(count=Sum("person_times")).order_by("-count")
        return Highlights(
            groups=[(name, shown(Decimal(count))) for name, count in by_group[:PARTS_TOLD]],
            methods=(),
            services=[(name, shown(Decimal(count))) for name, count in by_service[:PARTS_TOLD]],
            reasons=told,
        )
    parts = {
        by: queries.breakdown("practice.person_times", station, period, by) for by in ("group", "method", "service")
    }
    listed = {
        by: [(str(part.name), shown(part.reading.value)) for part in found[:PARTS_TOLD]] for by, found in parts.items()
    }
    return Highlights(
        groups=listed["group"],
        methods=listed["method"],
        services=listed["service"],
        reasons=told,
        stations=Station.objects.filter(parent=station).count(),
    )
