"""Logs: one JSON line an event, ids only; personal values are cut out even where one slipped in."""

import json
import logging
import re
import sys
from typing import Any

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "taskName"}
_PERSONAL = re.compile(
    r"(?<![0-9A-Za-z])(?:\d{17}[\dXx]|1[3-9]\d{9})(?![0-9A-Za-z])"
    r"|(?<=/l/)[A-Za-z0-9_-]{32}|(?<=Bearer )[A-Za-z0-9_-]+"
)


class JsonLines(logging.Formatter):
    """Formats a record as one line of JSON and redacts what looks personal or secret."""

    def format(self, record: logging.LogRecord) -> str:
        """One line; extra fields become members."""
        line: dict[str, Any] = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        line.update({name: value for name, value in vars(record).items() if name not in _STANDARD})
        if record.exc_info:
            line["fault"] = self.formatException(record.exc_info)
        return _PERSONAL.sub("[已隐去]", json.dumps(line, ensure_ascii=False, default=str))


def configure(level: int = logging.INFO) -> None:
    """Send everything to standard error in this form."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("sanic.root", "sanic.server", "sanic.access", "tortoise", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
