"""The story of an answer.

    understand   the question, after the conversation so far
    search       the clauses that it may be about
    compose      statements in the texts' own words, or in a language model's
    verify       every statement against the words it cites; what fails is not shown
    cite         numbers, quotes and offsets

Read `Assistant.stream` first; everything else here serves it.
"""

import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from ingest.departments import Departments
from rag.carried import carried
from rag.check.checker import Checker
from rag.cite import Page, hit_citations
from rag.compose import compose
from rag.compose.material import Material
from rag.compose.several import answers_all, merged
from rag.documents import DocumentNames
from rag.draft import Draft, Statement
from rag.errors import LanguageModelError
from rag.generate import generate
from rag.index import Index, open_index
from rag.library import Library
from rag.llm import LanguageModel
from rag.question import Intent, parts_of, sides_of
from rag.remembered import Memory
from rag.rerank import fold_copies, rerank
from rag.retrieve import retrieve
from rag.schema import (
    Answer,
    Done,
    Engine,
    Event,
    Hit,
    Mode,
    SearchResult,
    Stage,
    Status,
    Turn,
    Verdict,
)
from rag.spelling import Spelling
from rag.suggest import suggest
from rag.terms import Terms
from rag.understand import ENOUGH_WORDS, Context, Understanding, Vocabulary, understand
from rag.verify import check_statement

POOL = 40  # clauses that composition looks at
MAX_SENTENCES = 8  # of a language model that are shown
SURE_ALONE = 0.85  # confidence from which a short question is answered without the one before it
EARLIER_QUESTIONS = 6  # of the conversation that matter at least, at most one less than twice as many
KNOWN_CONVERSATIONS = 256
LONGEST_KNOWN = 600  # characters of a conversation's questions that are kept
MAX_PARTS = 8  # questions that are answered at once
MAX_COMPARED = 6  # documents that are searched one by one
_WHOLE = (Intent.CHAT, Intent.COMPARE)  # kinds of questions that are never taken apart
_TOO_MANY = f"一次只回答前{MAX_PARTS}个问题，其余的请另问。"
_Turns = tuple[tuple[str, ...], tuple[str, ...] | None]  # the user's questions, the documents it is limited to
_UNVERIFIED = "找到的条款没有通过核对，无法给出有依据的回答。"


