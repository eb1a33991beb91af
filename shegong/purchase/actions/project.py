"""Leading a purchase: from the need through budget, invitation and opening to the award, and its ends. Every function
is one step under a lock on the project; the database checks each again by itself and writes the step down.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.kernel.refused import broken_rule, told
from shegong.network.models import Organisation, Station
from shegong.network.scope import Viewer
from shegong.purchase.actions import ledger
from shegong.purchase.actions.ledger import Booking
from shegong.purchase.enums import ON_THE_WAY, MoneyStage, Pays, ProjectState, PurchaseMethod
from shegong.purchase.models import Criterion, FiscalYear, Fund, Invitation, Project
from shegong.purchase.queries import project as queries
from shegong.purchase.rules import project as rules
from shegong.purchase.rules.project import MethodTerms, ProjectDraft
from shegong.purchase.rules.refusals import STEP, refusal

CONTENT: Final = (
    "title", "need", "nature", "buyer_id", "services", "fund_id", "pays", "budget", "labour_floor", "since",
    "until", "long_term_reason",
)  # fmt: skip
NO_FUND: Final = _("没有这项资金。")
NO_HUB: Final = _("请选择区(市)县。")
FRESH: Final[dict[str, Any]] = {
    "method": "", "method_reason": "", "min_bidders": None, "panel_size": None, "notice_days": None, "deadline": None,
    "opening_by_id": None, "opening_name": "", "opening_at": None, "opened_at": None, "awarded_bid": None,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CallForBids:
    """By which method, until when bids come in, and who is asked (nobody in particular for an open tender)."""

    method: str
    deadline: datetime
    organisation_ids: Sequence[int] = ()
    reason: str = ""


def saved(project: Project, fields: Sequence[str]) -> None:
    """Save a project's columns. Raises Problem for what the database refuses."""
    with told(refusal):
        project.save(update_fields=fields)


def in_words(error: IntegrityError) -> Exception:
    """The database's refusal as a Problem; any other error as it is."""
    return refusal(broken_rule(error)) or error


def led(project: Project, by: Viewer, *states: ProjectState) -> Project:
    """The project under a lock, for who leads it. Raises Problem 403, or 409 in another state than these."""
    if not queries.is_officer(by, project.hub_id):
        raise Problem("project_not_yours", _("您不能办理这个采购项目。"), status=403)
    present = Project.objects.select_for_update().get(pk=project.pk)
    if states and present.state not in states:
        raise Problem("project_step", STEP, status=409)
    return present


def step(
    project: Project, state: ProjectState, verb: str, *, by: Viewer, at: datetime, reason: str = "", **columns: Any
) -> Project:
    """Take a step: the new state with who, when and why, and one journal row."""
    for name, value in columns.items():
        setattr(project, name, value)
    project.state, project.state_at, project.state_by_id = state, at, by.account_id
    project.state_name, project.reason = by.display_name[:60], reason.strip()[:500]
    saved(project, ["state", "state_at", "state_by", "state_name", "reason", *columns])
    detail = {"number": project.number, "round": project.round}
    log(verb, "project", project.pk, by=by.account_id, at=at, hub_id=project.hub_id, detail=detail)
    return project


@transaction.atomic
def save_need(key: UUID, hub_id: int, draft: ProjectDraft, *, by: Viewer, at: datetime) -> Project:
    """Put a need down under the caller's key, or change it while no money is reserved for it.

    Raises Problem or Problems at title, need, nature, buyer, stations, services, fund, year, budget, labour_floor,
    since, until, long_term_reason; 403, 409.
    """
    if not queries.is_officer(by, hub_id):
        raise Problem("project_not_yours", _("您不能办理这个采购项目。"), status=403)
    known = Project.objects.select_for_update().filter(pk=key).first()
    if known and (known.hub_id != hub_id or known.state != ProjectState.NEED):
        raise key_taken()
    buyer = queries.standings([draft.buyer_id], clock.today()).get(draft.buyer_id)
    if buyer is None:
        raise Problem("buyer_organ", _("购买主体应为国家机关。"), "buyer")
    raise_any([*rules.need_problems(draft, buyer), *_unknown(hub_id, draft)])
    project = known or Project(
        id=key, hub_id=hub_id, number=_next_number(hub_id, at), state_at=at, state_by_id=by.account_id,
        state_name=by.display_name[:60],
    )  # fmt: skip
    for name in CONTENT:
        setattr(project, name, getattr(draft, name))
    project.title, project.need = draft.title.strip(), draft.need.strip()
    project.year_id, project.services = draft.year, list(draft.services)
    try:
        with transaction.atomic():
            project.save(force_insert=known is None)
            project.stations.set(queries.with_rooms(draft.station_ids))
    except IntegrityError as error:
        raise in_words(error) from error
    log("save_project", "project", key, by=by.account_id, at=at, hub_id=hub_id, detail={"number": project.number})
    return project


