"""Pictures and PDFs for tests."""

import io
from typing import Any

import pikepdf
from PIL import Image


def picture_of(width: int, height: int, **saved_with: Any) -> bytes:
    """A JPEG of this size."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 120, 60)).save(out, "JPEG", **saved_with)
    return out.getvalue()


def pdf_of(pages: int, author: str = "") -> bytes:
    """A PDF of blank pages."""
    pdf = pikepdf.new()
    for _page in range(pages):
        pdf.add_blank_page()
    if author:
        pdf.docinfo["/Author"] = author
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()
