"""What a document says under a heading that the question asks for, and for nothing else: 工作目标, 总体要求."""

import re
from collections.abc import Sequence

from ingest.schema import Clause
from rag.compose.clause import MAX_CHARS, closed
from rag.compose.material import Material, spans, title_of
from rag.compose.naming import brief
from rag.draft import Draft, Evidence, Statement
from rag.question import Intent
from rag.schema import Status
from rag.terms import fold

MIN_PART = 4  # characters of a heading's end that may stand for all of it: 工作目标 for 明确工作目标
MAX_BELOW = 16  # items or headings below it that are told
OWN_WORDS = 5  # characters of a heading that need no boundary before them in the question
_TAIL = re.compile(
    r"(?:都|分别|具体|主要)*"
    r"(?:(?:是|有|包括|包含|[讲说写]了?)(?:什么|啥|哪些|哪[几两三四五]?[个条项点])(?:内容)?"
    r"|是?(?:怎么|如何|怎样)(?:写|说|讲|规定|表述)的?|呢|的?内容)?[？?。 ]*$"
)
# 方案有哪些保障措施 for 方案的保障措施
_HAS = re.compile(
    r"(?:里|中)?(?:都|具体|主要){0,2}(?:有|包括|包含|提出|规定|明确|设|列)了?(?:什么|啥|哪些|哪几[个条项点])"
    r"(?=[\u4e00-\u9fff]{2,10}[？?。 ]*$)"
)
_PARTLY = re.compile(r"任务|措施|举措|重点|工作|目标")  # of what a document may have a heading
# what may stand before what is asked for: the document's name, 的, 里
_BEFORE = re.compile(r"(?:^|[的里中上》”，,、：:]|计划|方案|意见|要点|条例|办法|规定|通知|报告|年报|文件?)$")


def compose_heading(material: Material) -> Draft | None:
    """Return what the one document that the question names has under the heading asked for; None where it has none.

    Where no heading is called so, the sentence that says it: 总体要求是：…….
    """
    understanding = material.understanding
    documents = understanding.document_ids or understanding.preferred_ids
    asked = fold(_TAIL.sub("", _HAS.sub("的", understanding.put.strip())))
    whole = understanding.intent is Intent.OVERVIEW and not _PARTLY.search(understanding.put)
    if understanding.references or len(documents) != 1 or not asked:
        return None
    document = material.library.document(documents[0])
    named = fold("\n".join((document.title, *document.short_titles)))
    own = [term for term in material.subject.terms if term.text in asked and term.text not in named]
    found = [hit.clause for hit in material.hits] if own else material.library.clauses(document.id)
    clauses = [clause for clause in found if clause.document_id == document.id]
    sizes = [(_named_by(fold(title_of(clause)), asked), clause) for clause in clauses]
    most = max((size for size, _ in sizes), default=0)
    headed = [clause for size, clause in sizes if size == most > 0]
    headed = [clause for clause in headed if all(term.share_in(fold(title_of(clause))) for term in own)]
    highest = min((len(clause.path) for clause in headed), default=0)
    top = [clause for clause in headed if len(clause.path) == highest]
    if len(top) == 1 and (statements := _under(top[0], material)):
        return Draft(status=Status.ANSWERED, statements=statements, confidence=0.95)
    said = None if own or headed or whole else _says(asked, clauses)
    return Draft(status=Status.ANSWERED, statements=[said], confidence=0.8) if said else None


def _under(clause: Clause, material: Material) -> list[Statement]:
    """Return a heading with the first sentences of its own words, else with what stands below it by its first words."""
    title = "" if material.understanding.document_ids else f"《{material.document(clause).title}》"
    heading = f"{title}{' '.join(clause.heading.split())}："
    text, below = clause.own.text, material.library.children(clause.id)
    body = [(start, end) for start, end in spans(clause) if start >= len(clause.heading) and text[start:end].strip()]
    if any(child.cells for child in below) or not (body and text.startswith(clause.heading)):
        told = [child for child in below if child.cells or title_of(child)]
        said = Statement(
            text=heading
            + closed("；".join(brief(child) if child.cells else " ".join(child.heading.split()) for child in told)),
            evidence=tuple(map(Evidence.whole, told)),
        )
        return [said] if 0 < len(told) <= MAX_BELOW else []
    begin = body[0][0]
    end = max((end for _, end in body if end - begin <= MAX_CHARS), default=body[0][1])
    shown = Evidence(clause=clause, start=begin, end=end)
    return [Statement(text=heading + closed(" ".join(shown.words.split())), evidence=(shown,))]


def _named_by(title: str, asked: str) -> int:
    """Return how many characters at a heading's end end what is asked for; 0 where they do not name it."""
    size = next((n for n in range(min(len(title), len(asked)), 1, -1) if asked.endswith(title[-n:])), 0)
    begins = _BEFORE.search(asked[: len(asked) - size]) is not None
    whole = size == len(title)
    return size if (whole and (begins or size >= OWN_WORDS)) or (begins and size >= MIN_PART) else 0


def _says(asked: str, clauses: Sequence[Clause]) -> Statement | None:
    """Return the sentence that says what is asked for, by the longest end of it: 管护总体要求是：……."""
    ends = [asked[at:] for at in range(len(asked) - MIN_PART + 1) if _BEFORE.search(asked[:at])]
    for words in (re.compile(rf"{re.escape(end)}(?:[是为：:]|如下)") for end in ends):
        for clause in clauses:
            for start, end in spans(clause):
                if words.search(clause.own.text, start, end):
                    shown = Evidence(clause=clause, start=start, end=end)
                    return Statement(text=closed(" ".join(shown.words.split())), evidence=(shown,))
    return None
