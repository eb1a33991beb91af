"""Who works in the background: threads of the serving process that wait to be told of something to do."""

import logging
import threading
from collections.abc import Callable

from django.db import close_old_connections, connection, connections

from shegong.appraisal.tasks import CHANNEL as LETTERS
from shegong.appraisal.tasks import keep_letters
from shegong.practice.actions.paper import CHANNEL as PAPERS
from shegong.practice.tasks import make_next_paper
from shegong.workforce.actions.pool import CHANNEL as POOL
from shegong.workforce.tasks import work_pool

# What was left behind by another server's end is found by looking, too.
LOOK_SECONDS = 2.0
log = logging.getLogger("shegong.background")


class BackgroundWorker:
    """Does what `work` finds to do, one thing after the other, until stopped; told on `channel` that there is more."""

    def __init__(self, name: str, channel: str, work: Callable[[], bool]) -> None:
        self._next, self._channel = work, channel
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def start(self) -> None:
        """Begin, with what waits already."""
        self._thread.start()

    def stop(self) -> None:
        """End after what is being done, and wait for that."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while not self._ending.is_set():
            close_old_connections()
            try:
                while not self._ending.is_set() and self._next():
                    pass
                wait_for_word(self._channel, LOOK_SECONDS)
            except Exception:
                log.exception("a background worker stumbled")
                connection.close()
                self._ending.wait(LOOK_SECONDS)
        connections.close_all()


def printer() -> BackgroundWorker:
    """Makes the papers that were asked for."""
    return BackgroundWorker("printer", PAPERS, make_next_paper)


def pool_worker() -> BackgroundWorker:
    """Computes the shared pool's proposals, and moves its waiting list up."""
    return BackgroundWorker("pool", POOL, work_pool)


def letter_keeper() -> BackgroundWorker:
    """Keeps each day how the target letters' items stand."""
    return BackgroundWorker("letters", LETTERS, keep_letters)


def wait_for_word(channel: str, seconds: float) -> None:
    """Return when something is told on the channel, or after so many seconds."""
    connection.ensure_connection()
    raw = connection.connection
    raw.execute(f"LISTEN {channel}")
    for _notice in raw.notifies(timeout=seconds, stop_after=1):
        return
