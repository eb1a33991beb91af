"""Volunteers: registered by themselves or by a station, checked, changed, trained, honoured, thanked."""

import secrets
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shegong.journal.actions import log
from shegong.kernel.ids import uuid7
from shegong.kernel.names import sort_key
from shegong.kernel.problems import Problem
from shegong.kernel.refused import told
from shegong.linkage.enums import TrainingTopic, VolunteerState
from shegong.linkage.models import Honour, HonourKind, Skill, Thanks, Volunteer, VolunteerTraining
from shegong.linkage.queries import volunteer as queries
from shegong.linkage.rules import volunteer as rules
from shegong.linkage.rules.opportunity import refused
from shegong.linkage.rules.volunteer import VolunteerDraft
from shegong.network.models import Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role

PLAIN: Final = (
    "name", "born_on", "phone", "identity", "sex", "reach_km", "guardian_name", "guardian_phone", "guardian_consent_on",
)  # fmt: skip
LISTS: Final = ("languages", "skills", "slots")
CHANGED: Final = (*PLAIN, *LISTS, "sort_key", "identity_index", "phone_index")


def blind(number: str, column: str) -> bytes | None:
    """Blind index of a normalised number of a volunteer; None for an empty one."""
    index: bytes | None = settings.KEYRING.blind_index(number, f"linkage_volunteer.{column}") if number else None
    return index


@transaction.atomic
def register_volunteer(
    station: Station, draft: VolunteerDraft, *, by: Viewer, at: datetime, today: date, key: UUID | None = None
) -> Volunteer:
    """Register a volunteer at their home station: by its staff, who checked the person, or by themselves, who then are
    checked.

    Raises Problem or Problems at the fields; 403 out of reach, 409 for a person, phone or account that is registered.
    """
    is_staff = queries.may_keep(by, station.hub_id, station.pk)
    is_own = not is_staff and by.has(Role.VOLUNTEER)
    if not is_staff and not is_own:
        raise Problem("not_your_station", _("由本站工作人员或志愿者本人登记。"), status=403)
    if is_own and queries.own(by) is not None:
        raise Problem("registered_already", _("您已经登记过了。"), status=409)
    draft = rules.checked(draft, _skill_codes(), today, today)
    area = station.hub.division.code if station.hub.division else ""
    volunteer = Volunteer(
        id=key or uuid7(), hub_id=station.hub_id, town_id=station.town_id, station=station,
        number=rules.volunteer_number(area, secrets.randbelow(10**9)), account_id=by.account_id if is_own else None,
        state=VolunteerState.PENDING if is_own else VolunteerState.ACTIVE, joined_on=today, registered_at=at,
        registered_by_id=by.account_id, community=station.division, longitude=station.longitude,
        latitude=station.latitude,
    )  # fmt: skip
    _fill(volunteer, draft)
    with told(refused):
        volunteer.save(force_insert=True)
    _log("register_volunteer", volunteer, by, at, own=is_own)
    return volunteer


@transaction.atomic
def change_volunteer(
    volunteer: Volunteer, draft: VolunteerDraft, *, by: Viewer, at: datetime, today: date
) -> Volunteer:
    """Change what is known of a volunteer: by themselves or by the home station. Raises as `register_volunteer`."""
    _allowed(volunteer, by)
    if volunteer.state == VolunteerState.LEFT:
        raise Problem("left", _("已退出，不能再改。"), status=409)
    draft = rules.checked(draft, _skill_codes(), volunteer.joined_on, today)
    _fill(volunteer, draft)
    with told(refused):
        volunteer.save(update_fields=CHANGED)
    _log("change_volunteer", volunteer, by, at)
    return volunteer


@transaction.atomic
def move_volunteer(volunteer: Volunteer, state: str, *, by: Viewer, at: datetime, today: date) -> Volunteer:
    """Check a registration, pause, go on or leave. Who was just registered is checked by the station; the others are
    the volunteer's own steps, too. Whoever leaves is known by number and hours alone.

    Raises Problem: 403, 409.
    """
    _allowed(volunteer, by)
    volunteer = Volunteer.objects.select_for_update(of=("self",)).get(pk=volunteer.pk)
    if wrong := rules.move_problem(volunteer.state, state):
        raise wrong
    is_checked = volunteer.state == VolunteerState.PENDING and state == VolunteerState.ACTIVE
    if is_checked and (volunteer.account_id == by.account_id or not by.has(*queries.KEEPERS)):
        raise Problem("not_yours", _("由站点的其他工作人员核对。"), status=403)
    volunteer.state = state
    changed = ["state", "left_on"]
    if state == VolunteerState.LEFT:
        volunteer.left_on = today
        volunteer.identity = volunteer.phone = volunteer.guardian_phone = volunteer.guardian_name = ""
        volunteer.identity_index = volunteer.phone_index = None
        changed += ["identity", "phone", "guardian_phone", "guardian_name", "identity_index", "phone_index"]
    with told(refused):
        volunteer.save(update_fields=changed)
    _log("move_volunteer", volunteer, by, at, state=str(state))
    return volunteer


