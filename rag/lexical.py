"""Words and characters of clauses, ranked by BM25 (bm25s, Lucene's variant).

Two ways of cutting a text give two indexes: jieba's words know departments and terms, characters with
their pairs find what no dictionary knows. Query and passage are cut by the same function.
"""

import json
import logging
import math
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.rows import Rows, best

# One run of Chinese characters, or one run of Latin letters and digits:
# "PPP项目2.0" -> PPP, 项目, 2.0; never a bracket, a quotation mark or a space.
_RUN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff〇]+|[a-z0-9]+(?:[.\-][a-z0-9]+)*", re.IGNORECASE)


def _bm25s() -> Any:
    """Import bm25s, which costs scipy's import, and quiet it: it sets its own logger to DEBUG."""
    import bm25s

    logging.getLogger("bm25s").setLevel(logging.WARNING)
    return bm25s


K1 = 1.2  # how soon a word said again stops counting
B = 0.75  # how much a passage's length is held against it
_SIZE_FILE = "size.json"


class Cutter(Protocol):
    """Whatever cuts a text into words; `ingest.segment.Segmenter` is one."""

    def words(self, text: str) -> list[str]:
        """Return the words of a text in order, width and case folded, without punctuation."""
        ...


@dataclass(frozen=True, kw_only=True)
class FieldWeights:
    """How often each field's tokens are counted: BM25 sees them as written that many times."""

    own: int = 1
    path: int = 1
    title: int = 1


def tokens(text: str, cutter: Cutter) -> list[str]:
    """Return the words of a text in order."""
    return cutter.words(text)


def pairs(text: str) -> list[str]:
    """Return the characters of a text and their overlapping pairs: 产教融 -> 产, 教, 融, 产教, 教融.

    Latin words and numbers stay whole. Single characters let a text be found that says the same in other words:
    on lay questions to national laws they raise recall@100 from .658 to .675 and MRR@10 from .402 to .410.
    """
    found: list[str] = []
    for match in _RUN.finditer(unicodedata.normalize("NFKC", text).lower()):
        run = match.group()
        if run[0].isascii():
            found.append(run)
        else:
            found.extend(run)
            found.extend(run[at : at + 2] for at in range(len(run) - 1))
    return found


def weighted(own: Sequence[str], path: Sequence[str], title: Sequence[str], weights: FieldWeights) -> list[str]:
    """Return one bag of tokens in which each field is repeated by its weight."""
    return [*own] * weights.own + [*path] * weights.path + [*title] * weights.title


class LexicalPart:
    """The BM25 matrix of one segment, read from disk by memory mapping."""

    def __init__(self, *, bm25: Any, passages: int) -> None:
        self._bm25 = bm25  # bm25s.BM25 without type hints; None when no passage has a token
        self.passages = passages

    @classmethod
    def open(cls, folder: Path) -> "LexicalPart":
        """Map what `LexicalIndex.build` wrote."""
        size = json.loads((folder / _SIZE_FILE).read_text())
        if size["words"] == 0:
            return cls(bm25=None, passages=size["passages"])
        bm25s = _bm25s()
        return cls(bm25=bm25s.BM25.load(folder, mmap=True, load_corpus=False), passages=size["passages"])

    def holders(self, token: str) -> NDArray[np.int32]:
        """Return the rows that hold the token."""
        rows: NDArray[np.int32] = _NOBODY if self._bm25 is None else self._bm25.scores["indices"][self._column(token)]
        return rows

    def scores(self, query: Sequence[str], statistics: Callable[[str], float] | None) -> NDArray[np.float32]:
        """Return every row's score for the query's tokens; 0 where no token is shared.

        `statistics` gives a token's inverse document frequency in the whole version, None: this segment is the version.
        """
        known = [] if self._bm25 is None else self._bm25.get_tokens_ids(query)
        if not known:
            return np.zeros(self.passages, dtype=np.float32)
        if statistics is None:
            alone: NDArray[np.float32] = self._bm25.get_scores_from_ids(known)
            return alone
        scores = np.zeros(self.passages, dtype=np.float32)
        matrix = self._bm25.scores
        for token in query:
            column = self._column(token)
            if column.stop > column.start:
                here = idf(column.stop - column.start, self.passages)  # what the stored scores were multiplied by
                share = np.float32(statistics(token) / here)
                np.add.at(scores, matrix["indices"][column], matrix["data"][column] * share)
        return scores

    def vocabulary(self, alive: NDArray[np.bool_] | None = None) -> list[str]:
        """All tokens of the segment; with `alive` those that some row marked in it holds."""
        if self._bm25 is None:
            return []
        if alive is None:
            return list(self._bm25.vocab_dict)
        starts, holders = self._bm25.scores["indptr"], self._bm25.scores["indices"]
        counts = np.add.reduceat(alive[holders], starts[:-1], dtype=np.int32)  # no column is empty: see `build`
        return [token for token, column in self._bm25.vocab_dict.items() if counts[column]]

    def _column(self, token: str) -> slice:
        """Return where the token stands in the matrix's compressed sparse columns."""
        at = self._bm25.vocab_dict.get(token)
        starts = self._bm25.scores["indptr"]
        return slice(0, 0) if at is None else slice(int(starts[at]), int(starts[at + 1]))


