"""What belongs to premises in the API: opening hours, who shares a site, equipment; and plans for communities without a
room.
"""

from datetime import date, time
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import Field

from shegong.kernel import clock
from shegong.kernel.api.answers import All, Answer, Listed, one, page, wanted, whole
from shegong.kernel.api.kinds import Body, Chosen, Count, Day, Id, Paged, Word, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem, Problems, key_taken
from shegong.network.api_scope import ApiRequest
from shegong.network.enums import Condition, EquipmentSource, Payer, PlanNeed, PlanState
from shegong.network.models import CoveragePlan, Division, Equipment, SharingAgreement, Site, Station
from shegong.network.premises.actions import plan as plans
from shegong.network.premises.actions.equipment import EquipmentDraft, note_equipment
from shegong.network.premises.actions.site import Sharing, agree, end_agreement, set_hours
from shegong.network.premises.queries.plan import plan_by_id
from shegong.network.premises.queries.site import site_by_id, spans
from shegong.network.premises.rules.site import clock_words

router = Router(tags=["premises"])
DAY_MINUTES = 24 * 60
Yearly = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2, description="Yuan a year.")]


class OpenSpan(Body):
    """From when to when a site is open on a weekday (1 is Monday); 00:00 as an end is midnight."""

    weekday: Annotated[int, Field(strict=True, ge=1, le=7)]
    opens: time
    closes: time


class HoursIn(Body):
    """The whole week anew."""

    hours: Annotated[list[OpenSpan], Field(max_length=70)]


class OpenOut(Answer):
    """From when to when a site is open on a weekday."""

    weekday: int
    opens: time
    closes: time


class SharingIn(Body):
    """That a station uses a site: what for, who pays what a year."""

    station_id: Id
    purpose: Annotated[str, long_text(200)]
    payer: Payer
    yearly: Yearly = Decimal(0)
    since: Day
    until: Day | None = None


class SharingOut(Answer):
    """A sharing agreement; `station` is a key."""

    id: UUID
    premises_id: UUID
    station: str
    purpose: str
    payer: Payer
    yearly: Decimal
    since: date
    until: date | None


class EndIn(Body):
    """From which day on no longer."""

    until: Day


class EquipmentIn(Body):
    """Equipment of one kind, in one state, from one source."""

    name: Annotated[str, long_text(60)]
    number: Count
    condition: Condition
    source: EquipmentSource
    checked_on: Day


class EquipmentOut(Answer):
    """An entry of a site's inventory."""

    id: UUID
    premises_id: UUID
    name: str
    number: int
    condition: Condition
    source: EquipmentSource
    checked_on: date


class PlanIn(Body):
    """A room for a village or community at a site: its division's code, the town's station, what is needed, by when."""

    community: Word
    town_id: Id
    premises_id: UUID
    needs: Annotated[list[PlanNeed], Field(max_length=10)] = []
    opens_on: Day
    note: Annotated[str, long_text(200)] = ""


class PlanStepIn(Body):
    """The next step, and the day on which it was taken."""

    to: Annotated[PlanState, Field(description="`agreed`, `fitting` or `opened`.")]
    on: Day


class PlanDropIn(Body):
    """Why a plan is given up."""

    note: Annotated[str, long_text(200)]


class PlanOut(Answer):
    """A plan; `hub`, `town` and `room` are keys of stations, `community` is a division's code."""

    id: UUID
    community: str
    hub: str
    town: str
    premises_id: UUID
    state: PlanState
    needs: list[PlanNeed]
    note: str
    planned_on: date
    opens_on: date
    agreed_on: date | None
    ended_on: date | None
    room: str | None


class PlanFilter(Paged):
    """Which plans."""

    hub: Annotated[Word | None, Field(description="Key of the hub above.")] = None
    state: PlanState | None = None


@router.get("/premises/{site_id}/opening-hours", response={200: All[OpenOut]})
def list_opening_hours_of_premises(request: ApiRequest, site_id: UUID, asked: Query[Chosen]) -> HttpResponse:
    """When a site is open in a week."""
    fields = wanted(OpenOut, asked.fields)
    return whole(_hours(_site(site_id)), fields)


