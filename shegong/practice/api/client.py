"""Client files in the API: registered by PUT under the caller's key, changed, searched, listed and read."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, cast
from uuid import UUID

from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import BaseModel, ConfigDict, Field

from shegong.catalogue.enums import RestrictedClass
from shegong.kernel import clock
from shegong.kernel.api.answers import Answer, Listed, one, page, wanted
from shegong.kernel.api.kinds import Body, Chosen, Day, Id, IdParameter, Paged, Phrase, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.chinese import mask_identity, mask_phone
from shegong.kernel.problems import Problem
from shegong.network.api import Code, Key
from shegong.network.api_scope import ApiRequest
from shegong.network.models import Station
from shegong.network.queries import divisions_on
from shegong.practice.actions.client import change_client, register_client
from shegong.practice.api.places import station_named
from shegong.practice.enums import Basis, ClientState, DisabilityKind, LowIncomeKind, Purpose, Sex
from shegong.practice.models import Client, ClientGroup, Disability, LowIncome
from shegong.practice.queries.client import clients_page, clients_seen, search_clients
from shegong.practice.rules.client import (
    ADDRESS_LENGTH,
    CARD_LENGTH,
    NAME_LENGTH,
    NOTE_LENGTH,
    RELATION_LENGTH,
    ConsentFact,
    ContactFact,
    Facts,
)

router = Router()
HIDDEN = "***"
MANY = 100


class PlainBody(Body):
    """Content whose choices are plain words, as the actions take them."""

    model_config = ConfigDict(use_enum_values=True)


class DisabilityIn(PlainBody):
    """A certified disability (GB/T 26341), grades 1 to 4."""

    kind: DisabilityKind
    grade: Id
    card: Annotated[str, long_text(CARD_LENGTH)] = ""
    since: Day | None = None


class LowIncomeIn(PlainBody):
    """A class of low income."""

    kind: LowIncomeKind
    since: Day | None = None


class ContactIn(PlainBody):
    """Somebody to turn to."""

    name: Annotated[str, long_text(NAME_LENGTH)]
    relation: Annotated[str, long_text(RELATION_LENGTH)]
    phone: str = ""
    is_guardian: bool = False


class ConsentIn(PlainBody):
    """A purpose, and the legal basis for it."""

    purpose: Purpose
    basis: Basis
    given_on: Day | None = None
    note: Annotated[str, long_text(NOTE_LENGTH)] = ""


class ClientFacts(PlainBody):
    """What a file says. What is left out stays as it is (or unknown)."""

    sex: Sex = Sex.UNKNOWN
    born_on: Day | None = None
    identity: str = ""
    phone: str = ""
    address: Annotated[str, long_text(ADDRESS_LENGTH)] = ""
    community: Annotated[Code | None, Field(description="Code of the village or community.")] = None
    ethnicity: Annotated[str, Field(description="GB/T 3304, two digits")] = ""
    household_relation: Annotated[str, long_text(RELATION_LENGTH)] = ""
    groups: Annotated[tuple[Id, ...], Field(max_length=MANY, description="Population groups.")] = ()
    disabilities: Annotated[tuple[DisabilityIn, ...], Field(max_length=MANY)] = ()
    low_incomes: Annotated[tuple[LowIncomeIn, ...], Field(max_length=MANY)] = ()

    def facts(self) -> Facts:
        """What was said, as the actions take it. Raises Problem for an unknown community."""
        besides = {"station_id", "contacts", "consents", "lives_with", "state"}
        said: dict[str, Any] = self.model_dump(exclude_unset=True, exclude=besides)
        if said.get("community"):
            found = divisions_on(clock.today()).filter(code=said["community"]).first()
            if found is None:
                raise Problem("community_unknown", _("请从列表中选择村(社区)。"), "community")
            said["community"] = found.pk
        return cast(Facts, said)


class ClientIn(ClientFacts):
    """A new file at a station."""

    station_id: Id
    name: Annotated[str, long_text(NAME_LENGTH)]
    contacts: Annotated[tuple[ContactIn, ...], Field(max_length=MANY)] = ()
    consents: Annotated[tuple[ConsentIn, ...], Field(max_length=MANY)] = ()
    lives_with: Annotated[UUID | None, Field(description="A client of whose household this one is.")] = None


class ClientChange(ClientFacts):
    """What is to change."""

    name: Annotated[str, long_text(NAME_LENGTH)] = ""
    state: ClientState = ClientState.ACTIVE


class DisabilityOut(BaseModel):
    """A certified disability."""

    kind: DisabilityKind
    grade: int
    since: date


class LowIncomeOut(BaseModel):
    """A class of low income."""

    kind: LowIncomeKind
    since: date


class ClientOut(Answer):
    """A client's file; identity number, telephone and address are masked."""

    id: UUID
    number: str
    name: str
    sex: Sex
    born_on: date | None
    ethnicity: str
    identity: str
    phone: str
    address: str
    community_id: int | None
    hub_id: int
    station_id: int
    groups: list[int]
    disabilities: list[DisabilityOut]
    low_incomes: list[LowIncomeOut]
    household_id: UUID | None
    household_relation: str
    restricted_classes: list[RestrictedClass]
    state: ClientState
    merged_into: UUID | None
    registered_at: datetime


