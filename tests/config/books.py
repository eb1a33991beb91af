"""Workbooks for tests, filled in the way people do."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook

from shegong.config.workbook.sheets import SHEETS, both

DAY = date(2024, 3, 1)
CODE = "52510100MJ00000016"


def book(**sheets: Sequence[Mapping[str, Any]]) -> io.BytesIO:
    """A workbook with these rows; only the columns that the rows use, under their Chinese headings."""
    made = Workbook()
    for sheet in SHEETS:
        if sheet.name not in sheets:
            continue
        worksheet = made.create_sheet(both(sheet.title)[0])
        keys = [column.name for column in sheet.columns if column.is_key]
        used = {name for row in sheets[sheet.name] for name in row} | set(keys)
        columns = [column for column in sheet.columns if column.name in used]
        for place, column in enumerate(columns, start=1):
            worksheet.cell(1, place, both(column.title)[0])
            for number, row in enumerate(sheets[sheet.name], start=2):
                worksheet.cell(number, place, row.get(column.name))
    del made["Sheet"]
    return saved(made)


def saved(made: Workbook) -> io.BytesIO:
    content = io.BytesIO()
    made.save(content)
    content.seek(0)
    return content


def repacked(content: io.BytesIO, changes: Mapping[str, bytes]) -> io.BytesIO:
    """The same file with some of its parts replaced or added."""
    made = io.BytesIO()
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in {*old.namelist(), *changes}:
            new.writestr(name, changes[name] if name in changes else old.read(name))
    made.seek(0)
    return made


def small_city() -> dict[str, list[dict[str, Any]]]:
    """Three stations, an agency, two accounts and two workers, for a city whose centre is C."""
    return {
        "stations": [
            # The room stands before those above it: the order is free.
            {
                "key": "C-01-01-1",
                "tier": "社工室",
                "parent": "C-01-01",
                "name": "一村社工室",
                "stage": "运行",
                "stage_since": DAY,
            },
            {"key": "C-01", "tier": "社工总站", "name": "一区", "stage": "运行", "stage_since": DAY, "mode": "self"},
            {
                "key": "C-01-01",
                "tier": "社工站",
                "parent": "C-01",
                "name": "一街社工站",
                "stage": "运行",
                "stage_since": DAY,
                "agency": CODE,
                "longitude": 104.0921,
                "latitude": 30.6413,
            },
        ],
        "organisations": [
            {"name": "同心社工中心", "kinds": "社工机构、慈善组织", "credit_code": CODE, "since": date(2015, 6, 1)}
        ],
        "accounts": [
            {"username": "wang", "display_name": "王小雨", "role": "社工", "station": "C-01-01-1", "since": DAY},
            {"username": "jiang", "display_name": "蒋文", "role": "机构负责人", "station": "C-01", "organisation": CODE,
             "since": DAY, "email": "jiang@example.org"},
        ],
        "workers": [
            {"name": "王小雨", "sex": "女", "source": "购买服务", "employer": CODE, "level": "助理社会工作师",
             "number": "20200001", "issued_on": date(2020, 10, 18), "station": "C-01-01-1", "since": DAY,
             "username": "wang"},
            {"name": "李强", "source": "民政", "station": "C-01-01-1", "since": DAY, "specialities": "督导"},
        ],
    }  # fmt: skip
