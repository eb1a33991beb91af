"""Pages of evaluations: what was said of one thing, asking for more; and the client's own page behind a link."""

from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from shegong.kernel import clock
from shegong.kernel.attempts import may_try, too_many, visitor_digest
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.middleware import Request, requires
from shegong.people.actions import address_of, sign_out
from shegong.people.models import Account
from shegong.practice.actions import evaluation as actions
from shegong.practice.enums import Channel
from shegong.practice.forms.evaluation import AskedForm, MemberForm, OpinionForm
from shegong.practice.queries import evaluation as queries
from shegong.practice.queries.evaluation import KEEPERS, Evaluated
from shegong.practice.rules.evaluation import BETTER, OPEN_FOR, REQUESTS_AN_HOUR, SCORES, STRAYS_AN_HOUR
from shegong.practice.views.client import READERS as CLIENT_READERS
from shegong.practice.views.groupwork import READERS as GATHERING_READERS
from shegong.practice.views.sheets import WRONG, answer_sheet, raise_if_gone

PAGES: Final = {
    "case": "practice:case",
    "group": "practice:group",
    "activity": "practice:activity",
    "record": "practice:record",
}
READERS: Final = tuple(dict.fromkeys((*CLIENT_READERS, *GATHERING_READERS)))
SCORE_NAMES: Final = dict(SCORES)
BETTER_NAMES: Final = dict(BETTER)


@require_GET
@requires(*READERS)
def evaluations(request: Request, kind: str, key: UUID) -> HttpResponseBase:
    """What was said of one thing: the list alone for the card that asks for it, else a page."""
    of = _evaluated(request, kind, key)
    found = queries.opinions(request.viewer, of)
    lines = [(each, SCORE_NAMES[each.score], BETTER_NAMES.get(each.better or 0, ""), who) for each, who in found.rows]
    context = {"opinions": found, "of": of, "lines": lines, "back": _back(of)}
    part = request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request")
    return render(request, f"practice/evaluation_{'list' if part else 'page'}.html", context)


@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def evaluation_new(request: Request, kind: str, key: UUID) -> HttpResponseBase:
    """Put down what somebody answered."""
    of = _evaluated(request, kind, key)
    form = AskedForm(request.POST or None, of=of, initial={"key": uuid7(), "evaluated_on": clock.today()})

    def save() -> tuple[str, Any]:
        typed = form.cleaned_data
        actions.put_evaluation(
            of,
            form.opinion(),
            member_id=form.member_id(),
            evaluated_on=typed["evaluated_on"],
            key=typed["key"],
            by=request.viewer,
            at=clock.now(),
        )
        return _back(of), _("评价已保存。")

    return answer_sheet(request, form, save, title=_("服务对象的评价"), submit=_("保存"), back=_back(of))


@never_cache
@require_http_methods(["GET", "POST"])
@requires(*KEEPERS)
def evaluation_ask(request: Request, kind: str, key: UUID) -> HttpResponseBase:
    """Ask for an evaluation: by a link, shown once; or on this phone, which is locked as it is handed over."""
    of = _evaluated(request, kind, key)
    form = MemberForm(request.POST if request.method == "POST" else None, of=of)
    context = {"form": form, "of": of, "back": _back(of), "address": request.path, "days": OPEN_FOR.days}
    if request.method != "POST" or not form.is_valid():
        return render(request, "practice/evaluation_ask.html", context, status=WRONG if form.is_bound else 200)
    channel = Channel.HANDED if request.POST.get("channel") == Channel.HANDED else Channel.LINK
    try:
        token = actions.ask_for_evaluation(
            of, channel=channel, member_id=form.member_id(), by=request.viewer, at=clock.now()
        )
    except Problem as problem:
        raise_if_gone(problem)
        problem.add_to_form(form)
        return render(request, "practice/evaluation_ask.html", context, status=problem.status)
    address = reverse("practice:evaluate", args=[token])
    if channel == Channel.LINK:
        return render(
            request, "practice/evaluation_link.html", {**context, "link": request.build_absolute_uri(address)}
        )
    assert isinstance(request.user, Account)
    # Whoever holds the phone from here on is nobody to us; the worker signs in again when it comes back.
    sign_out(request, request.user)
    return redirect(address)


@never_cache
@require_http_methods(["GET", "POST"])
def evaluate(request: HttpRequest, token: str) -> HttpResponseBase:
    """The client's own page: no account, no name, one evaluation."""
    try:
        asked = _asked(request, token)
    except Problem as problem:
        return render(request, "practice/evaluate_closed.html", {"busy": problem.message}, status=problem.status)
    if asked is None or asked.state != "open":
        # A second tap on the same phone comes here, too: its answer is kept.
        closed = {"asked": asked}
        return render(request, "practice/evaluate_closed.html", closed, status=404)
    form = OpinionForm(request.POST or None, initial={"key": uuid7()})
    status = WRONG if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            actions.give_evaluation(token, form.cleaned_data["key"], form.opinion(), at=clock.now())
        except Problem as problem:
            problem.add_to_form(form)
            status = problem.status
        else:
            return redirect("practice:evaluate-thanks", token)
    return render(request, "practice/evaluate.html", {"form": form, "asked": asked}, status=status)


@never_cache
@require_safe
def evaluate_thanks(request: HttpRequest, token: str) -> HttpResponseBase:
    """After evaluating; who holds a worker's phone gives it back."""
    try:
        asked = _asked(request, token)
    except Problem as problem:
        return render(request, "practice/evaluate_closed.html", {"busy": problem.message}, status=problem.status)
    if asked is None:
        return render(request, "practice/evaluate_closed.html", {"asked": None}, status=404)
    return render(request, "practice/evaluate_thanks.html", {"asked": asked})


def _asked(request: HttpRequest, token: str) -> queries.Asked | None:
    """What a link asks about, if there is such a link. Raises Problem `too_many_attempts` (429)."""
    now = clock.now()
    visitor = visitor_digest(address_of(request), now)
    if not may_try(visitor, "evaluate", REQUESTS_AN_HOUR, now):
        raise too_many()
    found = queries.asked_by(actions.token_digest(token), now)
    if found is None and not may_try(visitor, "stray", STRAYS_AN_HOUR, now):
        raise too_many()
    return found


def _evaluated(request: Request, kind: str, key: UUID) -> Evaluated:
    found = queries.evaluated(request.viewer, kind, key)
    if found is None:
        raise Http404
    return found


def _back(of: Evaluated) -> str:
    return reverse(PAGES[of.kind], args=[of.key])
