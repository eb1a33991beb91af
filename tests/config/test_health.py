"""What the probes and the logs say, and what they must not say."""

import json
import logging
import sys
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from shegong.config.keeper import Keeper, run_tasks
from shegong.config.logs import JsonLines

CALLS: list[str] = []


def recorded_task() -> None:
    CALLS.append("task")


def failing_task() -> None:
    raise RuntimeError("no")


@pytest.mark.django_db
def test_ready(client: Client) -> None:
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json()["ready"] is True


@pytest.mark.django_db
def test_answers_under_any_host_name(client: Client) -> None:
    assert client.get("/healthz", headers={"host": "10.0.0.7"}).status_code == 200


@pytest.mark.django_db
def test_missing_migration(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'people' AND name = '0001_initial'")
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json()["checks"] == {"database": True, "keyring": True, "migrations": False}


@pytest.mark.django_db
def test_lost_key_ring_is_not_replaced(client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.KEYRING_FILE = tmp_path / "keys.json"
    assert client.get("/healthz").json()["checks"]["keyring"] is False
    assert not (tmp_path / "keys.json").exists()


@pytest.mark.django_db
def test_metrics_name_views_not_addresses(client: Client) -> None:
    client.get("/no/such/page/of/张三")
    text = client.get("/metrics").content.decode()
    assert 'view="unmatched"' in text
    assert "张三" not in text
    assert "shegong_database_connections{state=" in text


def test_log_lines_are_json_without_rows() -> None:
    said = "duplicate key value\nDETAIL:  Key (name)=({}) already exists.".format("张三")
    try:
        raise ValueError(said)
    except ValueError:
        record = logging.LogRecord("shegong", logging.ERROR, "f.py", 1, "保存失败 %s", ("甲",), sys.exc_info())
    record.view = "home"
    line = JsonLines().format(record)
    entry = json.loads(line)
    assert "\n" not in line
    assert (entry["message"], entry["view"], entry["level"]) == ("保存失败 甲", "home", "ERROR")
    assert "duplicate key" in entry["trace"]
    assert "张三" not in line


@pytest.mark.django_db
def test_failing_task_does_not_stop_the_others(settings: Settings) -> None:
    settings.PERIODIC_TASKS = [f"{__name__}.failing_task", "no.such.task", f"{__name__}.recorded_task"]
    CALLS.clear()
    run_tasks(ending=Keeper()._ending)
    assert CALLS == ["task"]
