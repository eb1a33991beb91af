"""Times, amounts and numbers as people say them, in the language of the request."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from django.utils import dateformat, timezone
from django.utils.translation import get_language, gettext, ngettext

from shegong.kernel import clock

Amount = int | float | Decimal
NOTHING = "—"


def format_date(day: date, form: str) -> str:
    """A day or a local moment in one of Django's forms, in the language of the request."""
    # Moments that are equal may read differently in two zones: what counts is what the clock on the wall shows.
    shown = day.replace(tzinfo=None) if isinstance(day, datetime) else day
    return _formatted(shown, form, get_language() or "")


@lru_cache(maxsize=8192)
def _formatted(day: date, form: str, language: str) -> str:
    # A page of fifty dates spent a tenth of its time here; the same few thousand days are asked for again and again.
    return dateformat.format(day, form)


def spoken_time(moment: datetime, now: datetime | None = None) -> str:
    """今天 14:30, 昨天 14:30, 3 天前, 7月3日, 2022年7月: near times precisely, far ones roughly. `moment` is aware."""
    local = timezone.localtime(moment)
    today = timezone.localtime(now).date() if now else clock.today()
    days = (local.date() - today).days
    time = local.strftime("%H:%M")
    if days == 0:
        return gettext("今天 %(time)s") % {"time": time}
    if days == -1:
        return gettext("昨天 %(time)s") % {"time": time}
    if days == 1:
        return gettext("明天 %(time)s") % {"time": time}
    if 1 < days < 7:
        return f"{format_date(local, gettext('n月j日'))} {time}"
    return spoken_date(local.date(), today)


def spoken_date(day: date, today: date | None = None) -> str:
    """今天, 昨天, 明天, 3 天前, 7月3日 in this year, and 2022年7月 in another."""
    today = today or clock.today()
    days = (day - today).days
    if days == 0:
        return gettext("今天")
    if days == -1:
        return gettext("昨天")
    if days == 1:
        return gettext("明天")
    if -7 < days < 0:
        return ngettext("%(count)s 天前", "%(count)s 天前", -days) % {"count": -days}
    if day.year == today.year or abs(day - today) < timedelta(days=31):
        return format_date(day, gettext("n月j日"))
    return month_name(day)


def exact_time(moment: date) -> str:
    """2022年7月3日 14:30 for a moment, 2022年7月3日 for a date."""
    if isinstance(moment, datetime):
        return format_date(timezone.localtime(moment), gettext("Y年n月j日 H:i"))
    return format_date(moment, gettext("Y年n月j日"))


def month_name(day: date) -> str:
    """2022年7月."""
    return format_date(day, gettext("Y年n月"))


def exact(value: Amount) -> Decimal:
    """The amount as a decimal; a float by the digits it shows."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def number(value: Amount, digits: int | None = None) -> str:
    """1,234,567 or 1,234.5: `digits` decimals, or (when None) as many as needed, at most two."""
    places = 2 if digits is None else digits
    rounded = exact(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    text = f"{rounded:,f}"
    if digits is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", "−")


def money(yuan: Amount) -> str:
    """¥1,234,567.00."""
    text = number(abs(exact(yuan)), 2)
    return f"−¥{text}" if yuan < 0 else f"¥{text}"


def money_short(yuan: Amount) -> str:
    """Yuan in the unit people speak in: 96 元, 12.3 万元, 1.25 亿元; in English ¥123 thousand, ¥1.25 million."""
    amount = exact(yuan)
    size = abs(amount)
    if (get_language() or "").startswith("zh"):
        if size >= 100_000_000:
            return gettext("%(amount)s 亿元") % {"amount": number(amount / 100_000_000)}
        if size >= 10_000:
            return gettext("%(amount)s 万元") % {"amount": number(round(amount / 10_000, 1))}
    elif size >= 1_000_000:
        return gettext("%(amount)s 百万元") % {"amount": number(amount / 1_000_000)}
    elif size >= 10_000:
        return gettext("%(amount)s 千元") % {"amount": number(round(amount / 1_000, 1))}
    return gettext("%(amount)s 元") % {"amount": number(amount)}


def percent(fraction: Amount, digits: int = 1) -> str:
    """95.3% for 0.953."""
    return f"{number(exact(fraction) * 100, digits)}%"


def duration(minutes: int) -> str:
    """45 分钟, 1 小时 30 分钟, 2 小时."""
    hours, rest = divmod(minutes, 60)
    parts = []
    if hours:
        parts.append(ngettext("%(count)s 小时", "%(count)s 小时", hours) % {"count": number(hours)})
    if rest or not hours:
        parts.append(ngettext("%(count)s 分钟", "%(count)s 分钟", rest) % {"count": rest})
    return " ".join(parts)
