"""Callers who come at the same moment."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from shegong.indicators.actions import drift
from shegong.practice.models import ServiceRecord
from tests.api.conftest import Caller, token_of
from tests.factories import World, new_key
from tests.practice.test_record import yesterday

WRITERS = 4


@pytest.mark.django_db(transaction=True)
def test_the_same_record_sent_at_once_is_one_record() -> None:
    world = World()
    room = world.rooms["A1"]
    account = world.account("worker", room)
    token = token_of(account)
    body = {
        "station_id": room.id,
        "service_id": world.services["T01"].pk,
        "started_at": yesterday().isoformat(),
        "minutes": 30,
        "place": "home",
        "summary": "同时提交",
        "worker_ids": [world.worker(room, account).pk],
        "client_ids": [str(world.client(room).id)],
    }
    path, ready, statuses = f"/service-records/{new_key()}", Barrier(WRITERS), []

    def write() -> None:
        caller = Caller(token)
        ready.wait(timeout=30)
        statuses.append(caller.put(path, body).status_code)
        connection.close()

    threads = [Thread(target=write) for _number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(statuses) == [200] * (WRITERS - 1) + [201]
    assert ServiceRecord.objects.count() == 1 and drift() == []
