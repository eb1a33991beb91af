"""Signing up to an activity without an account."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel.attempts import may_try, too_many
from shegong.kernel.problems import Problem, raise_any
from shegong.kernel.text import clean_text
from shegong.portal.actions.ticket import sealed
from shegong.portal.queries.activity import OpenActivity
from shegong.portal.rules.word import SIGN_UPS_AN_HOUR, required_phone
from shegong.practice.models import ActivitySignUp
from shegong.practice.rules.activity import NAME_LENGTH

SIGN_UP: Final = "SELECT portal_sign_up(%s, %s, %s, %s, %s, %s)"


@transaction.atomic
def sign_up(
    activity: OpenActivity, key: UUID, name: str, phone: str, *, visitor: bytes, by: int | None, at: datetime
) -> str:
    """Put somebody on an activity's list: "signed", "waitlisted" where it is full, "again" for a telephone number that
    stands on it. Sent twice under one key it is one.

    Raises Problem or Problems at name, phone; `activity_closed` (409), `too_many_attempts` (429).
    """
    if not may_try(visitor, "signup", SIGN_UPS_AN_HOUR, at):
        raise too_many()
    found: list[Problem | None] = []
    number, plain = "", ""
    try:
        plain = clean_text(name.strip(), NAME_LENGTH, "name")
    except Problem as problem:
        found.append(problem)
    if not name.strip():
        found.append(Problem("name_missing", _("请写怎么称呼您。"), "name"))
    try:
        number = required_phone(phone)
    except Problem as problem:
        found.append(problem)
    raise_any(found)
    digest = settings.KEYRING.blind_index(f"{activity.id} {number}", "portal_guest.phone")
    values: list[Any] = [
        key,
        activity.id,
        sealed(ActivitySignUp, "name", plain),
        sealed(ActivitySignUp, "phone", number),
    ]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(SIGN_UP, [*values, digest, at])
            answer: str = cursor.fetchone()[0]
    except IntegrityError:
        return "again"
    if answer == "closed":
        raise Problem("activity_closed", _("这场活动已经开始、取消或不再报名。"), status=409)
    if answer != "again":
        place = {"hub_id": activity.station.hub_id, "station_id": activity.station.id}
        log("sign_up_to_activity", "activity", activity.id, by=by, at=at, detail={"signup": str(key)}, **place)
    return answer
