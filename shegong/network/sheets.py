"""Small forms over a page: shown as a sheet, answered with the page they belong to."""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from shegong.kernel.problems import Problem
from shegong.network.middleware import Request

WRONG: Final = 422


def answer_sheet(
    request: Request,
    form: forms.Form,
    save: Callable[[], tuple[str, Any]],
    template: str = "kernel/form_sheet.html",
    **context: Any,
) -> HttpResponseBase:
    """Show a sheet with the form (`title`, `submit`, `back`, and what else its template needs), or save it: `save`
    returns where to go and what to say, or raises Problem, which is shown at its field with what was typed.
    """
    if request.method == "POST" and form.is_valid():
        try:
            url, text = save()
        except Problem as problem:
            raise_if_gone(problem)
            problem.add_to_form(form)
        else:
            return go(request, url, text)
    status = WRONG if form.is_bound else 200
    return render(request, template, {"form": form, "address": request.path, **context}, status=status)


def go(request: Request, url: str, text: Any = "") -> HttpResponseBase:
    """On to a page, with a sentence; htmx is told to go there."""
    if text:
        messages.success(request, str(text))
    if request.headers.get("HX-Request"):
        # To a part of the page that is open already a browser only scrolls: it has to be told to load it anew.
        wanted, here = urlsplit(url), urlsplit(request.headers.get("HX-Current-URL", ""))
        is_open = bool(wanted.fragment) and (wanted.path, wanted.query) == (here.path, here.query)
        return HttpResponse(status=204, headers={"HX-Refresh": "true"} if is_open else {"HX-Redirect": url})
    return redirect(url)


def raise_if_gone(problem: Problem) -> None:
    """What isn't there (any more), or not for this viewer, has no form to show a message in."""
    if problem.status == 404 and problem.field is None:
        raise Http404(str(problem))
