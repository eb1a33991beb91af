"""The process that listens and keeps the worker processes: `python -m shegong.config.webserver PARENT`.

It is a process of its own, so that the workers are forked from one that never held the owner's database connections.
The application is loaded once before forking; the workers share its memory.
"""

import os
import sys
from functools import partial
from importlib import import_module
from typing import Any

from granian import Granian
from granian.constants import Interfaces

from shegong.config.environment import address, home_folder, port, workers
from shegong.config.logs import logging_settings
from shegong.config.memory import keep_what_is_loaded
from shegong.config.orphans import end_with_parent

THREADS = 8  # per worker: requests mostly wait for the database
STOP_SECONDS = 10


def load_application(parent: int) -> Any:
    """Runs in each worker: ties it to the listening process `parent` and gives the application."""
    end_with_parent(parent)
    from shegong.config.wsgi import application

    return application


def main() -> None:
    """Serve until told to stop (SIGTERM, SIGINT) or until process PARENT ends."""
    end_with_parent(int(sys.argv[1]))
    from django.urls import get_resolver

    import_module("shegong.config.wsgi")  # here, before the workers are forked
    _ = get_resolver().url_patterns
    keep_what_is_loaded()
    Granian(
        "shegong.config.wsgi:application",
        address=address(),
        port=port(),
        interface=Interfaces.WSGI,
        workers=workers(),
        blocking_threads=THREADS,
        backpressure=4 * THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_SECONDS,
        websockets=False,
        log_dictconfig=logging_settings(home_folder()),
    ).serve(target_loader=partial(load_application, os.getpid()), wrap_loader=False)


if __name__ == "__main__":
    main()
