"""A tiny library of real records, split by the real splitter, for tests of understanding and composition."""

import hashlib

from ingest.departments import Departments
from ingest.schema import Clause, Document, Kind, Reading, ResponsibleUnit, SplitDocument
from ingest.split import split_document


def document(id: str, text: str, **fields) -> Document:
    return Document(
        id=id,
        title=fields.pop("title", id),
        source_file=f"{id}.txt",
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        text=text,
        **fields,
    )


def split(id: str, text: str, **fields) -> SplitDocument:
    return split_document(document(id, text, **fields), Departments.load())


def clause(own: str, *, id: str = "d.1", label: str = "第1条", path: tuple[str, ...] = ("1.题目",), units=()) -> Clause:
    return Clause(
        id=id,
        document_id=id.split(".")[0],
        parent_id=None,
        kind=Kind.ITEM,
        path=path,
        label=label,
        heading=path[-1],
        start=0,
        end=len(own),
        own=Reading(text=own, runs=((0, 0, len(own)),)),
        units=tuple(
            ResponsibleUnit(written=name, name=name, start=own.find(name), end=own.find(name) + len(name))
            for name in units
        ),
    )
