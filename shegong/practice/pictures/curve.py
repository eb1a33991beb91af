"""The goal-attainment curve: a score over time, with the line that means "as expected"."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from shegong.kernel.wording import exact_time
from shegong.practice.pictures.axis import TimeAxis
from shegong.practice.pictures.svg import Picture, element, frame, joined, path, short, text

WIDTH: Final = 520.0
LEFT: Final = 52.0
RIGHT: Final = 504.0
TOP: Final = 16.0
BOTTOM: Final = 196.0


def curve(
    title: str, scores: Sequence[tuple[date, float]], *, low: float, high: float, expected: float
) -> Picture | None:
    """Scores by day; None without any. For T-scores `low` 20, `high` 80, `expected` 50; for levels −2, 2 and 0.

    A score beyond low and high is drawn at the edge.
    """
    if not scores:
        return None
    ordered = sorted(scores)
    axis = TimeAxis.over([day for day, _score in ordered], LEFT, RIGHT)

    def y(score: float) -> float:
        share = (min(max(score, low), high) - low) / (high - low)
        return BOTTOM - (BOTTOM - TOP) * share

    points = [(axis.x(day), y(score)) for day, score in ordered]
    dots = [
        element(
            "circle",
            element("title", _sentence(day, score)),
            cx=point[0],
            cy=point[1],
            r=5,
            class_="pic-dot" if score >= expected else "pic-dot pic-dot-other",
        )
        for point, (day, score) in zip(points, ordered, strict=True)
    ]
    marks = [text(short(value), LEFT - 8, y(value) + 4, "pic-note", "end") for value in (low, expected, high)]
    body = joined(
        [
            axis.drawn(TOP, BOTTOM),
            path([(LEFT, y(expected)), (RIGHT, y(expected))], "pic-line pic-adopted"),
            *marks,
            path(points, "pic-run"),
            *dots,
        ]
    )
    description = _("虚线为预期水平（%(expected)s）。") % {"expected": short(expected)}
    svg = frame(WIDTH, BOTTOM + 30, title, description, body, name="curve", has_links=False)
    return Picture(svg, WIDTH, points[-1][0], tuple(_sentence(day, score) for day, score in ordered))


def _sentence(day: date, score: float) -> str:
    return _("%(day)s：%(score)s 分") % {"day": exact_time(day), "score": short(score)}
