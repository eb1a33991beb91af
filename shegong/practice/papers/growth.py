"""成长记录: a worker's certificates, registrations, hours and way up the ladder. The worker's number, as a UUID, is the
key that papers go by.
"""

from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shegong.kernel import clock
from shegong.network.scope import Viewer
from shegong.practice.papers import blocks
from shegong.practice.papers.blocks import Block
from shegong.practice.papers.maker import PaperMaker, Stamp, Subject
from shegong.workforce.enums import CareerMeasure
from shegong.workforce.models import Worker
from shegong.workforce.queries.credential import READERS, CredentialFile, GrowthPage, counts, growth_page, worker_seen
from shegong.workforce.rules.career import Condition

TITLE: Final = "成长记录"
LARGEST_ID: Final = 2**63


def growth_values(page: GrowthPage, stamp: Stamp) -> dict[str, Any]:
    """What the template says. Pure."""
    worker, file = page.worker, page.file
    return {
        **stamp.values(title=TITLE, number=worker.name, issuer=worker.station.name),
        "sections": [
            blocks.section(
                "基本情况",
                blocks.facts(
                    [
                        ("姓名", worker.name),
                        ("所在站点", worker.station.name),
                        ("入职", blocks.day(worker.since)),
                        ("已满足的职级", str(page.step.label) if page.step else "尚无"),
                    ]
                ),
            ),
            blocks.section("职业资格与登记", *_credentials(file)),
            blocks.section("继续教育", *_learning(file)),
            *[
                blocks.section(
                    f"职级条件：{rung.step.label}", blocks.table(("条件", "现有", "依据"), map(_row, rung.conditions))
                )
                for rung in page.rungs
                if rung.conditions
            ],
            blocks.section("", blocks.signatures([("本人", "", None), ("站点盖章", "", None)])),
        ],
    }


def _credentials(file: CredentialFile) -> list[Block | None]:
    certificates = [
        (str(each.get_level_display()), each.number, blocks.day(each.issued_on)) for each in file.credentials
    ]
    registrations = [
        (
            str(each.credential.get_level_display()),
            f"{blocks.day(each.since)} 至 {blocks.day(each.last_day)}",
            "延续登记" if each.is_renewal else "首次登记",
        )
        for each in file.registrations
    ]
    return [
        blocks.table(("证书级别", "证书编号", "发证日期"), certificates) or blocks.text("没有证书。"),
        blocks.table(("登记级别", "登记期", "类别"), registrations) or blocks.text("没有登记。"),
    ]


def _learning(file: CredentialFile) -> list[Block | None]:
    entries = [each for each in file.entries if counts(each)]
    rows = [
        (each.title, blocks.day(each.learned_on), str(each.get_kind_display()), f"{each.hours}") for each in entries
    ]
    latest = file.current
    said = f"共 {sum(each.hours for each in entries)} 学时"
    if latest is not None:
        said += f"；本次登记期（{blocks.day(latest.since)}起）{file.standing.hours} 学时，要求 {file.needed} 学时。"
    return [
        blocks.text(said) if entries else None,
        blocks.table(("名称", "完成日期", "类型", "学时"), rows) or blocks.text("没有记录。"),
    ]


def _row(condition: Condition) -> tuple[str, str, str]:
    asked = condition.asked
    words = str(CareerMeasure(asked.measure).label)
    if condition.level is not None:
        wanted, have = str(condition.level.label), str(condition.held.label) if condition.held else "无"
    elif asked.measure == CareerMeasure.REGISTRATION:
        wanted, have = "有效", "有效" if condition.is_met else "无效"
    else:
        wanted, have = str(asked.least), f"{condition.have:g}"
    return f"{words}：{wanted}", f"{have}（{'已满足' if condition.is_met else '未满足'}）", asked.source


def worker_of_key(viewer: Viewer, key: UUID) -> Worker | None:
    """The worker whose number this key is, with the station; None out of the viewer's reach. One query."""
    return worker_seen(viewer, key.int) if key.int < LARGEST_ID else None


def _subject(viewer: Viewer, key: UUID) -> Subject | None:
    worker = worker_of_key(viewer, key)
    if worker is None:
        return None
    url = reverse("workforce:growth", args=[worker.pk])
    return Subject("worker", key, worker.hub_id, worker.station_id, worker.name, url)


def _values(viewer: Viewer, key: UUID, stamp: Stamp) -> dict[str, Any] | None:
    worker = worker_of_key(viewer, key)
    return growth_values(growth_page(viewer, worker, clock.today()), stamp) if worker else None


MAKER: Final = PaperMaker(
    name=_("成长记录"),
    template="practice/papers/growth.typ",
    roles=READERS,
    subject=_subject,
    values=_values,
)
