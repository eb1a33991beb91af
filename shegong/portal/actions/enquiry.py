"""What the public site writes, through the database's two doors: nothing can be read back but a state.

Cost of leaving an enquiry: seven statements; rows: the enquiry, one journal row, one counter.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel import clock
from shegong.kernel.attempts import may_try, too_many
from shegong.kernel.problems import Problem, raise_any
from shegong.kernel.tickets import typed_code, typed_number
from shegong.network.models import Station
from shegong.portal.actions.ticket import code_digest, code_of, drawn, sealed
from shegong.portal.queries import place as queries
from shegong.portal.rules import enquiry as rules
from shegong.portal.rules.enquiry import Plea
from shegong.practice.models import Enquiry
from shegong.practice.queries.deadline import due_by_clock
from shegong.practice.rules.enquiry import checked_enquiry

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
    phone = sealed(Enquiry, "asker_phone", draft.asker_phone)
    day = timezone.localdate(at, timezone.get_default_timezone())
    code = code_of(plea.key)
    due_at = due_by_clock(draft.urgency, at)
    number, is_new = drawn(
        plea.key, "Q", LEAVE,
        lambda number: [
            plea.key, number, station.pk, draft.asker_name, phone, draft.relation, draft.name, draft.age,
            draft.community_id, draft.need, draft.group_id, draft.urgency, at, day, due_at, code_digest(number, code),
        ],
    )  # fmt: skip
    if is_new:
        detail = {"number": number, "urgency": draft.urgency}
        place = {"hub_id": station.hub_id, "station_id": station.pk}
        log("leave_enquiry", "enquiry", plea.key, by=by, at=at, detail=detail, **place)
    return Left(number, code, station)


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
    plain_number = typed_number(number, "Q")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT portal_enquiry_state(%s, %s)", [plain_number, code_digest(plain_number, typed_code(code))]
        )
        state: str = cursor.fetchone()[0]
    if state not in rules.STATES:
        raise Problem("enquiry_unknown", _("编号或查询码不对，请再看一看。"), "code")
    return state
