"""Setting targets; keeping the tallies true: a recount, the search for any drift, moving a room to another town."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection, transaction
from django.http import HttpRequest

from shegong.indicators import recount_sql
from shegong.indicators.models import Target
from shegong.indicators.queries import plans_for
from shegong.indicators.rules import target_problem
from shegong.indicators.tally_sql import MEASURES, expected
from shegong.journal.actions import log
from shegong.kernel.problems import raise_any
from shegong.network.actions import may_build, place_room
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.display import become_display

KEY = ("unit_id", "kind", "starts_on", "facet", "facet_id")


@dataclass(frozen=True, slots=True)
class Drift:
    """A tally that differs from its records: the key, the measure, what is kept and what was counted."""

    unit_id: int
    kind: int
    starts_on: str
    facet: int
    facet_id: int
    measure: str
    kept: int
    counted: int


@transaction.atomic
def recount() -> int:
    """Make all tallies anew from the records, as the tables' owner; returns how many there are.

    For the end of a bulk load whose triggers were off. Writers wait until it is done.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "LOCK TABLE practice_servicerecord, practice_case, practice_assessment, practice_enquiry, "
            "workforce_supervisionsession IN SHARE MODE"
        )
        cursor.execute("SET LOCAL work_mem = '256MB'")
        cursor.execute("TRUNCATE indicators_tally")
        cursor.execute(recount_sql.recount())
        made: int = cursor.rowcount
    return made


@transaction.atomic
def start_display(request: HttpRequest, station: Station, *, by: Viewer) -> None:
    """Turn the viewer's session in this browser into a display of a station's wall."""
    log("start_display", "station", station.pk, by=by.account_id, hub_id=station.hub_id, station_id=station.pk)
    become_display(request, station.key)


@transaction.atomic
def move_room(room: Station, town: Station, *, by: Viewer) -> None:
    """Move a room to another town station of its hub, with all that it ever did. Raises Problem at `parent`."""
    may_build(by)
    room = Station.objects.select_for_update(of=("self",)).select_related("hub", "town").get(pk=room.pk)
    former = place_room(room, town)
    if former == town.pk:
        return
    recount_towns({former, town.pk})
    detail = {"from": former, "to": town.pk}
    log("move_room", "station", room.pk, by=by.account_id, hub_id=room.hub_id, station_id=room.pk, detail=detail)


def recount_towns(towns: Collection[int]) -> None:
    """Make the tallies of these town stations anew, after rooms came or went in the same transaction.

    Writers wait from here to the end of the transaction, so that none of them counts under a town that is no longer
    the room's. Recounting is harmless: anybody may cause it, and it changes nothing that was true.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT indicators_recount_towns(%s::int[])", [sorted(towns)])


def count_tallies() -> int:
    """How many tallies are kept."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM indicators_tally")
        number: int = cursor.fetchone()[0]
    return number


def drift(limit: int = 100) -> list[Drift]:
    """Every tally (at most `limit`) that differs from its records, counted anew in one statement as the tables' owner.

    A tally of zeros and no tally are the same.
    """
    both = ", ".join(f"coalesce(t.{m}, 0), coalesce(e.{m}, 0)" for m in MEASURES)
    differs = " OR ".join(f"coalesce(t.{m}, 0) <> coalesce(e.{m}, 0)" for m in MEASURES)
    keys = ", ".join(KEY)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {keys}, {both} FROM indicators_tally t FULL JOIN ({expected()}) AS e USING ({keys}) "
            f"WHERE {differs} ORDER BY {keys} LIMIT %s",
            [limit],
        )
        rows = cursor.fetchall()
    found = []
    for unit_id, kind, starts_on, facet, facet_id, *values in rows:
        for number, measure in enumerate(MEASURES):
            kept, counted = values[2 * number], values[2 * number + 1]
            if kept != counted:
                found.append(Drift(unit_id, kind, str(starts_on), facet, facet_id, measure, kept, counted))
    return found[:limit]


@transaction.atomic
def set_targets(station: Station, year: int, values: Mapping[str, Decimal | None], *, by: Viewer) -> int:
    """Set a station's own targets for a year, or with None take one back: all or none. How many have changed.

    Raises Problem `target_range` (at the indicator's code), `indicator_unknown`, or `target_not_yours` (403) for a
    station that the viewer doesn't plan for.
    """
    may_plan = plans_for(by, station)
    raise_any([target_problem(code, value, may_plan=may_plan) for code, value in values.items()])
    kept = {
        target.code: target.value for target in Target.objects.select_for_update().filter(station=station, year=year)
    }
    changed = {code: value for code, value in values.items() if value != kept.get(code)}
    for code, value in changed.items():
        if value is None:
            Target.objects.filter(station=station, code=code, year=year).delete()
        else:
            Target.objects.update_or_create(station=station, code=code, year=year, defaults={"value": value})
    if changed:
        log(
            "set_targets", "target", f"{station.key}:{year}", by=by.account_id, hub_id=station.hub_id,
            station_id=station.id, detail={code: [_text(kept.get(code)), _text(changed[code])] for code in changed},
        )  # fmt: skip
    return len(changed)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
