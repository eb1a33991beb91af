"""Decisions about documents of a purchase and of its bids."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem

MOST_FILES: Final = 10


def number_problem(present: int, added: int) -> Problem | None:
    """Whether there would be too many documents, or none was chosen."""
    if not added:
        return Problem("file_missing", _("请选择文件。"), "file")
    if present + added > MOST_FILES:
        return Problem("files_many", _("最多 %(most)s 个文件。"), "file", params={"most": MOST_FILES})
    return None
