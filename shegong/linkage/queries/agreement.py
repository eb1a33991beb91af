"""Agreements as their sides see them: the list, one whole, what is to be reviewed, and the channels that lead on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from shegong.linkage.enums import DepartmentAgreementState, ReferralDirection
from shegong.linkage.models import (
    Agreement,
    AgreementParty,
    AgreementReview,
    AgreementStation,
    ReferralChannel,
)
from shegong.network.enums import OrganisationKind, Tier
from shegong.network.models import Organisation, Station
from shegong.network.queries import organisations_on
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.queries.referral import receivers_of

READERS: Final = (Role.CITY, Role.COUNTY, Role.HEAD, Role.WORKER, Role.SUPERVISOR, Role.LIAISON, Role.AGENCY)
OFFICERS: Final = (Role.CITY, Role.COUNTY)
REVIEW_SOON: Final = timedelta(days=14)
SHOWN: Final = 8


def is_officer_of(viewer: Viewer, hub_id: int) -> bool:
    """Whether a viewer acts for the city, or for this county."""
    return viewer.has(Role.CITY) or (viewer.has(Role.COUNTY) and hub_id in viewer.hubs)


def may_draft(viewer: Viewer, hub_id: int) -> bool:
    """Whether a viewer writes agreements of a hub: officers, and the head of the hub itself."""
    return is_officer_of(viewer, hub_id) or (viewer.has(Role.HEAD) and hub_id in viewer.hubs)


def drafting_hubs(viewer: Viewer) -> list[Station]:
    """For which hubs (or the centre) a viewer may draft (one query)."""
    rows = Station.objects.filter(tier__in=(Tier.CENTRE, Tier.HUB)).order_by("path").only("id", "name", "key", "tier")
    return list(rows if viewer.has(Role.CITY) else rows.filter(pk__in=viewer.hubs, tier=Tier.HUB))


def _is_internal(viewer: Viewer) -> bool:
    return viewer.has(Role.CITY, Role.COUNTY, Role.HEAD, Role.WORKER, Role.SUPERVISOR)


def agreements_seen(viewer: Viewer) -> QuerySet[Agreement]:
    """The agreements that concern the viewer: the county's and the city's; a department's own, once they are to be
    signed. (The table's policy says the same. One query for a department's liaison, to know which.)
    """
    rows = Agreement.objects.select_related("hub")
    if viewer.has(Role.CITY):
        return rows
    if not _is_internal(viewer):
        return rows.filter(Exists(_parties(viewer))).exclude(state=DepartmentAgreementState.DRAFT)
    hubs = Station.objects.filter(pk__in={*viewer.hubs, *viewer.stations, *viewer.units}).values("hub_id")
    seen = Q(hub_id__in=hubs) | Q(hub__tier=Tier.CENTRE)
    if viewer.has(Role.LIAISON, Role.AGENCY):
        seen |= Exists(_parties(viewer)) & ~Q(state=DepartmentAgreementState.DRAFT)
    return rows.filter(seen)


def _parties(viewer: Viewer) -> QuerySet[AgreementParty]:
    return AgreementParty.objects.filter(agreement=OuterRef("pk"), organisation_id__in=receivers_of(viewer))


def agreement_of(viewer: Viewer, key: UUID) -> Agreement | None:
    """An agreement that the viewer may see (one query, two for a department)."""
    return agreements_seen(viewer).select_related("hub", "follows").filter(pk=key).first()


def in_force(day: date, prefix: str = "") -> Q:
    """Signed and holding on a day."""
    return Q(**{
        f"{prefix}signed_on__isnull": False, f"{prefix}since__lte": day, f"{prefix}ends_on__gt": day,
    })  # fmt: skip


def counted(seen: QuerySet[Agreement], day: date) -> dict[str, int]:
    """{what: how many} of the agreements seen (one query)."""
    return seen.select_related(None).aggregate(
        in_force=Count("id", filter=in_force(day)),
        draft=Count("id", filter=Q(state=DepartmentAgreementState.DRAFT)),
        signing=Count("id", filter=Q(state=DepartmentAgreementState.SIGNING)),
    )


def with_parties(rows: Iterable[Agreement]) -> list[tuple[Agreement, str]]:
    """Each with the names of its other sides (one query)."""
    found = list(rows)
    names: dict[UUID, list[str]] = {}
    parties = AgreementParty.objects.filter(agreement__in=[each.pk for each in found], organisation__isnull=False)
    for key, name in parties.order_by("organisation__name").values_list("agreement_id", "organisation__name"):
        names.setdefault(key, []).append(name)
    return [(each, "、".join(names.get(each.pk, ()))) for each in found]


@dataclass(frozen=True, slots=True)
class Whole:
    """An agreement with all that belongs to it."""

    parties: list[AgreementParty]
    places: list[AgreementStation]
    channels: list[ReferralChannel]
    reviews: list[AgreementReview]
    later: Agreement | None


def whole(agreement: Agreement) -> Whole:
    """What belongs to an agreement (five queries)."""
    parties = agreement.parties.select_related("organisation", "station").order_by("organisation__name")
    later = Agreement.objects.filter(follows=agreement).exclude(state=DepartmentAgreementState.ENDED).first()
    return Whole(
        sorted(parties, key=lambda each: each.station_id is None),
        list(agreement.places.select_related("station").order_by("station__path")),
        list(agreement.channels.select_related("organisation").order_by("organisation__name", "-direction", "needs")),
        list(agreement.reviews.all()),
        later,
    )


def may_sign(viewer: Viewer, agreement: Agreement, party: AgreementParty, own: tuple[int, ...]) -> bool:
    """Whether the viewer signs for this side: a department's liaison for it, an officer for the stations or, where a
    paper was signed, for any other side.
    """
    if agreement.state != DepartmentAgreementState.SIGNING or party.signed_on is not None:
        return False
    return party.organisation_id in own or is_officer_of(viewer, agreement.hub_id)


def signs_on_paper(party: AgreementParty, own: tuple[int, ...]) -> bool:
    """Whether a signature by the viewer would be a note of one on paper."""
    return party.organisation_id is not None and party.organisation_id not in own


def organisations_to_join(day: date) -> QuerySet[Organisation]:
    """Who may be party (departments first)."""
    kinds = [OrganisationKind.DEPARTMENT, OrganisationKind.COMMITTEE, OrganisationKind.CHARITY]
    kinds += [OrganisationKind.AGENCY, OrganisationKind.ENTERPRISE]
    return organisations_on(day).filter(kinds__overlap=kinds).order_by("name")


def places_within(hub: Station) -> QuerySet[Station]:
    """The stations for which an agreement of this hub (or the centre) may hold: it, and what lies below, without rooms
    (they come with their town station).
    """
    rows = Station.objects.exclude(tier=Tier.ROOM).order_by("path").only("id", "key", "name", "tier", "hub_id")
    return rows if hub.tier == Tier.CENTRE else rows.filter(hub_id=hub.pk)


def reviews_due(seen: QuerySet[Agreement], today: date, most: int = SHOWN) -> list[AgreementReview]:
    """Reviews of the agreements seen that are in force and due or overdue, the oldest first (one query)."""
    rows = AgreementReview.objects.filter(held_on__isnull=True, due_on__lte=today + REVIEW_SOON)
    rows = rows.filter(in_force(today, "agreement__"), agreement__in=seen.values("pk"))
    return list(rows.select_related("agreement", "agreement__hub").order_by("due_on", "id")[:most])


def review_of(viewer: Viewer, key: UUID) -> AgreementReview | None:
    """A review whose agreement the viewer may see."""
    found = AgreementReview.objects.select_related("agreement", "agreement__hub").filter(pk=key).first()
    return found if found and agreement_of(viewer, found.agreement_id) else None


def leading(station: Station, direction: str, day: date) -> QuerySet[ReferralChannel]:
    """The channels of agreements in force that lead from a station, or to it."""
    places = [each for each in (station.pk, station.town_id, station.hub_id) if each is not None]
    here = AgreementStation.objects.filter(agreement=OuterRef("agreement_id")).filter(
        Q(station_id__in=places) | Q(station__tier=Tier.CENTRE)
    )
    rows = ReferralChannel.objects.filter(in_force(day, "agreement__"), Exists(here), direction=direction)
    return rows.select_related("agreement", "organisation")


def channel_to(station: Station, organisation_id: int, group_id: int | None, day: date) -> ReferralChannel | None:
    """The channel on which a station refers somebody to an organisation: one for that group before one for all, the
    county's before the city's, then the quickest (one query).
    """
    rows = leading(station, ReferralDirection.TO_DEPARTMENT, day).filter(organisation_id=organisation_id)
    fitting = [each for each in rows if not each.groups or group_id in each.groups]
    fitting.sort(key=lambda each: (not each.groups, each.agreement.hub_id != station.hub_id, each.accept_days, each.pk))
    return fitting[0] if fitting else None


def channels_from(organisations: tuple[int, ...], day: date) -> list[ReferralChannel]:
    """The channels on which a department sends people to stations (one query)."""
    rows = ReferralChannel.objects.filter(in_force(day, "agreement__"), direction=ReferralDirection.FROM_DEPARTMENT)
    rows = rows.filter(organisation_id__in=organisations).select_related("agreement", "organisation")
    return list(rows.order_by("agreement__title", "needs"))


def stations_of(channel: ReferralChannel) -> QuerySet[Station]:
    """The running stations that a channel leads to: towns and hubs of the agreement's places."""
    places = AgreementStation.objects.filter(agreement_id=channel.agreement_id).values("station_id")
    below = Q(pk__in=places) | Q(hub_id__in=places)
    if AgreementStation.objects.filter(agreement_id=channel.agreement_id, station__tier=Tier.CENTRE).exists():
        below = Q()
    rows = Station.objects.filter(below, stage="running", tier__in=(Tier.HUB, Tier.STATION))
    return rows.order_by("path").only("id", "key", "name", "hub_id", "town_id", "tier")


def agreements_at(station: Station, day: date, most: int = SHOWN) -> list[Agreement]:
    """The agreements in force for a station (one query)."""
    places = [each for each in (station.pk, station.town_id, station.hub_id) if each is not None]
    here = AgreementStation.objects.filter(agreement=OuterRef("pk")).filter(
        Q(station_id__in=places) | Q(station__tier=Tier.CENTRE)
    )
    return list(Agreement.objects.filter(in_force(day), Exists(here)).order_by(F("since").desc(), "pk")[:most])


def given(agreement: Agreement) -> dict[str, Any]:
    """An agreement's words and days, as a form or a following version begins with them."""
    names = ("title", "scope", "content", "mode", "mechanism", "supervision", "since", "until", "review_months")
    return {name: getattr(agreement, name) for name in names}
