"""The catalogue's pages, and the revision of a service."""

from datetime import date, timedelta

import pytest
from django.test import Client

from shegong.catalogue.models import ServiceItem
from shegong.kernel import clock
from shegong.people.enums import Role
from tests.factories import World


def browser(world: World, role: Role) -> Client:
    client = Client()
    client.force_login(world.account(role, world.centre), "django.contrib.auth.backends.ModelBackend")
    return client


def typed(item: ServiceItem, since: date, **changes: str) -> dict[str, str]:
    fields = ("name_zh", "name_en", "category", "method", "unit", "clause", "description")
    return {name: getattr(item, name) for name in fields} | {"since": str(since)} | changes


@pytest.fixture
def item(world: World) -> ServiceItem:
    return ServiceItem.objects.get(code="T01")


def test_the_list_is_found_by_name_code_kind_and_method(world: World, django_assert_num_queries: object) -> None:
    volunteer = browser(world, Role.VOLUNTEER)
    with django_assert_num_queries(11):  # eight of them the frame's: transaction, session, scope, account, city, roles
        page = volunteer.get("/services/").content.decode()
    assert "入户探访" in page and "亲子小组" in page
    assert "亲子小组" not in volunteer.get("/services/", {"q": "探访"}).content.decode()
    assert "入户探访" not in volunteer.get("/services/", {"method": "G"}).content.decode()
    assert "没有符合的服务" in volunteer.get("/services/", {"kind": "refined"}).content.decode()
    assert volunteer.get("/services/", {"q": "\0", "kind": "x"}).status_code == 200


def test_a_revision_ends_the_version_before_and_counts_as_the_same_service(world: World, item: ServiceItem) -> None:
    since = clock.today() + timedelta(days=3)
    answer = browser(world, Role.CITY).post("/services/T01/revise/", typed(item, since, name_zh="上门探访"))
    assert answer.status_code == 302
    old, new = ServiceItem.objects.filter(code="T01").order_by("version")
    assert (old.until, new.since, new.version, new.first_id, new.name_zh) == (since, since, 2, old.id, "上门探访")
    assert (new.field_id, new.group_id) == (old.field_id, old.group_id)
    page = browser(world, Role.WORKER).get("/services/T01/").content.decode()
    assert "上门探访" in page and "修订" not in page


@pytest.mark.parametrize(
    ("days", "changes", "text"),
    [
        (-1, {"name_zh": "改"}, "只能从今天或以后启用"),
        (1, {}, "没有改动"),
        (1, {"name_zh": ""}, "必填"),
        (1, {"method": "X", "name_zh": "改"}, "X"),
    ],
)
def test_a_bad_revision_is_refused_and_what_was_typed_stays(
    world: World, item: ServiceItem, days: int, changes: dict[str, str], text: str
) -> None:
    form = typed(item, clock.today() + timedelta(days=days), **{"clause": item.clause, **changes})
    answer = browser(world, Role.ADMIN).post("/services/T01/revise/", form)
    assert answer.status_code == 422 and text in answer.content.decode()
    assert item.clause in answer.content.decode()
    assert ServiceItem.objects.filter(code="T01").count() == 1


def test_only_city_and_administrators_revise(world: World, item: ServiceItem) -> None:
    for role in (Role.COUNTY, Role.WORKER):
        assert browser(world, role).get("/services/T01/revise/").status_code == 403
    assert Client().get("/services/").status_code == 302
    assert browser(world, Role.CITY).get("/services/NO/").status_code == 404
