"""Pages of the shared pool's coordinators: the month, its proposals, who is left without supervision."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.kernel.wording import month_name
from shegong.network.middleware import Request, requires
from shegong.network.models import Station
from shegong.network.sheets import answer_sheet, go, raise_if_gone
from shegong.workforce.actions import proposal as actions
from shegong.workforce.enums import PoolVerdict, ProposalState
from shegong.workforce.forms.pool import SupervisorForm
from shegong.workforce.models import PoolAssignment, PoolProposal
from shegong.workforce.queries import pool as queries
from shegong.workforce.queries.pool_swap import swap_board
from shegong.workforce.rules.booking import open_months
from shegong.workforce.views.pool import at_once, both_ways, named, tabs


def _hub(request: Request) -> Station:
    hub = queries.pool_hub(request.viewer)
    if hub is None:
        raise Http404
    return hub


def _month(request: Request) -> date:
    months = open_months(clock.today())
    return next((each for each in months if each.isoformat() == request.GET.get("month")), months[1])


@require_GET
@requires(*queries.COORDINATORS)
def board(request: Request) -> HttpResponseBase:
    """A month: what there is, who waits, the proposals (six queries, eight where a speciality is asked for)."""
    hub, month = _hub(request), _month(request)
    waiting = queries.waiting_page(request.viewer, hub, month, request.GET.get("cursor"))
    proposals = queries.own_proposals(request.viewer, hub, month)
    context = {
        "tabs": tabs(request.viewer, "board"),
        "months": [
            {"title": month_name(each), "url": f"?month={each.isoformat()}", "active": each == month}
            for each in open_months(clock.today())
        ],
        "month": month,
        "hub": hub,
        "state": queries.month_state(request.viewer, hub, month),
        "proposals": proposals,
        "may_propose": not any(each.state in queries.IN_WORK for each in proposals),
        "page": waiting,
        "specialities": queries.speciality_names(each.speciality for each in waiting.items),
    }
    return render(request, "workforce/pool_board.html", context)


@require_POST
@requires(*queries.COORDINATORS)
def propose(request: Request) -> HttpResponseBase:
    """Ask for a proposal."""
    back = reverse("workforce:pool-board")
    try:
        month = date.fromisoformat(request.POST.get("month", ""))
        made = actions.propose(month, by=request.viewer, at=clock.now())
    except ValueError:
        raise Http404 from None
    except Problem as problem:
        raise_if_gone(problem)
        return go(request, back, problem)
    return go(request, reverse("workforce:pool-proposal", args=[made.pk]))


@require_GET
@requires(*queries.COORDINATORS)
def proposal(request: Request, proposal_id: UUID) -> HttpResponseBase:
    """A proposal: how far it is; then its worth, its pairings with their reasons, who is left (six queries)."""
    found = _found(request, proposal_id)
    waits = found.state in (ProposalState.QUEUED, ProposalState.RUNNING)
    context: dict[str, Any] = {"proposal": found, "waits": waits}
    part = request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request")
    if waits and part:
        return render(request, "workforce/pool_progress.html", context)
    if part:
        return go(request, reverse("workforce:pool-proposal", args=[found.pk]))
    hub = _hub(request)
    unserved = request.GET.get("show") == "left"
    page = queries.assignments_page(
        found, unserved=unserved, text=request.GET.get("q", "")[:40], cursor=request.GET.get("cursor")
    )
    first = found.first_come_value
    better = (found.value - first) / first if first else None
    context |= {
        "unserved": unserved,
        "page": page,
        "lines": [(line, named(line.parts), _verdict(line)) for line in page.items],
        "specialities": queries.speciality_names(line.request.speciality for line in page.items),
        "left": found.requests - found.served,
        "verdicts": [
            (PoolVerdict(verdict).label, count) for verdict, count in queries.verdict_counts(found) if verdict
        ],
        "gap": (found.bound - found.value) / found.bound if found.bound else 0,
        "better": better,
        "worse": -(better or 0),
        "may_edit": found.state == ProposalState.READY and found.hub_id == hub.pk,
        "text": request.GET.get("q", "")[:40],
    }
    return render(request, "workforce/pool_proposal.html", context)


def _verdict(line: PoolAssignment) -> str:
    """Why a request has nobody, in a sentence."""
    if not line.verdict:
        return ""
    if line.verdict == PoolVerdict.FULL:
        words = _("合适的 %(suitable)s 位督导都已排满；其中最不急的一项每小时 %(least)s 分，本项 %(own)s 分。")
        return words % {"suitable": line.suitable, "least": line.least, "own": line.own}
    return str(PoolVerdict(line.verdict).label)


@require_POST
@requires(*queries.COORDINATORS)
def proposal_step(request: Request, proposal_id: UUID, step: str) -> HttpResponseBase:
    """Publish a proposal, compute it again, or drop it."""
    found = _found(request, proposal_id)
    steps = {
        "publish": (actions.publish_proposal, _("已发布，督导和站点可以约定时间了。")),
        "again": (actions.compute_again, ""),
        "drop": (actions.drop_proposal, _("方案已放弃，没有安排任何督导。")),
    }
    action, said = steps[step]
    url = reverse("workforce:pool-proposal", args=[found.pk])
    return at_once(request, lambda: action(found, by=request.viewer, at=clock.now()), said, url)


@require_POST
@requires(*queries.COORDINATORS)
def assignment_step(request: Request, assignment_id: int, step: str) -> HttpResponseBase:
    """Pin a pairing, let it go, or take the supervisor off."""
    line = _line(request, assignment_id)
    viewer, now = request.viewer, clock.now()
    steps: dict[str, tuple[Any, str]] = {
        "pin": (lambda: actions.pin_assignment(line, True, by=viewer, at=now), _("已固定，重新计算时不变。")),
        "unpin": (lambda: actions.pin_assignment(line, False, by=viewer, at=now), _("不再固定。")),
        "remove": (lambda: actions.remove_assignment(line, by=viewer, at=now), _("已移除，可另选或重新计算。")),
    }
    action, said = steps[step]
    return at_once(request, action, said, reverse("workforce:pool-proposal", args=[line.proposal_id]))


@both_ways
@requires(*queries.COORDINATORS)
def assignment_change(request: Request, assignment_id: int) -> HttpResponseBase:
    """Give a request another supervisor."""
    line = _line(request, assignment_id)
    form = SupervisorForm(request.POST or None, rows=queries.alternatives(line, clock.today()))
    url = reverse("workforce:pool-proposal", args=[line.proposal_id])

    def save() -> tuple[str, Any]:
        actions.reassign(line, form.cleaned_data["supervisor"], by=request.viewer, at=clock.now())
        return url, _("已更换并固定。")

    note = f"{line.request.station.name} · {line.request.get_topic_display()}"
    return answer_sheet(request, form, save, title=_("更换督导"), submit=_("更换"), back=url, note=note)


@both_ways
@requires(*queries.COORDINATORS)
def assignment_swap(request: Request, assignment_id: int) -> HttpResponseBase:
    """Exchange the supervisors of two requests: the best exchanges, each one tap."""
    line = _line(request, assignment_id)
    url = reverse("workforce:pool-proposal", args=[line.proposal_id])
    if line.supervisor is None:
        raise Http404
    if request.method == "POST":
        other = int(typed) if (typed := request.POST.get("other", "")).isascii() and typed.isdigit() else 0
        said = _("已对调并固定，得分已重新计算。")
        return at_once(
            request, lambda: actions.swap_supervisors(line, other, by=request.viewer, at=clock.now()), said, url
        )
    text = request.GET.get("q", "")[:40]
    board = swap_board(line, clock.today(), text)
    context = {
        "line": line,
        "text": text,
        "options": board.options,
        "more": board.possible - len(board.options),
        "refusals": [(actions.SWAP_REFUSALS[verdict], count) for verdict, count in board.refusals.items()],
        "back": url,
    }
    return render(request, "workforce/pool_swap.html", context)


@require_GET
@requires(*queries.COORDINATORS)
def coverage(request: Request) -> HttpResponseBase:
    """Who had no supervision for 60 days, by county or town (three queries)."""
    hub = _hub(request)
    rows = queries.coverage(hub, clock.today())
    context = {
        "tabs": tabs(request.viewer, "coverage"),
        "hub": hub,
        "of_city": queries.of_city(hub),
        "rows": rows,
        "workers": sum(row.workers for row in rows),
        "unsupervised": sum(row.unsupervised for row in rows),
    }
    return render(request, "workforce/pool_coverage.html", context)


def _found(request: Request, proposal_id: UUID) -> PoolProposal:
    found = queries.proposal_file(request.viewer, proposal_id)
    if found is None:
        raise Http404
    return found


def _line(request: Request, assignment_id: int) -> PoolAssignment:
    found = queries.assignment_of(request.viewer, assignment_id)
    if found is None:
        raise Http404
    return found
