"""Signs in a county's month, and the records behind one as far as the viewer may read them."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db import connection

from shegong.appraisal.enums import SignKind
from shegong.appraisal.models import SignReview
from shegong.appraisal.rules.signs import READINGS, Reading, Sign
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.models import Account
from shegong.practice.models import ServiceRecord

SQL: Final = "SELECT * FROM appraisal_signs(%s, %s)"
ORDER: Final = {kind: place for place, kind in enumerate(SignKind.values)}
RECORDS_SHOWN: Final = 30


@dataclass(frozen=True, slots=True)
class Seen:
    """A sign at a station, what a reviewer made of it (None: nobody has looked), and the keys of its records."""

    station: Station
    sign: Sign
    review: SignReview | None
    who: str
    record_ids: tuple[UUID, ...]

    @property
    def title(self) -> str:
        """The kind's name."""
        return str(SignKind(self.sign.kind).label)

    @property
    def reading(self) -> Reading:
        """How it is computed, and what may innocently lie behind it."""
        return READINGS[self.sign.kind]


def signs_of(hub_id: int, month: date) -> list[Seen]:
    """A county's signs of a month, those that nobody looked at first, by kind and station; of a county that isn't the
    viewer's none (four queries). Stations are in the order of the tree, never of who has most.
    """
    with connection.cursor() as cursor:
        cursor.execute(SQL, [hub_id, month])
        rows = cursor.fetchall()
    places = Station.objects.only("id", "key", "name", "tier", "hub_id", "path").in_bulk([row[1] for row in rows])
    reviews = {
        (review.station_id, review.kind): review for review in SignReview.objects.filter(hub_id=hub_id, month=month)
    }
    names = Account.objects.in_bulk({review.by_id for review in reviews.values()})
    found = []
    for kind, station_id, number, of, base, most, least, ids in rows:
        review = reviews.get((station_id, kind))
        who = str(names[review.by_id]) if review and review.by_id in names else ""
        sign = Sign(kind, number, of, base, most, least)
        found.append(Seen(places[station_id], sign, review, who, tuple(ids or ())))
    return sorted(found, key=lambda seen: (seen.review is not None, ORDER[seen.sign.kind], str(seen.station.path)))


def records_behind(viewer: Viewer, seen: Seen) -> list[ServiceRecord]:
    """The records behind a sign, as far as the viewer reaches (one query; none for the city, which sees numbers)."""
    if not viewer.reaches(seen.station.hub_id, seen.station.pk):
        return []
    ids = list(dict.fromkeys(seen.record_ids))[:RECORDS_SHOWN]
    rows = ServiceRecord.objects.filter(hub_id=seen.station.hub_id, pk__in=ids).select_related("service", "station")
    return list(rows.order_by("started_at", "id"))
