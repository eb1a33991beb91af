"""Pages of a client's family and surroundings: both pictures with their words, and a small form for each part."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request, requires
from shegong.practice.actions import family as actions
from shegong.practice.forms.family import FORMS, NewSystemForm, PartForm, PersonForm, RelativeForm
from shegong.practice.models import Case, Client, FamilyVersion
from shegong.practice.pictures import words
from shegong.practice.pictures.ecomap import ecomap
from shegong.practice.pictures.genogram import Address, genogram, no_address
from shegong.practice.queries import client as clients
from shegong.practice.queries import family as queries
from shegong.practice.queries.family import KeptFamily
from shegong.practice.rules.family import Family, family_from
from shegong.practice.rules.kinship import with_relative, with_row, without
from shegong.practice.views.client import KEEPERS, READERS, file_of
from shegong.practice.views.sheets import WRONG, raise_if_gone

both_ways = require_http_methods(["GET", "POST"])
PICTURES: Final = ("genogram", "ecomap")
TITLES: Final = {
    "persons": gettext_lazy("家庭成员"),
    "unions": gettext_lazy("婚姻与同居"),
    "parentages": gettext_lazy("亲子关系"),
    "bonds": gettext_lazy("情感关系"),
    "systems": gettext_lazy("社会系统"),
    "ties": gettext_lazy("社会联系"),
}
# Where a fault in the document is shown in the form, when the two have other names.
SHOWN_AT: Final = {"union": "parents", "parent": "parents", "linked": "file"}


@require_GET
@requires(*READERS)
def family(request: Request, client_id: UUID) -> HttpResponseBase:
    """Both pictures, or one of them large; as they are, or as they were on a day."""
    kept = file_of(request, client_id)
    closures = Case.objects.filter(client_id=kept.pk, hub_id=kept.hub_id, closed_on__isnull=False)
    picture = request.GET.get("picture", "")
    context = _pictures(request, kept) | {
        "client": kept,
        "closures": closures.order_by("-closed_on"),
        "merges": kept.merges.filter(undone_at__isnull=True).select_related("merged"),
        "picture": picture if picture in PICTURES else "",
    }
    return render(request, "practice/family.html", context)


@require_GET
@requires(*READERS)
def family_pictures(request: Request, client_id: UUID) -> HttpResponseBase:
    """The pictures alone, to be put in the place of the former ones."""
    kept = file_of(request, client_id)
    template = "practice/family_glance.html" if "glance" in request.GET else "practice/family_pictures.html"
    picture = request.GET.get("picture", "")
    context = _pictures(request, kept) | {"client": kept, "picture": picture if picture in PICTURES else ""}
    return render(request, template, context)


def _pictures(request: Request, client: Client) -> dict[str, Any]:
    """What the templates show. At most nine queries."""
    day = _day(request)
    kept = queries.family_on(client, day) if day else queries.family_of(client)
    may_keep = day is None and request.viewer.has(*KEEPERS) and request.viewer.reaches(client.hub_id, client.station_id)
    context: dict[str, Any] = {"on": day, "may_keep": may_keep, "kept": kept}
    if kept is None:
        return context
    address = _address(client) if may_keep else no_address
    shown, year = kept.family, (day or clock.today()).year
    files = queries.linked_files(request.viewer, shown, client)
    return context | {
        "genogram": genogram(shown, client.pk, year, address),
        "ecomap": ecomap(shown, client.pk, address),
        "family_words": _entries(words.genogram_entries(shown, client.pk, year), address),
        "system_words": _entries(words.ecomap_entries(shown), address),
        "linked": [(each, files[each.linked]) for each in shown.persons if each.linked in files],
        "alone": len(shown.persons) == 1,
    }


def _entries(entries: tuple[words.Entry, ...], address: Address) -> list[tuple[str, str]]:
    return [(each.words, address(each.part, each.key) if each.key else "") for each in entries]


def _address(client: Client) -> Address:
    base = reverse("practice:family", args=[client.pk])
    return lambda part, key: f"{base}{part}/{key}/"


def _day(request: Request) -> date | None:
    try:
        return parse_date(request.GET.get("on", ""))
    except ValueError:
        return None


@both_ways
@requires(*KEEPERS)
def relative_new(request: Request, client_id: UUID) -> HttpResponseBase:
    """Add somebody: whose, what relation, save."""
    client = file_of(request, client_id)
    kept = queries.family_of(client)
    of = kept.family.person(_key(request.GET.get("of"))) or kept.family.index(client.pk)
    form = RelativeForm(request.POST or None, family=kept.family, initial={"of": str(of.id)})

    def change() -> Family:
        person = form.row(actions.new_key())
        typed = form.cleaned_data
        return with_relative(kept.family, UUID(typed["of"]), typed["relation"], person, actions.new_key)

    return _answer(request, client, kept, form, change, title=_("加家人"), submit=_("保存"))


@both_ways
@requires(*KEEPERS)
def part_new(request: Request, client_id: UUID, part: str) -> HttpResponseBase:
    """Add a relation, a bond, a system, a tie."""
    if part not in FORMS or part == "persons":
        raise Http404
    client = file_of(request, client_id)
    kept = queries.family_of(client)
    kind = NewSystemForm if part == "systems" else FORMS[part]
    named = {name: request.GET[name] for name in ("first", "child", "person", "system") if name in request.GET}
    form = kind(request.POST or None, family=kept.family, initial=named)

    def change() -> Family:
        row = form.row(actions.new_key())
        after = with_row(kept.family, part, row)
        return (
            with_row(after, "ties", form.tie(actions.new_key(), row.id)) if isinstance(form, NewSystemForm) else after
        )

    title = _("加%(what)s") % {"what": TITLES[part]}
    return _answer(request, client, kept, form, change, title=title, submit=_("保存"))


@both_ways
@requires(*KEEPERS)
def part(request: Request, client_id: UUID, part: str, key: UUID) -> HttpResponseBase:
    """Change a part, or go on from it: to the relations of a person, the ties of a system."""
    client = file_of(request, client_id)
    kept = queries.family_of(client)
    row = _row(kept.family, part, key)
    form = _form(request, part, row, kept.family, client)

    def change() -> Family:
        typed = form.row(key)
        if isinstance(form, PersonForm) and not form.is_client:
            typed = replace(typed, linked=_linked(request, form.cleaned_data["file"], typed.linked, form.numbers))
        return with_row(kept.family, part, typed)

    is_client = isinstance(form, PersonForm) and form.is_client
    context = {
        "title": row.name if part in ("persons", "systems") else TITLES[part],
        "submit": _("保存"),
        "part": part,
        "key": key,
        "related": _related(kept.family, part, key, _address(client)),
        "remove_url": "" if is_client else reverse("practice:family-remove", args=[client.pk, part, key]),
    }
    return _answer(request, client, kept, form, change, **context)


def _form(request: Request, part: str, row: Any, family: Family, client: Client) -> PartForm:
    more: dict[str, Any] = {}
    if part == "persons":
        files = queries.linked_files(request.viewer, family, client)
        more = {"client_id": client.pk, "numbers": {key: file.number for key, file in files.items()}}
    return FORMS[part](request.POST or None, family=family, row=row, **more)


def _row(family: Family, part: str, key: UUID) -> Any:
    found = next((each for each in getattr(family, part) if each.id == key), None) if part in FORMS else None
    if found is None:
        raise Http404
    return found


def _linked(request: Request, number: str, present: UUID | None, numbers: Any) -> UUID | None:
    """The file with the typed number. A link to a file that may not be seen is kept as it is."""
    number = number.strip().upper()[:30]
    if present is not None and present not in numbers and not number:
        return present
    if not number:
        return None
    found = clients.clients_seen(request.viewer).filter(number=number).first()
    if found is None:
        raise Problem("client_missing", _("您的范围内没有这个编号的档案。"), "file")
    return found.pk


def _related(family: Family, part: str, key: UUID, address: Address) -> list[tuple[str, str]]:
    """The relations in which a person or a system stands, each with the address of its form."""
    found: list[tuple[str, str]] = []
    if part == "persons":
        couples = {each.id for each in family.unions if key in (each.first, each.second)}
        found += [
            (words.union(family, each), address("unions", each.id)) for each in family.unions if each.id in couples
        ]
        found += [
            (words.parentage(family, each), address("parentages", each.id))
            for each in family.parentages
            if key in (each.child, each.parent) or each.union in couples
        ]
        found += [
            (words.bond(family, each), address("bonds", each.id))
            for each in family.bonds
            if key in (each.first, each.second)
        ]
    ties = [each for each in family.ties if key in (each.person, each.system)]
    return found + [(words.tie(family, each), address("ties", each.id)) for each in ties]


@require_POST
@requires(*KEEPERS)
def part_remove(request: Request, client_id: UUID, part: str, key: UUID) -> HttpResponseBase:
    """Strike out a part, with what hangs on it; it can be undone."""
    client = file_of(request, client_id)
    kept = queries.family_of(client)
    _row(kept.family, part, key)
    return _saved_or_told(request, client, kept, lambda: without(kept.family, part, key, client.pk), _("已删除。"))


@require_POST
@requires(*KEEPERS)
def family_restore(request: Request, client_id: UUID, number: int) -> HttpResponseBase:
    """Back to a former version, as a new one."""
    client = file_of(request, client_id)
    former = get_object_or_404(FamilyVersion, client_id=client.pk, hub_id=client.hub_id, number=number)
    kept = queries.family_of(client)
    return _saved_or_told(request, client, kept, lambda: family_from(former.document), _("已恢复。"))


def _answer(
    request: Request,
    client: Client,
    kept: KeptFamily,
    form: PartForm,
    change: Callable[[], Family],
    **context: Any,
) -> HttpResponseBase:
    """Show the sheet, or save the family as `change` makes it; problems are shown at their fields."""
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_family(client, change(), by=request.viewer, at=clock.now(), version=kept.version)
        except Problem as problem:
            raise_if_gone(problem)
            for each in problem:
                field = (each.field or "").rpartition(".")[2]
                each.at(SHOWN_AT.get(field, field)).add_to_form(form)
        else:
            return _changed(request, client, _("已保存。"))
    status = WRONG if form.is_bound else 200
    shown = {"form": form, "address": request.get_full_path(), "client": client, **context}
    return render(request, "practice/family_sheet.html", shown, status=status)


def _saved_or_told(
    request: Request, client: Client, kept: KeptFamily, change: Callable[[], Family], text: str
) -> HttpResponseBase:
    try:
        actions.save_family(client, change(), by=request.viewer, at=clock.now(), version=kept.version)
    except Problem as problem:
        raise_if_gone(problem)
        return _changed(request, client, str(problem), level="error")
    undo = reverse("practice:family-restore", args=[client.pk, kept.version]) if kept.version else ""
    return _changed(request, client, text, undo=undo)


def _changed(
    request: Request, client: Client, text: str, *, level: str = "success", undo: str = ""
) -> HttpResponseBase:
    """htmx: close the sheet and let the pictures fetch themselves anew. Else: back to the page."""
    if not request.headers.get("HX-Request"):
        messages.add_message(request, messages.ERROR if level == "error" else messages.SUCCESS, text)
        return redirect("practice:family", client.pk)
    toast: dict[str, Any] = {"text": text, "level": level}
    if undo:
        toast["undo"] = {"text": _("撤销"), "url": undo}
    events = {"family-changed": True, "close-sheet": True, "toast": toast}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(events)})


def _key(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
