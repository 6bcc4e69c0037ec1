"""Three tiny documents made by hand; the third one holds everything that a page must never run."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from ingest.schema import Cell, Clause, Document, Kind, Reading, ResponsibleUnit, Role, SplitDocument, SplitReport

HOSTILE = '<img src=x onerror="alert(1)"> ${7*7} {{value}} </script><b>粗</b> \'"&amp; [^9] `x` javascript:alert(1)'


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A clause to be: `own` is its source; a `|` marks a line break inside a sentence that a reader does not see."""

    parent: int | None
    kind: Kind
    label: str
    own: str
    heading: str = ""
    units: Sequence[str] = ()
    step: str = ""


def _reading(own: str, at: int) -> tuple[str, Reading]:
    """Source text and reading text of `own`, which stands at offset `at` of the document."""
    runs, source, text = [], "", ""
    for part in own.split("|"):
        source += "\n" if source else ""
        runs.append((len(text), at + len(source), len(part)))
        source += part
        text += part
    return source, Reading(text=text, runs=tuple(runs))


def build(
    document_id: str, title: str, pieces: Sequence[Piece], *, number: str = "", issued_on: str = ""
) -> SplitDocument:
    """Put a document together; its text is its pieces, a line each."""
    text = ""
    clauses: list[Clause] = []
    for position, piece in enumerate(pieces):
        source, own = _reading(piece.own, len(text))
        start = len(text)
        text += source + "\n"
        above = clauses[piece.parent] if piece.parent is not None else None
        units = tuple(
            ResponsibleUnit(written=name, name=name, role=Role.RESPONSIBLE, start=at, end=at + len(name))
            for name in piece.units
            if (at := start + source.index(name)) >= 0
        )
        clauses.append(
            Clause(
                id=f"{document_id}.{position}",
                document_id=document_id,
                parent_id=above.id if above else None,
                kind=piece.kind,
                path=((*above.path,) if above else ()) + (piece.step or piece.heading or piece.label,),
                label=piece.label,
                heading=piece.heading,
                start=start,
                end=len(text) - 1,
                own=own,
                units=units,
                cells=_cells(piece, start, source),
            )
        )
    document = Document(
        id=document_id,
        title=title,
        number=number,
        issuers=("天津市教育委员会",) if number else (),
        issued_on=issued_on,
        source_file=f"{document_id}.txt",
        sha256=sha256(text.encode()).hexdigest(),
        text=text,
    )
    counts = {kind.value: sum(clause.kind is kind for clause in clauses) for kind in {c.kind for c in clauses}}
    report = SplitReport(
        text_type="意见＋附件清单", evidence=("标题含“意见”",), counts=counts, left_out=(), joins=(), oddities=()
    )
    return SplitDocument(document=document, clauses=tuple(clauses), report=report)


def _cells(piece: Piece, start: int, source: str) -> tuple[Cell, ...]:
    if piece.kind is not Kind.TABLE_ROW:
        return ()
    at, cells = start, []
    for header, value in zip(("序号", "工作任务", "责任单位"), source.split("\t"), strict=True):
        cells.append(Cell(header=header, value=value, start=at, end=at + len(value)))
        at += len(value) + 1
    return tuple(cells)


OPINION = build(
    "chanjiaocheng",
    "关于深化产教城融合 打造新时代职业教育创新发展标杆的意见",
    [
        Piece(
            parent=None,
            kind=Kind.FRONT_MATTER,
            label="标题",
            own="关于深化产教城融合|打造新时代职业教育创新发展标杆的意见",
        ),
        Piece(parent=None, kind=Kind.SECTION, label="一、", own="一、主要任务", heading="一、主要任务"),
        Piece(
            parent=1,
            kind=Kind.SUBSECTION,
            label="第（二）条",
            heading="（二）推进社会力量多元深度参与办学",
            own="（二）推进社会力量多元深度参与办学。鼓励政府与社会资本合作（PPP）模式|建设职业教育基础设施，允许职业学校通过PPP模式拓宽筹资渠道。",
        ),
        Piece(
            parent=1,
            kind=Kind.SUBSECTION,
            label="第（三）条",
            heading="（三）培育产教融合型企业",
            own="（三）培育产教融合型企业。建立企业目录，给予土地和信用激励。",
        ),
        Piece(
            parent=None,
            kind=Kind.ANNEX,
            label="附件2",
            own="附件2 天津市工作任务清单",
            heading="附件2 天津市工作任务清单",
        ),
        *(
            Piece(
                parent=4,
                kind=Kind.TABLE_ROW if n == 7 else Kind.ANNEX_ITEM,
                label=f"附件2第{n}项",
                step=f"第{n}项",
                own=own,
                units=units,
            )
            for n, own, units in (
                (4, "4\t落实财政投入。\t市财政局", ("市财政局",)),
                (5, "5\t完善企业办学奖补。\t市国资委", ("市国资委",)),
                (
                    6,
                    "6\t鼓励政府与社会资本合作（PPP）模式建设职业教育基础设施，|社会力量可参与职业学校运营管理。\t"
                    "市发展改革委、市教委、市人社局、市财政局，各区人民政府",
                    ("市发展改革委", "市教委", "市人社局", "市财政局", "各区人民政府"),
                ),
                (7, "7\t建立产教融合型企业目录。\t市工业和信息化局", ("市工业和信息化局",)),
                (8, "8\t建设公共实训基地。\t市人社局", ("市人社局",)),
            )
        ),
    ],
)
PLAN = build(
    "xiangqi",
    "天津市高等院校向企而行行动计划",
    [
        Piece(
            parent=None, kind=Kind.FRONT_MATTER, label="标题", own="天津市高等院校向企而行行动计划\n津教政〔2025〕7号"
        ),
        Piece(parent=None, kind=Kind.SECTION, label="一、", own="一、工作目标", heading="一、工作目标"),
        Piece(parent=1, kind=Kind.ITEM, label="一、1", own="1.于3~5年内，推动建设 200 个工作站。", heading="1."),
    ],
    number="津教政〔2025〕7号",
    issued_on="2025-07-09",
)
TRAP = build(
    "xianjing",
    f"敌意文件 {HOSTILE}",
    [
        Piece(parent=None, kind=Kind.SECTION, label="一、<i>", own=f"一、{HOSTILE}", heading=f"一、{HOSTILE}"),
        Piece(parent=0, kind=Kind.ITEM, label='1."', own=f"1.{HOSTILE}", heading='1."'),
    ],
    number=HOSTILE,
)
