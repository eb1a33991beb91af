"""Calls for volunteers: made, opened, signed up for; who came is recorded and confirmed by who organised; corrections.

Who gets a place is the database's to say: it locks the call's row, so that places are never oversold.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel import chinese
from shegong.kernel.ids import uuid7
from shegong.kernel.problems import Problem, raise_any
from shegong.kernel.refused import told
from shegong.kernel.text import clean_text
from shegong.linkage.enums import CorrectionDecision, OpportunityState, TrainingTopic, VolunteerSignUpState
from shegong.linkage.models import Attendance, HoursCorrection, Opportunity, SignUp, Skill, Volunteer
from shegong.linkage.queries import opportunity as queries
from shegong.linkage.queries.volunteer import may_keep
from shegong.linkage.rules import opportunity as rules
from shegong.linkage.rules.opportunity import OpportunityDraft, Presence, refused
from shegong.linkage.rules.volunteer import said
from shegong.network.models import Station
from shegong.network.scope import Viewer

TEXTS: Final = {"title": 60, "work": rules.WORK_LENGTH, "place": 100, "contact": 40}
PLAIN: Final = (
    "title", "work", "place", "starts_at", "ends_at", "places", "minimum_age", "training", "insurance", "contact",
    "contact_phone",
)  # fmt: skip


@transaction.atomic
def plan_opportunity(
    station: Station, draft: OpportunityDraft, *, by: Viewer, at: datetime, key: UUID | None = None
) -> Opportunity:
    """Write a call down as a draft of a station. Raises Problem or Problems at the fields; 403, 409."""
    if not may_keep(by, station.hub_id, station.pk):
        raise Problem("not_your_station", _("由本站工作人员发布。"), status=403)
    made = Opportunity(
        id=key or uuid7(), hub_id=station.hub_id, town_id=station.town_id, station=station,
        longitude=station.longitude, latitude=station.latitude, made_at=at, made_by_id=by.account_id,
    )  # fmt: skip
    _fill(made, draft, at, is_new=True)
    with told(refused):
        made.save(force_insert=True)
    _log("plan_opportunity", made, by, at)
    return made


@transaction.atomic
def change_opportunity(opportunity: Opportunity, draft: OpportunityDraft, *, by: Viewer, at: datetime) -> Opportunity:
    """Change a call that isn't over; more places let those who wait move up. Raises as `plan_opportunity`."""
    opportunity = _locked(opportunity, by)
    if opportunity.state in (OpportunityState.DONE, OpportunityState.CANCELLED):
        raise _gone(opportunity)
    _fill(opportunity, draft, at, is_new=opportunity.starts_at > at)
    with told(refused):
        opportunity.save(update_fields=[*PLAIN, "skills"])
    _log("change_opportunity", opportunity, by, at)
    return opportunity


@transaction.atomic
def move_opportunity(
    opportunity: Opportunity, state: str, *, reason: str = "", by: Viewer, at: datetime
) -> Opportunity:
    """Open, close, end or (with a reason) cancel a call. Raises Problem at reason; 403, 409."""
    opportunity = _locked(opportunity, by)
    raise_any([rules.move_problem(opportunity.state, state)])
    if state == OpportunityState.OPEN and opportunity.starts_at <= at:
        raise Problem("started", _("开始时间已过，不能再招募。"), status=409)
    if state == OpportunityState.CANCELLED:
        opportunity.cancel_reason = said(reason, "reason")
    opportunity.state = state
    with told(refused):
        opportunity.save(update_fields=["state", "cancel_reason"])
    _log("move_opportunity", opportunity, by, at, state=str(state))
    return opportunity


