"""Volunteers and their services in the API: calls to help, who signed up, who came and for how long."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import Field

from shegong.kernel import clock
from shegong.kernel.api.answers import All, Answer, Listed, one, page, wanted, whole
from shegong.kernel.api.kinds import Body, Chosen, Day, Id, Moment, Paged, Word, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem, key_taken
from shegong.linkage.actions import opportunity as calls
from shegong.linkage.actions import volunteer as actions
from shegong.linkage.enums import OpportunityState, SpokenLanguage, TrainingTopic, VolunteerSignUpState, VolunteerState
from shegong.linkage.models import Attendance, Opportunity, SignUp, Volunteer
from shegong.linkage.queries import opportunity as call_queries
from shegong.linkage.queries import volunteer as queries
from shegong.linkage.rules.opportunity import OpportunityDraft, Presence
from shegong.linkage.rules.volunteer import VolunteerDraft
from shegong.network.api_scope import ApiRequest, only
from shegong.network.models import Station

router = Router()
Codes = Annotated[list[Annotated[str, Field(pattern=r"^[a-z_]{1,20}$")]], Field(max_length=30)]
Slot = Annotated[int, Field(strict=True, ge=0, le=20)]


class VolunteerOut(Answer):
    """A volunteer, by the unified number; telephone and identity numbers stay on the pages."""

    id: UUID
    number: str
    station_id: int
    name: str
    state: VolunteerState
    skills: list[str]
    languages: list[SpokenLanguage]
    slots: list[int]
    reach_km: int
    joined_on: date
    kept: int
    missed: int
    minutes: int


class VolunteerIn(Body):
    """Somebody to register. `slots` are periods of a week: 0 is Monday's morning, 20 Sunday's evening."""

    station_id: Id
    name: Word
    born_on: Day
    phone: Word
    identity: Word = ""
    skills: Codes = Field(default_factory=list)
    languages: Annotated[list[SpokenLanguage], Field(max_length=10)] = Field(default_factory=list)
    slots: Annotated[list[Slot], Field(max_length=21)] = Field(default_factory=list)
    reach_km: Annotated[int, Field(strict=True, ge=1, le=100)] = 5
    guardian_name: Word = ""
    guardian_phone: Word = ""
    guardian_consent_on: Day | None = None


class VolunteerFilter(Paged):
    """Which volunteers."""

    state: VolunteerState | None = None
    station_id: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None


class OpportunityOut(Answer):
    """A call for volunteers."""

    id: UUID
    station_id: int
    title: str
    work: str
    place: str
    starts_at: datetime
    ends_at: datetime
    places: int
    taken: int
    waiting: int
    minimum_age: int
    skills: list[str]
    training: TrainingTopic | None
    insurance: str
    contact: str
    contact_phone: str
    state: OpportunityState


class OpportunityIn(Body):
    """A call, as a draft of a station."""

    station_id: Id
    title: Annotated[str, long_text(60)]
    work: Annotated[str, long_text(500)]
    place: Annotated[str, long_text(100)]
    starts_at: Moment
    ends_at: Moment
    places: Annotated[int, Field(strict=True, ge=1, le=5000)]
    contact: Annotated[str, long_text(40)]
    contact_phone: Word
    minimum_age: Annotated[int, Field(strict=True, ge=0, le=80)] = 14
    skills: Codes = Field(default_factory=list)
    training: TrainingTopic | None = None
    insurance: Annotated[str, long_text(200)] = ""


class OpportunityMove(Body):
    """What becomes of a call; `reason` for one that is cancelled."""

    state: OpportunityState
    reason: Annotated[str, long_text(200)] = ""


class OpportunityFilter(Paged):
    """Which calls."""

    state: OpportunityState | None = None
    station_id: Annotated[int | None, Field(ge=1, le=2**31 - 1)] = None


class VolunteerSignUpOut(Answer):
    """A sign-up: with a place, or waiting."""

    id: UUID
    opportunity_id: UUID
    volunteer_id: UUID
    state: VolunteerSignUpState
    at: datetime


class VolunteerSignUpIn(Body):
    """Who signs up."""

    volunteer_id: UUID


class VolunteerAttendanceOut(Answer):
    """Whether somebody came, and the minutes of service."""

    id: UUID
    opportunity_id: UUID
    volunteer_id: UUID
    on_day: date
    came: bool
    starts_at: datetime | None
    ends_at: datetime | None
    minutes: int
    confirmed_at: datetime | None


class PresenceIn(Body):
    """Whether somebody came, from when to when; `rest` are minutes that were no service. `confirm` settles it."""

    volunteer_id: UUID
    came: bool
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    rest: Annotated[int, Field(strict=True, ge=0, le=1440)] = 0
    confirm: bool = False


@router.get("/volunteers", response={200: Listed[VolunteerOut]})
def list_volunteers(request: ApiRequest, asked: Query[VolunteerFilter]) -> HttpResponse:
    """Volunteers of the viewer's stations by name, or the viewer alone."""
    only(request.viewer, *queries.READERS)
    fields = wanted(VolunteerOut, asked.fields)
    found = queries.volunteers_seen(request.viewer)
    if asked.state is not None:
        found = found.filter(state=asked.state)
    if asked.station_id is not None:
        found = found.filter(station_id=asked.station_id)
    rows = page_of(found, ["sort_key"], asked.cursor, asked.limit)
    return page((VolunteerOut(**_plain(VolunteerOut, row)) for row in rows.items), rows.next_cursor, fields)


