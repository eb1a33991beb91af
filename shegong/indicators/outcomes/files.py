"""The tables of outcomes one by one: groups, activities and cases, under the viewer's wall, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import Avg, Count, Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shegong.indicators.outcomes import counts, sheets
from shegong.indicators.outcomes.rules import AS_EXPECTED, RANGE_OF, shared
from shegong.indicators.outcomes.sheets import Asked, Cell, Line, Sheet
from shegong.kernel.pages import page_of
from shegong.kernel.wording import NOTHING, money, number
from shegong.network.queries import subtree
from shegong.practice.enums import MemberState, Presence, SessionState
from shegong.practice.models import (
    Activity,
    BudgetLine,
    Case,
    Evaluation,
    GroupMember,
    ServiceRecord,
    SessionAttendance,
    SocialGroup,
)

CAME: Final = (Presence.PRESENT, Presence.LATE)


def local_midnight(day: date) -> datetime:
    """The moment at which a day begins."""
    return datetime.combine(day, time(), tzinfo=timezone.get_default_timezone())


@dataclass(frozen=True, slots=True)
class Opinion:
    """Mean satisfaction, of how many evaluations."""

    mean: Decimal
    number: int


def _said(of: str, keys: Sequence[UUID]) -> dict[UUID, Opinion]:
    """{key: opinion} of what the viewer sees (one query); `of` is the column that names the thing."""
    rows = Evaluation.objects.filter(**{f"{of}__in": keys}).order_by().values_list(of)
    found = rows.annotate(mean=Avg("score"), number=Count("score"))
    return {key: Opinion(Decimal(mean), count) for key, mean, count in found}


def _opinion_cell(found: Opinion | None, kind: str, key: UUID) -> Cell:
    if found is None:
        return Cell(NOTHING)
    href = reverse("practice:evaluations", args=[kind, key])
    return Cell(number(found.mean, 2), href, _("%(count)s 份") % {"count": found.number})


def _spent(of: str, keys: Sequence[UUID]) -> dict[UUID, Decimal]:
    """{key: yuan spent}, of those of whom it is known (one query)."""
    rows = BudgetLine.objects.filter(**{f"{of}__in": keys}, spent__isnull=False).order_by().values_list(of)
    return dict(rows.annotate(total=Sum("spent")))


def _cost_cells(cost: Decimal | None, *count: int) -> tuple[Cell, ...]:
    """A cost, and what it is for each of so many."""
    if cost is None:
        return tuple(Cell(_("未知")) for _unused in (0, *count))
    return (Cell(money(cost)), *(sheets.each_cell(money(cost / each) if each else "") for each in count))


@dataclass(frozen=True, slots=True)
class Measured:
    """How a group's members stood before and after."""

    members: int = 0
    pairs: tuple[tuple[Decimal, Decimal], ...] = ()

    def better(self, *, up: bool) -> int:
        """How many stand better."""
        return sum(post > pre if up else post < pre for pre, post in self.pairs)

    @property
    def change(self) -> str:
        """Mean before → mean after."""
        if not self.pairs:
            return NOTHING
        size = len(self.pairs)
        before = sum((pre for pre, _post in self.pairs), Decimal(0)) / size
        after = sum((post for _pre, post in self.pairs), Decimal(0)) / size
        return f"{number(before, 1)} → {number(after, 1)}"


def _measured(keys: Sequence[UUID]) -> dict[UUID, Measured]:
    members: dict[UUID, list[tuple[Decimal | None, Decimal | None]]] = {}
    rows = GroupMember.objects.filter(social_group_id__in=keys, state=MemberState.ACCEPTED)
    for key, pre, post in rows.values_list("social_group_id", "pre_score", "post_score"):
        members.setdefault(key, []).append((pre, post))
    return {
        key: Measured(len(scores), tuple((pre, post) for pre, post in scores if pre is not None and post is not None))
        for key, scores in members.items()
    }


def groups_one_by_one(asked: Asked, cursor: str | None) -> Sheet:
    """The groups that were summed up in the period, the latest first, and all together (at most eight queries)."""
    found = SocialGroup.objects.filter(
        subtree(asked.station), state="closed", closed_on__gte=asked.period.start, closed_on__lt=asked.period.end
    ).select_related("station")
    page = page_of(found, ["-closed_on", "-id"], cursor)
    keys = [group.pk for group in page.items]
    measured, spent, said = _measured(keys), _spent("social_group_id", keys), _said("member__social_group_id", keys)
    came = SessionAttendance.objects.filter(
        session__social_group_id__in=keys, session__state=SessionState.HELD, presence__in=CAME
    ).order_by()
    times = {
        key: (sessions, count)
        for key, sessions, count in came.values_list("session__social_group_id").annotate(
            sessions=Count("session_id", distinct=True), count=Count("client_id")
        )
    }
    lines = []
    for group in page.items:
        of, (sessions, count) = measured.get(group.pk, Measured()), times.get(group.pk, (0, 0))
        href = reverse("practice:group", args=[group.pk])
        better = of.better(up=group.measure_up)
        note = _("%(count)s 人有前后测") % {"count": len(of.pairs)} if of.pairs else ""
        lines.append(
            Line(
                group.title,
                (
                    Cell(number(sessions), href),
                    Cell(number(of.members), href),
                    Cell(number(count), href),
                    Cell(of.change, href),
                    Cell(number(better) if of.pairs else NOTHING, href, note),
                    _opinion_cell(said.get(group.pk), "group", group.pk),
                    *_cost_cells(spent.get(group.pk), of.members, better),
                ),
                note=f"{group.get_kind_display()} · {group.station.name} · {group.closed_on:%Y-%m-%d}",
                href=href,
            )
        )
    columns = ("sessions", "people", "times", "change", "members", "said", "cost", "per_member", "per_better")
    met = counts.groups("all", asked.scope).get("", counts.NO_GROUPS)
    ranges = _ranges(_("每名组员成本"), met.low, met.high, met.costed_groups)
    return Sheet(sheets.headed(*columns), lines, sheets.group_how(), page, ranges)


