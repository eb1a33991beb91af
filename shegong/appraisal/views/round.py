"""Rounds of assessment: their list, the plan with its steps, the sample with who goes where, declared relations."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from shegong.appraisal.actions import round as actions
from shegong.appraisal.actions import score
from shegong.appraisal.enums import STAGES, AssessedGrade, DrawnUnit, Rater, RoundState
from shegong.appraisal.forms.round import (
    ONE_DAY,
    ConclusionForm,
    ExtendForm,
    MemberForm,
    ReassignForm,
    RedrawForm,
    RelationForm,
    RoundForm,
    RoundItemForm,
    SeedForm,
    typed_plan,
)
from shegong.appraisal.models import DeclaredRelation, Round, RoundItem, RoundMember, ScoreSheet, Standard
from shegong.appraisal.queries import round as queries
from shegong.appraisal.queries.round_finding import may_make_findings
from shegong.appraisal.rules.round import INTERESTS
from shegong.appraisal.views.frame import both_ways, round_tabs
from shegong.kernel import clock
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.network.enums import OrganisationKind, Tier
from shegong.network.middleware import Request, requires
from shegong.network.models import Organisation
from shegong.network.queries import hubs
from shegong.network.sheets import answer_sheet, go
from shegong.people.enums import Role
from shegong.purchase.enums import Pays
from shegong.purchase.models import Contract

# The stages as the page shows them; what is decided at one table is one of them.
RAIL: Final = (
    (gettext_lazy("方案"), (RoundState.DRAFT, RoundState.PUBLISHED)),
    (gettext_lazy("抽样与分派"), (RoundState.DRAWN,)),
    (gettext_lazy("评估中"), (RoundState.UNDER_WAY,)),
    (gettext_lazy("核定与定级"), (RoundState.SETTLED, RoundState.GRADED)),
    (gettext_lazy("公示与申诉"), (RoundState.OUT,)),
    (gettext_lazy("办结"), (RoundState.CLOSED,)),
)
# What the city does next, by state: verb, title, and whether it is asked for more first.
WAYS: Final[dict[str, tuple[tuple[str, Any, bool], ...]]] = {
    RoundState.DRAFT: (
        ("publish", gettext_lazy("公布方案"), True),
        ("edit", gettext_lazy("修改方案"), True),
        ("drop", gettext_lazy("删除草稿"), False),
    ),
    RoundState.PUBLISHED: (("draw", gettext_lazy("抽样"), False),),
    RoundState.DRAWN: (
        ("start", gettext_lazy("开始评估"), False),
        ("assign", gettext_lazy("自动分派"), False),
        ("redraw", gettext_lazy("重新抽样"), True),
    ),
    RoundState.UNDER_WAY: (
        ("settle", gettext_lazy("核定评分"), False),
        ("extend", gettext_lazy("延长评估期"), True),
    ),
    RoundState.SETTLED: (("grade", gettext_lazy("定等级"), False),),
    RoundState.GRADED: (("out", gettext_lazy("公示结果"), True),),
    RoundState.OUT: (("close", gettext_lazy("办结"), False),),
    RoundState.CLOSED: (),
}


@require_GET
@requires(*queries.PARTIES)
def rounds(request: Request) -> HttpResponseBase:
    """All rounds that the viewer may see (one query)."""
    page = page_of(queries.rounds_seen(request.viewer), ["-made_at"], request.GET.get("cursor"))
    context = {"tabs": round_tabs(request, "rounds"), "page": page, "may_run": queries.may_run(request.viewer)}
    return render(request, "appraisal/rounds.html", context)


def _plan_form(request: Request, found: Round | None) -> RoundForm:
    contracts = Contract.objects.filter(organisation__kinds__contains=[OrganisationKind.ASSESSOR]).order_by("-since")
    sheets = None
    if found is None:
        known = Standard.objects.filter(published_at__isnull=False).order_by("-year", "tier")[:8]
        sheets = [(str(each.pk), _("规范化标准：%(standard)s") % {"standard": each}) for each in known]
    return RoundForm(
        request.POST or None,
        initial=typed_plan(found) if found else {},
        hubs=[(hub.pk, hub.name) for hub in hubs()],
        contracts=[(each.pk, f"{each.number} {each.name}") for each in contracts],
        projects=[(each.pk, f"{each.number} {each.name}") for each in queries.projects(found, clock.today())],
        sheets=sheets,
    )


@both_ways
@requires(Role.CITY)
def round_new(request: Request) -> HttpResponseBase:
    """Plan a round."""
    form = _plan_form(request, None)

    def save() -> tuple[str, Any]:
        made = actions.make_round(form.plan(), form.cleaned_data["sheet"], by=request.viewer, at=clock.now())
        return _page(made), _("方案已保存，公布前可以修改。")

    back = reverse("appraisal:rounds")
    return answer_sheet(request, form, save, title=_("新的评估"), submit=_("保存方案"), back=back)


@require_GET
@requires(*queries.PARTIES)
def round_page(request: Request, round_id: UUID) -> HttpResponseBase:
    """A round: its plan, draws, items, team, results and what happened."""
    found, viewer = _found(request, round_id), request.viewer
    may_run = queries.may_run(viewer)
    draws = [(draw, queries.strata_of(draw, kinds_of(found))) for draw in found.draws.all()]
    items = queries.items_of(found)
    is_out = found.state in queries.OUT
    context = {
        "tabs": round_tabs(request, "rounds"),
        "steps": [{"title": _("第三方评估"), "url": reverse("appraisal:rounds")}],
        "round": found,
        "rail": _rail(found),
        "last": found.until - ONE_DAY,
        "records_last": found.records_until - ONE_DAY,
        "tiers": [Tier(tier).label for tier in found.tiers],
        "is_project": found.unit == DrawnUnit.PROJECT,
        "hubs": [hub.name for hub in hubs() if hub.pk in found.hubs],
        "projects": queries.chosen_projects(found),
        "draws": draws,
        "raters": [
            (rater, found.weight(rater), [item for item in items if item.rater == rater]) for rater in found.raters
        ],
        "members": queries.members_of(found) if may_run else [],
        "progress": queries.progress_of(found) if may_run else None,
        "may_run": may_run,
        "is_draft": found.state == RoundState.DRAFT,
        "may_change_team": may_run and STAGES.index(found.state) <= STAGES.index(RoundState.UNDER_WAY),
        "ways": _ways(found) if may_run else [],
        "sees_units": bool(draws) and queries.units_of(found, draws[0][0]).exists(),
        "has_report": (may_run and found.state == RoundState.GRADED) or is_out,
        "grades": _grades(found) if is_out or may_run else [],
        "is_out": is_out,
        "may_find": may_make_findings(viewer, found),
        "history": queries.steps_of(found),
    }
    return render(request, "appraisal/round.html", context)


def kinds_of(found: Round) -> dict[Any, Any]:
    """What the kinds of a round's units are called: tiers of stations, uses of contracts' money."""
    return dict(Pays.choices if found.unit == DrawnUnit.PROJECT else Tier.choices)


def _grades(found: Round) -> list[dict[str, Any]]:
    """How many results came to which grade."""
    rows = list(queries.results_of(found).values_list("final_grade", flat=True))
    from_points = {"excellent": found.excellent_from, "good": found.good_from, "pass": found.pass_from, "fail": 0}
    return [
        {"grade": grade, "count": rows.count(grade), "all": len(rows), "least": from_points[grade]}
        for grade in AssessedGrade
    ] if rows else []  # fmt: skip


def _rail(found: Round) -> list[dict[str, Any]]:
    reached = next(place for place, (_title, states) in enumerate(RAIL) if found.state in states)
    return [
        {"title": title, "done": place < reached or found.state == RoundState.CLOSED, "now": place == reached}
        for place, (title, _states) in enumerate(RAIL)
    ]


def _ways(found: Round) -> list[dict[str, Any]]:
    return [
        {"title": title, "url": reverse("appraisal:round-step", args=[found.pk, verb]), "asks": asks}
        for verb, title, asks in WAYS[found.state]
    ]


def _step_form(request: Request, found: Round, verb: str) -> forms.Form:
    data = request.POST or None
    if verb == "publish":
        return SeedForm(data)
    if verb == "edit":
        return _plan_form(request, found)
    if verb == "redraw":
        return RedrawForm(data)
    if verb == "extend":
        return ExtendForm(data, initial={"last": found.until - ONE_DAY})
    return ConclusionForm(data, initial={"conclusion": found.conclusion})


def _done(request: Request, found: Round, verb: str, form: forms.Form | None) -> Any:
    """Take a step; what is said of it. Raises Problem."""
    kept: dict[str, Any] = {"by": request.viewer, "at": clock.now()}
    typed = form.cleaned_data if form else {}
    asked: dict[str, Callable[[], Any]] = {
        "publish": lambda: actions.publish_round(found, typed["seed"], **kept),
        "edit": lambda: actions.change_round(found, form.plan() if isinstance(form, RoundForm) else {}, **kept),
        "drop": lambda: actions.drop_round(found, **kept),
        "draw": lambda: actions.draw_sample(found, **kept),
        "redraw": lambda: actions.draw_sample(found, seed=typed["seed"], reason=typed["reason"], **kept),
        "assign": lambda: actions.assign_all(found, **kept),
        "start": lambda: actions.start_round(found, **kept),
        "extend": lambda: actions.extend_round(found, typed["last"] + ONE_DAY, typed["reason"], **kept),
        "settle": lambda: actions.settle_round(found, **kept),
        "grade": lambda: score.grade_round(found, **kept),
        "out": lambda: actions.put_out(found, typed["conclusion"], today=clock.today(), **kept),
        "close": lambda: actions.close_round(found, **kept),
    }
    asked[verb]()
    return {
        "publish": _("方案和种子已公布，不能再改。"),
        "draw": _("已按公布的种子抽样。"),
        "redraw": _("已重新抽样，原来的抽样保留。"),
        "assign": _("已按距离和任务量分派，并回避利害关系。"),
        "out": _("结果已公示，申诉期开始。"),
    }.get(verb, _("已办理。"))


@both_ways
@requires(Role.CITY)
def round_step(request: Request, round_id: UUID, verb: str) -> HttpResponseBase:
    """A step of a round: asked for more first, or taken at once; what stands in the way is said."""
    found = _found(request, round_id)
    way = next((each for each in WAYS[found.state] if each[0] == verb), None)
    if way is None:
        return go(request, _page(found), _("评估已进行到另一步，不能这样办理。"))
    target = reverse("appraisal:rounds") if verb == "drop" else _page(found)
    if not way[2]:
        if request.method != "POST":
            raise Http404
        try:
            return go(request, target, _done(request, found, verb, None))
        except Problem as problem:
            return go(request, _page(found), problem)
    form = _step_form(request, found, verb)
    return answer_sheet(
        request, form, lambda: (target, _done(request, found, verb, form)), title=way[1], submit=way[1],
        back=_page(found),
    )  # fmt: skip


@require_POST
@requires(*queries.PARTIES)
def draw_check(request: Request, round_id: UUID, number: int) -> HttpResponseBase:
    """Draw again by the same seed, and say whether the same comes out."""
    found = _found(request, round_id)
    draw = found.draws.filter(number=number).first()
    if draw is None:
        raise Http404
    if queries.draw_holds(draw):
        return go(request, _page(found), _("复算一致：同一种子抽出同一样本。"))
    return go(request, _page(found), _("复算不一致，请联系市级核查。"))


@both_ways
@requires(Role.CITY)
def round_item(request: Request, round_id: UUID, code: str = "") -> HttpResponseBase:
    """An item of a draft's sheets."""
    found = _found(request, round_id)
    old = RoundItem.objects.filter(round=found, code=code).first() if code else None
    if code and old is None:
        raise Http404
    kept = {name: getattr(old, name) for name in RoundItemForm.base_fields} if old else {}
    form = RoundItemForm(request.POST or None, initial=kept)

    def save() -> tuple[str, Any]:
        actions.save_item(found, **form.cleaned_data, by=request.viewer, at=clock.now(), old=old)
        return f"{_page(found)}#items", _("条目已保存。")

    title = _("修改条目") if old else _("新条目")
    return answer_sheet(request, form, save, title=title, submit=_("保存"), back=_page(found))