@dataclass(frozen=True, kw_only=True)
class Assistant:
    """Answers questions from one index version; safe to share between threads."""

    index: Index
    llm: LanguageModel | None = None

    @property
    def library(self) -> Library:
        """The documents and clauses that answers are made from."""
        return self.index.library

    @cached_property
    def departments(self) -> Departments:
        """Names and aliases of departments, those with them that only the documents name as responsible."""
        return self.index.departments.with_strangers(name for name, _ in self.library.units())

    @property
    def version(self) -> str:
        """Name of the index version."""
        return self.index.version

    @property
    def store(self) -> str:
        """Where vectors are searched, as `rag.store.VectorStore.state` says."""
        return self.index.vectors.state

    @cached_property
    def checker(self) -> Checker:
        """Checks citations against the same index version."""
        return Checker(index=self.index)

    def answer(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        document_ids: Sequence[str] | None = None,
        mode: Mode = Mode.AUTO,
    ) -> Answer:
        """Return the verified answer to a question.

        `document_ids` limits it to these documents (none given: no limit; UnknownDocument for an id that there is not).
        """
        events = self.stream(question, history=history, document_ids=document_ids, mode=mode)
        return next(event.answer for event in events if isinstance(event, Done))

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        document_ids: Sequence[str] | None = None,
        mode: Mode = Mode.AUTO,
    ) -> Iterator[Event]:
        """Answer step by step: stages, then verified sentences as they come, then the whole answer."""
        started = time.perf_counter()
        yield Stage(stage="understanding")
        document_ids = document_ids or None
        turns = _latest(history)
        context = self._context(turns, document_ids)
        understanding = self._read(question, context)
        yield Stage(stage="searching")
        material, composed = self._compose(understanding, context, document_ids)
        self._remember((*turns, question), document_ids, context, understanding, composed)
        yield Stage(stage="verifying")
        page = Page(self.library, material)
        writing = Writing(draft=composed)
        for statement in self._say(material, history, mode, writing):
            yield from page.add(statement)
        yield from page.close(writing.draft.note)
        yield Done(
            answer=Answer(
                id=uuid.uuid4().hex,
                status=writing.draft.status,
                answer=page.text,
                sentences=tuple(page.sentences),
                citations=tuple(page.citations.all()),
                interpretation=material.understanding.interpretation(),
                nearest=tuple(page.near(writing.draft.nearest)),
                suggestions=tuple(suggest(material, writing.draft, self._names)),
                confidence=round(max(0.0, min(1.0, writing.draft.confidence)), 3),
                engine=self._engine(writing),
                elapsed_ms=round((time.perf_counter() - started) * 1000, 1),
            )
        )

    def search(self, query: str, *, top_k: int = 10, document_ids: Sequence[str] | None = None) -> SearchResult:
        """Return the clauses that a query is likeliest after, best first."""
        document_ids = document_ids or None
        understanding = self._read(query, None)
        hits = fold_copies(self._hits(understanding, document_ids, top_k=max(top_k, POOL)))[:top_k]
        return SearchResult(
            hits=tuple(hit_citations(hits, self.library, understanding.terms)),
            interpretation=understanding.interpretation(),
        )

    def material(self, question: str) -> Material:
        """Return what an answer to the question would be composed from, as a look inside and for `evals.fit`."""
        return self._search(self._read(question, None), None)

    def _context(self, turns: tuple[str, ...], document_ids: Sequence[str] | None) -> Context | None:
        """Understand the user's earlier questions, each after the one before it, and what answered the last."""
        if not turns:
            return None
        known, context = self._conversations.find(_key(turns, document_ids))
        if known:
            return context
        before = self._context(turns[:-1], document_ids)
        understanding = self._read(turns[-1], before)
        composed = self._compose(understanding, before, document_ids)[1]
        return self._remember(turns, document_ids, before, understanding, composed)

    def _remember(
        self,
        turns: tuple[str, ...],
        document_ids: Sequence[str] | None,
        before: Context | None,
        understanding: Understanding,
        composed: Draft,
    ) -> Context | None:
        """Return what the next question goes on from, and keep it for a while; small talk leaves all as it was."""
        chats = understanding.intent is Intent.CHAT
        context = before if chats else _context_of(understanding, composed)
        if sum(map(len, turns)) <= LONGEST_KNOWN:
            self._conversations.keep(_key(turns, document_ids), context)
        return context

    def _compose(
        self, understanding: Understanding, context: Context | None, document_ids: Sequence[str] | None
    ) -> tuple[Material, Draft]:
        """Return the clauses found and the answer in their words; several questions in one are answered in turn."""
        if understanding.alone is not None:
            material, draft = self._compose(understanding.alone, None, document_ids)
            if draft.statements and draft.confidence >= SURE_ALONE:
                joined = self._compose(replace(understanding, alone=None), context, document_ids)
                leans = _leans(joined[1], draft, understanding.alone.terms, understanding.focus)
                return joined if leans else (material, draft)
        material = self._search(understanding, document_ids)
        draft = compose(material)
        sides = sides_of(understanding.asked) if len(understanding.document_ids) < 2 else []
        parts = sides or ([] if understanding.intent in _WHOLE else parts_of(understanding.asked))
        if not parts or (not sides and answers_all(draft, parts)):
            return material, draft
        drafts: list[Draft] = []
        for part in parts[:MAX_PARTS]:
            read = self._read(part, context)
            part_draft = compose(self._search(read, document_ids))
            if read.question != part:
                by_itself = self._read(part, None)
                unanswered = bool(drafts) and not drafts[-1].statements
                words = sum(term.word for term in by_itself.terms.terms)
                if words >= ENOUGH_WORDS:  # it need not lean on the part before
                    alone = compose(self._search(by_itself, document_ids))
                    surer = not part_draft.statements or alone.confidence > part_draft.confidence
                    if unanswered or (alone.statements and surer):
                        part_draft = alone
                elif unanswered:  # 可以申诉吗，流程怎么走: of what is not said nothing more is
                    continue
            drafts.append(part_draft)
            context = _context_of(read, drafts[-1])
        if len(parts) > MAX_PARTS:
            drafts.append(Draft(status=Status.PARTIAL, note=_TOO_MANY, confidence=0.0))
        return material, merged(drafts, draft)

    def _read(self, question: str, context: Context | None) -> Understanding:
        return understand(
            question,
            context=context,
            library=self.library,
            names=self._names,
            departments=self.departments,
            vocabulary=self._vocabulary,
        )

    def _search(self, understanding: Understanding, document_ids: Sequence[str] | None) -> Material:
        """Find the clauses that the question may be about; none are needed for small talk."""
        within = understanding.within(document_ids) or ()
        if understanding.intent is Intent.CHAT:
            hits = []
        elif understanding.intent is Intent.COMPARE and 1 < len(within) <= MAX_COMPARED:  # each document is heard
            hits = [hit for one in within for hit in self._hits(understanding, [one], top_k=POOL)]
        else:
            hits = self._hits(understanding, document_ids, top_k=POOL)
        return Material(
            understanding=understanding,
            hits=hits,
            library=self.library,
            departments=self.departments,
            words=self.index.segmenter.words,
        )

    def _hits(self, understanding: Understanding, document_ids: Sequence[str] | None, *, top_k: int) -> list[Hit]:
        within = understanding.within(document_ids)
        hits = retrieve(self.index, understanding.question, top_k=top_k, document_ids=within)
        return rerank(hits, understanding, self.library)

    def _say(self, material: Material, history: Sequence[Turn], mode: Mode, writing: "Writing") -> Iterator[Statement]:
        """Give the verified statements of the answer as they come; `writing` holds what became of it at the end.

        The language model's where one is to be asked and its sentences pass, else our own; our own also for what the
        model left open when it broke off.
        """
        said: list[Statement] = []
        if mode is not Mode.EXTRACTIVE:
            for statement in self._say_with_model(material, history, mode, writing):
                said.append(statement)
                yield statement
        if said and writing.fallback is None:
            writing.say(said)
            return
        own = self._verified(writing.draft.statements)
        if said:
            cited = {evidence.clause.id for statement in said for evidence in statement.evidence}
            rest = [one for one in own if any(evidence.clause.id not in cited for evidence in one.evidence)]
            writing.fallback = f"{writing.fallback}{'其余是原文。' if rest else '回答可能不完整。'}"
            writing.say([*said, *rest])
            yield from rest
            return
        if writing.draft.statements and not own:
            writing.draft = replace(
                writing.draft, status=Status.NOT_FOUND, statements=(), note=_UNVERIFIED, confidence=0.3
            )
        yield from own

    def _say_with_model(
        self, material: Material, history: Sequence[Turn], mode: Mode, writing: "Writing"
    ) -> Iterator[Statement]:
        """Give the language model's sentences that the clauses carry, each as soon as it is complete.

        `writing.fallback` says why there are none, or why they break off.
        """
        if self.llm is None or not _to_be_worded(writing.draft, self.llm):
            why = "没有配置语言模型，" if self.llm is None else "这个问题由程序按原文判断或清点，没有交给语言模型，"
            writing.fallback = f"{why}已改用原文回答。" if mode is Mode.LLM else None
            return
        said: set[str] = set()
        try:
            for statement in generate(material, writing.draft, self.llm, history):
                proven = carried(statement, self.checker)
                if proven is not None and proven.text not in said:
                    said.add(proven.text)
                    yield proven
                if len(said) == MAX_SENTENCES:
                    break
        except LanguageModelError as error:
            writing.fallback = str(error) if said else f"{error}已改用原文回答。"
        else:
            writing.fallback = None if said else "语言模型的回答没有通过核对，已改用原文回答。"

    def _verified(self, statements: Sequence[Statement]) -> list[Statement]:
        return [s for s in statements if check_statement(s, self.departments).verdict is Verdict.SUPPORTED]

    def _engine(self, writing: "Writing") -> Engine:
        return Engine(
            mode=writing.mode,
            llm=self.llm.settings.model if self.llm is not None else None,
            fallback=writing.fallback,
            embedding=self.index.embedder.name,
            index_version=self.index.version,
        )

    @cached_property
    def _conversations(self) -> Memory[_Turns, Context | None]:
        """What the latest conversations have come to; the same is found without it, in more time."""
        return Memory(entries=KNOWN_CONVERSATIONS)

    @cached_property
    def _names(self) -> DocumentNames:
        return DocumentNames(self.library.documents())

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        index = self.index

        def frequency(token: str) -> int:
            return max(index.words.frequency(token), index.pairs.frequency(token))

        return Vocabulary(
            words=index.segmenter.words,
            frequency=frequency,
            everyday=index.segmenter.commonness,
            clauses=len(index.rows.ids),
            spelling=Spelling(
                vocabulary=lambda: [
                    *index.words.vocabulary(),
                    *index.library.terms(),
                    *(name for document in index.library.documents() for name in document.short_titles),
                ],
                frequency=frequency,
                cut=index.segmenter.cut,
            ),
        )


