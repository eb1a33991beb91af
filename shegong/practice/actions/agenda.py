"""Calendar feeds: secret addresses that a calendar program reads, made and revoked by their owners."""

from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel.problems import Problem
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.rules import new_token, token_digest
from shegong.practice.models import CalendarFeed

MOST_FEEDS = 10


@transaction.atomic
def make_feed(station: Station | None, *, by: Viewer, at: datetime) -> str:
    """A new feed of the viewer's own calendar, or of a station in reach; returns its token, which can't be shown again.

    Raises Problem (403) for a station out of reach, (409) when there are too many.
    """
    if station is not None and not by.reaches(station.hub_id, station.pk):
        raise Problem("station_out_of_scope", _("站点不存在，或不在您的范围内。"), "station", status=403)
    if CalendarFeed.objects.filter(account_id=by.account_id, revoked_at__isnull=True).count() >= MOST_FEEDS:
        raise Problem(
            "too_many_feeds", _("最多 %(most)s 个订阅，请先停用不用的。"), status=409, params={"most": MOST_FEEDS}
        )
    token = new_token()
    feed = CalendarFeed(account_id=by.account_id, station=station, digest=token_digest(token), made_at=at)
    feed.save(force_insert=True)
    log("make_feed", "calendarfeed", feed.pk, by=by.account_id, at=at, station_id=station.pk if station else None)
    return token


@transaction.atomic
def revoke_feed(feed: CalendarFeed, *, by: Viewer, at: datetime) -> None:
    """From now on the address shows nothing."""
    if feed.revoked_at is None:
        feed.revoked_at = at
        feed.save(update_fields=["revoked_at"])
        log("revoke_feed", "calendarfeed", feed.pk, by=by.account_id, at=at)


def feed_owner(token: str) -> tuple[int, int | None] | None:
    """The account and the station of a feed in force. Asked before anybody is known; tells nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT account_id, station_id FROM practice_feed(%s)", [token_digest(token)])
        row: tuple[int, int | None] | None = cursor.fetchone()
    return row
