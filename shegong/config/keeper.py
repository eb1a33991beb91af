"""The periodic tasks, in a thread of the serving process: settings.PERIODIC_TASKS, every ten seconds, as the owner."""

import logging
import threading

from django.conf import settings
from django.db import close_old_connections, connections
from django.utils.module_loading import import_string

SECONDS = 10.0
log = logging.getLogger("shegong.keeper")


class Keeper:
    """Runs the tasks until stopped. A task that fails is logged, and tried again the next time."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._work, name="keeper", daemon=True)

    def start(self) -> None:
        """Begin; the first round comes at once."""
        self._thread.start()

    def stop(self) -> None:
        """End after the task that is running, and wait for that."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while True:
            run_tasks(self._ending)
            if self._ending.wait(self._seconds):
                connections.close_all()
                return


def run_tasks(ending: threading.Event) -> None:
    """One round of all tasks; `ending` cuts it short between two of them."""
    for name in settings.PERIODIC_TASKS:
        if ending.is_set():
            return
        close_old_connections()
        try:
            import_string(name)()
        except Exception:
            log.exception("periodic task failed", extra={"task": name})
