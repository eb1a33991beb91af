"""Pages of a purchase's documents: adding and taking away, and what may be downloaded by whom."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.uploads.answering import kept_file_answer
from shegong.network.middleware import Request, requires
from shegong.people.enums import Role
from shegong.purchase.actions import bid as bidding
from shegong.purchase.actions import document as actions
from shegong.purchase.enums import ProjectState
from shegong.purchase.forms.project import DocumentsForm
from shegong.purchase.models import Notice
from shegong.purchase.queries import document as queries
from shegong.purchase.queries.document import Document
from shegong.purchase.queries.project import READERS, own_bid
from shegong.purchase.views.ledger import OFFICERS, both_ways
from shegong.purchase.views.project import found_or_404, page_url
from shegong.purchase.views.sheets import answer_sheet


@both_ways
@requires(*OFFICERS)
def project_file_new(request: Request, project_id: UUID) -> HttpResponseBase:
    """Put documents beside the call for bids."""
    found = found_or_404(request, project_id)
    if found.state not in (ProjectState.NEED, ProjectState.RESERVED):
        raise Http404
    form = _documents_form(request)

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        actions.attach_to_project(typed["key"], found, typed["file"], by=request.viewer, at=clock.now())
        return page_url(found), _("采购文件已添加；征集响应时一并发出。")

    note = _("征集响应时一并发出，公开招标的任何人都可以下载；发出后不能再增减。")
    return answer_sheet(request, form, save, title=_("添加采购文件"), submit=_("添加"), back=page_url(found), note=note)


@both_ways
@requires(*OFFICERS)
def project_file_remove(request: Request, file_id: UUID) -> HttpResponseBase:
    """Take a document away before the call for bids."""
    file = get_object_or_404(queries.project_files(request.viewer).select_related("project"), pk=file_id)
    found = file.project
    if file.removed_round is not None or found.state not in (ProjectState.NEED, ProjectState.RESERVED):
        raise Http404
    form = forms.Form(request.POST if request.method == "POST" else None)

    def save() -> tuple[str, Any]:
        actions.remove_from_project(file, by=request.viewer, at=clock.now())
        return page_url(found), _("已删除。")

    return answer_sheet(
        request, form, save, title=_("删除采购文件"), submit=_("删除"), back=page_url(found), note=file.name
    )


@require_GET
@requires(*READERS)
def project_file(request: Request, file_id: UUID) -> HttpResponseBase:
    """A document of the call for bids, for who leads the purchase or takes part in it."""
    return _answer(request, get_object_or_404(queries.project_files(request.viewer), pk=file_id))


@require_GET
def notice_file(request: HttpRequest, notice_id: UUID, file_id: UUID) -> HttpResponse:
    """A document that went out with a notice, for everybody."""
    found = queries.public_files(get_object_or_404(Notice, pk=notice_id))
    file = next((each for each in found if each.pk == file_id), None)
    if file is None:
        raise Http404
    return _answer(request, file)


@both_ways
@requires(Role.AGENCY)
def bid_file_new(request: Request, project_id: UUID) -> HttpResponseBase:
    """Add documents to the own sealed bid."""
    found = found_or_404(request, project_id)
    own = own_bid(request.viewer, found)
    if own is None or found.state != ProjectState.INVITED:
        raise Http404
    form = _documents_form(request)

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        bidding.attach_to_bid(typed["key"], own, typed["file"], by=request.viewer, at=clock.now())
        return page_url(found), _("附件已密封。")

    note = _("与响应文件一同密封：开标前任何人都看不到，连文件名也看不到。")
    return answer_sheet(request, form, save, title=_("添加附件"), submit=_("密封"), back=page_url(found), note=note)


@both_ways
@requires(Role.AGENCY)
def bid_file_remove(request: Request, file_id: UUID) -> HttpResponseBase:
    """Take a document out of the own sealed bid."""
    rows = queries.bid_files(request.viewer).select_related("bid__project").filter(removed_at__isnull=True)
    file = get_object_or_404(rows, pk=file_id)
    found = file.bid.project
    if file.bid.organisation_id not in request.viewer.organisations or found.state != ProjectState.INVITED:
        raise Http404
    form = forms.Form(request.POST if request.method == "POST" else None)

    def save() -> tuple[str, Any]:
        bidding.remove_from_bid(file, by=request.viewer, at=clock.now())
        return page_url(found), _("已删除，开标后也不会有人看到。")

    return answer_sheet(
        request, form, save, title=_("删除附件"), submit=_("删除"), back=page_url(found), note=file.name
    )


@require_GET
@requires(*READERS)
def bid_file(request: Request, file_id: UUID) -> HttpResponseBase:
    """A document of a bid: one's own; after the opening those where one leads or scores."""
    return _answer(request, get_object_or_404(queries.bid_files(request.viewer), pk=file_id))


def _documents_form(request: Request) -> DocumentsForm:
    return DocumentsForm(request.POST or None, request.FILES or None, initial={"key": uuid7()})


def _answer(request: HttpRequest, file: Document) -> HttpResponse:
    return kept_file_answer(request, file.media, file.name, lambda small: queries.content_of(file, preview=small))