@transaction.atomic
def sign_up(
    opportunity: Opportunity, volunteer: Volunteer, *, by: Viewer, at: datetime, key: UUID | None = None
) -> SignUp:
    """Sign a volunteer up: by themselves, or by who organises. The answer says whether there was a place or they wait.

    Raises Problem: 403, 409 (not open, too young, untrained, signed up already, another service at the same time …).
    """
    if volunteer.account_id != by.account_id and not queries.leads(by, opportunity):
        raise Problem("not_yours", _("只能为自己报名，或由组织者代为报名。"), status=403)
    raise_any([
        rules.hindrance(
            queries.applicant(volunteer), state=opportunity.state, starts_at=opportunity.starts_at,
            minimum_age=opportunity.minimum_age, training=opportunity.training, now=at,
        )
    ])  # fmt: skip
    made = SignUp(
        id=key or uuid7(), hub_id=opportunity.hub_id, station_id=opportunity.station_id, opportunity=opportunity,
        volunteer=volunteer, at=at, by_id=by.account_id,
    )  # fmt: skip
    with told(refused):
        made.save(force_insert=True)
    made.refresh_from_db(fields=["state"])
    _log("sign_up_volunteer", opportunity, by, at, state=made.state)
    return made


@transaction.atomic
def withdraw_signup(signup: SignUp, *, by: Viewer, at: datetime) -> SignUp:
    """Give up a place before the start; who waits first gets it. Raises Problem: 403, 409."""
    if signup.volunteer.account_id != by.account_id and not queries.leads(by, signup.opportunity):
        raise Problem("not_yours", _("由本人或组织者取消。"), status=403)
    signup.state, signup.moved_at = VolunteerSignUpState.WITHDRAWN, at
    with told(refused):
        signup.save(update_fields=["state", "moved_at"])
    _log("withdraw_signup", signup.opportunity, by, at)
    return signup


@transaction.atomic
def record_attendance(
    opportunity: Opportunity, volunteer: Volunteer, there: Presence, *, by: Viewer, at: datetime, confirm: bool = False,
    key: UUID | None = None,
) -> Attendance:  # fmt: skip
    """Write down whether somebody came and for how long, and `confirm` it; until then it can be written anew.

    Raises Problem at starts_at, ends_at, rest; 403 for who didn't organise or whose own hours they are, 409.
    """
    _leads(opportunity, by)
    raise_any([rules.presence_problem(there, opportunity.starts_at, opportunity.ends_at, at)])
    known = Attendance.objects.select_for_update().filter(opportunity=opportunity, volunteer=volunteer).first()
    row = known or Attendance(
        id=key or uuid7(), hub_id=opportunity.hub_id, station_id=opportunity.station_id, town_id=opportunity.town_id,
        opportunity=opportunity, volunteer=volunteer, on_day=timezone.localdate(opportunity.starts_at),
    )  # fmt: skip
    row.came = there.came
    row.starts_at, row.ends_at = (there.starts_at, there.ends_at) if there.came else (None, None)
    row.minutes, row.recorded_at, row.recorded_by_id = there.minutes, at, by.account_id
    if confirm:
        row.confirmed_at, row.confirmed_by_id = at, by.account_id
    with told(refused):
        if known:
            row.save(update_fields=[
                "came", "starts_at", "ends_at", "minutes", "recorded_at", "recorded_by", "confirmed_at", "confirmed_by"
            ])  # fmt: skip
        else:
            row.save(force_insert=True)
    verb = "confirm_attendance" if confirm else "record_attendance"
    log(verb, "volunteer_attendance", row.pk, by=by.account_id, at=at, hub_id=row.hub_id, station_id=row.station_id,
        detail={"came": row.came, "minutes": row.minutes})  # fmt: skip
    return row


@transaction.atomic
def record_list(
    opportunity: Opportunity, found: Mapping[UUID, Presence], *, confirm: bool, by: Viewer, at: datetime
) -> int:
    """Write down a whole list: {volunteer: whether they came and for how long}; what is confirmed already stays. The
    answer is how many were written. Raises as `record_attendance`.
    """
    _leads(opportunity, by)
    count = 0
    for listed in queries.list_of(opportunity):
        there = found.get(listed.signup.volunteer_id)
        settled = listed.attendance is not None and listed.attendance.confirmed_at is not None
        if there is not None and not settled and listed.signup.state == VolunteerSignUpState.SIGNED:
            record_attendance(opportunity, listed.signup.volunteer, there, by=by, at=at, confirm=confirm)
            count += 1
    return count


