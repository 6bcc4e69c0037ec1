"""Documents and clauses of one index version, in one SQLite file a segment.

Written once at ingest, opened read-only afterwards. One connection a file, behind a lock, serves all threads of a
server: a query takes well under a millisecond, and an open file outlives the removal of its segment's folder.
"""

import json
import sqlite3
import threading
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import cached_property, lru_cache
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
from rag.storage import reading

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
# What a segment holds of removed documents is hidden: names of the temporary schema go before those of the file.
_HIDE = """
CREATE TEMP VIEW documents AS SELECT * FROM main.documents WHERE id NOT IN (SELECT id FROM temp.removed);
CREATE TEMP VIEW clauses AS SELECT * FROM main.clauses WHERE document_id NOT IN (SELECT id FROM temp.removed);
CREATE TEMP VIEW units AS SELECT * FROM main.units WHERE NOT EXISTS (
    SELECT 1 FROM main.clauses c WHERE c.position = clause AND c.document_id IN (SELECT id FROM temp.removed));
"""
_CLAUSE = "c.id, c.document_id, c.parent_id, c.kind, c.path, c.label, c.heading, c.start, c.end, c.own, c.runs, \
c.units, c.cells, c.twins"
KNOWN_CLAUSES = 2048  # that stay read
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


class _Part:
    """One segment's file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        uri = f"{file.resolve().as_uri()}?mode=ro&immutable=1"
        self.connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self._lock = threading.Lock()

    def hide(self, document_ids: Collection[str]) -> None:
        """Let these documents be as if they did not stand in the file."""
        self.connection.execute("CREATE TEMP TABLE removed (id TEXT PRIMARY KEY)")
        self.connection.executemany("INSERT INTO removed VALUES (?)", ((each,) for each in document_ids))
        self.connection.executescript(_HIDE)

    def rows(self, statement: str, *values: str) -> list[Any]:
        """The rows of a query. Raises IndexDamaged."""
        with self._lock, reading(f"索引文件 {self._file}"):
            return self.connection.execute(statement, values).fetchall()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self.connection.close()


class Library:
    """Read-only access to documents and clauses; safe to share between threads."""

    def __init__(self, parts: Sequence[_Part], homes: Mapping[str, int] | None) -> None:
        self._parts = tuple(parts)
        stored = [dict(part.rows("SELECT id, record FROM documents")) for part in parts]
        if homes is None:
            homes = {document_id: at for at, records in enumerate(stored) for document_id in records}
        for at, part in enumerate(parts):
            if removed := [document_id for document_id in stored[at] if homes.get(document_id) != at]:
                part.hide(removed)
        self._home = {document_id: parts[at] for document_id, at in homes.items()}
        self._order = {document_id: rank for rank, document_id in enumerate(homes)}
        self._by_id = {i: self._stored(i, stored[at][i]) for i, at in homes.items()}

    @classmethod
    def open(cls, *files: Path, homes: Mapping[str, int] | None = None) -> "Library":
        """Open what `write_library` wrote, one or several files as if they were one.

        `homes` are the documents, in their order, each with the number of the file that holds it; the files' other
        documents are hidden (None: all documents as the files have them). Raises IndexDamaged when a file is missing or
        no such database, or a document does not stand in its home.
        """
        parts: list[_Part] = []
        try:
            with reading(f"{'、'.join(map(str, files))}"):
                parts.extend(_Part(file) for file in files)
                return cls(parts, homes)
        except BaseException:
            for part in parts:
                part.close()
            raise

    def close(self) -> None:
        """Close the files; the library is of no use afterwards."""
        for part in self._parts:
            part.close()

    def documents(self) -> list[Document]:
        """All documents in the order of ingestion; their texts are read only when asked for."""
        return list(self._by_id.values())

    def document(self, document_id: str) -> Document:
        """Return one document. Raises UnknownDocument."""
        try:
            return self._by_id[document_id]
        except KeyError:
            raise UnknownDocument(f"没有编号为 {document_id} 的文件。") from None

    def clause_count(self, document_id: str) -> int:
        """Number of clauses of a document. Raises UnknownDocument."""
        self.document(document_id)
        home = self._home[document_id]
        count: int = home.rows("SELECT count(*) FROM clauses WHERE document_id = ?", document_id)[0][0]
        return count

    def report(self, document_id: str) -> SplitReport:
        """How a document was split. Raises UnknownDocument."""
        self.document(document_id)
        (stored,) = self._home[document_id].rows("SELECT report FROM documents WHERE id = ?", document_id)[0]
        return _report(json.loads(stored))

    def clauses(self, document_id: str, *, kind: Kind | None = None) -> list[Clause]:
        """All clauses of a document, or those of a kind, in document order. Raises UnknownDocument."""
        self.document(document_id)
        home = self._home[document_id]
        of_kind, kinds = ("", ()) if kind is None else (" AND c.kind = ?", (kind.value,))
        return _clauses(home, f"WHERE c.document_id = ?{of_kind} ORDER BY c.position", document_id, *kinds)

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
        below = self._clauses("WHERE c.parent_id = ? ORDER BY c.position", clause_id)
        if not below:
            self.clause(clause_id)
        return below

    def whole_text(self, clause_id: str) -> str:
        """Reading text of a clause with everything below it, one clause's own text a line. Raises UnknownClause."""
        rows = self._all(
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

    def holds(self, words: str, document_ids: Collection[str] | None = None) -> bool:
        """Whether these words stand in a clause, a title or an issuer's name, in longer ones too; Latin case aside."""
        titles = (
            "\n".join((d.title, *d.issuers)) for d in self.documents() if document_ids is None or d.id in document_ids
        )
        where, values = _within(document_ids)
        statement = f"SELECT 1 FROM clauses c WHERE instr(lower(c.own), ?){where} LIMIT 1"
        words = words.lower()
        return any(words in title.lower() for title in titles) or bool(self._all(statement, words, *values))

    def clauses_of_units(self, names: Collection[str], document_ids: Collection[str] | None = None) -> list[Clause]:
        """Clauses that name at least one of these departments (canonical names) as responsible, in library order."""
        where, values = _within(document_ids)
        named = f"SELECT clause FROM units WHERE name IN ({_marks(names)})"
        return self._clauses(f"WHERE c.position IN ({named}){where} ORDER BY c.position", *names, *values)

    def units(self) -> list[tuple[str, int]]:
        """(canonical name, number of clauses) of every responsible department, the most named first."""
        counts: Counter[str] = Counter()
        for name, count in self._all("SELECT name, count(*) FROM units GROUP BY name"):
            counts[name] += count
        return sorted(counts.items(), key=lambda unit: (-unit[1], unit[0]))

    def terms(self) -> list[str]:
        """The words that the segmenter's dictionary was given when the base of this version was built."""
        rows = self._parts[0].rows("SELECT word FROM terms ORDER BY position") if self._parts else ()
        return [word for (word,) in rows]

    def _clauses(self, rest: str, *values: str) -> list[Clause]:
        """Return the clauses of all parts, each document's in the query's order, the documents in the library's."""
        found = [clause for part in self._parts for clause in _clauses(part, rest, *values)]
        return found if len(self._parts) == 1 else sorted(found, key=lambda clause: self._order[clause.document_id])

    def _all(self, statement: str, *values: str) -> list[Any]:
        return [row for part in self._parts for row in part.rows(statement, *values)]

    def _stored(self, document_id: str, record: str) -> Document:
        def read_text() -> str:
            text: str = self._home[document_id].rows("SELECT text FROM documents WHERE id = ?", document_id)[0][0]
            return text

        return StoredDocument(record=_with_tuples(json.loads(record)), read_text=read_text)


def _clauses(part: _Part, rest: str, *values: str) -> list[Clause]:
    return [_clause(row) for row in part.rows(f"SELECT {_CLAUSE} FROM clauses c {rest}", *values)]


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


@lru_cache(maxsize=KNOWN_CLAUSES)  # a question looks at a hundred clauses, and the next one at many of them again
def _clause(row: tuple[Any, ...]) -> Clause:
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