@router.put("/premises/{site_id}/opening-hours", response={200: All[OpenOut]})
def put_opening_hours_of_premises(request: ApiRequest, site_id: UUID, content: HoursIn) -> HttpResponse:
    """Set the week's opening hours; days without any are closed."""
    site = _site(site_id)
    texts = [""] * 7
    for each in content.hours:
        opens, closes = _minute(each.opens), _minute(each.closes) or DAY_MINUTES
        texts[each.weekday - 1] += f"，{clock_words(opens)}-{clock_words(closes)}"
    try:
        set_hours(site, [text.lstrip("，") for text in texts], by=request.viewer)
    except Problems as wrong:
        raise Problems([problem.at("hours") for problem in wrong.problems]) from wrong
    except Problem as wrong:
        raise (wrong.at("hours") if wrong.field else wrong) from wrong
    return whole(_hours(site))


@router.get("/premises/{site_id}/agreements", response={200: Listed[SharingOut]})
def list_agreements_of_premises(request: ApiRequest, site_id: UUID, asked: Query[Paged]) -> HttpResponse:
    """Who shares a site, the latest first, as far as the caller sees them."""
    fields = wanted(SharingOut, asked.fields)
    found = SharingAgreement.objects.filter(site=_site(site_id)).select_related("station")
    rows = page_of(found, ["-since"], asked.cursor, asked.limit)
    return page(map(_agreement, rows.items), rows.next_cursor, fields)


@router.put(
    "/premises/{site_id}/agreements/{agreement_id}",
    response={200: SharingOut, 201: SharingOut, 409: ProblemDetails},
)
def put_agreement_of_premises(
    request: ApiRequest, site_id: UUID, agreement_id: UUID, content: SharingIn
) -> HttpResponse:
    """Agree under the caller's key: 201 when it is new, 200 when the same came before."""
    site = _site(site_id)
    known = SharingAgreement.objects.filter(pk=agreement_id).exists()
    sharing = Sharing(
        content.station_id, content.purpose, content.payer.value, content.yearly, content.since, content.until
    )
    made = agree(site, sharing, by=request.viewer, key=agreement_id)
    return one(_agreement(made), status=200 if known else 201)


@router.post("/premises/{site_id}/agreements/{agreement_id}/end", response={200: SharingOut, 409: ProblemDetails})
def end_agreement_of_premises(request: ApiRequest, site_id: UUID, agreement_id: UUID, content: EndIn) -> HttpResponse:
    """A station stops using a site."""
    found = SharingAgreement.objects.filter(pk=agreement_id, site_id=site_id).select_related("site", "station").first()
    if found is None:
        raise not_found()
    return one(_agreement(end_agreement(found, content.until, by=request.viewer)))


@router.get("/premises/{site_id}/equipment", response={200: Listed[EquipmentOut]})
def list_equipment_of_premises(request: ApiRequest, site_id: UUID, asked: Query[Paged]) -> HttpResponse:
    """A site's inventory, by name."""
    fields = wanted(EquipmentOut, asked.fields)
    rows = page_of(Equipment.objects.filter(site=_site(site_id)), ["name"], asked.cursor, asked.limit)
    return page(map(_equipment, rows.items), rows.next_cursor, fields)


@router.put(
    "/premises/{site_id}/equipment/{equipment_id}", response={200: EquipmentOut, 201: EquipmentOut, 409: ProblemDetails}
)
def put_equipment_of_premises(
    request: ApiRequest, site_id: UUID, equipment_id: UUID, content: EquipmentIn
) -> HttpResponse:
    """An entry of the inventory under the caller's key, new or corrected."""
    site = _site(site_id)
    row = Equipment.objects.filter(pk=equipment_id).first()
    if row is not None and row.site_id != site.pk:
        raise key_taken()
    draft = EquipmentDraft(
        content.name, content.number, content.condition.value, content.source.value, content.checked_on
    )
    made = note_equipment(
        site, draft, by=request.viewer, today=clock.today(), row=row or Equipment(id=equipment_id, site=site)
    )
    return one(_equipment(made), status=201 if row is None else 200)


@router.get("/coverage-plans", response={200: Listed[PlanOut]})
def list_coverage_plans(request: ApiRequest, asked: Query[PlanFilter]) -> HttpResponse:
    """Plans for villages and communities without a room, the latest first."""
    fields = wanted(PlanOut, asked.fields)
    found = CoveragePlan.objects.select_related("hub", "town", "community", "room")
    if asked.hub is not None:
        found = found.filter(hub__key=asked.hub)
    if asked.state is not None:
        found = found.filter(state=asked.state)
    rows = page_of(found, ["-planned_on"], asked.cursor, asked.limit)
    return page(map(_plan, rows.items), rows.next_cursor, fields)


