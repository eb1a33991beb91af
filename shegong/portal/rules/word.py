"""Decisions about words that go to and fro, complaints, requests about own data and sign-ups: what they must say, how
often one may try within an hour from one network address, and how long their answers may take.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from shegong.kernel import chinese
from shegong.kernel.problems import Problem, raise_any
from shegong.kernel.text import clean_text
from shegong.portal.enums import ComplaintAbout, ComplaintRuling, OwnDataState
from shegong.practice.enums import Asked
from shegong.practice.rules.client import checked_name
from shegong.practice.rules.deadline import Allowed

WORDS_AN_HOUR: Final = 20
COMPLAINTS_AN_HOUR: Final = 5
REQUESTS_AN_HOUR: Final = 5
SIGN_UPS_AN_HOUR: Final = 20
WORD_LENGTH: Final = 1000
TEXT_LENGTH: Final = 2000
# Working days until a complaint is answered, and days until a request about own data is (as in practice.protection).
COMPLAINT: Final = Allowed(hours=None, working_days=15)
OWN_DATA_DAYS: Final = 30
OPEN_FOR: Final = timedelta(hours=24)
# What a resident may ask for here; explanations are given at the station.
KINDS: Final = {
    Asked.ACCESS.value: (_("查看和下载"), _("看一看社工站记了我什么，带走一份。")),
    Asked.CORRECT.value: (_("更正"), _("记错了，请改过来。")),
    Asked.ERASE.value: (_("删除"), _("不再需要服务，请删掉我的信息。")),
    Asked.OBJECT.value: (_("停止使用"), _("撤回同意，或不要再用于某件事。")),
}
OWN_DATA_STATES: Final = {
    OwnDataState.LEFT.value: (_("等您来核对身份"), _("请本人带身份证到您选的站点。核对以前，谁也看不到您的档案。")),
    OwnDataState.CHECKED.value: (_("已核对身份，正在办理"), _("个人信息保护负责人会在期限内答复。")),
    OwnDataState.REFUSED.value: (_("未受理"), _("原因写在下面；不同意的话，可以再提一次或向区(市)县投诉。")),
}


@dataclass(frozen=True, slots=True)
class Grievance:
    """A complaint as it was typed; `name` and `phone` may be empty."""

    key: UUID
    station_id: int
    about: str
    text: str
    name: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """A request about own data as it was typed."""

    key: UUID
    station_id: int
    kind: str
    name: str
    phone: str
    text: str = ""


def checked_word(text: str, field: str = "text", limit: int = WORD_LENGTH) -> str:
    """A word, normalised. Raises Problem at `field` for none, one too long or control characters."""
    cleaned = clean_text(text.strip(), limit, field)
    if not cleaned:
        raise Problem("word_missing", _("请写点什么。"), field)
    return cleaned


def checked_grievance(said: Grievance) -> Grievance:
    """The same, normalised. Raises Problem or Problems at about, text, name, phone."""
    found: list[Problem | None] = []
    values = {"text": "", "name": "", "phone": ""}
    if said.about not in ComplaintAbout.values:
        found.append(Problem("about_unknown", _("请选择投诉什么。"), "about"))
    for field, check in (("text", _grievance_text), ("name", _optional_name), ("phone", _optional_phone)):
        try:
            values[field] = check(getattr(said, field))
        except Problem as problem:
            found.append(problem.at(field))
    raise_any(found)
    return Grievance(said.key, said.station_id, said.about, **values)


def checked_wish(said: Wish) -> Wish:
    """The same, normalised. Raises Problem or Problems at kind, name, phone, text."""
    found: list[Problem | None] = []
    values = {"text": "", "name": "", "phone": ""}
    if said.kind not in KINDS:
        found.append(Problem("kind_unknown", _("请选择要办什么。"), "kind"))
    checks = (("name", checked_name), ("phone", required_phone), ("text", lambda text: clean_text(text, TEXT_LENGTH)))
    for field, check in checks:
        try:
            values[field] = check(getattr(said, field).strip())
        except Problem as problem:
            found.append(problem.at(field))
    if said.kind in (Asked.CORRECT, Asked.OBJECT) and not said.text.strip():
        found.append(Problem("text_missing", _("请写清要改什么，或要停止什么。"), "text"))
    raise_any(found)
    return Wish(said.key, said.station_id, said.kind, **values)


def required_phone(text: str) -> str:
    """A telephone number, normalised. Raises Problem at `phone`."""
    if not text.strip():
        raise Problem("phone_missing", _("请写电话。"), "phone")
    return _optional_phone(text)


def _optional_phone(text: str) -> str:
    phone = text.strip()[:40]
    wrong = chinese.phone_problem(phone) if phone else None
    if wrong:
        raise wrong.at("phone")
    return chinese.normalised_phone(phone) if phone else ""


def _optional_name(text: str) -> str:
    return checked_name(text.strip()) if text.strip() else ""


def _grievance_text(text: str) -> str:
    return checked_word(text, "text", TEXT_LENGTH)


def checked_ruling(ruling: str, answer: str, *, is_answered: bool) -> str:
    """The words of an answer to a complaint, normalised. Raises Problem or Problems at ruling, answer; 409."""
    if is_answered:
        raise Problem("complaint_answered", _("这件投诉已经答复，不能再改。"), status=409)
    found: list[Problem | None] = []
    words = ""
    if ruling not in ComplaintRuling.values:
        found.append(Problem("ruling_unknown", _("请选择处理结果。"), "ruling"))
    try:
        words = checked_word(answer, "answer", TEXT_LENGTH)
    except Problem as problem:
        found.append(problem)
    raise_any(found)
    return words


def own_data_due(received_on: date) -> date:
    """The last day for the answer to a request about own data."""
    return received_on + timedelta(days=OWN_DATA_DAYS)
