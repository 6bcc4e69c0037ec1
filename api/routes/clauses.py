"""GET /v1/clauses/{id}: a clause in its place in the document."""

from collections.abc import Sequence

from fastapi import APIRouter

from api.deps import TheLibrary
from api.errors import responses
from api.schema import DocumentRef
from api.schema_documents import ClauseDetailResponse, NeighbourResponse, clause_fields
from ingest.schema import Clause

router = APIRouter(prefix="/clauses", tags=["clauses"])

MAX_SIBLINGS = 3  # on each side


@router.get(
    "/{clause_id}",
    responses=responses(404, 422),
    description="一个条款，连同它上面的标题、左右的同级条款和下面的子条款。",
)
def get_clause(clause_id: str, library: TheLibrary) -> ClauseDetailResponse:
    """Return a clause in its place."""
    clause = library.clause(clause_id)
    around = library.clauses(clause.document_id)
    siblings = [other for other in around if other.parent_id == clause.parent_id]
    at = next(number for number, other in enumerate(siblings) if other.id == clause.id)
    places = {
        "document": DocumentRef.from_document(library.document(clause.document_id)),
        "own_runs": list(clause.own.runs),
        "ancestors": _short(ancestors(clause, around)),
        "before": _short(siblings[max(at - MAX_SIBLINGS, 0) : at]),
        "after": _short(siblings[at + 1 : at + 1 + MAX_SIBLINGS]),
        "descendants": _short(descendants(clause, around)),
        "twin_clauses": _short([library.clause(twin) for twin in clause.twins]),
    }
    return ClauseDetailResponse.model_validate(clause_fields(clause, library.whole_text(clause_id)) | places)


def _short(clauses: Sequence[Clause]) -> list[NeighbourResponse]:
    return [NeighbourResponse.from_clause(clause) for clause in clauses]


def ancestors(clause: Clause, document: Sequence[Clause]) -> list[Clause]:
    """The clauses over `clause`, the outermost first."""
    by_id = {other.id: other for other in document}
    found: list[Clause] = []
    parent_id = clause.parent_id
    while parent_id is not None:
        parent = by_id[parent_id]
        found.insert(0, parent)
        parent_id = parent.parent_id
    return found


def descendants(clause: Clause, document: Sequence[Clause]) -> list[Clause]:
    """The clauses under `clause`, in document order."""
    inside = {clause.id}
    found = []
    for other in document:
        if other.parent_id in inside:
            inside.add(other.id)
            found.append(other)
    return found
