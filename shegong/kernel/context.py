"""What every page's frame needs. Other context processors add `navigation`, `record_url`, `search_url`, `demo`, ..."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch, reverse

THEMES = ("light", "dark")
THEME_COOKIE = "theme"
TEXT_COOKIE = "text"


def frame(request: HttpRequest) -> dict[str, Any]:
    """The chosen theme ("light", "dark" or "" for the device's own), large print, languages, where to switch."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return {
        "theme": theme if theme in THEMES else "",
        "large_text": request.COOKIES.get(TEXT_COOKIE) == "large",
        "languages": settings.LANGUAGES,
        "language_url": _url("set_language"),
        "sign_in_url": _url(str(settings.LOGIN_URL)),
    }


def _url(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        pass
    try:
        # LOGIN_URL may also be a plain path; a name that no installed page answers to is left out.
        return resolve_url(name) if name.startswith("/") else ""
    except NoReverseMatch:
        return ""