_NOBODY = np.empty(0, dtype=np.int32)


def idf(frequency: int, passages: int) -> float:
    """Return a token's inverse document frequency as Lucene takes it: ln(1 + (N - n + 0.5) / (n + 0.5))."""
    return math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))


class LexicalIndex:
    """BM25 over token lists in one or several segments, as if they were one index.

    How rare a token is counts over all rows of the version, removed documents aside; how long a passage is counts
    against the average of its own segment, which is an approximation that merging the segments ends.
    """

    def __init__(self, parts: Sequence[LexicalPart], rows: Rows) -> None:
        self._parts = tuple(parts)
        self._rows = rows
        for part, stretch in zip(parts, rows.stretches, strict=True):
            if part.passages != stretch.size:
                raise ValueError(f"lexical index: {part.passages} passages for {stretch.size} rows")
        self._plain = len(self._parts) == 1 and rows.stretches[0].kept is None

    @classmethod
    def build(cls, passages: Iterable[Sequence[str]], folder: Path) -> None:
        """Write an index of the token lists, one a row, into a folder that does not exist yet."""
        bm25s = _bm25s()
        vocabulary: dict[str, int] = {}
        numbered = [[vocabulary.setdefault(token, len(vocabulary)) for token in passage] for passage in passages]
        folder.mkdir(parents=True)
        (folder / _SIZE_FILE).write_text(json.dumps({"passages": len(numbered), "words": len(vocabulary)}))
        if vocabulary:
            bm25 = bm25s.BM25(method="lucene", k1=K1, b=B)
            bm25.index((numbered, vocabulary), create_empty_token=False, show_progress=False)
            bm25.save(folder, show_progress=False)

    @classmethod
    def open(cls, folder: Path, rows: Rows) -> "LexicalIndex":
        """Open one segment that `build` wrote; `rows` names its rows."""
        return cls([LexicalPart.open(folder)], rows)

    def scores(self, query: Sequence[str]) -> NDArray[np.float32]:
        """Return every row's BM25 score for the query's tokens; 0 where no token is shared."""
        if self._plain:
            return self._parts[0].scores(query, None)
        known = {token: idf(self.frequency(token), len(self._rows.ids)) for token in set(query)}
        stretched = zip(self._parts, self._rows.stretches, strict=True)
        return np.concatenate([stretch.within(part.scores(query, known.__getitem__)) for part, stretch in stretched])

    def vocabulary(self) -> list[str]:
        """All tokens that some row holds."""
        if self._plain:
            return self._parts[0].vocabulary()
        stretched = zip(self._parts, self._rows.stretches, strict=True)
        found = (part.vocabulary(None if stretch.kept is None else stretch.alive) for part, stretch in stretched)
        return list(dict.fromkeys(chain.from_iterable(found)))

    def frequency(self, token: str) -> int:
        """Number of rows that hold the token in any field."""
        total = 0
        for part, stretch in zip(self._parts, self._rows.stretches, strict=True):
            holders = part.holders(token)
            total += len(holders) if stretch.kept is None else int(np.count_nonzero(stretch.alive[holders]))
        return total

    def search(
        self, query: Sequence[str], top_k: int, document_ids: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        """Return (clause id, BM25 score) of clauses that share a token with the query, best first.

        Raises UnknownDocument for a document id that the index does not hold.
        """
        allowed = self._rows.allowed(document_ids)
        scores = self.scores(query)[allowed]
        found = best(scores, top_k)
        return [(self._rows.ids[allowed[at]], float(scores[at])) for at in found if scores[at] > 0]
