"""What papers are made of, as plain values for /kernel/papers/paper.typ. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone

Block = dict[str, Any]
Rows = Iterable[Sequence[str]]
NOTHING = "—"


def section(title: str, *blocks: Block | None) -> Block:
    """A part of a paper under its heading; what is None is left out."""
    return {"title": title, "blocks": [each for each in blocks if each is not None]}


def facts(rows: Rows) -> Block:
    """A table of what and how; a dash for what isn't known."""
    return {"kind": "facts", "rows": [[label, value or NOTHING] for label, value in rows]}


def table(head: Sequence[str], rows: Rows) -> Block | None:
    """A table with a head; nothing without rows."""
    filled = [[cell or NOTHING for cell in row] for row in rows]
    return {"kind": "table", "head": list(head), "rows": filled} if filled else None


def text(words: str) -> Block:
    """A paragraph."""
    return {"kind": "text", "text": words or NOTHING}


def soft(words: str) -> Block:
    """A remark in small print."""
    return {"kind": "soft", "text": words}


def heading(words: str) -> Block:
    """A heading within a part."""
    return {"kind": "heading", "text": words}


def picture(svg: str, words: str) -> Block:
    """A picture of our own making, and what it shows for who can't see it."""
    return {"kind": "picture", "svg": svg, "text": words}


def signature(path: str, words: str) -> Block:
    """A signature drawn on the screen: an SVG path in a field of 600 by 200, as rules/case_sheet.py lets it in."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 200" width="600" height="200">'
        f'<path d="{path}" fill="none" stroke="black" stroke-width="4"/></svg>'
    )
    return {"kind": "drawn", "svg": svg, "text": words}


def signatures(rows: Iterable[tuple[str, str, date | None]]) -> Block:
    """Who signs: in what role, the name (empty to sign by hand) and the day."""
    return {"kind": "signatures", "rows": [[role, name, day(on) if on else ""] for role, name, on in rows]}


def records(items: Iterable[tuple[str, str, str]]) -> Block:
    """Services given: head, small print, what was done."""
    return {"kind": "records", "items": [{"head": head, "note": note, "text": done} for head, note, done in items]}


def day(on: date | None) -> str:
    """2025年7月3日, for a date or a moment (where the city is)."""
    if on is None:
        return ""
    local = timezone.localtime(on) if isinstance(on, datetime) else on
    return f"{local.year}年{local.month}月{local.day}日"


def moment(at: datetime) -> str:
    """2025年7月3日 14:30."""
    return f"{day(at)} {timezone.localtime(at):%H:%M}"


def minutes(count: int) -> str:
    """1小时30分钟."""
    hours, rest = divmod(count, 60)
    return (f"{hours}小时" if hours else "") + (f"{rest}分钟" if rest or not hours else "")
