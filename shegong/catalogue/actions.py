"""Loading the standard catalogue that comes with the product."""

import csv
import json
from collections.abc import Iterator
from datetime import date
from importlib.resources import files

from django.db import transaction

from shegong.catalogue.models import Field, Instrument, PopulationGroup, ServiceItem

DATA = "data"
INSTRUMENTS = ("needs.json",)
WORDING = ["kind", "name_zh", "name_en", "category", "field", "group", "method", "unit", "clause", "description"]


@transaction.atomic
def load_standard_catalogue(since: date) -> None:
    """Load fields, population groups, services and the needs-assessment form; what is there is updated, never doubled.

    `since` is the day from which new entries are valid. Only the first versions are ours: a version that the city added
    stays as it is, and a first version that it has ended stays ended.
    """
    for position, row in enumerate(_rows("fields.csv"), start=1):
        Field.objects.update_or_create(code=row.pop("code"), defaults={**row, "position": position})
    for position, row in enumerate(_rows("groups.csv"), start=1):
        PopulationGroup.objects.update_or_create(code=row.pop("code"), defaults={**row, "position": position})
    _load_services(since)
    for name in INSTRUMENTS:
        _load_instrument(name, since)


def _load_services(since: date) -> None:
    fields, groups = Field.objects.in_bulk(field_name="code"), PopulationGroup.objects.in_bulk(field_name="code")
    known = {item.code: item for item in ServiceItem.objects.filter(version=1)}
    added, changed = [], []
    for row in _rows("services.csv"):
        values = {**row, "field": fields[row["field"]], "group": groups[row["group"]]}
        item = known.get(row["code"])
        if item is None:
            added.append(ServiceItem(**values, version=1, since=since))
        elif item.until is None:
            for name, value in values.items():
                setattr(item, name, value)
            changed.append(item)
    ServiceItem.objects.bulk_create(added)
    if changed:
        columns = [
            "kind",
            "name_zh",
            "name_en",
            "category",
            "field",
            "group",
            "method",
            "unit",
            "clause",
            "description",
        ]
        ServiceItem.objects.bulk_update(changed, columns)


def _load_instrument(name: str, since: date) -> None:
    content = json.loads(_text(name))
    Instrument.objects.update_or_create(
        code=content["code"],
        version=content["version"],
        defaults={key: content[key] for key in ("name_zh", "name_en", "definition")},
        create_defaults={**{key: content[key] for key in ("name_zh", "name_en", "definition")}, "since": since},
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(_text(name).splitlines())


def _text(name: str) -> str:
    return files("shegong.catalogue").joinpath(DATA, name).read_text(encoding="utf-8")
