"""A system whose answers are known by construction, two questions and their text."""

from collections.abc import Mapping, Sequence
from typing import Any

from evals.cases import Case
from evals.citations import CitationCase
from evals.records import Claim, Passage, Reply
from evals.systems.base import Talk

TEXT = "一、目标\n认证１００家以上\n产教融合型企业。\n二、分工\n由市教委负责。\n"
FILE = "900_plan.txt"
QUOTE = "认证１００家以上\n产教融合型企业"


def case(**changes: Any) -> Case:
    """A sound question, with changes."""
    plain: dict[str, Any] = {
        "id": "t1",
        "type": "figure",
        "style": "lexical",
        "question": "认证多少家？",
        "history": [],
        "answerable": True,
        "gold_quotes": [{"doc": "900", "quote": "认证100家以上产教融合型企业"}],
        "must_include": [["100家"]],
        "must_not_include": [],
        "split": "dev",
    }
    return Case.model_validate(plain | changes)


def unanswerable(**changes: Any) -> Case:
    """A question without an answer."""
    gone = {"id": "t2", "type": "unanswerable", "question": "哪天认证？", "answerable": False}
    return case(**(gone | {"gold_quotes": [], "must_include": []} | changes))


def passage(quote: str = QUOTE) -> Passage:
    """A citation of the text."""
    start = TEXT.index(quote)
    return Passage(
        clause_id="plan.一", source_file=FILE, label="一", quote=quote, start=start, end=start + len(quote), text=quote
    )


class FakeSystem:
    """Answers 多少 rightly, abstains from 哪天, fails on 出错; notes what it was asked."""

    settings: Mapping[str, str] = {"名称": "假"}

    def __init__(self, name: str = "fake", fingerprint: str | None = "f1") -> None:
        self.name = name
        self.fingerprint = fingerprint
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        self.stop_after: int | None = None

    def texts(self) -> Mapping[str, str]:
        return {FILE: TEXT}

    def answer(self, question: str, history: Sequence[Talk]) -> Reply:
        if self.stop_after is not None and len(self.asked) >= self.stop_after:
            raise KeyboardInterrupt
        self.asked.append((question, tuple(talk.content for talk in history)))
        if "出错" in question:
            raise RuntimeError("坏了")
        if "哪天" in question:
            return Reply(status="not_found", answer="没有写明。", confidence=0.2)
        return Reply(
            status="answered", answer="认证100家以上[^1]。", confidence=0.9, citations=(passage(),), understood=question
        )

    def search(self, query: str, top_k: int) -> tuple[Passage, ...]:
        return (passage("由市教委负责"), passage())[:top_k]

    def close(self) -> None:
        pass


class FakeChecker(FakeSystem):
    """Checks as well: 200家 is contradicted, 100家 supported with its evidence, 出错 fails, the rest makes no claim."""

    def check(self, text: str) -> tuple[Claim, ...]:
        if "出错" in text:
            raise RuntimeError("坏了")
        verdict = "contradicted" if "200家" in text else "supported" if "100家" in text else ""
        claim = Claim(text=text, verdict=verdict, confidence=0.9, explanation="<b>", evidence=(passage(),))
        return (claim,) if verdict else ()


def draft(**changes: Any) -> CitationCase:
    """A sound citation case, with changes."""
    plain: dict[str, Any] = {
        "id": "c1",
        "text": "《计划》一规定认证100家以上产教融合型企业。",
        "doc": "900",
        "reference": "一",
        "quote": None,
        "verdict": "supported",
        "gold_quotes": [{"doc": "900", "quote": "认证100家以上产教融合型企业"}],
    }
    return CitationCase.model_validate(plain | changes)
