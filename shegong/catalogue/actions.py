"""Loading the standard catalogue that comes with the product, and revising it."""

import csv
import json
from collections.abc import Iterator, Mapping
from datetime import date
from importlib.resources import files

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.catalogue.models import Field, Instrument, PopulationGroup, ServiceItem
from shegong.catalogue.rules.service import revision_problems
from shegong.journal.actions import log
from shegong.kernel.problems import Problem, raise_any
from shegong.network.scope import Viewer
from shegong.people.enums import Role

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


@transaction.atomic
def revise_service(code: str, wording: Mapping[str, str], since: date, *, by: Viewer, today: date) -> ServiceItem:
    """Give a service a new version from `since` on; the one before ends there and stays with its records.

    `wording` has name_zh, name_en, category, method, unit, clause and description. Raises Problem `not_found` (404),
    `may_not_revise` (403), or what `rules.revision_problems` says.
    """
    if not by.has(Role.CITY, Role.ADMIN):
        raise Problem("may_not_revise", _("只有市级管理人员和系统管理员可以修订服务项目。"), status=403)
    current = ServiceItem.objects.select_for_update().filter(code=code).order_by("-version").first()
    if current is None:
        raise Problem("not_found", _("没有这个服务项目。"), status=404)
    changed = any(getattr(current, name) != value for name, value in wording.items())
    raise_any(revision_problems(since=since, current_since=current.since, today=today, changed=changed))
    current.until = since
    current.save(update_fields=["until"])
    item = ServiceItem.objects.create(
        **wording,
        code=code,
        version=current.version + 1,
        first_id=current.first_id or current.id,
        kind=current.kind,
        field_id=current.field_id,
        group_id=current.group_id,
        since=since,
    )
    log("revise_service", "serviceitem", code, by=by.account_id, detail={"version": item.version, "since": str(since)})
    return item
