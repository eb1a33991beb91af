"""From a document to an XLSForm workbook."""

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from shegong.catalogue.rules.document import TRUE
from shegong.catalogue.rules.evaluation import number_text
from shegong.catalogue.xlsform.extras import COLUMNS as EXTRA_COLUMNS
from shegong.catalogue.xlsform.extras import SHEET, extra_rows

CONTENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES: Final = {
    "text": "text", "note": "note", "integer": "integer", "decimal": "decimal", "date": "date", "time": "time",
    "datetime": "dateTime", "calculate": "calculate", "acknowledge": "acknowledge",
}  # fmt: skip
LISTED: Final = {"one": "select_one", "many": "select_multiple", "rank": "rank"}
TEXTS: Final = ("label", "hint", "constraint_message", "required_message")
MEMBERS: Final = {
    "relevant": "relevant", "required": "required", "constraint": "constraint", "calculation": "calculation",
    "read_only": "readonly", "choice_filter": "choice_filter", "count": "repeat_count", "default": "default",
    "appearance": "appearance",
}  # fmt: skip
Rows = list[dict[str, Any]]


def export_xlsform(document: Mapping[str, Any], code: str, version: int) -> bytes:
    """The workbook's content. Read again it gives the same document."""
    languages = document["languages"]
    book = Workbook()
    first = book.worksheets[0]
    first.title = "survey"
    survey = list(_survey(document["items"]))
    _fill(first, ["type", "name", *_texts(survey, languages), *MEMBERS.values()], survey)
    choices = [
        {"list_name": name, **_choice(choice)}
        for name, listed in document.get("lists", {}).items()
        for choice in listed
    ]
    columns = list(dict.fromkeys(key for row in choices for key in row if key not in ("list_name", "name", "label")))
    _fill(
        book.create_sheet("choices"), ["list_name", "name", *_texts(choices, languages, ("label",)), *columns], choices
    )
    title = document["title"].get(languages[0]) or next(iter(document["title"].values()))
    settings = {"form_title": title, "form_id": code, "version": str(version), "default_language": languages[0]}
    _fill(book.create_sheet("settings"), list(settings), [settings])
    extras = extra_rows(document)
    _fill(book.create_sheet(SHEET), [*EXTRA_COLUMNS, *_texts(extras, languages, ("label",))], extras)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _survey(items: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for item in items:
        kind = item["kind"]
        holds = kind in ("group", "repeat")
        row: dict[str, Any] = {"name": item["name"], **{text: item[text] for text in TEXTS if text in item}}
        row["type"] = f"begin_{kind}" if holds else TYPES.get(kind) or f"{LISTED[kind]} {item['list']}"
        for member, column in MEMBERS.items():
            if member in item:
                row[column] = "yes" if item[member] == TRUE and member in ("required", "read_only") else item[member]
        yield row
        if holds:
            yield from _survey(item.get("items", ()))
            yield {"type": f"end_{kind}"}


def _choice(choice: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"name": choice["value"], "label": choice["label"]}
    if "score" in choice:
        row["score"] = number_text(float(choice["score"]))
    if choice.get("alone"):
        row["alone"] = "yes"
    row.update(choice.get("columns", {}))
    return row


def _texts(rows: Rows, languages: Sequence[str], names: Sequence[str] = TEXTS) -> list[tuple[str, str]]:
    """The columns for texts: (name, language), those that some row fills, the label in every language."""
    return [
        (name, language)
        for name in names
        for language in languages
        if name == "label" or any(row.get(name, {}).get(language) for row in rows)
    ]


def _fill(sheet: Worksheet, columns: Sequence[str | tuple[str, str]], rows: Rows) -> None:
    heads = ["::".join(each) if isinstance(each, tuple) else each for each in columns]
    for number, text in enumerate(heads, start=1):
        sheet.cell(1, number, text).font = Font(bold=True)
    for line, row in enumerate(rows, start=2):
        for number, column in enumerate(columns, start=1):
            value = row.get(column[0], {}).get(column[1]) if isinstance(column, tuple) else row.get(column)
            if value:
                cell = sheet.cell(line, number, str(value))
                cell.data_type = "s"  # a text that begins with "=" is no formula
    sheet.freeze_panes = "C2" if len(columns) > 3 else "A2"
