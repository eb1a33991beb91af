"""The radar of needs: how strong each need was at first and is now, as two shapes over the same axes."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin
from typing import Final

from django.utils.translation import gettext as _

from shegong.practice.pictures.svg import Picture, Point, clipped, element, frame, joined, path, text

RADIUS: Final = 112.0
WIDTH: Final = 420.0
HEIGHT: Final = 320.0
# With fewer there is no area to see: the table says it better.
LEAST_AXES: Final = 3


@dataclass(frozen=True, slots=True)
class Axis:
    """A need: its name and its level before and after, 0 none to `most`; None where it was not asked."""

    name: str
    before: int | None
    after: int | None

    @property
    def change(self) -> int | None:
        """How much stronger the need has become; below 0 it is met better."""
        return None if self.before is None or self.after is None else self.after - self.before


def radar(title: str, axes: Sequence[Axis], most: int = 3) -> Picture | None:
    """Both shapes; None with fewer than three axes. What was not asked lies in the middle."""
    if len(axes) < LEAST_AXES:
        return None
    centre = (WIDTH / 2, HEIGHT / 2)
    spokes = [[(centre[0], centre[1]), _at(centre, number, len(axes), RADIUS)] for number in range(len(axes))]
    rings = [
        path([_at(centre, n, len(axes), RADIUS * level / most) for n in range(len(axes))], "pic-grid", closed=True)
        for level in range(1, most + 1)
    ]
    body = joined(
        [
            *rings,
            *[path(spoke, "pic-grid") for spoke in spokes],
            _shape(centre, [each.before for each in axes], most, "pic-before"),
            _shape(centre, [each.after for each in axes], most, "pic-after"),
            *[_name(centre, each.name, number, len(axes)) for number, each in enumerate(axes)],
        ]
    )
    description = _("%(axes)s 个方面，0 为没有需求，%(most)s 为严重。") % {"axes": len(axes), "most": most}
    svg = frame(WIDTH, HEIGHT, title, description, body, name="radar", has_links=False)
    return Picture(svg, WIDTH, centre[0], tuple(sentence(each) for each in axes))


def sentence(axis: Axis) -> str:
    """经济：前 3，后 1。"""
    unknown = _("未评估")
    return _("%(name)s：前 %(before)s，后 %(after)s") % {
        "name": axis.name,
        "before": unknown if axis.before is None else axis.before,
        "after": unknown if axis.after is None else axis.after,
    }


def _at(centre: Point, number: int, count: int, radius: float) -> Point:
    angle = 2 * pi * number / count
    return centre[0] + radius * sin(angle), centre[1] - radius * cos(angle)


def _shape(centre: Point, levels: Sequence[int | None], most: int, class_: str) -> object:
    points = [
        _at(centre, number, len(levels), RADIUS * min(max(level or 0, 0), most) / most)
        for number, level in enumerate(levels)
    ]
    dots = [element("circle", cx=x, cy=y, r=3.5, class_=class_) for x, y in points]
    return joined([path(points, class_, closed=True), *dots])


def _name(centre: Point, words: str, number: int, count: int) -> object:
    x, y = _at(centre, number, count, RADIUS + 14)
    aside = x - centre[0]
    anchor = "middle" if abs(aside) < 12 else "start" if aside > 0 else "end"
    below = 6 + 6 * (y - centre[1]) / RADIUS
    return text(clipped(words, 7), x, y + below, "pic-small", anchor)
