"""Documents and clauses of one index version, in one SQLite file.

Written once at ingest, opened read-only afterwards. One connection behind a lock serves all threads of a server:
a query takes well under a millisecond, and an open file outlives the removal of its version's folder.
"""

import json
import sqlite3
import threading
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any

from ingest.schema import (
    Cell,
    Clause,
    Document,
    Kind,
    LeftOut,
    Reading,
    ResponsibleUnit,
    Role,
    SplitDocument,
    SplitReport,
)
from rag.errors import UnknownClause, UnknownDocument

_SCHEMA = """
CREATE TABLE documents (
    position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    record TEXT NOT NULL, text TEXT NOT NULL, report TEXT NOT NULL
);
CREATE TABLE clauses (
    position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, document_id TEXT NOT NULL, parent_id TEXT,
    kind TEXT NOT NULL, path TEXT NOT NULL, label TEXT NOT NULL, label_key TEXT NOT NULL, heading TEXT NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL, own TEXT NOT NULL, runs TEXT NOT NULL,
    units TEXT NOT NULL, cells TEXT NOT NULL, twins TEXT NOT NULL
);
CREATE TABLE units (name TEXT NOT NULL, clause INTEGER NOT NULL, PRIMARY KEY (name, clause)) WITHOUT ROWID;
CREATE TABLE terms (position INTEGER PRIMARY KEY, word TEXT NOT NULL);
CREATE INDEX clauses_by_document ON clauses (document_id, position);
CREATE INDEX clauses_by_parent ON clauses (parent_id, position);
CREATE INDEX clauses_by_label ON clauses (label_key, document_id);
"""
_CLAUSE = "c.id, c.document_id, c.parent_id, c.kind, c.path, c.label, c.heading, c.start, c.end, c.own, c.runs, \
c.units, c.cells, c.twins"
_MAX_VARIABLES = 10_000  # ids in one statement; SQLite's own limit is 32,766


class StoredDocument(Document):
    """A document of a library whose text is read when somebody first asks for it."""

    def __init__(self, *, record: dict[str, Any], read_text: Callable[[], str]) -> None:
        super().__init__(**record, text="")
        del self.__dict__["text"]
        self.__dict__["_read_text"] = read_text

    @cached_property
    def text(self) -> str:
        """The decoded source."""
        read_text: Callable[[], str] = self.__dict__["_read_text"]
        return read_text()


class Library:
    """Read-only access to documents and clauses; safe to share between threads."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()
        self._documents = [self._stored(*row) for row in self._rows("SELECT id, record FROM documents")]
        self._by_id = {document.id: document for document in self._documents}

    @classmethod
    def open(cls, file: Path) -> "Library":
        """Open what `write_library` wrote. Raises sqlite3.Error when the file is missing or no such database."""
        uri = f"{file.resolve().as_uri()}?mode=ro&immutable=1"
        return cls(sqlite3.connect(uri, uri=True, check_same_thread=False))

    def close(self) -> None:
        """Close the file; the library is of no use afterwards."""
        with self._lock:
            self._connection.close()

    def documents(self) -> list[Document]:
        """All documents in the order of ingestion; their texts are read only when asked for."""
        return list(self._documents)

    def document(self, document_id: str) -> Document:
        """Return one document. Raises UnknownDocument."""
        try:
            return self._by_id[document_id]
        except KeyError:
            raise UnknownDocument(f"没有编号为 {document_id} 的文件。") from None

    def clause_count(self, document_id: str) -> int:
        """Number of clauses of a document. Raises UnknownDocument."""
        self.document(document_id)
        count: int = self._rows("SELECT count(*) FROM clauses WHERE document_id = ?", document_id)[0][0]
        return count

    def report(self, document_id: str) -> SplitReport:
        """How a document was split. Raises UnknownDocument."""
        self.document(document_id)
        return _report(json.loads(self._rows("SELECT report FROM documents WHERE id = ?", document_id)[0][0]))

    def clauses(self, document_id: str) -> list[Clause]:
        """All clauses of a document in document order. Raises UnknownDocument."""
        self.document(document_id)
        return self._clauses("WHERE c.document_id = ? ORDER BY c.position", document_id)

    def clause(self, clause_id: str) -> Clause:
        """Return one clause. Raises UnknownClause."""
        found = self._clauses("WHERE c.id = ?", clause_id)
        if not found:
            raise UnknownClause(f"没有编号为 {clause_id} 的条款。")
        return found[0]

    def clauses_by_id(self, clause_ids: Sequence[str]) -> list[Clause]:
        """Return these clauses in the order given. Raises UnknownClause."""
        found: dict[str, Clause] = {}
        for at in range(0, len(clause_ids), _MAX_VARIABLES):
            batch = clause_ids[at : at + _MAX_VARIABLES]
            clauses = self._clauses(f"WHERE c.id IN ({_marks(batch)})", *batch)
            found.update((clause.id, clause) for clause in clauses)
        missing = [clause_id for clause_id in clause_ids if clause_id not in found]
        if missing:
            raise UnknownClause(f"没有编号为 {missing[0]} 的条款。")
        return [found[clause_id] for clause_id in clause_ids]

    def children(self, clause_id: str) -> list[Clause]:
        """The clauses directly below a clause, in document order. Raises UnknownClause."""
        self.clause(clause_id)
        return self._clauses("WHERE c.parent_id = ? ORDER BY c.position", clause_id)

    def whole_text(self, clause_id: str) -> str:
        """Reading text of a clause with everything below it, one clause's own text a line. Raises UnknownClause."""
        rows = self._rows(
            "WITH RECURSIVE part (id, position, own) AS ("
            " SELECT id, position, own FROM clauses WHERE id = ?"
            " UNION ALL SELECT c.id, c.position, c.own FROM clauses c JOIN part ON c.parent_id = part.id"
            ") SELECT own FROM part ORDER BY position",
            clause_id,
        )
        if not rows:
            raise UnknownClause(f"没有编号为 {clause_id} 的条款。")
        return "\n".join(own for (own,) in rows if own)

    def clauses_with_label(self, label: str, document_ids: Collection[str] | None = None) -> list[Clause]:
        """Clauses that are cited by this label, white space and character width aside, in library order."""
        where, values = _within(document_ids)
        return self._clauses(f"WHERE c.label_key = ?{where} ORDER BY c.position", _label_key(label), *values)

    def clauses_of_units(self, names: Collection[str], document_ids: Collection[str] | None = None) -> list[Clause]:
        """Clauses that name at least one of these departments (canonical names) as responsible, in library order."""
        where, values = _within(document_ids)
        named = f"SELECT clause FROM units WHERE name IN ({_marks(names)})"
        return self._clauses(f"WHERE c.position IN ({named}){where} ORDER BY c.position", *names, *values)

    def units(self) -> list[tuple[str, int]]:
        """(canonical name, number of clauses) of every responsible department, the most named first."""
        return self._rows("SELECT name, count(*) FROM units GROUP BY name ORDER BY count(*) DESC, name")

    def terms(self) -> list[str]:
        """The words that the segmenter's dictionary was given when this version was built."""
        return [word for (word,) in self._rows("SELECT word FROM terms ORDER BY position")]

    def _clauses(self, rest: str, *values: str) -> list[Clause]:
        return [_clause(row) for row in self._rows(f"SELECT {_CLAUSE} FROM clauses c {rest}", *values)]

    def _rows(self, statement: str, *values: str) -> list[Any]:
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def _stored(self, document_id: str, record: str) -> Document:
        def read_text() -> str:
            text: str = self._rows("SELECT text FROM documents WHERE id = ?", document_id)[0][0]
            return text

        return StoredDocument(record=_with_tuples(json.loads(record)), read_text=read_text)


