"""Pages of forms: which there are, how each looks, import from XLSForm and export, putting into use and out of it."""

from typing import Any, Final

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shegong.catalogue.actions import keep_draft, publish_instrument, retire_instrument
from shegong.catalogue.enums import Subject
from shegong.catalogue.forms import DayForm, ImportForm
from shegong.catalogue.models import Instrument
from shegong.catalogue.queries import instrument_versions, instruments_by_code
from shegong.catalogue.questionnaire import Questionnaire
from shegong.catalogue.rules.document import Form
from shegong.catalogue.rules.filling import Filling
from shegong.catalogue.xlsform.importing import Imported, import_xlsform
from shegong.catalogue.xlsform.writing import CONTENT_TYPE, export_xlsform
from shegong.kernel import clock
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request, requires
from shegong.people.enums import Role

KEEPERS: Final = (Role.CITY, Role.ADMIN)
WRONG: Final = 422
MOST_SHOWN: Final = 200  # findings; who has more corrects these first
SALT: Final = "catalogue.import"
HOUR: Final = 3600


@require_GET
@requires()
def instruments(request: Request) -> HttpResponseBase:
    """All forms by what they look at (one query)."""
    today = clock.today()
    rows = [_row(versions, today) for versions in instruments_by_code()]
    context = {
        "parts": [(subject.label, [row for row in rows if row["shown"].subject == subject]) for subject in Subject],
        "may_keep": request.viewer.has(*KEEPERS),
    }
    return render(request, "catalogue/instruments.html", context)


def _row(versions: list[Instrument], today: Any) -> dict[str, Any]:
    current = next((each for each in versions if _is_current(each, today)), None)
    shown = current or versions[0]
    form = Form(shown.document)
    return {
        "shown": shown,
        "current": current,
        "draft": versions[0] if versions[0].is_draft else None,
        "questions": sum(item.kind != "calculate" for item in form.questions),
    }


def _is_current(each: Instrument, today: Any) -> bool:
    return each.since is not None and each.since <= today and (each.until is None or each.until > today)


@require_GET
@requires()
def instrument(request: Request, code: str) -> HttpResponseBase:
    """A form with its versions (one query)."""
    return _page(request, _versions(code))


def _page(request: Request, versions: list[Instrument], form: DayForm | None = None, status: int = 200) -> HttpResponse:
    today = clock.today()
    row = _row(versions, today)
    form_of = Form(row["shown"].document)
    context = {
        **row,
        "versions": [(each, _is_current(each, today)) for each in versions],
        "form_languages": row["shown"].document["languages"],
        "sections": [item for item in form_of.order if not item.around and item.kind in ("group", "repeat")],
        "day_form": form or DayForm(initial={"day": today}),
        "steps": _steps(),
        "may_keep": request.viewer.has(*KEEPERS),
    }
    return render(request, "catalogue/instrument.html", context, status=status)


def _steps() -> list[dict[str, str]]:
    return [
        {"title": _("服务目录"), "url": reverse("catalogue:services")},
        {"title": _("量表与表单"), "url": reverse("catalogue:instruments")},
    ]


def _versions(code: str) -> list[Instrument]:
    versions = instrument_versions(code)
    if not versions:
        raise Http404
    return versions


def _version(code: str, version: int) -> Instrument:
    found = next((each for each in instrument_versions(code) if each.version == version), None)
    if found is None:
        raise Http404
    return found


@require_GET
@requires()
def preview(request: Request, code: str, version: int) -> HttpResponseBase:
    """A version as it is filled in; what is tried out here goes nowhere."""
    found = _version(code, version)
    filling = Filling(Form(found.document), {}, today=clock.today(), now=clock.now())
    steps = [*_steps(), {"title": found.name, "url": reverse("catalogue:instrument", args=[code])}]
    context = {"instrument": found, "questions": Questionnaire(filling), "steps": steps}
    return render(request, "catalogue/instrument_preview.html", context)


