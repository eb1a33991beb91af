"""Asking for help, without an account."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.kernel.tickets import spaced, spoken
from shegong.portal.actions import enquiry as actions
from shegong.portal.forms.enquiry import PleaForm
from shegong.portal.views.visitor import WRONG, account_of, visitor_of


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for help."""
    if request.method != "POST" or "choose" in request.POST:
        # Without script one chooses county, town and community by a button.
        typed = request.POST.dict() if request.method == "POST" else {}
        form = PleaForm(initial={"key": uuid7(), **typed}) if not typed else _chosen(typed)
        return render(request, "portal/ask.html", {"form": form})
    form = PleaForm(request.POST)
    status = WRONG
    if form.is_valid():
        if form.cleaned_data["website"]:
            # A machine filled in what people don't see; it learns nothing from the answer.
            return render(request, "portal/left.html", {"left": None})
        try:
            left = actions.leave_enquiry(
                form.plea(), visitor=visitor_of(request), by=account_of(request), at=clock.now()
            )
        except Problem as problem:
            problem.add_to_form(form)
            status = problem.status
        else:
            words = {"number": spoken(left.number), "code": spaced(left.code)}
            return render(request, "portal/left.html", {"left": left, **words})
    return render(request, "portal/ask.html", {"form": form}, status=status)


def _chosen(typed: dict[str, Any]) -> PleaForm:
    """The form with what was typed and the next list of places, without errors yet."""
    return PleaForm(typed=typed) if typed else PleaForm()


@never_cache
@require_GET
def place(request: HttpRequest) -> HttpResponse:
    """The lists of towns and communities that belong to what was chosen above them."""
    typed = request.GET.dict()
    return render(request, "portal/place.html", {"form": _chosen(typed)})