@transaction.atomic
def train_volunteer(
    volunteer: Volunteer, *, topic: str, course: str, minutes: int, held_on: date, by: Viewer, at: datetime, today: date
) -> VolunteerTraining:
    """Confirm that a volunteer was trained. Raises Problem at topic, course, minutes, held_on; 403, 409."""
    _keeper(volunteer, by)
    if topic not in TrainingTopic.values:
        raise Problem("topic_unknown", _("请从列表中选择培训内容。"), "topic")
    if not 1 <= minutes <= 1440:
        raise Problem("minutes_bounds", _("应为 1 到 1440 分钟。"), "minutes")
    if held_on > today:
        raise Problem("in_future", _("日期不能晚于今天。"), "held_on")
    known = VolunteerTraining.objects.filter(volunteer=volunteer, topic=topic, held_on=held_on)
    if known.exists():
        raise Problem("trained_already", _("这一天的同类培训已经登记。"), "held_on", status=409)
    made = VolunteerTraining(
        **_of(volunteer, by, at), topic=topic, course=rules.said(course, "course", 60), minutes=minutes, held_on=held_on
    )
    made.save(force_insert=True)
    _log("train_volunteer", volunteer, by, at, topic=topic)
    return made


@transaction.atomic
def honour_volunteer(
    volunteer: Volunteer, *, kind: str, reason: str, given_on: date, by: Viewer, at: datetime, today: date
) -> Honour:
    """Give an honour, with its reason. Raises Problem at kind, reason, given_on; 403, 409."""
    _keeper(volunteer, by)
    if not by.has(Role.HEAD, Role.COUNTY):
        raise Problem("not_yours", _("由站长或区（市）县授予。"), status=403)
    found = HonourKind.objects.filter(pk=kind).first()
    if found is None:
        raise Problem("kind_unknown", _("请从列表中选择荣誉。"), "kind")
    if given_on > today:
        raise Problem("in_future", _("日期不能晚于今天。"), "given_on")
    if Honour.objects.filter(volunteer=volunteer, kind=found, given_on=given_on).exists():
        raise Problem("honoured_already", _("这一天已授予同一荣誉。"), "given_on", status=409)
    made = Honour(**_of(volunteer, by, at), kind=found, given_on=given_on, reason=rules.said(reason, "reason"))
    made.save(force_insert=True)
    _log("honour_volunteer", volunteer, by, at, kind=kind)
    return made


@transaction.atomic
def thank_volunteer(volunteer: Volunteer, *, sender: str, words: str, by: Viewer, at: datetime) -> Thanks:
    """Pass on a word of thanks. Raises Problem at sender and words; 403."""
    _keeper(volunteer, by)
    made = Thanks(**_of(volunteer, by, at), sender=rules.said(sender, "sender", 40), words=rules.said(words, "words"))
    made.save(force_insert=True)
    _log("thank_volunteer", volunteer, by, at)
    return made


def _skill_codes() -> list[str]:
    return list(Skill.objects.values_list("code", flat=True))


def _fill(volunteer: Volunteer, draft: VolunteerDraft) -> None:
    for name in PLAIN:
        setattr(volunteer, name, getattr(draft, name))
    for name in LISTS:
        setattr(volunteer, name, list(getattr(draft, name)))
    volunteer.sort_key = sort_key(draft.name)[:160]
    volunteer.identity_index = blind(draft.identity, "identity")
    volunteer.phone_index = blind(draft.phone, "phone")


def _allowed(volunteer: Volunteer, by: Viewer) -> None:
    if volunteer.account_id != by.account_id:
        _keeper(volunteer, by)


def _keeper(volunteer: Volunteer, by: Viewer) -> None:
    if not queries.may_keep(by, volunteer.hub_id, volunteer.station_id):
        raise Problem("not_your_station", _("由志愿者所在站点办理。"), status=403)


def _of(volunteer: Volunteer, by: Viewer, at: datetime) -> dict[str, object]:
    return {
        "id": uuid7(), "hub_id": volunteer.hub_id, "station_id": volunteer.station_id, "volunteer": volunteer, "at": at,
        "by_id": by.account_id,
    }  # fmt: skip


def _log(verb: str, volunteer: Volunteer, by: Viewer, at: datetime, **detail: object) -> None:
    place = {"hub_id": volunteer.hub_id, "station_id": volunteer.station_id}
    log(verb, "volunteer", volunteer.pk, by=by.account_id, at=at, detail=detail, **place)