@router.get("/coverage-plans/{plan_id}", response={200: PlanOut})
def read_coverage_plan(request: ApiRequest, plan_id: UUID, asked: Query[Chosen]) -> HttpResponse:
    """A plan."""
    fields = wanted(PlanOut, asked.fields)
    return one(_plan(_found(plan_id)), fields)


@router.put("/coverage-plans/{plan_id}", response={200: PlanOut, 201: PlanOut, 409: ProblemDetails})
def put_coverage_plan(request: ApiRequest, plan_id: UUID, content: PlanIn) -> HttpResponse:
    """Plan a room under the caller's key: 201 when it is new, 200 when the same came before."""
    town = Station.objects.filter(pk=content.town_id).first()
    if town is None:
        raise Problem("station_unknown", _("没有这个站点。"), "town_id")
    if not plans.may_plan(request.viewer, town):
        raise Problem("may_not_plan", _("您不能为这个镇（街道）制定计划。"), status=403)
    known = plan_by_id(plan_id)
    if known is not None:
        said = (known.community.code, known.town_id, known.site_id, known.opens_on)
        if said != (content.community, content.town_id, content.premises_id, content.opens_on):
            raise key_taken()
        return one(_plan(known))
    community = Division.objects.filter(code=content.community).first()
    if community is None:
        raise Problem("community_unknown", _("没有这个村（社区）。"), "community")
    site = site_by_id(content.premises_id)
    if site is None:
        raise Problem("site_unknown", _("没有这个场地。"), "premises_id")
    plans.propose(
        plan_id, community, town, site, [each.value for each in content.needs], content.opens_on, content.note,
        by=request.viewer, today=clock.today(),
    )  # fmt: skip
    return one(_plan(_found(plan_id)), status=201)


@router.post("/coverage-plans/{plan_id}/step", response={200: PlanOut, 409: ProblemDetails})
def step_coverage_plan(request: ApiRequest, plan_id: UUID, content: PlanStepIn) -> HttpResponse:
    """The next step of a plan; with `opened` the room is a station of its own."""
    found = _found(plan_id)
    if content.to == PlanState.OPENED:
        plans.open_room(found, content.on, by=request.viewer, today=clock.today())
    else:
        plans.advance(found, content.to.value, content.on, by=request.viewer, today=clock.today())
    return one(_plan(_found(plan_id)))


@router.post("/coverage-plans/{plan_id}/drop", response={200: PlanOut, 409: ProblemDetails})
def drop_coverage_plan(request: ApiRequest, plan_id: UUID, content: PlanDropIn) -> HttpResponse:
    """Give a plan up."""
    plans.drop(_found(plan_id), content.note, by=request.viewer, today=clock.today())
    return one(_plan(_found(plan_id)))


def _site(site_id: UUID) -> Site:
    found = site_by_id(site_id)
    if found is None:
        raise not_found()
    return found


def _found(plan_id: UUID) -> CoveragePlan:
    found = plan_by_id(plan_id)
    if found is None:
        raise not_found()
    return found


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _time(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


def _hours(site: Site) -> list[OpenOut]:
    return [
        OpenOut(weekday=each.weekday, opens=_time(each.opens), closes=_time(each.closes)) for each in spans(site.pk)
    ]


def _agreement(row: SharingAgreement) -> SharingOut:
    return SharingOut(
        id=row.pk,
        premises_id=row.site_id,
        station=row.station.key,
        purpose=row.purpose,
        payer=Payer(row.payer),
        yearly=row.yearly,
        since=row.since,
        until=row.until,
    )


def _equipment(row: Equipment) -> EquipmentOut:
    return EquipmentOut(
        id=row.pk,
        premises_id=row.site_id,
        name=row.name,
        number=row.number,
        condition=Condition(row.condition),
        source=EquipmentSource(row.source),
        checked_on=row.checked_on,
    )


def _plan(row: CoveragePlan) -> PlanOut:
    return PlanOut(
        id=row.pk,
        community=row.community.code,
        hub=row.hub.key,
        town=row.town.key,
        premises_id=row.site_id,
        state=PlanState(row.state),
        needs=[PlanNeed(each) for each in row.needs],
        note=row.note,
        planned_on=row.planned_on,
        opens_on=row.opens_on,
        agreed_on=row.agreed_on,
        ended_on=row.ended_on,
        room=row.room.key if row.room else None,
    )
