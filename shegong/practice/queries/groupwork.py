"""Groups: lists, one group with all that its page shows, one session, the groups of a client."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from shegong.kernel.pages import Page, page_of
from shegong.kernel.prepared import prepared
from shegong.network.models import Station
from shegong.network.queries import subtree
from shegong.network.scope import Viewer
from shegong.practice.enums import GroupState, MemberState, SessionState
from shegong.practice.models import Client, GroupMember, GroupSession, ServiceRecord, SessionAttendance, SocialGroup
from shegong.practice.queries.client import within_reach
from shegong.practice.queries.gathering import Content, Money, content_of, helper_names, money_of
from shegong.practice.queries.record import colleagues, staff_names
from shegong.practice.rules.groupwork import CAME
from shegong.workforce.models import Worker

DONE: Final = (GroupState.CLOSED.value, GroupState.CANCELLED.value)


@dataclass(frozen=True, slots=True)
class GroupFile:
    """Everything on a group's page."""

    group: SocialGroup
    members: tuple[GroupMember, ...]
    sessions: tuple[GroupSession, ...]
    money: Money
    helpers: tuple[str, ...]
    proposed_by: str
    approved_by: str
    content: Content | None = None

    @property
    def accepted(self) -> list[GroupMember]:
        """The members."""
        return [member for member in self.members if member.state == MemberState.ACCEPTED]

    @property
    def held(self) -> int:
        """How many sessions were held."""
        return sum(session.state == SessionState.HELD for session in self.sessions)

    @property
    def waiting(self) -> int:
        """How many sessions are still to be held."""
        return sum(session.state == SessionState.PLANNED for session in self.sessions)

    @property
    def averages(self) -> tuple[Decimal | None, Decimal | None]:
        """The mean score before and after, of the members who have both."""
        both = [(m.pre_score, m.post_score) for m in self.accepted if m.pre_score is not None]
        pairs = [(pre, post) for pre, post in both if pre is not None and post is not None]
        if not pairs:
            return None, None
        count = Decimal(len(pairs))
        return sum((pre for pre, _ in pairs), Decimal(0)) / count, sum((post for _, post in pairs), Decimal(0)) / count


def groups_seen(viewer: Viewer) -> QuerySet[SocialGroup]:
    """The groups in the viewer's reach."""
    return SocialGroup.objects.filter(within_reach(viewer))


def groups_page(
    viewer: Viewer, *, done: bool = False, state: str = "", station: Station | None = None, cursor: str | None = None
) -> Page[SocialGroup]:
    """Groups in the viewer's reach, the latest first, 25 a page (one query, two for a town's station), that go on
    or are done. Raises Problem `cursor_invalid`.
    """
    found: QuerySet[Any] = groups_seen(viewer)
    if state in GroupState.values:
        found = found.filter(state=state)
    else:
        found = found.filter(state__in=DONE) if done else found.exclude(state__in=DONE)
    if station is not None:
        found = found.filter(subtree(station))
    of_group = {"social_group_id": OuterRef("pk"), "hub_id": OuterRef("hub_id")}
    found = found.select_related("worker", "station").annotate(
        meetings=_counted(GroupSession.objects.filter(**of_group, state="held"), "social_group_id"),
        people=_counted(GroupMember.objects.filter(**of_group, state="accepted"), "social_group_id"),
    )
    return page_of(found, ["-first_on", "-id"], cursor)


def _counted(rows: QuerySet[Any], by: str) -> Coalesce:
    """How many rows, as a column. (A plain Count would group by a key that has more columns than Django knows.)"""
    number = rows.order_by().values(by).annotate(number=Count("hub_id")).values("number")
    return Coalesce(Subquery(number), 0)


def group_file(viewer: Viewer, group_id: UUID) -> GroupFile | None:
    """All for a group's page in at most seven queries; None for one out of reach."""
    related = ("worker", "station", "service", "group", "contract")
    group = groups_seen(viewer).filter(pk=group_id).select_related(*related).first()
    if group is None:
        return None
    came = _counted(
        SessionAttendance.objects.filter(session_id=OuterRef("pk"), hub_id=OuterRef("hub_id"), presence__in=CAME),
        "session_id",
    )
    members = group.members.select_related("client").exclude(client__state="merged")
    names = staff_names([group.proposed_by_id, group.approved_by_id])
    return GroupFile(
        group=group,
        members=tuple(members.order_by("client__sort_key", "id")),
        sessions=tuple(group.sessions.annotate(came=came).order_by("number")),
        money=money_of(group),
        helpers=tuple(helper_names(group.helper_ids)),
        proposed_by=names.get(group.proposed_by_id, ""),
        approved_by=names.get(group.approved_by_id or 0, ""),
        content=content_of(group),
    )


@dataclass(frozen=True, slots=True)
class SessionFile:
    """A session with its group, the members to tick, and what is known of each."""

    session: GroupSession
    group: SocialGroup
    members: tuple[Client, ...]
    attendance: dict[UUID, SessionAttendance]
    workers: tuple[Worker, ...]
    givers: tuple[int, ...]
    record: ServiceRecord | None


def session_file(viewer: Viewer, session_id: UUID) -> SessionFile | None:
    """All for a session's page in at most six queries; None for one out of reach."""
    related = ("social_group", "social_group__worker", "social_group__service", "station", "record")
    session = GroupSession.objects.filter(within_reach(viewer), pk=session_id).select_related(*related).first()
    if session is None:
        return None
    group = session.social_group
    attendance = {each.client_id: each for each in session.attendances.select_related("client")}
    members = group.members.filter(Q(state=MemberState.ACCEPTED) | Q(client_id__in=attendance))
    people = [m.client for m in members.exclude(client__state="merged").select_related("client")]
    usual = [group.worker_id, *group.helper_ids]
    given = session.record.givers.values_list("worker_id", flat=True) if session.record else usual
    return SessionFile(
        session=session,
        group=group,
        members=tuple(sorted(people, key=lambda client: (client.sort_key, str(client.pk)))),
        attendance=attendance,
        workers=tuple(colleagues(session.station, session.starts_at.date())),
        givers=tuple(given),
        record=session.record,
    )


@prepared
def groups_of_client(client_id: UUID) -> QuerySet[GroupMember]:
    """The groups that a client is or was in, the latest first (one query)."""
    found = GroupMember.objects.filter(client_id=client_id).exclude(state__in=("declined",))
    shown = ("state", "outcome", "applied_on", "social_group__title", "station__name")
    latest = found.select_related("social_group", "station").only(*shown).order_by("-applied_on", "-id")
    return latest[:10]
