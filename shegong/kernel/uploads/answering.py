"""Giving a file back to who may have it."""

from collections.abc import Callable
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from shegong.kernel.uploads.cleaning import JPEG

# Even if a browser took the file for a page, it would run nothing and reach nothing.
FILE_POLICY: Final = "default-src 'none'; sandbox"


def kept_file_answer(request: HttpRequest, media: str, name: str, content: Callable[[bool], bytes]) -> HttpResponse:
    """A kept photo or paper: a download; `?show` shows a photo in the page, `?preview` a small one (`content(True)`).

    Raises Http404 for a preview that there isn't.
    """
    if "preview" in request.GET:
        small = content(True)
        if not small:
            raise Http404
        return file_answer(small, JPEG, "preview.jpg", shown=True)
    return file_answer(content(False), media, name, shown="show" in request.GET and media == JPEG)


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
