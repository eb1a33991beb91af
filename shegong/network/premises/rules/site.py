"""Sites, rooms, hours, agreements and equipment: what is wrong with them, and how much of a week they are open."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shegong.kernel.problems import Problem
from shegong.network.enums import Access, AreaKind, Condition, EquipmentSource, HostKind, OpenTo, Payer

LARGEST_CROWD: Final = 5000
MOST_PIECES: Final = 9999
LARGEST_AMOUNT: Final = Decimal("999999999.99")
SPAN: Final = re.compile(r"(\d{1,2})[:\uff1a](\d{2})\s*[-\u2013\u2014~\u81f3]\s*(\d{1,2})[:\uff1a](\d{2})")
WEEKDAYS: Final = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))


@dataclass(frozen=True, slots=True)
class Span:
    """Open on a weekday (1 is Monday) from one minute of the day to another, the last one excluded."""

    weekday: int
    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class SiteDraft:
    """What is said of a site. Longitude and latitude in degrees."""

    keeper_id: int
    name: str
    host_kind: str
    owner: str
    address: str
    access: str
    since: date
    open_to: str = OpenTo.AGREED.value
    division_id: int | None = None
    longitude: Decimal | None = None
    latitude: Decimal | None = None

    def digest(self) -> bytes:
        """16 bytes that are the same exactly when the content is the same."""
        return digest_of(asdict(self))


@dataclass(frozen=True, slots=True)
class AreaDraft:
    """What is said of a room."""

    name: str
    kind: str
    capacity: int
    square_metres: Decimal | None = None
    is_bookable: bool = True


def digest_of(content: dict[str, Any]) -> bytes:
    """16 bytes of a content's canonical form."""
    text = json.dumps(content, default=str, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


def site_problems(draft: SiteDraft) -> Iterator[Problem]:
    """What is wrong with a site's kinds (its texts are cleaned by the action)."""
    for field, value, known in (
        ("host_kind", draft.host_kind, HostKind.values),
        ("access", draft.access, Access.values),
        ("open_to", draft.open_to, OpenTo.values),
    ):
        if value not in known:
            yield Problem("choice_unknown", _("请从列出的选项中选择。"), field)


def area_problems(draft: AreaDraft) -> Iterator[Problem]:
    """What is wrong with a room."""
    if draft.kind not in AreaKind.values:
        yield Problem("choice_unknown", _("请从列出的选项中选择。"), "kind")
    if not 1 <= draft.capacity <= LARGEST_CROWD:
        yield Problem("capacity_range", _("可容纳人数应在 1 到 5000 之间。"), "capacity")
    if draft.square_metres is not None:
        if not 0 < draft.square_metres <= 99999:
            yield Problem("size_range", _("面积应大于 0。"), "square_metres")
        elif draft.square_metres != round(draft.square_metres, 1):
            yield Problem("size_decimals", _("面积最多一位小数。"), "square_metres")


def agreement_problems(payer: str, yearly: Decimal, since: date, until: date | None) -> Iterator[Problem]:
    """What is wrong with who pays what, from when to when."""
    if payer not in Payer.values:
        yield Problem("choice_unknown", _("请从列出的选项中选择。"), "payer")
    yield from amount_problems(yearly, "yearly")
    if payer == Payer.FREE and yearly > 0:
        yield Problem("free_with_amount", _("免费使用不能填费用。"), "yearly")
    if until is not None and until <= since:
        yield Problem("ends_before_start", _("结束日期应晚于开始日期。"), "until")


def amount_problems(amount: Decimal, field: str) -> Iterator[Problem]:
    """Yuan: not negative, two decimals at most."""
    if not amount.is_finite() or not 0 <= amount <= LARGEST_AMOUNT:
        yield Problem("amount_range", _("金额不能是负数，也不能超过十亿元。"), field)
    elif amount != round(amount, 2):
        yield Problem("amount_decimals", _("金额最多两位小数。"), field)


def equipment_problems(number: int, condition: str, source: str, checked_on: date, today: date) -> Iterator[Problem]:
    """What is wrong with an entry of the inventory."""
    if not 0 <= number <= MOST_PIECES:
        yield Problem("number_range", _("数量应在 0 到 9999 之间。"), "number")
    if condition not in Condition.values:
        yield Problem("choice_unknown", _("请从列出的选项中选择。"), "condition")
    if source not in EquipmentSource.values:
        yield Problem("choice_unknown", _("请从列出的选项中选择。"), "source")
    if checked_on > today:
        yield Problem("checked_later", _("盘点日期晚于今天。"), "checked_on")


def loan_problems(number: int, free: int, lent_on: date, due_on: date) -> Iterator[Problem]:
    """Why so many can't be lent. `free` is how many are there."""
    if number < 1:
        yield Problem("number_range", _("至少借出一件。"), "number")
    elif number > free:
        yield Problem("lent_too_many", _("现在只有 %(free)s 件可借。"), "number", params={"free": free})
    if due_on < lent_on:
        yield Problem("due_early", _("应还日期不能早于借出日期。"), "due_on")


def spans_read(weekday: int, text: str) -> list[Span]:
    """The spans of a weekday as they are typed: 9:00-12:00，14:00-17:30; empty when closed.

    Raises Problem `hours_form` or `hours_overlap`.
    """
    day = WEEKDAYS[weekday - 1]
    found = []
    for part in filter(None, (part.strip() for part in re.split(r"[,\uff0c;\uff1b\u3001\s]+(?=\d)", text.strip()))):
        match = SPAN.fullmatch(part)
        hours = [int(each) for each in match.groups()] if match else []
        if not hours or hours[1] > 59 or hours[3] > 59:
            raise Problem("hours_form", _("%(day)s应写成“9:00-12:00，14:00-17:30”。"), None, params={"day": day})
        span = Span(weekday, hours[0] * 60 + hours[1], hours[2] * 60 + hours[3])
        if not span.opens < span.closes <= 24 * 60:
            raise Problem("hours_form", _("%(day)s的关门时间应晚于开门时间。"), None, params={"day": day})
        found.append(span)
    found.sort(key=lambda span: span.opens)
    for former, later in pairwise(found):
        if later.opens < former.closes:
            raise Problem("hours_overlap", _("%(day)s的时段有重叠。"), None, params={"day": day})
    return found


def span_words(spans: Iterable[Span]) -> str:
    """9:00-12:00，14:00-17:30, as it can be typed again."""
    return _joined([f"{clock_words(span.opens)}-{clock_words(span.closes)}" for span in spans])


def _joined(parts: Sequence[str]) -> str:
    return "，".join(parts)


def clock_words(minute: int) -> str:
    """9:30 for minute 570."""
    return f"{minute // 60}:{minute % 60:02}"


def week_words(spans: Iterable[Span]) -> list[tuple[str | Promise, str]]:
    """(weekday, hours) for the seven days; an empty text for a closed day."""
    given = list(spans)
    return [
        (name, span_words(span for span in given if span.weekday == number)) for number, name in enumerate(WEEKDAYS, 1)
    ]
