"""An assistant over three tiny documents whose answers are known by construction.

PPP → answered with two citations · 工作站 → partial · 敌意 → answered with hostile text · 食堂 → not_found with
nearest clauses · 出错 → an exception in mid-stream · anything else → out_of_scope.
"""

import re
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from ingest.schema import Clause, Document, SplitDocument, SplitReport
from rag.errors import UnknownClause, UnknownDocument
from rag.schema import (
    Answer,
    Citation,
    Cited,
    Done,
    Engine,
    Event,
    Interpretation,
    Mode,
    SearchResult,
    Sentence,
    Stage,
    Status,
    Token,
    Turn,
    Verdict,
)
from tests.fakes.documents import HOSTILE, OPINION, PLAN, TRAP


class FakeLibrary:
    def __init__(self, splits: Sequence[SplitDocument] = (OPINION, PLAN, TRAP)) -> None:
        self._splits = {split.document.id: split for split in splits}

    def _split(self, document_id: str) -> SplitDocument:
        if document_id not in self._splits:
            raise UnknownDocument(f"没有编号为 {document_id} 的文件。")
        return self._splits[document_id]

    def documents(self) -> Sequence[Document]:
        return [split.document for split in self._splits.values()]

    def document(self, document_id: str) -> Document:
        return self._split(document_id).document

    def clause_count(self, document_id: str) -> int:
        return len(self._split(document_id).clauses)

    def clauses(self, document_id: str) -> Sequence[Clause]:
        return self._split(document_id).clauses

    def clause(self, clause_id: str) -> Clause:
        for split in self._splits.values():
            for clause in split.clauses:
                if clause.id == clause_id:
                    return clause
        raise UnknownClause(f"没有编号为 {clause_id} 的条款。")

    def whole_text(self, clause_id: str) -> str:
        clause = self.clause(clause_id)
        below = [other for other in self.clauses(clause.document_id) if other.parent_id == clause_id]
        return "\n".join([clause.own.text, *(self.whole_text(other.id) for other in below)])

    def report(self, document_id: str) -> SplitReport:
        return self._split(document_id).report

    def units(self) -> Sequence[tuple[str, int]]:
        named = [clause.units for split in self._splits.values() for clause in split.clauses]
        return Counter(name for units in named for name in {unit.name for unit in units}).most_common()

    def clauses_of_units(self, names: Collection[str], document_ids: Collection[str] | None = None) -> Sequence[Clause]:
        return [
            clause
            for document_id, split in self._splits.items()
            if document_ids is None or document_id in document_ids
            for clause in split.clauses
            if any(unit.name in names for unit in clause.units)
        ]


class FakeDepartments:
    def canonical(self, name: str) -> str | None:
        return {"市发改委": "市发展改革委", "市财政局": "市财政局"}.get(name)

    def family(self, name: str) -> Sequence[str]:
        return (name,)

    def today(self, name: str) -> str:
        return {"市工业和信息化局": "市工信局"}.get(name, name)