@dataclass(kw_only=True)
class Writing:
    """What became of the writing: which draft was said in the end, by whom, and why not by the language model."""

    draft: Draft
    mode: Mode = Mode.EXTRACTIVE
    fallback: str | None = None

    def say(self, statements: Sequence[Statement]) -> None:
        """Take the language model's statements; what our own draft left open stays open."""
        note = self.draft.note + (self.fallback or "")
        status = Status.PARTIAL if note else Status.ANSWERED
        self.mode = Mode.LLM
        self.draft = replace(self.draft, status=status, statements=statements, note=note)


def _to_be_worded(draft: Draft, model: LanguageModel) -> bool:
    """Whether a language model may word this answer.

    That the texts don't say something, and that a list is whole, only we can tell: it sees a few clauses of many.
    """
    clauses = {evidence.clause.id for statement in draft.statements for evidence in statement.evidence}
    counted = any(statement.counted for statement in draft.statements)
    return bool(clauses) and not counted and len(clauses) <= model.settings.max_clauses


def _context_of(understanding: Understanding, draft: Draft) -> Context:
    return Context(understanding=replace(understanding, references=(), alone=None), cited=_cited(draft))


def _latest(history: Sequence[Turn]) -> tuple[str, ...]:
    """Return the user's latest questions; where they begin changes with every sixth one, so that memory serves most."""
    questions = tuple(turn.content for turn in history if turn.role == "user")
    older = max(0, len(questions) - EARLIER_QUESTIONS)
    return questions[older - older % EARLIER_QUESTIONS :]


