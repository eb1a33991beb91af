"""Third-party assessment in the demonstration city: last year's round from its plan to its published report, this
year's with two assessors on their way.
"""

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Final
from uuid import UUID

from django.db import connection
from django.utils import timezone
from PIL import Image, ImageDraw

from shegong.appraisal.actions.library import own_sheet
from shegong.appraisal.enums import THIRD_PARTY, Rater, RoundState
from shegong.appraisal.models import (
    DeclaredRelation,
    Round,
    RoundItem,
    RoundMember,
    RoundResult,
    RoundStep,
    RoundUnit,
    ScoreSheet,
    Settlement,
    SheetPhoto,
    SheetPhotoPiece,
    SheetScore,
)
from shegong.appraisal.queries import round as queries
from shegong.appraisal.rules.agreement import differ_too_far
from shegong.appraisal.rules.round import Part, assigned, total_of
from shegong.config.demo.accounts import Cast
from shegong.config.demo.network import Organisations
from shegong.kernel.ids import uuid7_from
from shegong.kernel.uploads.cleaning import JPEG
from shegong.kernel.uploads.keeping import pieces_of, sealed_pieces
from shegong.network.enums import Tier
from shegong.people.models import Account

TEAM: Final = (("assessor", Rater.PROFESSIONAL), ("assessor2", Rater.PROFESSIONAL), ("assessor3", Rater.FINANCIAL))
TABLES: Final = (
    Round, RoundItem, RoundMember, ScoreSheet, SheetScore, SheetPhoto, Settlement, RoundResult,
)  # fmt: skip
NOTES: Final = {
    "P1": ("公示栏信息未更新", "应急演练记录只有一次", "开放时间公示清楚，制度上墙"),
    "P2": ("一名社工持证登记将到期", "督导记录齐全", "在岗人员与派驻名单一致"),
    "P3": ("小组数量略低于约定", "社区活动覆盖面广", "个案数量达到约定"),
    "P4": ("个别记录缺少下一步安排", "抽查记录完整，有分析", "两份个案缺预估表"),
    "P5": ("成效缺少前后测对比", "服务对象改变明显", "目标达成有佐证"),
    "P6": ("受访居民普遍满意", "有居民希望增加晚间服务", "受访者知道怎样投诉"),
    "F1": ("支出与预算相符", "活动费结余偏多"),
    "F2": ("两笔凭证缺审批签字", "票据齐全"),
    "F3": ("工资按月发放", "年终补贴延后一个月"),
    "F4": ("折叠椅未贴资产标签", "盘点表齐全"),
}
OPINION: Final = (
    "整体运行规范，建议补齐记录中的分析部分。",
    "服务有特色，财务手续需进一步完善。",
    "队伍稳定，建议增加小组服务。",
)
CONCLUSION: Final = (
    "本轮评估按公布的种子分层抽样，两名评估员各自评分，分歧均已核定。被评站点总体运行规范、服务稳定，"
    "记录质量和财务凭证仍是主要短板；建议各区（市）县对照扣分条目限期整改。"
)
APPEAL: Final = "个案预估表已归档在区级档案室，评估当天未能调阅，现随附目录。"
DECISION: Final = "经调阅档案，两份预估表齐全，相应条目改为满分。"


