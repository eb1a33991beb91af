"""The ecomap (生态图): the household in the middle, what surrounds it in a ring, ties by strength and direction.

Three lines: strong; one: ordinary; dashed: weak; zigzag: stressful. Arrows show where energy goes.
"""

from math import cos, pi, sin
from typing import Final
from uuid import UUID

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shegong.practice.enums import BondKind, SystemKind, TieFlow, TieStrength
from shegong.practice.pictures import words
from shegong.practice.pictures.genogram import Address, bond_lines, no_address
from shegong.practice.pictures.svg import (
    Picture,
    Point,
    arrow,
    clipped,
    curve,
    element,
    frame,
    joined,
    linked,
    path,
    shortened,
    text,
)
from shegong.practice.rules.family import Family, Person, System, Tie

SYSTEM: Final = 46.0
MEMBER: Final = 27.0
MEMBERS_GAP: Final = 84.0
LEAST_RING: Final = 190.0
LEAST_MIDDLE: Final = 74.0
MARGIN: Final = 14.0
LINE_SIGNS: Final = 6
# The lines of the genogram's bonds serve the ties: strong as very close, stressful as conflict.
LINES: Final = {
    TieStrength.STRONG.value: BondKind.VERY_CLOSE.value,
    TieStrength.ORDINARY.value: TieStrength.ORDINARY.value,
    TieStrength.WEAK.value: TieStrength.WEAK.value,
    TieStrength.STRESSFUL.value: BondKind.CONFLICT.value,
}


def ecomap(family: Family, client_id: UUID, address: Address = no_address) -> Picture:
    """The ecomap of a checked family; shapes lead to the forms that `address` names."""
    tied = {tie.person for tie in family.ties}
    members = [each for each in family.persons if each.in_household or each.linked == client_id or each.id in tied]
    middle = _middle_radius(len(members))
    ring = max(LEAST_RING, middle + 2 * SYSTEM + 24, len(family.systems) * (2 * SYSTEM + 18) / (2 * pi))
    centre = (ring + SYSTEM + MARGIN, ring + SYSTEM + MARGIN)
    inner = _around(centre, max(middle - MEMBER - 16, 0.0) if len(members) > 1 else 0.0, [each.id for each in members])
    outer = _around(centre, ring, [each.id for each in family.systems])
    client = family.index(client_id)
    body = joined(
        [
            element("circle", cx=centre[0], cy=centre[1], r=middle, class_="pic-middle"),
            *[_tie(each, family, centre, middle, inner, outer, address) for each in family.ties],
            *[_member(each, inner[each.id], client_id, address) for each in members],
            *[_system(each, outer[each.id], address) for each in family.systems],
        ]
    )
    width = 2 * centre[0]
    svg = frame(
        width,
        width,
        _("%(name)s的生态图") % {"name": client.name},
        _("%(systems)s 个社会系统。文字说明列在图旁。") % {"systems": len(family.systems)},
        body,
        name="ecomap",
        has_links=bool(address("persons", client.id)),
    )
    return Picture(svg, width, centre[0], tuple(each.words for each in words.ecomap_entries(family)))


def _middle_radius(members: int) -> float:
    """Of the circle that holds the household."""
    return max(LEAST_MIDDLE, members * MEMBERS_GAP / (2 * pi) + MEMBER + 16) if members > 1 else LEAST_MIDDLE


def _around(centre: Point, radius: float, keys: list[UUID]) -> dict[UUID, Point]:
    """Places at even distances on a circle, the first on top, clockwise."""
    return {
        key: (
            centre[0] + radius * sin(2 * pi * number / len(keys)),
            centre[1] - radius * cos(2 * pi * number / len(keys)),
        )
        for number, key in enumerate(keys)
    }


def _tie(
    tie: Tie,
    family: Family,
    centre: Point,
    middle: float,
    inner: dict[UUID, Point],
    outer: dict[UUID, Point],
    address: Address,
) -> SafeString:
    goal = outer[tie.system]
    if tie.person is None:
        start, end = shortened(centre, goal, middle, SYSTEM)
    else:
        start, end = shortened(inner[tie.person], goal, MEMBER + 2, SYSTEM)
    straight = curve(start, end, 0 if tie.person is None else 8)
    lines = [path(straight, "pic-touch"), *bond_lines(straight, LINES[tie.strength], str(tie.id))]
    if tie.flow in (TieFlow.TO, TieFlow.BOTH):
        lines.append(arrow(straight))
    if tie.flow in (TieFlow.FROM, TieFlow.BOTH):
        lines.append(arrow(straight[::-1]))
    group = element("g", *lines, class_=f"pic-tie pic-tie-{tie.strength}")
    return linked(address("ties", tie.id), words.tie(family, tie), group)


def _member(person: Person, spot: Point, client_id: UUID, address: Address) -> SafeString:
    x, y = spot
    name = "pic-symbol" if person.in_household or person.linked == client_id else "pic-symbol pic-elsewhere"
    shapes = [element("circle", cx=x, cy=y, r=MEMBER, class_=name)]
    if person.linked == client_id:
        shapes.append(element("circle", cx=x, cy=y, r=MEMBER - 3, class_="pic-symbol"))
    shapes.append(text(clipped(person.name, 4), x, y + 5, "pic-small"))
    label = person.name
    if person.linked == client_id:
        label = f"{person.name}（{pgettext('ecomap', '服务对象')}）"
    group = element("g", *shapes, class_="pic-person", data_key=str(person.id))
    return linked(address("persons", person.id), label, group)


def _system(system: System, spot: Point, address: Address) -> SafeString:
    x, y = spot
    first, rest = system.name[:LINE_SIGNS], system.name[LINE_SIGNS:]
    names = [first, clipped(rest, LINE_SIGNS)] if rest else [first]
    top = y - 3 if len(names) == 1 else y - 10
    shapes = [element("circle", cx=x, cy=y, r=SYSTEM, class_="pic-system")]
    shapes += [text(line, x, top + 15 * number, "pic-small") for number, line in enumerate(names)]
    shapes.append(text(str(SystemKind(system.kind).label), x, top + 15 * len(names) + 2, "pic-note"))
    group = element("g", *shapes, class_="pic-person", data_key=str(system.id))
    return linked(address("systems", system.id), words.system(system), group)
