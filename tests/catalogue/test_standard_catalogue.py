"""The standard catalogue: complete, and loaded once however often it is loaded."""

from datetime import date

import pytest

from shegong.catalogue.actions import load_standard_catalogue
from shegong.catalogue.models import Field, Instrument, PopulationGroup, ServiceItem
from shegong.catalogue.queries import instrument_on, services_on

SINCE = date(2022, 1, 1)
pytestmark = pytest.mark.django_db


def counts() -> list[int]:
    return [model.objects.count() for model in (Field, PopulationGroup, ServiceItem, Instrument)]


def test_it_holds_the_nine_fields_and_the_45_refined_services() -> None:
    load_standard_catalogue(SINCE)
    assert Field.objects.count() == 9
    refined = ServiceItem.objects.filter(kind="refined")
    assert refined.count() == 45
    assert ServiceItem.objects.filter(kind="basic").count() >= 24
    assert not ServiceItem.objects.filter(clause="").exists()
    assert set(refined.values_list("method", flat=True)) == {"C", "G", "M"}


def test_loading_again_doubles_nothing_and_restores_changed_wording() -> None:
    load_standard_catalogue(SINCE)
    before = counts()
    ServiceItem.objects.filter(code="E01").update(name_zh="改过的名称")
    load_standard_catalogue(date(2024, 1, 1))
    assert counts() == before
    service = ServiceItem.objects.get(code="E01")
    assert service.name_zh == "独居老人定期探访"
    assert service.since == SINCE


def test_a_version_of_the_citys_own_is_left_alone() -> None:
    load_standard_catalogue(SINCE)
    first = ServiceItem.objects.get(code="E01")
    ServiceItem.objects.filter(pk=first.pk).update(until=date(2024, 1, 1))
    own = ServiceItem.objects.create(
        code="E01",
        version=2,
        first=first,
        kind=first.kind,
        field=first.field,
        group=first.group,
        method="C",
        unit=first.unit,
        clause="本市清单",
        name_zh="本市的叫法",
        name_en="Our own",
        since=date(2024, 1, 1),
    )
    load_standard_catalogue(SINCE)
    assert services_on(date(2025, 1, 1)).get(code="E01") == own
    assert services_on(date(2023, 1, 1)).get(code="E01") == first


def test_restricted_groups_name_their_class() -> None:
    load_standard_catalogue(SINCE)
    restricted = set(PopulationGroup.objects.exclude(restricted_class="").values_list("restricted_class", flat=True))
    assert restricted == {"violence", "minor", "drugs", "corrections", "mental", "hiv"}


def test_each_question_of_the_assessment_is_answerable_and_speaks_both_languages() -> None:
    load_standard_catalogue(SINCE)
    form = instrument_on("needs", date(2023, 5, 1))
    assert form is not None
    fields = set(Field.objects.values_list("code", flat=True))
    keys = []
    for section in form.definition["sections"]:
        for question in section["questions"]:
            keys.append(question["key"])
            assert question["field"] is None or question["field"] in fields
            assert question["label"]["zh"] and question["label"]["en"]
            if question["kind"] in ("single", "multi"):
                values = [option["value"] for option in question["options"]]
                assert len(values) == len(set(values)) > 1
                assert all(0 <= option["score"] <= 3 for option in question["options"])
    assert len(keys) == len(set(keys))
    assert [band["level"] for band in form.definition["risk"]["bands"]] == [1, 2, 3, 4]
