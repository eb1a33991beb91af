"""Words between a station and who asked for help without an account."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel.attempts import may_try, too_many
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem
from shegong.kernel.tickets import typed_code, typed_number
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.portal.actions.ticket import code_digest
from shegong.portal.enums import Side
from shegong.portal.models import Word
from shegong.portal.rules.word import WORDS_AN_HOUR, checked_word
from shegong.practice.enums import EnquirySource
from shegong.practice.models import Enquiry


@dataclass(frozen=True, slots=True)
class Said:
    """A word as the asker sees it: whose, what and when."""

    side: str
    text: str
    said_at: datetime


def words_of(number: str, code: str) -> list[Said]:
    """What was said about an enquiry, oldest first, for who knows number and code (one query); nothing for others. To
    be called once `enquiry.state_of` let the pair pass.
    """
    plain = typed_number(number, "Q")
    with connection.cursor() as cursor:
        cursor.execute("SELECT side, text, said_at FROM portal_words(%s, %s)", [plain, _digest(plain, code)])
        return [Said(*row) for row in cursor.fetchall()]


@transaction.atomic
def add_word(key: UUID, number: str, code: str, text: str, *, visitor: bytes, at: datetime) -> None:
    """The asker adds a word. Sent twice under one key it is one.

    Raises Problem at text, at code for a pair that doesn't fit, `words_full` (409), `too_many_attempts` (429).
    """
    if not may_try(visitor, "word", WORDS_AN_HOUR, at):
        raise too_many()
    checked = checked_word(text)
    plain = typed_number(number, "Q")
    with connection.cursor() as cursor:
        cursor.execute("SELECT portal_say(%s, %s, %s, %s, %s)", [key, plain, _digest(plain, code), checked, at])
        answer = cursor.fetchone()[0]
    if answer == "unknown":
        raise Problem("enquiry_unknown", _("编号或查询码不对，请再看一看。"), "code")
    if answer == "full":
        raise Problem("words_full", _("您已经留了很多话，请等社工回复，或打电话。"), "text", status=409)


def _digest(number: str, code: str) -> bytes:
    return code_digest(number, typed_code(code))


@transaction.atomic
def answer_asker(enquiry: Enquiry, text: str, *, by: Viewer, at: datetime) -> Word:
    """The station says something to who asked: readable by number and code alone, so without personal data.

    Raises Problem at text; 403, 409 for an enquiry that didn't come from the public site.
    """
    if not by.has(Role.WORKER, Role.HEAD) or not by.reaches(enquiry.hub_id, enquiry.station_id):
        raise Problem("role_missing", _("只有受理站点的社工能回复。"), status=403)
    if enquiry.source != EnquirySource.PORTAL or enquiry.code_digest is None:
        raise Problem("not_from_the_portal", _("这条咨询不是从居民服务门户来的，请打电话联系。"), status=409)
    word = Word(
        id=uuid7(),
        hub_id=enquiry.hub_id,
        station_id=enquiry.station_id,
        enquiry_id=enquiry.pk,
        side=Side.STATION,
        text=checked_word(text),
        said_at=at,
        by_id=by.account_id,
    )
    word.save(force_insert=True)
    place = {"hub_id": enquiry.hub_id, "station_id": enquiry.station_id}
    log("answer_asker", "enquiry", enquiry.pk, by=by.account_id, at=at, detail={"number": enquiry.number}, **place)
    return word
