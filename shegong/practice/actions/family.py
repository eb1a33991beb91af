"""Writing a client's family: the whole at once, whatever part of it was changed."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, raise_any
from shegong.network.scope import Viewer
from shegong.practice.actions.client import may_keep_files
from shegong.practice.enums import ClientState
from shegong.practice.models import Client, FamilyVersion
from shegong.practice.queries.client import clients_seen
from shegong.practice.queries.family import TABLES, KeptFamily, columns_of, family_of, with_file_facts
from shegong.practice.rules.family import Family, Person, checked_family, family_document


@transaction.atomic
def save_family(client: Client, family: Family, *, by: Viewer, at: datetime, version: int | None = None) -> KeptFamily:
    """Keep a client's family as it is now, and the whole of it as a new version. The same again changes nothing.

    `version` is the one that was changed: when there is a newer one, nothing is written. The client's own person takes
    its facts from the file. Two statements for each part that changed, eleven besides.

    Raises Problem or Problems at the place in the document ("persons.2.name"); 403, 404, 409.
    """
    present = Client.objects.select_for_update(of=("self",)).filter(pk=client.pk, hub_id=client.hub_id).first()
    if present is None:
        raise Problem("client_missing", _("找不到这份档案，或您不能查看。"), status=404)
    may_keep_files(by, present.hub_id, present.station_id)
    if present.state == ClientState.MERGED:
        raise Problem("client_merged", _("这份档案已并入别的档案，请到保留的档案中更改。"), status=409)
    before = family_of(present)
    if version is not None and version != before.version:
        raise Problem("family_changed", _("家庭资料刚被他人修改，请重新打开后再改。"), status=409)
    checked = checked_family(with_file_facts(family, present), present.pk, clock.today().year)
    checked = _with_linked_facts(checked, before.family, present, by)
    if before.version and checked == before.family:
        return before
    changes = _write(present, before.family if before.version else Family(), checked)
    made = FamilyVersion(
        hub_id=present.hub_id,
        station_id=present.station_id,
        client=present,
        number=before.version + 1,
        document=family_document(checked),
        made_at=at,
        made_by_id=by.account_id,
    )
    made.save(force_insert=True)
    log(
        "change_family",
        "client",
        present.pk,
        by=by.account_id,
        at=at,
        hub_id=present.hub_id,
        station_id=present.station_id,
        detail={"number": present.number, "version": made.number, "changes": changes},
    )
    return KeptFamily(checked, made.number)


def _with_linked_facts(family: Family, before: Family, client: Client, by: Viewer) -> Family:
    """What isn't known of a newly linked person comes from that person's file. Raises Problem for a file that isn't
    in the viewer's sight or is of another county.
    """
    known = {each.linked for each in before.persons} | {client.pk}
    fresh = [each.linked for each in family.persons if each.linked and each.linked not in known]
    if not fresh:
        return family
    files = {each.pk: each for each in clients_seen(by).filter(pk__in=fresh, hub_id=client.hub_id)}
    raise_any(
        Problem("linked_unknown", _("您的范围内没有这份档案。"), f"persons.{number}.linked")
        for number, each in enumerate(family.persons)
        if each.linked in fresh and each.linked not in files
    )
    return replace(family, persons=tuple(_filled(each, files) for each in family.persons))


def _filled(person: Person, files: dict[UUID, Client]) -> Person:
    file = files.get(person.linked) if person.linked else None
    if file is None:
        return person
    return replace(
        person,
        sex=file.sex if person.sex == "0" else person.sex,
        born=person.born or (file.born_on.year if file.born_on else None),
    )


def _write(client: Client, before: Family, after: Family) -> dict[str, dict[str, int]]:
    """Replace the rows that differ; how many of each part went and came."""
    changes = {}
    for part, table in TABLES.items():
        old, new = _rows(before, part), _rows(after, part)
        gone = [key for key, row in old.items() if new.get(key) != row]
        come = [key for key, row in new.items() if old.get(key) != row]
        if gone:
            table._default_manager.filter(client_id=client.pk, hub_id=client.hub_id, pk__in=gone).delete()
        if come:
            table._default_manager.bulk_create([_model(client, part, *new[key]) for key in come])
        if gone or come:
            changes[part] = {"out": len(gone), "in": len(come)}
    return changes


def _rows(family: Family, part: str) -> dict[UUID, tuple[int, Any]]:
    return {row.id: (position, row) for position, row in enumerate(getattr(family, part))}


def _model(client: Client, part: str, position: int, row: Any) -> Any:
    names = columns_of(part)
    content = {column: getattr(row, name) for name, column in names.items()}
    return TABLES[part](
        hub_id=client.hub_id, station_id=client.station_id, client_id=client.pk, position=position, **content
    )


def new_key() -> UUID:
    """A key for a new part of a family."""
    return uuid7()
