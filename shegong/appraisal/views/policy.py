"""The policy library: documents, clauses, search, drafts and what they would change."""

from typing import Any

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shegong.appraisal.actions import policy as actions
from shegong.appraisal.actions.policy import Wording
from shegong.appraisal.enums import PolicyKind
from shegong.appraisal.forms.policy import ClauseForm, DocumentForm, DraftForm
from shegong.appraisal.models import Clause, PolicyDocument, PolicyVersion
from shegong.appraisal.queries import policy as queries
from shegong.appraisal.queries.finding import questions_to
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
def policies(request: Request) -> HttpResponseBase:
    """The documents by kind; or the clauses that hold the words asked for."""
    text = request.GET.get("q", "").strip()[:50]
    today = clock.today()
    rows = list(queries.documents())
    kinds = [{"title": kind.label, "rows": [row for row in rows if row.kind == kind]} for kind in PolicyKind]
    context = {
        "tabs": tabs(request, "policies"),
        "text": text,
        "found": queries.found(text, today) if text else None,
        "kinds": [kind for kind in kinds if kind["rows"]],
        "today": today,
        "may_write": actions.may_write(request.viewer),
    }
    return render(request, "appraisal/policies.html", context)


@require_GET
@requires()
def policy(request: Request, code: str) -> HttpResponseBase:
    """A document: its clauses in force (or of another version), its versions, and what a draft would change."""
    document = _document(code)
    versions = list(document.versions.all())
    today = clock.today()
    draft = next((version for version in versions if version.published_at is None), None)
    may_write = actions.may_write(request.viewer)
    asked = request.GET.get("version", "")
    wanted = next((version for version in versions if str(version.number) == asked), None)
    present = next((version for version in versions if _holds(version, today)), None)
    coming = next((v for v in versions if v.published_at is not None and v.since > today), None)
    shown = wanted or present or coming or draft
    ahead = draft or coming
    changes = queries.changes(ahead, today) if ahead and ahead == shown else []
    context = {
        "tabs": tabs(request, "policies"),
        "steps": [{"title": _("政策库"), "url": reverse("appraisal:policies")}],
        "document": document,
        "versions": versions,
        "shown": shown,
        "present": present,
        "draft": draft,
        "is_draft": shown is not None and shown == draft,
        "clauses": list(shown.clauses.all()) if shown else [],
        "changes": [(change, _named(change.effect.newly)) for change in changes],
        "may_write": may_write,
    }
    return render(request, "appraisal/policy.html", context)


def _holds(version: PolicyVersion, today: Any) -> bool:
    return (
        version.published_at is not None and version.since <= today and (version.until is None or version.until > today)
    )


def _named(ids: tuple[int, ...]) -> list[Station]:
    return list(Station.objects.filter(pk__in=ids[:SHOWN]).only("id", "key", "name").order_by("path")) if ids else []


@require_GET
@requires()
def clause(request: Request, code: str, anchor: str) -> HttpResponseBase:
    """A clause: its words in each version, what rests on it, and which stations fail it."""
    document = _document(code)
    today = clock.today()
    wordings = list(
        Clause.objects.filter(version__document=document, anchor=anchor, version__published_at__isnull=False)
        .select_related("version").order_by("-version__number")
    )  # fmt: skip
    if not wordings:
        raise Http404
    present = next((row for row in wordings if _holds(row.version, today)), None)
    asked = [found] if present and (found := queries.asked_by(present)) else []
    asked += [each for each in queries.asked_under(document, anchor, today) if each not in asked]
    viewer = request.viewer
    hubs = None if viewer.has(Role.CITY, Role.ADMIN, Role.DPO) else list(viewer.hubs)
    sees = viewer.has(*OFFICERS)
    failing = queries.stations_failing(asked, today, hubs) if sees else []
    context = {
        "steps": [
            {"title": _("政策库"), "url": reverse("appraisal:policies")},
            {"title": document.title, "url": reverse("appraisal:policy", args=[code])},
        ],
        "document": document,
        "clause": present or wordings[0],
        "is_repealed": present is None and all(row.version.since <= today for row in wordings),
        "wordings": wordings,
        "resting": queries.resting_on(document, anchor, viewer),
        "is_measured": bool(asked),
        "questions": questions_to(document, anchor),
        "may_answer": viewer.has(Role.CITY),
        "sees_stations": sees,
        "failing": failing[:SHOWN],
        "failing_count": len(failing),
    }
    return render(request, "appraisal/clause.html", context)


