"""Pages of needs assessments: fill one in, read one."""

from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from shegong.catalogue.models import Instrument
from shegong.catalogue.questionnaire import ADD, Questionnaire, sent_answers
from shegong.catalogue.rules.filling import Filling
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request, requires
from shegong.practice.actions.assessment import assess
from shegong.practice.enums import Risk
from shegong.practice.forms.assessment import AssessmentForm, instrument_entries
from shegong.practice.models import Case, Client
from shegong.practice.queries import assessment as queries
from shegong.practice.rules.assessment import filled
from shegong.practice.views.client import HIGH, KEEPERS, READERS, file_of
from shegong.practice.views.sheets import WRONG, go, raise_if_gone


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def assessment_new(request: Request, client_id: UUID) -> HttpResponseBase:
    """Fill in a form about a client; risk and needs follow from it."""
    kept = file_of(request, client_id)
    case_id = _case_of(kept, request.GET.get("case", ""))
    instruments = queries.instruments_for(kept)
    wanted = request.GET.get("form")
    instrument = next((each for each in instruments if each.code == wanted), instruments[0] if instruments else None)
    if instrument is None:
        return render(request, "practice/assessment_new.html", {"client": kept, "form": None})
    if request.method == "POST":
        return _sent(request, kept, instrument, instruments, case_id)
    form = AssessmentForm(initial={"key": uuid7(), "assessed_on": clock.today()})
    return _page(request, kept, instrument, instruments, form, Questionnaire(_filling(instrument, {})), case_id)


def _case_of(kept: Client, text: str) -> UUID | None:
    """The client's case from whose page the form was opened; None for another one or none."""
    try:
        return (
            Case.objects.filter(client_id=kept.pk, hub_id=kept.hub_id, pk=UUID(text))
            .values_list("pk", flat=True)
            .first()
            if text
            else None
        )
    except ValueError:
        return None


def _filling(instrument: Instrument, answers: dict[str, object]) -> Filling:
    return filled(instrument.document, answers, clock.today(), clock.now())


def _sent(
    request: Request, kept: Client, instrument: Instrument, instruments: list[Instrument], case_id: UUID | None
) -> HttpResponseBase:
    """Save what came; or show it again, with what is wrong, or with the turn of a repeat that was asked for."""
    form = AssessmentForm(request.POST)
    filling = _filling(instrument, {})
    answers = sent_answers(filling.form, request.POST)
    filling = _filling(instrument, answers)
    if ADD in request.POST:
        form = AssessmentForm(initial={name: request.POST.get(name) for name in form.fields})
        return _page(request, kept, instrument, instruments, form, Questionnaire(filling), case_id)
    problems = list(filling.problems)
    if form.is_valid() and not problems:
        typed = form.cleaned_data
        try:
            made = assess(
                kept,
                instrument,
                answers,
                by=request.viewer,
                at=clock.now(),
                assessed_on=typed["assessed_on"],
                summary=typed["summary"],
                key=typed["key"],
            )
        except Problem as problem:
            raise_if_gone(problem)
            keys = {item.name for item in filling.form.questions}
            mine = [each for each in problem if (each.field or "").rpartition(".")[2] in keys]
            problems += mine
            for each in problem:
                if each not in mine:
                    each.add_to_form(form)
        else:
            address = (
                reverse("practice:case", args=[case_id]) if case_id else reverse("practice:assessment", args=[made.pk])
            )
            return go(request, address, _("评估已保存。"))
    return _page(request, kept, instrument, instruments, form, Questionnaire(filling, problems), case_id, WRONG)


def _page(
    request: Request,
    kept: Client,
    instrument: Instrument,
    instruments: list[Instrument],
    form: AssessmentForm,
    questions: Questionnaire,
    case_id: UUID | None,
    status: int = 200,
) -> HttpResponseBase:
    context = {
        "form": form,
        "questions": questions,
        "client": kept,
        "entries": instrument_entries(instruments, instrument, request.path, case_id),
        "instrument": instrument,
        "case_id": case_id,
    }
    return render(request, "practice/assessment_new.html", context, status=status)


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
        "high": HIGH,
        "may_keep": request.viewer.has(*KEEPERS),
    }
    return render(request, "practice/assessment.html", context)
