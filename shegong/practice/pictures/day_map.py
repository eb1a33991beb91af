"""The map of today's visits: numbers in the order of the day, at the community's place or the station's.

No tiles and no addresses: the points are those that the network itself has registered. Where it has none, the
communities stand in rows and the legend says so.
"""

from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from shegong.kernel.wording import number
from shegong.practice.pictures.svg import Picture, clipped, element, frame, joined, linked, path, text
from shegong.practice.rules.day_map import APART, Canvas, Layout, Place, Spot, Stop, laid_out

CANVAS: Final = Canvas(340.0, 260.0, 42.0)
DOT: Final = 3.0
DISC: Final = 12.0
LETTER: Final = 11.0
NAME_SIGNS: Final = 9
BARS_KM: Final = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50)
BAR_LONGEST: Final = 110.0


def day_map(stops: Sequence[Stop], around: Sequence[Place], address: Callable[[UUID], str]) -> Picture | None:
    """The picture of a day's visits (None without any). `around` are the area's other places; `address` gives the page
    that a number leads to.
    """
    if not stops:
        return None
    layout = laid_out(stops, around, CANVAS)
    wanted = {stop.place.key: stop.place for stop in stops}
    shapes = [
        *(_dot(layout.places[place.key]) for place in around if _is_shown(place, wanted, layout)),
        *(_leader(stop, layout) for stop in stops if stop.number in layout.numbers),
        *_names(wanted, around, layout),
        *(_number(stop, layout.numbers[stop.number], address) for stop in stops if stop.number in layout.numbers),
    ]
    if layout.kilometre is not None:
        shapes.append(_scale(layout.kilometre))
    description = _("%(count)s 次走访，编号是今天的先后。") % {"count": len(stops)}
    svg = frame(CANVAS.width, CANVAS.height, _("今天的走访图"), description, joined(shapes), name="day", has_links=True)
    return Picture(svg, CANVAS.width, CANVAS.width / 2, ())


def _is_shown(place: Place, wanted: dict[str, Place], layout: Layout) -> bool:
    return place.key not in wanted and place.key in layout.places


def _dot(spot: Spot) -> SafeString:
    return element("circle", cx=spot[0], cy=spot[1], r=DOT, class_="day-place")


def _leader(stop: Stop, layout: Layout) -> SafeString:
    """From the place to its number, where that had to give way."""
    here, there = layout.places[stop.place.key], layout.numbers[stop.number]
    if here == there:
        return joined(())
    return joined([_dot(here), path([here, there], "day-leader")])


def _names(wanted: dict[str, Place], around: Sequence[Place], layout: Layout) -> list[SafeString]:
    """The places' names, the visited ones first, but for those that would be written over one already there or over a
    number.
    """
    taken: list[tuple[float, float, float]] = [(x, y, DISC) for x, y in layout.numbers.values()]
    drawn = []
    places = {**wanted, **{place.key: place for place in around if place.key not in wanted}}
    for place in (each for key, each in places.items() if key in layout.places):
        near = DISC if place.key in wanted else DOT
        words = clipped(place.name, NAME_SIGNS)
        half = len(words) * LETTER / 2
        x, y = layout.places[place.key]
        x = min(max(x, half + 2), CANVAS.width - half - 2)
        for below in (near + LETTER + 1, -near - 4, near + 2.3 * LETTER)[: 3 if place.key in wanted else 2]:
            middle = y + below - LETTER / 3
            is_free = all(
                abs(middle - other[1]) > LETTER / 2 + (DISC if other[2] == DISC else LETTER / 2)
                or abs(x - other[0]) > half + other[2]
                for other in taken
            )
            if is_free and LETTER < y + below < CANVAS.height - 2:
                taken.append((x, middle, half))
                drawn.append(text(words, x, y + below, "day-name" if place.key in wanted else "day-name day-other"))
                break
    return drawn


def _number(stop: Stop, spot: Spot, address: Callable[[UUID], str]) -> SafeString:
    said = {"number": stop.number, "name": stop.name, "place": stop.place.name}
    label = _("第 %(number)s 位：%(name)s，%(place)s。记录这次走访") % said
    disc = element("circle", cx=spot[0], cy=spot[1], r=DISC, class_="day-number")
    # As wide as neighbours leave room for.
    touch = element("circle", cx=spot[0], cy=spot[1], r=APART / 2, class_="day-touch")
    figure = text(str(stop.number), spot[0], spot[1] + 4.5, "day-figure")
    return linked(address(stop.key), label, joined([touch, disc, figure]))


def _scale(kilometre: float) -> SafeString:
    length = max((each for each in BARS_KM if each * kilometre <= BAR_LONGEST), default=BARS_KM[0])
    left, bottom = 10.0, CANVAS.height - 10
    points = [(left, bottom - 5), (left, bottom), (left + length * kilometre, bottom)]
    points.append((left + length * kilometre, bottom - 5))
    words = _("%(km)s 公里") % {"km": number(length, 0 if length >= 1 else 1)}
    return joined([path(points, "day-scale"), text(words, left + 4, bottom - 6, "day-name day-other", "start")])
