"""Installations for the tests of the command."""

import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shegong.config.postgres import EmbeddedPostgres
from tests.config.serving import Serving, free_port


@pytest.fixture(scope="session")
def new_installation() -> Iterator[Callable[[], Path]]:
    """Gives homes of new installations, migrated and with static files: copies, since making one takes long."""
    with tempfile.TemporaryDirectory(prefix="shegong-homes-") as folder:
        original = Path(folder) / "original"
        with EmbeddedPostgres(original, durable=False).running():
            serving = Serving(original, free_port())
            assert serving.end(signal.SIGTERM) == 0, "\n".join(serving.lines)
        copies: list[Path] = []

        def copy() -> Path:
            copies.append(Path(folder) / f"copy{len(copies)}")
            subprocess.run(["cp", "-a", str(original), str(copies[-1])], check=True)  # keeps the owner of the data
            return copies[-1]

        yield copy
        for home in copies:
            EmbeddedPostgres(home).stop()
