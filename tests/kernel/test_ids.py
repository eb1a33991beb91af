"""Keys are UUIDv7: ordered by time, unique, and reproducible where data come from a seed."""

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shegong.kernel import ids
from shegong.kernel.ids import EPOCH, uuid7, uuid7_from

MOMENT = datetime(2022, 7, 1, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def sequence_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys never go back behind those that tests under a clock of the future took."""
    monkeypatch.setattr(ids, "_sequence", ids._Sequence())


def milliseconds(key: UUID) -> int:
    return key.int >> 80


def test_version_variant_and_time() -> None:
    before = time.time_ns() // 1_000_000
    key = uuid7()
    assert (key.version, key.variant) == (7, RFC_4122)
    assert before <= milliseconds(key) <= time.time_ns() // 1_000_000 + 1


def test_keys_of_a_process_ascend_strictly_even_with_threads() -> None:
    keys: list[list[UUID]] = []

    def take() -> None:
        keys.append([uuid7() for _ in range(2000)])

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(some == sorted(some) for some in keys)
    assert len({key for some in keys for key in some}) == 8000


def test_keys_ascend_when_the_clock_stands_or_steps_back(monkeypatch: pytest.MonkeyPatch) -> None:
    ahead = time.time_ns() + 10**12
    clock = iter([ahead] * 500 + [ahead - 10**10] * 500)
    monkeypatch.setattr(time, "time_ns", lambda: next(clock))
    keys = [uuid7() for _ in range(1000)]
    assert keys == sorted(set(keys))


def test_a_full_counter_borrows_from_the_next_millisecond(monkeypatch: pytest.MonkeyPatch) -> None:
    sequence = ids._Sequence()
    sequence.milliseconds, sequence.random = time.time_ns() // 1_000_000 + 10**6, ids.RANDOM_LIMIT - 1
    monkeypatch.setattr(ids, "_sequence", sequence)
    full = sequence.milliseconds
    key = uuid7()
    assert milliseconds(key) == full + 1
    assert (key.version, key.variant) == (7, RFC_4122)


def test_a_forked_child_does_not_repeat_its_parents_keys() -> None:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, uuid7().bytes)
        os._exit(0)
    mine = uuid7()
    os.waitpid(child, 0)
    other = UUID(bytes=os.read(reading, 16))
    assert other != mine
    assert abs(other.int - mine.int) > 1 << 40


def test_known_key() -> None:
    """Written down, so that data made from a seed stay the same with every later version."""
    assert str(uuid7_from("client:1", MOMENT)) == "0181b918-81c0-7158-bb9c-7a88c1cf510a"


@given(st.text(max_size=30), st.datetimes(datetime(1970, 1, 2), datetime(9000, 1, 1), timezones=st.just(UTC)))
def test_made_keys_are_version_7_of_their_moment(name: str, moment: datetime) -> None:
    key = uuid7_from(name, moment)
    assert key == uuid7_from(name, moment)
    assert (key.version, key.variant) == (7, RFC_4122)
    assert milliseconds(key) == (moment - EPOCH) // timedelta(milliseconds=1)


def test_made_keys_differ_by_name_moment_and_seed() -> None:
    keys = [
        uuid7_from("a", MOMENT),
        uuid7_from("b", MOMENT),
        uuid7_from("a", MOMENT + timedelta(milliseconds=1)),
        uuid7_from("a", MOMENT, Random(1)),
        uuid7_from("a", MOMENT, Random(2)),
    ]
    assert len(set(keys)) == 5
    assert uuid7_from("a", MOMENT, Random(1)) == keys[3]


@pytest.mark.parametrize("moment", [datetime(2022, 7, 1), EPOCH - timedelta(seconds=1)])
def test_a_moment_without_zone_or_before_1970_is_refused(moment: datetime) -> None:
    with pytest.raises(ValueError, match="moment"):
        uuid7_from("a", moment)
