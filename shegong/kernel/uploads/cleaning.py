"""Photos drawn anew and PDFs written anew: only pixels and pages pass, nothing that was hidden between them."""

import io
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pikepdf
from PIL import Image, ImageOps

LARGEST: Final = 10 * 1024 * 1024  # bytes that may come in
PIXELS: Final = 60_000_000
SIDE: Final = 2560
PREVIEW_SIDE: Final = 480
QUALITY, PREVIEW_QUALITY = 85, 70
PAGES: Final = 300
OBJECTS: Final = 200_000
DEPTH: Final = 60
JPEG, PDF = "image/jpeg", "application/pdf"

# The beginning of a file -> how Pillow calls it.
PICTURES: Final[Mapping[bytes, str]] = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG"}
SCRIPTS: Final = frozenset({"/JS", "/JavaScript", "/XFA"})
FILES: Final = frozenset({"/EF", "/EmbeddedFiles", "/AF", "/RichMediaContent", "/RichMediaSettings"})
ACTIONS: Final[Mapping[str, str]] = {
    "/JavaScript": "pdf_script",
    "/Rendition": "pdf_script",
    "/Launch": "pdf_action",
    "/ImportData": "pdf_action",
    "/SubmitForm": "pdf_action",
    "/GoToE": "pdf_embedded",
    "/RichMediaExecute": "pdf_embedded",
}
KINDS: Final[Mapping[str, str]] = {
    "/EmbeddedFile": "pdf_embedded",
    "/FileAttachment": "pdf_embedded",
    "/RichMedia": "pdf_embedded",
    "/Movie": "pdf_embedded",
    "/Sound": "pdf_embedded",
    "/Screen": "pdf_embedded",
    "/3D": "pdf_embedded",
}


class Refused(Exception):
    """A file that isn't taken; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Clean:
    """A file as we keep it. `preview` is a small JPEG of a photo, empty for a PDF; `pages` is 0 for a photo, `width`
    and `height` (pixels) are 0 for a PDF.
    """

    media: str
    content: bytes
    preview: bytes = b""
    width: int = 0
    height: int = 0
    pages: int = 0


def clean(content: bytes) -> Clean:
    """The file written anew. Raises Refused: file_empty, file_too_large, file_kind, file_kind_heic, file_damaged,
    picture_too_large, pdf_locked, pdf_pages, pdf_script, pdf_action, pdf_embedded.
    """
    if not content:
        raise Refused("file_empty")
    if len(content) > LARGEST:
        raise Refused("file_too_large")
    if content.startswith(b"%PDF-"):
        return _clean_pdf(content)
    known = next((name for magic, name in PICTURES.items() if content.startswith(magic)), None)
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        known = "WEBP"
    if known is not None:
        return _clean_picture(content, known)
    raise Refused("file_kind_heic" if content[4:8] == b"ftyp" else "file_kind")


def _clean_picture(content: bytes, known: str) -> Clean:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            picture: Any = Image.open(io.BytesIO(content), formats=[known])
            if picture.width * picture.height > PIXELS:
                raise Refused("picture_too_large")
            picture.draft("RGB", (SIDE, SIDE))
            turned = ImageOps.exif_transpose(picture)
            turned.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
            kept = _on_white(turned)
            small = kept.copy()
            small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE), Image.Resampling.LANCZOS)
    except Refused:
        raise
    except Image.DecompressionBombError as problem:
        raise Refused("picture_too_large") from problem
    except Exception as problem:  # what a hostile picture makes its reader raise can't be listed
        raise Refused("file_damaged") from problem
    return Clean(JPEG, _jpeg(kept, QUALITY), _jpeg(small, PREVIEW_QUALITY), kept.width, kept.height)


def _on_white(picture: Image.Image) -> Image.Image:
    """The pixels alone, on white where they were transparent: a new picture carries no metadata."""
    fresh = Image.new("RGB", picture.size, "white")
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        fresh.paste(layer, mask=layer.getchannel("A"))
    else:
        fresh.paste(picture.convert("RGB"))
    return fresh


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()


def _clean_pdf(content: bytes) -> Clean:
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            if not 1 <= len(pdf.pages) <= PAGES or len(pdf.objects) > OBJECTS:
                raise Refused("pdf_pages")
            _look_through(pdf)
            for name in ("/Info", "/Metadata"):
                for holder in (pdf.trailer, pdf.Root):
                    if name in holder:
                        del holder[name]
            out = io.BytesIO()
            pages = len(pdf.pages)
            pdf.save(out, encryption=False, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    except pikepdf.PasswordError as problem:
        raise Refused("pdf_locked") from problem
    except Refused:
        raise
    except Exception as problem:  # as above
        raise Refused("file_damaged") from problem
    if out.tell() > 2 * LARGEST:
        raise Refused("file_too_large")
    return Clean(PDF, out.getvalue(), pages=pages)


def _look_through(pdf: pikepdf.Pdf) -> None:
    """Looks at every object, reachable or not. Raises Refused for scripts, files within and actions that leave it."""
    for each in pdf.objects:
        for holder in _dictionaries(each, 0):
            _check(holder)


def _dictionaries(thing: Any, depth: int) -> Iterator[Any]:
    """The dictionaries within an object; those that are objects of their own come by themselves."""
    if depth > DEPTH:
        raise Refused("file_damaged")
    if isinstance(thing, pikepdf.Stream):
        yield from _dictionaries(thing.stream_dict, depth + 1)
    elif isinstance(thing, pikepdf.Dictionary):
        yield thing
        for name in list(thing.keys()):
            inner = thing.get(name)
            if isinstance(inner, pikepdf.Object) and not inner.is_indirect:
                yield from _dictionaries(inner, depth + 1)
    elif isinstance(thing, pikepdf.Array):
        for inner in thing:
            if isinstance(inner, pikepdf.Object) and not inner.is_indirect:
                yield from _dictionaries(inner, depth + 1)


def _check(holder: Any) -> None:
    names = set(holder.keys())
    if names & SCRIPTS:
        raise Refused("pdf_script")
    if names & FILES:
        raise Refused("pdf_embedded")
    for key, table in (("/S", ACTIONS), ("/Type", KINDS), ("/Subtype", KINDS)):
        value = holder.get(key)
        code = table.get(str(value)) if isinstance(value, pikepdf.Name) else None
        if code is not None:
            raise Refused(code)
