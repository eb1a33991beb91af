"""Text that people type or paste, made fit to store."""

import re
import unicodedata
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem

NEWLINES: Final = re.compile("\r\n?|[\u0085\u2028\u2029]")
UNFIT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
LONGEST_COMPOSITION: Final = 4  # no character of Unicode decomposes canonically into more


def clean_text(value: str, limit: int, field: str | None = None) -> str:
    r"""The text in NFC with \n for each line break; emoji, rare characters and tabs stay. `limit` counts code points.

    Raises Problem at `field`: `text_control` for NUL, other control characters and halves of surrogate pairs,
    `text_too_long` for a longer text.
    """
    if len(value) > limit * LONGEST_COMPOSITION:
        raise _too_long(len(value), limit, field)  # before any work is spent on megabytes
    text = unicodedata.normalize("NFC", NEWLINES.sub("\n", value))
    unfit = UNFIT.search(text)
    if unfit:
        words = _("第 %(place)s 个字是不可见的控制字符，请删除。")
        raise Problem("text_control", words, field, params={"place": unfit.start() + 1})
    if len(text) > limit:
        raise _too_long(len(text), limit, field)
    return text


def _too_long(length: int, limit: int, field: str | None) -> Problem:
    words = _("最多 %(limit)s 字，现为 %(length)s 字。")
    return Problem("text_too_long", words, field, params={"limit": limit, "length": length})
