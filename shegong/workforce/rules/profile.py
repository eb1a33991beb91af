"""A worker's profile: what may stand in it. Values in, answer out."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.chinese import normalised_phone, phone_problem
from shegong.kernel.problems import Problem, raise_any
from shegong.kernel.text import clean_text
from shegong.workforce.enums import Education, Language, Source, Speciality

NAME_LENGTH: Final = 60
MAJOR_LENGTH: Final = 60
REASON_LENGTH: Final = 200
SEXES: Final = ("", "1", "2")
CATEGORIES: Final = ("is_professional", "is_supervisor", "is_psychological")
# What somebody may propose to have corrected: not what the city counts, nor who the employer is.
CORRECTABLE: Final = ("name", "sex", "phone", "education", "major", "specialities", "languages")


@dataclass(frozen=True, slots=True)
class Profile:
    """What is known about a worker besides postings and certificates. `sex` is "1", "2" (GB/T 2261.1) or ""."""

    name: str
    source: str
    sex: str = ""
    phone: str = ""
    employer_id: int | None = None
    education: str = ""
    major: str = ""
    specialities: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    is_professional: bool = True
    is_supervisor: bool = False
    is_psychological: bool = False


def checked(profile: Profile) -> Profile:
    """The profile made fit to store. Raises Problem or Problems at its fields."""
    problems: list[Problem | None] = []
    texts: dict[str, Any] = {}
    for field, limit in (("name", NAME_LENGTH), ("major", MAJOR_LENGTH)):
        try:
            texts[field] = clean_text(getattr(profile, field), limit).strip()
        except Problem as problem:
            problems.append(problem.at(field))
    if texts.get("name") == "":
        problems.append(Problem("name_missing", _("请填写姓名。"), "name"))
    phone = profile.phone.strip()
    wrong = phone_problem(phone) if phone else None
    problems += [
        wrong.at("phone") if wrong else None,
        _unknown("sex", [profile.sex], SEXES),
        _unknown("source", [profile.source], Source.values),
        _unknown("education", [profile.education], ["", *Education.values]),
        _unknown("specialities", profile.specialities, Speciality.values),
        _unknown("languages", profile.languages, Language.values),
    ]
    raise_any(problems)
    return replace(
        profile,
        **texts,
        phone=normalised_phone(phone) if phone else "",
        specialities=_ordered(profile.specialities, Speciality.values),
        languages=_ordered(profile.languages, Language.values),
    )


def _unknown(field: str, values: Collection[str], known: Collection[str]) -> Problem | None:
    if all(value in known for value in values):
        return None
    return Problem("choice_unknown", _("请从列表中选择。"), field)


def _ordered(chosen: Collection[str], known: Collection[str]) -> tuple[str, ...]:
    return tuple(value for value in known if value in chosen)


def corrections_in(present: Profile, proposed: dict[str, Any]) -> dict[str, Any]:
    """Of a proposal what differs from the present profile. Raises Problem for a proposal of nothing, of what can't be
    proposed, or of what can't be.
    """
    if set(proposed) - set(CORRECTABLE):
        raise Problem("not_correctable", _("这一项不能由本人更正，请联系站长。"))
    wanted: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in proposed.items()
    }
    made = checked(replace(present, **wanted))
    changed = {name: getattr(made, name) for name in CORRECTABLE if getattr(made, name) != getattr(present, name)}
    if not changed:
        raise Problem("nothing_changes", _("与现有资料相同，没有要更正的。"))
    return changed


def explained(text: str, field: str) -> str:
    """A reason that must be given. Raises Problem at the field."""
    reason = clean_text(text, REASON_LENGTH, field).strip()
    if not reason:
        raise Problem("reason_missing", _("请写明原因。"), field)
    return reason


def leaving_problem(on: date, hired: date, left: date | None, today: date) -> Problem | None:
    """Why somebody can't leave on this day, or None."""
    if left is not None:
        return Problem("left_already", _("已于 %(day)s 离职。"), "on", 409, {"day": left.isoformat()})
    if on <= hired:
        return Problem(
            "leaves_before_hired", _("离职日应晚于入职日期 %(day)s。"), "on", params={"day": hired.isoformat()}
        )
    if on > today:
        return Problem("day_future", _("日期不能晚于今天；将来结束的派驻，请填写派驻的截止日。"), "on")
    return None