def _unknown(hub_id: int, draft: ProjectDraft) -> list[Problem]:
    """References that aren't there, or elsewhere."""
    found = []
    here = Station.objects.filter(pk__in=draft.station_ids, hub_id=hub_id).count()
    if here != len(set(draft.station_ids)):
        found.append(Problem("stations_elsewhere", _("只能选择本区(市)县的站点。"), "stations"))
    fund = Fund.objects.filter(pk=draft.fund_id).first()
    if fund is None:
        found.append(Problem("fund_unknown", NO_FUND, "fund"))
    elif wrong := ledger.permit_problem(fund, Pays(draft.pays), draft.services, clock.today()):
        found.append(wrong)
    if not FiscalYear.objects.filter(year=draft.year, closed_at__isnull=True).exists():
        params = {"year": draft.year}
        found.append(Problem("year_closed", _("%(year)s 年度没有建账或已经结账。"), "year", params=params))
    return found


def _next_number(hub_id: int, at: datetime) -> str:
    """The next number of a hub's year; two at once wait for each other on the hub's row."""
    hub = Station.objects.select_for_update(no_key=True).get(pk=hub_id)
    beginning = f"CG-{hub.key}-{clock.today().year}-"
    last = Project.objects.filter(number__startswith=beginning).order_by("-number").values_list("number", flat=True)
    return f"{beginning}{int(last[0].removeprefix(beginning)) + 1 if last else 1:04d}"


@transaction.atomic
def set_criteria(
    project: Project, criteria: Sequence[tuple[str, int, bool]], *, by: Viewer, at: datetime
) -> list[Criterion]:
    """Say what bids are measured by, as (name, points, is the price): a hundred points, one for the price.

    Raises Problem at `criteria`; 403, 409 once bids are asked for.
    """
    present = led(project, by, ProjectState.NEED, ProjectState.RESERVED)
    if wrong := rules.criteria_problem(criteria):
        raise wrong
    present.criteria.all().delete()
    made = Criterion.objects.bulk_create(
        Criterion(id=uuid7(), project=present, number=number, name=name.strip()[:60], points=points, is_price=price)
        for number, (name, points, price) in enumerate(criteria, start=1)
    )
    log("set_criteria", "project", present.pk, by=by.account_id, at=at, hub_id=present.hub_id)
    return made


@transaction.atomic
def reserve_budget(project: Project, *, by: Viewer, at: datetime) -> Project:
    """Check the budget by reserving it. Raises Problem at `amount`, `pays`, `services`, `year` as the ledger says."""
    present = led(project, by, ProjectState.NEED)
    booking = Booking(present.fund, present.hub_id, present.year_id, present.budget, present.title)
    ledger.reserve(booking, pays=Pays(present.pays), subject=present.subject, services=present.services, by=by, at=at)
    return step(present, ProjectState.RESERVED, "reserve_project_budget", by=by, at=at)


@transaction.atomic
def invite(project: Project, call: CallForBids, *, by: Viewer, at: datetime) -> Project:
    """Ask for bids, by a method that fits the sum. An open tender is made public.

    Raises Problem or Problems at method, method_reason, deadline, organisations; 403, 409.
    """
    present = led(project, by, ProjectState.RESERVED)
    rule = queries.rules_in_force(clock.today()).get(call.method)
    terms = MethodTerms(rule.from_amount, rule.below_amount, rule.min_bidders, rule.bidding_days) if rule else None
    asked = [] if call.method == PurchaseMethod.OPEN_TENDER else sorted(set(call.organisation_ids))
    problems = rules.method_problems(
        call.method, terms, present.budget, deadline=call.deadline, at=at, asked=len(asked), reason=call.reason
    )
    standings = queries.standings(asked, clock.today())
    for key in asked:
        if key not in standings or (problem := rules.supplier_problem(standings[key])):
            name = Organisation.objects.filter(pk=key).values_list("name", flat=True).first() or str(key)
            text = problem.message if key in standings and problem else _("没有这个机构。")
            problems.append(Problem("invited_unfit", _("%(name)s：%(why)s"), "organisations",
                                    params={"name": name, "why": text}))  # fmt: skip
    if not present.criteria.exists():
        problems.append(Problem("criteria_missing", _("请先设定评审因素。")))
    raise_any(problems)
    assert rule is not None
    Invitation.objects.bulk_create(
        Invitation(project=present, round=present.round, organisation_id=key) for key in asked
    )
    return step(
        present, ProjectState.INVITED, "invite_bids", by=by, at=at, method=call.method,
        method_reason=call.reason.strip()[:300], deadline=call.deadline, min_bidders=rule.min_bidders,
        panel_size=rule.panel_size, notice_days=rule.notice_days,
    )  # fmt: skip


