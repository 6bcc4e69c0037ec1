"""What goes over the wire about documents, their clauses and the departments in them; see `api.schema`."""

from collections.abc import Sequence
from typing import Literal, Self

from pydantic import Field

from api.schema import CitationResponse, DocumentRef, Response
from ingest.report import render
from ingest.schema import Cell, Clause, Document, Kind, ResponsibleUnit, Role, SplitReport


class DocumentResponse(Response):
    """A document's metadata; "" and [] where the text does not say."""

    id: str
    title: str
    short_titles: list[str]
    number: str
    issuers: list[str]
    issued_on: str
    published_on: str
    source_file: str
    sha256: str
    clause_count: int
    char_count: int
    oddity_count: int = Field(default=0, description="拆分报告里请人留意的处数")


class SpanResponse(Response):
    """A span of a document's text that belongs to no clause, by name."""

    kind: str
    start: int
    end: int


class SplitReportResponse(Response):
    """How a document was split: what was found, left out and joined, and what looks odd."""

    text_type: str
    evidence: list[str]
    counts: dict[str, int]
    left_out: list[SpanResponse]
    joins: list[tuple[int, int]]
    oddities: list[str]
    summary: str = Field(description="给人看的几行中文")

    @classmethod
    def from_report(cls, report: SplitReport, text: str) -> Self:
        """Mirror the splitting report of a document with this text."""
        return cls(
            text_type=report.text_type,
            evidence=list(report.evidence),
            counts=dict(report.counts),
            left_out=[SpanResponse(kind=span.kind, start=span.start, end=span.end) for span in report.left_out],
            joins=list(report.joins),
            oddities=list(report.oddities),
            summary=render(report, text),
        )


class DocumentDetailResponse(DocumentResponse):
    """A document's metadata with its splitting report."""

    report: SplitReportResponse


class StoredDocumentResponse(DocumentDetailResponse):
    """A document as it stands in the library after a file was taken in, and what that changed."""

    outcome: Literal["added", "updated", "unchanged"]


class DocumentsResponse(Response):
    """All documents."""

    documents: list[DocumentResponse]


def document_fields(document: Document, clause_count: int, oddity_count: int) -> dict[str, object]:
    """The fields of a DocumentResponse."""
    return {
        "id": document.id,
        "title": document.title,
        "short_titles": list(document.short_titles),
        "number": document.number,
        "issuers": list(document.issuers),
        "issued_on": document.issued_on,
        "published_on": document.published_on,
        "source_file": document.source_file,
        "sha256": document.sha256,
        "clause_count": clause_count,
        "char_count": len(document.text),
        "oddity_count": oddity_count,
    }


class TextResponse(Response):
    """A document's decoded source, never altered: every offset counts its characters."""

    id: str
    text: str


class UnitRef(Response):
    """A department in a clause: as written, canonical, and what it does there."""

    written: str
    name: str
    role: Role

    @classmethod
    def from_unit(cls, unit: ResponsibleUnit) -> Self:
        """Mirror a responsible unit."""
        return cls(written=unit.written, name=unit.name, role=unit.role)


class CellResponse(Response):
    """A cell of a table row with the header over it ("" where there is none)."""

    header: str
    value: str
    start: int
    end: int

    @classmethod
    def from_cell(cls, cell: Cell) -> Self:
        """Mirror a cell."""
        return cls(header=cell.header, value=cell.value, start=cell.start, end=cell.end)


class ClauseResponse(Response):
    """A clause: `text` with its children, `own_text` without them."""

    clause_id: str
    parent_id: str | None
    kind: Kind
    label: str
    path: list[str]
    heading: str
    start: int
    end: int
    text: str
    own_text: str
    units: list[UnitRef]
    cells: list[CellResponse]
    twins: list[str]


class ClausesResponse(Response):
    """A document's clauses in document order."""

    clauses: list[ClauseResponse]


class NeighbourResponse(Response):
    """A clause near another one, by its own text; `own_runs` lead back to the source.

    A run is (offset in own_text, offset in the document's text, length); between runs the source holds what a
    reader does not see.
    """

    clause_id: str
    parent_id: str | None
    kind: Kind
    label: str
    heading: str
    start: int
    end: int
    own_text: str
    own_runs: list[tuple[int, int, int]]
    cells: list[CellResponse]

    @classmethod
    def from_clause(cls, clause: Clause) -> Self:
        """Shorten a clause to what its neighbourhood shows."""
        return cls(
            clause_id=clause.id,
            parent_id=clause.parent_id,
            kind=clause.kind,
            label=clause.label,
            heading=clause.heading,
            start=clause.start,
            end=clause.end,
            own_text=clause.own.text,
            own_runs=list(clause.own.runs),
            cells=[CellResponse.from_cell(cell) for cell in clause.cells],
        )


class ClauseDetailResponse(ClauseResponse):
    """A clause in its place: the headings over it, the clauses beside it and those under it, in document order."""

    document: DocumentRef
    own_runs: list[tuple[int, int, int]]
    ancestors: list[NeighbourResponse]
    before: list[NeighbourResponse] = Field(description="同级的前几条")
    after: list[NeighbourResponse] = Field(description="同级的后几条")
    descendants: list[NeighbourResponse]
    twin_clauses: list[NeighbourResponse] = Field(description="文字相同的其他条款")


def clause_fields(clause: Clause, whole_text: str) -> dict[str, object]:
    """The fields of a ClauseResponse."""
    return {
        "clause_id": clause.id,
        "parent_id": clause.parent_id,
        "kind": clause.kind,
        "label": clause.label,
        "path": list(clause.path),
        "heading": clause.heading,
        "start": clause.start,
        "end": clause.end,
        "text": whole_text,
        "own_text": clause.own.text,
        "units": [UnitRef.from_unit(unit) for unit in clause.units],
        "cells": [CellResponse.from_cell(cell) for cell in clause.cells],
        "twins": list(clause.twins),
    }


# --- departments ------------------------------------------------------------------------------------------------


class UnitResponse(Response):
    """A department by its canonical name, with the number of clauses that name it as responsible."""

    name: str
    generic: bool = Field(description="泛称，如“各区人民政府”")
    task_count: int
    document_ids: list[str]


class UnitsResponse(Response):
    """All departments that some clause names as responsible, the busiest first."""

    units: list[UnitResponse]


class TaskResponse(Response):
    """A clause that names a department as responsible."""

    roles: list[Role] = Field(description="这个部门在其中的角色")
    units: list[UnitRef] = Field(description="条款写明的全部责任单位")
    citation: CitationResponse


class TasksResponse(Response):
    """A department's tasks in document order; `names` are the names it goes by (old and new)."""

    unit: str
    names: list[str]
    tasks: list[TaskResponse]

    @classmethod
    def of(cls, unit: str, names: Sequence[str], tasks: Sequence[TaskResponse]) -> Self:
        """Put a department's tasks together."""
        return cls(unit=unit, names=list(names), tasks=list(tasks))
