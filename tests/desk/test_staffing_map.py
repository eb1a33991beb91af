"""The map of a county's stations on the page of staffing."""

import re
from datetime import timedelta

from shegong.kernel import clock
from shegong.kernel.wording import exact_time
from shegong.network.models import Station
from shegong.people.enums import Role
from tests.factories import World
from tests.practice.test_client_pages import signed_in


def placed(station: Station, east: float, north: float) -> None:
    Station.objects.filter(pk=station.pk).update(longitude=104 + east, latitude=30.6 + north)


def test_the_county_sees_where_people_are_missing(world: World) -> None:
    officer = world.account(Role.COUNTY, world.hubs["A"])
    for _each in range(2):
        world.worker(world.rooms["A1"])
    browser = signed_in(officer)
    assert "picture-staffing" not in browser.get("/staffing/").content.decode()  # no place is known
    placed(world.hubs["A"], 0, 0)
    placed(world.towns["A"], 0.1, 0.1)
    placed(world.rooms["A1"], 0.2, 0)
    placed(world.rooms["B1"], 0.3, 0)  # another county's
    page = browser.get("/staffing/").content.decode()
    assert len(re.findall(r'<circle[^>]*class="staff-met"', page.split("staff-key")[0])) == 1
    links = re.findall(r'<a href="(/stations/[^"]+)" class="pic-link"', page)
    # Room A2 has no place of its own and stands with its town.
    assert sorted(links) == ["/stations/A/", "/stations/A1/", "/stations/A12/"]
    assert "3 个未达标，0 个三个月内将不达标，1 个达标" in page and "/stations/B" not in page
    assert "社工支持中心" not in page.split("staff-key")[1]  # a tier of which the county has nothing
    city = signed_in(world.account(Role.CITY, world.centre))
    assert "picture-staffing" not in city.get("/staffing/").content.decode()
    assert "picture-staffing" in city.get("/staffing/?hub=A").content.decode()


def test_who_will_leave_soon_is_shown_before(world: World) -> None:
    officer = world.account(Role.COUNTY, world.hubs["A"])
    placed(world.hubs["A"], 0, 0)
    placed(world.rooms["A1"], 0.2, 0)
    for days in (400, 30):
        posting = world.worker(world.rooms["A1"]).postings.get()
        posting.until = clock.today() + timedelta(days=days)
        posting.save()
    page = signed_in(officer).get("/staffing/").content.decode()
    assert page.split("staff-key")[0].count('class="staff-ending"') == 1
    assert exact_time(posting.until) in page and "起不再达标" in page
