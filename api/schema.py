"""What goes over the wire: requests, responses and their making from the records of rag and ingest.

Names and shapes are those of the HTTP contract. A request forbids unknown fields; a client reads responses
with these same models and ignores fields that a newer service may add.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict, StrictBool, StrictStr, StringConstraints

from ingest.schema import Document, Kind
from rag import schema as rag
from rag.schema import Mode, Status, Verdict

Sentence = Annotated[StrictStr, StringConstraints(strip_whitespace=True, min_length=1, max_length=20000)]


def _whole(number: object) -> object:
    """JSON knows one kind of number: 10.0 is 10; true and "10" are none."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


Whole = Annotated[int, BeforeValidator(_whole), Strict()]
DocumentId = Annotated[StrictStr, StringConstraints(min_length=1, max_length=200)]
DocumentIds = Annotated[list[DocumentId] | None, Field(max_length=1000, description="只在这些文件里找；null 表示全部")]


class Request(BaseModel):
    """A request's body: unknown fields are an error, so that a misspelt one is not silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Response(BaseModel):
    """A response's body."""

    model_config = ConfigDict(frozen=True)


# --- requests ---------------------------------------------------------------------------------------------------


class TurnRequest(Request):
    """One earlier message of the conversation."""

    role: Literal["user", "assistant"]
    content: Annotated[StrictStr, StringConstraints(max_length=100_000)]


class AnswerRequest(Request):
    """A question, alone or with the conversation before it."""

    question: Sentence = Field(description="问题")
    history: list[TurnRequest] = Field(default=[], max_length=1000, description="此前的对话，旧的在前")
    document_ids: DocumentIds = None
    mode: Mode = Field(default=Mode.AUTO, description="auto：有大模型就用；extractive：只用原文；llm：用大模型")
    stream: StrictBool = Field(default=False, description="true 时以 server-sent events 逐句返回")


class SessionRequest(Request):
    """A key, to be changed for a session's cookie."""

    key: Annotated[StrictStr, StringConstraints(min_length=1, max_length=400)] = Field(description="密钥")


class SearchRequest(Request):
    """A query for clauses."""

    query: Sentence = Field(description="检索词或一句话")
    top_k: Whole = Field(default=10, ge=1, le=100, description="最多返回多少条")
    document_ids: DocumentIds = None


# --- citations and answers --------------------------------------------------------------------------------------


class DocumentRef(Response):
    """A document as a citation names it; "" where the text does not say."""

    id: str
    title: str
    number: str
    issued_on: str

    @classmethod
    def from_document(cls, document: Document) -> Self:
        """Shorten a document to what a citation shows."""
        return cls(id=document.id, title=document.title, number=document.number, issued_on=document.issued_on)


class CitationResponse(Response):
    """A place in a document: `quote` is literally the document's `text[start:end]`."""

    index: int
    clause_id: str
    label: str
    path: list[str]
    kind: Kind
    document: DocumentRef
    quote: str
    start: int
    end: int
    text: str
    verdict: Verdict | None
    score: float
    twins: list[str]

    @classmethod
    def from_citation(cls, citation: rag.Citation) -> Self:
        """Mirror a citation."""
        return cls.model_validate(_citation_fields(citation))


class NearestResponse(CitationResponse):
    """One of the closest clauses of a question that none answers."""

    reason: str = Field(description="为什么不算答案")

    @classmethod
    def from_citation(cls, citation: rag.Citation) -> Self:
        """Mirror a citation together with the reason why it does not answer."""
        return cls.model_validate(_citation_fields(citation) | {"reason": citation.reason})


class HitResponse(CitationResponse):
    """A clause found for a query; `score` compares only within one response."""

    rank: int = Field(ge=1, description="名次，1 最相关")

    @classmethod
    def from_hit(cls, citation: rag.Citation, rank: int) -> Self:
        """Mirror a search hit."""
        return cls.model_validate(_citation_fields(citation) | {"rank": rank})


def _citation_fields(citation: rag.Citation) -> dict[str, object]:
    clause = citation.clause
    return {
        "index": citation.index,
        "clause_id": clause.id,
        "label": clause.label,
        "path": list(clause.path),
        "kind": clause.kind,
        "document": DocumentRef.from_document(citation.document),
        "quote": citation.quote,
        "start": citation.start,
        "end": citation.end,
        "text": citation.text,
        "verdict": citation.verdict,
        "score": citation.score,
        "twins": list(clause.twins),
    }


