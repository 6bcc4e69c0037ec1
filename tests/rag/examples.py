"""Two small split documents and stand-ins for the slow parts, shared by the tests of this room's index."""

from collections.abc import Sequence

import numpy as np

from ingest.schema import (
    Cell,
    Clause,
    Document,
    Kind,
    LeftOut,
    Reading,
    ResponsibleUnit,
    Role,
    SplitDocument,
    SplitReport,
)
from rag.embed import Vectors, unit_rows

PLAN_TEXT = "支持养老服务\n一、主要任务\n（一）建设养老机构。市民政局负责。\n（二）培训护理人员。\n"
RULES_TEXT = "停车管理办法\n第一条 停车场收费公示。\n"


def clause(
    document: Document, name: str, kind: Kind, path: tuple[str, ...], own: str, *, parent: str | None = None
) -> Clause:
    """A clause whose own text stands literally in its document."""
    start = document.text.index(own)
    named = own.find("市民政局")
    unit = ResponsibleUnit(
        written="市民政局", name="天津市民政局", role=Role.LEAD, start=start + named, end=start + named + 4
    )
    return Clause(
        id=f"{document.id}.{name}",
        document_id=document.id,
        parent_id=None if parent is None else f"{document.id}.{parent}",
        kind=kind,
        path=path,
        label=name,
        heading=path[-1],
        start=start,
        end=start + len(own),
        own=Reading(text=own, runs=((0, start, len(own)),)),
        units=(unit,) if named >= 0 else (),
        cells=(Cell(header="年", value="2022", start=0, end=4),) if name == "二1" else (),
        twins=("rules.第一条",) if name == "二1" else (),
    )


def plan() -> SplitDocument:
    """A plan of one section with two subsections, one of which names a department."""
    document = Document(
        id="plan", title="养老服务计划", short_titles=("养老计划",), number="津民〔2025〕1号", issuers=("市民政局",),
        issued_on="2025-01-02", source_file="plan.txt", sha256="a" * 64, text=PLAN_TEXT,
    )  # fmt: skip
    section = "一、主要任务"
    clauses = (
        clause(document, "一", Kind.SECTION, (section,), "一、主要任务"),
        clause(
            document,
            "一1",
            Kind.SUBSECTION,
            (section, "（一）建设养老机构"),
            "（一）建设养老机构。市民政局负责。",
            parent="一",
        ),
        clause(document, "二1", Kind.SUBSECTION, (section, "（二）培训护理人员"), "（二）培训护理人员。", parent="一"),
    )
    report = SplitReport(
        text_type="意见", evidence=("一、",), counts={"section": 1, "subsection": 2},
        left_out=(LeftOut(kind="标题", start=0, end=6),), joins=((3, 4),), oddities=(),
    )  # fmt: skip
    return SplitDocument(document=document, clauses=clauses, report=report)


def rules() -> SplitDocument:
    """Rules of one article, and a clause without text of its own."""
    document = Document(id="rules", title="停车管理办法", source_file="rules.txt", sha256="b" * 64, text=RULES_TEXT)
    clauses = (
        clause(document, "空", Kind.CHAPTER, ("第一章",), ""),
        clause(document, "第一条", Kind.ARTICLE, ("第一章", "第一条"), "第一条 停车场收费公示。", parent="空"),
    )
    report = SplitReport(text_type="办法", evidence=(), counts={"article": 1}, left_out=(), joins=(), oddities=("短",))
    return SplitDocument(document=document, clauses=clauses, report=report)


class Keywords:
    """An embedder by construction: dimension i counts keyword i, so that the order of results is known."""

    name = "keywords"
    keywords = ("养老", "护理", "停车", "收费")
    dimension = len(keywords)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        counts = [[text.count(word) for word in self.keywords] for text in texts]
        return unit_rows(np.array(counts, dtype=np.float32).reshape(len(texts), self.dimension))

    def encode_passages(self, texts: Sequence[str], progress: bool = False) -> Vectors:
        return self.encode_queries(texts)
