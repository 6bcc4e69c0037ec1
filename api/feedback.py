"""Feedback on answers, kept in one SQLite file of the data folder; safe for several threads and processes."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from api.schema_feedback import FeedbackListResponse, FeedbackRequest, FeedbackResponse
from rag.storage import writing

FILE = "feedback.sqlite"
MAX_KEPT = 10_000  # the oldest go first
_COLUMNS = "id, received_at, answer_id, helpful, reason, note, question"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS feedback (
    id INTEGER PRIMARY KEY AUTOINCREMENT, received_at TEXT NOT NULL, answer_id TEXT NOT NULL,
    helpful INTEGER NOT NULL, reason TEXT, note TEXT NOT NULL, question TEXT NOT NULL
)
"""


@dataclass(frozen=True, kw_only=True)
class FeedbackStore:
    """The feedback of one data folder."""

    data_dir: Path
    max_kept: int = MAX_KEPT

    def add(self, given: FeedbackRequest) -> FeedbackResponse:
        """Store one feedback; a later one on the same answer takes the place of the earlier."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._open() as connection:
            connection.execute("DELETE FROM feedback WHERE answer_id = ?", (given.answer_id,))
            cursor = connection.execute(
                "INSERT INTO feedback (received_at, answer_id, helpful, reason, note, question)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (now, given.answer_id, given.helpful, given.reason, given.note, given.question),
            )
            connection.execute(
                "DELETE FROM feedback WHERE id <= (SELECT id FROM feedback ORDER BY id DESC LIMIT 1 OFFSET ?)",
                (self.max_kept,),
            )
            number = cursor.lastrowid
        if number is None:
            raise RuntimeError("SQLite gave the new row no number")
        return FeedbackResponse(id=number, received_at=now, **given.model_dump())

    def latest(self, limit: int) -> FeedbackListResponse:
        """The latest feedback, newest first."""
        with self._open() as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM feedback ORDER BY id DESC LIMIT ?", (limit,)).fetchall()
            counts = dict(connection.execute("SELECT helpful, count(*) FROM feedback GROUP BY helpful").fetchall())
        names = _COLUMNS.split(", ")
        found = [FeedbackResponse.model_validate(dict(zip(names, row, strict=True))) for row in rows]
        return FeedbackListResponse(helpful=counts.get(1, 0), unhelpful=counts.get(0, 0), feedback=found)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """One transaction that holds the file from its beginning: SQLite makes the others wait."""
        with writing(self.data_dir):
            self.data_dir.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.data_dir / FILE, timeout=30, isolation_level=None)) as connection:
                connection.execute("BEGIN IMMEDIATE")
                try:
                    connection.execute(_SCHEMA)
                    yield connection
                except BaseException:
                    if connection.in_transaction:  # a full disk has rolled it back
                        connection.execute("ROLLBACK")
                    raise
                connection.execute("COMMIT")
