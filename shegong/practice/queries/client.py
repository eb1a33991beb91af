"""Client files: finding them, listing them, and everything for one file's page. Always within the viewer's reach."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from shegong.kernel import chinese, clock
from shegong.kernel.names import query_token, sounds_alike_key
from shegong.kernel.pages import Page, first_page, page_of
from shegong.kernel.prepared import prepared
from shegong.network.enums import Level, Stage
from shegong.network.models import Division, Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.enums import ClientState
from shegong.practice.models import (
    Assessment,
    AssessmentNeed,
    Case,
    Client,
    ClientGroup,
    ClientMerge,
    Consent,
    Contact,
    Disability,
    LowIncome,
    RecordWorker,
    ServiceRecord,
)
from shegong.practice.models.client import identity_index, phone_index
from shegong.practice.rules.client import SAME_NUMBER, likeness
from shegong.workforce.models import Worker

# More words than this beginning alike say nothing: the list asks to type more.
TOKENS_LOOKED_AT: Final = 400
LAST_CHARACTER: Final = chr(0x10FFFF)
FOUND_IN_HUBS: Final = """(SELECT client_id, token FROM practice_clienttoken
    WHERE hub_id = ANY (%s) AND token >= %s AND token < %s ORDER BY token LIMIT %s)"""
FOUND_IN_STATIONS: Final = """(SELECT client_id, token FROM practice_clienttoken
    WHERE station_id = ANY (%s) AND token >= %s AND token < %s ORDER BY token LIMIT %s)"""
FOUND_IN_CASES: Final = """(SELECT client_id, token FROM practice_clienttoken
    WHERE client_id = ANY ((SELECT wall_case_clients())::uuid[]) AND token >= %s AND token < %s
    ORDER BY token LIMIT %s)"""
FILE_NUMBER: Final = re.compile(r"[A-Z0-9][A-Z0-9-]*-\d{4}-\d{4,}")
LIKE_ENOUGH: Final = 50
PAGE_SIZE: Final = 25
TIMELINE_SHOWN: Final = (
    "started_at", "summary", "method", "minutes", "place", "next_step", "voided_at", "restricted", "case__number",
    "service__name_zh", "service__name_en", "station__name",
)  # fmt: skip
TIMELINE_ORDER: Final = ("-day", "-id")
ASSESSMENT_SHOWN: Final = (
    "client",
    "assessed_on",
    "risk",
    "instrument__name_zh",
    "instrument__name_en",
    "worker__name",
)


@dataclass(frozen=True, slots=True)
class LookAlike:
    """A file that may be of the same person. `client` is None where the viewer may only know that it exists."""

    client_id: UUID
    number: str
    station_name: str
    client: Client | None
    likeness: int
    same_number: bool


@dataclass(frozen=True, slots=True)
class ClientFile:
    """Everything on a client's page."""

    client: Client
    groups: list[ClientGroup]
    disabilities: list[Disability]
    low_incomes: list[LowIncome]
    contacts: list[Contact]
    consents: list[Consent]
    household: list[Client]
    cases: list[Case]
    assessment: Assessment | None
    needs: list[AssessmentNeed]
    next_record: ServiceRecord | None
    merges: list[ClientMerge]
    timeline: Page[ServiceRecord]
    givers: dict[UUID, list[str]]


def within_reach(viewer: Viewer, prefix: str = "") -> Q:
    """Rows in the viewer's hubs and stations; for a viewer with one kind only, an index that leads with it serves."""
    hubs, stations = Q(**{f"{prefix}hub_id__in": viewer.hubs}), Q(**{f"{prefix}station_id__in": viewer.stations})
    if viewer.hubs and viewer.stations:
        return hubs | stations
    return hubs if viewer.hubs else stations


def clients_seen(viewer: Viewer) -> QuerySet[Client]:
    """The files that the viewer may see by name: those in reach, those of cases that moved there, and for a supervisor
    those of the supervised cases.
    """
    reach = within_reach(viewer)
    if viewer.stations:
        reach |= Q(pk__in=Case.objects.filter(station_id__in=viewer.stations, moved=True).values("client_id"))
    if viewer.has(Role.SUPERVISOR):
        supervised = Case.objects.filter(supervisor_id=viewer.account_id, closed_on__isnull=True)
        reach |= Q(pk__in=supervised.values("client_id"))
    return Client.objects.filter(reach)


def search_clients(viewer: Viewer, text: str, limit: int = 20) -> list[Client]:
    """Files found by characters, pinyin, initials (any part of the name from a character on), telephone, identity
    number or file number; best first. Two queries.
    """
    text = text.strip()[:100]
    clients = _by_number(viewer, text)
    if clients is None:
        token = query_token(text)
        clients = clients_seen(viewer).filter(pk__in=_found_by_token(viewer, token)) if token else Client.objects.none()
    found = list(clients.select_related("station", "merged_into__station").order_by("sort_key", "id")[: limit * 2])
    # A merged file leads to the one that was kept, once.
    kept = {client.pk: client for client in (each.merged_into or each for each in found)}
    exact = query_token(text)
    ordered = sorted(kept.values(), key=lambda client: (query_token(client.name) != exact, client.sort_key))
    return ordered[:limit]


