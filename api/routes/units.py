"""GET /v1/units…: departments and their tasks."""

from collections import Counter, defaultdict

from fastapi import APIRouter

from api.deps import Library, TheAssistant, TheLibrary
from api.errors import UnknownUnitError, responses
from api.schema import CitationResponse
from api.schema_documents import TaskResponse, TasksResponse, UnitRef, UnitResponse, UnitsResponse
from ingest.schema import Clause
from rag.schema import Citation

router = APIRouter(prefix="/units", tags=["units"])


@router.get("", responses=responses(), description="全部责任单位，任务多的在前。")
def list_units(library: TheLibrary) -> UnitsResponse:
    """Return all departments."""
    counts: Counter[str] = Counter()
    documents: defaultdict[str, list[str]] = defaultdict(list)
    generic: dict[str, bool] = {}
    for document in library.documents():
        for clause in library.clauses(document.id):
            for unit in {unit.name: unit for unit in clause.units}.values():
                counts[unit.name] += 1
                generic[unit.name] = unit.generic
                if document.id not in documents[unit.name]:
                    documents[unit.name].append(document.id)
    names = sorted(counts, key=lambda name: (-counts[name], name))
    units = [
        UnitResponse(name=name, generic=generic[name], task_count=counts[name], document_ids=documents[name])
        for name in names
    ]
    return UnitsResponse(units=units)


@router.get(
    "/{name}/tasks", responses=responses(404, 422), description="一个部门的任务（新旧名称合在一起），每项附出处。"
)
def list_tasks(name: str, assistant: TheAssistant) -> TasksResponse:
    """Return a department's tasks."""
    unit = assistant.departments.canonical(name) or name
    names = tuple(assistant.departments.family(unit))
    clauses = assistant.library.clauses_of_units(names)
    if not clauses:
        raise UnknownUnitError(f"没有哪个条款写明“{name}”是责任单位；全部部门见 /v1/units")
    tasks = [task(clause, index, names, assistant.library) for index, clause in enumerate(clauses, start=1)]
    return TasksResponse.of(unit, names, tasks)


def task(clause: Clause, index: int, names: tuple[str, ...], library: Library) -> TaskResponse:
    """A clause as a task of the departments `names`, quoted with its own words."""
    document = library.document(clause.document_id)
    start, end = clause.own.source_span(0, len(clause.own.text))
    citation = Citation(
        index=index,
        clause=clause,
        document=document,
        quote=document.text[start:end],
        start=start,
        end=end,
        text=library.whole_text(clause.id),
        verdict=None,
        score=1.0,
    )
    return TaskResponse(
        roles=list(dict.fromkeys(unit.role for unit in clause.units if unit.name in names)),
        units=[UnitRef.from_unit(unit) for unit in clause.units],
        citation=CitationResponse.from_citation(citation),
    )
