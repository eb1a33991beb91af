"""Small forms over a page: shown as a sheet, answered with the page they belong to."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from shegong.kernel.problems import Problem
from shegong.network.middleware import Request

WRONG = 422


def answer_sheet(
    request: Request, form: forms.Form, save: Callable[[], tuple[str, Any]], **context: Any
) -> HttpResponseBase:
    """Show a sheet with the form (`title`, `submit`, `back`, perhaps `note`), or save it: `save` returns where to go
    and what to say, or raises Problem, which is shown at its field with what was typed.
    """
    if request.method == "POST" and form.is_valid():
        try:
            url, text = save()
        except Problem as problem:
            if problem.status == 404 and problem.field is None:
                raise Http404(str(problem)) from problem
            problem.add_to_form(form)
        else:
            return go(request, url, text)
    status = WRONG if form.is_bound else 200
    words = {"form": form, "address": request.get_full_path(), **context}
    return render(request, "purchase/form_sheet.html", words, status=status)


def go(request: Request, url: str, text: Any = "") -> HttpResponseBase:
    """On to a page, with a sentence; htmx is told to go there."""
    if text:
        messages.success(request, str(text))
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)
