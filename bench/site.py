"""The real server, as `shegong serve` starts it, on a free port."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from shegong.config.environment import home_folder

READY_SECONDS = 60


@contextmanager
def serving() -> Iterator[int]:
    """The site answers on the port that this gives."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    environment = os.environ | {"SHEGONG_HOME": str(home_folder()), "SHEGONG_PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "-m", "shegong", "serve"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            assert process.stderr is not None
            raise RuntimeError(process.stderr.read().decode()[-2000:])
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if json.loads(connection.getresponse().read()).get("ready"):
                return
        except (OSError, ValueError):
            pass
        time.sleep(0.2)
    raise RuntimeError("the site didn't become ready")
