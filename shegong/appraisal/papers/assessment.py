"""第三方评估报告: the plan, the draws, the grades, and of each unit that the reader may see its points, what was noted
and what was photographed.
"""

from base64 import b64encode
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shegong.appraisal.enums import AssessedGrade, Rater, RoundState
from shegong.appraisal.models import Round, RoundResult, ScoreSheet, SheetPhoto, SheetPhotoPiece, SheetScore
from shegong.appraisal.queries import round as queries
from shegong.appraisal.queries.round import Compared
from shegong.kernel.uploads.keeping import opened_pieces
from shegong.network.enums import Tier
from shegong.network.models import City, Station
from shegong.network.scope import Viewer
from shegong.people.enums import Role
from shegong.practice.papers import blocks
from shegong.practice.papers.blocks import Block
from shegong.practice.papers.maker import PaperMaker, Stamp, Subject

ROLES: Final = (Role.CITY, Role.COUNTY, Role.HEAD, Role.WORKER, Role.AGENCY)
PICTURES_OF_A_UNIT: Final = 4
WIDTH, HEIGHT = 300, 225


def photo_block(jpeg: bytes, words: str) -> Block:
    """A small photo, in a frame of the same size whatever its shape."""
    data = b64encode(jpeg).decode()
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        f'<image width="{WIDTH}" height="{HEIGHT}" href="data:image/jpeg;base64,{data}"/></svg>'
    )
    return blocks.picture(svg, words)


def unit_section(
    result: RoundResult, found: Round, lines: Iterable[Compared], others: Iterable[tuple[str, str, str]],
    photos: Iterable[tuple[str, bytes]],
) -> Block:  # fmt: skip
    """A unit's part of the report: total and parts, item by item, photos."""
    parts = queries.parts_of(found, result)
    appeal = ""
    if result.decided_at is not None:
        outcome = f"{result.total} 分改为 {result.final_total} 分" if result.is_granted else "不成立"
        appeal = f"申诉：{outcome}。{result.decision}"
    return blocks.section(
        result.station.name,
        blocks.facts(
            [
                ("区(市)县", result.hub.name),
                ("得分与等级", f"{result.final_total} 分，{AssessedGrade(result.final_grade).label}"),
                ("得分构成", "；".join(f"{part.rater.label} {part.points} × {part.weight}%" for part in parts)),
            ]
        ),
        blocks.table(
            ("条目", "评分", "计入", "意见"),
            [
                (
                    f"{line.item.code} {line.item.title_zh}（{line.item.points}）",
                    "、".join(str(points) for _name, points, _note in line.given),
                    str(line.points),
                    "；".join(dict.fromkeys(note for _name, _points, note in line.given if note)),
                )
                for line in lines
            ],
        ),
        blocks.table(("条目", "得分", "意见"), others),
        blocks.soft(appeal) if appeal else None,
        *[photo_block(jpeg, words) for words, jpeg in photos],
    )


def _values(viewer: Viewer, key: UUID, stamp: Stamp) -> dict[str, Any] | None:
    found = _round(viewer, key)
    if found is None:
        return None
    results = list(queries.results_of(found))
    mine = [row for row in results if viewer.has(Role.CITY) or viewer.reaches(row.hub_id, row.station_id)]
    lines = queries.compared(found, [row.unit_id for row in mine])
    others, photos = _others(found, mine), _photos(found, mine)
    authority = City.objects.values_list("authority", flat=True).get()
    return {
        **stamp.values(title="第三方评估报告", number=found.title, issuer=authority),
        "cover": [
            ["评估期", f"{blocks.day(found.since)} 至 {blocks.day(found.last)}"],
            ["抽取", f"{found.get_unit_display()}，{found.share}%，共 {len(results)} 个"],
            ["种子", found.seed],
        ],
        "sections": [
            _summary(found, results),
            _draws(found),
            *[
                unit_section(row, found, lines.get(row.unit_id, ()), others.get(row.unit_id, ()),
                             photos.get(row.unit_id, ()))
                for row in mine
            ],
        ],
    }  # fmt: skip


