"""Hours of service for the national volunteer service information system, as a workbook.

Order 67 (Measures on Recording Volunteer Service, art. 4-9) names what is recorded: the volunteer by number, the name,
date, place, content and hours of the service, who organised, who recorded. Identity numbers stay here: the unified
number stands for the person (MZ/T 061).
"""

import io
from collections.abc import Iterable
from typing import Final

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from shegong.linkage.models import Attendance

WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# The system's own words, in whatever language the reader is.
FIELDS: Final = (
    "志愿者编号", "姓名", "服务项目名称", "服务内容", "服务地点", "服务日期", "开始时间", "结束时间", "服务时长(小时)",
    "组织单位", "记录时间", "确认时间",
)  # fmt: skip
WIDTHS: Final = (20, 12, 28, 36, 24, 12, 10, 10, 14, 24, 18, 18)
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def hours_workbook(rows: Iterable[Attendance]) -> bytes:
    """The workbook with one row for each confirmed service; opportunity, volunteer and station should be loaded."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "志愿服务记录"
    sheet.append(list(FIELDS))
    for each in rows:
        call = each.opportunity
        begins, ends = (timezone.localtime(at).strftime("%H:%M") if at else "" for at in (each.starts_at, each.ends_at))
        recorded, confirmed = (
            timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""
            for at in (each.recorded_at, each.confirmed_at)
        )
        sheet.append(
            [
                each.volunteer.number, safe(each.volunteer.name), safe(call.title), safe(call.work), safe(call.place),
                each.on_day.isoformat(), begins, ends, round(each.minutes / 60, 1), safe(each.station.name), recorded,
                confirmed,
            ]
        )  # fmt: skip
    for number, width in enumerate(WIDTHS):
        sheet.column_dimensions[chr(ord("A") + number)].width = width
    sheet.freeze_panes = "A2"
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()
