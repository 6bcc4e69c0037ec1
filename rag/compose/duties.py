"""What a body has to do where no list of tasks names it: the sentences in which it is the subject of a duty."""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from itertools import chain

from ingest.schema import Clause
from rag.compose.bearers import Bearer, Duty, bearer, may_be_body
from rag.compose.items import announced, items_below
from rag.compose.material import ABOUT, Material, about, opens_items
from rag.compose.naming import numbered
from rag.documents import owner_of
from rag.draft import Draft, Evidence, Statement
from rag.schema import Status
from rag.terms import Terms

MAX_CHARS = 600  # of the whole list
CONFIDENCE = 0.9
MAX_DOCUMENTS = 3  # that are told of when the question names none
SHORTEST, LONGEST = 2, 14  # characters of a body's name in a question
_VERB = r"负责|承担|参与|牵头|管(?![理辖])|干(?![部])|做|履行|配合|协助|落实"
_WHAT = r"(?:什么|啥|哪(?:些|几[项件个条]))"
_WORK = r"(?:职责|义务|任务|职能|分工|活儿?)"
# 负责什么, 都管哪些事, 参与什么 / 有什么职责, 规定了……哪些职责 / 职责是什么
_ASKED = re.compile(
    rf"(?:{_VERB})[^，。？?]{{0,14}}?{_WHAT}(?:具体|主要)*的?(?:工作|事情?|事项|内容|方面|{_WORK})*[呢啊呀]?[？?。]*$"
    rf"|{_WHAT}(?:具体|主要|法定)*的?{_WORK}|{_WORK}(?:都|分别|具体|主要)*(?:是|有|包括)?{_WHAT}[？?。]*$"
)
_ASKING = re.compile(rf"{_VERB}|{_WORK}|工作|事项?|内容|方面")  # says nothing of a subject
# what may stand before a body in a question, beside words of a document's name: 河南的, 采购方面, 实验中学, 条例规定
_BEFORE = re.compile(
    r"(?:[的里中上内定了省市县区州镇乡国校院所学司下和跟与同、]|方面|条例|办法|意见|方案|通知|章程|细则|清单)$"
)
_WHO = re.compile(r"谁|哪[些个几一]*(?:部门|单位|机构|家)")
_OF_KIND = re.compile(r"职责|义务|负责")  # 学校有哪些义务 / not 学校对……做什么
# what may follow the body in a question
_NEXT = re.compile(
    rf"在|对|就|于|针对|围绕|都|也|还|要|需|应|该|主要|具体|分别|到底|究竟|可以|必须|得|有|的?(?:主要|具体|工作)*{_WORK}|{_WHAT}"
    rf"|{_VERB}"
)
_AND = re.compile(r"(?:和|跟|与|同|、|以及)$")
EACH = re.compile(r"分别|各自|各(?=负责|承担|管|有)")
_TOGETHER = re.compile(r"共同|一起|一同|联合")
_PENALTY = re.compile(r"罚|责令|处分|吊销|没收|暂扣|追究")


_Clauses = Mapping[str, Sequence[Clause]]  # of each document, by its id


def compose_duties(material: Material) -> Draft | None:
    """Return what the texts give the body to do that the question asks about.

    None where they give it nothing, and where the question asks for no body's duties.
    """
    put = material.understanding.put
    if not _ASKED.search(put) or _WHO.search(put):
        return None
    clauses = _clauses(material)
    bodies = _bodies(material, clauses)
    named = _OF_KIND.search(put) is not None
    told = [body for body in bodies if named or not body.is_kind]
    return _told(material, clauses, told, together=_TOGETHER.search(put) is not None)


def duties_of_units(material: Material, units: Sequence[str]) -> Draft | None:
    """Return the same for departments by their canonical names; of several what all of them have to do."""
    mentions = material.departments.find(material.understanding.question)
    written = {mention.name: mention.written for mention in mentions}
    bodies = [bearer(written.get(unit, unit), material.departments) for unit in units]
    return _told(material, _clauses(material), bodies, together=EACH.search(material.understanding.put) is None)


def _told(material: Material, clauses: _Clauses, bodies: Sequence[Bearer], *, together: bool) -> Draft | None:
    """Return the duties of these bodies as a list, in document order; None when they have none."""
    given = _given(clauses, bodies, together=together) if bodies else []
    found = _about(material, _of_named(material, given), bodies)
    if not found:
        return None
    told = _listed(material, _without_penalties(found), "、".join(body.written for body in bodies))
    cited = {evidence.clause.id for statement in told for evidence in statement.evidence}
    left = len({duty.words.clause.id for duty in found} - cited)
    return Draft(
        status=Status.PARTIAL if left else Status.ANSWERED,
        statements=told,
        note=f"还有{left}条写了它要做的事，这里没有列出。" if left else "",
        confidence=CONFIDENCE,
    )


def _bodies(material: Material, clauses: _Clauses) -> list[Bearer]:
    """Return the bodies that the question's first words name as those who do what it asks about: [] for none.

    Only those that the texts give a duty.
    """
    put = material.understanding.put
    tokens = {word for word in material.words(put) if len(word) >= SHORTEST}
    for match in _NEXT.finditer(put):
        region = re.split(r"[，,。；：:》”]", put[: match.start()])[-1]
        found: list[Bearer] = []
        while (body := _last_body(material, clauses, region, tokens)) is not None:
            found.insert(0, body[0])
            region = body[1]
            if not (joined := _AND.search(region)):
                return found
            region = region[: joined.start()]
        if found:
            return found
    return []