def _key(turns: tuple[str, ...], document_ids: Sequence[str] | None) -> _Turns:
    return turns, None if document_ids is None else tuple(document_ids)


def _leans(joined: Draft, alone: Draft, new: Terms, focus: Sequence[str]) -> bool:
    """Whether a short question goes on from the one before it, given its answer after that one and its sure one alone.

    `new` are its own words, `focus` the clauses that the answer before rests on. Anything may speak of a single word
    (什么时候完成): it goes on even where that gives no answer.
    """
    if not joined.statements and sum(term.word for term in new.terms) < ENOUGH_WORDS:
        return True
    stays = _stays(joined, new, focus) and not _stays(alone, new, focus)
    return stays or joined.confidence >= alone.confidence


def _stays(draft: Draft, new: Terms, focus: Sequence[str]) -> bool:
    """Whether an answer rests on the clauses of the one before it (`focus`) and holds some new word of the question."""
    said = "".join(statement.text for statement in draft.statements)
    return bool(said) and set(_cited(draft)) <= set(focus) and new.coverage(said) > 0


def _cited(draft: Draft) -> tuple[str, ...]:
    """Return the ids of the clauses that a draft cites, in its order."""
    cited = (evidence.clause.id for statement in draft.statements for evidence in statement.evidence)
    return tuple(dict.fromkeys(cited))


def open_assistant(
    *,
    data_dir: Path,
    embedding_model: str | None,
    llm: LanguageModel | None,
    with_chroma: bool = True,
    chroma_url: str | None = None,
    before: Index | None = None,
) -> Assistant:
    """Open the serving index version for questions, as `rag.index.open_index` does; raises its errors."""
    index = open_index(data_dir, embedding_model, with_chroma=with_chroma, chroma_url=chroma_url, before=before)
    return Assistant(index=index, llm=llm)
