"""Pages of needs assessments: fill one in, read one."""

from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request, requires
from shegong.practice.actions.assessment import assess
from shegong.practice.enums import Risk
from shegong.practice.forms.assessment import PREFIX, AssessmentForm
from shegong.practice.queries import assessment as queries
from shegong.practice.views.client import HIGH, KEEPERS, READERS, file_of
from shegong.practice.views.sheets import WRONG, go, raise_if_gone


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def assessment_new(request: Request, client_id: UUID) -> HttpResponseBase:
    """Fill in a form about a client; risk and needs follow from it."""
    kept = file_of(request, client_id)
    instruments = queries.instruments_in_force()
    wanted = request.GET.get("form")
    instrument = next((each for each in instruments if each.code == wanted), instruments[0] if instruments else None)
    if instrument is None:
        return render(request, "practice/assessment_new.html", {"client": kept, "form": None})
    form = AssessmentForm(instrument, request.POST or None, initial={"key": uuid7(), "assessed_on": clock.today()})
    if request.method == "POST" and form.is_valid():
        try:
            made = assess(
                kept,
                instrument,
                form.answers(),
                by=request.viewer,
                at=clock.now(),
                assessed_on=form.cleaned_data["assessed_on"],
                summary=form.cleaned_data["summary"],
                key=form.cleaned_data["key"],
            )
        except Problem as problem:
            raise_if_gone(problem)
            for each in problem:
                named = PREFIX + each.field if each.field and PREFIX + each.field in form.fields else each.field
                (each.at(named) if named else each).add_to_form(form)
        else:
            return go(request, reverse("practice:assessment", args=[made.pk]), _("评估已保存。"))
    context = {"form": form, "client": kept, "instruments": instruments, "instrument": instrument}
    return render(request, "practice/assessment_new.html", context, status=WRONG if form.is_bound else 200)


@require_GET
@requires(*READERS)
def assessment(request: Request, assessment_id: UUID) -> HttpResponseBase:
    """An assessment as it was filled in, with what followed from it."""
    sheet = queries.assessment_sheet(request.viewer, assessment_id)
    if sheet is None:
        raise Http404
    context = {
        "sheet": sheet,
        "assessment": sheet.assessment,
        "client": sheet.assessment.client,
        "risk": Risk(sheet.assessment.risk).label,
        "risk_is_high": sheet.assessment.risk >= HIGH,
        "may_keep": request.viewer.has(*KEEPERS),
    }
    return render(request, "practice/assessment.html", context)