def _last_body(material: Material, clauses: _Clauses, words: str, tokens: Set[str]) -> tuple[Bearer, str] | None:
    """Return the body with a duty that ends some words, in its longest form, and the words before it."""
    for length in range(min(LONGEST, len(words)), SHORTEST - 1, -1):
        before, written = words[:-length], words[-length:]
        begins = any(written.startswith(token) for token in tokens) and _may_precede(material, clauses, before)
        if not begins or not may_be_body(written, material.departments):
            continue
        body = bearer(written, material.departments)
        if _given(clauses, [body]):
            return body, before
    return None


def _may_precede(material: Material, documents: Iterable[str], before: str) -> bool:
    """Whether what stands before a body in a question is no part of the body's name."""
    end = before[-SHORTEST:]
    names = (owner_of(material.library.document(each)) for each in documents)
    return not end or _BEFORE.search(before) is not None or any(end in name for name in names)


def _documents(material: Material) -> list[str]:
    """Return the documents that the question names, by their subject too, else those found for it, the best first."""
    if named := material.understanding.document_ids or material.understanding.preferred_ids:
        return list(named)
    found = dict.fromkeys(hit.clause.document_id for hit in material.hits)
    held = {each: material.subject.coverage(owner_of(material.library.document(each))) for each in found}
    most = max(held.values(), default=0.0)
    return [document_id for document_id in found if most < ABOUT or held[document_id] >= most - 1e-9]


def _clauses(material: Material) -> _Clauses:
    """Return the clauses of the documents to look in; read once a question."""
    return {document_id: material.library.clauses(document_id) for document_id in _documents(material)}


def _given(clauses: _Clauses, bodies: Sequence[Bearer], *, together: bool = False) -> list[Duty]:
    """Return what the documents give the bodies to do, a document after the other; `together`: all of them."""
    found: dict[Evidence, list[Duty]] = {}
    for clause in chain.from_iterable(clauses.values()):
        for duty in (duty for body in bodies for duty in body.duties(clause)):
            found.setdefault(duty.words, []).append(duty)
    return [same[0] for same in found.values() if not together or len(same) == len(bodies)]


def _of_named(material: Material, duties: Sequence[Duty]) -> list[Duty]:
    """Keep the duties in the documents whose titles and issuers hold most of the question, a few documents' at most."""
    held: dict[str, float] = {}
    for document_id in dict.fromkeys(duty.words.clause.document_id for duty in duties):
        held[document_id] = material.understanding.terms.coverage(owner_of(material.library.document(document_id)))
    most = max(held.values(), default=0.0)
    kept = [document_id for document_id, share in held.items() if share >= most - 1e-9][:MAX_DOCUMENTS]
    return [duty for duty in duties if duty.words.clause.document_id in kept]


def _about(material: Material, duties: Sequence[Duty], bodies: Sequence[Bearer]) -> list[Duty]:
    """Keep the duties of the subject that the question adds to the body, all when it adds none or none is of it."""
    names = "".join(body.written for body in bodies)
    subject = Terms(
        terms=tuple(t for t in material.subject.terms if t.text not in names and not _ASKING.fullmatch(t.text))
    )
    return about([(_coverage(material, duty, subject), duty) for duty in duties])


def _coverage(material: Material, duty: Duty, subject: Terms) -> float:
    """How much of a subject a duty holds with its items and headings."""
    words = "".join((duty.words.words, *(item.words for item in _items(material, duty))))
    return subject.coverage(words, material.context(duty.words.clause))


def _without_penalties(duties: Sequence[Duty]) -> list[Duty]:
    """Return the duties without those that are only to punish, unless there are no others."""
    others = [duty for duty in duties if not (duty.by and _PENALTY.search(duty.words.words))]
    return others or list(duties)


def _listed(material: Material, duties: Sequence[Duty], who: str) -> list[Statement]:
    """Return a line for each duty under its document's title, those behind 由 only where room is left."""
    room = MAX_CHARS
    lines: dict[Evidence, Statement] = {}
    for duty in sorted(duties, key=lambda duty: duty.by):
        line = _line(material, duty)
        if not lines or len(line.text) <= room:
            lines[duty.words] = line
            room -= len(line.text)
    told: list[Statement] = []
    last = ""
    for line in (lines[duty.words] for duty in duties if duty.words in lines):
        document = material.document(line.evidence[0].clause)
        head = "" if told else f"{who}要做的事：\n"
        if document.id != last and not material.understanding.document_ids:
            head += ("\n" if told else "") + f"《{document.title}》\n"
        last = document.id
        told.append(replace(line, text=head + line.text, frame=(head,) if head else ()))
    return told


def _line(material: Material, duty: Duty) -> Statement:
    """Return a duty with its clause before it, and the items that it announces."""
    said = announced(duty.words, _items(material, duty))
    return replace(said, text=f"- {numbered(duty.words.clause)}：{said.text}")


def _items(material: Material, duty: Duty) -> list[Evidence]:
    """Return the items that a duty announces with a colon at the end of its clause."""
    return items_below(duty.words.clause, material, MAX_CHARS) if opens_items(duty.words) else []
