"""Open figures: the city and its counties in numbers, as everybody may see them."""

from dataclasses import dataclass
from typing import Any, Final

from shegong.indicators.queries import Reading, board, breakdown, last_day, plain, shown
from shegong.indicators.rules import CHILD, UNIT_NAMES, Indicator, indicator_of
from shegong.indicators.stocks import Snapshot
from shegong.kernel.periods import Period
from shegong.network.models import Station
from shegong.network.scope import Viewer

CODES: Final = (
    "practice.persons_served", "practice.person_times", "practice.service_hours", "practice.satisfaction",
    "practice.enquiries", "practice.cases_opened", "practice.cases_closed", "network.station_coverage",
    "network.room_coverage", "network.rooms_running", "workforce.workers", "workforce.certified_workers",
    "workforce.staffed_stations", "portal.requests", "portal.first_answer_hours", "portal.complaints_in_time",
)  # fmt: skip
# Somebody without any right to see people.
ANYBODY: Final = Viewer(
    account_id=0, username="", display_name="", language="", roles=frozenset(), hubs=(), stations=(), units=(),
    organisations=(), home=None,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """An indicator and its reading for the whole city."""

    indicator: Indicator
    reading: Reading
    unit: Any

    @property
    def words(self) -> str:
        """The value, as it may be shown."""
        return self.reading.words()


def city_figures(centre: Station, period: Period) -> list[Figure]:
    """The open figures of the city in a period (one query for all flows, one for each family of headcounts that nobody
    has asked for since it last changed).
    """
    found = board(CODES, centre, period)
    return [
        Figure(indicator_of(code), shown(found[code], ANYBODY, centre), UNIT_NAMES[indicator_of(code).unit])
        for code in CODES
    ]


def county_rows(centre: Station, period: Period) -> list[list[object]]:
    """Rows for a CSV file: code, name, place's key and name, period, value ("" where suppressed or nothing), whether
    suppressed; the city first, then its counties.
    """
    held = Snapshot(centre, last_day(period))
    city = board(CODES, centre, period, held)
    rows: list[list[object]] = []
    for code in CODES:
        rows.append(_row(shown(city[code], ANYBODY, centre), centre.key, str(centre.division or centre)))
        for part in breakdown(code, centre, period, CHILD, held):
            if part.station is not None:
                rows.append(_row(shown(part.reading, ANYBODY, part.station), part.station.key, part.station.name))
    return rows


def _row(found: Reading, key: str, place: str) -> list[object]:
    value = "" if found.value is None else plain(found.value)
    name = str(indicator_of(found.code).name)
    return [found.code, name, key, place, str(found.period), value, "yes" if found.suppressed else "no"]
