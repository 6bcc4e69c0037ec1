"""Which clause stands in which row of an index's arrays.

The lexical indexes and the vectors of one version share their rows: the searchable clauses in document order, so
that a document's rows are neighbours and a filter by document is a few ranges. A version is made of segments, whose
files have rows of their own (`Stretch`); the rows of removed documents are no rows of the version.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.errors import UnknownDocument


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """The neighbouring rows of a version that stand in one segment's files."""

    start: int
    stop: int
    size: int  # rows in the segment's files, those of removed documents among them
    kept: NDArray[np.intp] | None = None  # the files' row of each row of the stretch; None: all, as they are

    def within(self, local: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the values of the stretch's rows, given one for each row of the files."""
        return local if self.kept is None else local[self.kept]

    def local(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the files' rows of these rows of the version, which must all stand in this stretch."""
        return rows - self.start if self.kept is None else self.kept[rows - self.start]

    @cached_property
    def alive(self) -> NDArray[np.bool_]:
        """Whether each row of the files is a row of the version."""
        alive = np.ones(self.size, dtype=np.bool_)
        if self.kept is not None:
            alive[:] = False
            alive[self.kept] = True
        return alive


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The clause ids in row order, each document's half-open range of rows, and the segments that they stand in."""

    ids: tuple[str, ...]
    ranges: Mapping[str, tuple[int, int]]
    stretches: tuple[Stretch, ...]

    @classmethod
    def of(cls, documents: Sequence[tuple[str, Sequence[str]]]) -> "Rows":
        """Number the clauses of (document id, its clause ids) in the order given."""
        ids: list[str] = []
        ranges: dict[str, tuple[int, int]] = {}
        for document_id, clause_ids in documents:
            ranges[document_id] = (len(ids), len(ids) + len(clause_ids))
            ids.extend(clause_ids)
        return cls(ids=tuple(ids), ranges=ranges, stretches=(_whole(0, len(ids)),))

    @classmethod
    def open(cls, file: Path) -> "Rows":
        """Read what `save` wrote."""
        stored = json.loads(file.read_text(encoding="utf-8"))
        ranges = {document_id: (start, stop) for document_id, (start, stop) in stored["ranges"].items()}
        ids = tuple(stored["ids"])
        return cls(ids=ids, ranges=ranges, stretches=(_whole(0, len(ids)),))

    @classmethod
    def joined(cls, segments: Sequence[tuple["Rows", Collection[str]]]) -> "Rows":
        """Number the rows of several segments one after the other, of each only the documents named with it."""
        ids: list[str] = []
        ranges: dict[str, tuple[int, int]] = {}
        stretches: list[Stretch] = []
        for rows, documents in segments:
            start, kept = len(ids), rows.allowed([document for document in rows.ranges if document in documents])
            if len(kept) == len(rows.ids):
                ids.extend(rows.ids)
                stretches.append(_whole(start, len(kept)))
            else:
                ids.extend(rows.ids[row] for row in kept)
                stretches.append(Stretch(start=start, stop=len(ids), size=len(rows.ids), kept=kept))
            for document_id, (first, last) in rows.ranges.items():
                if document_id in documents:
                    ranges[document_id] = (start, start + last - first)
                    start += last - first
        return cls(ids=tuple(ids), ranges=ranges, stretches=tuple(stretches))

    def save(self, file: Path) -> None:
        """Write the rows as JSON."""
        stored = {"ids": self.ids, "ranges": self.ranges}
        file.write_text(json.dumps(stored, ensure_ascii=False), encoding="utf-8")

    @cached_property
    def number(self) -> Mapping[str, int]:
        """Row number by clause id."""
        return {clause_id: row for row, clause_id in enumerate(self.ids)}

    @cached_property
    def _starts(self) -> NDArray[np.intp]:
        return np.array([start for start, _ in self.ranges.values()], dtype=np.intp)

    def documents_of(self, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return a number for the document that each row stands in; rows of one document have the same."""
        return np.searchsorted(self._starts, rows, side="right")

    def allowed(self, document_ids: Collection[str] | None) -> NDArray[np.intp]:
        """Return the row numbers of these documents, ascending; of all documents for None.

        Raises UnknownDocument for an id that the index does not hold.
        """
        if document_ids is None:
            return np.arange(len(self.ids), dtype=np.intp)
        for document_id in document_ids:
            if document_id not in self.ranges:
                raise UnknownDocument(f"索引中没有文件 {document_id}。可用 tiaowen search 不加文件限制再试。")
        ranges = sorted(self.ranges[document_id] for document_id in set(document_ids))
        return np.concatenate([np.arange(start, stop, dtype=np.intp) for start, stop in ranges] or [_NO_ROWS])


def _whole(start: int, size: int) -> Stretch:
    return Stretch(start=start, stop=start + size, size=size)


def best(scores: NDArray[np.float32], top_k: int) -> NDArray[np.intp]:
    """Return the positions of the `top_k` highest scores, best first; equal scores keep their order."""
    if top_k <= 0 or scores.size == 0:
        return _NO_ROWS
    bar = -np.inf
    if top_k < scores.size:
        above = scores[scores > 0]  # most rows share no word with a question, and many ties make partition slow
        pool = above if above.size >= top_k else scores
        bar = np.partition(pool, pool.size - top_k)[pool.size - top_k]
    kept = np.flatnonzero(scores >= bar)
    return kept[np.argsort(-scores[kept], kind="stable")][:top_k]


_NO_ROWS = np.empty(0, dtype=np.intp)
