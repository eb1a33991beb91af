"""Decisions about client files: whether facts fit together, which files are restricted, how alike two people look."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Final, TypedDict, cast

from django.utils.translation import gettext_lazy as _

from shegong.kernel import chinese
from shegong.kernel.problems import Problem, raise_any
from shegong.kernel.text import clean_text
from shegong.practice.enums import Basis, DisabilityKind, LowIncomeKind, Purpose, Sex

NAME_LENGTH: Final = 60
ADDRESS_LENGTH: Final = 200
RELATION_LENGTH: Final = 20
NOTE_LENGTH: Final = 200
OLDEST: Final = 130
ADULT: Final = 18
OLDER: Final = 60
CARD_LENGTH: Final = 20
LOOK_HOURS: Final = 8
SERIAL_DIGITS: Final = 6
HUB_LENGTH: Final = 17
# How much each agreement adds to the likeness of two files, out of 100.
SAME_NUMBER: Final = 100
SAME_NAME: Final = 40
SOUNDS_ALIKE: Final = 30
SAME_BIRTH: Final = 35
SAME_PHONE: Final = 25
# What makes a reason more than a dash.
LETTER: Final = re.compile(r"\w")


class DisabilityFact(TypedDict, total=False):
    """A certified disability: kind and grade are needed, card and since may be unknown."""

    kind: str
    grade: int
    card: str
    since: date | None


class LowIncomeFact(TypedDict, total=False):
    """A class of low income, and from when."""

    kind: str
    since: date | None


class ContactFact(TypedDict, total=False):
    """Somebody to turn to."""

    name: str
    relation: str
    phone: str
    is_guardian: bool


class ConsentFact(TypedDict, total=False):
    """A purpose and the legal basis for it."""

    purpose: str
    basis: str
    given_on: date | None
    note: str


class Facts(TypedDict, total=False):
    """What a client file says. Leave a fact out to leave it as it is; give it empty to empty it."""

    name: str
    sex: str
    born_on: date | None
    identity: str
    phone: str
    address: str
    community: int | None
    ethnicity: str
    household_relation: str
    groups: Collection[int]
    disabilities: list[DisabilityFact]
    low_incomes: list[LowIncomeFact]


TEXTS: Final = {"address": ADDRESS_LENGTH, "household_relation": RELATION_LENGTH}


def checked_facts(facts: Facts, today: date) -> Facts:
    """The same facts, normalised; birth date and sex filled in from the identity number where they are unknown.

    Raises Problem or Problems, each at its field.
    """
    checked = Facts(**facts)
    found: list[Problem] = []
    _check_words(facts, checked, found)
    _check_numbers(facts, checked, found, today)
    if "sex" in facts and facts["sex"] not in Sex.values:
        found.append(Problem("sex_unknown", _("请选择性别。"), "sex"))
    if facts.get("ethnicity") and facts["ethnicity"] not in chinese.ETHNICITIES:
        found.append(Problem("ethnicity_unknown", _("请从列表中选择民族。"), "ethnicity"))
    found += [each for each in (birth_problem(facts.get("born_on"), today),) if each]
    found += _disability_problems(facts.get("disabilities", ()), today)
    for low_income in facts.get("low_incomes", ()):
        if low_income.get("kind") not in LowIncomeKind.values:
            found.append(Problem("low_income_unknown", _("请从列表中选择低收入类别。"), "low_income"))
        if (low_income.get("since") or today) > today:
            found.append(Problem("date_future", _("日期不能晚于今天。"), "low_income_since"))
    raise_any(found)
    return checked


def _check_words(facts: Facts, checked: Facts, found: list[Problem]) -> None:
    if "name" in facts:
        try:
            checked["name"] = checked_name(facts["name"])
        except Problem as problem:
            found.append(problem.at("name"))
    texts = cast(dict[str, str], checked)
    for field, limit in TEXTS.items():
        if field in texts:
            try:
                texts[field] = clean_text(texts[field].strip(), limit)
            except Problem as problem:
                found.append(problem.at(field))


def _check_numbers(facts: Facts, checked: Facts, found: list[Problem], today: date) -> None:
    if facts.get("phone", "").strip():
        phone = chinese.normalised_phone(facts["phone"][:1000])
        problem = chinese.phone_problem(phone)
        found += [problem.at("phone")] if problem else []
        checked["phone"] = phone
    elif "phone" in facts:
        checked["phone"] = ""
    if "identity" not in facts:
        return
    checked["identity"] = chinese.normalised_identity(facts["identity"][:1000])
    if not checked["identity"]:
        return
    problem = chinese.identity_problem(checked["identity"], today)
    if problem:
        found.append(problem.at("identity"))
        return
    found += identity_conflicts(checked["identity"], facts.get("born_on"), facts.get("sex", Sex.UNKNOWN))
    said = chinese.identity_facts(checked["identity"])
    checked["born_on"] = facts.get("born_on") or said.birth_date
    if facts.get("sex", Sex.UNKNOWN) in (Sex.UNKNOWN, Sex.UNSTATED):
        checked["sex"] = Sex(str(int(said.sex)))


def _disability_problems(disabilities: Iterable[DisabilityFact], today: date) -> list[Problem]:
    found = []
    for each in disabilities:
        if each.get("kind") not in DisabilityKind.values:
            found.append(Problem("disability_unknown", _("请选择残疾类别。"), "disability_kind"))
        if each.get("grade") not in (1, 2, 3, 4):
            found.append(Problem("disability_grade", _("请选择残疾等级，一级至四级。"), "disability_grade"))
        if len(each.get("card", "")) > CARD_LENGTH:
            found.append(Problem("disability_card", _("残疾人证号最长 20 位。"), "disability_card"))
        if (each.get("since") or today) > today:
            found.append(Problem("date_future", _("日期不能晚于今天。"), "disability_since"))
    return found


def checked_name(name: str) -> str:
    """A person's name on one line without blanks at its ends. Raises Problem for one without any letter or
    character, or longer than 60.
    """
    one_line = clean_text(name.strip(), NAME_LENGTH)
    if any(sign in "\n\t" for sign in one_line):
        one_line = " ".join(one_line.split())
    if not any(unicodedata.category(sign).startswith("L") for sign in one_line):
        raise Problem("name_missing", _("请填写姓名。不知道真名时，可先写称呼，例如“王婆婆”。"))
    return one_line


def identity_conflicts(number: str, born_on: date | None, sex: str) -> list[Problem]:
    """Where a valid identity number contradicts the birth date and the sex that were given (GB 11643)."""
    said = chinese.identity_facts(number)
    found = []
    if born_on is not None and born_on != said.birth_date:
        found.append(
            Problem(
                "birth_conflict",
                _("与证件号码中的出生日期 %(birth)s 不同，请核对。"),
                "born_on",
                params={"birth": said.birth_date.isoformat()},
            )
        )
    if sex in (Sex.MALE, Sex.FEMALE) and int(sex) != int(said.sex):
        found.append(Problem("sex_conflict", _("与证件号码中的性别不同，请核对。"), "sex"))
    return found


def birth_problem(born_on: date | None, today: date) -> Problem | None:
    """Why nobody served today can have this birth date, or None."""
    if born_on is None:
        return None
    if born_on > today:
        return Problem("birth_future", _("出生日期不能晚于今天。"), "born_on")
    if age_on(born_on, today) > OLDEST:
        return Problem("birth_too_early", _("出生日期过早，年龄超过 130 岁，请核对。"), "born_on")
    return None


def age_on(born_on: date, day: date) -> int:
    """Completed years. Somebody born on 29 February is a year older on 1 March in common years."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def is_minor(born_on: date | None, day: date) -> bool:
    """Whether somebody is known to be under 18 on that day."""
    return born_on is not None and age_on(born_on, day) < ADULT


