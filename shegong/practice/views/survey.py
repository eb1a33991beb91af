"""Pages of community surveys: make one, fill it in, read the counts; and the residents' own page behind a link."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shegong.catalogue.enums import Subject
from shegong.catalogue.models import Instrument
from shegong.catalogue.questionnaire import ADD, Questionnaire, sent_answers
from shegong.catalogue.rules.language import spoken
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request, requires
from shegong.people.enums import Role
from shegong.practice.actions import survey as actions
from shegong.practice.forms.survey import ResponseForm, SurveyForm
from shegong.practice.models import Survey, SurveyLink
from shegong.practice.queries import survey as queries
from shegong.practice.queries.assessment import instruments_in_force
from shegong.practice.rules.assessment import filled
from shegong.practice.views.sheets import WRONG, answer_sheet

READERS = (Role.WORKER, Role.HEAD, Role.COUNTY, Role.CITY, Role.SUPERVISOR)
MAKERS = (Role.HEAD, Role.COUNTY, Role.CITY)
WRITERS = (Role.WORKER, Role.HEAD, Role.COUNTY)
Save = Callable[[UUID, dict[str, Any], str], None]


@require_GET
@requires(*READERS)
def surveys(request: Request) -> HttpResponseBase:
    """The surveys that concern the viewer."""
    context = {
        "surveys": queries.surveys_page(request.viewer),
        "may_make": request.viewer.has(*MAKERS),
        "may_fill": request.viewer.has(*WRITERS),
    }
    return render(request, "practice/surveys.html", context)


@require_http_methods(["GET", "POST"])
@requires(*MAKERS)
def survey_new(request: Request) -> HttpResponseBase:
    """Make a survey."""
    stations, instruments = queries.own_stations(request.viewer), instruments_in_force(Subject.COMMUNITY)
    initial = {"key": uuid7(), "since": clock.today()}
    form = SurveyForm(request.POST or None, initial=initial, stations=stations, instruments=instruments)

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        made = actions.make_survey(
            next(each for each in stations if str(each.pk) == typed["station"]),
            next(each for each in instruments if str(each.pk) == typed["instrument"]),
            title=typed["title"],
            since=typed["since"] or clock.today(),
            until=typed["until"],
            is_anonymous=typed["is_anonymous"],
            key=typed["key"],
            by=request.viewer,
            at=clock.now(),
        )
        return reverse("practice:survey", args=[made.pk]), _("调查已建立。")

    return answer_sheet(request, form, save, title=_("发起社区需求调查"), submit=_("建立"))


@require_GET
@requires(*READERS)
def survey(request: Request, survey_id: UUID) -> HttpResponseBase:
    """A survey with its counts, all or one part's."""
    page = queries.survey_page(request.viewer, survey_id, request.GET.get("part", ""))
    if page is None:
        raise Http404
    labels = {item["name"]: item for item in _named(page.survey.instrument.document["items"])}
    context = {
        "page": page,
        "survey": page.survey,
        "texts": [(spoken(labels[name].get("label", {})), texts) for name, texts in page.texts],
        "may_keep": queries.may_keep_survey(request.viewer, page.survey.station),
        "may_fill": page.is_open and request.viewer.has(*WRITERS),
        "links": [
            (link, request.build_absolute_uri(reverse("practice:survey-answer", args=[link.token])))
            for link in page.links
        ],
    }
    return render(request, "practice/survey.html", context)


def _named(items: Any) -> Any:
    for item in items:
        yield item
        yield from _named(item.get("items", ()))


@require_POST
@requires(*MAKERS)
def survey_end(request: Request, survey_id: UUID) -> HttpResponseBase:
    """Take no more responses after today."""
    found = _survey(request, survey_id)
    try:
        actions.end_survey(found, by=request.viewer, at=clock.now())
        messages.success(request, _("调查今天结束。"))
    except Problem as problem:
        messages.error(request, str(problem))
    return redirect("practice:survey", found.pk)


