"""Calls for volunteers: whether one holds together, who may sign up, how long somebody served. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem, key_taken
from shegong.linkage.enums import OPPORTUNITY_MOVES, OpportunityState, VolunteerState
from shegong.practice.rules.client import age_on

LONGEST: Final = timedelta(hours=24)
TITLE_LENGTH: Final = 60
WORK_LENGTH: Final = 500
# What the database refuses, in words. (code, words, field, status)
REFUSED: Final = {
    "linkage_signup_open": ("not_open", _("现在不能报名。"), None, 409),
    "linkage_signup_before_start": ("started", _("活动已经开始，不能再报名。"), None, 409),
    "linkage_signup_by_active": ("not_active", _("志愿者登记还没有核对，或已暂停、退出，不能报名。"), None, 409),
    "linkage_signup_age": ("too_young", _("没有达到这项服务的最低年龄。"), None, 409),
    "linkage_signup_guarded": ("guardian_missing", _("未满 18 周岁，须先有监护人同意。"), None, 409),
    "linkage_signup_trained": ("training_missing", _("须先完成规定的培训。"), None, 409),
    "linkage_signup_once": ("signed_up", _("已经报过名了。"), None, 409),
    "linkage_signup_one_place_at_a_time": ("overlaps", _("同一时间已报名另一项服务。"), None, 409),
    "linkage_signup_withdrawn_before_start": ("started", _("活动已经开始，不能再取消报名。"), None, 409),
    "linkage_signup_decided_by_the_database": ("withdrawn", _("这次报名已经取消。"), None, 409),
    "linkage_opportunity_places": ("places_taken", _("名额不能少于已报名的人数。"), "places", 422),
    "linkage_opportunity_done_when_over": ("not_over", _("活动还没有结束。"), None, 409),
    "linkage_opportunity_held_is_not_cancelled": ("held", _("已有服务记录，不能取消。"), None, 409),
    "linkage_opportunity_held_keeps_its_time": ("held", _("已有服务记录，不能再改时间。"), "starts_at", 409),
    "linkage_attendance_not_before": ("before_event", _("活动还没有开始，不能记录。"), None, 409),
    "linkage_attendance_within_event": ("outside_event", _("服务时间不能超出活动的起止时间。"), "starts_at", 422),
    "linkage_attendance_not_in_future": ("in_future", _("结束时间还没有到。"), "ends_at", 422),
    "linkage_attendance_minutes": ("too_long", _("时长不能超过起止时间之差。"), "minutes", 422),
    "linkage_attendance_of_what_was_held": ("not_held", _("草稿或已取消的活动没有服务记录。"), None, 409),
    "linkage_attendance_of_who_signed_up": ("not_signed_up", _("只记录报名成功的志愿者。"), None, 409),
    "linkage_attendance_by_another": ("own_hours", _("自己的服务由他人记录和确认。"), None, 403),
    "linkage_attendance_confirmed_stays": ("confirmed", _("已经确认，请通过更正修改。"), None, 409),
    "linkage_hourscorrection_of_what_was_confirmed": ("not_confirmed", _("还没有确认，直接修改即可。"), None, 409),
    "linkage_hourscorrection_one_open": ("correction_open", _("已有一条待处理的更正。"), None, 409),
    "linkage_hourscorrection_decided_stays": ("decided", _("这条更正已经处理。"), None, 409),
    "linkage_hourscorrection_by_another": ("own_hours", _("自己的更正由他人处理。"), None, 403),
    "linkage_certificate_of_service": ("no_service", _("这段时间没有已确认的服务。"), "since", 422),
    "linkage_certificate_of_the_past": ("in_future", _("只证明到今天为止的服务。"), "until", 422),
    "linkage_certificate_withdrawn_once": ("withdrawn", _("这份证明已经撤回。"), None, 409),
    "linkage_volunteer_person_once": ("person_known", _("这个证件号码已登记过志愿者。"), "identity", 409),
    "linkage_volunteer_phone_once": ("phone_known", _("这个手机号码已登记过志愿者。"), "phone", 409),
    "linkage_volunteer_checked_by_staff": ("not_yours", _("由站点的其他工作人员核对。"), None, 403),
}


@dataclass(frozen=True, slots=True)
class OpportunityDraft:
    """A call as it was written down."""

    title: str
    work: str
    place: str
    starts_at: datetime
    ends_at: datetime
    places: int
    contact: str
    contact_phone: str
    minimum_age: int = 14
    skills: tuple[str, ...] = ()
    training: str = ""
    insurance: str = ""


@dataclass(frozen=True, slots=True)
class Applicant:
    """What decides whether somebody may sign up."""

    state: str
    born_on: date
    has_guardian: bool
    trained_in: Collection[str]


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether somebody came, from when to when; `rest` are minutes of it that were no service."""

    came: bool
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    rest: int = 0

    @property
    def minutes(self) -> int:
        """Minutes of service."""
        if not self.came or self.starts_at is None or self.ends_at is None:
            return 0
        return int((self.ends_at - self.starts_at).total_seconds() // 60) - self.rest


def refused(name: str) -> Problem | None:
    """What the database refused by a constraint of this name, in words; 409 `key_taken` for a key in use."""
    if name.endswith("_pkey"):
        return key_taken()
    if name not in REFUSED:
        return None
    code, words, field, status = REFUSED[name]
    return Problem(code, words, field, status)


def time_problems(draft: OpportunityDraft, skills: Collection[str], now: datetime, *, is_new: bool) -> list[Problem]:
    """What is wrong with a call."""
    found = []
    if draft.ends_at <= draft.starts_at:
        found.append(Problem("ends_first", _("结束时间应在开始之后。"), "ends_at"))
    elif draft.ends_at - draft.starts_at > LONGEST:
        found.append(Problem("too_long", _("一次招募最长 24 小时，请分开发布。"), "ends_at"))
    if is_new and draft.starts_at <= now:
        found.append(Problem("in_past", _("开始时间应在现在之后。"), "starts_at"))
    if not 1 <= draft.places <= 5000:
        found.append(Problem("places_bounds", _("应为 1 到 5000 人。"), "places"))
    if not 0 <= draft.minimum_age <= 80:
        found.append(Problem("age_bounds", _("应为 0 到 80 岁。"), "minimum_age"))
    if not set(draft.skills) <= set(skills):
        found.append(Problem("skill_unknown", _("请从列表中选择技能。"), "skills"))
    return found


def move_problem(state: str, to: str) -> Problem | None:
    """Whether a call may go from a state to another."""
    if to in OPPORTUNITY_MOVES[state]:
        return None
    words = _("这次招募现为“%(state)s”，不能这样办理。")
    return Problem("state_gone", words, status=409, params={"state": OpportunityState(state).label})


def hindrance(
    who: Applicant, *, state: str, starts_at: datetime, minimum_age: int, training: str, now: datetime
) -> Problem | None:
    """Why somebody can't sign up, or None; the database decides the same again, and about the places."""
    day = timezone.localdate(starts_at)
    broken = None
    if state != OpportunityState.OPEN:
        broken = "open"
    elif now >= starts_at:
        broken = "before_start"
    elif who.state != VolunteerState.ACTIVE:
        broken = "by_active"
    elif age_on(who.born_on, day) < minimum_age:
        broken = "age"
    elif age_on(who.born_on, day) < 18 and not who.has_guardian:
        broken = "guarded"
    elif training and training not in who.trained_in:
        broken = "trained"
    return refused(f"linkage_signup_{broken}") if broken else None


def presence_problem(there: Presence, starts_at: datetime, ends_at: datetime, now: datetime) -> Problem | None:
    """What is wrong with when somebody was there: within the event, not in the future, no longer than it lasted."""
    if now < starts_at:
        return refused("linkage_attendance_not_before")
    if not there.came:
        return None
    if there.starts_at is None or there.ends_at is None:
        return Problem("times_missing", _("到场的请填写起止时间。"), "starts_at")
    if there.ends_at <= there.starts_at:
        return Problem("ends_first", _("结束时间应在开始之后。"), "ends_at")
    if there.starts_at < starts_at or there.ends_at > ends_at:
        return refused("linkage_attendance_within_event")
    if there.ends_at > now:
        return refused("linkage_attendance_not_in_future")
    if there.rest < 0 or there.minutes < 1:
        return Problem("rest_bounds", _("休息时间应少于服务时间。"), "rest")
    return None
