"""Standards: by tier and year, as drafts and in force, and what a draft would mean today."""

from dataclasses import fields
from typing import Any

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shegong.appraisal.actions import standard as actions
from shegong.appraisal.actions.policy import may_write
from shegong.appraisal.actions.standard import Frame, ItemDraft
from shegong.appraisal.enums import Dimension
from shegong.appraisal.forms.standard import CopyForm, FrameForm, ItemForm
from shegong.appraisal.models import Standard
from shegong.appraisal.queries import standard as queries
from shegong.appraisal.queries.policy import clause_choices
from shegong.appraisal.rules.measures import MEASURES
from shegong.appraisal.rules.standard import WHOLE
from shegong.appraisal.views.frame import OFFICERS, both_ways, tabs
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request, requires
from shegong.network.models import Station
from shegong.network.sheets import answer_sheet, go, raise_if_gone
from shegong.people.enums import Role

SHOWN = 30


@require_GET
@requires()
def standards(request: Request) -> HttpResponseBase:
    """All standards by year; drafts only for the city."""
    found = Standard.objects.order_by("-year", "tier")
    if not may_write(request.viewer):
        found = found.filter(published_at__isnull=False)
    present = queries.standards_in_force(clock.today())
    rows = [(row, present.get(row.tier) == row) for row in found]
    return render(request, "appraisal/standards.html", {"tabs": tabs(request, "standards"), "rows": rows})


@require_GET
@requires()
def standard(request: Request, standard_id: int) -> HttpResponseBase:
    """A standard by dimension; officers see how many stations miss each item today."""
    found = _standard(request, standard_id)
    today = clock.today()
    present = queries.standards_in_force(today).get(found.tier)
    compared = present if present != found else None
    shown = queries.preview(found, compared, today) if request.viewer.has(*OFFICERS) else None
    by_code = {each.item.code: each for each in shown.items} if shown else {}
    items = list(found.items.all())
    sides = [
        {
            "title": side.label,
            "weight": sum(item.weight for item in items if item.dimension == side),
            "rows": [
                (item, MEASURES.get(item.measure), by_code.get(item.code)) for item in items if item.dimension == side
            ],
        }
        for side in Dimension
    ]
    total = sum(item.weight for item in items)
    context = {
        "tabs": tabs(request, "standards"),
        "steps": [{"title": _("标准"), "url": reverse("appraisal:standards")}],
        "standard": found,
        "is_draft": found.published_at is None,
        "sides": sides,
        "total": total,
        "is_whole": total == WHOLE,
        "preview": shown,
        "compared": compared,
        "lost": list(Station.objects.filter(pk__in=shown.lost[:SHOWN]).only("key", "name").order_by("path"))
        if shown and shown.lost
        else [],
        "may_write": may_write(request.viewer),
    }
    return render(request, "appraisal/standard.html", context)


@both_ways
@requires(Role.CITY)
def standard_copy(request: Request, standard_id: int) -> HttpResponseBase:
    """Copy a year's standard to the next."""
    found = _standard(request, standard_id)
    form = CopyForm(request.POST or None, initial={"year": found.year + 1})

    def save() -> tuple[str, Any]:
        made = actions.copy_standard(found, form.cleaned_data["year"], by=request.viewer, at=clock.now())
        return reverse("appraisal:standard", args=[made.pk]), _("已复制为草稿，可以修改。")

    return answer_sheet(request, form, save, title=_("复制到下一年度"), submit=_("复制"), back=_page(found))


@both_ways
@requires(Role.CITY)
def standard_frame(request: Request, standard_id: int) -> HttpResponseBase:
    """A draft's days and limits."""
    found = _standard(request, standard_id)
    kept = {field.name: getattr(found, field.name) for field in fields(Frame)}
    form = FrameForm(request.POST or None, initial=kept)

    def save() -> tuple[str, Any]:
        actions.change_frame(found, Frame(**form.cleaned_data), by=request.viewer, at=clock.now())
        return _page(found), _("已保存。")

    return answer_sheet(request, form, save, title=_("日期与限值"), submit=_("保存"), back=_page(found))


@both_ways
@requires(Role.CITY)
def item(request: Request, standard_id: int, code: str = "") -> HttpResponseBase:
    """An item of a draft."""
    found = _standard(request, standard_id)
    known = next((row for row in found.items.all() if row.code == code), None)
    if code and known is None:
        raise Http404
    kept: dict[str, Any] = {}
    if known:
        kept = {field.name: getattr(known, field.name) for field in fields(ItemDraft) if field.name != "clause"}
        kept["clause"] = f"{known.document.code}#{known.anchor}"
    clauses = clause_choices(found.opens_on)
    form = ItemForm(request.POST or None, initial=kept, tier=found.tier, clauses=clauses, code=code)

    def save() -> tuple[str, Any]:
        made = actions.save_item(found, ItemDraft(**form.cleaned_data), by=request.viewer, at=clock.now())
        return f"{_page(found)}#item-{made.code}", _("条目已保存。")

    title = _("修改条目") if known else _("新条目")
    return answer_sheet(request, form, save, title=title, submit=_("保存"), back=_page(found))


@require_POST
@requires(Role.CITY)
def item_drop(request: Request, standard_id: int, code: str) -> HttpResponseBase:
    """Take an item out of a draft."""
    found = _standard(request, standard_id)
    try:
        actions.drop_item(found, code, by=request.viewer, at=clock.now())
    except Problem as problem:
        raise_if_gone(problem)
        return go(request, _page(found), problem)
    return go(request, _page(found), _("条目已删除。"))


@require_POST
@requires(Role.CITY)
def standard_publish(request: Request, standard_id: int) -> HttpResponseBase:
    """Put a draft into force; what stands in the way is said."""
    found = _standard(request, standard_id)
    try:
        actions.publish_standard(found, by=request.viewer, at=clock.now(), today=clock.today())
    except Problem as problem:
        return go(request, _page(found), problem)
    return go(request, _page(found), _("已发布，不能再修改。"))


@require_POST
@requires(Role.CITY)
def standard_drop(request: Request, standard_id: int) -> HttpResponseBase:
    """Throw a draft away."""
    found = _standard(request, standard_id)
    try:
        actions.drop_draft(found, by=request.viewer, at=clock.now())
    except Problem as problem:
        return go(request, _page(found), problem)
    return go(request, reverse("appraisal:standards"), _("草稿已删除。"))


def _page(found: Standard) -> str:
    return reverse("appraisal:standard", args=[found.pk])


def _standard(request: Request, standard_id: int) -> Standard:
    found = queries.with_items().filter(pk=standard_id).first()
    if found is None or (found.published_at is None and not may_write(request.viewer)):
        raise Http404
    return found
