"""The design system's tags and filters: `{% load shegong %}`. frontend/README.md shows each in use."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.forms import BaseForm, BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.http import QueryDict
from django.template.context import Context, RequestContext
from django.template.loader import get_template
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from shegong.kernel import wording
from shegong.kernel.citations import address_of

register = template.Library()

ICON_SIZES = {"": "icon", "small": "icon icon-small", "large": "icon icon-large"}
COMPONENTS = "kernel/components/"
# On a phone the bottom bar has room for five; with the record button in the middle four are left.
BAR_ENTRIES = 5


# Pictures and small marks


@register.simple_tag
@lru_cache(maxsize=1024, typed=True)
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """A picture of frontend/src/icons.json; decorative unless it has a `label`. `size`: "", "small", "large"."""
    return _drawn(name, size, str(label))


@lru_cache(maxsize=1024)  # a page has a hundred of them, the whole product some hundred different ones
def _drawn(name: str, size: str, label: str) -> SafeString:
    described = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    source = static("dist/icons.svg")
    return format_html('<svg class="{}" {}><use href="{}#{}"/></svg>', ICON_SIZES[size], described, source, name)


@register.simple_tag(takes_context=True)
def cited(context: Context, kind: str, key: str, words: str) -> SafeString:
    """The words that name a clause, leading to it where the policy library knows what rests on it."""
    url = address_of(kind, str(key), context.get("request"))
    return format_html('<a href="{}">{}</a>', url, words) if url else format_html("{}", words)


@register.simple_tag
def chip(text: str, kind: str = "", icon_name: str = "") -> SafeString:
    """A small word about something. `kind`: "", "brand", "attention", "danger", "line"."""
    mark = icon(icon_name, "small") if icon_name else ""
    return format_html('<span class="chip{}">{}{}</span>', f" chip-{kind}" if kind else "", mark, text)


@register.simple_tag
def quiet_lock(reason: str = "") -> SafeString:
    """The mark of a restricted file; says why to those who may know."""
    words = reason or gettext("限制查阅")
    return format_html('<span class="lock" title="{}">{}{}</span>', words, icon("lock", "small"), gettext("限制"))


@register.inclusion_tag(COMPONENTS + "toast.html")
def toast(text: str, level: str = "info") -> dict[str, Any]:
    """One message at the edge of the screen. `level`: Django's level tags."""
    return {"text": text, "level": level, "stays": level in ("warning", "error")}


@register.inclusion_tag(COMPONENTS + "watermark.html")
def watermark(text: str) -> dict[str, Any]:
    """The viewer's name over personal files and prints."""
    return {"text": text}


# Numbers


@register.inclusion_tag(COMPONENTS + "number_card.html")
def number_card(
    label: str,
    value: wording.Amount | str | None,
    unit: str = "",
    *,
    base: str | wording.Amount | None = None,
    change: wording.Amount | None = None,
    change_label: str = "",
    target: wording.Amount | None = None,
    full: wording.Amount | None = None,
    href: str = "",
    as_of: datetime | None = None,
    note: str = "",
    gap: str = "",
    gap_href: str = "",
) -> dict[str, Any]:
    """A number that explains itself.

    A `value` that is text ("0–5") is shown as it stands. `gap` says what is missing, `gap_href` opens where.
    `value`, `change` and `target` are in `unit` (a percentage as 95.3 with "%"). `base` is what it is measured against
    (a number or words); `change` is against its own past, named by `change_label`; `full` is the end of the bar
    (100 for "%"). `href` opens what is behind it.
    """
    end = full if full is not None else (100 if unit == "%" else target)
    return {
        "label": label,
        "value": value if isinstance(value, str) else wording.NOTHING if value is None else wording.number(value),
        "known": value is not None,
        "unit": unit,
        "base": base if base is None or isinstance(base, str) else wording.number(base),
        "change": None if change is None else wording.number(abs(wording.exact(change))),
        "change_icon": _direction_icon(change),
        "change_word": _direction_word(change),
        "change_label": change_label or gettext("比去年同期"),
        "target": None if target is None else wording.number(target),
        "bar": None
        if value is None or isinstance(value, str) or target is None or not end
        else _bar(value, target, end),
        "href": href,
        "as_of": as_of,
        "note": note,
        "gap": gap,
        "gap_href": gap_href,
    }


