"""Whether what a volunteer says of themselves holds together; numbers; distances. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from math import cos, hypot, radians
from typing import Final, Protocol

from django.utils.translation import gettext_lazy as _

from shegong.kernel import chinese
from shegong.kernel.problems import Problem, raise_any
from shegong.kernel.text import clean_text
from shegong.linkage.enums import SpokenLanguage, VolunteerState
from shegong.practice.enums import Sex
from shegong.practice.rules.client import age_on, birth_problem, checked_name, identity_conflicts

YOUNGEST: Final = 8
SLOTS: Final = 21
WORDS_LENGTH: Final = 200
DEGREE_KM: Final = 111.2
MOVES: Final = {
    VolunteerState.PENDING.value: (VolunteerState.ACTIVE, VolunteerState.LEFT),
    VolunteerState.ACTIVE.value: (VolunteerState.PAUSED, VolunteerState.LEFT),
    VolunteerState.PAUSED.value: (VolunteerState.ACTIVE, VolunteerState.LEFT),
    VolunteerState.LEFT.value: (),
}


@dataclass(frozen=True, slots=True)
class VolunteerDraft:
    """What a volunteer's registration says. `slots` are periods of a week, 0 (Monday's morning) to 20."""

    name: str
    born_on: date
    phone: str
    identity: str = ""
    sex: str = Sex.UNKNOWN.value
    languages: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    slots: tuple[int, ...] = ()
    reach_km: int = 5
    guardian_name: str = ""
    guardian_phone: str = ""
    guardian_consent_on: date | None = None


class Placed(Protocol):
    """Something on the map, or not."""

    @property
    def longitude(self) -> object: ...

    @property
    def latitude(self) -> object: ...


def checked(draft: VolunteerDraft, skills: Collection[str], joined_on: date, today: date) -> VolunteerDraft:
    """The same, normalised. Raises Problem or Problems, each at its field; a minor needs a guardian's consent."""
    found: list[Problem | None] = [birth_problem(draft.born_on, today)]
    values: dict[str, str] = {}
    for field in ("name", "guardian_name"):
        text = getattr(draft, field)
        try:
            values[field] = checked_name(text) if text.strip() or field == "name" else ""
        except Problem as problem:
            values[field] = text
            found.append(problem.at(field))
    for field in ("phone", "guardian_phone"):
        values[field] = chinese.normalised_phone(getattr(draft, field)[:1000])
        if values[field] or field == "phone":
            wrong = chinese.phone_problem(values[field])
            found.append(wrong.at(field) if wrong else None)
    identity = chinese.normalised_identity(draft.identity[:1000])
    if identity:
        wrong = chinese.identity_problem(identity, today)
        found += [wrong.at("identity")] if wrong else identity_conflicts(identity, draft.born_on, draft.sex)
    draft = replace(
        draft, name=values["name"], guardian_name=values["guardian_name"], phone=values["phone"],
        guardian_phone=values["guardian_phone"], identity=identity,
    )  # fmt: skip
    if draft.born_on <= today and age_on(draft.born_on, today) < YOUNGEST:
        words = _("%(years)s 周岁以上才能注册。")
        found.append(Problem("too_young", words, "born_on", params={"years": YOUNGEST}))
    found += _guardian_problems(draft, joined_on, today)
    if not set(draft.skills) <= set(skills):
        found.append(Problem("skill_unknown", _("请从列表中选择技能。"), "skills"))
    if not set(draft.languages) <= set(SpokenLanguage.values):
        found.append(Problem("language_unknown", _("请从列表中选择语言。"), "languages"))
    if any(not 0 <= slot < SLOTS for slot in draft.slots):
        found.append(Problem("slot_unknown", _("请从表中选择时间。"), "slots"))
    if not 1 <= draft.reach_km <= 100:
        found.append(Problem("reach_bounds", _("应为 1 到 100 公里。"), "reach_km"))
    if draft.sex not in Sex.values:
        found.append(Problem("sex_unknown", _("请选择性别。"), "sex"))
    raise_any(found)
    return replace(
        draft, languages=tuple(sorted(set(draft.languages))), skills=tuple(sorted(set(draft.skills))),
        slots=tuple(sorted(set(draft.slots))),
    )  # fmt: skip


def _guardian_problems(draft: VolunteerDraft, joined_on: date, today: date) -> list[Problem | None]:
    """A minor's guardian is named, can be reached and has agreed."""
    found: list[Problem | None] = []
    if draft.guardian_consent_on and not draft.born_on <= draft.guardian_consent_on <= today:
        found.append(Problem("consent_day", _("同意日期应在出生之后、今天或之前。"), "guardian_consent_on"))
    if age_on(draft.born_on, joined_on) >= 18:
        return found
    for field, words in (
        ("guardian_name", _("未满 18 周岁，请填写监护人姓名。")),
        ("guardian_phone", _("未满 18 周岁，请填写监护人电话。")),
        ("guardian_consent_on", _("未满 18 周岁，须经监护人同意，请填写同意日期。")),
    ):
        if not getattr(draft, field):
            found.append(Problem("guardian_missing", words, field))
    return found


def move_problem(state: str, to: str) -> Problem | None:
    """Whether a volunteer may go from a state to another."""
    if to in MOVES[state]:
        return None
    words = _("这位志愿者现为“%(state)s”，不能这样办理。")
    return Problem("state_gone", words, status=409, params={"state": VolunteerState(state).label})


def said(value: str, field: str, limit: int = WORDS_LENGTH) -> str:
    """A text that must not be empty. Raises Problem at its field."""
    text = clean_text(value, limit, field).strip()
    if not text:
        raise Problem("text_missing", _("请写明。"), field)
    return text


def volunteer_number(area: str, chance: int) -> str:
    """A unified number of 16 digits that says nothing of the person: the county's code, nine digits by chance and a
    check digit (Luhn).
    """
    digits = f"{area[:6]:0<6}{chance:09d}"
    total = 0
    for place, sign in enumerate(reversed(digits)):
        value = int(sign) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return digits + str(-total % 10)


def kilometres(one: Placed, other: Placed) -> float | None:
    """How far two places lie apart as the crow flies; None where one isn't on the map."""
    if None in (one.longitude, one.latitude, other.longitude, other.latitude):
        return None
    lon, lat, to_lon, to_lat = (
        float(str(each)) for each in (one.longitude, one.latitude, other.longitude, other.latitude)
    )
    return hypot((to_lon - lon) * cos(radians(lat)), to_lat - lat) * DEGREE_KM
