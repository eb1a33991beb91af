"""Who makes the papers: a thread of the serving process that waits to be told of a new one."""

import logging
import threading

from django.db import close_old_connections, connection, connections

from shegong.practice.actions.paper import CHANNEL
from shegong.practice.tasks import make_next_paper

# Papers left behind by another server's end are found by looking, too.
LOOK_SECONDS = 2.0
log = logging.getLogger("shegong.papers")


class Printer:
    """Makes papers, one after the other, until stopped."""

    def __init__(self) -> None:
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name="printer", daemon=True)

    def start(self) -> None:
        """Begin, with what waits already."""
        self._thread.start()

    def stop(self) -> None:
        """End after the paper that is being made, and wait for that."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while not self._ending.is_set():
            close_old_connections()
            try:
                while not self._ending.is_set() and make_next_paper():
                    pass
                wait_for_papers(LOOK_SECONDS)
            except Exception:
                log.exception("the printer stumbled")
                connection.close()
                self._ending.wait(LOOK_SECONDS)
        connections.close_all()


def wait_for_papers(seconds: float) -> None:
    """Return when a paper is asked for, or after so many seconds."""
    connection.ensure_connection()
    raw = connection.connection
    raw.execute(f"LISTEN {CHANNEL}")
    for _notice in raw.notifies(timeout=seconds, stop_after=1):
        return
