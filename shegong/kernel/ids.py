"""Keys: UUID version 7 (RFC 9562, 5.7), ordered by time, so that new rows land at the end of an index."""

import os
import secrets
import threading
import time
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from random import Random
from typing import Final
from uuid import UUID

RANDOM_BITS: Final = 74
RANDOM_LIMIT: Final = 1 << RANDOM_BITS
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)


class _Sequence:
    """The last key given out by this process, so that the next one is greater even within a millisecond or after a
    step back of the clock.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.milliseconds = -1
        self.random = 0

    def next(self) -> tuple[int, int]:
        """Milliseconds since 1970 and 74 bits, together always greater than before (RFC 9562, 6.2, method 2)."""
        with self.lock:
            present = time.time_ns() // 1_000_000
            if present > self.milliseconds:
                # The top bit starts at zero, so that there is room to count up.
                self.milliseconds, self.random = present, secrets.randbits(RANDOM_BITS - 1)
            else:
                self.random += secrets.randbits(32) + 1
                if self.random >= RANDOM_LIMIT:
                    self.milliseconds, self.random = self.milliseconds + 1, secrets.randbits(RANDOM_BITS - 1)
            return self.milliseconds, self.random


_sequence = _Sequence()


def _start_afresh() -> None:
    """A forked child must not go on counting from its parent's last key."""
    global _sequence
    _sequence = _Sequence()


os.register_at_fork(after_in_child=_start_afresh)


def uuid7() -> UUID:
    """A new key. Keys of one process ascend strictly; keys of several processes ascend by the millisecond."""
    return _assembled(*_sequence.next())


def short_number(letter: str) -> str:
    """A number to be read out on the telephone: a letter and eight digits by chance. Not unique by itself: the table
    has a constraint, and its writer draws again.
    """
    return f"{letter}{secrets.randbelow(10**8):08d}"


def uuid7_from(key: str, moment: datetime, rng: Random | None = None) -> UUID:
    """The same key each time for the same name, aware moment and state of `rng`: for data made from a seed.

    The name alone is enough to tell keys of one moment apart; `rng` makes keys of two seeds differ.
    Raises ValueError for a naive moment or one before 1970.
    """
    if moment.tzinfo is None:
        raise ValueError("the moment needs a time zone")
    milliseconds = (moment - EPOCH) // MILLISECOND
    if milliseconds < 0:
        raise ValueError("the moment is before 1970")
    bits = int.from_bytes(blake2b(key.encode(), digest_size=10).digest(), "big") % RANDOM_LIMIT
    return _assembled(milliseconds, bits if rng is None else bits ^ rng.getrandbits(RANDOM_BITS))


def _assembled(milliseconds: int, random: int) -> UUID:
    """48 bits of time, version 7, 12 random bits, variant 0b10, 62 random bits."""
    return UUID(int=milliseconds << 80 | 0x7 << 76 | (random >> 62) << 64 | 0b10 << 62 | random & ((1 << 62) - 1))
