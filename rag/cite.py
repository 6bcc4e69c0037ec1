"""From verified statements to an answer's text with footnote marks, its sentences and its citations."""

import re
from collections.abc import Iterator, Sequence

from ingest.schema import Clause, Document, Kind
from rag.compose.material import Material, spans
from rag.draft import Evidence, Near, Statement
from rag.library import Library
from rag.schema import Citation, Cited, Event, Hit, Sentence, Token, Verdict
from rag.terms import Terms

# What a reader of Markdown would make live: <img, ![图](, [a]: , a mark [^7] that is not ours ; not: <5%, [2025]7号,
# <https://…>, which is where it says
_LIVE = re.compile(r"<(?=[A-Za-z/!?])(?!https?://)|\[(?=\^|[^\[\]\n]*\][(\[:])|\](?=[(\[:])")
_WIDE = {"<": "＜", "[": "［", "]": "］"}
_WHOLE_KINDS = frozenset({Kind.ARTICLE})  # cited whole: their 款 and 项 are their children


class Citations:
    """Numbers citations in order of first use; the same words of the same clause are one citation."""

    def __init__(self, library: Library, scores: dict[str, float]) -> None:
        self._library = library
        self._scores = scores
        self._found: dict[tuple[str, int, int], Citation] = {}

    def cite(self, statement: Statement) -> tuple[Sentence, list[Citation]]:
        """Return the statement as a sentence of the answer, and the citations that it uses for the first time."""
        new: list[Citation] = []
        indexes: list[int] = []
        for evidence in statement.evidence:
            start, end = source_span(evidence)
            key = (evidence.clause.id, start, end)
            if key not in self._found:
                document = self._library.document(evidence.clause.document_id)
                self._found[key] = Citation(
                    index=len(self._found) + 1,
                    clause=evidence.clause,
                    document=document,
                    quote=document.text[start:end],
                    start=start,
                    end=end,
                    text=shown_text(evidence.clause, self._library),
                    verdict=Verdict.SUPPORTED,
                    score=round(self._scores.get(evidence.clause.id, 0.0), 4),
                )
                new.append(self._found[key])
            indexes.append(self._found[key].index)
        return Sentence(text=statement.text, citations=tuple(dict.fromkeys(indexes))), new

    def all(self) -> list[Citation]:
        """Return the citations in order of their numbers."""
        return list(self._found.values())


class Page:
    """The answer's text as it grows, sentence by sentence, with the events that tell a reader of it."""

    def __init__(self, library: Library, material: Material) -> None:
        self.text = ""
        self.sentences: list[Sentence] = []
        self._library = library
        self._scores = {hit.clause.id: hit.score for hit in material.hits}
        self.citations = Citations(library, self._scores)

    def add(self, statement: Statement) -> Iterator[Event]:
        """Add a statement: its new citations come before the words that carry their marks."""
        sentence, new = self.citations.cite(statement)
        yield from (Cited(citation=citation) for citation in new)
        yield from self._write(sentence)

    def close(self, note: str) -> Iterator[Event]:
        """Add the closing note, which cites nothing, if there is one."""
        if note:
            yield from self._write(Sentence(text=note, citations=()), breaks="\n" if self.text else "")

    def near(self, nearest: Sequence[Near]) -> list[Citation]:
        """Return the clauses that come closest to an unanswered question."""
        return near_citations(nearest, self._library, self._scores)

    def _write(self, sentence: Sentence, breaks: str = "") -> Iterator[Event]:
        piece = breaks + marked(sentence, first=not self.sentences)
        self.sentences.append(sentence)
        self.text += piece
        yield Token(text=piece)


def source_span(evidence: Evidence) -> tuple[int, int]:
    """Return the source offsets of the words; a table row is always quoted whole."""
    clause = evidence.clause
    if clause.kind in (Kind.TABLE_ROW, Kind.ANNEX_ITEM) and clause.cells:
        evidence = Evidence.whole(clause)
    return clause.own.source_span(evidence.start, evidence.end)


def shown_text(clause: Clause, library: Library) -> str:
    """Return a clause as a citation shows it: its own text; an article with its 款 and 项."""
    return library.whole_text(clause.id) if clause.kind in _WHOLE_KINDS else clause.own.text


def near_citations(nearest: Sequence[Near], library: Library, scores: dict[str, float]) -> list[Citation]:
    """Return the clauses that come closest to an unanswered question, each with its reason."""
    return [
        _plain(near.clause, library, index=at, score=scores.get(near.clause.id, 0.0), reason=near.reason)
        for at, near in enumerate(nearest, start=1)
    ]


def hit_citations(hits: Sequence[Hit], library: Library, terms: Terms) -> list[Citation]:
    """Return search hits as citations: no verdict, the quote is the sentence that holds most of the query."""
    return [
        _plain(hit.clause, library, index=rank, score=hit.score, terms=terms) for rank, hit in enumerate(hits, start=1)
    ]


def _plain(
    clause: Clause, library: Library, *, index: int, score: float, reason: str = "", terms: Terms | None = None
) -> Citation:
    document: Document = library.document(clause.document_id)
    words = Evidence.whole(clause)
    if terms is not None:
        best = max(spans(clause), key=lambda span: terms.coverage(clause.own.text[span[0] : span[1]]), default=None)
        words = words if best is None else Evidence(clause=clause, start=best[0], end=best[1])
    start, end = source_span(words)
    return Citation(
        index=index,
        clause=clause,
        document=document,
        quote=document.text[start:end],
        start=start,
        end=end,
        text=shown_text(clause, library),
        verdict=None,
        score=round(score, 4),
        reason=reason,
    )


def marked(sentence: Sentence, *, first: bool) -> str:
    """Return a sentence as it stands in the answer: a list item on a line of its own, the marks at its end."""
    breaks = "\n" if not first and sentence.text.startswith(("- ", "\n")) else ""
    return breaks + inert(sentence.text) + "".join(f"[^{index}]" for index in sentence.citations)


def inert(text: str) -> str:
    """Return a document's words as Markdown may carry them: no tag, picture, link or footnote of theirs comes alive."""
    return _LIVE.sub(lambda found: _WIDE[found.group()], text)
