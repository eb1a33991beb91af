"""The score sheet that comes with the product, and which clause each of its items rests on."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def sheet_rows() -> tuple[Mapping[str, str], ...]:
    """Its rows: rater, code, points, title_zh, title_en, and the clause as document and anchor."""
    source = files("shegong.appraisal") / "data" / "score_sheet.csv"
    with source.open(encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


def own_clauses() -> dict[tuple[str, str], tuple[str, str]]:
    """{(code, Chinese title): (document, anchor)}: an item that was reworded is another one."""
    return {(row["code"], row["title_zh"]): (row["document"], row["anchor"]) for row in sheet_rows()}