@require_POST
@requires(*MAKERS)
def link_new(request: Request, survey_id: UUID) -> HttpResponseBase:
    """An address at which residents answer."""
    found = _survey(request, survey_id)
    actions.make_link(found, is_once=request.POST.get("once") == "yes", by=request.viewer, at=clock.now())
    messages.success(request, _("链接已生成。"))
    return redirect("practice:survey", found.pk)


@require_POST
@requires(*MAKERS)
def link_end(request: Request, link_id: UUID) -> HttpResponseBase:
    """Make a link lead nowhere."""
    link = SurveyLink.objects.filter(pk=link_id).select_related("survey", "survey__station").first()
    if link is None:
        raise Http404
    actions.end_link(link, by=request.viewer, at=clock.now())
    messages.success(request, _("链接已停用。"))
    return redirect("practice:survey", link.survey_id)


def _survey(request: Request, survey_id: UUID) -> Survey:
    found = queries.surveys_seen(request.viewer).filter(pk=survey_id).select_related("station", "instrument").first()
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@requires(*WRITERS)
def survey_fill(request: Request, survey_id: UUID) -> HttpResponseBase:
    """Take down one response."""
    found = _survey(request, survey_id)

    def save(key: UUID, answers: dict[str, Any], name: str) -> None:
        actions.respond(found, answers, by=request.viewer, at=clock.now(), name=name, key=key)

    context = {"survey": found, "title": found.title}
    done = reverse("practice:survey-fill", args=[found.pk])
    return _questions(request, found.instrument, found.is_anonymous, save, done, "practice/survey_fill.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponseBase:
    """A resident's own page: no account, one response."""
    link = queries.opened_link(token)
    if link is None:
        return render(request, "practice/survey_closed.html", status=404)

    def save(key: UUID, answers: dict[str, Any], name: str) -> None:
        address = request.META.get("REMOTE_ADDR", "")
        actions.respond_by_link(token, key, answers, name=name, address=address, at=clock.now())

    context = {"title": link.title, "token": token}
    done = reverse("practice:survey-thanks", args=[token])
    return _questions(request, link.instrument, link.is_anonymous, save, done, "practice/survey_answer.html", context)


@require_GET
def thanks(request: HttpRequest, token: str) -> HttpResponseBase:
    """After answering."""
    return render(request, "practice/survey_thanks.html")


def _questions(
    request: HttpRequest,
    instrument: Instrument,
    is_anonymous: bool,
    save: Save,
    done: str,
    template: str,
    context: dict[str, Any],
) -> HttpResponseBase:
    """Show the questions; save what came, or show it again with what is wrong."""
    filling = filled(instrument.document, {}, clock.today(), clock.now())
    if request.method != "POST":
        form = ResponseForm(initial={"key": uuid7()}, is_anonymous=is_anonymous)
        return render(request, template, {**context, "form": form, "questions": Questionnaire(filling)})
    form = ResponseForm(request.POST, is_anonymous=is_anonymous)
    answers = sent_answers(filling.form, request.POST)
    filling = filled(instrument.document, answers, clock.today(), clock.now())
    if ADD in request.POST:
        form = ResponseForm(initial={name: request.POST.get(name) for name in form.fields}, is_anonymous=is_anonymous)
        return render(request, template, {**context, "form": form, "questions": Questionnaire(filling)})
    problems, status = list(filling.problems), WRONG
    if form.is_valid() and not problems:
        try:
            save(form.cleaned_data["key"], answers, form.cleaned_data.get("name", ""))
        except Problem as problem:
            problem.add_to_form(form)
            status = problem.status
        else:
            messages.success(request, _("回答已保存，谢谢。"))
            return redirect(done)
    whole = {**context, "form": form, "questions": Questionnaire(filling, problems)}
    return render(request, template, whole, status=status)
