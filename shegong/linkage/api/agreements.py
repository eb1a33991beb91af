"""Agreements in the API: listed, read whole, drafted under the caller's key, sent to be signed, signed."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from shegong.kernel import clock
from shegong.kernel.api.answers import Answer, Listed, one, page, wanted
from shegong.kernel.api.kinds import Body, Chosen, Day, Id, Paged, long_text
from shegong.kernel.api.refusals import ProblemDetails, not_found
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem, key_taken
from shegong.linkage.actions import agreement as actions
from shegong.linkage.enums import DepartmentAgreementState, FollowKind, ReferralDirection, ReviewOutcome
from shegong.linkage.models import Agreement
from shegong.linkage.queries import agreement as queries
from shegong.linkage.rules.agreement import Terms
from shegong.network.api_scope import ApiRequest, only
from shegong.network.models import Station
from shegong.people.enums import Role

router = Router()
Part = Annotated[str, long_text(1000)]
Title = Annotated[str, long_text(100)]


class AccordOut(Answer):
    """An agreement with departments. It holds from `since` until `ends_on`, the day after the last."""

    id: UUID
    hub_id: int
    title: str
    state: DepartmentAgreementState
    version: int
    follows_id: UUID | None
    follow_kind: FollowKind | None
    reason: str
    since: date
    until: date
    ends_on: date
    review_months: int
    signed_on: date | None
    scope: str
    content: str
    mode: str
    mechanism: str
    supervision: str


class AgreementPartyOut(BaseModel):
    """A side: the stations' (no organisation) or an organisation's."""

    id: UUID
    organisation_id: int | None
    name: str
    does: str
    signed_on: date | None


class ReferralChannelOut(BaseModel):
    """A way on which people are referred, with its days; no groups means all."""

    organisation_id: int
    direction: ReferralDirection
    needs: str
    groups: list[int]
    accept_days: int
    result_days: int


class AgreementReviewOut(BaseModel):
    """A review: when due, when held, what it said."""

    due_on: date
    held_on: date | None
    outcome: ReviewOutcome | None
    result: str


class AccordWholeOut(AccordOut):
    """An agreement with its sides, stations, channels and reviews."""

    parties: list[AgreementPartyOut]
    station_ids: list[int]
    channels: list[ReferralChannelOut]
    reviews: list[AgreementReviewOut]


class AccordIn(Body):
    """The five parts, the days (`until` is the day after the last) and for which hub."""

    hub_id: Id
    title: Title
    scope: Part
    content: Part
    mode: Part
    mechanism: Part
    supervision: Part
    since: Day
    until: Day
    review_months: Annotated[int, Field(ge=1, le=24)] = 6


class AgreementFilter(Paged):
    """Which agreements."""

    state: DepartmentAgreementState | None = None
    in_force: Annotated[bool | None, Field(description="Signed and holding today.")] = None


class AgreementSignatureIn(Body):
    """For which side; `on_paper` (with its day) notes a signature on paper of a side without an account."""

    party_id: UUID
    signed_on: Day | None = None
    on_paper: Annotated[str, long_text(200)] = ""


@router.get("/agreements", response={200: Listed[AccordOut]})
def list_department_agreements(request: ApiRequest, asked: Query[AgreementFilter]) -> HttpResponse:
    """Agreements with departments that concern the caller, the latest first."""
    only(request.viewer, *queries.READERS)
    fields = wanted(AccordOut, asked.fields)
    found = queries.agreements_seen(request.viewer)
    if asked.state is not None:
        found = found.filter(state=asked.state)
    if asked.in_force is not None:
        now = queries.in_force(clock.today())
        found = found.filter(now if asked.in_force else ~now)
    rows = page_of(found, ["-since", "-id"], asked.cursor, asked.limit)
    return page((AccordOut(**_agreement(row)) for row in rows.items), rows.next_cursor, fields)


@router.get("/agreements/{key}", response={200: AccordWholeOut})
def read_department_agreement(request: ApiRequest, key: UUID, asked: Query[Chosen]) -> HttpResponse:
    """An agreement whole."""
    fields = wanted(AccordWholeOut, asked.fields)
    found = _seen(request, key)
    whole = queries.whole(found)
    channels = ReferralChannelOut.model_fields
    answer = AccordWholeOut(
        **_agreement(found),
        parties=[
            AgreementPartyOut(id=each.pk, organisation_id=each.organisation_id, name=each.name, does=each.does,
                              signed_on=each.signed_on)
            for each in whole.parties
        ],
        station_ids=[each.station_id for each in whole.places],
        channels=[ReferralChannelOut(**{name: getattr(each, name) for name in channels}) for each in whole.channels],
        reviews=[
            AgreementReviewOut(due_on=each.due_on, held_on=each.held_on, result=each.result,
                               outcome=ReviewOutcome(each.outcome) if each.outcome else None)
            for each in whole.reviews
        ],
    )  # fmt: skip
    return one(answer, fields)


@router.put("/agreements/{key}", response={200: AccordOut, 201: AccordOut, 409: ProblemDetails})
def put_department_agreement(request: ApiRequest, key: UUID, wish: AccordIn) -> HttpResponse:
    """Draft an agreement under the caller's key: 201 when it is new, 200 when the same came before."""
    only(request.viewer, *queries.OFFICERS, Role.HEAD)
    terms = Terms(**wish.model_dump(exclude={"hub_id"}))
    known = queries.agreement_of(request.viewer, key)
    if known is not None:
        if known.hub_id != wish.hub_id or known.title != terms.title.strip() or known.since != terms.since:
            raise key_taken()
        return one(AccordOut(**_agreement(known)))
    hub = Station.objects.filter(pk=wish.hub_id, tier__in=("centre", "hub")).first()
    if hub is None:
        raise Problem("station_unknown", _("没有这个站点。"), "hub_id")
    made = actions.draft_agreement(hub, terms, by=request.viewer, at=clock.now(), today=clock.today(), key=key)
    return one(AccordOut(**_agreement(made)), status=201)


@router.post("/agreements/{key}/sending", response={200: AccordOut, 409: ProblemDetails})
def send_department_agreement(request: ApiRequest, key: UUID) -> HttpResponse:
    """Freeze a draft and let its sides sign."""
    made = actions.send_to_sign(_seen(request, key), by=request.viewer, at=clock.now())
    return one(AccordOut(**_agreement(made)))


@router.post("/agreements/{key}/signatures", response={200: AccordOut, 409: ProblemDetails})
def sign_department_agreement(request: ApiRequest, key: UUID, wish: AgreementSignatureIn) -> HttpResponse:
    """Sign for one side; the last signature puts it in force."""
    made = actions.sign_agreement(
        _seen(request, key), wish.party_id, by=request.viewer, at=clock.now(), today=clock.today(),
        signed_on=wish.signed_on, on_paper=wish.on_paper,
    )  # fmt: skip
    return one(AccordOut(**_agreement(made)))


def _seen(request: ApiRequest, key: UUID) -> Agreement:
    only(request.viewer, *queries.READERS)
    found = queries.agreement_of(request.viewer, key)
    if found is None:
        raise not_found()
    return found


def _agreement(row: Agreement) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in AccordOut.model_fields}
    return {**values, "follow_kind": row.follow_kind or None}
