"""Headcounts are read once and then kept, and yet never out of date: not after a change, and not after one undone."""

from datetime import date

from django.db import transaction
from pytest_django.fixtures import DjangoAssertNumQueries

from shegong.indicators.stocks import Snapshot
from shegong.network.models import StationStage
from tests.factories import World

DAY = date(2026, 3, 1)


def workers(world: World) -> int:
    """Workers of the city as a new request reads them."""
    return Snapshot(world.centre, DAY).total("professionals")


def running(world: World) -> int:
    """Rooms of the city that run, as a new request reads them."""
    return Snapshot(world.centre, DAY).total("rooms_running")


def test_what_stands_is_not_counted_again(world: World, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    world.worker(world.towns["A"])
    workers(world)
    with django_assert_num_queries(1):
        assert workers(world) == 1


def test_a_change_is_seen_at_once(world: World) -> None:
    assert workers(world) == 0
    worker = world.worker(world.towns["A"])
    assert workers(world) == 1
    worker.postings.update(until=date(2026, 1, 1))
    worker.until = date(2026, 1, 1)
    worker.save()
    assert workers(world) == 0
    before = running(world)
    stage = StationStage.objects.filter(station__tier="room", stage="running").first()
    assert stage is not None
    stage.delete()
    assert running(world) == before - 1


def test_what_was_undone_is_not_believed(world: World) -> None:
    """A number that counts up would be given twice: once before the rollback, once after it."""
    with transaction.atomic():
        world.worker(world.towns["A"])
        assert workers(world) == 1
        transaction.set_rollback(True)
    assert workers(world) == 0
    world.worker(world.towns["A"])
    world.worker(world.towns["A"])
    assert workers(world) == 2


def test_rows_newer_than_their_stamp_are_read_again(world: World) -> None:
    """A reader between stamp and rows keeps newer rows under the old stamp; the next one asks under the new stamp."""
    snapshot = Snapshot(world.centre, DAY)
    snapshot.total("towns_running")
    world.worker(world.towns["A"])
    assert snapshot.total("professionals") == 1
    assert workers(world) == 1