@router.get("/volunteers/{key}", response={200: VolunteerOut})
def read_volunteer(request: ApiRequest, key: UUID, asked: Query[Chosen]) -> HttpResponse:
    """A volunteer."""
    fields = wanted(VolunteerOut, asked.fields)
    return one(VolunteerOut(**_plain(VolunteerOut, _volunteer(request, key))), fields)


@router.put("/volunteers/{key}", response={200: VolunteerOut, 201: VolunteerOut, 409: ProblemDetails})
def put_volunteer(request: ApiRequest, key: UUID, wish: VolunteerIn) -> HttpResponse:
    """Register a volunteer under the caller's key: 201 when new, 200 when the same came before."""
    only(request.viewer, *queries.READERS)
    known = queries.volunteer_of(request.viewer, key)
    if known is not None:
        if (known.name, known.born_on, known.station_id) != (wish.name.strip(), wish.born_on, wish.station_id):
            raise key_taken()
        return one(VolunteerOut(**_plain(VolunteerOut, known)))
    values = wish.model_dump(exclude={"station_id", "skills", "languages", "slots"})
    draft = VolunteerDraft(
        **values, skills=tuple(wish.skills), languages=tuple(str(each) for each in wish.languages),
        slots=tuple(wish.slots),
    )  # fmt: skip
    made = actions.register_volunteer(
        _station(wish.station_id), draft, by=request.viewer, at=clock.now(), today=clock.today(), key=key
    )
    return one(VolunteerOut(**_plain(VolunteerOut, made)), status=201)


@router.get("/volunteers/{key}/attendances", response={200: All[VolunteerAttendanceOut]})
def list_volunteer_attendances(request: ApiRequest, key: UUID, asked: Query[Chosen]) -> HttpResponse:
    """What somebody did, confirmed, the latest first."""
    fields = wanted(VolunteerAttendanceOut, asked.fields)
    found = queries.file_of(_volunteer(request, key)).services
    return whole((VolunteerAttendanceOut(**_plain(VolunteerAttendanceOut, row)) for row in found), fields)


@router.get("/opportunities", response={200: Listed[OpportunityOut]})
def list_opportunities(request: ApiRequest, asked: Query[OpportunityFilter]) -> HttpResponse:
    """Calls that are out, and the drafts of the viewer's stations, the latest first."""
    fields = wanted(OpportunityOut, asked.fields)
    found = call_queries.opportunities_seen(request.viewer)
    if asked.state is not None:
        found = found.filter(state=asked.state)
    if asked.station_id is not None:
        found = found.filter(station_id=asked.station_id)
    rows = page_of(found, ["-starts_at"], asked.cursor, asked.limit)
    return page((_call(row) for row in rows.items), rows.next_cursor, fields)


@router.get("/opportunities/{key}", response={200: OpportunityOut})
def read_opportunity(request: ApiRequest, key: UUID, asked: Query[Chosen]) -> HttpResponse:
    """A call."""
    return one(_call(_opportunity(request, key)), wanted(OpportunityOut, asked.fields))


@router.put("/opportunities/{key}", response={200: OpportunityOut, 201: OpportunityOut, 409: ProblemDetails})
def put_opportunity(request: ApiRequest, key: UUID, wish: OpportunityIn) -> HttpResponse:
    """Write a call down under the caller's key: 201 when new, 200 when it is changed."""
    only(request.viewer, *queries.KEEPERS)
    values = wish.model_dump(exclude={"station_id", "skills", "training"})
    draft = OpportunityDraft(**values, skills=tuple(wish.skills), training=str(wish.training or ""))
    known = call_queries.opportunity_of(request.viewer, key)
    if known is not None:
        if known.station_id != wish.station_id:
            raise key_taken()
        calls.change_opportunity(known, draft, by=request.viewer, at=clock.now())
        return one(_call(_opportunity(request, key)))
    made = calls.plan_opportunity(_station(wish.station_id), draft, by=request.viewer, at=clock.now(), key=key)
    return one(_call(made), status=201)


