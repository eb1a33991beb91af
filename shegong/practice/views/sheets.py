"""The practice's sheets: as everybody's (shegong/network/sheets.py), in a frame that knows about clients."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponseBase

from shegong.network import sheets
from shegong.network.middleware import Request
from shegong.network.sheets import WRONG, go, raise_if_gone

__all__ = ["WRONG", "answer_sheet", "go", "raise_if_gone"]


def answer_sheet(
    request: Request, form: forms.Form, save: Callable[[], tuple[str, Any]], **context: Any
) -> HttpResponseBase:
    """As `network.sheets.answer_sheet`; the context may hold `about` a client, and what makes it a door."""
    return sheets.answer_sheet(request, form, save, "practice/form_sheet.html", **context)
