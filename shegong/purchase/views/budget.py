"""Pages of the budget: what was handed in, the workbook out, and in."""

from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.pages import page_of
from shegong.network.middleware import Request, requires
from shegong.purchase.actions.budget import load_budget
from shegong.purchase.forms.ledger import BudgetForm
from shegong.purchase.papers.budget import budget_workbook
from shegong.purchase.papers.ledger_book import CONTENT_TYPE
from shegong.purchase.queries import budget as queries
from shegong.purchase.queries import ledger as money
from shegong.purchase.views.ledger import OFFICERS, both_ways, year_of
from shegong.purchase.views.sheets import answer_sheet


@require_GET
@requires(*OFFICERS)
def budgets(request: Request) -> HttpResponseBase:
    """The budgets handed in, the latest first."""
    years = money.years()
    context = {
        "page": page_of(queries.sheets(request.viewer), ["-loaded_at"], request.GET.get("cursor")),
        "year": year_of(request, years),
        "years": [each.pk for each in years],
        "steps": [{"title": pgettext("navigation", "资金"), "url": reverse("purchase:funds")}],
    }
    return render(request, "purchase/budgets.html", context)


@both_ways
@requires(*OFFICERS)
def budget_new(request: Request) -> HttpResponseBase:
    """Hand a budget in."""
    initial = {"key": uuid7(), "year": clock.today().year}
    form = BudgetForm(request.POST or None, request.FILES or None, years=money.years(), initial=initial)

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        made = load_budget(typed["key"], typed["year"], typed["file"].file, by=request.viewer, at=clock.now())
        said = _("%(rows)s 行预算已全部入账。") % {"rows": made.rows}
        return f"{reverse('purchase:funds')}?year={made.year_id}", said

    return answer_sheet(
        request, form, save, title=_("导入预算"), submit=_("核对并入账"), back=reverse("purchase:budgets")
    )


@require_GET
@requires(*OFFICERS)
def workbook(request: Request) -> HttpResponseBase:
    """A year's budget as the ledger has it, or an empty one to fill in."""
    empty = "empty" in request.GET
    year = year_of(request, money.years())
    content = budget_workbook(queries.budget_rows(request.viewer, year, empty=empty))
    name = "budget.xlsx" if empty else f"budget-{year}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=CONTENT_TYPE, headers=headers)