@router.post("/opportunities/{key}/state", response={200: OpportunityOut, 409: ProblemDetails})
def move_opportunity(request: ApiRequest, key: UUID, wish: OpportunityMove) -> HttpResponse:
    """Open, close, end or cancel a call."""
    only(request.viewer, *queries.KEEPERS)
    found = _opportunity(request, key)
    calls.move_opportunity(found, wish.state, reason=wish.reason, by=request.viewer, at=clock.now())
    return one(_call(_opportunity(request, key)))


@router.get("/opportunities/{key}/sign-ups", response={200: All[VolunteerSignUpOut]})
def list_opportunity_signups(request: ApiRequest, key: UUID, asked: Query[Chosen]) -> HttpResponse:
    """Who signed up, those with a place first; for who organises."""
    found, fields = _led(request, key), wanted(VolunteerSignUpOut, asked.fields)
    rows = (each.signup for each in call_queries.list_of(found))
    return whole((VolunteerSignUpOut(**_plain(VolunteerSignUpOut, row)) for row in rows), fields)


@router.post("/opportunities/{key}/sign-ups", response={201: VolunteerSignUpOut, 409: ProblemDetails})
def sign_up_volunteer(request: ApiRequest, key: UUID, wish: VolunteerSignUpIn) -> HttpResponse:
    """Sign a volunteer up; the answer says whether there was a place."""
    found, who = _opportunity(request, key), _volunteer(request, wish.volunteer_id)
    made: SignUp = calls.sign_up(found, who, by=request.viewer, at=clock.now())
    return one(VolunteerSignUpOut(**_plain(VolunteerSignUpOut, made)), status=201)


@router.get("/opportunities/{key}/attendances", response={200: All[VolunteerAttendanceOut]})
def list_opportunity_attendances(request: ApiRequest, key: UUID, asked: Query[Chosen]) -> HttpResponse:
    """Who came and for how long; for who organises."""
    found, fields = _led(request, key), wanted(VolunteerAttendanceOut, asked.fields)
    rows = (each.attendance for each in call_queries.list_of(found) if each.attendance)
    return whole((VolunteerAttendanceOut(**_plain(VolunteerAttendanceOut, row)) for row in rows), fields)


@router.post("/opportunities/{key}/attendances", response={200: VolunteerAttendanceOut, 409: ProblemDetails})
def record_volunteer_attendance(request: ApiRequest, key: UUID, wish: PresenceIn) -> HttpResponse:
    """Write down whether somebody came and for how long, and confirm it."""
    found = _led(request, key)
    rows = (each.signup.volunteer for each in call_queries.list_of(found))
    who = next((each for each in rows if each.pk == wish.volunteer_id), None)
    if who is None:
        raise Problem("volunteer_unknown", _("只记录报名成功的志愿者。"), "volunteer_id")
    there = Presence(wish.came, wish.starts_at, wish.ends_at, wish.rest)
    made: Attendance = calls.record_attendance(
        found, who, there, confirm=wish.confirm, by=request.viewer, at=clock.now()
    )
    return one(VolunteerAttendanceOut(**_plain(VolunteerAttendanceOut, made)))


def _plain(kind: type[Answer], row: object) -> dict[str, Any]:
    return {name: getattr(row, name) for name in kind.model_fields}


def _call(row: Opportunity) -> OpportunityOut:
    values = _plain(OpportunityOut, row)
    return OpportunityOut(**{**values, "training": row.training or None})


def _station(station_id: int) -> Station:
    found = Station.objects.select_related("hub__division", "division").exclude(tier="centre").filter(pk=station_id)
    station = found.first()
    if station is None:
        raise Problem("station_unknown", _("没有找到这个站点，请写完整的名称。"), "station_id")
    return station


def _volunteer(request: ApiRequest, key: UUID) -> Volunteer:
    only(request.viewer, *queries.READERS)
    found = queries.volunteer_of(request.viewer, key)
    if found is None:
        raise not_found()
    return found


def _opportunity(request: ApiRequest, key: UUID) -> Opportunity:
    found = call_queries.opportunity_of(request.viewer, key)
    if found is None:
        raise not_found()
    return found


def _led(request: ApiRequest, key: UUID) -> Opportunity:
    only(request.viewer, *queries.KEEPERS)
    found = _opportunity(request, key)
    if not call_queries.leads(request.viewer, found):
        raise not_found()
    return found
