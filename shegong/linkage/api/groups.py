"""Local groups and micro-grants in the API: listed, read, noted under the caller's key. Leaders aren't told here."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import Field

from shegong.kernel import clock
from shegong.kernel.api.answers import Answer, Listed, one, page, wanted
from shegong.kernel.api.kinds import Body, Chosen, Day, Id, Paged, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem, key_taken
from shegong.linkage.actions import group as actions
from shegong.linkage.enums import LocalGroupKind, LocalGroupStage, MicroGrantState
from shegong.linkage.models import LocalGroup, MicroGrant
from shegong.linkage.queries import group as queries
from shegong.network.api_scope import ApiRequest, only

router = Router()


class LocalGroupOut(Answer):
    """A local group."""

    id: UUID
    station_id: int
    community_id: int | None
    name: str
    kind: LocalGroupKind
    aim: str
    stage: LocalGroupStage
    stage_since: date
    number: str
    members: int
    founded_on: date


class LocalGroupIn(Body):
    """A group as its station notes it."""

    station_id: Id
    name: Annotated[str, long_text(60)]
    kind: LocalGroupKind
    aim: Annotated[str, long_text(300)]
    members: Id
    leader: Annotated[str, long_text(60)]
    leader_phone: Annotated[str, Field(max_length=30)] = ""
    founded_on: Day


class LocalGroupFilter(Paged):
    """Which groups."""

    stage: LocalGroupStage | None = None
    station_id: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None


class MicroGrantOut(Answer):
    """A micro-grant. Sums are in yuan."""

    id: UUID
    station_id: int
    title: str
    plan: str
    state: MicroGrantState
    asked: Decimal
    asked_at: datetime
    approved: Decimal | None
    opinion: str
    paid_on: date | None
    spent: Decimal | None
    account: str
    accounted_on: date | None


class MicroGrantFilter(Paged):
    """Which micro-grants."""

    state: MicroGrantState | None = None


@router.get("/local-groups", response={200: Listed[LocalGroupOut]})
def list_local_groups(request: ApiRequest, asked: Query[LocalGroupFilter]) -> HttpResponse:
    """The groups of the caller's stations, those that changed last first."""
    only(request.viewer, *queries.READERS)
    fields = wanted(LocalGroupOut, asked.fields)
    found = queries.groups_seen(request.viewer)
    if asked.stage is not None:
        found = found.filter(stage=asked.stage)
    if asked.station_id is not None:
        found = found.filter(station_id=asked.station_id)
    rows = page_of(found, ["-stage_since", "-id"], asked.cursor, asked.limit)
    return page((_group(row) for row in rows.items), rows.next_cursor, fields)


@router.get("/local-groups/{key}", response={200: LocalGroupOut})
def read_local_group(request: ApiRequest, key: UUID, asked: Query[Chosen]) -> HttpResponse:
    """A group."""
    only(request.viewer, *queries.READERS)
    fields = wanted(LocalGroupOut, asked.fields)
    found = queries.group_of(request.viewer, key)
    if found is None:
        raise not_found()
    return one(_group(found), fields)


@router.put("/local-groups/{key}", response={200: LocalGroupOut, 201: LocalGroupOut, 409: ProblemDetails})
def put_local_group(request: ApiRequest, key: UUID, wish: LocalGroupIn) -> HttpResponse:
    """Note a group under the caller's key: 201 when it is new, 200 when the same came before."""
    only(request.viewer, *queries.KEEPERS)
    known = queries.group_of(request.viewer, key)
    if known is not None:
        if (known.station_id, known.name) != (wish.station_id, wish.name.strip()):
            raise key_taken()
        return one(_group(known))
    station = next((each for each in queries.stations_to_keep(request.viewer) if each.pk == wish.station_id), None)
    if station is None:
        raise Problem("station_unknown", _("没有这个站点。"), "station_id")
    values: dict[str, Any] = wish.model_dump(exclude={"station_id", "founded_on"})
    made = actions.found_group(
        station, actions.GroupDraft(**values), wish.founded_on, by=request.viewer, at=clock.now(), today=clock.today(),
        key=key,
    )  # fmt: skip
    return one(_group(made), status=201)


@router.get("/micro-grants", response={200: Listed[MicroGrantOut]})
def list_micro_grants(request: ApiRequest, asked: Query[MicroGrantFilter]) -> HttpResponse:
    """Micro-grants of the caller's stations (of all for the city), the latest first."""
    only(request.viewer, *queries.GRANT_READERS)
    fields = wanted(MicroGrantOut, asked.fields)
    found = queries.grants_seen(request.viewer)
    if asked.state is not None:
        found = found.filter(state=asked.state)
    rows = page_of(found, ["-asked_at", "-id"], asked.cursor, asked.limit)
    return page((_grant(row) for row in rows.items), rows.next_cursor, fields)


def _group(row: LocalGroup) -> LocalGroupOut:
    return LocalGroupOut(**{name: getattr(row, name) for name in LocalGroupOut.model_fields})


def _grant(row: MicroGrant) -> MicroGrantOut:
    return MicroGrantOut(**{name: getattr(row, name) for name in MicroGrantOut.model_fields})
