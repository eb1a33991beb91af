"""What the public site writes, through the database's two doors: nothing can be read back but a state.

Cost of leaving an enquiry: seven statements; rows: the enquiry, one journal row, one counter.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.attempts import may_try, too_many
from shegong.kernel.problems import Problem, raise_any
from shegong.network.models import Station
from shegong.portal import queries, rules
from shegong.portal.rules import Plea
from shegong.practice.models import Enquiry
from shegong.practice.queries.deadline import due_by_clock
from shegong.practice.rules.enquiry import checked_enquiry

DRAWS: Final = 5
LEAVE: Final = (
    "SELECT portal_leave_enquiry(%s, %s, %s, %s, %s, %s, %s, %s::int, %s::bigint, %s, %s::int, %s, %s, %s, %s, %s)"
)


@dataclass(frozen=True, slots=True)
class Left:
    """What the resident is shown, once: number and look-up code, and who will call."""

    number: str
    code: str
    station: Station


@transaction.atomic
def leave_enquiry(plea: Plea, *, visitor: bytes, by: int | None, at: datetime) -> Left:
    """Leave an enquiry for the station that serves the community. Sent twice under one key it is one enquiry with the
    same number and code.

    Raises Problem or Problems at need, asker_name, phone, name, age, community; `too_many_attempts` (429).
    """
    if not may_try(visitor, "enquiry", rules.ENQUIRIES_AN_HOUR, at):
        raise too_many()
    community = queries.community_on(plea.community_id, clock.today())
    station = queries.station_serving(community) if community else None
    found = [] if station else [Problem("community_missing", _("请选择所在的村(社区)。"), "community")]
    if not plea.asker_name.strip():
        found.append(Problem("asker_missing", _("请写怎么称呼您。"), "asker_name"))
    if not plea.phone.strip():
        found.append(Problem("phone_missing", _("请写电话，社工才能找到您。"), "phone"))
    try:
        draft = checked_enquiry(rules.draft_of(plea))
    except Problem as problem:
        raise_any([*found, *(_at_own_field(each, plea) for each in problem)])
        raise
    raise_any(found)
    assert station is not None
    phone = Enquiry._meta.get_field("asker_phone").get_db_prep_value(draft.asker_phone, connection)
    day = timezone.localdate(at, timezone.get_default_timezone())
    code = _digits(plea.key, "code")
    for draw in range(DRAWS):
        number = f"Q{_digits(plea.key, f'number {draw}')}"
        values = [
            plea.key, number, station.pk, draft.asker_name, phone, draft.relation, draft.name, draft.age,
            draft.community_id, draft.need, draft.group_id, draft.urgency, at, day, due_by_clock(draft.urgency, at),
            code_digest(number, code),
        ]  # fmt: skip
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(LEAVE, values)
                is_new = cursor.fetchone()[0]
        except IntegrityError:
            continue
        if is_new:
            detail = {"number": number, "urgency": draft.urgency}
            place = {"hub_id": station.hub_id, "station_id": station.pk}
            log("leave_enquiry", "enquiry", plea.key, by=by, at=at, detail=detail, **place)
        return Left(number, code, station)
    raise Problem("number_taken", _("暂时编不出号码，请再试一次。"), status=503)


def _at_own_field(problem: Problem, plea: Plea) -> Problem:
    """The public form's names for the enquiry's fields."""
    own = {"asker_phone": "phone", "name": "asker_name" if not plea.name.strip() else "name"}
    return problem.at(own[problem.field]) if problem.field in own else problem


def state_of(number: str, code: str, *, visitor: bytes, at: datetime) -> str:
    """How an enquiry stands (a key of `rules.STATES`), for who knows number and code.

    Raises Problem at `code` for a pair that doesn't fit, `too_many_attempts` (429).
    """
    if not may_try(visitor, "look", rules.LOOKS_AN_HOUR, at):
        raise too_many()
    plain_number = "Q" + "".join(sign for sign in number if sign.isascii() and sign.isdigit())[:8]
    plain_code = "".join(sign for sign in code if sign.isascii() and sign.isdigit())[: rules.CODE_DIGITS]
    with connection.cursor() as cursor:
        cursor.execute("SELECT portal_enquiry_state(%s, %s)", [plain_number, code_digest(plain_number, plain_code)])
        state: str = cursor.fetchone()[0]
    if state not in rules.STATES:
        raise Problem("enquiry_unknown", _("编号或查询码不对，请再看一看。"), "code")
    return state


def code_digest(number: str, code: str) -> bytes:
    """Keyed digest of a look-up code."""
    digest: bytes = settings.KEYRING.blind_index(f"{number} {code}", "practice_enquiry.code")
    return digest


def _digits(key: UUID, what: str) -> str:
    """Eight digits that follow from the key for us, and from nothing for anybody else."""
    keyed: bytes = settings.KEYRING.blind_index(f"{key} {what}", "practice_enquiry.digits")
    return f"{int.from_bytes(blake2b(keyed, digest_size=8).digest(), 'big') % 10**rules.CODE_DIGITS:08d}"
