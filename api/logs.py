"""Logs that programs can read: one JSON object a line, with the request's id, never with what was asked.

    {"time": "2025-07-01T08:00:00.123+00:00", "level": "INFO", "logger": "tiaowen.api", "message": "POST /v1/answers …",
     "request_id": "3f2a…", "method": "POST", "path": "/v1/answers", "status": 200, "elapsed_ms": 41.2, "key": "9c1f…"}

Questions are logged only with TIAOWEN_LOG_QUESTIONS, on a line of their own.
"""

import json
import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from pydantic import BaseModel, SecretStr

FIELDS = "tiaowen_fields"  # the attribute of a log record that holds its fields


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, FIELDS, {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def fields(**given: object) -> Mapping[str, Any]:
    """What a log call passes as `extra`, so that the line carries these fields."""
    return {FIELDS: given}


def note_question(question: str, *, wanted: bool, request_id: str) -> None:
    """Log what was asked, where the settings want it."""
    if wanted:
        logging.getLogger("tiaowen.questions").info(
            "question %s", request_id, extra=fields(request_id=request_id, question=question)
        )


def configure(level: str, form: str) -> None:
    """Log to standard error, as text or as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    if form == "json":
        handler.setFormatter(JsonFormatter())
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


def masked(settings: BaseModel) -> dict[str, object]:
    """The settings as they may be printed: secrets as stars, no password in an address."""
    return {name: _masked(value) for name, value in settings}


def _masked(value: object) -> object:
    if isinstance(value, SecretStr):
        return "******"
    text = str(value)
    if "://" in text and "@" in text:
        parts = urlsplit(text)
        return urlunsplit(parts._replace(netloc="******@" + parts.netloc.rpartition("@")[2]))
    return value if isinstance(value, int | float | None) else text
