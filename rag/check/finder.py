"""Where else do these words stand? Candidates from the lexical index, never a walk over all clauses."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ingest.schema import Clause
from rag.check.bare import bare
from rag.index import Index
from rag.lexical import pairs
from rag.rows import best

RAREST = 14  # character pairs that vote: the rarest ones say where a sentence comes from
CANDIDATES = 8
NEAR = 0.3  # of the best score: rows below it are no candidates
STRANGE = 0.6  # weight of a pair that no clause holds: often the seam between two words


@dataclass(frozen=True, kw_only=True)
class Finder:
    """Finds clauses that share rare pairs of characters with some words."""

    index: Index

    def clauses(self, words: str, document_ids: Collection[str] | None, *, most: int = CANDIDATES) -> list[Clause]:
        """Return the likeliest clauses, best first; [] when nothing is shared."""
        tokens = self._rarest(words)
        if not tokens or (document_ids is not None and not document_ids):
            return []
        allowed = self.index.rows.allowed(document_ids)
        scores = self.index.pairs.scores(tokens)
        scores = scores if document_ids is None else scores[allowed]
        near = np.flatnonzero(scores >= max(NEAR * float(scores.max(initial=0.0)), 1e-6))  # most rows share nothing
        found = [int(near[at]) for at in best(scores[near], most)]
        ids = [self.index.rows.ids[at if document_ids is None else int(allowed[at])] for at in found]
        return self.index.library.clauses_by_id(ids)

    def weights(self, words: str) -> dict[str, float]:
        """Return the weight of each pair of characters of bare words: the rarer in the corpus, the heavier."""
        total = max(len(self.index.rows.ids), 1)
        found: dict[str, float] = {}
        for first, second in pairwise(words):
            if min(first, second) >= "\u4e00" and first + second not in found:
                held = self.index.pairs.frequency(first + second)
                found[first + second] = STRANGE if held == 0 else 1.0 - 0.8 * min(1.0, (held / total) ** 0.4)
        return found

    def _rarest(self, words: str) -> Sequence[str]:
        tokens = {token for token in pairs(bare(words)) if len(token) > 1}
        counted = [(self.index.pairs.frequency(token), token) for token in tokens]
        return [token for frequency, token in sorted(counted) if frequency > 0][:RAREST]
