"""Small forms over a site's page."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from shegong.kernel.problems import Problem
from shegong.network.middleware import Request

WRONG = 422


def answer_sheet(
    request: Request, form: forms.Form, save: Callable[[], Any], title: Any, back: str, said: Any
) -> HttpResponseBase:
    """Show a sheet with the form, or save it and go back with a sentence; problems are shown at their fields."""
    if request.method == "POST" and form.is_valid():
        try:
            save()
        except Problem as problem:
            problem.add_to_form(form)
        else:
            return go(request, back, said)
    context = {"form": form, "title": title, "back": back, "address": request.get_full_path()}
    return render(request, "network/premises_sheet.html", context, status=WRONG if form.is_bound else 200)


def go(request: Request, url: str, said: Any = "") -> HttpResponseBase:
    """On to a page, with a sentence; htmx is told to go there."""
    if said:
        messages.success(request, str(said))
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)
