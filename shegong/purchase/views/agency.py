"""Pages of agencies: the list and a page of each for officers, and an agency's own workspace."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.network.middleware import Request, requires
from shegong.network.models import Organisation
from shegong.network.queries import hubs as all_hubs
from shegong.people.enums import Role
from shegong.purchase.actions import agency as actions
from shegong.purchase.enums import ProjectState
from shegong.purchase.forms.bid import ComplaintForm, CreditForm, LicenceForm, TextForm
from shegong.purchase.models import AgencyComplaint, Contract
from shegong.purchase.queries import agency as queries
from shegong.purchase.queries import project as buying
from shegong.purchase.queries.contract import running
from shegong.purchase.rules.project import supplier_problem
from shegong.purchase.views.ledger import OFFICERS, both_ways
from shegong.purchase.views.sheets import answer_sheet

PARTIES = (*OFFICERS, Role.AGENCY)
SHOWN = 10


@require_GET
@requires(*PARTIES)
def agencies(request: Request) -> HttpResponseBase:
    """Agencies by name; an agency comes to its own workspace."""
    viewer, day = request.viewer, clock.today()
    if not viewer.has(*OFFICERS):
        return redirect("purchase:agency-mine")
    text, narrow = request.GET.get("q", "").strip()[:60], request.GET.get("narrow", "")
    named = (("", _("全部")), ("bound", _("有在履行的合同")), ("unlicensed", _("证照过期或未登记")))
    context = {
        "page": queries.agencies_page(viewer, day, text, narrow, request.GET.get("cursor")),
        "text": text,
        "narrow": narrow,
        "filters": [
            {"title": title, "url": f"?narrow={value}" if value else "?", "active": value == narrow}
            for value, title in named
        ],
        "today": day,
    }
    return render(request, "purchase/agencies.html", context)


def _agency(request: Request, agency_id: int) -> Organisation:
    found = queries.agencies(request.viewer).filter(pk=agency_id).first()
    if found is None:
        raise Http404
    return found


def _page(found: Organisation) -> str:
    return reverse("purchase:agency", args=[found.pk])


@require_GET
@requires(*PARTIES)
def agency(request: Request, agency_id: int) -> HttpResponseBase:
    """One agency: licence, credit, contracts, people, its course over the years, complaints and answers."""
    found, day = _agency(request, agency_id), clock.today()
    file = queries.agency_file(request.viewer, found, day)
    standing = buying.standings([found.pk], day)[found.pk]
    context = {
        "agency": found,
        "file": file,
        "problem": supplier_problem(standing),
        "paid": queries.payments_of(request.viewer, file.contracts),
        "course": _course(file.years),
        "is_officer": request.viewer.has(*OFFICERS),
        "is_own": found.pk in request.viewer.organisations,
        "today": day,
        "links_contracts": _contracts_answer(),
        "way": [{"title": pgettext("navigation", "机构"), "url": reverse("purchase:agencies")}],
    }
    return render(request, "purchase/agency.html", context)


def _course(years: list[queries.Year]) -> dict[str, Any]:
    """People and certificates over the years, as a chart takes it."""
    return {
        "unit": _("人"),
        "labels": [str(each.year) for each in years],
        "series": [
            {"name": _("员工"), "values": [each.staff for each in years]},
            {"name": _("持证"), "values": [each.certified for each in years]},
        ],
    }


def _contracts_answer() -> bool:
    """Whether contracts have pages."""
    try:
        resolve("/contracts/1/")
    except Resolver404:
        return False
    return True


@require_GET
@requires(Role.AGENCY)
def mine(request: Request) -> HttpResponseBase:
    """An agency's own workspace: what it can bid for, what became of its bids, its contracts, what it has to answer."""
    viewer, day = request.viewer, clock.today()
    own = list(queries.agencies(viewer).order_by("name"))
    standings = buying.standings([each.pk for each in own], day)
    contracts = Contract.objects.filter(running(day), organisation_id__in=viewer.organisations)
    listed = list(contracts.select_related("hub").order_by("until")[:SHOWN])
    offers = list(buying.own_bids(viewer)[:SHOWN])
    offered = {bid.project_id for bid in offers if bid.state == "submitted" and bid.round == bid.project.round}
    context = {
        "agencies": [(each, supplier_problem(standings[each.pk])) for each in own],
        "open": [each for each in buying.open_to_bid(viewer).order_by("deadline")[:SHOWN] if each.pk not in offered],
        "bids": [(bid, _became(bid)) for bid in offers],
        "contracts": listed,
        "paid": queries.payments_of(viewer, listed),
        "complaints": list(
            AgencyComplaint.objects.filter(organisation_id__in=viewer.organisations, answered_at__isnull=True)
        ),
        "links_contracts": _contracts_answer(),
    }
    return render(request, "purchase/agency_mine.html", context)


