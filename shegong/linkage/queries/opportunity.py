"""Calls for volunteers: what is near, who signed up, who came; certificates; hours for the national system."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import cos, radians
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from shegong.linkage.enums import OpportunityState, VolunteerSignUpState
from shegong.linkage.models import (
    Attendance,
    Certificate,
    HoursCorrection,
    Opportunity,
    SignUp,
    Volunteer,
    VolunteerTraining,
)
from shegong.linkage.queries.volunteer import KEEPERS, here, may_keep
from shegong.linkage.rules.opportunity import Applicant, hindrance
from shegong.linkage.rules.volunteer import DEGREE_KM, kilometres
from shegong.network.scope import Viewer

PUBLIC: Final = tuple(state.value for state in OpportunityState if state != OpportunityState.DRAFT)
NEAR_SHOWN: Final = 25
AHEAD: Final = timedelta(days=60)
ROW: Final = (
    "title", "place", "starts_at", "ends_at", "places", "taken", "waiting", "state", "minimum_age", "skills",
    "training", "longitude", "latitude", "station__name", "hub_id", "station_id",
)  # fmt: skip


def opportunities_seen(viewer: Viewer) -> QuerySet[Opportunity]:
    """Calls that the viewer may read: those that are out, and the drafts of the own stations."""
    found = Opportunity.objects.select_related("station")
    if viewer.has(*KEEPERS):
        return found.filter(Q(state__in=PUBLIC) | here(viewer))
    return found.filter(state__in=PUBLIC)


def own_opportunities(viewer: Viewer) -> QuerySet[Opportunity]:
    """Calls of the viewer's stations."""
    return opportunities_seen(viewer).filter(here(viewer))


def opportunity_of(viewer: Viewer, key: UUID) -> Opportunity | None:
    """A call that the viewer may read (one query)."""
    return opportunities_seen(viewer).filter(pk=key).first()


def leads(viewer: Viewer, opportunity: Opportunity) -> bool:
    """Whether a viewer organises this."""
    return may_keep(viewer, opportunity.hub_id, opportunity.station_id)


@dataclass(frozen=True, slots=True)
class Near:
    """A call, how far away it is, how many of its skills somebody has, and why they can't sign up ("": they can)."""

    opportunity: Opportunity
    kilometres: float | None
    matching: int
    hindrance: str


def near(volunteer: Volunteer, now: datetime, *, everywhere: bool = False) -> list[Near]:
    """What somebody could do in the next weeks: as far as they want to go, what fits their skills and is near first
    (four queries). Without a place on the map, and with `everywhere`, all of the county and beyond.
    """
    rows = Opportunity.objects.filter(state=OpportunityState.OPEN, starts_at__gt=now, starts_at__lt=now + AHEAD)
    taken = SignUp.objects.filter(volunteer=volunteer).exclude(state=VolunteerSignUpState.WITHDRAWN)
    rows = rows.exclude(pk__in=taken.values("opportunity_id")).select_related("station").only(*ROW)
    if volunteer.longitude is not None and volunteer.latitude is not None and not everywhere:
        high = volunteer.reach_km / DEGREE_KM
        wide = high / cos(radians(float(volunteer.latitude)))
        lon, lat = float(volunteer.longitude), float(volunteer.latitude)
        rows = rows.filter(longitude__range=(lon - wide, lon + wide), latitude__range=(lat - high, lat + high))
    who = applicant(volunteer)
    found = []
    for each in rows.order_by("starts_at")[:400]:
        distance = kilometres(volunteer, each)
        if not everywhere and distance is not None and distance > volunteer.reach_km:
            continue
        wrong = hindrance(
            who, state=each.state, starts_at=each.starts_at, minimum_age=each.minimum_age, training=each.training,
            now=now,
        )  # fmt: skip
        found.append(Near(each, distance, len(set(each.skills) & set(volunteer.skills)), str(wrong) if wrong else ""))
    found.sort(
        key=lambda each: (bool(each.hindrance), -each.matching, each.kilometres or 0, each.opportunity.starts_at)
    )
    return found[:NEAR_SHOWN]


def applicant(volunteer: Volunteer) -> Applicant:
    """What decides whether somebody may sign up (one query)."""
    trained = VolunteerTraining.objects.filter(volunteer=volunteer).values_list("topic", flat=True)
    return Applicant(volunteer.state, volunteer.born_on, volunteer.guardian_consent_on is not None, set(trained))


