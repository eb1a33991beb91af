"""A real `shegong serve`, started the way a user starts it, with small helpers to look at it from outside."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(home: Path, port: int, **changes: str) -> dict[str, str]:
    ours = ("SHEGONG_", "DATABASE_", "DJANGO_")
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(ours)},
        "SHEGONG_HOME": str(home),
        "SHEGONG_PORT": str(port),
        "SHEGONG_WORKERS": "1",
        "PYTHONPATH": str(PROJECT),
        **changes,
    }


def shegong(*arguments: str, home: Path, port: int, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "shegong", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=PROJECT,
        env=environment(home, port, **changes),
    )


class Serving:
    """`shegong serve` until it says its address; `end` stops it by a signal and waits."""

    def __init__(
        self,
        home: Path,
        port: int,
        *,
        command: Sequence[str] = (sys.executable, "-m", "shegong"),
        folder: Path = PROJECT,
        **changes: str,
    ) -> None:
        self.home, self.port = home, port
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [*command, "serve"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=folder,
            env=environment(home, port, **changes),
        )
        ready = threading.Event()
        self._reader = threading.Thread(target=self._read, args=(ready,), daemon=True)
        self._reader.start()
        ready.wait(120)
        assert self.process.poll() is None, "\n".join(self.lines)

    def _read(self, ready: threading.Event) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            if f":{self.port}/" in line:
                ready.set()
        ready.set()

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        code = self.process.wait(60)
        self._reader.join(10)
        return code

    def get(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        return response.status, text

    def health(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.get("/healthz")[1])
        return answer

    def postmaster(self) -> int:
        return int((self.home / "pg" / "postmaster.pid").read_text().split()[0])


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