def _by_number(viewer: Viewer, text: str) -> QuerySet[Client] | None:
    """Files with this identity, telephone or file number; None when the text is no number."""
    plain = chinese.normalised_identity(text)
    if FILE_NUMBER.fullmatch(text.upper()):
        return clients_seen(viewer).filter(number=text.upper())
    if len(plain) == 18 and plain[:17].isdigit():
        return clients_seen(viewer).filter(identity_index=identity_index(plain))
    phone = chinese.normalised_phone(text)
    if len(phone) >= 5 and phone.lstrip("+").partition("-")[0].isdigit():
        return clients_seen(viewer).filter(phone_index=phone_index(phone))
    return None


def _found_by_token(viewer: Viewer, token: str) -> list[UUID]:
    """Clients with a word that begins with the token: ranges over (station, token) and (hub, token)."""
    parts: list[str] = []
    params: list[Any] = []
    ids: list[Any]
    for found_by, ids in ((FOUND_IN_HUBS, [list(viewer.hubs)]), (FOUND_IN_STATIONS, [list(viewer.stations)])):
        if ids != [[]]:
            parts.append(found_by)
            params += [*ids, token, token + LAST_CHARACTER, TOKENS_LOOKED_AT]
    if viewer.has(Role.SUPERVISOR):
        parts.append(FOUND_IN_CASES)
        params += [token, token + LAST_CHARACTER, TOKENS_LOOKED_AT]
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        return list({row[0] for row in cursor.fetchall()})


