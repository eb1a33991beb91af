"""Structured logs: one JSON object per line in $SHEGONG_HOME/log/server.log, without personal data."""

import json
import logging
import re
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import Any

# What PostgreSQL adds to an error quotes the row's values, and those may be somebody's name or number.
QUOTED_ROWS = re.compile(r"^(DETAIL|CONTEXT|LINE \d+):.*(\n\s+.*)*", re.MULTILINE)
PLAIN_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request", "server_time"}
BYTES_KEPT = 50_000_000


class JsonLines(logging.Formatter):
    """A record as one line of JSON: at (UTC), level, logger, message, process, extra fields, trace."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its end."""
        entry: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _without_rows(record.getMessage()),
            "process": record.process,
        }
        entry |= {name: value for name, value in vars(record).items() if name not in PLAIN_FIELDS}
        if record.exc_info:
            entry["trace"] = _without_rows(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False, default=str)


class ServerLog(WatchedFileHandler):
    """Appends to the log from several processes; makes the folder on the first line; follows a rotated file."""

    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
        return super()._open()


def server_log(home: Path) -> Path:
    """The log file of the installation in `home`."""
    return home / "log" / "server.log"


def logging_settings(home: Path) -> dict[str, Any]:
    """Django's LOGGING: everything from INFO to the file; nothing to the terminal, which is for people."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": "shegong.config.logs.JsonLines"}},
        "handlers": {
            "file": {
                "class": "shegong.config.logs.ServerLog",
                "filename": str(server_log(home)),
                "encoding": "utf-8",
                "delay": True,
                "formatter": "lines",
            },
        },
        "root": {"handlers": ["file"], "level": "INFO"},
        "loggers": {
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.server": {"handlers": [], "level": "INFO", "propagate": True},
            "_granian": {"handlers": [], "level": "INFO", "propagate": True},
            "granian.access": {"handlers": [], "level": "INFO", "propagate": True},
        },
    }


def keep_small(home: Path) -> None:
    """Set a log past 50 MB aside, as server.log.1; called when the server starts."""
    log = server_log(home)
    if log.exists() and log.stat().st_size > BYTES_KEPT:
        log.replace(log.with_name("server.log.1"))


def _without_rows(text: str) -> str:
    return QUOTED_ROWS.sub("", text).rstrip()