@transaction.atomic
def ask_opening(project: Project, *, by: Viewer, at: datetime) -> Project:
    """Ask, after the deadline, that the bids be opened; somebody else then opens them."""
    present = led(project, by, ProjectState.INVITED)
    assert present.deadline is not None
    if at < present.deadline:
        raise Problem("opening_early", _("响应截止后才能开标。"), status=409)
    if present.opening_by_id is not None:
        raise Problem("opening_asked", _("已经有人申请开标。"), status=409)
    present.opening_by_id, present.opening_at, present.opening_name = by.account_id, at, by.display_name[:60]
    saved(present, ["opening_by", "opening_at", "opening_name"])
    log("ask_opening", "project", present.pk, by=by.account_id, at=at, hub_id=present.hub_id)
    return present


@transaction.atomic
def open_bids(project: Project, *, by: Viewer, at: datetime) -> Project:
    """Open the bids together with who asked for it. With too few of them they stay sealed and the round has failed."""
    present = led(project, by, ProjectState.INVITED)
    if present.opening_by_id is None:
        raise Problem("opening_not_asked", _("请先由一人申请开标。"), status=409)
    if present.opening_by_id == by.account_id:
        raise Problem("opening_alone", _("开标要由两个人共同进行，请另一人确认。"), status=403)
    received = queries.bids_received(present.pk)
    if received < (present.min_bidders or 1):
        why = _("有效响应只有 %(number)s 家，少于 %(least)s 家。") % {
            "number": received, "least": present.min_bidders,
        }  # fmt: skip
        return step(present, ProjectState.FAILED, "fail_project", by=by, at=at, reason=str(why))
    return step(present, ProjectState.OPENED, "open_bids", by=by, at=at, opened_at=at)


@transaction.atomic
def finish_scoring(project: Project, *, by: Viewer, at: datetime) -> Project:
    """Close the scoring once every member of the panel is done; the database adds the points up."""
    present = led(project, by, ProjectState.OPENED)
    seats = [seat for seat in queries.panel(present) if seat.declaration != "conflict"]
    if len(seats) < (present.panel_size or 1) or any(seat.submitted_at is None for seat in seats):
        raise Problem("panel_unfinished", _("评审小组还没有全部提交评分。"), status=409)
    return step(present, ProjectState.SCORED, "finish_scoring", by=by, at=at)


@transaction.atomic
def award(project: Project, *, by: Viewer, at: datetime) -> Project:
    """Award the project to the highest score."""
    present = led(project, by, ProjectState.SCORED)
    scored = [bid for bid in queries.bids(by, present) if bid.state == "submitted" and bid.score is not None]
    winner = rules.best((str(bid.pk), bid.score or bid.price, bid.price, bid.submitted_at) for bid in scored)
    if winner is None:
        raise Problem("no_bids", _("没有有效的响应文件。"), status=409)
    return step(present, ProjectState.AWARDED, "award_project", by=by, at=at, awarded_bid=UUID(winner))


@transaction.atomic
def fail(project: Project, reason: str, *, by: Viewer, at: datetime) -> Project:
    """Declare that this round has failed. Raises Problem at `reason`; 409 while bids may still come in."""
    present = led(project, by, ProjectState.INVITED, ProjectState.OPENED, ProjectState.SCORED, ProjectState.AWARDED)
    _with_reason(reason)
    if present.state == ProjectState.INVITED and present.deadline is not None and at < present.deadline:
        raise Problem("bids_come_in", _("响应截止前不能认定失败；如不再采购，请终止项目。"), status=409)
    return step(present, ProjectState.FAILED, "fail_project", by=by, at=at, reason=reason)


@transaction.atomic
def repeat(project: Project, reason: str, *, by: Viewer, at: datetime) -> Project:
    """Begin anew after a failed round; the money stays reserved. Raises Problem at `reason`."""
    present = led(project, by, ProjectState.FAILED)
    _with_reason(reason)
    return step(
        present, ProjectState.RESERVED, "repeat_project", by=by, at=at, reason=reason, round=present.round + 1, **FRESH
    )


@transaction.atomic
def call_off(project: Project, reason: str, *, by: Viewer, at: datetime) -> Project:
    """End a purchase without a contract and free its money. Raises Problem at `reason`."""
    present = led(project, by, *(state for state in ON_THE_WAY[:-1]), ProjectState.FAILED)
    _with_reason(reason)
    release_rest(present, by=by, at=at)
    return step(present, ProjectState.CALLED_OFF, "call_off_project", by=by, at=at, reason=reason)


def release_rest(project: Project, *, by: Viewer, at: datetime) -> None:
    """Free all that is still reserved for a project."""
    for held in queries.money_held(project, MoneyStage.RESERVED):
        booking = Booking(held.fund, held.hub_id, held.year, held.amount, project.title)
        ledger.release(project.subject, booking, stage=MoneyStage.RESERVED, by=by, at=at)


def _with_reason(reason: str) -> None:
    if not reason.strip():
        raise Problem("reason_missing", _("请写明原因。"), "reason")
