"""The form editor: a form's parts in an outline, one of them open; nothing is kept until all of it is right.

The document under work travels in the page, signed, so that every press of a button is a whole request: it works
without script, by keyboard, and leaves nothing half done behind.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shegong.catalogue.actions import keep_draft
from shegong.catalogue.models import Instrument
from shegong.catalogue.panels import Panel
from shegong.catalogue.queries import instrument_versions
from shegong.catalogue.rules import editing
from shegong.catalogue.rules.document import HOLDERS, Item, walk
from shegong.catalogue.rules.editing import NoSuchPart, Part
from shegong.catalogue.rules.faults import Fault, faults
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request, requires
from shegong.people.enums import Role

KEEPERS: Final = (Role.CITY, Role.ADMIN)
WRONG: Final = 422
SALT: Final = "catalogue.editor"
DAY: Final = 24 * 3600


@dataclass(frozen=True, slots=True)
class Work:
    """A document under work: which part is open, what it began from, and what it was before the last removal."""

    document: Part
    open: str
    base: str
    before: Part | None = None
    focus: str = ""

    def sealed(self) -> str:
        """The work as it travels in the page."""
        whole = {"document": self.document, "open": self.open, "base": self.base, "before": self.before}
        return signing.dumps(whole, salt=SALT, compress=True)


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def instrument_edit(request: Request, code: str) -> HttpResponseBase:
    """Change a form's draft, or begin one from its newest version (one query; one more for a panel with fields of
    service).
    """
    versions = instrument_versions(code)
    if not versions:
        raise Http404
    newest = versions[0]
    if request.method != "POST":
        document = dict(newest.document)
        return _page(request, newest, Work(document, "title", editing.fingerprint(document)))
    try:
        work = Work(**signing.loads(request.POST.get("sealed", ""), salt=SALT, max_age=DAY))
    except signing.BadSignature:
        messages.error(request, _("页面已经过期，请重新打开。"))
        return redirect("catalogue:instrument-edit", code)
    panel = Panel(work.document, work.open, request.POST)
    if not panel.is_valid():
        return _page(request, newest, work, panel, status=WRONG)
    work = replace(work, document=panel.applied())
    verb, _colon, path = request.POST.get("do", "").partition(":")
    if verb == "save":
        return _save(request, newest, work)
    try:
        work = _done(work, verb, path, request.POST)
    except NoSuchPart:
        messages.error(request, _("这部分已经不在了。"))
    return _page(request, newest, work)


def _done(work: Work, verb: str, path: str, sent: QueryDict) -> Work:
    """What a button does. An unknown one changes nothing. Raises NoSuchPart."""
    simple: Mapping[str, Callable[[], Work]] = {
        "open": lambda: _opened(work, path),
        "up": lambda: _moved(work, path, -1),
        "down": lambda: _moved(work, path, 1),
        "remove": lambda: _removed(work, path),
        "undo": lambda: replace(work, document=work.before or work.document, before=None, open="title"),
        "row": lambda: replace(work, document=editing.with_row(work.document, path), open=path),
        "ask": lambda: _added(work, editing.with_question(work.document, path, sent.get(f"kind-{path}", ""))),
        "result": lambda: _added(work, editing.with_result(work.document, path)),
        "list": lambda: _added(work, editing.with_own_list(work.document, path)),
        "risk": lambda: _added(work, ({**work.document, "risk": {"score": "", "bands": []}}, "risk")),
    }
    return simple[verb]() if verb in simple else work


def _opened(work: Work, path: str) -> Work:
    editing.open_part(work.document, path)
    return replace(work, open=path)


def _added(work: Work, made: tuple[Part, str]) -> Work:
    return replace(work, document=made[0], open=made[1])


def _moved(work: Work, path: str, by: int) -> Work:
    """What is open stays open, wherever it has gone."""
    document = editing.moved(work.document, path, by)
    number = int(path.rpartition("[")[2].rstrip("]"))
    there = f"{path.rpartition('[')[0]}[{number + by}]"
    swap = {path: there, there: path} if document != work.document else {}
    inside = next((each for each in swap if work.open == each or work.open.startswith(f"{each}.")), "")
    opened = swap[inside] + work.open.removeprefix(inside) if inside else work.open
    verb = "up" if by < 0 else "down"
    return replace(work, document=document, open=opened, focus=f"{verb}:{there if swap else path}")


def _removed(work: Work, path: str) -> Work:
    document = editing.removed(work.document, path)
    holder = path.rpartition("[")[0]
    is_row = holder.startswith("lists.") or holder.endswith((".levels", ".bands"))
    opened = work.open if is_row else "title"
    return replace(work, document=document, before=work.document, open=opened, focus="undo:")


def _save(request: Request, newest: Instrument, work: Work) -> HttpResponse:
    wrong = faults(work.document)
    if wrong:
        opened = replace(work, open=editing.part_of(work.document, wrong[0].path))
        return _page(request, newest, opened, wrong=wrong, status=WRONG)
    try:
        kept = keep_draft(
            newest.code,
            work.document,
            subject=newest.subject,
            by=request.viewer,
            at=clock.now(),
            begun_from=work.base,
        )
    except Problem as problem:
        messages.error(request, str(problem))
        return _page(request, newest, work, status=problem.status)
    messages.success(request, _("已存为第 %(version)s 版草稿；试填无误后启用。") % {"version": kept.version})
    return redirect("catalogue:instrument", newest.code)


# The page


def _page(
    request: Request,
    newest: Instrument,
    work: Work,
    panel: Panel | None = None,
    wrong: Iterable[Fault] = (),
    status: int = 200,
) -> HttpResponse:
    by_part: dict[str, list[Fault]] = {}
    for fault in wrong:
        by_part.setdefault(editing.part_of(work.document, fault.path), []).append(fault)
    if panel is None:
        panel = _panel(work, by_part)
    panel.mark(first=request.method == "POST" and not work.focus and not by_part and not panel.errors)
    context = {
        "instrument": newest,
        "work": work,
        "panel": panel,
        "panel_title": _title(work),
        "question": editing.part(work.document, work.open) if work.open.startswith("items") else None,
        "outline": [_line(item, by_part, work) for item in walk(work.document["items"])],
        "lists": _lists(work, by_part),
        "results": [(kind, name, _results(work, kind, by_part)) for kind, name in _result_names()],
        "kinds": _kinds(),
        "problems": [(part, _name(work.document, part), each) for part, found in by_part.items() for each in found],
        "steps": [
            {"title": _("服务目录"), "url": reverse("catalogue:services")},
            {"title": _("量表与表单"), "url": reverse("catalogue:instruments")},
            {"title": newest.name, "url": reverse("catalogue:instrument", args=[newest.code])},
        ],
    }
    return render(request, "catalogue/instrument_edit.html", context, status=status)


def _panel(work: Work, by_part: Mapping[str, list[Fault]]) -> Panel:
    """The open part; with its faults shown, it has to be a form that was sent."""
    fresh = Panel(work.document, work.open)
    if work.open not in by_part:
        return fresh
    shown = QueryDict(mutable=True)
    for name, value in fresh.initial.items():
        if value not in ("", False):
            shown[name] = "on" if value is True else str(value)
    panel = Panel(work.document, work.open, shown)
    panel.is_valid()
    panel.show(by_part[work.open])
    return panel


def _line(item: Item, by_part: Mapping[str, list[Fault]], work: Work) -> dict[str, Any]:
    """A question in the outline."""
    return {
        "path": item.path,
        "depth": min(len(item.around), 3),
        "name": item.data.get("name", ""),
        "kind": dict(_kinds()).get(item.kind, item.kind),
        "label": item.data.get("label") or item.data.get("hint") or {},
        "is_holder": item.kind in HOLDERS,
        "inside": f"{item.path}.items",
        "faults": len(by_part.get(item.path, ())),
        "is_open": item.path == work.open,
    }


def _lists(work: Work, by_part: Mapping[str, list[Fault]]) -> list[dict[str, Any]]:
    used = [item.data.get("list") for item in walk(work.document["items"])]
    return [
        {
            "path": f"lists.{name}",
            "name": name,
            "choices": len(choices),
            "used": used.count(name),
            "faults": len(by_part.get(f"lists.{name}", ())),
            "is_open": f"lists.{name}" == work.open,
        }
        for name, choices in work.document.get("lists", {}).items()
    ]


def _results(work: Work, kind: str, by_part: Mapping[str, list[Fault]]) -> list[dict[str, Any]]:
    found = []
    for number, each in enumerate(work.document.get(kind, [])):
        path = f"{kind}[{number}]"
        name = each.get("name") or each.get("field") or each.get("when", "")
        found.append({"path": path, "label": each.get("label") or {}, "name": name, "is_open": path == work.open,
                      "faults": len(by_part.get(path, ()))})  # fmt: skip
    return found


def _result_names() -> tuple[tuple[str, str], ...]:
    return (("scores", _("得分")), ("needs", _("需求")), ("alerts", _("预警")))


def _kinds() -> list[tuple[str, str]]:
    """The kinds of questions that can be added, and their names; others come by XLSForm."""
    return [
        ("one", _("单选")),
        ("many", _("多选")),
        ("text", _("文字")),
        ("integer", _("整数")),
        ("decimal", _("小数")),
        ("date", _("日期")),
        ("time", _("时间")),
        ("acknowledge", _("确认")),
        ("note", _("说明")),
        ("calculate", _("计算")),
        ("group", _("分组")),
    ]


def _title(work: Work) -> str:
    return _name(work.document, work.open)


def _name(document: Part, path: str) -> str:
    """What a part is called in the outline."""
    root = path.split("[")[0].split(".")[0]
    names = {"title": _("表单名称"), "lists": _("选项表"), "risk": _("总的风险"), "items": _("题目")}
    names |= dict(_result_names())
    try:
        found = editing.part(document, path)
    except NoSuchPart:
        return names.get(root, path)
    if path.startswith("lists."):
        return f"{names['lists']} {path.removeprefix('lists.')}"
    own = (found.get("name") or found.get("field") or "") if isinstance(found, Mapping) and root != "title" else ""
    return f"{names.get(root, root)} {own}".strip()