def _summary(found: Round, results: list[RoundResult]) -> Block:
    counts = Counter(row.final_grade for row in results)
    mean = sum((row.final_total for row in results), Decimal(0)) / len(results) if results else Decimal(0)
    rows = [
        (str(grade.label), str(counts[grade]), f"{counts[grade] * 100 / len(results):.1f}%" if results else "")
        for grade in AssessedGrade
    ]
    return blocks.section(
        "总体情况",
        blocks.facts(
            [
                ("平均分", f"{mean:.2f}"),
                ("评分一致性", f"二次加权 κ = {found.kappa}" if found.kappa is not None else "两人评分没有差异"),
                ("五方权重", "；".join(f"{rater.label} {found.weight(rater)}%" for rater in found.raters)),
            ]
        ),
        blocks.table(("等级", "个数", "占比"), rows),
        blocks.text(found.conclusion) if found.conclusion else None,
    )


def _draws(found: Round) -> Block:
    rows = [
        (f"第 {draw.number} 次", draw.seed, blocks.day(draw.drawn_at), draw.reason, draw.digest[:16])
        for draw in found.draws.all()
    ]
    return blocks.section("抽样", blocks.table(("次", "种子", "日期", "重抽理由", "校验码前段"), rows))


def _others(found: Round, results: list[RoundResult]) -> Mapping[UUID, list[tuple[str, str, str]]]:
    """The other raters' points, by unit."""
    units = [row.unit_id for row in results]
    sheets = {sheet.pk: sheet for sheet in ScoreSheet.objects.filter(unit__in=units).exclude(rater=Rater.PROFESSIONAL)}
    items = {item.pk: item for item in queries.items_of(found)}
    rows: dict[UUID, list[tuple[str, str, str]]] = defaultdict(list)
    for score in SheetScore.objects.filter(sheet__in=list(sheets)).order_by("item_id"):
        item, sheet = items[score.item_id], sheets[score.sheet_id]
        title = f"{sheet.get_rater_display()} {item.code} {item.title_zh}（{item.points}）"
        rows[sheet.unit_id].append((title, str(score.points), score.note))
    return rows


def _photos(found: Round, results: list[RoundResult]) -> Mapping[UUID, list[tuple[str, bytes]]]:
    """The first small photos of each unit, with what they belong to."""
    units = {row.unit_id for row in results}
    items = {item.pk: item for item in queries.items_of(found)}
    chosen: dict[UUID, list[SheetPhoto]] = defaultdict(list)
    for photo in SheetPhoto.objects.filter(sheet__unit__in=units).select_related("sheet").order_by("item_id", "pk"):
        if len(chosen[photo.sheet.unit_id]) < PICTURES_OF_A_UNIT:
            chosen[photo.sheet.unit_id].append(photo)
    keys = [photo.pk for each in chosen.values() for photo in each]
    small = dict(SheetPhotoPiece.objects.filter(photo__in=keys, number=0).values_list("photo_id", "sealed"))
    return {
        unit: [
            (items[photo.item_id].title_zh, opened_pieces([(0, small[photo.pk])], queries.place_of(photo.pk)))
            for photo in each
            if photo.pk in small
        ]
        for unit, each in chosen.items()
    }


def _round(viewer: Viewer, key: UUID) -> Round | None:
    found = queries.round_of(viewer, key)
    if found is None:
        return None
    may_read = found.state in queries.OUT or (viewer.has(Role.CITY) and found.state == RoundState.GRADED)
    return found if may_read else None


def _subject(viewer: Viewer, key: UUID) -> Subject | None:
    found = _round(viewer, key)
    if found is None:
        return None
    place = viewer.home or Station.objects.values_list("pk", flat=True).get(tier=Tier.CENTRE)
    hub = Station.objects.values_list("hub_id", flat=True).get(pk=place)
    return Subject("round", found.pk, hub, place, found.title, reverse("appraisal:round", args=[found.pk]))


MAKER: Final = PaperMaker(
    name=_("评估报告"), template="appraisal/papers/assessment.typ", roles=ROLES, subject=_subject, values=_values
)
