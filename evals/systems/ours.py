"""Our own assistant in process, whole and without each of its parts.

An ablation changes one thing and runs the same code for the rest:

    ours-no-dense           vectors weigh nothing in the fusion
    ours-no-words           words weigh nothing
    ours-no-pairs           character pairs weigh nothing
    ours-no-lexical         neither of them weighs anything
    ours-no-document        a clause gains nothing from others of its document
    ours-no-rerank          retrieval's order stays as it is
    ours-no-interpretation  a question is its words: no intent, names, references or history
    ours-no-splitting       chunks of 500 characters in place of clauses
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from evals.records import Claim, Passage, Reply
from evals.systems.base import ROOT, Talk, UnusableSystemError, World, code_digest, fingerprint_of
from evals.systems.chunking import chunked
from ingest.schema import SplitDocument
from rag.answer import Assistant
from rag.check.checker import Checker
from rag.index import build_index, open_index
from rag.question import Intent
from rag.rerank import rerank
from rag.retrieve import DEFAULT_WEIGHTS, Weights, retrieve
from rag.schema import Citation, Hit, Mode, Turn
from rag.terms import Terms
from rag.understand import Context, Understanding
from rag.verify import quote_is_literal

__all__ = ["VARIANTS", "OurSystem", "open_ours"]


@dataclass(frozen=True, kw_only=True)
class Variant:
    """What is left of our assistant; the defaults are all of it."""

    title: str
    weights: Weights = DEFAULT_WEIGHTS
    reranks: bool = True
    interprets: bool = True
    splits: bool = True


VARIANTS: Mapping[str, Variant] = {
    "ours": Variant(title="条文"),
    "ours-no-dense": Variant(title="去掉向量检索", weights=replace(DEFAULT_WEIGHTS, dense=0.0)),
    "ours-no-words": Variant(title="去掉词", weights=replace(DEFAULT_WEIGHTS, words=0.0)),
    "ours-no-pairs": Variant(title="去掉字对", weights=replace(DEFAULT_WEIGHTS, pairs=0.0)),
    "ours-no-lexical": Variant(title="去掉词和字对", weights=replace(DEFAULT_WEIGHTS, words=0.0, pairs=0.0)),
    "ours-no-document": Variant(title="去掉同文件加分", weights=replace(DEFAULT_WEIGHTS, document=0.0)),
    "ours-no-rerank": Variant(title="去掉重排", reranks=False),
    "ours-no-interpretation": Variant(title="去掉问题理解", interprets=False),
    "ours-no-splitting": Variant(title="去掉条款拆分", splits=False),
}


@dataclass(frozen=True, kw_only=True)
class AblatedAssistant(Assistant):
    """The assistant with a part taken out."""

    variant: Variant

    def _read(self, question: str, context: Context | None) -> Understanding:
        whole = super()._read(question, context)
        if self.variant.interprets:
            return whole
        terms: Terms = whole.terms if context is None else super()._read(question, None).terms
        return Understanding(asked=question, question=question, put=question, intent=Intent.OPEN, terms=terms)

    def _hits(self, understanding: Understanding, document_ids: Sequence[str] | None, *, top_k: int) -> list[Hit]:
        hits = retrieve(
            self.index,
            understanding.question,
            top_k=top_k,
            document_ids=understanding.within(document_ids),
            weights=self.variant.weights,
        )
        return rerank(hits, understanding, self.library) if self.variant.reranks else hits


class OurSystem:
    """An assistant as a system."""

    def __init__(self, name: str, assistant: Assistant, *, fingerprint: str, settings: Mapping[str, str]) -> None:
        self.name = name
        self.fingerprint: str | None = fingerprint
        self.settings = settings
        self._assistant = assistant
        self._clauses = {
            clause.id for document in assistant.library.documents() for clause in assistant.library.clauses(document.id)
        }

    def texts(self) -> Mapping[str, str]:
        """Its documents' texts by source file."""
        return {document.source_file: document.text for document in self._assistant.library.documents()}

    def answer(self, question: str, history: Sequence[Talk]) -> Reply:
        """Answer the last question of a conversation."""
        turns = [Turn(role=talk.role, content=talk.content) for talk in history]
        given = self._assistant.answer(question, history=turns, mode=Mode.AUTO)
        return Reply(
            status=given.status.value,
            answer=given.answer,
            confidence=given.confidence,
            citations=tuple(self._passage(citation) for citation in given.citations),
            understood=given.interpretation.question,
            intent=given.interpretation.intent,
        )

    def search(self, query: str, top_k: int) -> tuple[Passage, ...]:
        """The best clauses."""
        return tuple(self._passage(hit) for hit in self._assistant.search(query, top_k=top_k).hits)

    def close(self) -> None:
        """Close the index."""
        self._assistant.index.close()

    def _passage(self, citation: Citation) -> Passage:
        document = citation.document
        return Passage(
            clause_id=citation.clause.id,
            source_file=document.source_file,
            label=citation.clause.label,
            context="\n".join(
                (
                    *citation.clause.path,
                    *(cell.header for cell in citation.clause.cells),
                    document.title,
                    document.number,
                    document.issued_on,
                    document.published_on,
                )
            ),
            quote=citation.quote,
            start=citation.start,
            end=citation.end,
            text=citation.text,
            known=citation.clause.id in self._clauses,
            literal=quote_is_literal(document, citation.quote, citation.start, citation.end),
        )