def _became(bid: Any) -> str:
    """What became of a bid, in words."""
    project = bid.project
    if bid.state != "submitted":
        return str(bid.get_state_display())
    if bid.round != project.round or project.state in (ProjectState.FAILED, ProjectState.CALLED_OFF):
        return _("本轮未成交")
    if project.awarded_bid is not None:
        return _("成交") if project.awarded_bid == bid.pk else _("未成交")
    return _("已密封递交") if project.state == ProjectState.INVITED else _("评审中")


@both_ways
@requires(*OFFICERS)
def licence_new(request: Request, agency_id: int) -> HttpResponseBase:
    """Put a licence on record."""
    found = _agency(request, agency_id)
    form = LicenceForm(request.POST or None)

    def save() -> tuple[str, Any]:
        actions.add_licence(found, **form.cleaned_data, by=request.viewer, at=clock.now())
        return _page(found), _("已登记。")

    return answer_sheet(request, form, save, title=_("登记证照"), submit=_("登记"), back=_page(found), note=found.name)


@both_ways
@requires(*OFFICERS)
def credit_new(request: Request, agency_id: int) -> HttpResponseBase:
    """Put something about its good name on record."""
    found = _agency(request, agency_id)
    form = CreditForm(request.POST or None)

    def save() -> tuple[str, Any]:
        actions.add_credit_record(found, **form.cleaned_data, by=request.viewer, at=clock.now())
        return _page(found), _("已登记。")

    note = _("活动异常名录和政府采购严重违法失信期间，这家机构不能参加采购。")
    return answer_sheet(request, form, save, title=_("登记信用记录"), submit=_("登记"), back=_page(found), note=note)


@both_ways
@requires(*OFFICERS)
def complaint_new(request: Request, agency_id: int) -> HttpResponseBase:
    """Put a complaint about its work on record."""
    found, viewer = _agency(request, agency_id), request.viewer
    places = [(hub.pk, hub.name) for hub in all_hubs() if viewer.has(Role.CITY) or hub.pk in viewer.hubs]
    form = ComplaintForm(request.POST or None, hubs=places, initial={"key": uuid7(), "received_on": clock.today()})

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        actions.complain(
            typed["key"], found, typed["hub"], typed["text"], typed["received_on"], by=viewer, at=clock.now()
        )
        return _page(found), _("已登记，等待机构答复。")

    return answer_sheet(request, form, save, title=_("登记投诉"), submit=_("登记"), back=_page(found), note=found.name)


@both_ways
@requires(Role.AGENCY)
def complaint_answer(request: Request, complaint_id: UUID) -> HttpResponseBase:
    """Answer a complaint, once."""
    found = queries.complaint(request.viewer, complaint_id)
    if found is None or found.answered_at is not None:
        raise Http404
    form = TextForm(request.POST or None)

    def save() -> tuple[str, Any]:
        actions.answer_complaint(found, form.cleaned_data["text"], by=request.viewer, at=clock.now())
        return _page(found.organisation), _("已答复。")

    back = _page(found.organisation)
    return answer_sheet(request, form, save, title=_("答复投诉"), submit=_("答复"), back=back, note=found.text)
