"""读取一个指标 · Read an indicator, live, for a station and a period"""

import json

import click
from django.utils import translation

from shegong.indicators.queries import Part, Reading, breakdown, reading, station_by_key
from shegong.indicators.rules import CHILD, FACETS, INDICATORS, UNIT_NAMES
from shegong.kernel.periods import Period
from shegong.kernel.problems import Problem


@click.command()
@click.argument("code", required=False)
@click.option("--station", metavar="KEY", help="站点编号，默认全市 · the station's key (default: the city)")
@click.option("--period", metavar="2022|2022Q3|2022-07", help="时间段，默认今年 · the period (default: this year)")
@click.option("--by", type=click.Choice([*FACETS, CHILD]), help="分组 · break it down")
@click.option("--list", "list_all", is_flag=True, help="列出全部指标 · list all indicators")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON · print JSON")
def command(
    code: str | None, station: str | None, period: str | None, by: str | None, list_all: bool, as_json: bool
) -> None:
    """读取一个指标 · Read an indicator, live, for a station and a period."""
    if list_all:
        _print_list(as_json)
        return
    if code is None:
        raise click.UsageError("指标代码？ Which indicator? (shegong reading --list)")
    try:
        where = station_by_key(station)
        when = Period.parse(period) if period else None
        if by:
            parts = breakdown(code, where, when, by)
            _print(as_json, [part.as_json() for part in parts], [_line(part.reading, part) for part in parts])
        else:
            found = reading(code, where, when)
            _print(as_json, found.as_json(), [_line(found)])
    except Problem as problem:
        with translation.override("en"):
            english = str(problem)
        raise click.ClickException(f"{problem} {english}") from None


def _print(as_json: bool, content: object, lines: list[str]) -> None:
    click.echo(json.dumps(content, ensure_ascii=False) if as_json else "\n".join(lines))


def _line(found: Reading, part: Part | None = None) -> str:
    label = str(part.name if part else INDICATORS[found.code].name)
    fraction = f" = {found.numerator:,} / {found.denominator:,}" if found.denominator is not None else ""
    value = "—" if found.value is None else f"{found.value:,}"
    return f"{label}\t{value} {UNIT_NAMES[found.unit]}{fraction}\t{found.period}"


def _print_list(as_json: bool) -> None:
    rows = []
    for indicator in INDICATORS.values():
        row: dict[str, object] = {
            "code": indicator.code,
            "unit": indicator.unit.value,
            "by": sorted(indicator.dimensions),
        }
        for language, key in (("zh-hans", "zh"), ("en", "en")):
            with translation.override(language):
                row[f"name_{key}"] = str(indicator.name)
                row[f"definition_{key}"] = str(indicator.definition)
        rows.append(row)
    _print(as_json, rows, [f"{row['code']}\t{row['name_zh']}\t{row['name_en']}" for row in rows])
