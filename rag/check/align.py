"""Where a quotation stands in a text, and in which characters the two differ.

An affine alignment that is global in the quotation and free at both ends of the source: a match counts -1, another
character +1, a gap 1.2 for its first character and 0.12 for each further one, so that a left-out phrase is one
difference and not many. Window similarity alone finds no omission at all and cannot verify a quotation.
"""

from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

MATCH, MISMATCH, OPEN, EXTEND = -1.0, 1.0, 1.2, 0.12
WHOLE = 1500  # characters up to which a source is aligned without looking for a window first
LONG = 600  # characters of a draft that are aligned at once
GRAMS = (5, 3, 2)  # characters that must stand in a row to vote for a window
MERGE = 1  # equal characters between two differences that do not part them


@dataclass(frozen=True, kw_only=True)
class Edit:
    """draft[draft_start:draft_end] stands where the source has source[source_start:source_end]; one may be empty."""

    draft_start: int
    draft_end: int
    source_start: int
    source_end: int


@dataclass(frozen=True, kw_only=True)
class Alignment:
    """Where a text stands in the source, the edits between them, and the share of its characters that match."""

    start: int  # in the source
    end: int
    edits: tuple[Edit, ...]
    share: float

    @property
    def exact(self) -> bool:
        """Whether the words are the same."""
        return not self.edits


def align(draft: str, source: str) -> Alignment:
    """Align two bare texts; an empty draft or source shares nothing."""
    if not draft or not source:
        return Alignment(start=0, end=0, edits=(Edit(
            draft_start=0, draft_end=len(draft), source_start=0, source_end=0),), share=0.0)  # fmt: skip
    found = source.find(draft)
    if found >= 0:
        return Alignment(start=found, end=found + len(draft), edits=(), share=1.0)
    if len(draft) > LONG:
        return _in_pieces(draft, source)
    low, high = _window(draft, source)
    return _shifted(_aligned(draft, source[low:high]), low)


def _in_pieces(draft: str, source: str) -> Alignment:
    """Align a very long draft piece by piece: the matrices grow with the square of its length."""
    places = range(0, len(draft), LONG)
    known = {words: align(words, source) for words in {draft[at : at + LONG] for at in places}}  # repeats once
    pieces = [(at, known[draft[at : at + LONG]]) for at in places]
    edits = tuple(
        replace(edit, draft_start=edit.draft_start + at, draft_end=edit.draft_end + at)
        for at, found in pieces
        for edit in found.edits
    )
    share = sum(found.share * len(draft[at : at + LONG]) for at, found in pieces) / len(draft)
    start, end = min(found.start for _, found in pieces), max(found.end for _, found in pieces)
    return Alignment(start=start, end=end, edits=edits, share=share)


