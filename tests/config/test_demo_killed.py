"""A load that is killed in the middle leaves nothing behind, and the next one works."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from shegong.config.postgres import EmbeddedPostgres
from tests.config.serving import PROJECT, environment, free_port, shegong

SECONDS = 90
WRITING = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query ILIKE 'COPY%practice_servicerecord%'"


def killed_while_writing(home: Path, port: int) -> None:
    """Start a load, and kill it with SIGKILL at the moment when records are being written."""
    loading = subprocess.Popen(
        [sys.executable, "-m", "shegong", "demo", "--size", "small"],
        cwd=PROJECT,
        env=environment(home, port),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + SECONDS
    with psycopg.connect(EmbeddedPostgres(home).conninfo(), autocommit=True) as watching:
        while time.monotonic() < until:
            assert loading.poll() is None, "the load ended before it was seen to write"
            if watching.execute(WRITING).fetchone() != (0,):
                loading.kill()
                loading.wait()
                return
    raise AssertionError("the load never wrote a record")


def test_killed_in_the_middle(new_installation: Callable[[], Path]) -> None:
    home, port = new_installation(), free_port()
    with EmbeddedPostgres(home, durable=False).running():
        killed_while_writing(home, port)
        verified = shegong("verify", "--json", home=home, port=port)
        assert (verified.returncode, json.loads(verified.stdout)) == (0, {"checked": 0, "drift": []})
        assert not (home / "demo-accounts.json").exists()
        loaded = shegong("demo", "--size", "small", home=home, port=port)
        assert loaded.returncode == 0, loaded.stderr
        verified = shegong("verify", "--json", home=home, port=port)
        found = json.loads(verified.stdout)
        assert verified.returncode == 0 and found["checked"] > 1000 and found["drift"] == []
