"""A letter in its year: accepted, entries by hand, scored, objections, rulings, the final score, and the proofs."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shegong.appraisal.actions import letter as signing
from shegong.appraisal.actions import letter_score as actions
from shegong.appraisal.actions.letter import tracing
from shegong.appraisal.enums import Collection
from shegong.appraisal.forms.letter import LetterEntryForm, LetterObjectionForm, MilestoneForm, RulingForm
from shegong.appraisal.models import LetterMark, LetterObjection, TargetLetter
from shegong.appraisal.queries import letter as queries
from shegong.appraisal.rules.letter import plain
from shegong.appraisal.views.frame import both_ways
from shegong.appraisal.views.letter import found_item, found_letter, page_of_letter
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.kernel.uploads.answering import kept_file_answer
from shegong.kernel.uploads.keeping import Brought
from shegong.network.middleware import Request, requires
from shegong.network.sheets import answer_sheet, go
from shegong.people.enums import Role


@require_POST
@requires(*queries.SIGNERS)
def letter_accept(request: Request, letter_id: UUID) -> HttpResponseBase:
    """The other side signs."""
    found = found_letter(request, letter_id)
    try:
        with tracing(found, by=request.viewer, at=clock.now()):
            signing.accept_letter(found, by=request.viewer, at=clock.now())
    except Problem as problem:
        return go(request, page_of_letter(found), problem)
    return go(request, page_of_letter(found), _("已签收，责任书开始履行。"))


@both_ways
@requires(*queries.SIGNERS)
def letter_entry(request: Request, letter_id: UUID, code: str, number: int = 0) -> HttpResponseBase:
    """Enter a number by hand, or that a milestone is done; with proof."""
    item = found_item(request, letter_id, code)
    milestone = item.milestones.filter(number=number).first()
    if item.collection == Collection.READING or (item.collection == Collection.MILESTONES) != (milestone is not None):
        raise Http404
    kind: type[forms.Form] = MilestoneForm if milestone else LetterEntryForm
    form = kind(request.POST or None, request.FILES or None)

    def save() -> tuple[str, Any]:
        values, now = form.cleaned_data, clock.now()
        file = values["file"]
        with tracing(item.letter, by=request.viewer, at=now):
            actions.enter_value(
                item, Decimal(values["value"]), values["note"], Brought(file.read(), file.name),
                by=request.viewer, at=now, today=clock.today(), milestone=milestone,
            )  # fmt: skip
        return f"{page_of_letter(item.letter)}#item-{code}", _("已填报。")

    return answer_sheet(
        request, form, save, title=milestone.title if milestone else item.title, submit=_("填报"),
        back=page_of_letter(item.letter), note=item.evidence,
    )  # fmt: skip


@require_POST
@requires(Role.CITY)
def letter_score(request: Request, letter_id: UUID) -> HttpResponseBase:
    """Read and freeze."""
    found = found_letter(request, letter_id)
    try:
        with tracing(found, by=request.viewer, at=clock.now()):
            made = actions.score_letter(found, by=request.viewer, at=clock.now(), today=clock.today())
    except Problem as problem:
        return go(request, page_of_letter(found), problem)
    return go(request, page_of_letter(found), _("已评分 %(score)s，数值已冻结。") % {"score": made.score})


@require_POST
@requires(Role.CITY)
def letters_issue(request: Request) -> HttpResponseBase:
    """Issue all drafts that are whole."""
    viewer, now, today = request.viewer, clock.now(), clock.today()
    told = signing.each_of(
        queries.drafts(), lambda each: signing.issue_letter(each, by=viewer, at=now, today=today), by=viewer, at=now
    )
    return _together(request, told, _("已下达 %(count)s 份。"))


@require_POST
@requires(Role.CITY)
def letters_score(request: Request) -> HttpResponseBase:
    """Read and freeze all letters whose reading date has come."""
    viewer, now, today = request.viewer, clock.now(), clock.today()
    told = signing.each_of(
        queries.ripe(today), lambda each: actions.score_letter(each, by=viewer, at=now, today=today), by=viewer, at=now
    )
    return _together(request, told, _("已评分 %(count)s 份。"))


def _together(request: Request, told: tuple[int, list[tuple[TargetLetter, Problem]]], words: str) -> HttpResponseBase:
    done, refused = told
    lines = [words % {"count": done}, *(f"{letter.title}：{problem}" for letter, problem in refused)]
    return go(request, reverse("appraisal:letters"), " ".join(lines))


@both_ways
@requires(*queries.SIGNERS)
def letter_object(request: Request, letter_id: UUID, code: str) -> HttpResponseBase:
    """Object to an item's mark."""
    item = found_item(request, letter_id, code)
    mark = LetterMark.objects.filter(item=item).first()
    if mark is None:
        raise Http404
    form = LetterObjectionForm(request.POST or None, request.FILES or None)

    def save() -> tuple[str, Any]:
        values, now = form.cleaned_data, clock.now()
        with tracing(item.letter, by=request.viewer, at=now):
            actions.object_to(
                item, values["wanted"], values["reason"], Brought(values["file"].read(), values["file"].name),
                by=request.viewer, at=now, today=clock.today(),
            )  # fmt: skip
        return f"{page_of_letter(item.letter)}#item-{code}", _("异议已提交。")

    frozen = _("冻结值：%(value)s") % {"value": "—" if mark.value is None else plain(mark.value)}
    title = _("对“%(item)s”提出异议") % {"item": item.title}
    return answer_sheet(
        request, form, save, title=title, submit=_("提交异议"), back=page_of_letter(item.letter), note=frozen
    )


@both_ways
@requires(Role.CITY)
def objection_rule(request: Request, objection_id: UUID) -> HttpResponseBase:
    """The city rules on an objection."""
    found = LetterObjection.objects.filter(pk=objection_id).select_related("letter", "item").first()
    if found is None:
        raise Http404
    form = RulingForm(request.POST or None, initial={"corrected": found.wanted})

    def save() -> tuple[str, Any]:
        values, now = form.cleaned_data, clock.now()
        with tracing(found.letter, by=request.viewer, at=now):
            actions.rule_objection(
                found, accepts=values["accepts"] == "yes", corrected=values["corrected"], answer=values["answer"],
                by=request.viewer, at=now,
            )  # fmt: skip
        return f"{page_of_letter(found.letter)}#item-{found.item.code}", _("已裁定。")

    return answer_sheet(
        request, form, save, title=_("裁定异议"), submit=_("确定"), back=page_of_letter(found.letter), note=found.reason
    )


@require_POST
@requires(*queries.READERS)
def letter_settle(request: Request, letter_id: UUID) -> HttpResponseBase:
    """The final score: agreed to by the other side, or set by the city after the days for objections."""
    found = found_letter(request, letter_id)
    try:
        with tracing(found, by=request.viewer, at=clock.now()):
            made = actions.settle_letter(found, by=request.viewer, at=clock.now(), today=clock.today())
    except Problem as problem:
        return go(request, page_of_letter(found), problem)
    return go(request, page_of_letter(found), _("最终得分 %(score)s。") % {"score": made.final_score})


@require_GET
@requires(*queries.READERS)
def letter_proof(request: Request, proof_id: UUID) -> HttpResponseBase:
    """The file itself; `?show` shows a photo in the page, `?preview` a small one."""
    found = queries.proof_seen(request.viewer, proof_id)
    if found is None:
        raise Http404
    return kept_file_answer(request, found.media, found.name, lambda small: queries.content_of(found, preview=small))
