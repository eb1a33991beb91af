"""What may be attached, and under which name. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.kernel.text import clean_text
from shegong.kernel.uploads.cleaning import JPEG, PDF
from shegong.practice.enums import AttachmentKind

CAPTION_LENGTH: Final = 200
NAME_LENGTH: Final = 100
CHUNK_BYTES: Final = 512 * 1024
SUFFIXES: Final = {JPEG: ".jpg", PDF: ".pdf"}
# What no file system or header takes, and what turns the direction of writing to disguise an ending.
UNFIT_IN_NAMES: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]')


def kept_name(sent: str, media: str) -> str:
    """The name under which a file is kept: its own, without folders and marks that deceive, with the ending of what it
    really is.
    """
    name = unicodedata.normalize("NFC", sent.encode("utf-8", "ignore").decode())
    name = re.split(r"[\\/]", name)[-1]
    stem = UNFIT_IN_NAMES.sub("", name.rpartition(".")[0] or name).strip(" .")
    suffix = SUFFIXES[media]
    return (stem[: NAME_LENGTH - len(suffix)] or "file") + suffix


def checked_caption(text: str) -> str:
    """Raises Problem at `caption`."""
    try:
        return clean_text(text.strip(), CAPTION_LENGTH)
    except Problem as problem:
        raise problem.at("caption") from problem


def photo_problem(kind: str, media: str, *, without_consent: Sequence[str]) -> Problem | None:
    """A photo of people needs the consent of each of them to be photographed (PIPL art. 26 and 29)."""
    if kind not in AttachmentKind.values:
        return Problem("kind_unknown", _("请从列表中选择。"), "kind")
    if kind != AttachmentKind.PHOTO or media != JPEG or not without_consent:
        return None
    return Problem(
        "photo_without_consent",
        _("%(names)s没有登记“拍摄与使用影像”的同意。请先登记同意，或换一张没有拍到人的照片。"),
        "kind",
        params={"names": "、".join(without_consent)},
    )


def pieces_of(content: bytes) -> list[bytes]:
    """The content in pieces of half a megabyte."""
    return [content[start : start + CHUNK_BYTES] for start in range(0, len(content), CHUNK_BYTES)]
