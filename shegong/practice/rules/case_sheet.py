"""The forms of a case's stages as data: which fields, which must be filled (minimum fields after MZ/T 094-2017)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem, raise_any
from shegong.practice.enums import CaseStage
from shegong.practice.rules.case import TEXT_LENGTH, checked_text, required_text

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NAME_LENGTH: Final = 60
SIGNATURE_LENGTH: Final = 20_000
# What the signature field of the page writes: pen down, then lines, in whole units of a 600 by 200 field.
SIGNATURE: Final = re.compile(r"(?:M\d{1,4} \d{1,4}(?:L\d{1,4} \d{1,4})+){1,200}")


@dataclass(frozen=True, slots=True)
class SheetField:
    """A text of a sheet. `rows` is 1 for a short one."""

    key: str
    label: "StrOrPromise"
    hint: "StrOrPromise" = ""
    required: bool = True
    rows: int = 3


@dataclass(frozen=True, slots=True)
class SheetForm:
    """The form of a stage: its texts, and whether risk, satisfaction, an assessment or a signature belong to it."""

    title: "StrOrPromise"
    fields: tuple[SheetField, ...]
    limits_told: bool = False
    risk: bool = False
    satisfaction: bool = False
    signed: bool = False


FORMS: Final[Mapping[str, SheetForm]] = {
    CaseStage.INTAKE: SheetForm(
        _("接案表与服务协议"),
        (
            SheetField("request", _("本人的求助和期望"), _("本人怎么说，希望改变什么。")),
            SheetField("consent_scope", _("同意的服务范围"), _("同意我们做什么、向谁了解情况、可以告诉谁。")),
            SheetField("agreement", _("双方约定"), _("多久见一次、在哪里、双方各做什么、怎样终止。")),
            SheetField("guardian", _("监护人"), _("没有或不需要时不填。"), required=False, rows=1),
        ),
        limits_told=True,
        signed=True,
    ),
    CaseStage.ASSESSMENT: SheetForm(
        _("预估表"),
        (
            SheetField("person", _("个人"), _("身体、心理、能力、经历。")),
            SheetField("family", _("家庭"), _("成员、关系、照顾与经济。")),
            SheetField("environment", _("环境"), _("住处、邻里、学校或工作、资源与障碍。")),
            SheetField("strengths", _("优势与资源"), _("本人和周围可以依靠的。")),
            SheetField("risks", _("风险"), _("对自己或他人的危险；没有也请写明。")),
        ),
        risk=True,
    ),
    CaseStage.PLANNING: SheetForm(
        _("服务计划"),
        (
            SheetField("method", _("介入方法"), _("用什么理论和方法，为什么适合。")),
            SheetField("frequency", _("频率与期限"), _("多久见一次，到什么时候。"), rows=1),
            SheetField("resources", _("要联系的资源"), _("部门、机构、志愿者、家人。"), required=False),
        ),
        signed=True,
    ),
    CaseStage.EVALUATION: SheetForm(
        _("评估表"),
        (
            SheetField("change", _("有什么变化"), _("和接案时相比，本人、家庭、环境有什么不同。")),
            SheetField("process", _("过程回顾"), _("哪些做法有用，哪些没用。"), required=False),
            SheetField("client_view", _("服务对象的看法"), _("用本人的话。"), required=False),
        ),
        satisfaction=True,
    ),
    CaseStage.CLOSED: SheetForm(
        _("结案表"),
        (
            SheetField("summary", _("成效小结"), _("目标达到了多少，有什么变化，以后要注意什么。")),
            SheetField("after", _("结案后的支持"), _("以后有事找谁。"), required=False),
        ),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SheetFact:
    """What was filled in: {field key: text}, and the rest of it where the form has it."""

    content: Mapping[str, Any]
    limits_told: bool = False
    risk: int | None = None
    satisfaction: int | None = None
    signer: str = ""
    signature: str = ""
    witness: str = ""


def checked_sheet(stage: str, sheet: SheetFact) -> SheetFact:
    """The sheet with its texts cleaned and nothing that its form doesn't have. Raises Problems at the fields' keys,
    limits_told, risk, satisfaction, signature.
    """
    form, problems = FORMS[stage], list[Problem]()
    content: dict[str, Any] = {}
    for field in form.fields:
        try:
            check = required_text if field.required else checked_text
            content[field.key] = check(sheet.content.get(field.key, ""), field.key, limit=TEXT_LENGTH)
        except Problem as problem:
            problems.append(problem)
    if form.limits_told:
        content["limits_told"] = sheet.limits_told
        if not sheet.limits_told:
            problems.append(Problem("limits_not_told", _("请先向服务对象说明保密的界限。"), "limits_told"))
    if form.risk and sheet.risk not in (1, 2, 3, 4):
        problems.append(Problem("risk_missing", _("请选择风险等级。"), "risk"))
    if sheet.satisfaction is not None and not 1 <= sheet.satisfaction <= 5:
        problems.append(Problem("satisfaction_range", _("满意度为 1 到 5。"), "satisfaction"))
    problems.extend(_signature_problems(form, sheet))
    raise_any(problems)
    return SheetFact(
        content=content,
        limits_told=sheet.limits_told,
        risk=sheet.risk if form.risk else None,
        satisfaction=sheet.satisfaction if form.satisfaction else None,
        signer=checked_text(sheet.signer, "signer", limit=NAME_LENGTH) if form.signed else "",
        signature=sheet.signature if form.signed else "",
        witness=checked_text(sheet.witness, "witness", limit=NAME_LENGTH) if form.signed else "",
    )


def _signature_problems(form: SheetForm, sheet: SheetFact) -> list[Problem]:
    """The client signs on the screen, or agrees by word before a witness."""
    if not form.signed:
        return []
    problems = []
    if not sheet.signature and not sheet.witness.strip():
        problems.append(Problem("signature_missing", _("请签名，或写明口头同意由谁见证。"), "witness"))
    if sheet.signature and (len(sheet.signature) > SIGNATURE_LENGTH or not SIGNATURE.fullmatch(sheet.signature)):
        problems.append(Problem("signature_unreadable", _("签名无法识别，请重新签。"), "signature"))
    for field, value in (("signer", sheet.signer), ("witness", sheet.witness)):
        try:
            checked_text(value, field, limit=NAME_LENGTH)
        except Problem as problem:
            problems.append(problem)
    return problems
