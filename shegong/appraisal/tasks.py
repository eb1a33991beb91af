"""Work behind the pages: how the target letters' items stand is kept each day, and so at each quarter's end."""

from datetime import datetime, time, timedelta
from typing import Final

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from shegong.appraisal.actions.letter_score import keep_progress
from shegong.appraisal.enums import LetterState
from shegong.appraisal.models import LetterItem, LetterProgress, TargetLetter
from shegong.appraisal.queries.letter_values import quarter_of
from shegong.kernel import clock

CHANNEL: Final = "appraisal_letters"
LOCK: Final = 0x6C_65_74_74  # any number that nobody else takes as an advisory lock


def keep_letters() -> bool:
    """Keep today's progress unless it has been kept; whether there was something to keep. To be run as the tables'
    owner, by any number of workers at once.
    """
    today = clock.today()
    midnight = datetime.combine(today, time(0), tzinfo=timezone.get_default_timezone())
    kept = LetterProgress.objects.filter(letter=OuterRef("pk"), as_of__gte=midnight)
    items = LetterItem.objects.filter(letter=OuterRef("pk"))
    waiting = TargetLetter.objects.filter(~Exists(kept), Exists(items), state=LetterState.ACCEPTED, year=today.year)
    with transaction.atomic():
        if not waiting.exists():
            return False
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
            if not cursor.fetchone()[0]:
                return False
        first = quarter_of(today).start
        if not LetterProgress.objects.filter(starts_on=first).exists():
            keep_progress(first - timedelta(days=1))  # the quarter before, as it ended
        return keep_progress(today) > 0
