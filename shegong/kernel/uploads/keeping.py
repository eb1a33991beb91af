"""How a cleaned file is kept: under a harmless name, in encrypted pieces, each of which opens only in its own place."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.db.models import Model, QuerySet

from shegong.kernel.keyring import KeyRing
from shegong.kernel.uploads.cleaning import JPEG, PDF, Clean

NAME_LENGTH: Final = 100
CHUNK_BYTES: Final = 512 * 1024
SUFFIXES: Final = {JPEG: ".jpg", PDF: ".pdf"}
# What no file system or header takes, and what turns the direction of writing to disguise an ending.
UNFIT_IN_NAMES: Final = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]')


class Brought(NamedTuple):
    """A file as it was brought: its content and the name that it came with."""

    content: bytes
    name: str


def kept_name(sent: str, media: str) -> str:
    """The name under which a file is kept: its own, without folders and marks that deceive, with the ending of what it
    really is.
    """
    name = unicodedata.normalize("NFC", sent.encode("utf-8", "ignore").decode())
    name = re.split(r"[\\/]", name)[-1]
    stem = UNFIT_IN_NAMES.sub("", name.rpartition(".")[0] or name).strip(" .")
    suffix = SUFFIXES[media]
    return (stem[: NAME_LENGTH - len(suffix)] or "file") + suffix


def pieces_of(content: bytes) -> list[bytes]:
    """The content in pieces of half a megabyte."""
    return [content[start : start + CHUNK_BYTES] for start in range(0, len(content), CHUNK_BYTES)]


def sealed_pieces(preview: bytes, pieces: Iterable[bytes], place: str) -> dict[int, bytes]:
    """{number: encrypted piece}: number 0 is the preview (left out where there is none), the content begins at 1.
    `place` names the table, column and key; a piece opens only under its own place and number.
    """
    ring = keyring()
    return {
        number: ring.encrypt_bytes(piece, _context(place, number))
        for number, piece in enumerate([preview, *pieces])
        if piece
    }


def keep_pieces(model: type[Model], made: Clean, place: str, **owner: object) -> None:
    """Keep a cleaned file's content as rows of `model` (number, sealed, and the `owner`'s columns)."""
    sealed = sealed_pieces(made.preview, pieces_of(made.content), place)
    model._default_manager.bulk_create(model(number=number, sealed=piece, **owner) for number, piece in sealed.items())


def kept_content(pieces: QuerySet[Any], place: str, *, preview: bool = False) -> bytes:
    """What a kept file's pieces hold, or its preview (one query; empty where there is none, or none to be seen).
    Raises UndecipherableProblem.
    """
    wanted = pieces.filter(number=0) if preview else pieces.filter(number__gte=1)
    return opened_pieces(wanted.order_by("number").values_list("number", "sealed"), place)


def opened_pieces(sealed: Iterable[tuple[int, bytes | memoryview]], place: str) -> bytes:
    """The content of encrypted pieces, in their order. Raises UndecipherableProblem."""
    ring = keyring()
    return b"".join(ring.decrypt_bytes(bytes(piece), _context(place, number)) for number, piece in sealed)


def keyring() -> KeyRing:
    """The installation's keys, asked for at each use."""
    ring = settings.KEYRING
    assert isinstance(ring, KeyRing)
    return ring


def _context(place: str, number: int) -> bytes:
    return f"{place}:{number}".encode()
