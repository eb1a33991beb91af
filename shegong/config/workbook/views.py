"""The page where administrators hand in a workbook, see what is wrong with it, and fetch new accounts' passwords."""

import json
from base64 import b64decode, b64encode
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shegong.config.workbook.findings import Finding, WorkbookProblem
from shegong.config.workbook.forms import WorkbookForm
from shegong.config.workbook.importing import check_workbook, import_workbook
from shegong.config.workbook.template import CONTENT_TYPE, NewAccount, accounts_workbook, template_workbook
from shegong.kernel import clock
from shegong.kernel.keyring import UndecipherableProblem
from shegong.network.middleware import Request, requires
from shegong.people.enums import Role

MOST_SHOWN: Final = 500  # findings; who has more corrects these first
WAITING: Final = "workbook_accounts"  # in the session: new accounts' passwords, encrypted, until they are fetched
PURPOSE: Final = b"workbook.accounts"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Role.ADMIN)
def workbook(request: Request) -> HttpResponse:
    """The form; a workbook that is sent is checked, or imported if all of it is right."""
    if request.method != "POST":
        return _page(request, WorkbookForm(), {})
    form = WorkbookForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, {}, 422)
    is_import = request.POST.get("do") == "import"
    work = import_workbook if is_import else check_workbook
    try:
        outcome = work(form.cleaned_data["file"].file, request.viewer)
    except WorkbookProblem as problem:
        return _page(request, form, _shown(problem.findings), 422)
    if outcome.passwords:
        _keep(request, [*_kept(request), *outcome.passwords])
    context = {"outcome": outcome, "imported": is_import, **_shown(outcome.warnings)}
    return _page(request, form, context)


@require_safe
@requires(Role.ADMIN)
def template(request: Request) -> HttpResponse:
    """The workbook to fill in."""
    return _download(template_workbook(), "shegong-workbook.xlsx")


@require_POST
@never_cache
@requires(Role.ADMIN)
def new_accounts(request: Request) -> HttpResponse:
    """New accounts with their one-time passwords: once, then they are forgotten."""
    accounts = _kept(request)
    request.session.pop(WAITING, None)
    if not accounts:
        messages.info(request, _("没有等待下载的新账号。"))
        return redirect("workbook:page")
    return _download(accounts_workbook(accounts), f"new-accounts-{clock.today():%Y%m%d}.xlsx")


def _page(request: HttpRequest, form: WorkbookForm, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """The page, or to htmx only the outcome, so that the chosen file stays chosen."""
    name = "config/workbook_outcome.html" if request.headers.get("HX-Request") else "config/workbook.html"
    whole = {"form": form, "waiting": WAITING in request.session, **context}
    return render(request, name, whole, status=status)


def _shown(findings: list[Finding]) -> dict[str, Any]:
    """Errors before warnings, as many as a page can show."""
    ordered = sorted(findings, key=lambda finding: finding.is_warning)
    errors = sum(not finding.is_warning for finding in findings)
    return {"findings": ordered[:MOST_SHOWN], "errors": errors, "unshown": max(len(ordered) - MOST_SHOWN, 0)}


def _keep(request: HttpRequest, accounts: list[NewAccount]) -> None:
    sealed = settings.KEYRING.encrypt(json.dumps(accounts), PURPOSE)
    request.session[WAITING] = b64encode(sealed).decode()


def _kept(request: HttpRequest) -> list[NewAccount]:
    try:
        opened = settings.KEYRING.decrypt(b64decode(request.session.get(WAITING, "")), PURPOSE)
    except (UndecipherableProblem, ValueError):
        return []
    return [NewAccount(*each) for each in json.loads(opened)]


def _download(content: bytes, name: str) -> HttpResponse:
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(content, content_type=CONTENT_TYPE, headers={"Content-Disposition": disposition})