def _window(draft: str, source: str) -> tuple[int, int]:
    """Return the part of a long source where most runs of the draft's characters stand."""
    if len(source) <= max(WHOLE, 3 * len(draft)):
        return 0, len(source)
    pad = max(32, len(draft) // 2)
    for size in GRAMS:
        votes: Counter[int] = Counter()
        stands: dict[str, list[int]] = {}  # where each gram stands in the source
        for at in range(len(draft) - size + 1):
            gram = draft[at : at + size]
            if gram not in stands:
                stands[gram] = _places(gram, source)
            votes.update((found - at) // pad for found in stands[gram])
        if votes:
            best = max(votes, key=lambda bucket: votes[bucket] + votes[bucket + 1]) * pad
            return max(best - pad, 0), min(best + len(draft) + 3 * pad, len(source))
    return 0, min(len(source), WHOLE)


def _places(gram: str, source: str) -> list[int]:
    """Return where the source has these characters."""
    found: list[int] = []
    at = source.find(gram)
    while at >= 0:
        found.append(at)
        at = source.find(gram, at + 1)
    return found


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)


def _aligned(draft: str, source: str) -> Alignment:
    """Fill the two matrices of the alignment row by row and walk back from the best end."""
    wanted, have = _codes(draft), _codes(source)
    rows, columns = len(wanted), len(have) + 1
    slope = EXTEND * np.arange(columns)
    best = np.zeros((rows + 1, columns))
    base = np.zeros((rows + 1, columns))  # best of what does not end in a gap of the draft
    up = np.full((rows + 1, columns), np.inf)  # best of what ends in draft characters without a partner
    for row in range(1, rows + 1):
        up[row] = np.minimum(best[row - 1] + OPEN, up[row - 1] + EXTEND)
        base[row] = up[row]
        diagonal = best[row - 1, :-1] + np.where(have == wanted[row - 1], MATCH, MISMATCH)
        np.minimum(base[row, 1:], diagonal, out=base[row, 1:])
        reach = np.minimum.accumulate(base[row] - slope)
        best[row] = base[row]
        np.minimum(best[row, 1:], reach[:-1] + slope[1:] + (OPEN - EXTEND), out=best[row, 1:])
    return _walk(draft, source, best, base, up)


def _walk(
    draft: str, source: str, best: NDArray[np.float64], base: NDArray[np.float64], up: NDArray[np.float64]
) -> Alignment:
    row, column = len(draft), int(np.argmin(base[len(draft)]))
    end = column
    pairs: list[tuple[int, int]] = []  # places that face each other
    inside_gap = True  # the last row ends in no gap of the draft: the source's end is free
    while row > 0:
        if not inside_gap and base[row, column] > best[row, column] + 1e-9:
            width = next(
                width
                for width in range(1, column + 1)
                if base[row, column - width] + OPEN + EXTEND * (width - 1) <= best[row, column] + 1e-9
            )
            column -= width
        inside_gap = False
        if up[row, column] <= base[row, column] + 1e-9:
            height = 1
            while up[row, column] + 1e-9 < best[row - height, column] + OPEN + EXTEND * (height - 1):
                height += 1
            row -= height
        else:
            row -= 1
            column -= 1
            pairs.append((row, column))
    pairs.reverse()
    start = column
    edits = _edits(draft, source, pairs, start, end)
    shared = sum(draft[d] == source[s] for d, s in pairs)
    return Alignment(start=start, end=end, edits=edits, share=shared / len(draft))


def _edits(draft: str, source: str, pairs: list[tuple[int, int]], start: int, end: int) -> tuple[Edit, ...]:
    """Return what lies between equal characters, close ones as one."""
    equal = [(-1, start - 1), *((d, s) for d, s in pairs if draft[d] == source[s]), (len(draft), end)]
    found: list[Edit] = []
    for (d0, s0), (d1, s1) in pairwise(equal):
        if d1 - d0 == 1 and s1 - s0 == 1:
            continue
        edit = Edit(draft_start=d0 + 1, draft_end=d1, source_start=s0 + 1, source_end=s1)
        last = found[-1] if found else None
        near = last is not None and edit.draft_start - last.draft_end <= MERGE
        if last is not None and near and _both_sides(last) and _both_sides(edit):
            edit = Edit(
                draft_start=last.draft_start,
                draft_end=edit.draft_end,
                source_start=last.source_start,
                source_end=edit.source_end,
            )
            found.pop()
        found.append(edit)
    return tuple(found)


def _both_sides(edit: Edit) -> bool:
    return edit.draft_end > edit.draft_start and edit.source_end > edit.source_start


def _shifted(alignment: Alignment, by: int) -> Alignment:
    if not by:
        return alignment
    return Alignment(
        start=alignment.start + by,
        end=alignment.end + by,
        share=alignment.share,
        edits=tuple(
            Edit(
                draft_start=edit.draft_start,
                draft_end=edit.draft_end,
                source_start=edit.source_start + by,
                source_end=edit.source_end + by,
            )
            for edit in alignment.edits
        ),
    )
