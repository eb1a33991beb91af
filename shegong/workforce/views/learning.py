"""Pages of hours reported and checked; and of the register's list."""

from typing import IO, Any, cast
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request, requires
from shegong.network.sheets import WRONG, answer_sheet, go, raise_if_gone
from shegong.people.enums import Role
from shegong.workforce.actions import learning as actions
from shegong.workforce.actions.register import apply_register
from shegong.workforce.forms.credential import ApproveForm, DeclineForm, LearningForm, RegisterForm
from shegong.workforce.models import LearningEntry
from shegong.workforce.queries.credential import IN_CHARGE, READERS
from shegong.workforce.queries.learning import entries_seen, entries_waiting
from shegong.workforce.queries.register import Checked, check_register
from shegong.workforce.rules.register import Found
from shegong.workforce.views.credential import both_ways, page_of, seen, tabs

MOST_SHOWN = 500


@both_ways
@requires(*READERS)
def learning_new(request: Request, worker_id: int) -> HttpResponseBase:
    """Report hours."""
    worker = seen(request, worker_id)
    initial = {"key": uuid7(), "learned_on": clock.today()}
    form = LearningForm(request.POST or None, request.FILES or None, initial=initial)
    own = worker.account_id == request.viewer.account_id

    def save() -> tuple[str, Any]:
        key, file = form.cleaned_data["key"], form.brought()
        actions.report_learning(form.draft(), worker, by=request.viewer, at=clock.now(), key=key, file=file)
        return page_of(worker), _("已提交，等待审核。") if own else _("已计入。")

    return answer_sheet(
        request, form, save, title=_("填报继续教育"), submit=_("提交"), back=page_of(worker), note=worker.name
    )


@require_GET
@requires(*IN_CHARGE)
def learning_waiting(request: Request) -> HttpResponseBase:
    """Hours that wait to be checked."""
    page = entries_waiting(request.viewer, request.GET.get("cursor"))
    return render(request, "workforce/learning_waiting.html", {"page": page, **tabs(request, "learning")})


@both_ways
@requires(*IN_CHARGE)
def learning_approve(request: Request, entry_id: UUID) -> HttpResponseBase:
    """The hours count."""
    form = ApproveForm(request.POST or None)
    return _decide(request, entry_id, form, actions.approve_learning, title=_("确认学时"), submit=_("确认"))


@both_ways
@requires(*IN_CHARGE)
def learning_decline(request: Request, entry_id: UUID) -> HttpResponseBase:
    """They don't, and why."""
    form = DeclineForm(request.POST or None)
    return _decide(request, entry_id, form, actions.decline_learning, title=_("退回"), submit=_("退回"))


def _decide(request: Request, entry_id: UUID, form: forms.Form, step: Any, **words: Any) -> HttpResponseBase:
    found = _entry(request, entry_id)
    back = reverse("workforce:learning-waiting")

    def save() -> tuple[str, Any]:
        step(found, form.cleaned_data["answer"], by=request.viewer, at=clock.now())
        return back, _("已办理。")

    note = f"{found.worker.name} · {found.title} · {found.hours} {_('学时')}"
    return answer_sheet(request, form, save, back=back, note=note, **words)


@require_POST
@requires(*READERS)
def learning_withdraw(request: Request, entry_id: UUID) -> HttpResponseBase:
    """Take reported hours back."""
    found = _entry(request, entry_id)
    try:
        actions.withdraw_learning(found, by=request.viewer, at=clock.now())
    except Problem as problem:
        raise_if_gone(problem)
        return go(request, page_of(found.worker), problem)
    return go(request, page_of(found.worker), _("已撤回。"))


def _entry(request: Request, entry_id: UUID) -> LearningEntry:
    found = entries_seen(request.viewer).filter(pk=entry_id).first()
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@requires(Role.COUNTY, Role.CITY)
def register(request: Request) -> HttpResponseBase:
    """Compare the register's spreadsheet with what is kept, row by row; and make what differs as the register says."""
    if request.method != "POST":
        return _register_page(request, RegisterForm(), {})
    form = RegisterForm(request.POST, request.FILES)
    if not form.is_valid():
        return _register_page(request, form, {}, WRONG)
    file = cast(IO[bytes], form.cleaned_data["file"].file)
    is_applying = request.POST.get("do") == "apply"
    shown: dict[str, Any] = {}
    try:
        checked = check_register(request.viewer, file)
        shown = _shown(checked)
        if is_applying:
            file.seek(0)
            apply_register(file, by=request.viewer, at=clock.now())
    except Problem as problem:
        raise_if_gone(problem)
        problem.add_to_form(form)
        return _register_page(request, form, shown, WRONG)
    return _register_page(request, form, {**shown, "applied": is_applying})


def _shown(checked: Checked) -> dict[str, Any]:
    """What needs a look first; of those that match only how many."""
    rows = [each for found in (Found.WRONG, Found.DIFFERS, Found.UNKNOWN) for each in checked.of(found)]
    return {
        "checked": checked,
        "rows": rows[:MOST_SHOWN],
        "unshown": max(len(rows) - MOST_SHOWN, 0),
        "counts": {found.value: checked.count(found) for found in Found},
        "may_apply": checked.count(Found.DIFFERS) > 0 and not checked.count(Found.WRONG),
    }


def _register_page(
    request: Request, form: RegisterForm, context: dict[str, Any], status: int = 200
) -> HttpResponseBase:
    """The page, or to htmx only the outcome, so that the chosen file stays chosen."""
    name = "workforce/register_outcome.html" if request.headers.get("HX-Request") else "workforce/register.html"
    return render(request, name, {"form": form, **context, **tabs(request, "register")}, status=status)
