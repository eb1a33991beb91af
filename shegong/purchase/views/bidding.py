"""Pages of who offers and who scores, and the public notices."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request, requires
from shegong.people.enums import Role
from shegong.purchase.actions import award, panel
from shegong.purchase.actions import bid as bidding
from shegong.purchase.enums import Declaration, NoticeKind, ProjectState
from shegong.purchase.forms.bid import BidForm, DeclareForm, ObjectionForm, ScoresForm
from shegong.purchase.forms.project import AnswerForm
from shegong.purchase.models import Notice, Objection, Score
from shegong.purchase.queries import document as documents
from shegong.purchase.queries import project as queries
from shegong.purchase.views.ledger import OFFICERS, both_ways
from shegong.purchase.views.project import found_or_404, page_url
from shegong.purchase.views.sheets import WRONG, answer_sheet


@both_ways
@requires(Role.AGENCY)
def bid(request: Request, project_id: UUID) -> HttpResponseBase:
    """Hand in a sealed bid."""
    found = found_or_404(request, project_id)
    if found.state != ProjectState.INVITED or queries.own_bid(request.viewer, found):
        raise Http404
    form = BidForm(request.POST or None, request.FILES or None, initial={"key": uuid7()})

    def save() -> tuple[str, Any]:
        key, files = form.cleaned_data["key"], form.cleaned_data["file"]
        bidding.submit_bid(key, found, form.draft(), by=request.viewer, at=clock.now(), files=files)
        return page_url(found), _("响应文件已密封递交；截止前可以撤回。")

    note = _("%(title)s · 预算 %(budget)s 元 · 人力成本不低于 %(floor)s%%") % {
        "title": found.title, "budget": f"{found.budget:,}", "floor": found.labour_floor,
    }  # fmt: skip
    return answer_sheet(
        request, form, save, title=_("递交响应文件"), submit=_("密封递交"), back=page_url(found), note=note
    )


@both_ways
@requires(Role.AGENCY)
def bid_withdraw(request: Request, project_id: UUID) -> HttpResponseBase:
    """Take the own bid back before the deadline."""
    found = found_or_404(request, project_id)
    own = queries.own_bid(request.viewer, found)
    if own is None:
        raise Http404
    form = forms.Form(request.POST if request.method == "POST" else None)

    def save() -> tuple[str, Any]:
        bidding.withdraw_bid(own, by=request.viewer, at=clock.now())
        return page_url(found), _("已撤回；截止前可以重新递交。")

    note = _("撤回后，截止前可以重新递交。")
    return answer_sheet(request, form, save, title=_("撤回响应文件"), submit=_("撤回"), back=page_url(found), note=note)


@both_ways
@requires(Role.AGENCY)
def object_to_award(request: Request, project_id: UUID) -> HttpResponseBase:
    """Object to an award, as one of the bidders."""
    found = found_or_404(request, project_id)
    form = ObjectionForm(request.POST or None, initial={"key": uuid7()})

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        bidding.object_to_award(typed["key"], found, typed["text"], by=request.viewer, at=clock.now())
        return page_url(found), _("质疑已提出，采购人答复前不能签约。")

    return answer_sheet(request, form, save, title=_("对成交结果提出质疑"), submit=_("提出质疑"), back=page_url(found))


@both_ways
@requires(*OFFICERS)
def objection_answer(request: Request, objection_id: UUID) -> HttpResponseBase:
    """Answer an objection."""
    found = (
        Objection.objects.select_related("project", "project__hub", "project__buyer").filter(pk=objection_id).first()
    )
    if found is None:
        raise Http404
    form = AnswerForm(request.POST or None)
    back = page_url(found.project)

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        upheld = typed["upheld"] == "yes"
        award.answer_objection(found, typed["text"], upheld=upheld, by=request.viewer, at=clock.now())
        return back, _("已答复。")

    return answer_sheet(request, form, save, title=_("答复质疑"), submit=_("答复"), back=back, note=found.text)


@both_ways
@requires(Role.ASSESSOR)
def declare(request: Request, project_id: UUID) -> HttpResponseBase:
    """Say of oneself whether there is an interest in any bidder."""
    found = found_or_404(request, project_id)
    seat = queries.seat(request.viewer, found)
    if seat is None or seat.declaration != Declaration.WAITING:
        raise Http404
    form = DeclareForm(request.POST or None)

    def save() -> tuple[str, Any]:
        made = panel.declare(seat, form.said(), by=request.viewer, at=clock.now())
        if made.declaration == Declaration.CLEAR:
            return reverse("purchase:scores", args=[found.pk]), _("请逐项评分。")
        return page_url(found), _("已回避，感谢说明。")

    note = _("参加采购的供应商：%(names)s") % {"names": _("、").join(queries.bidder_names(found))}
    return answer_sheet(
        request, form, save, title=_("利害关系声明"), submit=_("提交声明"), back=page_url(found), note=note
    )


@both_ways
@requires(Role.ASSESSOR)
def scores(request: Request, project_id: UUID) -> HttpResponseBase:
    """Score the bids, in as many sittings as needed; handed in, the points stay."""
    found = found_or_404(request, project_id)
    seat = queries.seat(request.viewer, found)
    if seat is None or seat.declaration != Declaration.CLEAR:
        raise Http404
    given = {(each.bid_id, each.criterion_id): each.points for each in Score.objects.filter(member=seat)}
    form = ScoresForm(panel.sheet(seat), given, request.POST or None)
    status = 200
    if request.method == "POST" and seat.submitted_at is None:
        status = WRONG
        if form.is_valid():
            submit = request.POST.get("then") == "submit"
            try:
                panel.save_scores(seat, form.points(), submit=submit, by=request.viewer, at=clock.now())
            except Problem as problem:
                problem.add_to_form(form)
            else:
                messages.success(request, _("评分已提交。") if submit else _("评分已保存，可以继续。"))
                return redirect(page_url(found) if submit else request.path)
    context = {
        "project": found,
        "form": form,
        "seat": seat,
        "way": [
            {"title": _("采购项目"), "url": reverse("purchase:projects")},
            {"title": found.title, "url": page_url(found)},
        ],
    }
    return render(request, "purchase/scores.html", context, status=status)


@require_GET
def notices(request: HttpRequest) -> HttpResponse:
    """What everybody may read, without signing in."""
    kind = request.GET.get("kind", "")
    rows = queries.notices()
    if kind in NoticeKind.values:
        rows = rows.filter(kind=kind)
    filters = [{"title": _("全部"), "url": "?", "active": kind not in NoticeKind.values}] + [
        {"title": label, "url": f"?kind={value}", "active": value == kind} for value, label in NoticeKind.choices
    ]
    context = {"page": page_of(rows, ["-published_at"], request.GET.get("cursor")), "filters": filters}
    return render(request, "purchase/notices.html", context)


@require_GET
def notice(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """One notice."""
    found = get_object_or_404(Notice, pk=notice_id)
    return render(request, "purchase/notice.html", {"notice": found, "files": documents.public_files(found)})
