"""Pages on which staff answer what came in at the door: words of askers, complaints, requests about own data."""

from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shegong.kernel import clock
from shegong.kernel.chinese import mask_phone
from shegong.kernel.problems import Problem
from shegong.kernel.tickets import spaced
from shegong.network.middleware import Request, requires
from shegong.network.sheets import WRONG, answer_sheet, go, raise_if_gone
from shegong.people.enums import Role
from shegong.portal.actions import complaint as complaints
from shegong.portal.actions import own_data as own
from shegong.portal.actions.word import answer_asker
from shegong.portal.enums import OwnDataState
from shegong.portal.forms.door import IdentityForm, NoteForm, ReplyForm, RulingForm
from shegong.portal.models import Complaint, OwnDataRequest
from shegong.portal.queries import complaint as complaint_queries
from shegong.portal.queries import own_data as own_queries
from shegong.portal.queries import word as word_queries
from shegong.practice.enums import Asked, EnquirySource
from shegong.practice.models import Enquiry
from shegong.practice.queries.enquiry import enquiries_seen

KEEPERS: Final = (Role.WORKER, Role.HEAD)
ANSWERERS: Final = (Role.COUNTY, Role.CITY)
QUEUE: Final = (*KEEPERS, Role.COUNTY, Role.DPO)
both_ways = require_http_methods(["GET", "POST"])


# Words of askers


@require_GET
@requires(*KEEPERS, Role.COUNTY)
def words(request: Request) -> HttpResponseBase:
    """What waits at the door: a line for other pages, or the list of askers who wait for an answer."""
    viewer, today = request.viewer, clock.today()
    context: dict[str, Any] = {"enquiries": word_queries.unanswered(viewer)}
    if viewer.has(Role.COUNTY):
        context["complaints"], context["complaints_late"] = complaint_queries.waiting_complaints(viewer, today)
    context["own_requests"], context["own_late"] = own_queries.waiting_requests(viewer, today)
    part = request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request")
    return render(request, f"portal/words_{'line' if part else 'page'}.html", context)


@require_GET
@requires(*KEEPERS, Role.COUNTY)
def enquiry_words(request: Request, enquiry_id: UUID) -> HttpResponseBase:
    """What was said about an enquiry: the card for its page, or a page of its own."""
    return _words(request, _enquiry(request, enquiry_id), ReplyForm())


@require_POST
@requires(*KEEPERS)
def enquiry_reply(request: Request, enquiry_id: UUID) -> HttpResponseBase:
    """Answer the asker."""
    enquiry = _enquiry(request, enquiry_id)
    form = ReplyForm(request.POST)
    if form.is_valid():
        try:
            answer_asker(enquiry, form.cleaned_data["text"], by=request.viewer, at=clock.now())
        except Problem as problem:
            raise_if_gone(problem)
            problem.add_to_form(form)
        else:
            if request.headers.get("HX-Request"):
                return _words(request, enquiry, ReplyForm())
            return go(request, reverse("practice:enquiry", args=[enquiry.pk]), _("已回复。"))
    return _words(request, enquiry, form, WRONG)


def _words(request: Request, enquiry: Enquiry, form: ReplyForm, status: int = 200) -> HttpResponseBase:
    may_answer = request.viewer.has(*KEEPERS) and request.viewer.reaches(enquiry.hub_id, enquiry.station_id)
    context = {
        "enquiry": enquiry,
        "said": list(word_queries.words_about(enquiry)),
        "form": form,
        "may_answer": may_answer and enquiry.code_digest is not None,
    }
    part = request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request")
    return render(request, f"portal/enquiry_words{'' if part else '_page'}.html", context, status=status)


def _enquiry(request: Request, enquiry_id: UUID) -> Enquiry:
    found = enquiries_seen(request.viewer).filter(pk=enquiry_id, source=EnquirySource.PORTAL).first()
    if found is None:
        raise Http404
    return found


# Complaints


@require_GET
@requires(*ANSWERERS)
def complaint_list(request: Request) -> HttpResponseBase:
    """Complaints to be answered, by their term; or the answered ones."""
    state, today = request.GET.get("state", ""), clock.today()
    page = complaint_queries.complaints_page(request.viewer, state, today, request.GET.get("cursor"))
    waiting, late = complaint_queries.waiting_complaints(request.viewer, today)
    states = [("", _("待答复"), waiting), ("overdue", _("已超期"), late), ("answered", _("已答复"), None)]
    tabs = [
        {"title": title, "url": f"?state={value}", "active": state == value, "count": count}
        for value, title, count in states
    ]
    return render(request, "portal/complaints.html", {"page": page, "tabs": tabs, "today": today})