def signup_of(volunteer: Volunteer, opportunity: Opportunity) -> SignUp | None:
    """Somebody's sign-up for a call that they didn't withdraw (one query)."""
    rows = SignUp.objects.filter(volunteer=volunteer, opportunity=opportunity)
    return rows.exclude(state=VolunteerSignUpState.WITHDRAWN).first()


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody on a call's list: the sign-up, whether there was anything recorded, and a wish to correct it."""

    signup: SignUp
    attendance: Attendance | None
    correction: HoursCorrection | None


def list_of(opportunity: Opportunity) -> list[Listed]:
    """Who signed up, those with a place first, then who waits in order (three queries)."""
    signups = (
        SignUp.objects.filter(opportunity=opportunity).exclude(state=VolunteerSignUpState.WITHDRAWN)
        .select_related("volunteer").order_by("state", "at", "id")
    )  # fmt: skip
    there = {each.volunteer_id: each for each in Attendance.objects.filter(opportunity=opportunity)}
    open_ones = HoursCorrection.objects.filter(opportunity=opportunity, decision="open")
    wishes = {each.attendance_id: each for each in open_ones}
    return [
        Listed(each, found := there.get(each.volunteer_id), wishes.get(found.pk) if found else None) for each in signups
    ]


def corrections_open(viewer: Viewer) -> QuerySet[HoursCorrection]:
    """Wishes to correct hours that wait for the viewer's stations."""
    rows = HoursCorrection.objects.filter(here(viewer), decision="open").select_related("opportunity", "volunteer")
    return rows.order_by("asked_at")


def correction_of(viewer: Viewer, key: UUID) -> HoursCorrection | None:
    """A wish to correct hours at the viewer's stations (one query)."""
    rows = HoursCorrection.objects.filter(here(viewer)).select_related("opportunity", "volunteer", "attendance")
    return rows.filter(pk=key).first() if viewer.has(*KEEPERS) else None


def attendance_of(viewer: Viewer, key: UUID) -> Attendance | None:
    """A confirmed attendance of the viewer, or of the viewer's stations (one query)."""
    rows = Attendance.objects.select_related("opportunity", "volunteer")
    mine = Q(volunteer__account_id=viewer.account_id)
    return rows.filter(mine | here(viewer) if viewer.has(*KEEPERS) else mine, pk=key).first()


def certificates_seen(viewer: Viewer) -> QuerySet[Certificate]:
    """Certificates of the viewer, and of volunteers of the viewer's stations."""
    rows = Certificate.objects.select_related("volunteer", "station")
    mine = Q(volunteer__account_id=viewer.account_id)
    return rows.filter(mine | here(viewer)) if viewer.has(*KEEPERS) else rows.filter(mine)


def services_between(volunteer: Volunteer, since: date, until: date) -> list[Attendance]:
    """What somebody did in a period, confirmed, the earliest first (one query)."""
    rows = Attendance.objects.filter(volunteer=volunteer, came=True, confirmed_at__isnull=False)
    rows = rows.filter(on_day__gte=since, on_day__lt=until).select_related("opportunity", "station")
    return list(rows.order_by("on_day", "starts_at"))


@dataclass(frozen=True, slots=True)
class Checked:
    """What anybody may learn who has a certificate's number."""

    number: str
    volunteer_number: str
    name: str
    since: date
    until: date
    services: int
    minutes: int
    issuer: str
    contact: str
    issued_on: date
    state: str


def checked_certificate(number: str) -> Checked | None:
    """A certificate by its number (one query by a function of the database)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM linkage_certificate_check(%s)", [number])
        row = cursor.fetchone()
    return Checked(*row) if row else None


def hours_to_export(viewer: Viewer, stations: Sequence[int], since: date, until: date) -> QuerySet[Attendance]:
    """Confirmed services at stations of the viewer in a period, by day (one query)."""
    rows = Attendance.objects.filter(here(viewer), station_id__in=stations, came=True, confirmed_at__isnull=False)
    rows = rows.filter(on_day__gte=since, on_day__lt=until).select_related("opportunity", "volunteer", "station")
    return rows.order_by("on_day", "opportunity_id", "volunteer__number")
