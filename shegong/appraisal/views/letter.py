"""Target letters: the list, a letter's page, and how the city drafts and issues one."""

from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shegong.appraisal.actions import letter as actions
from shegong.appraisal.actions.letter import ItemDraft, LetterFrame
from shegong.appraisal.enums import FROZEN, LetterState, Programme
from shegong.appraisal.forms.letter import LetterCopyForm, LetterDaysForm, LetterForm, LetterItemForm
from shegong.appraisal.models import LetterItem, TargetLetter
from shegong.appraisal.queries import letter as queries
from shegong.appraisal.queries.policy import clause_choices
from shegong.appraisal.rules.letter import WHOLE
from shegong.appraisal.views.frame import both_ways, tabs
from shegong.kernel import clock
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.network.enums import Tier
from shegong.network.middleware import Request, requires
from shegong.network.models import Station
from shegong.network.sheets import answer_sheet, go, raise_if_gone
from shegong.people.enums import Role

MINE: Final = "mine"
ALL: Final = "all"
ITEM_FIELDS: Final = (
    "code", "title", "weight", "collection", "indicator", "unit", "evidence", "formula", "direction", "target", "zero",
    "cap",
)  # fmt: skip


@require_GET
@requires(*queries.READERS)
def letters(request: Request) -> HttpResponseBase:
    """The viewer's letters: those that wait for the viewer, or all, by programme; with how they stand."""
    viewer, today = request.viewer, clock.today()
    seen = queries.letters_seen(viewer)
    programme = request.GET.get("programme", "")
    if programme in Programme.values:
        seen = seen.filter(programme=programme)
    if hub := request.GET.get("hub", ""):
        seen = seen.filter(hub__key=hub, organisation__isnull=True)
    state = request.GET.get("state", ALL)
    waiting = seen.filter(queries.in_hand(viewer, today))
    found = waiting if state == MINE else seen.filter(state=state) if state in LetterState.values else seen
    page = page_of(found, ["-year", "hub__path", "programme"], request.GET.get("cursor"))
    kept = queries.paces(page.items)
    address = reverse("appraisal:letters")
    kinds = [("", _("全部")), *Programme.choices]
    choices = [(ALL, _("全部")), (MINE, _("等我办理")), *((each.value, each.label) for each in LetterState)]
    context = {
        "tabs": tabs(request, "letters"),
        "page": page,
        "rows": [(each, kept.get(each.pk)) for each in page.items],
        "kinds": [
            {
                "title": title,
                "url": f"{address}?{urlencode({'programme': value, 'state': state, 'hub': hub})}",
                "active": value == programme,
            }
            for value, title in kinds
        ],
        "filters": [
            {
                "title": title,
                "url": f"{address}?{urlencode({'programme': programme, 'state': value, 'hub': hub})}",
                "active": value == state,
                "count": waiting.count() if value == MINE else None,
            }
            for value, title in choices
            if value != LetterState.DRAFT or viewer.has(Role.CITY)
        ],
        "may_write": viewer.has(Role.CITY),
        "drafts": viewer.has(Role.CITY) and queries.drafts().count(),
        "ripe": viewer.has(Role.CITY) and queries.ripe(today).count(),
    }
    return render(request, "appraisal/letters.html", context)


@require_GET
@requires(*queries.READERS)
def letter(request: Request, letter_id: UUID) -> HttpResponseBase:
    """A letter: its items with today's numbers (or a quarter's), and once scored the frozen ones beside them."""
    found = found_letter(request, letter_id)
    today = clock.today()
    quarters = queries.quarters_of(found, today)
    asked = request.GET.get("quarter", "")
    chosen = next((each for each in quarters if str(each) == asked), None)
    sheet = queries.sheet(found, today, chosen)
    is_frozen = found.state in FROZEN
    is_city = request.viewer.has(Role.CITY)
    signs = not is_city and queries.may_sign(request.viewer, found)
    in_time = found.objections_due_on is not None and today <= found.objections_due_on
    is_scored = found.state == LetterState.SCORED
    context = {
        "tabs": tabs(request, "letters"),
        "steps": [{"title": _("目标责任书"), "url": reverse("appraisal:letters")}],
        "letter": found,
        "sheet": sheet,
        "is_frozen": is_frozen,
        "is_draft": found.state == LetterState.DRAFT,
        "is_whole": sheet.weight == WHOLE,
        "paced": sheet.paced,
        "quarters": [
            {
                "title": each.label(),
                "url": f"{page_of_letter(found)}?quarter={each}",
                "active": each == sheet.quarter,
            }
            for each in quarters
        ],
        "history": queries.steps_of(found),
        "paper_url": reverse("practice:paper-new", args=["letter", found.pk]),
        "may_write": is_city,
        "may_score": is_city and found.state == LetterState.ACCEPTED and today >= found.read_on,
        "may_accept": signs and found.state == LetterState.ISSUED,
        "may_enter": signs and found.state == LetterState.ACCEPTED,
        "may_object": signs and found.state in (LetterState.SCORED, LetterState.OBJECTED) and in_time,
        "may_rule": is_city and found.state == LetterState.OBJECTED,
        "may_agree": signs and is_scored,
        "may_settle": is_city and is_scored and not in_time,
        "in_time": in_time,
    }
    return render(request, "appraisal/letter.html", context)


def page_of_letter(found: TargetLetter) -> str:
    """A letter's address."""
    return reverse("appraisal:letter", args=[found.pk])


def found_letter(request: Request, letter_id: UUID) -> TargetLetter:
    """A letter that the viewer may see. Raises Http404."""
    found = queries.letter_of(request.viewer, letter_id)
    if found is None:
        raise Http404
    return found