@register.inclusion_tag(COMPONENTS + "progress_line.html")
def progress_line(
    label: str,
    done: wording.Amount,
    total: wording.Amount,
    *,
    unit: str = "",
    expected: wording.Amount | None = None,
    late: bool = False,
) -> dict[str, Any]:
    """How far something is: `done` of `total`, with a mark where it is `expected` to be by now."""
    bar = _bar(done, expected, total) if total else None
    return {
        "label": label,
        "done": wording.number(done),
        "total": wording.number(total),
        "unit": unit,
        "bar": bar,
        "late": late or (expected is not None and done < expected),
        "share": wording.percent(wording.exact(done) / wording.exact(total), 0) if total else wording.NOTHING,
    }


def _bar(value: wording.Amount, mark: wording.Amount | None, end: wording.Amount) -> dict[str, str]:
    """Widths in percent as text with a point, whatever the language."""

    def share(amount: wording.Amount) -> str:
        return f"{min(max(float(amount) / float(end) * 100, 0.0), 100.0):.1f}%"

    return {"done": share(value), "mark": "" if mark is None or mark == end else share(mark)}


def _direction_icon(change: wording.Amount | None) -> str:
    if not change:
        return "same"
    return "rise" if change > 0 else "fall"


def _direction_word(change: wording.Amount | None) -> str:
    if not change:
        return gettext("持平")
    return gettext("增加") if change > 0 else gettext("减少")


# Words about times and amounts. What a template doesn't find arrives as "": it reads as nothing, like None.


@register.filter
def when(moment: date | None) -> str:
    """A moment or a date as people say it, exact on hover; a dash for None."""
    if moment is None:
        return wording.NOTHING
    spoken = wording.spoken_time(moment) if isinstance(moment, datetime) else wording.spoken_date(moment)
    return _time_element(moment, spoken)


@register.filter
def day(moment: date | None) -> str:
    """2022年7月3日."""
    if moment is None:
        return wording.NOTHING
    on = _local(moment).date() if isinstance(moment, datetime) else moment
    return _time_element(moment, wording.exact_time(on))


@register.filter
def last_day(until: date | str | None) -> str:
    """The last day of a time that runs up to, not on, `until` (a date, or an ISO date as the journal keeps it)."""
    ends = date.fromisoformat(until) if isinstance(until, str) else until
    return day(ends and ends - timedelta(days=1))


@register.filter
def clock(moment: datetime | None) -> str:
    """14:30."""
    return wording.NOTHING if moment is None else _time_element(moment, _local(moment).strftime("%H:%M"))


@register.filter
def month(moment: date | None) -> str:
    """2022年7月."""
    if moment is None:
        return wording.NOTHING
    return wording.month_name(_local(moment) if isinstance(moment, datetime) else moment)


def _local(moment: datetime) -> datetime:
    return timezone.localtime(moment)


def _time_element(moment: date, words: str) -> SafeString:
    machine = _local(moment).isoformat(timespec="minutes") if isinstance(moment, datetime) else moment.isoformat()
    return format_html('<time datetime="{}" title="{}">{}</time>', machine, wording.exact_time(moment), words)


@register.filter
def number(value: wording.Amount | str | None, digits: int | None = None) -> str:
    """1,234,567.5; a dash for None."""
    return wording.NOTHING if value is None or isinstance(value, str) else wording.number(value, digits)


@register.filter
def signed(value: int) -> str:
    """+1, 0, −1."""
    return "0" if not value else f"{'+' if value > 0 else '−'}{abs(value)}"


@register.filter
def money(value: wording.Amount | str | None) -> str:
    """¥1,234,567.00; a dash for None."""
    return wording.NOTHING if value is None or isinstance(value, str) else wording.money(value)


@register.filter
def money_short(value: wording.Amount | str | None) -> str:
    """12.3 万元; a dash for None."""
    return wording.NOTHING if value is None or isinstance(value, str) else wording.money_short(value)


@register.filter
def percent(value: wording.Amount | str | None, digits: int = 1) -> str:
    """95.3% for 0.953; a dash for None."""
    return wording.NOTHING if value is None or isinstance(value, str) else wording.percent(value, digits)


