"""目标责任书: what a county or a department agreed to, how each item is scored, and what it came to."""

from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shegong.appraisal.enums import FROZEN
from shegong.appraisal.models import TargetLetter
from shegong.appraisal.queries.letter import READERS, Line, Sheet, county_name, letter_of, sheet
from shegong.appraisal.rules.letter import plain
from shegong.kernel import clock
from shegong.network.scope import Viewer
from shegong.people.models import Account
from shegong.practice.papers import blocks
from shegong.practice.papers.maker import PaperMaker, Stamp, Subject


def letter_values(found: Sheet, names: dict[int, str], issuer: str, stamp: Stamp) -> dict[str, Any]:
    """What the paper says. Pure."""
    letter = found.letter
    party = letter.organisation.name if letter.organisation else county_name(letter.hub)
    is_frozen = letter.state in FROZEN
    facts = [
        ("责任单位", party),
        ("类别", str(letter.get_programme_display())),
        ("年度", str(letter.year)),
        ("读数日", blocks.day(letter.read_on)),
        ("状态", str(letter.get_state_display())),
        *([("读数日得分", f"{letter.score} 分")] if letter.score is not None else []),
        *([("最终得分", f"{letter.final_score} 分")] if letter.final_score is not None else []),
    ]
    asked = [
        [line.item.code, line.item.title, str(line.item.weight), _number(line, line.item.target), str(line.rule)]
        for line in found.lines
    ]
    signed = [
        ("下达（市级）", names.get(letter.issued_by_id or 0, ""), letter.issued_at),
        (f"签收（{party}）", names.get(letter.accepted_by_id or 0, ""), letter.accepted_at),
    ]
    return {
        **stamp.values(title=letter.title, number=f"{letter.year} 年度", issuer=issuer),
        "sections": [
            blocks.section("", blocks.facts(facts)),
            blocks.section("目标", blocks.table(["代码", "指标或任务", "权重", "目标", "计分规则"], asked)),
            blocks.section(
                "得分说明" if is_frozen else f"进度（截至{blocks.day(found.day)}）",
                blocks.table(["代码", "取数", "数值", "得分"], [_reached(line) for line in found.lines]),
                blocks.text(f"合计：{' + '.join(str(line.points) for line in found.lines)} = {found.total} 分"),
            ),
            *[_objections(found)],
            blocks.section("签字", blocks.signatures(signed)),
        ],
    }


def _number(line: Line, value: Any) -> str:
    return "" if value is None else f"{plain(value)}{line.unit}"


def _reached(line: Line) -> list[str]:
    behind = line.mark or line.now
    parts = f"（{behind.numerator}/{behind.denominator}）" if behind.denominator is not None else ""
    source = f"{line.item.get_collection_display()}：{line.source}"
    return [line.item.code, source, f"{_number(line, line.value)}{parts}", f"{line.points} / {line.item.weight}"]


def _objections(found: Sheet) -> blocks.Block:
    rows = [
        [
            line.item.code,
            line.objection.reason,
            str(line.objection.get_ruling_display()),
            _number(line, line.objection.corrected),
            line.objection.answer,
        ]
        for line in found.lines
        if line.objection is not None
    ]
    table = blocks.table(["代码", "异议理由", "裁定", "更正为", "裁定理由"], rows)
    return blocks.section("异议与裁定", table or blocks.text("没有异议。"))


def _subject(viewer: Viewer, key: UUID) -> Subject | None:
    found = letter_of(viewer, key)
    if found is None:
        return None
    url = reverse("appraisal:letter", args=[key])
    return Subject("target_letter", key, found.hub_id, found.hub_id, found.title, url)


def _values(viewer: Viewer, key: UUID, stamp: Stamp) -> dict[str, Any] | None:
    found = letter_of(viewer, key)
    if found is None:
        return None
    return letter_values(sheet(found, clock.today()), _signers(found), found.hub.name, stamp)


def _signers(letter: TargetLetter) -> dict[int, str]:
    keys = [key for key in (letter.issued_by_id, letter.accepted_by_id) if key is not None]
    return dict(Account.objects.filter(pk__in=keys).values_list("pk", "display_name"))


LETTER: Final = PaperMaker(
    name=_("目标责任书"),
    template="appraisal/papers/letter.typ",
    roles=READERS,
    subject=_subject,
    values=_values,
)
