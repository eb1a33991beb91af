"""XLSForm workbooks for tests."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from pyxform.xls2xform import convert

Sheets = Mapping[str, Sequence[Sequence[Any]]]
HEAD = ("type", "name", "label::中文 (zh)", "label::English (en)", "hint::中文 (zh)", "required", "relevant",
        "constraint", "constraint_message::中文 (zh)", "constraint_message::English (en)", "calculation",
        "choice_filter", "repeat_count", "default", "readonly", "appearance")  # fmt: skip
# Groups, repeats, relevance, constraints, calculations, filters, translations: what a real form has.
RICH: dict[str, list[tuple[Any, ...]]] = {
    "survey": [
        HEAD,
        ("note", "hello", "您好，以下 30 题", "Hello, 30 questions"),
        ("begin_group", "person", "个人", "Person", "", "", "", "", "", "", "", "", "", "", "", "field-list"),
        ("text", "name", "怎么称呼", "Name", "不写真名也可以", "yes"),
        ("integer", "age", "年龄", "Age", "", "yes", "", ". >= 0 and . < 130", "0 到 129", "0 to 129"),
        ("date", "since", "何时搬来", "Here since", "", "", "${age} > 0", ". <= today()", "不能晚于今天",
         "Not after today"),
        ("time", "calls", "何时方便", "When to call"),
        ("dateTime", "seen", "上次就诊", "Last seen by a doctor"),
        ("end_group",),
        ("select_one yes_no", "alone", "独居吗", "Living alone?", "", "true()"),
        ("select_multiple troubles", "troubles", "有哪些困难", "Troubles", "", "", "${alone} = 'yes'",
         "not(selected(., 'none') and count-selected(.) > 1)"),
        ("text", "trouble_other", "还有什么", "What else?", "", "selected(${troubles}, 'other')",
         "selected(${troubles}, 'other')"),
        ("begin_repeat", "children", "子女", "Children", "", "", "${age} >= 18"),
        ("text", "child", "第几个孩子", "Child"),
        ("decimal", "help", "每周来几次", "Visits a week", "", "", "", ". >= 0", "", "", "", "", "", "0"),
        ("end_repeat",),
        ("calculate", "visits", "", "", "", "", "", "", "", "", "sum(${help})"),
        ("calculate", "level", "", "", "", "", "", "", "", "", "if(${visits} = '' or ${visits} < 1, 'low', 'fine')"),
        ("note", "told", "共 ${visits} 次", "${visits} visits", "", "", "${level} = 'fine'"),
        ("select_one county", "county", "区县", "County"),
        ("select_one town", "town", "镇街", "Town", "", "", "", "", "", "", "", "county = ${county}"),
        ("rank wishes", "wishes", "愿望排序", "Rank"),
        ("begin_repeat", "meals", "三餐", "Meals", "", "", "", "", "", "", "", "", "3"),
        ("text", "meal", "第 ${nth} 餐", "Meal ${nth}"),
        ("calculate", "nth", "", "", "", "", "", "", "", "", "position(..)"),
        ("end_repeat",),
        ("acknowledge", "agreed", "已读", "Read"),
    ],
    "choices": [
        ("list_name", "name", "label::中文 (zh)", "label::English (en)", "score", "county"),
        ("yes_no", "yes", "是", "Yes", 1), ("yes_no", "no", "否", "No", 0),
        ("troubles", "health", "健康", "Health", 2), ("troubles", "money", "经济", "Money", 1),
        ("troubles", "other", "其他", "Other"), ("troubles", "none", "没有", "None"),
        ("county", "510104", "锦江", "Jinjiang"), ("county", "510105", "青羊", "Qingyang"),
        ("town", "a", "甲街道", "A", "", "510104"), ("town", "b", "乙街道", "B", "", "510105"),
        ("wishes", "x", "陪伴", "Company"), ("wishes", "y", "活动", "Events"),
    ],
    "settings": [("form_title", "form_id", "version", "default_language"), ("家庭情况", "household", "1", "中文 (zh)")],
}  # fmt: skip


def workbook(sheets: Sheets) -> bytes:
    """A workbook with these rows in each sheet."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append([None if cell == "" else cell for cell in row])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def accepted_by_pyxform(content: bytes) -> bool:
    """What the reference reader says."""
    try:
        convert(BytesIO(content), file_type=".xlsx", validate=False)
    except Exception:  # it has many ways to say no
        return False
    return True
