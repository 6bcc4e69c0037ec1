"""Logs that programs can read: one JSON object a line, with the request's id, never with what was asked.

    {"time": "2025-07-01T08:00:00.123+00:00", "level": "INFO", "logger": "tiaowen.api", "message": "POST /v1/answers …",
     "request_id": "3f2a…", "method": "POST", "path": "/v1/answers", "status": 200, "elapsed_ms": 41.2, "key": "9c1f…"}

Questions are logged only with TIAOWEN_LOG_QUESTIONS, on a line of their own. Without it an exception is logged with
its kind and its place but not with its words: they may quote what was asked, and libraries' exceptions do.
"""

import json
import logging
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from pydantic import BaseModel, SecretStr

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
_TALKATIVE = ("openai", "httpx", "httpcore", "langchain")  # at level debug they log what they send
# Signs that would begin a new line or drive a terminal, and come from clients: \n, \x1b, \u2028 ; not: 津
_UNPRINTABLE = {
    code: f"\\u{code:04x}" for code in (*range(32), *range(127, 160), *range(0x2028, 0x202F), *range(0x2066, 0x206A))
}
FIELDS = "tiaowen_fields"  # the attribute of a log record that holds its fields


class TextFormatter(logging.Formatter):
    """A record as a line for people; of an exception its words only if `with_words`."""

    def __init__(self, *, with_words: bool = False) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._with_words = with_words

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 (logging's own name)
        """Return the record's line, one line whatever is in it."""
        return super().formatMessage(record).translate(_UNPRINTABLE)

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802 (logging's own name)
        """Return the trace."""
        return super().formatException(ei) if self._with_words or ei[1] is None else _without_words(ei[1])


class JsonFormatter(TextFormatter):
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
        return json.dumps(line, ensure_ascii=False, default=str).translate(_UNPRINTABLE)


def _without_words(exc: BaseException) -> str:
    """The trace of an exception and of what led to it, the kinds without their messages."""
    before = exc.__cause__ or (None if exc.__suppress_context__ else exc.__context__)
    earlier = f"{_without_words(before)}\n\n" if before else ""
    trace = "".join(traceback.format_tb(exc.__traceback__))
    return f"{earlier}Traceback (most recent call last):\n{trace}{type(exc).__module__}.{type(exc).__qualname__}"


def fields(**given: object) -> Mapping[str, Any]:
    """What a log call passes as `extra`, so that the line carries these fields."""
    return {FIELDS: given}


def note_question(question: str, *, wanted: bool, request_id: str) -> None:
    """Log what was asked, where the settings want it."""
    if wanted:
        logging.getLogger("tiaowen.questions").info(
            "question %s", request_id, extra=fields(request_id=request_id, question=question)
        )


def configure(level: str, form: str, *, with_words: bool) -> None:
    """Log to standard error, as text or as JSON; the words of exceptions only if `with_words`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter((JsonFormatter if form == "json" else TextFormatter)(with_words=with_words))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    if not with_words:
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(max(logging.INFO, logging.getLogger().level))


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
