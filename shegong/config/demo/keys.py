"""Keys for data made from a seed: UUIDv7 as text, without the cost of an object for each."""

from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from random import Random
from typing import Final

ZONE: Final = timezone(timedelta(hours=8))
DAY_MS: Final = 86_400_000


@lru_cache(maxsize=4096)
def day_start(day: date) -> int:
    """Milliseconds since 1970 at the beginning of a day in the city."""
    return int(datetime(day.year, day.month, day.day, tzinfo=ZONE).timestamp() * 1000)


def key_text(rng: Random, day: date) -> str:
    """A key (UUIDv7, RFC 9562 5.7) for something that happened at some time of the day."""
    return key_at(rng, day_start(day) + 28_800_000 + rng.getrandbits(24))


def key_at(rng: Random, milliseconds: int) -> str:
    """A key for a moment, in 32 hexadecimal digits."""
    bits = rng.getrandbits(72)
    # 48 bits of time, version 7, 12 bits, variant 10, 62 bits (of which we fill 60)
    return f"{milliseconds:012x}7{bits >> 60:03x}8{bits & 0xFFF_FFFF_FFFF_FFFF:015x}"
