"""Files from outside: what they are comes from their content, and nothing hidden passes."""

import io
import struct
import zlib

import pikepdf
import pytest
from PIL import Image

from shegong.kernel.problems import Problem
from shegong.kernel.uploads.cleaning import LARGEST, SIDE, Refused, clean
from shegong.kernel.uploads.sluice import cleaned
from tests.papers import pdf_of, picture_of


def code_of(content: bytes) -> str:
    with pytest.raises(Refused) as refused:
        clean(content)
    return refused.value.code


def test_a_photo_is_drawn_anew_and_tells_nothing_but_itself() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Camera of somebody"
    exif[0x0112] = 6  # lies on its side
    photo = picture_of(4000, 3000, exif=exif, comment=b"at 30.65 N 104.06 E") + b"<script>alert(1)</script>"
    made = clean(photo)
    again = Image.open(io.BytesIO(made.content))
    assert again.format == "JPEG" and again.size == (made.width, made.height) == (1920, SIDE)
    assert not again.getexif() and "comment" not in again.info
    assert b"Camera" not in made.content and b"104.06" not in made.content and b"script" not in made.content
    assert max(Image.open(io.BytesIO(made.preview)).size) <= 480


def test_transparent_pictures_come_on_white() -> None:
    picture = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    out = io.BytesIO()
    picture.save(out, "PNG")
    pixel = Image.open(io.BytesIO(clean(out.getvalue()).content)).getpixel((10, 10))
    assert pixel == (255, 255, 255)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "file_kind"),
        (b"<!doctype html><script>1</script>", "file_kind"),
        (b"GIF89a" + b"\0" * 50, "file_kind"),
        (b"MZ" + b"\0" * 100, "file_kind"),
        (b"PK\x03\x04" + b"\0" * 100, "file_kind"),
        (b"\0\0\0\x18ftypheic" + b"\0" * 50, "file_kind_heic"),
        (b"\xff\xd8\xff" + b"<script>", "file_damaged"),
        (b"\x89PNG\r\n\x1a\n<svg/>", "file_damaged"),
        (b"RIFF\0\0\0\0WEBPjunk", "file_damaged"),
        (b"%PDF-1.7\n<html>", "file_damaged"),
        (b"x" * (LARGEST + 1), "file_too_large"),
    ],
)
def test_what_is_not_taken(content: bytes, code: str) -> None:
    assert code_of(content) == code


def test_a_picture_of_huge_dimensions_is_refused_before_it_is_unpacked() -> None:
    def part(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = part(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + head + part(b"IDAT", zlib.compress(b"\0" * 1000)) + part(b"IEND", b"")
    assert code_of(bomb) == "picture_too_large"


def test_a_pdf_is_written_anew_without_what_stood_around_it() -> None:
    made = clean(pdf_of(3, author="somebody") + b"\nPK\x03\x04 and a web page <script>")
    assert made.media == "application/pdf" and made.pages == 3
    assert b"script" not in made.content and b"PK\x03\x04" not in made.content
    with pikepdf.open(io.BytesIO(made.content)) as pdf:
        assert "/Author" not in pdf.docinfo and "/Metadata" not in pdf.Root


def hostile(change: str) -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    name, words = pikepdf.Name, pikepdf.Dictionary
    if change == "open":
        pdf.Root.OpenAction = words(S=name.JavaScript, JS="app.alert(1)")
    elif change == "page":
        pdf.pages[0].obj.AA = words(O=words(S=name.Launch, F="cmd.exe"))
    elif change == "names":
        pdf.Root.Names = words(EmbeddedFiles=words(Names=pikepdf.Array()))
    elif change == "attached":
        pdf.attachments["x.exe"] = b"MZ"
    elif change == "annotation":
        note = pdf.make_indirect(words(Type=name.Annot, Subtype=name.RichMedia, Rect=[0, 0, 9, 9]))
        pdf.pages[0].obj.Annots = pikepdf.Array([note])
    elif change == "form":
        pdf.Root.AcroForm = words(Fields=pikepdf.Array(), XFA=pdf.make_stream(b"<xdp/>"))
    elif change == "deep":
        pdf.Root.Deep = pikepdf.Array([words(A=words(S=name.SubmitForm, F="http://elsewhere"))])
    out = io.BytesIO()
    pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("open", "pdf_script"),
        ("page", "pdf_action"),
        ("names", "pdf_embedded"),
        ("attached", "pdf_embedded"),
        ("annotation", "pdf_embedded"),
        ("form", "pdf_script"),
        ("deep", "pdf_action"),
    ],
)
def test_a_pdf_that_does_more_than_be_read_is_refused(change: str, code: str) -> None:
    assert code_of(hostile(change)) == code


def test_script_under_a_name_written_otherwise_is_found() -> None:
    plain = hostile("open")
    with pikepdf.open(io.BytesIO(plain)) as pdf:
        out = io.BytesIO()
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    disguised = out.getvalue().replace(b"/JS ", b"/#4aS ").replace(b"/JavaScript", b"/Java#53cript")
    assert b"/JavaScript" not in disguised
    assert code_of(disguised) == "pdf_script"


def test_a_locked_pdf_is_refused() -> None:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    out = io.BytesIO()
    pdf.save(out, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    assert code_of(out.getvalue()) == "pdf_locked"


def test_the_sluice_gives_the_same_and_says_refusals_at_the_field() -> None:
    made = cleaned(picture_of(640, 480))
    assert (made.media, made.width, made.height, made.pages) == ("image/jpeg", 640, 480, 0)
    assert Image.open(io.BytesIO(made.preview)).size == (480, 360)
    with pytest.raises(Problem) as refused:
        cleaned(hostile("attached"), "files")
    assert (refused.value.code, refused.value.field) == ("pdf_embedded", "files")
