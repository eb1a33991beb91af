"""Referrals: the receiver's inbox, the sender's outbox, one referral."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from shegong.kernel.pages import Page, page_of
from shegong.kernel.prepared import prepared
from shegong.network.enums import Stage, Tier
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.enums import ReferralState
from shegong.practice.models import Referral
from shegong.practice.queries.client import within_reach

PAGE_SIZE: Final = 25
WITH: Final = ("station", "hub", "to_station", "to_hub", "to_organisation", "group")
ROW: Final = (
    "number", "name", "state", "asked", "due_at", "result_due_at", "agreement_title", "created_at",
    "station__name", "to_station__name", "to_organisation__name",
)  # fmt: skip
TO_ANSWER: Final = (ReferralState.SENT, ReferralState.ACCEPTED)
TO_CLOSE: Final = (ReferralState.WAITING, ReferralState.DECLINED, ReferralState.RETURNED)


def receivers_of(viewer: Viewer) -> tuple[int, ...]:
    """The organisations for which the viewer receives referrals (one query, none for most roles)."""
    if not viewer.has(Role.LIAISON, Role.AGENCY):
        return ()
    with connection.cursor() as cursor:
        cursor.execute("SELECT wall_receivers()")
        found: Iterable[int] = cursor.fetchone()[0]
    return tuple(found)


def _received(viewer: Viewer, organisations: tuple[int, ...]) -> Q:
    """Referrals to the viewer's stations and these organisations, as far as they were released."""
    received = Q(to_hub_id__in=viewer.hubs) | Q(to_station_id__in=viewer.stations)
    if organisations:
        received |= Q(to_organisation_id__in=organisations)
    return received & Q(released_at__isnull=False) & ~Q(state=ReferralState.WITHDRAWN)


def referrals_seen(viewer: Viewer, box: str = "") -> QuerySet[Referral]:
    """The referrals that the viewer received ("in"), sent ("out"), or both."""
    if box == "out":
        return Referral.objects.filter(within_reach(viewer))
    received = _received(viewer, receivers_of(viewer))
    return Referral.objects.filter(received if box == "in" else within_reach(viewer) | received)


def referrals_page(
    viewer: Viewer, box: str = "in", *, waiting: bool = False, cursor: str | None = None
) -> Page[Referral]:
    """A page of the inbox ("in") or outbox ("out"), latest first (one query, two for a department); `waiting` keeps
    those on which the viewer has to act.
    """
    found: QuerySet[Any] = referrals_seen(viewer, "out" if box == "out" else "in")
    if waiting:
        found = found.filter(state__in=TO_CLOSE if box == "out" else TO_ANSWER)
    page: Page[Referral] = page_of(found.select_related(*WITH), ["-created_at", "-id"], cursor, PAGE_SIZE)
    return page


def referral_file(viewer: Viewer, referral_id: UUID) -> Referral | None:
    """One referral with what its page names; None where the viewer may not see it (yet)."""
    return referrals_seen(viewer).filter(pk=referral_id).select_related(*WITH, "community", "consent").first()


def waiting_referrals(viewer: Viewer) -> list[Referral]:
    """The six most pressing referrals that wait for the viewer: to answer, to return a result, or to close (one query,
    two for a department).
    """
    return _waiting_referrals(viewer, receivers_of(viewer))


@prepared
def _waiting_referrals(viewer: Viewer, organisations: tuple[int, ...]) -> QuerySet[Referral]:
    own = within_reach(viewer) & Q(state__in=(ReferralState.DECLINED, ReferralState.RETURNED))
    received = _received(viewer, organisations) & Q(state=ReferralState.SENT)
    return (
        Referral.objects.filter(own | received)
        .select_related("station", "to_station", "to_organisation")
        .only(*ROW)
        .order_by("due_at", "id")[:6]
    )


def stations_to_refer_to(own_station_id: int, hub_id: int) -> QuerySet[Station]:
    """Where one can refer to: all open stations of the own county, and the hubs and town stations of the others (who
    know their rooms). One query.
    """
    open_now = Station.objects.filter(stage__in=(Stage.BUILT, Stage.RUNNING)).exclude(pk=own_station_id)
    elsewhere = Q(tier__in=(Tier.HUB, Tier.STATION))
    return open_now.filter(Q(hub_id=hub_id) | elsewhere).order_by("path")
