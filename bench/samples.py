"""A sample of 30 % out of a million records: drawn, and drawn again to check; and an assessment report of 300 pages."""

import io
from datetime import date, timedelta
from functools import partial

import pikepdf
from django.db import connection, transaction
from PIL import Image

from bench.measure import Measure, milliseconds, percentile
from shegong.appraisal.actions.library import own_sheet
from shegong.appraisal.models import Draw, Round, UnitRecords
from shegong.appraisal.papers.assessment import MAKER, photo_block
from shegong.appraisal.queries.round import draw_holds
from shegong.kernel import clock
from shegong.kernel.typesetting import typeset
from shegong.people.models import Account
from shegong.practice.models import ServiceRecord
from shegong.practice.papers import blocks
from shegong.practice.papers.maker import Stamp

ROUNDS, DRAW_LIMIT, REPORT_LIMIT, PAGES = 5, 2000, 30_000, 300


def run() -> list[Measure]:
    """The slowest of five draws beside 2 s, and of their repetitions; a report beside 30 s."""
    count = ServiceRecord.objects.filter(voided_at__isnull=True, restricted=False).count()
    drawn, again = [], []
    for number in range(ROUNDS + 1):
        with transaction.atomic():
            found = _round(f"{number}")
            spent = milliseconds(partial(_draw, found))
            checked = milliseconds(partial(_check, found))
            taken = sum(len(keys) for keys in UnitRecords.objects.values_list("keys", flat=True))
            assert taken >= 0.3 * count
            transaction.set_rollback(True)
        if number:  # the first one warms caches up
            drawn.append(spent)
            again.append(checked)
    report = [milliseconds(_report) for _round_ in range(2)]
    return [
        Measure(f"sample_of_{count}_records", percentile(drawn, 1), "ms", DRAW_LIMIT),
        Measure("sample_reproduced", percentile(again, 1), "ms", DRAW_LIMIT),
        Measure(f"assessment_report_{PAGES}_pages", percentile(report, 1), "ms", REPORT_LIMIT),
    ]


def _round(seed: str) -> Round:
    """A published round over all stations and all their records."""
    today, now = clock.today(), clock.now()
    found = Round.objects.create(
        title="bench", tiers=["hub", "station", "room"], share=100, records_share=30, records_since=date(2000, 1, 1),
        records_until=today + timedelta(days=1), since=today, until=today + timedelta(days=9), seed=seed,
        made_at=now, made_by=Account.objects.all()[0],
    )  # fmt: skip
    for place, row in enumerate(own_sheet()):
        found.items.create(position=place, **{**row, "points": int(row["points"])})
    found.state, found.published_at = "published", now
    found.save()
    return found


def _draw(found: Round) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('shegong.roles', '{city}', true)")
        cursor.execute("SELECT appraisal_draw_sample(%s, %s, '')", [found.pk, found.seed])


def _check(found: Round) -> None:
    assert draw_holds(Draw.objects.get(round=found)), "the same seed drew something else"


def _report() -> None:
    """A page or more for each of three hundred stations, with two pictures."""
    kept = io.BytesIO()
    Image.effect_noise((480, 360), 60).convert("RGB").save(kept, "JPEG", quality=70)
    item = ("运行管理：开放时间、公示、制度与安全（20）", "18.0、17.5", "17.75", "应急演练记录只有一次")
    rows = [item] * 9
    pictures = [photo_block(kept.getvalue(), "现场"), photo_block(kept.getvalue(), "公示栏")]
    values = {
        **Stamp("周敏", clock.now()).values(title="第三方评估报告", number="年度评估", issuer="主管部门"),
        "cover": [["评估期", "2026年10月"]],
        "sections": [
            blocks.section(
                f"第 {number} 社工站", blocks.facts([("得分与等级", "88.50 分，良好")]),
                blocks.table(("条目", "评分", "计入", "意见"), rows), *pictures,
            )
            for number in range(PAGES)
        ],
    }  # fmt: skip
    with pikepdf.open(io.BytesIO(typeset(MAKER.template, values))) as made:
        assert len(made.pages) >= PAGES
