"""Activities: lists, one activity with all that its page shows, the sheet on which people are ticked."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from shegong.kernel.pages import Page, page_of
from shegong.network.models import Organisation, Station
from shegong.network.queries import organisations_on, subtree
from shegong.network.scope import Viewer
from shegong.practice.enums import ActivityState, SignUpState
from shegong.practice.models import Activity, ActivitySignUp, Client, RecordClient, ResourceLink, ServiceRecord
from shegong.practice.queries.client import within_reach
from shegong.practice.queries.gathering import Content, Money, content_of, helper_names, money_of
from shegong.practice.queries.record import colleagues, staff_names
from shegong.workforce.models import Worker

DONE: Final = (ActivityState.CLOSED.value, ActivityState.CANCELLED.value)


@dataclass(frozen=True, slots=True)
class ActivityFile:
    """Everything on an activity's page. `clients` are those who came, as far as the viewer may see them."""

    activity: Activity
    signups: tuple[ActivitySignUp, ...]
    record: ServiceRecord | None
    clients: tuple[Client, ...]
    resources: tuple[ResourceLink, ...]
    money: Money
    helpers: tuple[str, ...]
    others: tuple[Activity, ...]
    proposed_by: str
    approved_by: str
    content: Content | None = None

    @property
    def signed(self) -> list[ActivitySignUp]:
        """Those who are expected."""
        return [each for each in self.signups if each.state == SignUpState.SIGNED]

    @property
    def waitlist(self) -> list[ActivitySignUp]:
        """Those who wait for a place."""
        return [each for each in self.signups if each.state == SignUpState.WAITLISTED]


def activities_seen(viewer: Viewer) -> QuerySet[Activity]:
    """The activities in the viewer's reach."""
    return Activity.objects.filter(within_reach(viewer))


def activities_page(
    viewer: Viewer, *, done: bool = False, state: str = "", station: Station | None = None, cursor: str | None = None
) -> Page[Activity]:
    """Activities in the viewer's reach, the latest first, 25 a page (one query, two for a town's station), that go
    on, or are done. Raises Problem `cursor_invalid`.
    """
    found: QuerySet[Any] = activities_seen(viewer)
    if state in ActivityState.values:
        found = found.filter(state=state)
    else:
        found = found.filter(state__in=DONE) if done else found.exclude(state__in=DONE)
    if station is not None:
        found = found.filter(subtree(station))
    return page_of(found.select_related("worker", "station", "record"), ["-starts_at", "-id"], cursor)


def activity_file(viewer: Viewer, activity_id: UUID) -> ActivityFile | None:
    """All for an activity's page in at most ten queries; None for one out of reach."""
    related = ("worker", "station", "service", "group", "contract", "series")
    activity = activities_seen(viewer).filter(pk=activity_id).select_related(*related).first()
    if activity is None:
        return None
    record = ServiceRecord.objects.filter(pk=activity.record_id).first() if activity.record_id else None
    others = Activity.objects.filter(series_id=activity.series_id) if activity.series_id else Activity.objects.none()
    names = staff_names([activity.proposed_by_id, activity.approved_by_id])
    return ActivityFile(
        activity=activity,
        signups=tuple(signups_of(activity)),
        record=record,
        clients=tuple(clients_who_came(activity)),
        resources=tuple(activity.resources.select_related("organisation").order_by("linked_on", "id")),
        money=money_of(activity),
        helpers=tuple(helper_names(activity.helper_ids)),
        others=tuple(others.order_by("starts_at", "id")),
        proposed_by=names.get(activity.proposed_by_id, ""),
        approved_by=names.get(activity.approved_by_id or 0, ""),
        content=content_of(activity),
    )


def signups_of(activity: Activity) -> QuerySet[ActivitySignUp]:
    """Who means to come, in the order of signing up."""
    found = activity.signups.exclude(state=SignUpState.CANCELLED).select_related("client")
    return found.order_by("signed_at", "id")


def clients_who_came(activity: Activity) -> list[Client]:
    """The clients of an activity's record whom the viewer may see, by name (one query; none before it was held)."""
    if activity.record_id is None:
        return []
    came = RecordClient.objects.filter(record_id=activity.record_id, hub_id=activity.hub_id).select_related("client")
    return [each.client for each in came.order_by("client__sort_key", "client_id")]


@dataclass(frozen=True, slots=True)
class TurnoutSheet:
    """What the attendance sheet offers: the list, people found or ticked already, who may have given it."""

    activity: Activity
    signups: tuple[ActivitySignUp, ...]
    clients: tuple[Client, ...]
    workers: tuple[Worker, ...]
    givers: tuple[int, ...]
    record: ServiceRecord | None


def turnout_sheet(viewer: Viewer, activity_id: UUID, ticked: Iterable[UUID] = ()) -> TurnoutSheet | None:
    """The attendance sheet in at most seven queries; None for an activity out of reach."""
    activity = activities_seen(viewer).filter(pk=activity_id).select_related("station", "service").first()
    if activity is None:
        return None
    signups = tuple(signups_of(activity))
    listed = {each.client_id for each in signups}
    wanted = set(ticked) - listed
    clients = {client.pk: client for client in clients_who_came(activity) if client.pk not in listed}
    if wanted - clients.keys():
        clients |= {c.pk: c for c in Client.objects.filter(within_reach(viewer), pk__in=wanted)}
    record = ServiceRecord.objects.filter(pk=activity.record_id).first() if activity.record_id else None
    usual = [activity.worker_id, *activity.helper_ids]
    return TurnoutSheet(
        activity=activity,
        signups=signups,
        clients=tuple(sorted(clients.values(), key=lambda client: (client.sort_key, str(client.pk)))),
        workers=tuple(colleagues(activity.station, activity.starts_at.date())),
        givers=tuple(record.givers.values_list("worker_id", flat=True)) if record else tuple(usual),
        record=record,
    )


def givers_on(activity: Activity) -> QuerySet[Organisation]:
    """The organisations that could have given something on the day."""
    return organisations_on(activity.starts_at.date()).order_by("name")
