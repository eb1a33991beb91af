"""Words about enquiries as staff see them."""

from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.db.models import QuerySet

from shegong.network.scope import Viewer
from shegong.portal.models import Word
from shegong.practice.models import Enquiry
from shegong.practice.queries.enquiry import enquiries_seen

# The enquiries whose last word is the asker's: row-level security confines the words to the viewer's reach.
UNANSWERED: Final = """
    SELECT w.enquiry_id FROM (
        SELECT DISTINCT ON (enquiry_id) enquiry_id, side, said_at FROM portal_word
        WHERE hub_id = ANY (%s) OR station_id = ANY (%s) ORDER BY enquiry_id, said_at DESC, id DESC) w
    WHERE w.side = 'asker' ORDER BY w.said_at LIMIT 50"""


@dataclass(frozen=True, slots=True)
class Conversation:
    """What was said about an enquiry, oldest first, and whether the viewer may answer."""

    enquiry: Enquiry
    words: list[Word]


def words_about(enquiry: Enquiry) -> QuerySet[Word]:
    """The words about an enquiry, oldest first (one query)."""
    return (
        Word.objects.filter(enquiry_id=enquiry.pk, hub_id=enquiry.hub_id).order_by("said_at", "id").select_related("by")
    )


def unanswered(viewer: Viewer) -> list[Enquiry]:
    """Enquiries in reach whose last word is the asker's, the oldest first, 50 at most (two queries)."""
    with connection.cursor() as cursor:
        cursor.execute(UNANSWERED, [list(viewer.hubs), list(viewer.stations)])
        keys = [row[0] for row in cursor.fetchall()]
    found = {each.pk: each for each in enquiries_seen(viewer).filter(pk__in=keys).select_related("station")}
    return [found[key] for key in keys if key in found]