def found_item(request: Request, letter_id: UUID, code: str) -> LetterItem:
    """An item of a letter that the viewer may see. Raises Http404."""
    found = LetterItem.objects.filter(letter=found_letter(request, letter_id), code=code).first()
    if found is None:
        raise Http404
    return found


@both_ways
@requires(Role.CITY)
def letter_new(request: Request) -> HttpResponseBase:
    """A new letter, of a county or a department."""
    today = clock.today()
    hubs = {f"hub-{each.pk}": each for each in queries.counties()}
    bodies = {f"department-{each.pk}": each for each in queries.departments(today)}
    parties = [(key, queries.county_name(each)) for key, each in hubs.items()] + [
        (key, each.name) for key, each in bodies.items()
    ]
    kept = {"year": today.year, "read_on": today.replace(month=12, day=31)}
    form = LetterForm(request.POST or None, parties=parties, initial=kept)

    def save() -> tuple[str, Any]:
        values = form.cleaned_data
        party = values["party"]
        hub = hubs.get(party) or Station.objects.get(tier=Tier.CENTRE)
        frame = LetterFrame(
            values["programme"], values["year"], hub, bodies.get(party), values["read_on"], values["objection_days"]
        )
        made = actions.draft_letter(frame, by=request.viewer, at=clock.now())
        return page_of_letter(made), _("已建立，请写条目后下达。")

    back = reverse("appraisal:letters")
    return answer_sheet(request, form, save, title=_("新责任书"), submit=_("建立"), back=back)


@both_ways
@requires(Role.CITY)
def letter_days(request: Request, letter_id: UUID) -> HttpResponseBase:
    """A draft's days."""
    found = found_letter(request, letter_id)
    kept = {"read_on": found.read_on, "objection_days": found.objection_days}
    form = LetterDaysForm(request.POST or None, initial=kept)

    def save() -> tuple[str, Any]:
        actions.change_letter(found, **form.cleaned_data, by=request.viewer, at=clock.now())
        return page_of_letter(found), _("已保存。")

    return answer_sheet(request, form, save, title=_("日期与期限"), submit=_("保存"), back=page_of_letter(found))


@both_ways
@requires(Role.CITY)
def letter_copy(request: Request, letter_id: UUID) -> HttpResponseBase:
    """Copy a letter to other counties or the next year."""
    found = found_letter(request, letter_id)
    hubs = queries.counties() if found.organisation_id is None else []
    form = LetterCopyForm(
        request.POST or None,
        hubs=[(str(each.pk), queries.county_name(each)) for each in hubs],
        initial={"year": found.year},
    )

    def save() -> tuple[str, Any]:
        wanted = set(form.cleaned_data.get("hubs", ()))
        chosen = [each for each in hubs if not wanted or str(each.pk) in wanted]
        made = actions.copy_letter(found, form.cleaned_data["year"], chosen, by=request.viewer, at=clock.now())
        address = f"{reverse('appraisal:letters')}?state={LetterState.DRAFT}"
        return address, _("已草拟 %(count)s 份，可以逐份修改后下达。") % {"count": len(made)}

    return answer_sheet(request, form, save, title=_("复制"), submit=_("草拟"), back=page_of_letter(found))


@both_ways
@requires(Role.CITY)
def letter_item(request: Request, letter_id: UUID, code: str = "") -> HttpResponseBase:
    """An item of a draft."""
    found = found_letter(request, letter_id)
    known = found_item(request, letter_id, code) if code else None
    kept: dict[str, Any] = {"zero": 0}
    if known is not None:
        kept = {name: getattr(known, name) for name in ITEM_FIELDS}
        kept["clause"] = f"{known.document.code}#{known.anchor}"
        kept["milestones"] = "\n".join(f"{each.due_on} {each.title}" for each in known.milestones.order_by("number"))
    form = LetterItemForm(request.POST or None, initial=kept, clauses=clause_choices(clock.today()), code=code)

    def save() -> tuple[str, Any]:
        made = actions.save_item(found, ItemDraft(**form.cleaned_data), by=request.viewer, at=clock.now())
        return f"{page_of_letter(found)}#item-{made.code}", _("条目已保存。")

    title = _("修改条目") if known else _("新条目")
    return answer_sheet(request, form, save, title=title, submit=_("保存"), back=page_of_letter(found))


@require_POST
@requires(Role.CITY)
def letter_item_drop(request: Request, letter_id: UUID, code: str) -> HttpResponseBase:
    """Take an item out of a draft."""
    found = found_letter(request, letter_id)
    try:
        actions.drop_item(found, code, by=request.viewer, at=clock.now())
    except Problem as problem:
        raise_if_gone(problem)
        return go(request, page_of_letter(found), problem)
    return go(request, page_of_letter(found), _("条目已删除。"))


@require_POST
@requires(Role.CITY)
def letter_drop(request: Request, letter_id: UUID) -> HttpResponseBase:
    """Throw a draft away."""
    found = found_letter(request, letter_id)
    try:
        actions.drop_letter(found, by=request.viewer, at=clock.now())
    except Problem as problem:
        return go(request, page_of_letter(found), problem)
    return go(request, reverse("appraisal:letters"), _("草稿已删除。"))


@require_POST
@requires(Role.CITY)
def letter_issue(request: Request, letter_id: UUID) -> HttpResponseBase:
    """Issue a draft; what stands in the way is said."""
    found = found_letter(request, letter_id)
    try:
        with actions.tracing(found, by=request.viewer, at=clock.now()):
            actions.issue_letter(found, by=request.viewer, at=clock.now(), today=clock.today())
    except Problem as problem:
        return go(request, page_of_letter(found), problem)
    return go(request, page_of_letter(found), _("已下达，等待签收。"))