def group_hints(codes: Iterable[str], born_on: date | None, today: date) -> list[Problem]:
    """Groups that don't fit the age: worth a second look, never a reason to refuse."""
    if born_on is None:
        return []
    age, hints = age_on(born_on, today), []
    for code in codes:
        if code.startswith("older") and age < OLDER:
            hints.append(
                Problem(
                    "group_older",
                    _("年龄 %(age)s 岁，未满 60 岁，请确认是否属于老年人。"),
                    "groups",
                    params={"age": age},
                )
            )
        if code.startswith("child") and age >= ADULT:
            hints.append(
                Problem(
                    "group_child", _("年龄 %(age)s 岁，已满 18 岁，请确认是否属于儿童。"), "groups", params={"age": age}
                )
            )
    return hints


def restricted_classes(of_groups: Iterable[str]) -> list[str]:
    """The restricted classes of a file, from the classes of its groups ("" for an open group)."""
    return sorted({each for each in of_groups if each})


def file_number(hub_key: str, year: int, serial: int) -> str:
    """Number of a client file: hub, year, six digits (more from the millionth on)."""
    return f"{number_prefix(hub_key, year)}{serial:0{SERIAL_DIGITS}d}"


def number_prefix(hub_key: str, year: int) -> str:
    """What all file numbers of a hub and year begin with."""
    return f"{hub_key[:HUB_LENGTH]}-{year}-"


