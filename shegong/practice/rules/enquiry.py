"""Decisions about enquiries: what they must say, and what may be decided when."""

from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shegong.kernel import chinese
from shegong.kernel.problems import Problem, raise_any
from shegong.kernel.text import clean_text
from shegong.practice.enums import EnquirySource, Sex, Urgency
from shegong.practice.rules.client import ADDRESS_LENGTH, OLDEST, RELATION_LENGTH, checked_name

NEED_LENGTH: Final = 2000


@dataclass(frozen=True, slots=True)
class EnquiryDraft:
    """What is known when somebody asks for help. Either a client's file or a name says for whom; `asker_name` is empty
    when people ask for themselves.
    """

    need: str
    source: str = EnquirySource.SELF
    urgency: str = Urgency.ROUTINE
    asker_name: str = ""
    asker_phone: str = ""
    relation: str = ""
    client_id: UUID | None = None
    name: str = ""
    sex: str = Sex.UNKNOWN
    age: int | None = None
    address: str = ""
    community_id: int | None = None
    field_id: int | None = None
    group_id: int | None = None


def checked_enquiry(draft: EnquiryDraft) -> EnquiryDraft:
    """The same, normalised. Raises Problem or Problems at the fields."""
    found: list[Problem] = []
    values: dict[str, str] = {}
    for field, limit in (("need", NEED_LENGTH), ("relation", RELATION_LENGTH), ("address", ADDRESS_LENGTH)):
        try:
            values[field] = clean_text(getattr(draft, field).strip(), limit)
        except Problem as problem:
            found.append(problem.at(field))
    if not draft.need.strip():
        found.append(Problem("need_missing", _("请写一写需要什么帮助。"), "need"))
    for field in ("name", "asker_name"):
        text = getattr(draft, field).strip()
        if text or (field == "name" and draft.client_id is None):
            try:
                values[field] = checked_name(text)
            except Problem as problem:
                found.append(problem.at(field))
    phone = draft.asker_phone.strip()
    values["asker_phone"] = chinese.normalised_phone(phone[:1000]) if phone else ""
    wrong = chinese.phone_problem(values["asker_phone"]) if phone else None
    found += [wrong.at("asker_phone")] if wrong else []
    found += _choice_problems(draft)
    raise_any(found)
    return replace(
        draft,
        need=values["need"],
        relation=values["relation"],
        address=values["address"],
        name=values.get("name", draft.name),
        asker_name=values.get("asker_name", ""),
        asker_phone=values["asker_phone"],
    )


def _choice_problems(draft: EnquiryDraft) -> list[Problem]:
    found = []
    if draft.source not in EnquirySource.values:
        found.append(Problem("source_unknown", _("请选择来源。"), "source"))
    if draft.urgency not in Urgency.values:
        found.append(Problem("urgency_unknown", _("请选择紧急程度。"), "urgency"))
    if draft.sex not in Sex.values:
        found.append(Problem("sex_unknown", _("请选择性别。"), "sex"))
    if draft.age is not None and not 0 <= draft.age <= OLDEST:
        found.append(Problem("age_range", _("年龄为 0 至 130 岁。"), "age"))
    return found


def deciding_problem(decision: str) -> Problem | None:
    """Why nothing can be decided any more, or None."""
    if decision:
        return Problem("enquiry_decided", _("这条咨询已经有决定，不能再改。"), status=409)
    return None
