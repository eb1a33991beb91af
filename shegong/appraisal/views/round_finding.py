"""What a round's sheets show to be corrected: items that lost points, the chosen ones made findings by one tap."""

from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from shegong.appraisal.actions import round_finding as actions
from shegong.appraisal.enums import Severity
from shegong.appraisal.forms.finding import RoundFindingsForm
from shegong.appraisal.queries import round as rounds
from shegong.appraisal.queries import round_finding as queries
from shegong.appraisal.queries.finding import OFFICERS
from shegong.appraisal.queries.policy import clause_choices
from shegong.appraisal.rules.finding import unit_of_key
from shegong.appraisal.views.frame import both_ways, round_tabs
from shegong.kernel import clock
from shegong.kernel.pages import page_of
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request, requires
from shegong.network.sheets import WRONG, go

UNITS: Final = 10
USUAL: Final = "management-rule#assessment"


@both_ways
@requires(*OFFICERS)
def round_findings(request: Request, round_id: UUID) -> HttpResponseBase:
    """Stations with what they lost points for, ten a page (or the one of `?unit`); those below the round's pass mark
    are chosen already. Two dozen queries, whatever the rows.
    """
    found = rounds.round_of(request.viewer, round_id)
    if found is None or not queries.may_make_findings(request.viewer, found):
        raise Http404
    units = queries.units_to_correct(request.viewer, found)
    chosen_unit = unit_of_key(request.GET.get("unit", ""))
    if chosen_unit is not None:
        units = units.filter(pk=chosen_unit)
    page = page_of(units, ["hub_id", "kind", "rank"], request.GET.get("cursor"), UNITS)
    rows = queries.proposals(found, page.items, clock.today())
    data = request.POST if request.method == "POST" else None
    clauses = [("", "—"), *clause_choices(clock.today())]
    form = RoundFindingsForm(data, rows=rows, clauses=clauses, initial={"rests": USUAL})
    if request.method == "POST" and form.is_valid():
        try:
            choices = [actions.Choice(row.unit.pk, row.shortfall.item.code, Severity(severity))
                       for row, severity in form.chosen()]  # fmt: skip
            made = actions.make_findings(
                found, choices, form.cleaned_data.get("rests", ""), by=request.viewer, at=clock.now(),
                today=clock.today(),
            )  # fmt: skip
        except Problem as problem:
            problem.add_to_form(form)
        else:
            return go(request, request.get_full_path(), _("已提出 %(count)s 条整改。") % {"count": len(made.new)})
    context = {
        "tabs": round_tabs(request, "rounds"),
        "steps": [{"title": _("第三方评估"), "url": reverse("appraisal:rounds")},
                  {"title": found.title, "url": reverse("appraisal:round", args=[found.pk])}],
        "round": found,
        "page": page,
        "form": form,
        "groups": _groups(form, rows),
        "waits": any(row.finding is None for row in rows),
    }  # fmt: skip
    return render(request, "appraisal/round_findings.html", context, status=WRONG if form.errors else 200)


def _groups(form: RoundFindingsForm, rows: list[queries.Proposal]) -> list[dict[str, Any]]:
    """The rows by station, each with whether it is ticked and its field of severity."""
    groups: dict[UUID, dict[str, Any]] = {}
    for row in rows:
        group = groups.setdefault(row.unit.pk, {"unit": row.unit, "rows": []})
        group["rows"].append({"row": row, "ticked": form.is_ticked(row), "severity": form.severity_of(row)})
    return list(groups.values())
