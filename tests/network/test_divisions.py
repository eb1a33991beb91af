"""Divisions change with the years; the tree of stations is built over them."""

from datetime import date

import pytest

from shegong.kernel.problems import Problem
from shegong.network.actions import FunctionalArea, build_tree, load_divisions
from shegong.network.models import Division, Station
from shegong.network.rules import community_name

SINCE = date(2020, 1, 1)
LATER = date(2023, 1, 1)
ROWS = [
    ("510100000000", "成都市", "city", "", ""),
    ("510104000000", "锦江区", "county", "510100000000", ""),
    ("510107000000", "武侯区", "county", "510100000000", ""),
    ("510104022000", "春熙路街道", "town", "510104000000", ""),
    ("510107061000", "芳草街街道", "town", "510107000000", "gaoxin"),
    ("510104022001", "总府路社区居委会", "community", "510104022000", ""),
    ("510104022002", "督院街社区居民委员会", "community", "510104022000", ""),
    ("510107061001", "芳草社区居委会", "community", "510107061000", "gaoxin"),
]
AREAS = {"gaoxin": FunctionalArea("GX", "成都高新区"), "tianfu": FunctionalArea("TF", "四川天府新区")}


def table(*changed: tuple[str, str, str, str, str]) -> list[dict[str, str]]:
    by_code = {row[0]: row for row in (*ROWS, *changed)}
    columns = ("code", "name", "level", "parent_code", "functional_area")
    return [dict(zip(columns, row, strict=True), kind="") for row in by_code.values()]


@pytest.mark.django_db
def test_the_same_table_again_changes_nothing() -> None:
    load_divisions(table(), SINCE)
    before = list(Division.objects.order_by("pk").values())
    load_divisions(table(), LATER)
    assert list(Division.objects.order_by("pk").values()) == before
    assert len(before) == len(ROWS)


@pytest.mark.django_db
def test_a_changed_division_goes_on_in_a_new_row_and_a_lost_one_ends() -> None:
    load_divisions(table(), SINCE)
    renamed = [r for r in table(("510104022000", "春熙街道", "town", "510104000000", "")) if r["code"][-3:] != "002"]
    made = load_divisions(renamed, LATER)
    town = Division.objects.filter(code="510104022000").order_by("since")
    assert [(d.name, d.since, d.until) for d in town] == [
        ("春熙路街道", SINCE, LATER),
        ("春熙街道", LATER, None),
    ]
    assert Division.objects.get(code="510104022002").until == LATER
    assert made["510104022001"].parent == made["510104022000"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("51010402", "某街道", "town", "510104000000", ""), "division_code"),
        (("510104099000", "", "town", "510104000000", ""), "division_name"),
        (("510104099000", "某街道", "street", "510104000000", ""), "division_level"),
        (("510104099000", "某街道", "town", "510199000000", ""), "division_parent"),
        (("510104099000", "某街道", "town", "510100000000", ""), "division_parent"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_loaded(row: tuple[str, str, str, str, str], code: str) -> None:
    with pytest.raises(Problem) as raised:
        load_divisions(table(row), SINCE)
    assert raised.value.code == code
    assert not Division.objects.exists()


@pytest.mark.django_db
def test_the_tree_nests_and_functional_areas_have_hubs_of_their_own() -> None:
    divisions = load_divisions(table(), SINCE)
    rooms = {"510104022001", "510107061001"}
    build_tree("成都市", "CD", divisions.values(), AREAS, rooms, SINCE)
    tree = {s.key: s for s in Station.objects.select_related("hub", "town", "division")}
    assert [(key, s.name, str(s.path)) for key, s in tree.items()] == [
        ("CD", "成都市社工支持中心", "CD"),
        ("CD-0104", "锦江区社工总站", "CD.0104"),
        ("CD-0104-022", "春熙路街道社工站", "CD.0104.022"),
        ("CD-0104-022-001", "总府路社区社工室", "CD.0104.022.001"),
        ("CD-GX", "成都高新区社工总站", "CD.GX"),
        ("CD-GX-0107061", "芳草街街道社工站", "CD.GX.0107061"),
        ("CD-GX-0107061-001", "芳草社区社工室", "CD.GX.0107061.001"),
    ]
    assert tree["CD-GX"].division is None
    assert tree["CD-GX-0107061-001"].hub == tree["CD-GX"]
    assert tree["CD-0104-022-001"].town == tree["CD-0104-022"]
    assert {s.stages.get().stage for s in tree.values()} == {"planned"}


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("石牛堰社区居委会", "石牛堰社区"),
        ("督院街社区居民委员会", "督院街社区"),
        ("城东居委会", "城东社区"),
        ("清镇村村委会", "清镇村"),
        ("锦河村村民委员会", "锦河村"),
        ("天瑞社区工作站社区", "天瑞社区"),
    ],
)
def test_committees_are_named_by_their_community(name: str, short: str) -> None:
    assert community_name(name) == short
