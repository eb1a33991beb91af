"""How a sum of money is divided among what it paid for, to the cent. Pure."""

from collections.abc import Hashable, Mapping, Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Final, TypeVar
from uuid import UUID

K = TypeVar("K", bound=Hashable)
CENTS: Final = 100


def cents(amount: Decimal) -> int:
    """Yuan with two decimals in cents."""
    return int(amount * CENTS)


def yuan(amount: int) -> Decimal:
    """Cents in yuan."""
    return Decimal(amount) / CENTS


def divided(total: int, weights: Sequence[int]) -> list[int]:
    """Cents divided by weight, none lost and none made: the largest remainders get the cents that are over, the first
    of equal ones first. Weights are zero or more and not all zero.

    >>> divided(100, [1, 1, 1])
    [34, 33, 33]
    >>> divided(5, [0, 3, 2])
    [0, 3, 2]
    >>> divided(1, [5, 5])
    [1, 0]
    """
    whole = sum(weights)
    found = [total * weight // whole for weight in weights]
    rests = sorted(range(len(weights)), key=lambda place: (-(total * weights[place] % whole), place))
    for place in rests[: total - sum(found)]:
        found[place] += 1
    return found


def divided_among(total: int, weights: Mapping[K, int]) -> dict[K, int]:
    """The same by key; nothing for nobody.

    >>> divided_among(10, {"a": 1, "b": 3})
    {'a': 3, 'b': 7}
    >>> divided_among(10, {})
    {}
    """
    if not sum(weights.values()):
        return {}
    return dict(zip(weights, divided(total, list(weights.values())), strict=True))


def pseudonym(payment: UUID, record: UUID) -> str:
    """What a record is called on a payment's page: the same there each time, another one on every other page, and no
    way back to the record.

    >>> pseudonym(UUID(int=1), UUID(int=2)) == pseudonym(UUID(int=1), UUID(int=2))
    True
    >>> pseudonym(UUID(int=1), UUID(int=2)) == pseudonym(UUID(int=3), UUID(int=2))
    False
    """
    return sha256(payment.bytes + record.bytes).hexdigest()[:8].upper()
