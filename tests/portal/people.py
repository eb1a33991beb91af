"""People of the door's tests: a county with a town, and what residents type."""

import re
from typing import Any

from shegong.kernel.ids import uuid7
from shegong.network.enums import Level
from shegong.network.models import Division, Station
from tests.factories import START, World
from tests.practice.test_client_pages import text


class Town:
    """County, town and two communities; the first has a room of its own."""

    def __init__(self, world: World) -> None:
        self.county = self.division("510104000000", "试验区", Level.COUNTY, None)
        self.town = self.division("510104022000", "青龙街道", Level.TOWN, self.county)
        self.with_room = self.division("510104022001", "一心社区", Level.COMMUNITY, self.town)
        self.without = self.division("510104022002", "二友社区", Level.COMMUNITY, self.town)
        for station, division in ((world.hubs["A"], self.county), (world.towns["A"], self.town)):
            Station.objects.filter(pk=station.pk).update(division=division)
        Station.objects.filter(pk=world.rooms["A1"].pk).update(division=self.with_room)

    def division(self, code: str, name: str, level: Level, parent: Division | None) -> Division:
        return Division.objects.create(code=code, name=name, level=level, parent=parent, since=START)


def typed(town: Town, **changes: Any) -> dict[str, Any]:
    return {
        "key": str(uuid7()),
        "need": "老伴走了，一个人不知道怎么办",
        "who": "self",
        "asker_name": "王秀英",
        "phone": "139 0000 0001",
        "county": town.county.pk,
        "town": town.town.pk,
        "community": town.with_room.pk,
        "agreed": "on",
        **changes,
    }


def ticket(answer: Any) -> tuple[str, str]:
    """Number and look-up code on the page."""
    html = text(answer)
    found = re.search(r"data-number>([^<]+)<.*data-code>([^<]+)<", html, re.S)
    assert found is not None, html
    return found[1], found[2]


def key() -> str:
    """A key for a form."""
    return str(uuid7())
