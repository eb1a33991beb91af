"""Sums as they are written out on vouchers, so that nobody can alter them. Pure."""

from decimal import Decimal
from typing import Final

DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
PLACES: Final = ("", "拾", "佰", "仟")
GROUPS: Final = ("", "万", "亿", "万亿")


def capitals(amount: Decimal) -> str:
    """A sum of yuan with at most two decimals in capital characters (中国人民银行《正确填写票据和结算凭证的基本规定》).

    >>> capitals(Decimal("1234567.89"))
    '人民币壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分'
    >>> capitals(Decimal("10007000.00"))
    '人民币壹仟万柒仟元整'
    >>> capitals(Decimal("1409.50"))
    '人民币壹仟肆佰零玖元伍角'
    >>> capitals(Decimal("16000.05"))
    '人民币壹万陆仟元零伍分'
    >>> capitals(Decimal("100000001.00"))
    '人民币壹亿零壹元整'
    >>> capitals(Decimal("0.07")), capitals(Decimal("0.30"))
    ('人民币柒分', '人民币叁角')

    Raises ValueError for a sum below zero or beyond 万亿.
    """
    cents = int((amount * 100).to_integral_exact())
    if not 0 <= cents < 10**18:
        raise ValueError(f"not a sum to be written out: {amount}")
    whole, rest = divmod(cents, 100)
    tenths, hundredths = divmod(rest, 10)
    words = f"{_whole(whole)}元" if whole else ""
    if not rest:
        return f"人民币{words or '零元'}整"
    if tenths:
        words += f"{DIGITS[tenths]}角"
    elif whole:
        words += "零"
    if hundredths:
        words += f"{DIGITS[hundredths]}分"
    return f"人民币{words}"


def _whole(number: int) -> str:
    """Yuan by groups of four digits; a gap is read once as zero."""
    words, gap = "", False
    for place in range(len(GROUPS) - 1, -1, -1):
        four = number // 10_000**place % 10_000
        if not four:
            gap = gap or bool(words)
            continue
        if words and (gap or four < 1000):
            words += DIGITS[0]
        words += _four(four) + GROUPS[place]
        gap = False
    return words


def _four(number: int) -> str:
    words, gap = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if not digit:
            gap = gap or bool(words)
            continue
        words += (DIGITS[0] if gap else "") + DIGITS[digit] + PLACES[place]
        gap = False
    return words
