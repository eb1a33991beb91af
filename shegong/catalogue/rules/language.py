"""Texts of instruments in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import get_language


def reader_language(languages: list[str]) -> str:
    """The one of a form's languages that the reader wants: by its beginning, else the first (the form's own)."""
    wanted = (get_language() or "zh").split("-")[0]
    return next((each for each in languages if code_of(each) == wanted), languages[0])


def code_of(language: str) -> str:
    """The code of a form's language: zh of "中文 (zh)" or of zh-Hans."""
    inside = language.rpartition("(")[2].rstrip(")").strip() if language.endswith(")") else language
    return inside.split("-")[0].lower()


def spoken(text: Mapping[str, str]) -> str:
    """A text in the reader's language, else in any that it has."""
    given = [each for each in text if text[each]]
    return text[reader_language(given)] if given else ""


spoken_later: Any = lazy(spoken, str)
