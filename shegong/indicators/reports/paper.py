"""The PDF of a work report."""

from typing import Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shegong.indicators.models import WorkReportState
from shegong.indicators.reports.queries import READERS, ReportPage, report_page, report_seen
from shegong.kernel.periods import PeriodKind
from shegong.network.scope import Viewer
from shegong.practice.papers import blocks
from shegong.practice.papers.maker import PaperMaker, Stamp, Subject


def report_values(page: ReportPage, stamp: Stamp) -> dict[str, Any]:
    """What the template says. Pure."""
    report = page.report
    issued = report.state == WorkReportState.ISSUED
    title = "月度工作报告" if report.kind == PeriodKind.MONTH else "年度工作报告"
    who = f"{report.station.name}　{report.worker.name}" if report.worker else report.station.name
    before = "上月" if report.kind == PeriodKind.MONTH else "上年"
    head = ["指标", "单位", "本期", before, "上年同期"]
    rows = [[each.name, each.unit, *each.words] for each in page.figures]
    if report.kind == PeriodKind.YEAR:
        head, rows = head[:4], [row[:4] for row in rows]
    signed = [("签发人", page.issued_by, report.issued_at.date() if report.issued_at else None), ("站点盖章", "", None)]
    return {
        **stamp.values(title=title, number=report.period.label(), issuer=who),
        "draft": not issued,
        "sections": [
            blocks.section(
                "主要数据",
                blocks.table(head, rows),
                blocks.soft(
                    f"数据截至签发时（{blocks.moment(report.issued_at)}）。"
                    if report.issued_at
                    else "数据为打印时的数。"
                ),
            ),
            *[
                blocks.section(each["title"], blocks.text(each["text"] or ("无。" if issued else "（待写）")))
                for each in report.sections
            ],
            blocks.section("", blocks.signatures(signed)),
        ],
    }


def _subject(viewer: Viewer, key: UUID) -> Subject | None:
    report = report_seen(viewer, key)
    if report is None:
        return None
    number = f"{report.worker.name if report.worker else report.station.name} {report.period.label()}"
    url = reverse("indicators:report", args=[key])
    return Subject("workreport", key, report.hub_id, report.station_id, number, url)


def _values(viewer: Viewer, key: UUID, stamp: Stamp) -> dict[str, Any] | None:
    page = report_page(viewer, key)
    return report_values(page, stamp) if page else None


MAKER: Final = PaperMaker(
    name=_("工作报告"),
    template="indicators/reports/work_report.typ",
    roles=READERS,
    subject=_subject,
    values=_values,
)
