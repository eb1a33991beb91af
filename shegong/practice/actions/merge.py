"""Joining two files of one person, and parting them again."""

import json
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel.problems import Problem
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.actions.client import COLUMNS, look_for_a_day, restrict_records
from shegong.practice.enums import ClientState
from shegong.practice.models import Client, ClientMerge
from shegong.practice.rules.client import merge_problem

# What the kept file takes over from the merged one where it knows nothing itself.
FILLED: Final = (*(column for column in COLUMNS if column != "name"), "community_id", "household_id")


@transaction.atomic
def merge_clients(kept: Client, merged: Client, *, by: Viewer, at: datetime) -> ClientMerge:
    """Join two files of one person: `kept` gets the records, groups, cases, assessments, contacts, consents of `merged`
    and the facts it doesn't know itself; `merged` stays as a pointer to it.

    Where both took part in one record it counts one person less. Raises Problem at `merged`, or 403, 404, 409.
    """
    kept, merged = _both_locked(kept, merged, by)
    problem = merge_problem(
        same_file=kept.pk == merged.pk,
        same_hub=kept.hub_id == merged.hub_id,
        states=(kept.state, merged.state),
        identities=(kept.identity, merged.identity),
    )
    if problem:
        raise problem
    before: dict[str, Any] = {"state": merged.state, "restricted": kept.restricted_classes, "filled": []}
    with connection.cursor() as cursor:
        cursor.execute("SELECT practice_join(%s, %s, %s)::text", [kept.pk, merged.pk, kept.hub_id])
        moved = json.loads(cursor.fetchone()[0])
    merged.state, merged.merged_into = ClientState.MERGED, kept
    merged.save(update_fields=["state", "merged_into"])
    before["filled"] = _fill(kept, merged)
    classes = sorted({*kept.restricted_classes, *merged.restricted_classes})
    if classes != kept.restricted_classes:
        look_for_a_day(kept, by, str(_("合并档案")), at)
        kept.restricted_classes = classes
        kept.save(update_fields=["restricted_classes"])
        restrict_records(kept)
    merge = ClientMerge(
        hub_id=kept.hub_id,
        station_id=kept.station_id,
        kept=kept,
        merged=merged,
        moved={**moved, **before},
        merged_at=at,
        merged_by_id=by.account_id,
    )
    merge.save(force_insert=True)
    _log("merge_clients", merge, by, at)
    return merge


@transaction.atomic
def undo_merge(merge: ClientMerge, *, by: Viewer, at: datetime) -> ClientMerge:
    """Part two files again: what was moved goes back, what came since stays with the kept file. Raises Problem (404,
    409): undone already, or the kept file has itself been merged since.
    """
    merge_now = ClientMerge.objects.select_for_update().filter(pk=merge.pk, hub_id=merge.hub_id).first()
    if merge_now is None:
        raise Problem("merge_missing", _("找不到这次合并。"), status=404)
    if merge_now.undone_at is not None:
        raise Problem("merge_undone", _("这次合并已经撤销。"), status=409)
    kept, merged = _both_locked(merge_now.kept, merge_now.merged, by)
    if kept.state == ClientState.MERGED:
        raise Problem("merge_followed", _("保留的档案后来又并入了别的档案，请先撤销后一次合并。"), status=409)
    if kept.state == ClientState.ERASED:
        raise Problem("client_erased", _("这份档案已匿名，不能再更改。"), status=409)
    with connection.cursor() as cursor:
        cursor.execute("SELECT practice_part(%s, %s)", [merge_now.pk, merge_now.hub_id])
    _empty(kept, merged, merge_now.moved["filled"])
    merged.state, merged.merged_into = merge_now.moved["state"], None
    merged.save(update_fields=["state", "merged_into"])
    _restrict_as_before(kept, merged, merge_now)
    merge_now.undone_at, merge_now.undone_by_id = at, by.account_id
    merge_now.save(update_fields=["undone_at", "undone_by"])
    _log("undo_merge", merge_now, by, at)
    return merge_now


def _both_locked(kept: Client, merged: Client, by: Viewer) -> tuple[Client, Client]:
    """Both files, locked in one order whoever comes first. Raises Problem (403, 404)."""
    keys = {kept.pk, merged.pk}
    found = {
        client.pk: client
        for client in Client.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("id")
    }
    if found.keys() != keys:
        raise Problem("client_missing", _("找不到这份档案，或您不能查看。"), "merged", status=404)
    if not by.has(Role.WORKER, Role.HEAD, Role.COUNTY) or not all(
        by.reaches(client.hub_id, client.station_id) for client in found.values()
    ):
        raise Problem("merge_out_of_reach", _("您不能合并这两份档案。"), "merged", status=403)
    return found[kept.pk], found[merged.pk]


def _fill(kept: Client, merged: Client) -> list[str]:
    """Take over what `kept` doesn't know; returns the columns."""
    filled = [
        column
        for column in FILLED
        if getattr(kept, column) in (None, COLUMNS.get(column, "")) and getattr(merged, column) != getattr(kept, column)
    ]
    for column in filled:
        setattr(kept, column, getattr(merged, column))
    _index_again(kept, merged, filled)
    if filled:
        kept.save()
    return filled


def _empty(kept: Client, merged: Client, filled: list[str]) -> None:
    """Give back what was taken over, unless it has been changed since."""
    back = [column for column in filled if getattr(kept, column) == getattr(merged, column)]
    for column in back:
        setattr(kept, column, COLUMNS.get(column))
    if "identity" in back:
        kept.identity_index = None
    if "phone" in back:
        kept.phone_index = None
    if back:
        kept.save()


def _index_again(kept: Client, merged: Client, filled: list[str]) -> None:
    if "identity" in filled:
        kept.identity_index = merged.identity_index
    if "phone" in filled:
        kept.phone_index = merged.phone_index


def _restrict_as_before(kept: Client, merged: Client, merge: ClientMerge) -> None:
    """The classes that came with the merged file leave with it, unless the kept file's groups have them since."""
    from_groups = kept.groups.filter(until__isnull=True).exclude(group__restricted_class="")
    classes = sorted({*merge.moved["restricted"], *from_groups.values_list("group__restricted_class", flat=True)})
    if classes != kept.restricted_classes:
        kept.restricted_classes = classes
        kept.save(update_fields=["restricted_classes"])
    for client in (kept, merged):
        restrict_records(client)


def _log(verb: str, merge: ClientMerge, by: Viewer, at: datetime) -> None:
    log(
        verb,
        "client",
        merge.kept_id,
        by=by.account_id,
        at=at,
        hub_id=merge.hub_id,
        station_id=merge.station_id,
        detail={"merge": str(merge.pk), "merged": str(merge.merged_id)},
    )