def write_library(file: Path, split_documents: Iterable[SplitDocument], terms: Iterable[str] = ()) -> None:
    """Write a new library.

    Raises sqlite3.IntegrityError when two documents or two clauses share an id.
    """
    connection = sqlite3.connect(file)
    try:
        connection.executescript(_SCHEMA)
        with connection:
            for split in split_documents:
                _write_document(connection, split)
            connection.executemany("INSERT INTO terms (word) VALUES (?)", ((word,) for word in terms))
    finally:
        connection.close()


def _write_document(connection: sqlite3.Connection, split: SplitDocument) -> None:
    document = split.document
    record = {key: value for key, value in asdict(document).items() if key != "text"}
    connection.execute(
        "INSERT INTO documents (id, record, text, report) VALUES (?, ?, ?, ?)",
        (document.id, _json(record), document.text, _json(asdict(split.report))),
    )
    for clause in split.clauses:
        cursor = connection.execute(
            "INSERT INTO clauses (id, document_id, parent_id, kind, path, label, label_key, heading, start, end,"
            " own, runs, units, cells, twins) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (clause.id, clause.document_id, clause.parent_id, clause.kind.value, _json(clause.path), clause.label,
             _label_key(clause.label), clause.heading, clause.start, clause.end, clause.own.text,
             _json(clause.own.runs), _json([asdict(unit) for unit in clause.units]),
             _json([asdict(cell) for cell in clause.cells]), _json(clause.twins)),
        )  # fmt: skip
        names = {unit.name for unit in clause.units}
        connection.executemany("INSERT INTO units VALUES (?, ?)", ((name, cursor.lastrowid) for name in names))


def _clause(row: Sequence[Any]) -> Clause:
    (id_, document_id, parent_id, kind, path, label, heading, start, end, own, runs, units, cells, twins) = row
    return Clause(
        id=id_,
        document_id=document_id,
        parent_id=parent_id,
        kind=Kind(kind),
        path=tuple(json.loads(path)),
        label=label,
        heading=heading,
        start=start,
        end=end,
        own=Reading(text=own, runs=tuple((at, source, length) for at, source, length in json.loads(runs))),
        units=tuple(ResponsibleUnit(**unit | {"role": Role(unit["role"])}) for unit in json.loads(units)),
        cells=tuple(Cell(**cell) for cell in json.loads(cells)),
        twins=tuple(json.loads(twins)),
    )


def _report(stored: dict[str, Any]) -> SplitReport:
    left_out = tuple(LeftOut(**part) for part in stored.pop("left_out"))
    joins = tuple((start, end) for start, end in stored.pop("joins"))
    return SplitReport(**_with_tuples(stored), left_out=left_out, joins=joins)


def _with_tuples(record: dict[str, Any]) -> dict[str, Any]:
    """Return the record with tuples where JSON has lists."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in record.items()}


def _within(document_ids: Collection[str] | None) -> tuple[str, tuple[str, ...]]:
    """Return (condition, its values) that keeps clauses of these documents; ("", ()) for None."""
    if document_ids is None:
        return "", ()
    return f" AND c.document_id IN ({_marks(document_ids)})", tuple(document_ids)


def _marks(values: Collection[str]) -> str:
    return ", ".join("?" * len(values))


def _label_key(label: str) -> str:
    """Return the label without white space and with width folded: "附件2 第6项" and "附件２第6项" are one."""
    return "".join(unicodedata.normalize("NFKC", label).split())


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
