"""Asking clients what they think of a service, and keeping what they say."""

import secrets
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, key_taken, raise_any
from shegong.kernel.text import clean_text
from shegong.network.scope import Viewer
from shegong.practice.enums import Channel
from shegong.practice.models import Evaluation, EvaluationLink
from shegong.practice.models.evaluation import COMMENT_LENGTH
from shegong.practice.queries.evaluation import KEEPERS, Evaluated
from shegong.practice.rules import evaluation as rules
from shegong.practice.rules.evaluation import Opinion

TOKEN_BYTES: Final = 18
CONTENT: Final = (
    "case_id", "member_id", "activity_id", "record_id", "evaluated_on", "score", "better", "comment", "said_by",
)  # fmt: skip


@transaction.atomic
def ask_for_evaluation(
    of: Evaluated, *, channel: Channel, member_id: UUID | None = None, by: Viewer, at: datetime
) -> str:
    """Make an address at which one evaluation may be given; what is returned is shown once and not kept.

    A link that is sent is good for two weeks, a phone that is handed over for half an hour. A group is evaluated by one
    of its members. Raises Problem at member; 403, 409. Rows: link, journal.
    """
    what = _what(of, member_id, by)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    link = EvaluationLink.objects.create(
        **what,
        hub_id=of.row.hub_id,
        station_id=of.row.station_id,
        digest=token_digest(token),
        channel=channel,
        made_at=at,
        made_by_id=by.account_id,
        expires_at=at + (rules.HANDED_FOR if channel == Channel.HANDED else rules.OPEN_FOR),
    )
    _log("ask_for_evaluation", link.pk, of, by, at, channel=str(channel))
    return token


@transaction.atomic
def put_evaluation(
    of: Evaluated,
    said: Opinion,
    *,
    member_id: UUID | None = None,
    evaluated_on: date | None = None,
    by: Viewer,
    at: datetime,
    key: UUID | None = None,
) -> Evaluation:
    """Put down what somebody answered whom the worker asked. Sent again under the same key with the same content, it is
    the same evaluation.

    Raises Problem or Problems at score, better, comment, said_by, evaluated_on, member; 403, 409. Rows: evaluation,
    journal.
    """
    what = _what(of, member_id, by)
    day = evaluated_on or clock.today()
    score, comment = _checked(said)
    raise_any([rules.day_problem(day, since=of.since, today=clock.today())])
    row = Evaluation(
        **what,
        id=key or uuid7(),
        hub_id=of.row.hub_id,
        station_id=of.row.station_id,
        evaluated_on=day,
        score=score,
        better=said.better,
        comment=comment,
        said_by=said.said_by,
        channel=Channel.ASKED,
        recorded_at=at,
        recorded_by_id=by.account_id,
    )
    known = Evaluation.objects.filter(pk=row.pk, hub_id=row.hub_id).first() if key else None
    if known is not None:
        if all(getattr(known, name) == getattr(row, name) for name in CONTENT):
            return known
        raise key_taken()
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as clash:
        raise key_taken() from clash
    _log("put_evaluation", row.pk, of, by, at)
    return row


@transaction.atomic
def give_evaluation(token: str, key: UUID, said: Opinion, *, at: datetime) -> None:
    """Keep what somebody says by a link. Nobody is signed in: a function of the database does what the link allows.

    Raises Problem or Problems at score, better, comment, said_by; 404 for a link that is no good any more.
    Rows: evaluation, journal.
    """
    score, comment = _checked(said)
    values: list[Any] = [token_digest(token), key, score, said.better, comment, said.said_by, clock.today(), at]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT practice_evaluation_given(%s, %s, %s::int, %s::int, %s, %s, %s, %s)",
            values,
        )
        outcome = cursor.fetchone()[0]
    if outcome not in ("saved", "known"):
        raise Problem("evaluation_link_over", _("这个链接已经用过或过期。"), status=404)
    if outcome == "saved":
        log("give_evaluation", "evaluation", key, by=None, at=at)


def token_digest(token: str) -> bytes:
    """What is kept of an address."""
    return sha256(token.encode()).digest()


def _what(of: Evaluated, member_id: UUID | None, by: Viewer) -> dict[str, Any]:
    """The column that says what is evaluated. Raises Problem at member; 403, 409."""
    if not (by.has(*KEEPERS) and by.reaches(of.row.hub_id, of.row.station_id)):
        raise Problem("may_not_ask", _("只有本站点的社工和站长可以请人评价。"), status=403)
    if not of.is_open:
        raise Problem("nothing_to_evaluate", _("还没有提供服务，或已取消、作废，不能评价。"), status=409)
    if of.kind != "group":
        return {f"{of.kind}_id": of.key}
    if member_id not in {each.pk for each in of.members}:
        raise Problem("member_missing", _("请选择一位组员。"), "member")
    return {"member_id": member_id}


def _checked(said: Opinion) -> tuple[int, str]:
    """The score, which must be there, and the words, cleaned. Raises Problem or Problems."""
    found = list(rules.opinion_problems(said))
    comment = ""
    try:
        comment = clean_text(said.comment.strip(), COMMENT_LENGTH)
    except Problem as problem:
        found.append(problem.at("comment"))
    raise_any(found)
    assert said.score is not None
    return said.score, comment


def _log(verb: str, key: UUID, of: Evaluated, by: Viewer, at: datetime, **detail: str) -> None:
    place = {"hub_id": of.row.hub_id, "station_id": of.row.station_id}
    about = {"of": of.kind, "key": str(of.key), **detail}
    log(verb, "evaluation", key, by=by.account_id, at=at, detail=about, **place)
