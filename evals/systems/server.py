"""Any server that speaks our HTTP contract, at its address."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from api.client import Client, ServiceError
from api.schema import CitationResponse, TurnRequest
from evals.records import Claim, Passage, Reply
from evals.systems.base import Talk, UnusableSystemError

TIMEOUT_S = 120.0


class ServerSystem:
    """A server as a system; nobody knows what stands behind the address, so results are never taken from a cache."""

    def __init__(self, url: str) -> None:
        self.name = url.rstrip("/")
        self.fingerprint: str | None = None
        self._client = Client(self.name, timeout_s=TIMEOUT_S)
        self._clauses: dict[str, set[str]] = {}
        try:
            self._files = {document.id: document.source_file for document in self._client.documents().documents}
        except ServiceError as exc:
            raise UnusableSystemError(f"{url} 不能用：{exc}。请检查地址，先启动服务（tiaowen serve）") from exc

    @property
    def settings(self) -> Mapping[str, str]:
        """What the report says of it."""
        return {"名称": self.name, "文件": str(len(self._files))}

    @cached_property
    def _by_id(self) -> dict[str, str]:
        return {document_id: self._client.text(document_id).text for document_id in self._files}

    def texts(self) -> Mapping[str, str]:
        """Its documents' texts by source file."""
        return {self._files[document_id]: text for document_id, text in self._by_id.items()}

    def answer(self, question: str, history: Sequence[Talk]) -> Reply:
        """Ask it."""
        turns = [TurnRequest(role="user" if t.role == "user" else "assistant", content=t.content) for t in history]
        given = self._client.answer(question, history=turns)
        return Reply(
            status=given.status.value,
            answer=given.answer,
            confidence=given.confidence,
            citations=tuple(self._passage(citation) for citation in given.citations),
            understood=given.interpretation.question,
            intent=given.interpretation.intent,
        )

    def search(self, query: str, top_k: int) -> tuple[Passage, ...]:
        """Its search."""
        return tuple(self._passage(hit) for hit in self._client.search(query, top_k=top_k).hits)

    def check(self, text: str) -> tuple[Claim, ...]:
        """Its citation check."""
        return tuple(
            Claim(
                text=claim.text,
                verdict=claim.verdict.value,
                confidence=claim.confidence,
                written=claim.reference.written or "",
                explanation=claim.explanation,
                evidence=tuple(self._passage(found) for found in claim.evidence),
            )
            for claim in self._client.check(text).claims
        )

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _passage(self, citation: CitationResponse) -> Passage:
        document_id = citation.document.id
        text = self._by_id.get(document_id, "")
        return Passage(
            clause_id=citation.clause_id,
            source_file=self._files.get(document_id, document_id),
            label=citation.label,
            context="\n".join(
                (*citation.path, citation.document.title, citation.document.number, citation.document.issued_on)
            ),
            quote=citation.quote,
            start=citation.start,
            end=citation.end,
            text=citation.text,
            known=citation.clause_id in self._clauses_of(document_id),
            literal=bool(citation.quote) and text[citation.start : citation.end] == citation.quote,
        )

    def _clauses_of(self, document_id: str) -> set[str]:
        if document_id not in self._clauses:
            try:
                found = self._client.clauses(document_id).clauses
            except ServiceError:
                found = []
            self._clauses[document_id] = {clause.clause_id for clause in found}
        return self._clauses[document_id]