def _ranges(what: str, low: Decimal | None, high: Decimal | None, count: int) -> list[str]:
    if low is None or high is None or count < RANGE_OF:
        return []
    return sheets.range_words(what, (low, high))


def activities_one_by_one(asked: Asked, cursor: str | None) -> Sheet:
    """The activities that were held in the period, the latest first (at most five queries)."""
    found = Activity.objects.filter(
        subtree(asked.station),
        state__in=("held", "closed"),
        starts_at__gte=local_midnight(asked.period.start),
        starts_at__lt=local_midnight(asked.period.end),
    ).select_related("station", "group", "record")
    page = page_of(found, ["-starts_at", "-id"], cursor)
    keys = [activity.pk for activity in page.items]
    spent, said = _spent("activity_id", keys), _said("activity_id", keys)
    lines = []
    for activity in page.items:
        record, href = activity.record, reverse("practice:activity", args=[activity.pk])
        times, minutes = (record.person_times, record.work_minutes) if record else (0, 0)
        lines.append(
            Line(
                activity.title,
                (
                    Cell(number(times), href),
                    Cell(number(Decimal(minutes) / 60, 1), href),
                    _opinion_cell(said.get(activity.pk), "activity", activity.pk),
                    *_cost_cells(spent.get(activity.pk), times),
                ),
                note=f"{activity.group.name} · {activity.station.name} · {activity.starts_at:%Y-%m-%d}",
                href=href,
            )
        )
    held = counts.activities("all", asked.scope).get("", counts.NO_ACTIVITIES)
    ranges = _ranges(_("每人次成本"), held.low, held.high, held.costed_activities)
    return Sheet(
        sheets.headed("times", "hours", "said", "cost", "per_time"), lines, sheets.activity_how(), page, ranges
    )


def cases_one_by_one(asked: Asked, cursor: str | None) -> Sheet:
    """The cases that were closed in the period, the latest first (at most six queries)."""
    found = Case.objects.filter(
        subtree(asked.station), closed_on__gte=asked.period.start, closed_on__lt=asked.period.end
    ).select_related("client", "group", "worker", "station")
    page = page_of(found, ["-closed_on", "-id"], cursor)
    keys = [case.pk for case in page.items]
    work: dict[UUID, dict[int, int]] = {}
    visits: dict[UUID, int] = {}
    records = ServiceRecord.objects.filter(case_id__in=keys, voided_at__isnull=True).order_by()
    for key, contract_id, count, minutes in records.values_list("case_id", "contract_id").annotate(
        count=Count("pk"), minutes=Sum("work_minutes")
    ):
        work.setdefault(key, {})[contract_id or 0] = minutes
        visits[key] = visits.get(key, 0) + count
    rates = sheets.case_rates((key for each in work.values() for key in each), asked.scope)
    said = _said("case_id", keys)
    lines = []
    for case in page.items:
        own, href = work.get(case.pk, {}), reverse("practice:case", args=[case.pk])
        score = case.goal_score
        lines.append(
            Line(
                f"{case.client.name} {case.number}",
                (
                    Cell(number(visits.get(case.pk, 0)), href),
                    Cell(number(Decimal(sum(own.values())) / 60, 1), href),
                    Cell(_yes_no(case.improved), href),
                    Cell(NOTHING if score is None else number(Decimal(score) / 10, 1), href),
                    Cell(NOTHING if score is None else _yes_no(score >= AS_EXPECTED), href),
                    _opinion_cell(said.get(case.pk), "case", case.pk),
                    sheets.cost_cell(shared(own, rates)),
                ),
                note=f"{case.group.name} · {case.worker.name} · {case.station.name} · {case.closed_on:%Y-%m-%d}",
                href=href,
            )
        )
    columns = ("records", "hours", "improved", "goal", "reached", "said", "cost")
    return Sheet(sheets.headed(*columns), lines, sheets.case_how(), page)


def _yes_no(value: bool | None) -> str:
    if value is None:
        return NOTHING
    return _("是") if value else _("否")