@require_GET
@requires(*ANSWERERS)
def complaint(request: Request, complaint_id: UUID) -> HttpResponseBase:
    """One complaint."""
    found = _complaint(request, complaint_id)
    late = not found.ruling and found.due_on < clock.today()
    context = {"complaint": found, "is_late": late, "masked": mask_phone(found.phone)}
    return render(request, "portal/complaint.html", context)


@both_ways
@requires(*ANSWERERS)
def complaint_answer(request: Request, complaint_id: UUID) -> HttpResponseBase:
    """Answer a complaint."""
    found = _complaint(request, complaint_id)
    form = RulingForm(request.POST or None)
    back = reverse("portal:complaint", args=[found.pk])

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        complaints.answer_complaint(found, typed["ruling"], typed["answer"], by=request.viewer, at=clock.now())
        return back, _("已答复。")

    return answer_sheet(request, form, save, title=_("答复投诉"), submit=_("答复"), back=back)


def _complaint(request: Request, complaint_id: UUID) -> Complaint:
    found = complaint_queries.complaint_file(request.viewer, complaint_id)
    if found is None:
        raise Http404
    return found


# Own data


@require_GET
@requires(*QUEUE)
def own_requests(request: Request) -> HttpResponseBase:
    """Requests about own data: those whose identity is to be checked, by their term; or those decided."""
    state, today = request.GET.get("state", ""), clock.today()
    page = own_queries.own_requests_page(request.viewer, state, request.GET.get("cursor"))
    waiting, late = own_queries.waiting_requests(request.viewer, today)
    tabs = [
        {"title": _("等核对身份"), "url": "?", "active": state != "decided", "count": waiting},
        {"title": _("已处理"), "url": "?state=decided", "active": state == "decided"},
    ]
    context = {"page": page, "tabs": tabs, "today": today, "late": late}
    return render(request, "portal/own_requests.html", context)


@require_GET
@requires(*QUEUE)
def own_request(request: Request, request_id: UUID) -> HttpResponseBase:
    """One request, and what was answered."""
    return _own_page(request, _own(request, request_id))


def _own_page(request: Request, found: OwnDataRequest, code: str = "") -> HttpResponseBase:
    viewer = request.viewer
    keeps = viewer.has(*KEEPERS) and viewer.reaches(found.hub_id, found.station_id)
    context = {
        "own": found,
        "masked": mask_phone(found.phone),
        "may_check": keeps and found.state == OwnDataState.LEFT,
        "may_open": keeps and found.state == OwnDataState.CHECKED and found.kind == Asked.ACCESS,
        "answer": own_queries.answer_of(found) if viewer.has(Role.DPO) else None,
        "late": found.state == OwnDataState.LEFT and found.due_on < clock.today(),
        "code": spaced(code),
        "is_officer": viewer.has(Role.DPO),
    }
    answer = render(request, "portal/own_request.html", context)
    answer["Cache-Control"] = "no-store"
    return answer


@both_ways
@requires(*KEEPERS)
def own_check(request: Request, request_id: UUID) -> HttpResponseBase:
    """The identity was checked; a code is shown once where something was asked to be seen."""
    found = _own(request, request_id)
    form = IdentityForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = WRONG
        if form.is_valid():
            try:
                code = own.check_identity(found, form.cleaned_data["file_number"], by=request.viewer, at=clock.now())
            except Problem as problem:
                raise_if_gone(problem)
                problem.add_to_form(form)
            else:
                return _own_page(request, _own(request, request_id), code)
    return render(request, "portal/own_check.html", {"form": form, "own": found}, status=status)


@require_POST
@requires(*KEEPERS)
def own_open(request: Request, request_id: UUID) -> HttpResponseBase:
    """Another code, for another day."""
    found = _own(request, request_id)
    try:
        code = own.open_again(found, by=request.viewer, at=clock.now())
    except Problem as problem:
        raise_if_gone(problem)
        return go(request, reverse("portal:own-request", args=[found.pk]), problem)
    return _own_page(request, _own(request, request_id), code)


@both_ways
@requires(*KEEPERS)
def own_refuse(request: Request, request_id: UUID) -> HttpResponseBase:
    """Turn a request down."""
    found = _own(request, request_id)
    form = NoteForm(request.POST or None)
    back = reverse("portal:own-request", args=[found.pk])

    def save() -> tuple[str, Any]:
        own.refuse_own_data(found, form.cleaned_data["note"], by=request.viewer, at=clock.now())
        return back, _("已保存。")

    return answer_sheet(request, form, save, title=_("不受理这个请求"), submit=_("保存"), back=back)


def _own(request: Request, request_id: UUID) -> OwnDataRequest:
    found = own_queries.own_request(request.viewer, request_id)
    if found is None:
        raise Http404
    return found