class SentenceResponse(Response):
    """A sentence of an answer with the indexes of its citations."""

    text: str
    citations: list[int]


class InterpretationResponse(Response):
    """A question as understood, after the history was resolved."""

    question: str
    intent: str
    units: list[str]
    document_ids: list[str]

    @classmethod
    def from_interpretation(cls, found: rag.Interpretation) -> Self:
        """Mirror an interpretation."""
        return cls(
            question=found.question,
            intent=found.intent,
            units=list(found.units),
            document_ids=list(found.document_ids),
        )


class EngineResponse(Response):
    """What produced an answer."""

    mode: Mode
    llm: str | None
    fallback: str | None
    embedding: str
    index_version: str


class AnswerResponse(Response):
    """A verified answer, complete."""

    id: str
    status: Status
    answer: str
    sentences: list[SentenceResponse]
    citations: list[CitationResponse]
    interpretation: InterpretationResponse
    nearest: list[NearestResponse]
    suggestions: list[str]
    confidence: float = Field(ge=0, le=1)
    engine: EngineResponse
    elapsed_ms: float = Field(ge=0)

    @classmethod
    def from_answer(cls, answer: rag.Answer) -> Self:
        """Mirror an answer."""
        engine = answer.engine
        return cls(
            id=answer.id,
            status=answer.status,
            answer=answer.answer,
            sentences=[SentenceResponse(text=s.text, citations=list(s.citations)) for s in answer.sentences],
            citations=[CitationResponse.from_citation(c) for c in answer.citations],
            interpretation=InterpretationResponse.from_interpretation(answer.interpretation),
            nearest=[NearestResponse.from_citation(c) for c in answer.nearest],
            suggestions=list(answer.suggestions),
            confidence=answer.confidence,
            engine=EngineResponse(
                mode=engine.mode,
                llm=engine.llm,
                fallback=engine.fallback,
                embedding=engine.embedding,
                index_version=engine.index_version,
            ),
            elapsed_ms=answer.elapsed_ms,
        )


class SearchResponse(Response):
    """Clauses found, best first."""

    hits: list[HitResponse]
    interpretation: InterpretationResponse

    @classmethod
    def from_result(cls, result: rag.SearchResult) -> Self:
        """Mirror a search result; ranks count from 1."""
        return cls(
            hits=[HitResponse.from_hit(hit, rank) for rank, hit in enumerate(result.hits, start=1)],
            interpretation=InterpretationResponse.from_interpretation(result.interpretation),
        )


# --- the events of a streamed answer ----------------------------------------------------------------------------


class StatusEvent(Response):
    """`status`: what the service is doing now."""

    stage: str


class TokenEvent(Response):
    """`token`: the next piece of the answer; all pieces joined equal `answer`."""

    text: str


class CitationEvent(Response):
    """`citation`: a citation, sent before the first token that carries its mark."""

    citation: CitationResponse


StreamEvent = StatusEvent | TokenEvent | CitationEvent | AnswerResponse  # the last one is the event `done`


# --- evaluations ------------------------------------------------------------------------------------------------


class EvaluationResponse(Response):
    """A run: what was measured with what, and each system's figures as in the run's summary.json."""

    about: dict[str, str]
    systems: dict[str, dict[str, Any]]
    checks: dict[str, dict[str, Any]] = {}  # of the citation check, where it was measured


# --- health and errors ------------------------------------------------------------------------------------------


class HealthResponse(Response):
    """The process is alive."""

    status: Literal["ok"] = "ok"
    version: str


class ReadyResponse(Response):
    """The service can answer: a search went through index, embedding model and store.

    `store` is where vectors are searched: the vector `file`, Chroma's `folder`, a Chroma `server`, or `server_down`
    while the file stands in for it. The page may be starting again while all this is so.
    """

    status: Literal["ready"] = "ready"
    version: str
    index_version: str
    document_count: int
    store: Literal["file", "folder", "server", "server_down"]
    workers: int = Field(description="接口进程有几个")
    workers_up: int = Field(description="其中在运行的有几个")
    page: Literal["up", "down"] = Field(default="up", description="聊天页答不答应；它停着，接口照常")


class ErrorDetail(Response):
    """One thing that was wrong with a request."""

    field: str
    message: str


class ErrorBody(Response):
    """What went wrong, in words for people (`message`, `message_en`) and for programs (`code`)."""

    code: str
    message: str
    message_en: str = ""
    details: list[ErrorDetail]
    request_id: str


class ErrorResponse(Response):
    """The one form of every error."""

    error: ErrorBody