class FakeAssistant:
    def __init__(self, *, pause_s: float = 0.0) -> None:
        self.library = FakeLibrary()
        self.departments = FakeDepartments()
        self.version = "v-fake"
        self.store = "file"
        self.pause_s = pause_s
        self.asked: list[tuple[str, tuple[Turn, ...]]] = []

    def _cite(self, index: int, clause_id: str, words: str, reason: str = "") -> Citation:
        """Cite the place whose source, line breaks aside, reads `words`."""
        clause = self.library.clause(clause_id)
        document = self.library.document(clause.document_id)
        found = re.compile(r"\n?".join(map(re.escape, words))).search(document.text, clause.start)
        assert found, words
        return Citation(
            index=index,
            clause=clause,
            document=document,
            quote=found.group(),
            start=found.start(),
            end=found.end(),
            text=self.library.whole_text(clause_id),
            verdict=None if reason else Verdict.SUPPORTED,
            score=1.0 / index,
            reason=reason,
        )

    def _plan(self, question: str) -> tuple[Status, list[Sentence], list[Citation], list[Citation], list[str]]:
        """Status, sentences, citations, nearest and suggestions for a question."""
        if "PPP" in question:
            citations = [
                self._cite(1, "chanjiaocheng.7", "市发展改革委、市教委、市人社局、市财政局，各区人民政府"),
                self._cite(2, "chanjiaocheng.2", "鼓励政府与社会资本合作（PPP）模式建设职业教育基础设施"),
            ]
            sentences = [
                Sentence(
                    text="PPP相关任务由**市发展改革委**、市教委、市人社局、市财政局和各区人民政府负责。", citations=(1,)
                ),
                Sentence(text="正文也鼓励以PPP模式建设职业教育基础设施。", citations=(2,)),
            ]
            return Status.ANSWERED, sentences, citations, [], ["市财政局还负责哪些任务？", "PPP模式可以用来做什么？"]
        if "工作站" in question:
            citations = [self._cite(1, "xiangqi.2", "推动建设 200 个工作站")]
            sentences = [
                Sentence(text="计划推动建设 200 个工作站。", citations=(1,)),
                Sentence(text="文件没有写明由谁出资。", citations=()),
            ]
            return Status.PARTIAL, sentences, citations, [], []
        if "敌意" in question:
            citations = [self._cite(1, "xianjing.1", HOSTILE)]
            return Status.ANSWERED, [Sentence(text=f"原文是{HOSTILE}。", citations=(1,))], citations, [], [HOSTILE]
        if "食堂" in question:
            nearest = [self._cite(1, "chanjiaocheng.9", "建设公共实训基地", "讲的是实训基地，没有讲食堂")]
            return Status.NOT_FOUND, [Sentence(text="文件中没有关于食堂的规定。", citations=())], [], nearest, []
        return (
            Status.OUT_OF_SCOPE,
            [Sentence(text="这个问题不在现有文件的范围内。", citations=())],
            [],
            [],
            ["哪些部门负责PPP相关任务？"],
        )

    def answer(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        document_ids: Sequence[str] | None = None,
        mode: Mode = Mode.AUTO,
    ) -> Answer:
        self.asked.append((question, tuple(history)))
        if "出错" in question:
            raise RuntimeError("密码是 secret-internal")
        status, sentences, citations, nearest, suggestions = self._plan(question)
        text = "".join(s.text + "".join(f"[^{n}]" for n in s.citations) for s in sentences)
        return Answer(
            id="a-1",
            status=status,
            answer=text,
            sentences=sentences,
            citations=citations,
            interpretation=Interpretation(
                question=question, intent="responsible_units", units=(), document_ids=("chanjiaocheng",)
            ),
            nearest=nearest,
            suggestions=suggestions,
            confidence=0.9,
            engine=Engine(mode=Mode.EXTRACTIVE, llm=None, fallback=None, embedding="fake", index_version=self.version),
            elapsed_ms=1.5,
        )

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        document_ids: Sequence[str] | None = None,
        mode: Mode = Mode.AUTO,
    ) -> Iterator[Event]:
        yield Stage(stage="understanding")
        yield Stage(stage="searching")
        answer = self.answer(question, history=history, document_ids=document_ids, mode=mode)
        yield Stage(stage="verifying")
        sent: set[int] = set()
        for sentence in answer.sentences:
            for citation in answer.citations:
                if citation.index in sentence.citations and citation.index not in sent:
                    sent.add(citation.index)
                    yield Cited(citation=citation)
            piece = sentence.text + "".join(f"[^{n}]" for n in sentence.citations)
            for at in range(0, len(piece), 7):
                time.sleep(0.25 if "慢" in question else self.pause_s)
                yield Token(text=piece[at : at + 7])
        yield Done(answer=answer)

    def search(self, query: str, *, top_k: int = 10, document_ids: Sequence[str] | None = None) -> SearchResult:
        hits = [
            replace(self._cite(1, clause.id, clause.own.text), verdict=None)
            for document in self.library.documents()
            if document_ids is None or document.id in document_ids
            for clause in self.library.clauses(document.id)
            if query in clause.own.text
        ]
        found = Interpretation(question=query, intent="open", units=(), document_ids=())
        return SearchResult(hits=hits[:top_k], interpretation=found)