@register.filter
def duration(minutes: int | str | None) -> str:
    """1 小时 30 分钟 for 90; a dash for None."""
    return wording.NOTHING if minutes is None or isinstance(minutes, str) else wording.duration(minutes)


# Forms


@register.simple_tag
def field(bound: BoundField, width: str = "") -> SafeString:
    """A form field with label, hint and error. `width`: "", "short", "wide" (both columns of `.form-columns`)."""
    return SafeString(bound.render(context={"field": bound, "width": width}))


@register.simple_tag
def control(bound: BoundField) -> SafeString:
    """A field's bare control, dressed."""
    widget = bound.field.widget
    if isinstance(widget, CheckboxInput | RadioSelect | CheckboxSelectMultiple):
        return SafeString(bound.as_widget())
    dress = "form-select" if isinstance(widget, Select) else "form-control"
    own = str(widget.attrs.get("class", ""))
    return SafeString(bound.as_widget(attrs={"class": f"{dress} {own}".strip()}))


@register.filter
def control_kind(bound: BoundField) -> str:
    """ "check" for a single box, "choices" for several, "group" for a widget of several controls, else "plain"."""
    widget = bound.field.widget
    if isinstance(widget, CheckboxInput):
        return "check"
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return "choices"
    return "group" if widget.use_fieldset else "plain"


@register.inclusion_tag(COMPONENTS + "error_summary.html")
def error_summary(*forms: BaseForm) -> dict[str, Any]:
    """All errors of one or several forms, each a link to its field; nothing when there are none."""
    problems = []
    for form in forms:
        problems += [{"label": "", "target": "", "text": text} for text in form.non_field_errors()]
        for bound in form:
            target = f"{bound.auto_id}_0" if control_kind(bound) in ("choices", "group") else bound.id_for_label
            problems += [{"label": bound.label, "target": target, "text": text} for text in bound.errors]
    return {"problems": problems}


# Ways through the pages


@register.simple_tag(takes_context=True)
def main_navigation(context: RequestContext) -> SafeString:
    """The navigation of `navigation` (mappings with title, url, icon, active and, if wanted, section: its heading),
    with the record button in the middle of a phone's bar.
    """
    entries: Sequence[Mapping[str, Any]] = context.get("navigation") or ()
    shown = tuple(
        (str(each["title"]), each["url"], each["icon"], str(each.get("section") or ""), bool(each.get("active")))
        for each in entries
    )
    return _navigation(shown, context.get("record_url") or "", get_language() or "")