class RoundMaker:
    """Makes both rounds; with chance of its own."""

    def __init__(self, seed: int, today: date, cast: Cast, organisations: Organisations, *, large: bool) -> None:
        self._rng = Random(seed + 65)
        self._today = today
        self._cast = cast
        self._organisations = organisations
        # In a small city there are too few town stations to draw from.
        self._tiers = [Tier.STATION.value] if large else [Tier.STATION.value, Tier.ROOM.value]
        self._names = dict(Account.objects.filter(pk__in=cast.ids.values()).values_list("pk", "display_name"))
        self._pictures = [_picture(number) for number in range(6)]

    def make(self) -> int:
        """Write everything; returns how many sheets. After the records, since it draws from them."""
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for model in TABLES:
                cursor.execute(f"ALTER TABLE {model._meta.db_table} DISABLE TRIGGER USER")
            written = self._past() + self._present()
            self._relation()
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for model in TABLES:
                cursor.execute(f"ALTER TABLE {model._meta.db_table} ENABLE TRIGGER USER")
        return written

    def _at(self, day: date, hour: int = 10) -> datetime:
        return datetime.combine(day, time(hour), tzinfo=timezone.get_default_timezone())

    def _round(self, year: int, published: date, since: date, until: date, records_since: date) -> Round:
        at = self._at(published)
        found = Round.objects.create(
            id=uuid7_from(f"round-{year}", at, self._rng), title=f"{year} 年社工站第三方评估",
            tiers=self._tiers,
            share=30, records_share=10, records_since=records_since, records_until=published, since=since, until=until,
            budget=Decimal(480_000), seed=f"{year} 第 {self._rng.randint(10, 150)} 期 "
            + " ".join(f"{self._rng.randint(1, 33):02}" for _ball in range(6)),
            state=RoundState.PUBLISHED, published_at=at, made_at=at - timedelta(days=6),
            made_by_id=self._cast.ids["city"],
        )  # fmt: skip
        RoundItem.objects.bulk_create(
            RoundItem(round=found, position=place, **{**row, "points": int(row["points"])})
            for place, row in enumerate(own_sheet())
        )
        RoundMember.objects.bulk_create(
            RoundMember(
                round=found, account_id=self._cast.ids[name], rater=rater, leads=False,
                name=self._names[self._cast.ids[name]], organisation_id=self._organisations.assessor,
                station_id=self._cast.hub.id,
            )
            for name, rater in TEAM
        )  # fmt: skip
        with connection.cursor() as cursor:  # drawn as it is in life
            cursor.execute("SELECT set_config('shegong.roles', '{city}', true)")
            cursor.execute("SELECT appraisal_draw_sample(%s, %s, '')", [found.pk, found.seed])
            cursor.execute("SELECT set_config('shegong.roles', '', true)")
        found.draws.update(drawn_at=at + timedelta(days=1))
        return found

    def _sheets(self, found: Round) -> list[ScoreSheet]:
        units = list(queries.units_of(found, queries.present_draw(found)).order_by("hub_id", "kind", "rank"))
        members = queries.members_of(found)
        by_rater = {
            rater.value: [self._cast.ids[name] for name, each in TEAM if each == rater] for _name, rater in TEAM
        }
        chosen, _short = assigned(queries.places_of(units, members), by_rater, (), found.raters)
        places = {unit.pk: unit for unit in units}
        third = [(each.unit, each.rater, each.seat, each.account_id, each.km, each.load) for each in chosen]
        others = [
            (unit.pk, rater.value, 1, None, None, 0)
            for unit in units for rater in found.raters if rater not in THIRD_PARTY
        ]  # fmt: skip
        return [
            ScoreSheet(
                id=uuid7_from(f"sheet-{unit}-{rater}-{seat}", self._at(found.since, 8), self._rng), round=found,
                unit=places[unit], hub_id=places[unit].hub_id, station_id=places[unit].station_id, rater=rater,
                seat=seat, account_id=account, name=self._names[account] if account else "",
                km=None if km is None else round(km, 1), load=load,
            )
            for unit, rater, seat, account, km, load in [*third, *others]
        ]  # fmt: skip

    def _scores(self, found: Round, sheets: Iterable[ScoreSheet]) -> list[SheetScore]:
        """Points for these sheets, which are handed in with them; a unit's two assessors differ a little."""
        items = queries.items_of(found)
        quality: dict[tuple[UUID, str], float] = {}
        rows = []
        for sheet in sheets:
            total = Decimal(0)
            for item in items:
                if item.rater != sheet.rater:
                    continue
                good = quality.setdefault((sheet.unit_id, item.code), self._rng.gauss(0.84, 0.14))
                share = min(1.0, max(0.2, good + self._rng.gauss(0, 0.04)))
                if sheet.seat == 2 and self._rng.random() < 0.03:
                    share = max(0.2, share - 0.35)
                points = min(Decimal(item.points), Decimal(round(share * item.points * 2)) / 2)
                total += points
                noted = item.code in NOTES and (points < item.points or self._rng.random() < 0.3)
                rows.append(
                    SheetScore(
                        sheet=sheet, item=item, hub_id=sheet.hub_id, station_id=sheet.station_id, points=points,
                        note=self._rng.choice(NOTES[item.code]) if noted else "",
                    )
                )  # fmt: skip
            sheet.total, sheet.handed_in_by_id = total, sheet.account_id or self._cast.ids["county"]
            on = min(found.since + timedelta(days=self._rng.randrange(1, 12)), self._today)
            sheet.handed_in_at = self._at(on, self._rng.randrange(9, 18))
            sheet.opinion = self._rng.choice(OPINION) if sheet.rater in THIRD_PARTY else ""
        return rows

    def _past(self) -> int:
        year = self._today.year - 1
        published = date(year, 10, 8)
        found = self._round(year, published, date(year, 10, 20), date(year, 11, 20), date(year, 1, 1))
        sheets = self._sheets(found)
        scores = self._scores(found, sheets)
        ScoreSheet.objects.bulk_create(sheets, batch_size=1000)
        SheetScore.objects.bulk_create(scores, batch_size=2000)
        self._photos(sheets)
        units = {sheet.unit_id: sheet.unit for sheet in sheets}
        self._settle(found, units)
        out = date(year, 12, 5)
        self._results(found, units, sheets, out)
        kappa = queries.agreement_of(queries.compared(found, units))
        Round.objects.filter(pk=found.pk).update(
            state=RoundState.CLOSED, kappa=None if kappa is None else round(kappa, 3), conclusion=CONCLUSION, out_on=out
        )
        days = (
            (RoundState.PUBLISHED, published), (RoundState.DRAWN, published + timedelta(days=1)),
            (RoundState.UNDER_WAY, found.since), (RoundState.SETTLED, date(year, 11, 18)),
            (RoundState.GRADED, date(year, 11, 25)), (RoundState.OUT, out), (RoundState.CLOSED, date(year, 12, 20)),
        )  # fmt: skip
        self._steps(found, days)
        return len(sheets)

    def _present(self) -> int:
        since = self._today - timedelta(days=6)
        published = since - timedelta(days=12)
        until = self._today + timedelta(days=21)
        found = self._round(self._today.year, published, since, until, published - timedelta(days=300))
        sheets = self._sheets(found)
        places: dict[UUID, int] = {}
        for sheet in sheets:
            places.setdefault(sheet.unit_id, len(places))
        # One in three is done by both, one in three by the first; the rest waits, as do most of the counties' sheets.
        done = [
            sheet for sheet in sheets
            if (places[sheet.unit_id] % 3 == 0 and sheet.rater in THIRD_PARTY)
            or (places[sheet.unit_id] % 3 == 1 and sheet.rater == Rater.PROFESSIONAL and sheet.seat == 1)
            or places[sheet.unit_id] % 6 == 0
        ]  # fmt: skip
        scores = self._scores(found, done)
        ScoreSheet.objects.bulk_create(sheets, batch_size=1000)
        SheetScore.objects.bulk_create(scores, batch_size=2000)
        self._photos(done)
        Round.objects.filter(pk=found.pk).update(state=RoundState.UNDER_WAY)
        days = (
            (RoundState.PUBLISHED, published), (RoundState.DRAWN, published + timedelta(days=1)),
            (RoundState.UNDER_WAY, since),
        )  # fmt: skip
        self._steps(found, days)
        return len(sheets)

    def _settle(self, found: Round, units: dict[UUID, RoundUnit]) -> None:
        rows = []
        for key, lines in queries.compared(found, units).items():
            for line in lines:
                one, other = line.given[0][1], line.given[1][1]
                if differ_too_far(one, other, line.item.points, found.tolerance):
                    unit = units[key]
                    rows.append(
                        Settlement(
                            unit=unit, item=line.item, hub_id=unit.hub_id, station_id=unit.station_id,
                            points=max(one, other) - 1, reason="共同复核台账和照片后商定。",
                            proposed_by_id=self._cast.ids["assessor"], agreed_by_id=self._cast.ids["assessor2"],
                            agreed_at=self._at(found.last, 15),
                        )
                    )  # fmt: skip
        Settlement.objects.bulk_create(rows)

    def _results(self, found: Round, units: dict[UUID, RoundUnit], sheets: Iterable[ScoreSheet], out: date) -> None:
        lines = queries.compared(found, units)
        totals = {(sheet.unit_id, sheet.rater): sheet.total for sheet in sheets}
        rows = []
        for place, unit in enumerate(units.values()):
            points: dict[Rater, Decimal] = {rater: totals[unit.pk, rater] or Decimal(0) for rater in found.raters}
            points[Rater.PROFESSIONAL] = sum((line.points for line in lines[unit.pk]), Decimal(0))
            total = total_of(Part(rater, given, found.weight(rater)) for rater, given in points.items())
            result = RoundResult(
                unit=unit, round=found, hub_id=unit.hub_id, station_id=unit.station_id, town_id=unit.station.town_id,
                total=total, grade=_grade(found, total), graded_by_id=self._cast.recorder, out_on=out,
                final_total=total,
                final_grade=_grade(found, total), **{queries.PARTS[rater]: given for rater, given in points.items()},
            )  # fmt: skip
            if place in (1, 4):
                result.appeal, result.appealed_at = APPEAL, self._at(out + timedelta(days=4))
                result.appealed_by_id = self._cast.recorder
                result.decision = DECISION if place == 1 else "所附目录与评估内容无关，维持原结果。"
                result.is_granted = place == 1
                result.decided_at, result.decided_by_id = self._at(out + timedelta(days=11)), self._cast.ids["city"]
                if place == 1:
                    result.final_total = min(Decimal(100), total + 3)
                    result.final_grade = _grade(found, result.final_total)
            rows.append(result)
        RoundResult.objects.bulk_create(rows, batch_size=1000)

    def _photos(self, sheets: Sequence[ScoreSheet]) -> None:
        """A photo with every third professional sheet."""
        items = {
            item.code: item for item in RoundItem.objects.filter(round_id__in={sheet.round_id for sheet in sheets})
        }
        photos, pieces = [], []
        chosen = [sheet for place, sheet in enumerate(sheets) if sheet.rater == Rater.PROFESSIONAL and place % 3 == 0]
        for place, sheet in enumerate(chosen):
            content = self._pictures[place % len(self._pictures)]
            assert sheet.handed_in_at is not None
            photo = SheetPhoto(
                id=uuid7_from(f"photo-{sheet.pk}", sheet.handed_in_at, self._rng), hub_id=sheet.hub_id,
                station_id=sheet.station_id, sheet=sheet, item=items["P1" if place % 2 else "P4"], media=JPEG,
                name="现场.jpg", size=len(content), brought_at=sheet.handed_in_at,
            )  # fmt: skip
            photos.append(photo)
            for number, sealed in sealed_pieces(content, pieces_of(content), queries.place_of(photo.pk)).items():
                pieces.append(SheetPhotoPiece(photo=photo, number=number, sealed=sealed))
        SheetPhoto.objects.bulk_create(photos, batch_size=1000)
        SheetPhotoPiece.objects.bulk_create(pieces, batch_size=200)

    def _steps(self, found: Round, days: Sequence[tuple[RoundState, date]]) -> None:
        RoundStep.objects.bulk_create(
            RoundStep(
                id=uuid7_from(f"step-{found.pk}-{state}", self._at(day), self._rng), round=found, state=state,
                text=found.seed if state in (RoundState.PUBLISHED, RoundState.DRAWN) else "", at=self._at(day),
                by_id=self._cast.ids["city"],
            )
            for state, day in days
        )  # fmt: skip

    def _relation(self) -> None:
        agencies = [each for others in self._organisations.agencies.values() for each in others]
        DeclaredRelation.objects.create(
            id=uuid7_from("relation", self._at(self._today - timedelta(days=200)), self._rng),
            organisation_id=self._organisations.assessor, other_id=agencies[-1], kind="affiliated",
            note="评估中心出资 20%", since=self._today - timedelta(days=200), declared_by_id=self._cast.ids["city"],
        )  # fmt: skip