def likeness(*, same_number: bool, same_name: bool, sounds_alike: bool, same_birth: bool, same_phone: bool) -> int:
    """How likely two files are of one person: 0 to 100."""
    if same_number:
        return SAME_NUMBER
    by_name = SAME_NAME if same_name else SOUNDS_ALIKE if sounds_alike else 0
    return by_name + SAME_BIRTH * same_birth + SAME_PHONE * same_phone


def merge_problem(
    *, same_file: bool, same_hub: bool, states: Collection[str], identities: Collection[str]
) -> Problem | None:
    """Why two files can't be joined, or None. `identities` are the two numbers, empty when unknown."""
    if same_file:
        return Problem("merge_same", _("不能与自己合并，请选择另一份档案。"), "merged")
    if not same_hub:
        return Problem("merge_hubs", _("两份档案属于不同的区(市)县，不能合并。"), "merged")
    if "merged" in states:
        return Problem("merge_twice", _("其中一份档案已经并入别的档案。"), "merged", status=409)
    if "erased" in states:
        return Problem("merge_erased", _("其中一份档案已匿名，不能合并。"), "merged", status=409)
    known = {each for each in identities if each}
    if len(known) > 1:
        return Problem(
            "merge_identities", _("两份档案的证件号码不同，不是同一个人；如果有误，请先更正号码。"), "merged"
        )
    return None


def checked_reason(reason: str, field: str = "reason", limit: int = NOTE_LENGTH) -> str:
    """A reason in words that say something. Raises Problem at the field."""
    try:
        text = clean_text(reason.strip(), limit)
    except Problem as problem:
        raise problem.at(field) from problem
    if len(LETTER.findall(text)) < 2:
        raise Problem("reason_missing", _("请写明理由。"), field)
    return text


def checked_contact(contact: ContactFact) -> ContactFact:
    """A contact, normalised. Raises Problem or Problems at contact_name, contact_relation, contact_phone."""
    found: list[Problem] = []
    checked = ContactFact(name="", relation="", phone="", is_guardian=bool(contact.get("is_guardian")))
    try:
        checked["name"] = checked_name(contact.get("name", ""))
    except Problem as problem:
        found.append(problem.at("contact_name"))
    try:
        checked["relation"] = clean_text(contact.get("relation", "").strip(), RELATION_LENGTH)
    except Problem as problem:
        found.append(problem.at("contact_relation"))
    if not contact.get("relation", "").strip():
        found.append(Problem("relation_missing", _("请填写与服务对象的关系。"), "contact_relation"))
    if contact.get("phone", "").strip():
        checked["phone"] = chinese.normalised_phone(contact["phone"][:1000])
        wrong = chinese.phone_problem(checked["phone"])
        found += [wrong.at("contact_phone")] if wrong else []
    raise_any(found)
    return checked


def checked_consent(consent: ConsentFact, today: date) -> ConsentFact:
    """A consent, normalised; given today unless another day is named. Raises Problem or Problems at its fields."""
    found: list[Problem] = []
    if consent.get("purpose") not in Purpose.values:
        found.append(Problem("purpose_unknown", _("请选择目的。"), "purpose"))
    if consent.get("basis") not in Basis.values:
        found.append(Problem("basis_unknown", _("请选择依据。"), "basis"))
    given_on = consent.get("given_on") or today
    if given_on > today:
        found.append(Problem("date_future", _("日期不能晚于今天。"), "given_on"))
    note = ""
    try:
        note = clean_text(consent.get("note", "").strip(), NOTE_LENGTH)
    except Problem as problem:
        found.append(problem.at("note"))
    raise_any(found)
    return ConsentFact(purpose=consent["purpose"], basis=consent["basis"], given_on=given_on, note=note)


def look_until_hours(hours: int) -> timedelta:
    """How long a reason opens a restricted file. Raises Problem for less than one hour or more than three days."""
    if not 1 <= hours <= 72:
        raise Problem("look_hours", _("查阅时间为 1 至 72 小时。"), "hours")
    return timedelta(hours=hours)