@transaction.atomic
def ask_correction(
    attendance: Attendance, there: Presence, reason: str, *, by: Viewer, at: datetime
) -> HoursCorrection:
    """Ask that confirmed hours be corrected: the volunteer, or who organised. Raises Problem at fields; 403, 409."""
    opportunity, volunteer = attendance.opportunity, attendance.volunteer
    if volunteer.account_id != by.account_id and not queries.leads(by, opportunity):
        raise Problem("not_yours", _("由本人或组织者提出。"), status=403)
    text = said(reason, "reason")
    raise_any([rules.presence_problem(there, opportunity.starts_at, opportunity.ends_at, at)])
    wish = HoursCorrection(
        id=uuid7(), hub_id=attendance.hub_id, station_id=attendance.station_id, opportunity=opportunity,
        volunteer=volunteer, attendance=attendance, reason=text, came=there.came, minutes=there.minutes,
        starts_at=there.starts_at if there.came else None, ends_at=there.ends_at if there.came else None, asked_at=at,
        asked_by_id=by.account_id,
    )  # fmt: skip
    with told(refused):
        wish.save(force_insert=True)
    _log("ask_hours_correction", opportunity, by, at, correction=str(wish.pk))
    return wish


@transaction.atomic
def decide_correction(wish: HoursCorrection, *, accept: bool, answer: str, by: Viewer, at: datetime) -> HoursCorrection:
    """Correct the hours, or say why not. Certificates that said otherwise are withdrawn by the database.

    Raises Problem at answer; 403, 409.
    """
    _leads(wish.opportunity, by)
    wish.decision = CorrectionDecision.ACCEPTED if accept else CorrectionDecision.DECLINED
    wish.answer, wish.decided_at, wish.decided_by_id = said(answer, "answer"), at, by.account_id
    with told(refused):
        wish.save(update_fields=["decision", "answer", "decided_at", "decided_by"])
    _log("decide_hours_correction", wish.opportunity, by, at, correction=str(wish.pk), decision=wish.decision)
    return wish


def _fill(opportunity: Opportunity, draft: OpportunityDraft, at: datetime, *, is_new: bool) -> None:
    """Raises Problem or Problems at the fields."""
    texts: dict[str, str] = {}
    found: list[Problem | None] = []
    for name, limit in TEXTS.items():
        try:
            texts[name] = said(getattr(draft, name), name, limit)
        except Problem as problem:
            found.append(problem)
    phone = chinese.normalised_phone(draft.contact_phone[:100])
    wrong = chinese.phone_problem(phone)
    found.append(wrong.at("contact_phone") if wrong else None)
    if draft.training and draft.training not in TrainingTopic.values:
        found.append(Problem("topic_unknown", _("请从列表中选择培训内容。"), "training"))
    codes = list(Skill.objects.values_list("code", flat=True))
    raise_any([*found, *rules.time_problems(draft, codes, at, is_new=is_new)])
    for name in PLAIN:
        setattr(opportunity, name, texts.get(name, getattr(draft, name)))
    opportunity.insurance = clean_text(draft.insurance, 200, "insurance").strip()
    opportunity.contact_phone = phone
    opportunity.skills = sorted(set(draft.skills))


def _locked(opportunity: Opportunity, by: Viewer) -> Opportunity:
    _leads(opportunity, by)
    rows = Opportunity.objects.select_related("station").select_for_update(of=("self",), no_key=True)
    return rows.get(pk=opportunity.pk)


def _leads(opportunity: Opportunity, by: Viewer) -> None:
    if not queries.leads(by, opportunity):
        raise Problem("not_your_station", _("由组织这项服务的站点办理。"), status=403)


def _gone(opportunity: Opportunity) -> Problem:
    words = _("这次招募现为“%(state)s”，不能这样办理。")
    label = OpportunityState(opportunity.state).label
    return Problem("state_gone", words, status=409, params={"state": label})


def _log(verb: str, opportunity: Opportunity, by: Viewer, at: datetime, **detail: object) -> None:
    place = {"hub_id": opportunity.hub_id, "station_id": opportunity.station_id}
    log(verb, "opportunity", opportunity.pk, by=by.account_id, at=at, detail=detail, **place)