@require_POST
@requires(Role.CITY)
def round_item_drop(request: Request, round_id: UUID, code: str) -> HttpResponseBase:
    """Take an item out of a draft's sheets."""
    found = _found(request, round_id)
    item = RoundItem.objects.filter(round=found, code=code).select_related("round").first()
    if item is None:
        raise Http404
    try:
        actions.drop_item(item, by=request.viewer, at=clock.now())
    except Problem as problem:
        return go(request, _page(found), problem)
    return go(request, f"{_page(found)}#items", _("条目已删除。"))


@both_ways
@requires(Role.CITY)
def member_new(request: Request, round_id: UUID) -> HttpResponseBase:
    """Put an assessor on the team."""
    found = _found(request, round_id)
    present = {member.account_id for member in queries.members_of(found)}
    people = [
        (each.account_id, f"{each.name} · {each.organisation}")
        for each in queries.assessors()
        if each.account_id not in present
    ]
    form = MemberForm(request.POST or None, people=people)

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        actions.add_member(
            found, typed["account"], typed["rater"], leads=typed["leads"], by=request.viewer, at=clock.now()
        )
        return f"{_page(found)}#team", _("已加入评估组。")

    return answer_sheet(request, form, save, title=_("加入评估员"), submit=_("加入"), back=_page(found))


