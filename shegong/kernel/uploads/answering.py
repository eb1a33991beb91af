"""Giving a file back to who may have it."""

from typing import Final

from django.http import HttpResponse
from django.utils.http import content_disposition_header

# Even if a browser took the file for a page, it would run nothing and reach nothing.
FILE_POLICY: Final = "default-src 'none'; sandbox"


def file_answer(content: bytes, media: str, name: str, *, shown: bool = False) -> HttpResponse:
    """A file that somebody brought, as harmless as an answer can make it; nobody keeps it on the way."""
    return HttpResponse(
        content,
        content_type=media,
        headers={
            "Content-Disposition": content_disposition_header(not shown, name) or "attachment",
            "Content-Security-Policy": FILE_POLICY,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )
