"""What the data-protection officer's pages show. The officer knows files by number; the wall shows no name."""

import base64
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from shegong.journal.models import Event
from shegong.kernel.keyring import UndecipherableProblem
from shegong.kernel.pages import Page, page_of
from shegong.kernel.problems import Problem
from shegong.network.enums import Tier
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.people.models import Account
from shegong.practice.enums import Basis, Decision, Kept, Purpose
from shegong.practice.models import Consent, ErasureProposal, RetentionRule, SubjectRequest

SCAN: Final = 2000  # files looked at for one page of those whose time is over
PURPOSE: Final = b"cursor:practice.expired_files"
START: Final = ("-infinity", "00000000-0000-0000-0000-000000000000")


def is_officer(viewer: Viewer) -> bool:
    """Whether the viewer is a data-protection officer."""
    return viewer.has(Role.DPO)


def file_numbers(ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """File numbers by client, for who protects them (one query)."""
    wanted = [each for each in ids if each is not None]
    with connection.cursor() as cursor:
        cursor.execute("SELECT client_id, number FROM practice_file_numbers(%s::uuid[])", [wanted])
        return dict(cursor.fetchall())


def file_by_number(number: str) -> tuple[UUID, int, int] | None:
    """Key, hub and station of the file with this number, for the officer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM practice_file_by_number(%s)", [number.strip().upper()[:30]])
        row: tuple[UUID, int, int] | None = cursor.fetchone()
    return row


# Consents


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """A consent in a list; the client by number."""

    consent: Consent
    number: str


@dataclass(frozen=True, slots=True)
class ConsentCount:
    """How many consents of a purpose and basis are in force, and how many were withdrawn."""

    purpose: Any
    basis: Any
    in_force: int
    withdrawn: int


def consents(station: Station | None, purpose: str = "", basis: str = "", state: str = "") -> QuerySet[Consent]:
    """Consents and other bases, narrowed by station (with all below it), purpose, basis, and state: force or withdrawn.

    Row-level security shows them to the officer.
    """
    found = Consent.objects.filter(_at(station)) if station is not None else Consent.objects.all()
    if purpose in Purpose.values:
        found = found.filter(purpose=purpose)
    if basis in Basis.values:
        found = found.filter(basis=basis)
    if state in ("force", "withdrawn"):
        found = found.filter(withdrawn_on__isnull=state == "force")
    return found


def _at(station: Station) -> Q:
    if station.tier == Tier.CENTRE:
        return Q()
    if station.tier == Tier.HUB:
        return Q(hub_id=station.pk)
    if station.tier == Tier.STATION:
        rooms = Station.objects.filter(town_id=station.pk).values_list("pk", flat=True)
        return Q(hub_id=station.hub_id, station_id__in=[station.pk, *rooms])
    return Q(hub_id=station.hub_id, station_id=station.pk)


def consents_page(found: QuerySet[Consent], cursor: str | None) -> tuple[Page[Consent], list[ConsentLine]]:
    """25 of them, the latest first (two queries)."""
    page = page_of(found.select_related("station"), ["-given_on", "-id"], cursor)
    numbers = file_numbers(each.client_id for each in page.items)
    return page, [ConsentLine(each, numbers.get(each.client_id, "")) for each in page.items]


def consent_counts(station: Station | None) -> list[ConsentCount]:
    """Counts by purpose and basis at a station and below (one query)."""
    rows = (
        consents(station)
        .values("purpose", "basis")
        .annotate(in_force=Count("id", filter=Q(withdrawn_on__isnull=True)), everything=Count("id"))
        .order_by("purpose", "basis")
    )
    return [
        ConsentCount(
            Purpose(row["purpose"]).label,
            Basis(row["basis"]).label,
            row["in_force"],
            row["everything"] - row["in_force"],
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class ConsentStory:
    """One consent, who wrote it down, and what the journal says about the consents of its file."""

    consent: Consent
    number: str
    recorded_by: str
    events: list[tuple[Event, str]]


def consent_story(consent_id: UUID) -> ConsentStory | None:
    """All about one consent (four queries); None for who can't see it."""
    consent = Consent.objects.select_related("station", "recorded_by").filter(pk=consent_id).first()
    if consent is None:
        return None
    about = Event.objects.filter(
        kind="client", object_id=str(consent.client_id), verb__in=("give_consent", "withdraw_consent")
    )
    events = [event for event in about.order_by("at") if event.detail.get("purpose") == consent.purpose]
    names = Account.objects.in_bulk({event.account_id for event in events if event.account_id})
    return ConsentStory(
        consent,
        file_numbers([consent.client_id]).get(consent.client_id, ""),
        str(consent.recorded_by),
        [(event, str(names.get(event.account_id or 0, ""))) for event in events],
    )


# Requests


def requests_page(state: str, cursor: str | None) -> tuple[Page[SubjectRequest], dict[UUID, str]]:
    """25 requests with the numbers of their files (two queries): those to be answered by their term, else the latest
    answered first.
    """
    if state == "answered":
        found, order = SubjectRequest.objects.filter(answered_on__isnull=False), ["-answered_on", "-id"]
    else:
        found, order = SubjectRequest.objects.filter(answered_on__isnull=True), ["due_on", "id"]
    page = page_of(found.select_related("station"), order, cursor)
    return page, file_numbers(each.client_id for each in page.items)


def open_requests(today: date) -> tuple[int, int]:
    """How many requests wait for an answer, and how many of them beyond their term (one query)."""
    found = SubjectRequest.objects.filter(answered_on__isnull=True).aggregate(
        waiting=Count("id"), late=Count("id", filter=Q(due_on__lt=today))
    )
    return found["waiting"], found["late"]


# Retention


@dataclass(frozen=True, slots=True)
class ExpiredFile:
    """A file whose time is over."""

    client_id: UUID
    number: str
    station: str
    kind: Any
    last_on: date
    expires_on: date


def expired_files(today: date, cursor: str | None) -> tuple[list[ExpiredFile], str | None]:
    """Files whose time is over among the next SCAN ones, the oldest first, and where to look on (two queries).

    Raises Problem `cursor_invalid` (400).
    """
    at, after = _opened(cursor) if cursor else START
    with connection.cursor() as db:
        db.execute(
            "SELECT * FROM practice_expired_files(%s::date, %s::timestamptz, %s::uuid, %s)", [today, at, after, SCAN]
        )
        rows: list[tuple[UUID, int, int, str, datetime, str, date, date, bool]] = db.fetchall()
    names = Station.objects.in_bulk({row[2] for row in rows})
    found = [
        ExpiredFile(row[0], row[3], names[row[2]].name, Kept(row[5]).label, row[6], row[7]) for row in rows if row[8]
    ]
    # An empty answer means the end; so does a page on which nothing follows, at the price of one empty page.
    return found, _sealed(rows[-1][4], rows[-1][0]) if rows else None


def _sealed(at: datetime, key: UUID) -> str:
    text = json.dumps([at.isoformat(), str(key)])
    return base64.urlsafe_b64encode(settings.KEYRING.encrypt(text, PURPOSE)).decode().rstrip("=")


def _opened(cursor: str) -> tuple[str, str]:
    try:
        blob = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        at, key = json.loads(settings.KEYRING.decrypt(blob, PURPOSE))
    except (ValueError, UndecipherableProblem) as wrong:
        raise Problem("cursor_invalid", _("页码标记无效，请从第一页重新开始。"), status=400) from wrong
    return at, key


@dataclass(frozen=True, slots=True)
class Ground:
    """What decides whether a file may be erased."""

    kind: str
    last_on: date
    expires_on: date
    has_open_case: bool
    is_erased: bool


def ground(client_id: UUID, hub_id: int) -> Ground | None:
    """For who protects the file (one query); None for others and for an unknown file."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.kind, e.last_on, e.expires_on, e.has_open_case, n.state = 'erased' "
            "FROM practice_expiry(%s, %s) AS e, practice_file_numbers(%s::uuid[]) AS n",
            [client_id, hub_id, [client_id]],
        )
        row = cursor.fetchone()
    return Ground(*row) if row else None


def retention_rules() -> list[RetentionRule]:
    """The periods, in the order of the classes (one query)."""
    found = RetentionRule.objects.in_bulk()
    return [found[kind] for kind in Kept.values if kind in found]


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """A proposal in a list; `proposer` and `decider` are empty for who may not see their accounts."""

    proposal: ErasureProposal
    number: str
    proposer: str
    decider: str


def proposals(viewer: Viewer, waiting: bool, cursor: str | None) -> tuple[Page[ErasureProposal], list[ProposalLine]]:
    """25 proposals (three queries): for the officer all, for a county's officer those of the county."""
    found = (
        ErasureProposal.objects.filter(decision=Decision.WAITING)
        if waiting
        else ErasureProposal.objects.exclude(decision=Decision.WAITING)
    )
    if not is_officer(viewer):
        found = found.filter(hub_id__in=viewer.hubs)
    page = page_of(found.select_related("station"), ["-proposed_at", "-id"], cursor)
    numbers = file_numbers(each.client_id for each in page.items)
    people = Account.objects.in_bulk(
        {key for each in page.items for key in (each.proposed_by_id, each.decided_by_id) if key is not None}
    )
    return page, [
        ProposalLine(
            each,
            numbers.get(each.client_id, ""),
            str(people.get(each.proposed_by_id, "")),
            str(people.get(each.decided_by_id or 0, "")),
        )
        for each in page.items
    ]
