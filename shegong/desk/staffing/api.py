"""Staffing in the API: every station against its rule, the rules, and a transfer tried out."""

from datetime import date
from typing import Annotated

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from shegong.desk.staffing import outlook as queries
from shegong.desk.staffing.outlook import Change
from shegong.kernel import clock
from shegong.kernel.api.answers import All, Answer, Listed, one, page, wanted, whole
from shegong.kernel.api.kinds import Body, Chosen, Day, Id, Paged, long_text
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.network.api import Key
from shegong.network.api_scope import ApiRequest, only
from shegong.network.enums import Tier
from shegong.network.models import Station
from shegong.workforce.actions.staffing import CLAUSE_LENGTH, change_rule
from shegong.workforce.api.workers import PostIn
from shegong.workforce.models import StaffingRule
from shegong.workforce.queries.staffing import STAFFING_READERS, rule_history
from shegong.workforce.queries.worker import workers
from shegong.workforce.rules.posting import PostingDraft
from shegong.workforce.rules.staffing import Standing

router = Router(tags=["workforce"])


class StaffingOut(Answer):
    """A running station against the rule of its tier. `since` is when the present state began, `until` when it will
    end as far as is known (postings, certificates and contracts that end, postings that begin).
    """

    station: str
    tier: Tier
    needed: int
    present: int
    met: bool
    since: date
    until: date | None


class StaffingQuestion(Paged):
    """Which stations."""

    hub: Annotated[Key | None, Field(description="Key of the hub.")] = None
    tier: Tier | None = None
    met: bool | None = None


class StaffingRuleOut(Answer):
    """What a tier's stations need for a period; the clause says so."""

    tier: Tier
    least: int
    most: int | None
    certified_only: bool
    counts_from: int
    clause: str
    since: date
    until: date | None


class StaffingRuleIn(Body):
    """What a tier's stations need from a day on."""

    least: Annotated[int, Field(strict=True, ge=1, le=99)]
    most: Annotated[int, Field(strict=True, ge=1, le=99)] | None = None
    certified_only: bool
    counts_from: Annotated[int, Field(strict=True, ge=1, le=100, description="Percent of full time.")] = 1
    clause: Annotated[str, long_text(CLAUSE_LENGTH)]
    since: Day


class WhatIfIn(PostIn):
    """A transfer to try out."""

    worker_id: Id


class StandingOut(BaseModel):
    """How a station stands against its rule."""

    needed: int
    present: int
    met: bool
    since: date
    until: date | None


class StaffingChangeOut(BaseModel):
    """A station before and after; null where nothing is asked of it."""

    station: str
    before: StandingOut | None
    after: StandingOut | None


class WhatIfOut(BaseModel):
    """The station that the worker would leave, and the one that the worker would come to."""

    left: StaffingChangeOut
    reached: StaffingChangeOut


@router.get("/staffing", response={200: Listed[StaffingOut]})
def list_staffing(request: ApiRequest, asked: Query[StaffingQuestion]) -> HttpResponse:
    """The running stations that the caller follows, by key, each against the rule of its tier."""
    only(request.viewer, *STAFFING_READERS)
    fields = wanted(StaffingOut, asked.fields)
    found = queries.followed(request.viewer, clock.today())
    if asked.met is not None:
        found = {key: one for key, one in found.items() if one.met == asked.met}
    rows = Station.objects.filter(id__in=list(found))
    if asked.hub is not None:
        rows = rows.filter(hub__key=asked.hub)
    if asked.tier is not None:
        rows = rows.filter(tier=asked.tier)
    listed = page_of(rows, ["key"], asked.cursor, asked.limit)
    return page((_staffing(each, found[each.pk]) for each in listed.items), listed.next_cursor, fields)


@router.post("/staffing/what-if", response={200: WhatIfOut})
def try_transfer(request: ApiRequest, tried: WhatIfIn) -> HttpResponse:
    """What a transfer would do to both stations; changes nothing."""
    worker = workers(request.viewer).filter(id=tried.worker_id).first()
    if worker is None:
        raise Problem("worker_missing", _("找不到这位人员，或您不能查看。"), "worker_id")
    station = Station.objects.select_related("hub").filter(key=tried.station).first()
    if station is None:
        raise Problem("station_unknown", _("没有这个站点。"), "station")
    draft = PostingDraft(role=tried.role.value, share=tried.share, since=tried.since, until=tried.until)
    left, reached = queries.what_if(worker, station, draft, by=request.viewer, today=clock.today())
    return one(WhatIfOut(left=_change(left), reached=_change(reached)))


@router.get("/staffing-rules", response={200: All[StaffingRuleOut]})
def list_staffing_rules(request: ApiRequest, asked: Query[Chosen]) -> HttpResponse:
    """The rules of each tier, the latest first, from the centre down."""
    fields = wanted(StaffingRuleOut, asked.fields)
    return whole((_rule(rule) for rules in rule_history().values() for rule in rules), fields)


@router.post("/staffing-rules/{tier}", response={201: StaffingRuleOut})
def change_staffing_rule(request: ApiRequest, tier: Tier, rule: StaffingRuleIn) -> HttpResponse:
    """Another rule for a tier from a day on; the one before ends there. City officers only."""
    made = change_rule(tier.value, **rule.model_dump(), by=request.viewer)
    return one(_rule(made), status=201)


def _staffing(station: Station, found: Standing) -> StaffingOut:
    return StaffingOut(
        station=station.key,
        tier=Tier(station.tier),
        needed=found.needed,
        present=found.present,
        met=found.met,
        since=found.since,
        until=found.until,
    )


def _rule(row: StaffingRule) -> StaffingRuleOut:
    return StaffingRuleOut(
        tier=Tier(row.tier),
        least=row.least,
        most=row.most,
        certified_only=row.certified_only,
        counts_from=row.counts_from,
        clause=row.clause,
        since=row.since,
        until=row.until,
    )


def _change(change: Change) -> StaffingChangeOut:
    return StaffingChangeOut(station=change.station.key, before=_standing(change.before), after=_standing(change.after))


def _standing(found: Standing | None) -> StandingOut | None:
    if found is None:
        return None
    return StandingOut(needed=found.needed, present=found.present, met=found.met, since=found.since, until=found.until)
