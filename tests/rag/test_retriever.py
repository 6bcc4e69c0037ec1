"""LangChain's own conformance tests of a retriever, over the real corpus."""

from pathlib import Path
from typing import Any

import pytest
from langchain_core.retrievers import BaseRetriever
from langchain_tests.integration_tests import RetrieversIntegrationTests

from rag.retriever import TiaowenRetriever


class TestTiaowenRetriever(RetrieversIntegrationTests):
    data_dir: Path
    test_ainvoke_returns_documents = pytest.mark.asyncio(RetrieversIntegrationTests.test_ainvoke_returns_documents)

    @pytest.fixture(autouse=True, scope="class")
    @classmethod
    def _ingested(cls, data_dir: Path) -> None:
        cls.data_dir = data_dir

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        return TiaowenRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"data_dir": self.data_dir}

    @property
    def retriever_query_example(self) -> str:
        return "督促检查"


def test_a_document_says_where_it_stands(data_dir: Path) -> None:
    first, *_ = TiaowenRetriever(data_dir=data_dir, k=2).invoke("督促检查")
    assert first.id == first.metadata["clause_id"]
    assert first.metadata["label"] and first.metadata["document_title"]
    assert first.metadata["end"] > first.metadata["start"]
