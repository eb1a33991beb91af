"""Which payment of the ledger a row of the treasury's sheet stands for."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from shegong.purchase.enums import Finding

NEAR: Final = 5  # days by which the treasury's date may differ from ours


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment as the treasury lists it, or as our ledger does (`number` is the row's or the entry's, `voucher` the
    ledger's number of the entry).
    """

    number: int
    paid_on: date
    voucher: str
    amount: Decimal
    note: str = ""


def matched(rows: Sequence[Paid], payments: Iterable[Paid]) -> list[tuple[Paid, Finding, int | None]]:
    """Each row with what was found and the payment it stands for; no payment serves twice.

    First by voucher (the amount may then differ), then by the same amount within five days, the nearest first.
    """
    open_payments = {payment.number: payment for payment in payments}
    by_voucher = {payment.voucher: payment.number for payment in open_payments.values()}
    found: dict[int, tuple[Finding, int | None]] = {}
    for row in rows:
        number = by_voucher.get(row.voucher) if row.voucher else None
        if number is not None and number in open_payments:
            same = open_payments.pop(number).amount == row.amount
            found[row.number] = (Finding.MATCHED if same else Finding.AMOUNT, number)
    by_amount: dict[Decimal, list[Paid]] = defaultdict(list)
    for payment in open_payments.values():
        by_amount[payment.amount].append(payment)
    for row in rows:
        if row.number in found:
            continue
        near = [each for each in by_amount[row.amount] if abs((each.paid_on - row.paid_on).days) <= NEAR]
        nearest = min(near, key=lambda each: (abs((each.paid_on - row.paid_on).days), each.number), default=None)
        if nearest is None:
            found[row.number] = (Finding.UNKNOWN, None)
        else:
            by_amount[row.amount].remove(nearest)
            found[row.number] = (Finding.MATCHED, nearest.number)
    return [(row, *found[row.number]) for row in rows]
