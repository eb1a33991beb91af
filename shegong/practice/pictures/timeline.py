"""A client's time line: cases with their stages, what was done, assessments, and how content the client was."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from shegong.kernel.wording import exact_time
from shegong.practice.pictures.axis import TimeAxis
from shegong.practice.pictures.svg import Picture, clipped, element, frame, joined, linked, path, text

WIDTH: Final = 720.0
LEFT: Final = 84.0
RIGHT: Final = 700.0
LANE: Final = 44.0
TOP: Final = 16.0
BEST: Final = 5


@dataclass(frozen=True, slots=True)
class Stage:
    """A stretch of time with a name; without an end it goes on. `lane` is what it belongs to (a case's number)."""

    lane: str
    name: str
    since: date
    until: date | None = None
    href: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something on a day, in a lane of its kind."""

    lane: str
    name: str
    day: date
    href: str = ""


@dataclass(frozen=True, slots=True)
class Rating:
    """A value from 1 to 5 on a day."""

    day: date
    value: int


def timeline(
    title: str, today: date, stages: Sequence[Stage], events: Sequence[Event], ratings: Sequence[Rating] = ()
) -> Picture | None:
    """The time line up to today; None where there is nothing on it. Lanes come as they are first named."""
    days = [each.since for each in stages] + [each.day for each in events] + [each.day for each in ratings]
    if not days:
        return None
    axis = TimeAxis.over([*days, today], LEFT, RIGHT)
    lanes = list(dict.fromkeys([each.lane for each in stages] + [each.lane for each in events]))
    tops = {lane: TOP + LANE * number for number, lane in enumerate(lanes)}
    bottom = TOP + LANE * (len(lanes) + bool(ratings)) + 4
    shapes: list[object] = [axis.drawn(TOP, bottom)]
    shapes += [text(clipped(lane, 6), LEFT - 10, y + LANE / 2 + 2, "pic-small", "end") for lane, y in tops.items()]
    shapes += [_stage(each, axis, tops[each.lane], today) for each in stages]
    shapes += [_event(each, axis, tops[each.lane]) for each in events]
    if ratings:
        shapes.append(_ratings(ratings, axis, TOP + LANE * len(lanes)))
    description = _("从%(first)s到%(last)s。") % {"first": exact_time(axis.first), "last": exact_time(axis.last)}
    has_links = any([each.href for each in stages] + [each.href for each in events])
    svg = frame(WIDTH, bottom + 28, title, description, joined(shapes), name="timeline", has_links=has_links)
    return Picture(svg, WIDTH, RIGHT, tuple(_sentences(stages, events, ratings)))


def _stage(stage: Stage, axis: TimeAxis, top: float, today: date) -> SafeString:
    left, right = axis.x(stage.since), axis.x(stage.until or today)
    width = max(right - left, 4.0)
    shapes: list[object] = [element("rect", x=left, y=top + 9, width=width, height=LANE - 18, rx=5, class_="pic-stage")]
    room = int((width - 8) // 13)
    if room >= 2:
        shapes.append(text(clipped(stage.name, room), left + width / 2, top + LANE / 2 + 4, "pic-small"))
    return linked_plainly(stage.href, _stage_words(stage), joined(shapes))


def _event(event: Event, axis: TimeAxis, top: float) -> SafeString:
    x, y = axis.x(event.day), top + LANE / 2
    shape = path([(x, y - 9), (x, y + 9)], "pic-run")
    return linked_plainly(
        event.href, _("%(day)s：%(name)s") % {"day": exact_time(event.day), "name": event.name}, shape
    )


def linked_plainly(address: str, label: str, body: SafeString) -> SafeString:
    """Shapes that lead to a page, not to a form."""
    if not address:
        return linked("", label, body)
    return element("a", element("title", label), body, class_="pic-link", href=address, aria_label=label)


def _ratings(ratings: Sequence[Rating], axis: TimeAxis, top: float) -> SafeString:
    points = [
        (axis.x(each.day), top + LANE - 8 - (LANE - 16) * (each.value - 1) / (BEST - 1))
        for each in sorted(ratings, key=lambda each: each.day)
    ]
    name = text(_("满意度"), LEFT - 10, top + LANE / 2 + 4, "pic-small", "end")
    dots = [element("circle", cx=x, cy=y, r=4, class_="pic-dot") for x, y in points]
    return joined([name, path(points, "pic-run"), *dots])


def _stage_words(stage: Stage) -> str:
    said = {
        "lane": stage.lane,
        "name": stage.name,
        "since": exact_time(stage.since),
        "until": exact_time(stage.until) if stage.until else _("至今"),
    }
    return _("%(lane)s %(name)s：%(since)s–%(until)s") % said


def _sentences(stages: Sequence[Stage], events: Sequence[Event], ratings: Sequence[Rating]) -> list[str]:
    found = [(each.since, _stage_words(each)) for each in stages]
    found += [(each.day, _("%(day)s：%(name)s") % {"day": exact_time(each.day), "name": each.name}) for each in events]
    found += [
        (each.day, _("%(day)s：满意度 %(value)s") % {"day": exact_time(each.day), "value": each.value})
        for each in ratings
    ]
    return [words for _day, words in sorted(found, key=lambda pair: pair[0])]