@both_ways
@requires(Role.CITY)
def policy_new(request: Request) -> HttpResponseBase:
    """A new document with an empty draft."""
    form = DocumentForm(request.POST or None)

    def save() -> tuple[str, Any]:
        made = actions.add_document(**form.cleaned_data, by=request.viewer, at=clock.now())
        return reverse("appraisal:policy", args=[made.code]), _("已建立，请写条款后发布。")

    back = reverse("appraisal:policies")
    return answer_sheet(request, form, save, title=_("新文件"), submit=_("建立"), back=back)


@both_ways
@requires(Role.CITY)
def policy_draft(request: Request, code: str) -> HttpResponseBase:
    """Begin the next version, or change the draft's day."""
    document = _document(code)
    draft = document.versions.filter(published_at__isnull=True).first()
    kept = {"since": draft.since, "note": draft.note} if draft else {}
    form = DraftForm(request.POST or None, initial=kept)

    def save() -> tuple[str, Any]:
        values = form.cleaned_data
        made = actions.draft_version(document, values["since"], values["note"], by=request.viewer, at=clock.now())
        return _page(code, made), _("草稿已保存。")

    back = reverse("appraisal:policy", args=[code])
    return answer_sheet(request, form, save, title=_("修订"), submit=_("保存草稿"), back=back)


@both_ways
@requires(Role.CITY)
def clause_edit(request: Request, code: str, anchor: str = "") -> HttpResponseBase:
    """Write a clause of the draft."""
    draft = _draft(code)
    known = draft.clauses.filter(anchor=anchor).first() if anchor else None
    if anchor and known is None:
        raise Http404
    names = ("anchor", "heading", "text", "measure", "tier", "least")
    kept = {name: getattr(known, name) for name in names} if known else {}
    form = ClauseForm(request.POST or None, initial=kept, anchor=anchor)

    def save() -> tuple[str, Any]:
        actions.save_clause(draft, Wording(**form.cleaned_data), by=request.viewer, at=clock.now())
        return _page(code, draft), _("条款已保存。")

    title = _("修改条款") if known else _("新条款")
    return answer_sheet(request, form, save, title=title, submit=_("保存"), back=_page(code, draft))


@require_POST
@requires(Role.CITY)
def clause_drop(request: Request, code: str, anchor: str) -> HttpResponseBase:
    """Leave a clause out of the draft."""
    draft = _draft(code)
    try:
        actions.drop_clause(draft, anchor, by=request.viewer, at=clock.now())
    except Problem as problem:
        raise_if_gone(problem)
        return go(request, _page(code, draft), problem)
    return go(request, _page(code, draft), _("已从草稿中去掉。"))


@require_POST
@requires(Role.CITY)
def policy_publish(request: Request, code: str) -> HttpResponseBase:
    """Put the draft into force from its day."""
    draft = _draft(code)
    try:
        actions.publish_version(draft, by=request.viewer, at=clock.now())
    except Problem as problem:
        return go(request, _page(code, draft), problem)
    return go(request, reverse("appraisal:policy", args=[code]), _("已发布。"))


def _page(code: str, version: PolicyVersion) -> str:
    return f"{reverse('appraisal:policy', args=[code])}?version={version.number}"


def _document(code: str) -> PolicyDocument:
    found = queries.documents().filter(code=code).first()
    if found is None:
        raise Http404
    return found


def _draft(code: str) -> PolicyVersion:
    found = PolicyVersion.objects.filter(document__code=code, published_at__isnull=True).select_related("document")
    draft = found.first()
    if draft is None:
        raise Http404
    return draft