class ClientQuestion(Paged):
    """Which clients."""

    q: Annotated[
        Phrase | None,
        Field(description="Found by characters, pinyin, initials, telephone or a number: best first, one page only."),
    ] = None
    station: Annotated[Key | None, Field(description="Key of the station that keeps the file.")] = None
    group_id: IdParameter | None = None
    state: ClientState = ClientState.ACTIVE


@router.get("/clients", response={200: Listed[ClientOut], 404: ProblemDetails})
def list_clients(request: ApiRequest, asked: Query[ClientQuestion]) -> HttpResponse:
    """Clients by name (in pinyin order), or those found by a word or number."""
    fields = wanted(ClientOut, asked.fields)
    if asked.q is not None:
        return page(_clients(search_clients(request.viewer, asked.q, asked.limit)), None, fields)
    station = station_named(asked.station)
    rows = clients_page(
        request.viewer,
        station=station.id if station else None,
        group=asked.group_id,
        state=asked.state.value,
        cursor=asked.cursor,
        size=asked.limit,
    )
    return page(_clients(rows.items), rows.next_cursor, fields)


@router.get("/clients/{client_id}", response={200: ClientOut})
def read_client(request: ApiRequest, client_id: UUID, asked: Query[Chosen]) -> HttpResponse:
    """A client's file."""
    fields = wanted(ClientOut, asked.fields)
    return one(_clients([_seen(request, client_id)])[0], fields)


@router.put("/clients/{client_id}", response={200: ClientOut, 201: ClientOut, 409: ProblemDetails})
def put_client(request: ApiRequest, client_id: UUID, client: ClientIn) -> HttpResponse:
    """Register a client under the caller's key: 201 when it is new, 200 when the same came before."""
    station = Station.objects.filter(id=client.station_id).first()
    if station is None:
        raise Problem("station_unknown", _("没有这个站点。"), "station_id")
    at = clock.now()
    made = register_client(
        by=request.viewer,
        station=station,
        at=at,
        key=client_id,
        contacts=[cast(ContactFact, contact.model_dump()) for contact in client.contacts],
        consents=[cast(ConsentFact, consent.model_dump()) for consent in client.consents],
        household=_housemate(request, client.lives_with),
        **client.facts(),
    )
    return one(_clients([made])[0], status=201 if made.registered_at == at else 200)


@router.patch("/clients/{client_id}", response={200: ClientOut, 409: ProblemDetails})
def patch_client(request: ApiRequest, client_id: UUID, change: ClientChange) -> HttpResponse:
    """Change what is given, and leave the rest."""
    state = cast(str, change.state) if "state" in change.model_fields_set else None
    seen = _seen(request, client_id)
    changed = change_client(seen, by=request.viewer, at=clock.now(), state=state, **change.facts())
    return one(_clients([changed])[0])


def _seen(request: ApiRequest, client_id: UUID) -> Client:
    found = clients_seen(request.viewer).filter(pk=client_id).first()
    if found is None:
        raise not_found()
    return found


def _housemate(request: ApiRequest, client_id: UUID | None) -> Client | None:
    if client_id is None:
        return None
    try:
        return _seen(request, client_id)
    except Problem as problem:
        raise Problem(problem.code, problem.message, "lives_with") from problem


def _clients(rows: Iterable[Client]) -> list[ClientOut]:
    """The files, with what belongs to them now (three queries, whatever the number)."""
    clients = list(rows)
    prefetch_related_objects(
        clients,
        Prefetch("groups", ClientGroup.objects.filter(until__isnull=True).order_by("group_id"), "groups_now"),
        Prefetch("disabilities", Disability.objects.filter(until__isnull=True).order_by("kind"), "disabilities_now"),
        Prefetch("low_incomes", LowIncome.objects.filter(until__isnull=True).order_by("kind"), "low_incomes_now"),
    )
    return [_client(client) for client in clients]


def _client(row: Any) -> ClientOut:
    """`row` is a Client with what `_clients` fetches besides."""
    return ClientOut(
        id=row.id,
        number=row.number,
        name=row.name,
        sex=Sex(row.sex),
        born_on=row.born_on,
        ethnicity=row.ethnicity,
        identity=mask_identity(row.identity) if row.identity else "",
        phone=mask_phone(row.phone) if row.phone else "",
        address=HIDDEN if row.address else "",
        community_id=row.community_id,
        hub_id=row.hub_id,
        station_id=row.station_id,
        groups=[each.group_id for each in row.groups_now],
        disabilities=[
            DisabilityOut(kind=each.kind, grade=each.grade, since=each.since) for each in row.disabilities_now
        ],
        low_incomes=[LowIncomeOut(kind=each.kind, since=each.since) for each in row.low_incomes_now],
        household_id=row.household_id,
        household_relation=row.household_relation,
        restricted_classes=row.restricted_classes,
        state=ClientState(row.state),
        merged_into=row.merged_into_id,
        registered_at=row.registered_at,
    )
