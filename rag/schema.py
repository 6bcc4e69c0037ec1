"""What the rag room speaks: how a question was understood, what was found, and a verified answer.

Field names are those of the HTTP contract, so that `api.schema` mirrors them one to one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from ingest.schema import Clause, Document


class Status(StrEnum):
    """How far a question was answered."""

    ANSWERED = "answered"
    PARTIAL = "partial"
    NOT_FOUND = "not_found"  # near the subject, but no clause answers it
    OUT_OF_SCOPE = "out_of_scope"  # not a question to these documents


class Verdict(StrEnum):
    """What the verification says of one citation."""

    SUPPORTED = "supported"
    MISQUOTED = "misquoted"
    CONTRADICTED = "contradicted"
    WRONG_CLAUSE = "wrong_clause"
    NOT_FOUND = "not_found"
    NEEDS_REVIEW = "needs_review"
    UNCITED = "uncited"


class Mode(StrEnum):
    """Who writes the answer: `auto` uses the language model where one is configured."""

    AUTO = "auto"
    EXTRACTIVE = "extractive"
    LLM = "llm"


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One message of the conversation so far."""

    role: str  # user | assistant
    content: str


@dataclass(frozen=True, kw_only=True)
class Interpretation:
    """A question as understood: public part, shown to whoever asked."""

    question: str  # after the history was resolved
    intent: str
    units: tuple[str, ...]  # canonical department names
    document_ids: tuple[str, ...]  # documents that the question names; () = any


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A clause found for a query; `score` rises with relevance and compares only within one query."""

    clause: Clause
    score: float


@dataclass(frozen=True, kw_only=True)
class Citation:
    """A place in a document that carries a statement: `quote == document.text[start:end]`, always."""

    index: int  # 1-based in its answer, the footnote mark
    clause: Clause
    document: Document
    quote: str
    start: int
    end: int
    text: str  # the whole clause as a reader should see it
    verdict: Verdict | None
    score: float
    reason: str = ""  # only in `nearest`: why it does not answer


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """One sentence of an answer with the indexes of its citations."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Engine:
    """What produced an answer."""

    mode: Mode
    llm: str | None
    fallback: str | None  # why the language model's words were not used, None when they were or none was asked
    embedding: str
    index_version: str


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A verified answer, complete."""

    id: str
    status: Status
    answer: str  # Chinese Markdown, a footnote mark [^1] after each sentence
    sentences: Sequence[Sentence]
    citations: Sequence[Citation]
    interpretation: Interpretation
    nearest: Sequence[Citation]
    suggestions: Sequence[str]
    confidence: float  # 0..1
    engine: Engine
    elapsed_ms: float


@dataclass(frozen=True, kw_only=True)
class SearchResult:
    """Clauses found for a query, best first, as citations with a score and no verdict."""

    hits: Sequence[Citation]
    interpretation: Interpretation


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Stream event: what the assistant is doing now (understanding | searching | verifying)."""

    stage: str


@dataclass(frozen=True, kw_only=True)
class Token:
    """Stream event: the next piece of verified answer text; all pieces joined equal `Answer.answer`."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Cited:
    """Stream event: a citation, sent before the first token that carries its mark."""

    citation: Citation


@dataclass(frozen=True, kw_only=True)
class Done:
    """Stream event, the last one: the whole answer."""

    answer: Answer


Event = Stage | Token | Cited | Done