def _grade(found: Round, total: Decimal) -> str:
    steps = ((found.excellent_from, "excellent"), (found.good_from, "good"), (found.pass_from, "pass"))
    return next((grade for least, grade in steps if total >= least), "fail")


def _picture(number: int) -> bytes:
    """A drawn room: a wall, a notice board, chairs."""
    image = Image.new("RGB", (480, 360), (226, 222, 212))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 260, 480, 360), fill=(168, 140, 112))
    draw.rectangle((60, 50, 420, 190), fill=(118, 86, 62))
    for place in range(8):
        left, top = 76 + place % 4 * 84, 62 + place // 4 * 62
        tone = 235 - (place * 7 + number * 11) % 40
        draw.rectangle((left, top, left + 68, top + 50), fill=(tone, tone, 250 - number * 6))
        for line in range(4):
            draw.line((left + 8, top + 12 + line * 9, left + 58 - line * 6, top + 12 + line * 9), fill=(90, 90, 100))
    for chair in range(2 + number % 3):
        left = 90 + chair * 90
        draw.rectangle((left, 230, left + 50, 238), fill=(70, 96, 120))
        draw.rectangle((left, 238, left + 6, 300), fill=(70, 96, 120))
        draw.rectangle((left + 44, 238, left + 50, 300), fill=(70, 96, 120))
    kept = io.BytesIO()
    image.save(kept, "JPEG", quality=70)
    return kept.getvalue()