@require_POST
@requires(Role.CITY)
def member_drop(request: Request, round_id: UUID, member_id: int) -> HttpResponseBase:
    """Take an assessor off the team."""
    found = _found(request, round_id)
    member = RoundMember.objects.filter(round=found, pk=member_id).select_related("round").first()
    if member is None:
        raise Http404
    try:
        actions.remove_member(member, by=request.viewer, at=clock.now())
    except Problem as problem:
        return go(request, _page(found), problem)
    return go(request, f"{_page(found)}#team", _("已移出评估组。"))


@require_GET
@requires(*queries.PARTIES)
def sample(request: Request, round_id: UUID) -> HttpResponseBase:
    """The drawn units that the viewer may see, with who goes where and why (five queries a page)."""
    found, viewer = _found(request, round_id), request.viewer
    page = page_of(
        queries.units_of(found, queries.present_draw(found)), ["hub_id", "kind", "rank"], request.GET.get("cursor")
    )
    sheets: dict[UUID, list[ScoreSheet]] = {}
    for sheet in ScoreSheet.objects.filter(unit__in=[unit.pk for unit in page.items]).order_by("rater", "seat"):
        sheets.setdefault(sheet.unit_id, []).append(sheet)
    order = {rater.value: place for place, rater in enumerate(Rater)}
    may_run, kinds = queries.may_run(viewer), kinds_of(found)
    barred: dict[UUID, list[str]] = {}
    if may_run and found.state in (RoundState.DRAWN, RoundState.UNDER_WAY):
        names = {member.account_id: member.name for member in queries.members_of(found)}
        for (account, unit), reason in queries.interests(found).items():
            barred.setdefault(unit, []).append(f"{names[account]}：{INTERESTS[reason]}")
    context = {
        "tabs": round_tabs(request, "rounds"),
        "steps": [{"title": _("第三方评估"), "url": reverse("appraisal:rounds")},
                  {"title": found.title, "url": _page(found)}],
        "round": found,
        "page": page,
        "rows": [
            {
                "unit": unit,
                "kind": kinds.get(unit.kind, unit.kind),
                "sheets": sorted(sheets.get(unit.pk, []), key=lambda each: (order[each.rater], each.seat)),
                "barred": barred.get(unit.pk, []),
            }
            for unit in page.items
        ],
        "may_assign": may_run and found.state in (RoundState.DRAWN, RoundState.UNDER_WAY),
    }  # fmt: skip
    return render(request, "appraisal/sample.html", context)