def clients_page(
    viewer: Viewer,
    *,
    station: int | None = None,
    group: int | None = None,
    state: str = ClientState.ACTIVE,
    risk: int | None = None,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[Client]:
    """A page of the files by name, each with `risk` (of the latest assessment, or None) and `group_names`.

    `station` narrows to one station, `risk` to that level and above, `state` to a state ("" for all). Two queries.
    """
    clients = Client.objects.filter(within_reach(viewer))
    if not (viewer.hubs or viewer.stations):
        clients = clients_seen(viewer)
    if station is not None:
        clients = clients.filter(station_id=station)
    clients = clients.filter(state=state) if state else clients.exclude(state=ClientState.MERGED)
    if group is not None:
        clients = clients.filter(
            Exists(ClientGroup.objects.filter(client_id=OuterRef("pk"), group_id=group, until__isnull=True))
        )
    latest = Assessment.objects.filter(client_id=OuterRef("pk")).order_by("-assessed_on", "-id").values("risk")[:1]
    assessed: QuerySet[Any] = clients.annotate(risk=Subquery(latest)).select_related("station")
    if risk is not None:
        assessed = assessed.filter(risk__gte=risk)
    page: Page[Client] = page_of(assessed, ["sort_key"], cursor, size)
    names = group_names([client.pk for client in page.items])
    for client in page.items:
        setattr(client, "group_names", names.get(client.pk, []))  # noqa: B010  shown by the list, not a column
    return page


def group_names(clients: Iterable[UUID]) -> dict[UUID, list[str]]:
    """Names of the groups that each client belongs to now. One query."""
    names: dict[UUID, list[str]] = {}
    memberships = ClientGroup.objects.filter(client_id__in=list(clients), until__isnull=True)
    for membership in memberships.select_related("group").order_by("group__position"):
        names.setdefault(membership.client_id, []).append(membership.group.name)
    return names


def client_file(viewer: Viewer, client_id: UUID, cursor: str | None = None) -> ClientFile | None:
    """All for a file's page in at most 14 queries; None for a file out of reach (or restricted and not opened)."""
    client = next(iter(_file_seen(viewer, client_id)), None)
    if client is None:
        return None
    timeline, givers = client_timeline(client, cursor)
    assessment = next(iter(_latest_assessment(client.pk)), None)
    # What is a handful for each client is sorted here.
    never = date.max
    return ClientFile(
        client=client,
        groups=sorted(_groups_now(client.pk), key=lambda each: each.group.position),
        disabilities=sorted(_disabilities_of(client.pk), key=attrgetter("since"), reverse=True),
        low_incomes=sorted(_low_incomes_of(client.pk), key=attrgetter("since"), reverse=True),
        contacts=sorted(_contacts_of(client.pk), key=lambda each: (not each.is_guardian, each.pk)),
        consents=sorted(
            _consents_of(client.pk), key=lambda each: (each.withdrawn_on or never, -each.given_on.toordinal())
        ),
        household=_household_of(viewer, client),
        cases=sorted(_cases_of(client.pk), key=lambda each: each.closed_on or never, reverse=True),
        assessment=assessment,
        needs=sorted(
            _needs_found(assessment.pk) if assessment else (), key=lambda each: (-each.level, each.field.position)
        ),
        next_record=next(iter(_promised(client.pk, clock.today())), None),
        merges=sorted(_merges_of(client.pk), key=attrgetter("merged_at"), reverse=True),
        timeline=timeline,
        givers=givers,
    )


@prepared
def _file_seen(viewer: Viewer, client_id: UUID) -> QuerySet[Client]:
    found = clients_seen(viewer).filter(pk=client_id)
    return found.select_related("station", "hub", "community", "household")


@prepared
def _latest_assessment(client_id: UUID) -> QuerySet[Assessment]:
    latest = Assessment.objects.filter(client_id=client_id).order_by("-assessed_on", "-id")
    return latest.select_related("instrument", "worker").only(*ASSESSMENT_SHOWN)[:1]


@prepared
def _needs_found(assessment_id: UUID) -> QuerySet[AssessmentNeed]:
    return AssessmentNeed.objects.filter(assessment_id=assessment_id, level__gt=0).select_related("field")


@prepared
def _groups_now(client_id: UUID) -> QuerySet[ClientGroup]:
    return ClientGroup.objects.filter(client_id=client_id, until__isnull=True).select_related("group")


@prepared
def _disabilities_of(client_id: UUID) -> QuerySet[Disability]:
    return Disability.objects.filter(client_id=client_id)


@prepared
def _low_incomes_of(client_id: UUID) -> QuerySet[LowIncome]:
    return LowIncome.objects.filter(client_id=client_id)


@prepared
def _contacts_of(client_id: UUID) -> QuerySet[Contact]:
    return Contact.objects.filter(client_id=client_id)


@prepared
def _consents_of(client_id: UUID) -> QuerySet[Consent]:
    return Consent.objects.filter(client_id=client_id)


@prepared
def _cases_of(client_id: UUID) -> QuerySet[Case]:
    return Case.objects.filter(client_id=client_id).select_related("group", "worker")


@prepared
def _promised(client_id: UUID, today: date) -> QuerySet[ServiceRecord]:
    """The record with the nearest promise to see the client again."""
    upcoming = ServiceRecord.objects.filter(
        participants__client_id=client_id, next_on__gte=today, voided_at__isnull=True
    )
    return upcoming.only("next_on", "next_step").order_by("next_on")[:1]


@prepared
def _merges_of(client_id: UUID) -> QuerySet[ClientMerge]:
    return ClientMerge.objects.filter(kept_id=client_id, undone_at__isnull=True).select_related("merged")


def _household_of(viewer: Viewer, client: Client) -> list[Client]:
    members = _living_in(viewer, client.household_id) if client.household_id else []
    return [each for each in members if each.pk != client.pk]


@prepared
def _living_in(viewer: Viewer, household_id: UUID) -> QuerySet[Client]:
    members = clients_seen(viewer).filter(household_id=household_id).exclude(state=ClientState.MERGED)
    return members.order_by("born_on", "id")


def client_timeline(client: Client, cursor: str | None = None) -> tuple[Page[ServiceRecord], dict[UUID, list[str]]]:
    """A page of the client's records, latest first, and the names of who gave each. Two queries.

    Records of other stations appear where they lie in the viewer's reach.
    """
    if cursor:
        page: Page[ServiceRecord] = page_of(_timeline(client.pk, client.hub_id), TIMELINE_ORDER, cursor, PAGE_SIZE)
    else:
        page = first_page(_timeline_begun(client.pk, client.hub_id), TIMELINE_ORDER, PAGE_SIZE)
    return page, giver_names([record.pk for record in page.items])


def _timeline(client_id: UUID, hub_id: int) -> QuerySet[Any]:
    return (
        ServiceRecord.objects.filter(participants__client_id=client_id, participants__hub_id=hub_id)
        .annotate(day=F("participants__served_on"))
        .select_related("service", "station", "case")
        .only(*TIMELINE_SHOWN)
    )


@prepared
def _timeline_begun(client_id: UUID, hub_id: int) -> QuerySet[Any]:
    return _timeline(client_id, hub_id).order_by(*TIMELINE_ORDER)[: PAGE_SIZE + 1]


def giver_names(records: Sequence[UUID]) -> dict[UUID, list[str]]:
    """Names of the workers of each record. One query, none for no record."""
    names: dict[UUID, list[str]] = {}
    for _worker, record_id, name in sorted(_givers_of(tuple(records))):
        names.setdefault(record_id, []).append(name)
    return names


@prepared
def _givers_of(records: tuple[UUID, ...]) -> QuerySet[RecordWorker, tuple[int, UUID, str]]:
    return RecordWorker.objects.filter(record_id__in=records).values_list("worker_id", "record_id", "worker__name")


def look_alikes(
    viewer: Viewer,
    hub_id: int,
    *,
    name: str = "",
    identity: str = "",
    born_on: date | None = None,
    phone: str = "",
    but: UUID | None = None,
) -> list[LookAlike]:
    """Files in the hub that may be of the same person, likeliest first (numbers normalised). At most three queries.

    By identity number across the whole hub: of a file beyond the viewer's reach only number and station are told. By
    sound of the name with the same birth date or telephone, within reach. `but` leaves one file out.
    """
    found: dict[UUID, LookAlike] = {}
    sounds, by_phone = sounds_alike_key(name)[:160] if name else "", phone_index(phone)
    alike = Q()
    if sounds and born_on:
        alike |= Q(hub_id=hub_id, sounds_key=sounds, born_on=born_on)
    if sounds and by_phone:
        alike |= Q(hub_id=hub_id, sounds_key=sounds, phone_index=by_phone)
    if alike:
        near = Client.objects.filter(within_reach(viewer), alike).exclude(state=ClientState.MERGED)
        for client in near.select_related("station")[:20]:
            found[client.pk] = _look_alike(client, name, sounds, identity, born_on, by_phone)
    for client_id, number, station_name in identity_holders(hub_id, identity):
        holder = clients_seen(viewer).filter(pk=client_id).select_related("station").first()
        found[client_id] = LookAlike(client_id, number, station_name, holder, SAME_NUMBER, True)
    if but:
        found.pop(but, None)
    return sorted((each for each in found.values() if each.likeness >= LIKE_ENOUGH), key=lambda each: -each.likeness)


def _look_alike(
    client: Client, name: str, sounds: str, identity: str, born_on: date | None, by_phone: bytes | None
) -> LookAlike:
    same_number = bool(identity) and client.identity == identity
    score = likeness(
        same_number=same_number,
        same_name=client.name == name,
        sounds_alike=client.sounds_key == sounds,
        same_birth=born_on is not None and client.born_on == born_on,
        same_phone=by_phone is not None and client.phone_index is not None and bytes(client.phone_index) == by_phone,
    )
    return LookAlike(client.pk, client.number, client.station.name, client, score, same_number)


def identity_holders(hub_id: int, identity: str) -> list[tuple[UUID, str, str]]:
    """Key, file number and station's name of the file in the hub with this identity number, whoever may see it."""
    index = identity_index(identity)
    if index is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT h.client_id, h.number, s.name FROM practice_identity_holder(%s, %s) AS h"
            " JOIN network_station s ON s.id = h.station_id",
            [hub_id, index],
        )
        return [(client_id, number, name) for client_id, number, name in cursor.fetchall()]


