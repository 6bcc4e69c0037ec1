"""GET /v1/documents…: the documents, their clauses and their text."""

from fastapi import APIRouter

from api.deps import TheLibrary
from api.errors import responses
from api.schema_documents import (
    ClauseResponse,
    ClausesResponse,
    DocumentDetailResponse,
    DocumentResponse,
    DocumentsResponse,
    SplitReportResponse,
    TextResponse,
    clause_fields,
    document_fields,
)

router = APIRouter(prefix="/documents", tags=["documents"])


@router.get("", responses=responses(), description="全部文件。")
def list_documents(library: TheLibrary) -> DocumentsResponse:
    """Return all documents."""
    documents = [
        DocumentResponse.model_validate(
            document_fields(document, library.clause_count(document.id), len(library.report(document.id).oddities))
        )
        for document in library.documents()
    ]
    return DocumentsResponse(documents=documents)


@router.get("/{document_id}", responses=responses(404, 422), description="一份文件的信息和拆分报告。")
def get_document(document_id: str, library: TheLibrary) -> DocumentDetailResponse:
    """Return a document with its splitting report."""
    document = library.document(document_id)
    report = SplitReportResponse.from_report(library.report(document_id), document.text)
    fields = document_fields(document, library.clause_count(document_id), len(report.oddities))
    return DocumentDetailResponse.model_validate(fields | {"report": report})


@router.get("/{document_id}/clauses", responses=responses(404, 422), description="一份文件的条款，按原文次序。")
def list_clauses(document_id: str, library: TheLibrary) -> ClausesResponse:
    """Return a document's clauses."""
    library.document(document_id)
    return ClausesResponse(
        clauses=[
            ClauseResponse.model_validate(clause_fields(clause, library.whole_text(clause.id)))
            for clause in library.clauses(document_id)
        ]
    )


@router.get(
    "/{document_id}/text",
    responses=responses(404, 422),
    description="一份文件的原文，一字不动；所有 start、end 都按它的字符计。",
)
def get_text(document_id: str, library: TheLibrary) -> TextResponse:
    """Return a document's source."""
    document = library.document(document_id)
    return TextResponse(id=document.id, text=document.text)