@both_ways
@requires(Role.CITY)
def sheet_reassign(request: Request, sheet_id: UUID) -> HttpResponseBase:
    """Give a sheet to somebody else."""
    sheet = queries.sheet_of(sheet_id)
    if sheet is None or sheet.account_id is None:
        raise Http404
    people = [
        (member.account_id, f"{member.name} · {member.organisation.name}")
        for member in queries.members_of(sheet.round)
        if member.rater == sheet.rater and member.account_id != sheet.account_id
    ]
    form = ReassignForm(request.POST or None, people=people)
    back = reverse("appraisal:round-sample", args=[sheet.round_id])

    def save() -> tuple[str, Any]:
        now = clock.now()
        with actions.tracing(sheet.round, by=request.viewer, at=now, station_id=sheet.station_id):
            actions.reassign(sheet, form.cleaned_data["account"], by=request.viewer, at=now)
        return back, _("已改派。")

    name = sheet.station.name
    return answer_sheet(request, form, save, title=_("改派评估员"), submit=_("改派"), back=back, note=name)


@require_GET
@requires(Role.CITY)
def relations(request: Request) -> HttpResponseBase:
    """Declared relations between organisations."""
    page = page_of(queries.relations(), ["-since"], request.GET.get("cursor"))
    context = {"tabs": round_tabs(request, "relations"), "page": page, "today": clock.today()}
    return render(request, "appraisal/relations.html", context)


@both_ways
@requires(Role.CITY)
def relation_new(request: Request) -> HttpResponseBase:
    """Keep that two organisations are related."""
    known = Organisation.objects.filter(until__isnull=True).order_by("name")
    form = RelationForm(
        request.POST or None,
        initial={"since": clock.today()},
        assessors=known.filter(kinds__contains=[OrganisationKind.ASSESSOR]).values_list("pk", "name"),
        others=known.values_list("pk", "name"),
    )
    back = reverse("appraisal:relations")

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        actions.declare_relation(
            typed["organisation"], typed["other"], typed["kind"], typed["note"], typed["since"], by=request.viewer,
            at=clock.now(),
        )  # fmt: skip
        return back, _("已登记，今后分派时回避。")

    return answer_sheet(request, form, save, title=_("登记利害关系"), submit=_("登记"), back=back)


@require_POST
@requires(Role.CITY)
def relation_end(request: Request, relation_id: UUID) -> HttpResponseBase:
    """Keep that a relation ended before today."""
    found = DeclaredRelation.objects.filter(pk=relation_id).first()
    if found is None:
        raise Http404
    back = reverse("appraisal:relations")
    try:
        actions.end_relation(found, clock.today(), by=request.viewer, at=clock.now())
    except Problem as problem:
        return go(request, back, problem)
    return go(request, back, _("已终止，不再回避。"))


def _page(found: Round) -> str:
    return reverse("appraisal:round", args=[found.pk])


def _found(request: Request, round_id: UUID) -> Round:
    found = queries.round_of(request.viewer, round_id)
    if found is None:
        raise Http404
    return found