@require_GET
@requires()
def xlsform(request: Request, code: str, version: int) -> HttpResponseBase:
    """A version as an XLSForm workbook."""
    found = _version(code, version)
    content = export_xlsform(found.document, found.code, found.version)
    disposition = f'attachment; filename="{found.code}-{found.version}.xlsx"'
    return HttpResponse(content, content_type=CONTENT_TYPE, headers={"Content-Disposition": disposition})


@require_POST
@requires(*KEEPERS)
def publish(request: Request, code: str, version: int) -> HttpResponseBase:
    """Put a draft into use."""
    return _change_day(request, code, version, publish_instrument, "since", _("已启用第 %(version)s 版。"))


@require_POST
@requires(*KEEPERS)
def retire(request: Request, code: str, version: int) -> HttpResponseBase:
    """Take a version out of use."""
    return _change_day(request, code, version, retire_instrument, "until", _("第 %(version)s 版将停用。"))


def _change_day(request: Request, code: str, version: int, change: Any, field: str, said: str) -> HttpResponseBase:
    found, form = _version(code, version), DayForm(request.POST)
    if form.is_valid():
        try:
            change(found, form.cleaned_data["day"], by=request.viewer, at=clock.now(), today=clock.today())
        except Problem as problem:
            (problem.at("day") if problem.field == field else problem).add_to_form(form)
        else:
            messages.success(request, said % {"version": version})
            return redirect("catalogue:instrument", code)
    return _page(request, _versions(code), form, WRONG)


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def instrument_import(request: Request) -> HttpResponseBase:
    """Hand in a workbook: all faults are told; what can't be kept is listed and must be agreed to."""
    if request.method != "POST":
        return _import_page(request, ImportForm(initial={"subject": Subject.CLIENT}))
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _import_page(request, form, status=WRONG)
    try:
        imported = import_xlsform(form.cleaned_data["file"].file)
    except Problem as problem:
        problem.at("file").add_to_form(form)
        return _import_page(request, form, status=WRONG)
    if imported.document is None:
        return _import_page(request, form, imported, status=WRONG)
    code = form.cleaned_data["code"] or imported.code
    sealed = signing.dumps(
        {"code": code, "subject": form.cleaned_data["subject"], "document": imported.document}, salt=SALT, compress=True
    )
    filling = Filling(Form(imported.document), {}, today=clock.today(), now=clock.now())
    return _import_page(request, form, imported, sealed=sealed, code=code, questions=Questionnaire(filling))


def _import_page(
    request: Request, form: ImportForm, imported: Imported | None = None, status: int = 200, **context: Any
) -> HttpResponse:
    findings = imported.findings if imported else []
    whole = {
        "form": form,
        "imported": imported,
        "errors": [each for each in findings if each.is_error][:MOST_SHOWN],
        "left_out": [each for each in findings if not each.is_error][:MOST_SHOWN],
        "unshown": max(0, len(findings) - MOST_SHOWN),
        "steps": _steps(),
        **context,
    }
    return render(request, "catalogue/instrument_import.html", whole, status=status)


@require_POST
@requires(*KEEPERS)
def import_confirm(request: Request) -> HttpResponseBase:
    """Keep what was checked as a draft. What comes back is what we gave out: it is signed."""
    try:
        sealed = signing.loads(request.POST.get("sealed", ""), salt=SALT, max_age=HOUR)
        draft = keep_draft(
            sealed["code"], sealed["document"], subject=sealed["subject"], by=request.viewer, at=clock.now()
        )
    except signing.BadSignature:
        messages.error(request, _("这次检查已经过期，请重新选择文件。"))
        return redirect("catalogue:instrument-import")
    except Problem as problem:
        messages.error(request, str(problem))
        return redirect("catalogue:instrument-import")
    messages.success(request, _("已存为第 %(version)s 版草稿；试填无误后启用。") % {"version": draft.version})
    return redirect("catalogue:instrument", draft.code)
