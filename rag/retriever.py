"""The index as a LangChain retriever, for chains that bring their own language model.

from rag.retriever import TiaowenRetriever

documents = TiaowenRetriever(data_dir=Path("data"), k=5).invoke("谁负责督促检查")
documents[0].page_content, documents[0].metadata["label"]
"""

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import Field

from rag.live import LiveAssistant
from rag.schema import Citation


class TiaowenRetriever(BaseRetriever):
    """Finds clauses; each document is one clause, its metadata says where it stands.

    The folder is read only, and a version that is ingested meanwhile is taken up with the next query.
    """

    data_dir: Path
    k: int = Field(default=10, ge=1, le=100)
    document_ids: Sequence[str] | None = None
    embedding_model: str | None = None

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, k: int | None = None
    ) -> list[Document]:
        del run_manager
        found = self._assistant.search(query, top_k=self.k if k is None else k, document_ids=self.document_ids)
        return [_document(hit) for hit in found.hits]

    @cached_property
    def _assistant(self) -> LiveAssistant:
        return LiveAssistant(data_dir=self.data_dir, embedding_model=self.embedding_model, llm=None)


def _document(hit: Citation) -> Document:
    return Document(
        id=hit.clause.id,
        page_content=hit.text,
        metadata={
            "clause_id": hit.clause.id,
            "label": hit.clause.label,
            "path": list(hit.clause.path),
            "document_id": hit.document.id,
            "document_title": hit.document.title,
            "document_number": hit.document.number,
            "quote": hit.quote,
            "start": hit.start,
            "end": hit.end,
            "score": hit.score,
        },
    )
