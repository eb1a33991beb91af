"""A client's family and surroundings in the API: one document, read and put whole."""

from dataclasses import asdict
from datetime import date
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import BaseModel, Field

from shegong.kernel import clock
from shegong.kernel.api.answers import Answer, one, wanted
from shegong.kernel.api.kinds import Body, Chosen, Day, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.network.api_scope import ApiRequest
from shegong.practice.actions.family import save_family
from shegong.practice.api.client import PlainBody
from shegong.practice.enums import (
    BondDirection,
    BondKind,
    Descent,
    Sex,
    SystemKind,
    TieFlow,
    TieStrength,
    UnionKind,
)
from shegong.practice.models import Client
from shegong.practice.queries.client import clients_seen
from shegong.practice.queries.family import KeptFamily, family_of, family_on
from shegong.practice.rules.family import (
    FIRST_YEAR,
    MOST_PERSONS,
    MOST_RELATIONS,
    MOST_SYSTEMS,
    NAME_LENGTH,
    NOTE_LENGTH,
    OCCUPATION_LENGTH,
    PARTS,
    Family,
)

router = Router()
Year = Annotated[int, Field(strict=True, ge=FIRST_YEAR, le=2200)]


class PersonPart(PlainBody):
    """Somebody of the family. The one linked to the client's own file takes name, sex and birth from there."""

    id: UUID
    name: Annotated[str, long_text(NAME_LENGTH)]
    sex: Sex = Sex.UNKNOWN
    born: Year | None = None
    is_dead: bool = False
    died: Year | None = None
    linked: Annotated[UUID | None, Field(description="The person's own client file.")] = None
    in_household: bool = False
    occupation: Annotated[str, long_text(OCCUPATION_LENGTH)] = ""
    health: Annotated[str, long_text(NOTE_LENGTH)] = ""


class UnionPart(PlainBody):
    """A couple."""

    id: UUID
    first: UUID
    second: UUID
    kind: UnionKind
    since: Year | None = None
    until: Year | None = None


class ParentagePart(PlainBody):
    """A child of a couple (`union`) or of one person (`parent`)."""

    id: UUID
    child: UUID
    union: UUID | None = None
    parent: UUID | None = None
    kind: Descent = Descent.BIOLOGICAL


class BondPart(PlainBody):
    """How two people stand to each other."""

    id: UUID
    first: UUID
    second: UUID
    kind: BondKind
    direction: BondDirection = BondDirection.BOTH


class SystemPart(PlainBody):
    """Something that surrounds the household."""

    id: UUID
    kind: SystemKind
    name: Annotated[str, long_text(NAME_LENGTH)]
    note: Annotated[str, long_text(NOTE_LENGTH)] = ""


class TiePart(PlainBody):
    """A system's tie to the household, or to one person; `flow` is seen from the family."""

    id: UUID
    system: UUID
    person: UUID | None = None
    strength: TieStrength = TieStrength.ORDINARY
    flow: TieFlow = TieFlow.NONE


class FamilyIn(Body):
    """The whole family: what is left out goes."""

    persons: Annotated[list[PersonPart], Field(min_length=1, max_length=MOST_PERSONS)]
    unions: Annotated[list[UnionPart], Field(max_length=MOST_RELATIONS)] = []
    parentages: Annotated[list[ParentagePart], Field(max_length=MOST_RELATIONS)] = []
    bonds: Annotated[list[BondPart], Field(max_length=MOST_RELATIONS)] = []
    systems: Annotated[list[SystemPart], Field(max_length=MOST_SYSTEMS)] = []
    ties: Annotated[list[TiePart], Field(max_length=MOST_RELATIONS)] = []
    version: Annotated[
        int | None,
        Field(
            strict=True, ge=0, le=2**31 - 1, description="The version that was read: a newer one is not overwritten."
        ),
    ] = None

    def family(self) -> Family:
        """The family as the actions take it."""
        return Family(
            **{part: tuple(kind(**row.model_dump()) for row in getattr(self, part)) for part, kind in PARTS.items()}
        )


class FamilyOut(Answer):
    """A client's family as it stands, or as it stood on a day."""

    client_id: UUID
    version: int
    persons: list[PersonPart]
    unions: list[UnionPart]
    parentages: list[ParentagePart]
    bonds: list[BondPart]
    systems: list[SystemPart]
    ties: list[TiePart]


class FamilyQuestion(Chosen):
    """As of when."""

    on: Annotated[Day | None, Field(description="As it was known at the end of this day; now when left out.")] = None


@router.get("/clients/{client_id}/family", response={200: FamilyOut, 404: ProblemDetails})
def read_family(request: ApiRequest, client_id: UUID, asked: Query[FamilyQuestion]) -> HttpResponse:
    """A client's family and surroundings; version 0 where nothing was entered yet."""
    fields = wanted(FamilyOut, asked.fields)
    client = _client(request, client_id)
    kept = _kept(client, asked.on)
    if kept is None:
        raise not_found().at("on")
    return one(_family(client, kept), fields)


@router.put(
    "/clients/{client_id}/family",
    response={200: FamilyOut, 403: ProblemDetails, 404: ProblemDetails, 409: ProblemDetails},
)
def put_family(request: ApiRequest, client_id: UUID, family: FamilyIn) -> HttpResponse:
    """Keep a client's family as it is now. Faults are told at their place: `unions.0.second`."""
    client = _client(request, client_id)
    kept = save_family(client, family.family(), by=request.viewer, at=clock.now(), version=family.version)
    return one(_family(client, kept))


def _client(request: ApiRequest, client_id: UUID) -> Client:
    found = clients_seen(request.viewer).filter(pk=client_id).first()
    if found is None:
        raise not_found()
    return found


def _kept(client: Client, on: date | None) -> KeptFamily | None:
    return family_on(client, on) if on else family_of(client)


def _family(client: Client, kept: KeptFamily) -> FamilyOut:
    kinds: dict[str, type[BaseModel]] = {
        "persons": PersonPart,
        "unions": UnionPart,
        "parentages": ParentagePart,
        "bonds": BondPart,
        "systems": SystemPart,
        "ties": TiePart,
    }
    parts = {part: [kind(**asdict(row)) for row in getattr(kept.family, part)] for part, kind in kinds.items()}
    return FamilyOut.model_validate({"client_id": client.pk, "version": kept.version, **parts})
