"""Pages of contracts: the list, one contract's life, its files."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from shegong.kernel import clock
from shegong.kernel.uploads.answering import file_answer
from shegong.network.middleware import Request, requires
from shegong.network.sheets import answer_sheet
from shegong.people.enums import Role
from shegong.practice.forms.contract import ContractsForm
from shegong.practice.queries import contract as queries
from shegong.practice.queries.contract_progress import course_of, progress
from shegong.purchase.actions.contract_book import sign_all
from shegong.purchase.enums import ContractStatus
from shegong.purchase.models import ClaimFile, Contract
from shegong.purchase.papers.contract_book import read_contracts, write_contracts
from shegong.purchase.papers.ledger_book import CONTENT_TYPE
from shegong.purchase.queries import contract as terms
from shegong.purchase.rules.contract import PARTS

PARTIES = terms.PARTIES


@require_GET
@requires(*PARTIES)
def contracts(request: Request) -> HttpResponseBase:
    """Contracts with how far they have come (six queries, whatever there is)."""
    shown = request.GET.get("show", "running")
    shown = shown if shown in queries.SHOWN else "running"
    words, today = request.GET.get("q", "").strip()[:60], clock.today()
    page = queries.listed(request.viewer, shown, words, request.GET.get("cursor"), today)
    names = {
        "running": pgettext("contract", "履行中"),
        "behind": _("进度落后"),
        "waiting": _("到期待结清"),
        "over": _("已结束"),
        "all": _("全部"),
    }
    context = {
        "page": page,
        "rows": queries.rows_of(page.items, today),
        "filters": [{"title": title, "url": f"?show={code}", "active": code == shown} for code, title in names.items()],
        "shown": shown,
        "words": words,
        "is_buyer": request.viewer.has(Role.CITY, Role.COUNTY),
    }
    return render(request, "practice/contracts.html", context)


@require_GET
@requires(*PARTIES)
def contract(request: Request, contract_id: int) -> HttpResponseBase:
    """One contract: what is promised and how far it has come, what is judged, asked for and paid."""
    found, today = seen(request, contract_id), clock.today()
    rows = progress([found.pk], today).get(found.pk, [])
    acceptances = list(found.acceptances.all())
    stage, kind = queries.stage_of(found, acceptances, today)
    plan, course = terms.plan(found, today), course_of(rows, today)
    side = side_of(request, found)
    months = queries.months_of(found) if side["signs"] or side["is_agency"] else []
    labels = {code: str(label) for code, _most, label in PARTS}
    context = {
        "contract": found,
        "stage": stage,
        "stage_kind": kind,
        "course": course,
        "progress": rows,
        "other_years": [row for row in rows if row not in course.rows],
        "placed": queries.placed(found, today),
        "plan": plan,
        "paid": sum(row.payment.amount for row in plan if row.payment),
        "acceptances": [
            {"row": each, "parts": [(label, each.parts[code]) for code, label in labels.items() if code in each.parts]}
            for each in acceptances
        ],
        "warnings": [(each, terms.answered(each)) for each in terms.warnings(found)],
        "deliverables": list(found.deliverables.all()),
        "amendments": queries.amendments_of(found),
        "stations": queries.stations_of(found),
        "is_running": found.status == ContractStatus.SIGNED,
        "today": today,
        "paper_key": UUID(int=found.pk),
        "months": _chart(months),
        "steps": [{"title": pgettext("navigation", "合同"), "url": reverse("practice:contracts")}],
        **side,
    }
    return render(request, "practice/contract.html", context)


def side_of(request: Request, found: Contract) -> dict[str, Any]:
    """Which side of a contract the viewer is on."""
    return {
        "signs": terms.signs(request.viewer, found),
        "is_agency": found.organisation_id in request.viewer.organisations,
    }


def seen(request: Request, contract_id: int) -> Contract:
    """A contract that the viewer sees. Raises Http404."""
    found = terms.contracts(request.viewer).filter(pk=contract_id).first()
    if found is None:
        raise Http404
    return found


def _chart(months: list[tuple[Any, float]]) -> dict[str, Any] | None:
    if len(months) < 2:
        return None
    labels = [f"{month:%Y-%m}" for month, _hours in months]
    return {"unit": _("小时"), "labels": labels, "series": [{"name": _("服务工时"), "values": [h for _m, h in months]}]}


@require_GET
@requires(*PARTIES)
def claim_file(request: Request, file_id: UUID) -> HttpResponseBase:
    """An invoice or a proof, for both sides."""
    found = ClaimFile.objects.filter(pk=file_id).first()
    if found is None:
        raise Http404
    return file_answer(terms.content_of(found), found.media, found.name)


@require_GET
@requires(*PARTIES)
def workbook(request: Request) -> HttpResponseBase:
    """The contracts of a list as a workbook, with what came of each; in the form in which they are brought in."""
    shown, today = request.GET.get("show", "all"), clock.today()
    rows = queries.exported(request.viewer, shown if shown in queries.SHOWN else "all", today)
    content = write_contracts(rows)
    return HttpResponse(
        content, content_type=CONTENT_TYPE, headers={"Content-Disposition": 'attachment; filename="contracts.xlsx"'}
    )


@require_GET
@requires(Role.CITY, Role.COUNTY)
def template(request: Request) -> HttpResponseBase:
    """The sheet to fill in."""
    return HttpResponse(
        write_contracts([]), content_type=CONTENT_TYPE,
        headers={"Content-Disposition": 'attachment; filename="contracts-template.xlsx"'},
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@requires(Role.CITY, Role.COUNTY)
def load(request: Request) -> HttpResponseBase:
    """Sign the contracts that a workbook lists."""
    form = ContractsForm(request.POST or None, request.FILES or None)

    def save() -> tuple[str, Any]:
        rows = read_contracts(form.cleaned_data["file"])
        signed = sign_all(rows, by=request.viewer, at=clock.now())
        said = _("已签订 %(count)s 份合同。") % {"count": len(signed)}
        return reverse("practice:contracts") + "?show=all", said

    links = [{"icon": "download", "text": _("模板：在合同页“下载模板”，或用导出的工作簿改写。"), "attention": False}]
    return answer_sheet(
        request, form, save, title=_("导入合同"), submit=_("检查并签订"), back=reverse("practice:contracts"),
        notices=links,
    )  # fmt: skip