@lru_cache(maxsize=1024)  # it took a fourth of a page's time, and is the same for all who have the same roles
def _navigation(shown: tuple[tuple[str, str, str, str, bool], ...], record_url: str, language: str) -> SafeString:
    names = ("title", "url", "icon", "section", "active")
    entries = [dict(zip(names, each, strict=True)) for each in shown]
    room = BAR_ENTRIES - 1 if record_url else BAR_ENTRIES
    bar = len(entries) if len(entries) <= room else room - 1
    # Half of what stands in the bar, "more" included, goes before the button.
    middle = min((min(len(entries), room) + 1) // 2, bar)
    words = {"entries": entries, "bar": bar, "middle": middle, "rest": entries[bar:], "record_url": record_url}
    return SafeString(get_template(COMPONENTS + "main_navigation.html").render(words))


@register.simple_tag(takes_context=True)
def title_again(context: Context) -> str:
    """What the page put into its block `title`, where a template has to show it a second time."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block("title") if blocks else None
    return block.render(context) if block else ""


@register.inclusion_tag(COMPONENTS + "breadcrumb.html")
def breadcrumb(steps: Iterable[Any]) -> dict[str, Any]:
    """Where this page is: objects or mappings with `title` and `url`, the way down without this page itself."""
    return {"steps": steps}


@register.inclusion_tag(COMPONENTS + "tabs.html")
def tabs(entries: Iterable[Any], label: str = "") -> dict[str, Any]:
    """Parts of one thing: objects or mappings with `title`, `url`, `active` and, if wanted, `count`."""
    return {"entries": entries, "label": label}


@register.inclusion_tag(COMPONENTS + "filters.html")
def filters(entries: Iterable[Any], label: str = "") -> dict[str, Any]:
    """Choices that narrow a list: as `tabs`."""
    return {"entries": entries, "label": label}


@register.inclusion_tag(COMPONENTS + "pager.html", takes_context=True)
def pager(context: RequestContext, page: Any) -> dict[str, Any]:
    """Back and on through a list by cursor. `page` has `next_cursor` and perhaps `previous_cursor`."""

    def address(cursor: str | None) -> str:
        if not cursor:
            return ""
        request = context.get("request")
        query = request.GET.copy() if request else QueryDict(mutable=True)
        query["cursor"] = cursor
        return f"?{query.urlencode()}"

    return {
        "previous_url": address(getattr(page, "previous_cursor", None)),
        "next_url": address(getattr(page, "next_cursor", None)),
    }


# Things on a page


@register.inclusion_tag(COMPONENTS + "empty_state.html")
def empty_state(
    title: str, text: str = "", action: str = "", href: str = "", icon_name: str = "inbox"
) -> dict[str, Any]:
    """What to say when there is nothing: what it means and what to do."""
    return {"title": title, "text": text, "action": action, "href": href, "icon_name": icon_name}


@register.inclusion_tag(COMPONENTS + "masked.html")
def masked_value(masked: str, url: str = "", label: str = "") -> dict[str, Any]:
    """A number hidden until asked for. `url` answers POST with `revealed_value`; without it there is no asking."""
    return {"masked": masked, "url": url, "label": label or gettext("显示完整号码")}


@register.inclusion_tag(COMPONENTS + "revealed.html")
def revealed_value(value: str, masked: str) -> dict[str, Any]:
    """The answer to the asking: the whole number, hidden again by the page after a minute."""
    return {"value": value, "masked": masked}


@register.simple_block_tag
def timeline_item(
    content: str, title: str, at: date, by: str = "", icon_name: str = "record", href: str = "", attention: bool = False
) -> SafeString:
    """One step of a `<ol class="timeline">`; what stands between the tags is its text."""
    head = format_html('<a href="{}">{}</a>', href, title) if href else title
    return format_html(
        '<li class="timeline-item{}"><span class="timeline-dot">{}</span>'
        '<div class="timeline-head"><strong>{}</strong>{}</div>{}<div>{}</div></li>',
        " timeline-attention" if attention else "",
        icon(icon_name),
        head,
        when(at),
        format_html('<div class="timeline-by">{}</div>', by) if by else "",
        content,
    )


@register.inclusion_tag(COMPONENTS + "chart.html")
def chart(kind: str, title: str, data: Mapping[str, Any], *, note: str = "", low: bool = False) -> dict[str, Any]:
    """A chart that answers one question; `title` says the answer. The numbers are also a table.

    `kind` "map", "bars" or "funnel": `data["rows"]` of mappings with `name`, `value` and perhaps `href`, `base`,
    `target`, `note`, `code` (map: six-digit division code). "lines": `data["labels"]` and `data["series"]` of mappings
    with `name`, `values`, perhaps `dashed`. `data["unit"]` names the unit, `data["points"]` of a map marks places
    (`name`, `lon`, `lat`, `value`, `href`). Values may be None. The page loads dist/charts.js in its block scripts.
    """
    series = data.get("series", ())
    lines = [
        {"name": label, "values": [one["values"][index] for one in series], "href": _at(data.get("hrefs"), index)}
        for index, label in enumerate(data.get("labels", ()))
    ]
    return {
        "kind": kind,
        "title": title,
        # In an attribute: htmx takes every script element, data or not, out of what it swaps in.
        "numbers": json.dumps({**data, "rows": list(data.get("rows", ()))}, cls=DjangoJSONEncoder, ensure_ascii=False),
        "rows": data.get("rows", ()),
        "points": data.get("points", ()),
        "lines": lines,
        "series": series,
        "unit": data.get("unit", ""),
        "has_base": any(row.get("base") is not None for row in data.get("rows", ())),
        "has_target": any(row.get("target") is not None for row in data.get("rows", ())),
        "note": note,
        "low": low,
        "geo": data.get("geo") or (_map_file() if kind == "map" else ""),
    }


def _at(values: Sequence[str] | None, index: int) -> str:
    return values[index] if values and index < len(values) else ""


def _map_file() -> str:
    """The city's boundaries; empty where none were built, and the chart stays a table."""
    try:
        return static(getattr(settings, "MAP_FILE", "dist/chengdu.geo.json"))
    except ValueError:
        return ""
