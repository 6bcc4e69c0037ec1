"""Refusing well: what the texts do not say, and which clauses come closest."""

from collections.abc import Sequence

from ingest.schema import Clause
from rag.compose.material import Material
from rag.compose.passage import nearest
from rag.compose.sought import sought
from rag.confidence import REFUSED
from rag.draft import Draft, Near
from rag.question import Intent
from rag.schema import Status

NAMED = 5  # documents named when the question names none
SOMETHING = 0.2  # coverage below which a question is not about these documents
_LACKS = {
    Intent.UNITS: "责任单位",
    Intent.FIGURE: "所问的数字",
    Intent.TIME: "所问的时间",
    Intent.TASKS: "这个部门的任务",
    Intent.DEFINITION: "它的意思",
}


def refuse_chat() -> Draft:
    """Decline small talk and attempts to change the rules, politely."""
    return Draft(
        status=Status.OUT_OF_SCOPE,
        note="我只根据已入库的政策文件回答问题，这个请求不在现有文件的范围内。您可以问：某项任务由哪些部门负责、某个文件对某件事怎么规定。",
        confidence=0.95,
    )


def refuse(material: Material) -> Draft:
    """Say that no clause answers, with the nearest ones; or that the question is about something else."""
    best = max((passage.coverage for passage in material.sentences), default=0.0)
    if best < SOMETHING:
        return Draft(
            status=Status.OUT_OF_SCOPE, note="这个问题不在现有文件的范围内，文件中没有相关内容。", confidence=1.0 - best
        )
    named = "、".join(kind.name for kind in sought(material.understanding.put))
    lacks = named or _LACKS.get(material.understanding.intent, "能回答这个问题的内容")
    strange = (term.text for term in material.understanding.terms.terms if term.word and not term.known)
    missing = [word for word in strange if word not in named and not material.library.holds(word)][
        :2
    ]  # 师范大学 stands in longer words
    about = f"（文件里没有出现“{'”“'.join(missing)}”）" if missing else ""
    return Draft(
        status=Status.NOT_FOUND,
        note=f"现有文件中没有找到{lacks}{about}。",
        nearest=nearest(material, reason=f"主题接近，但没有写{lacks}" if named else f"主题接近，但没有认出{lacks}"),
        confidence=REFUSED,
    )


def refuse_place(material: Material, places: tuple[str, ...]) -> Draft:
    """Say that the documents do not speak of the place asked about."""
    return Draft(
        status=Status.NOT_FOUND,
        note=f"现有文件没有关于{'、'.join(places)}的这项内容。",
        nearest=nearest(material, reason=f"主题接近，但不是关于{'、'.join(places)}的规定"),
        confidence=0.9,
    )


def refuse_body(material: Material, body: str, document_ids: Sequence[str] = ()) -> Draft:
    """Say that the documents (none given: all) nowhere speak of a body that the question names."""
    where = "、".join(f"《{material.library.document(each).title}》" for each in document_ids) or "现有文件"
    return Draft(
        status=Status.NOT_FOUND,
        note=f"{where}没有提到“{body}”。",
        nearest=nearest(material, reason=f"主题接近，但没有提到{body}"),
        confidence=0.9,
    )


def refuse_title(material: Material, title: str) -> Draft:
    """Say that there is no text of the title asked for."""
    return Draft(
        status=Status.NOT_FOUND,
        note=f"现有文件中没有《{title}》。",
        nearest=nearest(material, reason="是另一份文件的内容"),
        confidence=0.9,
    )


def refuse_premise(material: Material, clause: Clause, asked: str, written: str) -> Draft:
    """Say that the texts do not end what the question says is ended; `asked` and `written` are the two verbs."""
    return Draft(
        status=Status.NOT_FOUND,
        note=f"文件里写的是“{written}”，没有说“{asked}”。",
        nearest=[
            Near(clause=clause, reason=f"写的是“{written}”，与问题的说法相反"),
            *nearest(material, reason="主题接近，但没有这样说", limit=2),
        ],
        confidence=0.8,
    )


def refuse_document(material: Material) -> Draft:
    """Say that there is no such document of the year asked for."""
    return Draft(
        status=Status.NOT_FOUND,
        note=f"现有文件中没有{material.understanding.missing_document}。",
        nearest=nearest(material, reason="是另一年的文件"),
        confidence=0.9,
    )


def refuse_year(material: Material, row: Clause, years: Sequence[str]) -> Draft:
    """Say that a table gives what is asked, but for other years."""
    return Draft(
        status=Status.NOT_FOUND,
        note=f"现有文件中没有{'年、'.join(years)}年的这项数据。",
        nearest=[
            Near(clause=row, reason="是别的年份的数据"),
            *nearest(material, reason="主题接近，但没有这一年的数据", limit=2),
        ],
        confidence=0.8,
    )


def refuse_number(material: Material, number: str) -> Draft:
    """Say that there is no document of the number asked for."""
    return Draft(
        status=Status.NOT_FOUND,
        note=f"现有文件中没有“{number}”这份文件。",
        nearest=nearest(material, reason="是另一份文件的内容"),
        confidence=0.9,
    )


def refuse_unnamed(material: Material) -> Draft:
    """Ask which document is meant, when a particular of one is asked for and several are there."""
    documents = material.library.documents()
    titles = "、".join(f"《{document.title}》" for document in documents[:NAMED])
    more = f"等{len(documents)}份" if len(documents) > NAMED else ""
    return Draft(status=Status.NOT_FOUND, note=f"请说明是哪一份文件。现有文件：{titles}{more}。", confidence=0.5)
