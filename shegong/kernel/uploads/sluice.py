"""What lets a file in: it is cleaned by a child process that can't harm us."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.kernel.uploads.cleaning import LARGEST, PAGES, PIXELS, Clean

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SECONDS: Final = 30
# The folder that `shegong` is imported from.
ROOT: Final = Path(__file__).resolve().parents[3]
REASONS: Final[Mapping[str, "StrOrPromise"]] = {
    "file_empty": _("文件是空的。"),
    "file_too_large": _("文件超过 %(megabytes)s MB，请缩小后再传。"),
    "file_kind": _("只能传照片（JPEG、PNG、WebP）和 PDF；这个文件的内容不是其中任何一种。"),
    "file_kind_heic": _("这是 HEIC 照片，请在手机设置里把相机格式改为“兼容性最佳”，或先转成 JPEG。"),
    "file_damaged": _("文件已损坏，读不出来。"),
    "picture_too_large": _("照片超过 %(megapixels)s 百万像素，请缩小后再传。"),
    "pdf_locked": _("这个 PDF 有密码，请去掉密码后再传。"),
    "pdf_pages": _("PDF 应有 1 到 %(pages)s 页。"),
    "pdf_script": _("这个 PDF 里有脚本，不能收。请打印成新的 PDF 再传。"),
    "pdf_action": _("这个 PDF 里有会启动程序或发送数据的动作，不能收。请打印成新的 PDF 再传。"),
    "pdf_embedded": _("这个 PDF 里夹带了其他文件，不能收。请打印成新的 PDF 再传。"),
}
LIMITS: Final = {"megabytes": LARGEST // 1024 // 1024, "megapixels": PIXELS // 1_000_000, "pages": PAGES}


def refusal(code: str, field: str = "file") -> Problem:
    """Why a file isn't taken, in words."""
    return Problem(code, REASONS[code], field, params=LIMITS)


def cleaned(content: bytes, field: str = "file") -> Clean:
    """The file written anew (about a fifth of a second, seconds for a large photo). Raises Problem at the field."""
    if len(content) > LARGEST:
        raise refusal("file_too_large", field)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "shegong.kernel.uploads"],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            cwd=ROOT,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired as problem:
        raise refusal("file_damaged", field) from problem
    line, _newline, rest = done.stdout.partition(b"\n")
    if done.returncode != 0 or not line:
        raise refusal("file_damaged", field)
    about = json.loads(line)
    if "refused" in about:
        raise refusal(about["refused"], field)
    preview = about.pop("preview")
    return Clean(content=rest[preview:], preview=rest[:preview], **about)
