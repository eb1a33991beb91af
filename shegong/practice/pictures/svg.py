"""Writing SVG: elements whose attributes and texts are escaped, and the shapes that several pictures need."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import atan2, cos, hypot, pi, sin
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

STEPS: Final = 28
Point = tuple[float, float]
Attribute = str | float | int | None


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn picture: `svg`, its natural width, where its middle of interest lies, and all it says in sentences."""

    svg: SafeString
    width: float
    focus: float
    sentences: tuple[str, ...]


def short(number: float) -> str:
    """A coordinate with one decimal at most: 12, 12.5."""
    text = f"{number:.1f}"
    return text[:-2] if text.endswith(".0") else text


def element(name: str, *children: object, **attributes: Attribute) -> SafeString:
    """An element. Attributes: `class_` is class, `_` becomes `-`; None is left out, numbers are shortened."""
    pairs = [
        (key.strip("_").replace("_", "-"), value if isinstance(value, str) else short(value))
        for key, value in attributes.items()
        if value is not None
    ]
    inside = format_html_join("", "{}", ((child,) for child in children))
    return format_html("<{0}{1}>{2}</{0}>", name, format_html_join("", ' {}="{}"', pairs), inside)


def joined(parts: Iterable[object]) -> SafeString:
    """Elements one after the other."""
    return format_html_join("", "{}", ((part,) for part in parts))


def text(words: str, x: float, y: float, class_: str = "", anchor: str = "middle") -> SafeString:
    """A line of text."""
    return element("text", words, x=x, y=y, class_=class_ or None, text_anchor=anchor)


def path(points: Sequence[Point], class_: str, *, closed: bool = False, key: str | None = None) -> SafeString:
    """A line through points."""
    steps = " L".join(f"{short(x)} {short(y)}" for x, y in points)
    return element("path", d=f"M{steps}{'Z' if closed else ''}", class_=class_, data_key=key)


def frame(
    width: float, height: float, title: str, description: str, body: SafeString, *, name: str, has_links: bool
) -> SafeString:
    """The picture's outermost element, with its title and description. `name` makes its keys unique on a page."""
    return element(
        "svg",
        element("title", title, id=f"{name}-title"),
        element("desc", description, id=f"{name}-desc"),
        body,
        xmlns="http://www.w3.org/2000/svg",
        class_=f"picture picture-{name}",
        viewBox=f"0 0 {short(width)} {short(height)}",
        width=width,
        height=height,
        # Links inside have to stay reachable for those who listen.
        role="group" if has_links else "img",
        aria_labelledby=f"{name}-title {name}-desc",
    )


def linked(address: str, label: str, body: SafeString) -> SafeString:
    """Shapes that open a form when they are chosen; without an address they are only shapes."""
    if not address:
        return element("g", element("title", label), body)
    return format_html(
        '<a class="pic-link" href="{0}" hx-get="{0}" hx-target="#sheet-place" aria-label="{1}">'
        "<title>{1}</title>{2}</a>",
        address,
        label,
        body,
    )


def clipped(words: str, signs: int) -> str:
    """A text cut to so many signs."""
    return words if len(words) <= signs else words[: signs - 1] + "…"


def shortened(start: Point, end: Point, before: float, after: float) -> tuple[Point, Point]:
    """A stretch of line without its first and last bits; what is too short for that keeps its middle."""
    length = hypot(end[0] - start[0], end[1] - start[1])
    if length <= before + after + 2:
        middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        return middle, middle
    step = ((end[0] - start[0]) / length, (end[1] - start[1]) / length)
    return (
        (start[0] + step[0] * before, start[1] + step[1] * before),
        (end[0] - step[0] * after, end[1] - step[1] * after),
    )


def curve(start: Point, end: Point, bulge: float) -> list[Point]:
    """Points of an arc from start to end whose middle lies `bulge` aside (to the left of the way)."""
    length = hypot(end[0] - start[0], end[1] - start[1]) or 1.0
    aside = ((end[1] - start[1]) / length, -(end[0] - start[0]) / length)
    control = ((start[0] + end[0]) / 2 + aside[0] * 2 * bulge, (start[1] + end[1]) / 2 + aside[1] * 2 * bulge)
    points = []
    for number in range(STEPS + 1):
        t = number / STEPS
        weights = ((1 - t) ** 2, 2 * t * (1 - t), t**2)
        points.append(
            (
                weights[0] * start[0] + weights[1] * control[0] + weights[2] * end[0],
                weights[0] * start[1] + weights[1] * control[1] + weights[2] * end[1],
            )
        )
    return points


def beside(points: Sequence[Point], distances: Sequence[float]) -> list[Point]:
    """The points moved sideways, each by the next of the distances (again from the first when they are used up)."""
    moved = []
    for number, (x, y) in enumerate(points):
        before, after = points[max(number - 1, 0)], points[min(number + 1, len(points) - 1)]
        angle = atan2(after[1] - before[1], after[0] - before[0]) - pi / 2
        distance = distances[number % len(distances)]
        moved.append((x + cos(angle) * distance, y + sin(angle) * distance))
    return moved


def arrow(points: Sequence[Point], class_: str = "pic-arrow") -> SafeString:
    """A head at the last of the points."""
    (x, y), (from_x, from_y) = points[-1], points[-3] if len(points) > 2 else points[0]
    angle = atan2(y - from_y, x - from_x)
    wings = [(x - 9 * cos(angle + turn), y - 9 * sin(angle + turn)) for turn in (0.45, -0.45)]
    return path([(x, y), *wings], class_, closed=True)
