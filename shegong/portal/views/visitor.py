"""What views for visitors share: who asks, and forms that anybody may send."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from shegong.kernel import clock
from shegong.kernel.attempts import visitor_digest
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.network.scope import Viewer
from shegong.people.actions import address_of
from shegong.portal.forms.door import Trapped

WRONG = 422


def visitor_of(request: HttpRequest) -> bytes:
    """The digest by which visitors are told apart for a day."""
    return visitor_digest(address_of(request), clock.now())


def account_of(request: HttpRequest) -> int | None:
    """The account, where somebody is signed in."""
    viewer: Viewer | None = getattr(request, "viewer", None)
    return viewer.account_id if viewer else None


def left(
    request: HttpRequest,
    form_of: type[Trapped],
    template: str,
    leave: Callable[[Any], dict[str, Any]],
    context: dict[str, Any],
    initial: dict[str, Any] | None = None,
) -> HttpResponse:
    """A form that anybody may send: shown, or left by `leave`, whose values the same template shows as `left`. A
    machine that filled in what people don't see learns nothing from the answer.
    """
    form = form_of(request.POST or None, initial={"key": uuid7(), **(initial or {})})
    status = 200
    if request.method == "POST":
        status = WRONG
        if form.is_valid():
            if form.is_machine:
                return render(request, template, {**context, "left": {"nothing": True}})
            try:
                values = leave(form)
            except Problem as problem:
                problem.add_to_form(form)
                status = problem.status
            else:
                return render(request, template, {**context, "left": values})
    return render(request, template, {**context, "form": form}, status=status)
