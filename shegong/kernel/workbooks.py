"""Workbooks from outside: made sure that a file is one, and harmless, before any library opens it."""

import re
import zipfile
from typing import IO, Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem

LARGEST_FILE: Final = 10 * 1024 * 1024  # bytes
LARGEST_CONTENT: Final = 80 * 1024 * 1024  # bytes, unpacked
MOST_PARTS: Final = 500
MOST_CELLS: Final = 500_000
XML: Final = (".xml", ".rels")
CHUNK: Final = 1 << 16
CELL: Final = re.compile(rb"<(?:[A-Za-z]+:)?c[ />]")
DECLARED: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def check_workbook(file: IO[bytes]) -> None:
    """Raises Problem for what isn't an XLSX workbook (415), or is one too large or made to do harm (413)."""
    size = file.seek(0, 2)
    file.seek(0)
    if size > LARGEST_FILE:
        raise Problem("file_too_large", _("文件超过 10 MB。"), status=413)
    try:
        with zipfile.ZipFile(file) as parts:
            listed = parts.infolist()
            if len(listed) > MOST_PARTS or sum(part.file_size for part in listed) > LARGEST_CONTENT:
                raise Problem("content_too_large", _("文件解压后过大。"), status=413)
            if "[Content_Types].xml" not in parts.namelist():
                raise no_workbook()
            cells = sum(_cells(parts, part) for part in listed if not part.filename.startswith("xl/media/"))
    except Problem:
        raise
    except Exception as error:
        # Not packed, packed otherwise, encrypted, cut off: packers have many ways to say so.
        raise no_workbook() from error
    if cells > MOST_CELLS:
        raise Problem("content_too_large", _("单元格过多，请删除多余的空行和空列。"), status=413)
    file.seek(0)


def _cells(parts: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """How many cells a part has. Raises Problem for one with declarations, by which a small file can grow without end
    in whoever reads it.
    """
    count, rest = 0, b""
    with parts.open(part) as content:
        while chunk := content.read(CHUNK):
            is_wide = part.filename.endswith(XML) and b"\0" in chunk  # UTF-16, in which declarations can hide
            if is_wide or DECLARED.search(rest + chunk):
                raise no_workbook()
            # Of the last chunk only its end is looked at again; what lies wholly in it was counted.
            count += len(CELL.findall(rest + chunk)) - len(CELL.findall(rest))
            rest = chunk[-12:]
    return count


def no_workbook() -> Problem:
    """What is said of a file that isn't a workbook we can read."""
    reason = _("这不是能读取的 XLSX 文件（加密的、旧的 XLS 格式的也不行），请另存为 XLSX 再试。")
    return Problem("file_form", reason, status=415)
