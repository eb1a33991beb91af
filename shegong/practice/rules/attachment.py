"""What may be attached. Pure."""

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.kernel.text import clean_text
from shegong.kernel.uploads.cleaning import JPEG
from shegong.practice.enums import AttachmentKind

CAPTION_LENGTH: Final = 200


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
