"""Evaluations by clients: what can be evaluated, what was said of one thing, and what a link asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from shegong.catalogue.models import ServiceItem
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.enums import MemberState
from shegong.practice.models import Activity, Case, Evaluation, GroupMember, ServiceRecord, SocialGroup
from shegong.practice.queries.activity import activities_seen
from shegong.practice.queries.case import cases_seen
from shegong.practice.queries.client import within_reach
from shegong.practice.queries.groupwork import groups_seen
from shegong.practice.queries.record import staff_names
from shegong.practice.queries.record_list import records_seen

KEEPERS: Final = (Role.WORKER, Role.HEAD)
SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What can be evaluated: a case, a group (by each of its `members`), an activity or a record. `since` is the first
    day of which an evaluation can be; `is_open` is false where nothing was given that somebody could judge.
    """

    kind: str
    row: Case | SocialGroup | Activity | ServiceRecord
    title: str
    since: date
    is_open: bool = True
    members: tuple[GroupMember, ...] = ()

    @property
    def key(self) -> UUID:
        """The row's key."""
        return self.row.pk


@dataclass(frozen=True, slots=True)
class Opinions:
    """What was said of one thing: the latest first (at most 50), how many there are and their means (None without
    any), and who put down each that a worker asked for.
    """

    of: Evaluated
    rows: list[tuple[Evaluation, str]]
    number: int
    score: Decimal | None
    better: Decimal | None
    may_keep: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What a link asks about. `state` is open, used or over; a case has no service and no day."""

    state: str
    of: str
    channel: str
    station: Station
    service: ServiceItem | None
    day: date | None


def _case(viewer: Viewer, key: UUID) -> Evaluated | None:
    row = cases_seen(viewer).filter(pk=key).select_related("client").first()
    return Evaluated("case", row, f"{row.client.name} {row.number}", row.opened_on) if row else None


def _group(viewer: Viewer, key: UUID) -> Evaluated | None:
    row = groups_seen(viewer).filter(pk=key).first()
    if row is None:
        return None
    members = row.members.filter(state__in=(MemberState.ACCEPTED, MemberState.LEFT)).exclude(client__state="merged")
    found = tuple(members.select_related("client").order_by("client__sort_key", "id"))
    since = timezone.localdate(row.proposed_at)
    return Evaluated("group", row, row.title, since, row.state in ("recruiting", "running", "closed"), found)


def _activity(viewer: Viewer, key: UUID) -> Evaluated | None:
    row = activities_seen(viewer).filter(pk=key).first()
    if row is None:
        return None
    return Evaluated("activity", row, row.title, timezone.localdate(row.starts_at), row.state in ("held", "closed"))


def _record(viewer: Viewer, key: UUID) -> Evaluated | None:
    row = records_seen(viewer).filter(pk=key).select_related("service").first()
    return Evaluated("record", row, row.service.name, row.served_on, row.voided_at is None) if row else None


EVALUATED: Final[Mapping[str, Callable[[Viewer, UUID], Evaluated | None]]] = {
    "case": _case,
    "group": _group,
    "activity": _activity,
    "record": _record,
}


def evaluated(viewer: Viewer, kind: str, key: UUID) -> Evaluated | None:
    """What the viewer wants to have evaluated, or to read the evaluations of (one query, two for a group); None where
    it is out of reach.
    """
    return EVALUATED[kind](viewer, key) if kind in EVALUATED else None


def evaluations_seen(viewer: Viewer) -> QuerySet[Evaluation]:
    """The evaluations in the viewer's reach, and for a supervisor those of the supervised cases."""
    reach = within_reach(viewer)
    if viewer.has(Role.SUPERVISOR):
        supervised = Case.objects.filter(supervisor_id=viewer.account_id, closed_on__isnull=True)
        reach |= Q(case_id__in=supervised.values("id")) | Q(record__case_id__in=supervised.values("id"))
    return Evaluation.objects.filter(reach)


def opinions(viewer: Viewer, of: Evaluated) -> Opinions:
    """For the card and the page of one thing's evaluations (at most two queries)."""
    found = Evaluation.objects.filter(hub_id=of.row.hub_id)
    if of.kind == "group":
        found = found.filter(member_id__in=GroupMember.objects.filter(social_group_id=of.key).values("id"))
    else:
        found = found.filter(**{f"{of.kind}_id": of.key})
    rows = list(found.order_by("-evaluated_on", "-id"))
    names = staff_names([each.recorded_by_id for each in rows[:SHOWN]])
    return Opinions(
        of=of,
        rows=[(each, names.get(each.recorded_by_id or 0, "")) for each in rows[:SHOWN]],
        number=len(rows),
        score=_mean([each.score for each in rows]),
        better=_mean([each.better for each in rows if each.better is not None]),
        may_keep=of.is_open and viewer.has(*KEEPERS) and viewer.reaches(of.row.hub_id, of.row.station_id),
    )


def _mean(numbers: list[int]) -> Decimal | None:
    return Decimal(sum(numbers)) / len(numbers) if numbers else None


def asked_by(digest: bytes, now: datetime) -> Asked | None:
    """What a link asks about, for somebody without account (at most three queries); None for one that there isn't."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state, of, channel, station_id, service_id, on_day FROM practice_evaluation_asked(%s, %s)",
            [digest, now],
        )
        row = cursor.fetchone()
    if row is None:
        return None
    state, of, channel, station_id, service_id, day = row
    service = ServiceItem.objects.filter(pk=service_id).first() if service_id else None
    return Asked(state, of, channel, Station.objects.get(pk=station_id), service, day)