def restricted_file(number_or_id: str | UUID) -> tuple[UUID, int, int] | None:
    """Key, hub and station of a restricted file in the viewer's reach, by its number or key; None for any other."""
    key = number_or_id if isinstance(number_or_id, UUID) else None
    number = "" if key else str(number_or_id).strip().upper()[:30]
    with connection.cursor() as cursor:
        cursor.execute("SELECT client_id, hub_id, station_id FROM practice_restricted_file(%s, %s)", [number, key])
        row: tuple[UUID, int, int] | None = cursor.fetchone()
    return row


def communities_of(station: Station) -> list[Division]:
    """The communities that a station serves: its own, or those of its town; the hub's are too many to choose from."""
    if station.division_id is None:
        return []
    today = clock.today()
    valid = Division.objects.filter(Q(until__isnull=True) | Q(until__gt=today))
    return list(
        valid.filter(
            Q(pk=station.division_id, level=Level.COMMUNITY)
            | Q(parent_id=station.division_id, level=Level.COMMUNITY)
            | Q(level=Level.COMMUNITY, parent__children=station.division_id)
        )
        .distinct()
        .order_by("code")
    )


def stations_to_register_at(viewer: Viewer) -> list[Station]:
    """Running stations at which the viewer may keep files, the viewer's home first. One query."""
    stations = Station.objects.filter(Q(pk__in=viewer.stations) | Q(hub_id__in=viewer.hubs))
    open_now = stations.filter(stage__in=(Stage.BUILT, Stage.RUNNING))
    return sorted(open_now, key=lambda station: (station.pk != viewer.home, station.path))


def worker_of(viewer: Viewer) -> Worker | None:
    """The viewer as a worker, with the own station; None for an account without one."""
    return next(iter(_staff_file(viewer.account_id)), None)


@prepared
def _staff_file(account_id: int) -> QuerySet[Worker]:
    return Worker.objects.filter(account_id=account_id).select_related("station")
