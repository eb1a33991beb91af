"""Pages of corrections: proposing one, deciding about it."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from shegong.kernel import clock
from shegong.kernel.chinese import mask_phone
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request, requires
from shegong.network.sheets import WRONG, go, raise_if_gone
from shegong.workforce.actions import correction as actions
from shegong.workforce.actions.worker import profile_of
from shegong.workforce.enums import Education, Language, Speciality
from shegong.workforce.forms.worker import SEXES, AnswerForm, CorrectionForm, profile_initial
from shegong.workforce.models import ProfileCorrection, Worker
from shegong.workforce.queries.worker import correction_file
from shegong.workforce.views.worker import LEADERS, READERS, both_ways, found_worker, page_of


@both_ways
@requires(*READERS)
def correction_new(request: Request, worker_id: int) -> HttpResponseBase:
    """Propose a correction of a profile."""
    worker = found_worker(request, worker_id)
    if not actions.may_propose(worker, request.viewer):
        raise Http404
    form = CorrectionForm(request.POST or None, initial=profile_initial(profile_of(worker)))
    if request.method == "POST" and form.is_valid():
        try:
            actions.propose_correction(
                worker, form.proposed(), form.cleaned_data["reason"], by=request.viewer, at=clock.now()
            )
        except Problem as problem:
            raise_if_gone(problem)
            problem.add_to_form(form)
        else:
            return go(request, _back(request, worker), _("已提交，由站长或区（市）县处理。"))
    context = {"form": form, "title": _("申请更正资料"), "back": _back(request, worker), "is_correction": True}
    return render(request, "workforce/worker_edit.html", context, status=WRONG if form.is_bound else 200)


@both_ways
@requires(*LEADERS)
def correction(request: Request, correction_id: UUID) -> HttpResponseBase:
    """What is proposed beside what there is; accept it, or decline it with a reason."""
    found = _found(request, correction_id)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        accepts = request.POST.get("do") == "accept"
        step = actions.accept_correction if accepts else actions.decline_correction
        try:
            step(found, form.cleaned_data["answer"], by=request.viewer, at=clock.now())
        except Problem as problem:
            raise_if_gone(problem)
            problem.add_to_form(form)
        else:
            return go(request, page_of(found.worker), _("已采纳更正。") if accepts else _("已答复。"))
    context = {
        "form": form,
        "correction": found,
        "changes": changes_of(found),
        "may_decide": actions.may_decide(found, request.viewer) and found.state == "waiting",
    }
    return render(request, "workforce/correction.html", context, status=WRONG if form.is_bound else 200)


@require_POST
@requires(*READERS)
def correction_withdraw(request: Request, correction_id: UUID) -> HttpResponseBase:
    """Who asked takes it back."""
    found = _found(request, correction_id)
    try:
        actions.withdraw_correction(found, by=request.viewer, at=clock.now())
    except Problem as problem:
        raise_if_gone(problem)
        return go(request, _back(request, found.worker), problem)
    return go(request, _back(request, found.worker), _("已撤回。"))


def changes_of(found: ProfileCorrection) -> list[dict[str, str]]:
    """Each proposed value beside the former one, in words."""
    before, after = actions.former(found), actions.content(found)
    return [
        {
            "name": str(CorrectionForm.base_fields[name].label),
            "before": _words(name, before.get(name)),
            "after": _words(name, value),
        }
        for name, value in after.items()
    ]


def _words(name: str, value: Any) -> str:
    choices: dict[str, dict[Any, Any]] = {
        "sex": dict(SEXES),
        "education": dict(Education.choices),
        "specialities": dict(Speciality.choices),
        "languages": dict(Language.choices),
    }
    if name == "phone":
        return mask_phone(value) if value else ""
    if isinstance(value, list):
        return _("、").join(str(choices[name].get(each, each)) for each in value)
    return str(choices.get(name, {}).get(value, value or ""))


def _found(request: Request, correction_id: UUID) -> ProfileCorrection:
    found = correction_file(request.viewer, correction_id)
    if found is None:
        raise Http404
    return found


def _back(request: Request, worker: Worker) -> str:
    return reverse("workforce:me") if worker.account_id == request.viewer.account_id else page_of(worker)