class WholeSystem(OurSystem):
    """The assistant with nothing taken out, and its citation check."""

    @cached_property
    def _checker(self) -> Checker:
        return Checker(index=self._assistant.index)

    def check(self, text: str) -> tuple[Claim, ...]:
        """The claims of a draft."""
        return tuple(
            Claim(
                text=claim.text,
                verdict=claim.verdict.value,
                confidence=claim.confidence,
                written=claim.reference.written or "",
                explanation=claim.explanation,
                evidence=tuple(self._passage(found) for found in claim.evidence),
            )
            for claim in self._checker.check(text).claims
        )


def open_ours(name: str, world: World) -> OurSystem:
    """Open one variant over the ingested documents. Raises the errors of `rag.index.open_index`."""
    variant = VARIANTS[name]
    index = open_index(world.data_dir, world.embedding_model)
    if not variant.splits:
        splits = [chunked(document) for document in index.library.documents()]
        folder = _build_chunks(splits, world, index.version)
        index.close()
        index = open_index(folder, world.embedding_model)
    assistant = AblatedAssistant(index=index, llm=world.llm, variant=variant)
    llm = world.llm.settings if world.llm else None
    written = (llm.model, llm.base_url) if llm else None
    kind = WholeSystem if name == "ours" else OurSystem
    return kind(
        name,
        assistant,
        fingerprint=fingerprint_of(code_digest("rag", "ingest", "evals/systems"), index.version, variant, written),
        settings={
            "名称": variant.title,
            "向量模型": index.embedder.name,
            "索引版本": index.version,
            "大模型": llm.model if llm else "不用",
        },
    )


def _build_chunks(splits: Sequence[SplitDocument], world: World, version: str) -> Path:
    """Build the index of chunks once for each version of the documents; return its data folder."""
    from rag.embed import open_embedder

    key = fingerprint_of(version, code_digest("evals/systems"))
    folder = world.work_dir / f"chunks-{key}"
    if not (folder / "index" / "CURRENT").is_file():
        build_index(splits, folder, open_embedder(world.embedding_model, for_questions=True))
    return folder


def corpus_digest(texts: Mapping[str, str]) -> str:
    """A digest of the documents, for the report."""
    return fingerprint_of(sorted(texts.items()))


def commit() -> str:
    """The commit that is checked out, "" outside a repository; with a plus sign where files are changed."""
    import subprocess

    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
        return done.stdout.strip() if done.returncode == 0 else ""

    try:
        head = git("rev-parse", "--short=12", "HEAD")
        return head + ("+" if head and git("status", "--porcelain") else "")
    except OSError as exc:
        raise UnusableSystemError("找不到 git") from exc
