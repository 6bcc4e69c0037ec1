"""From a question and a system's result to numbers: every metric of one question in one place.

A number is None where its metric does not apply (no gold departments, nothing cited); a failed result has the worst
value where it does.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from evals.cases import Case, source_file_of
from evals.metrics.clauses import Citations, clause_citations
from evals.metrics.correctness import correct
from evals.metrics.departments import responsible_units
from evals.metrics.facts import Facts, key_facts
from evals.metrics.grounding import ungrounded_values
from evals.metrics.retrieval import CUTS, retrieval
from evals.metrics.spans import character_spans
from evals.records import Reply, Result
from evals.wording import folded, places_of
from ingest.departments import Departments

Numbers = Mapping[str, float | None]


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A number of the report."""

    name: str
    title: str
    better: str  # high | low | neither
    about: str
    share: bool = True  # from 0 to 1, shown in per cent


METRICS: tuple[Metric, ...] = (
    Metric(name="correct", title="答对率", better="high", about="要点齐全、没有错误说法、不过长；无答案的题如实说没有"),
    Metric(name="correct_cited", title="答对且出处齐全", better="high", about="可回答的题：答对且依据都引到"),
    Metric(name="fact_recall", title="要点召回", better="high", about="必须说到的要点说到了几成"),
    Metric(name="conflict", title="说错率", better="low", about="出现了不该有的说法的题所占比例"),
    Metric(name="cite_precision", title="引用准确率", better="high", about="引用的条款中正确的比例，编造的算错"),
    Metric(name="cite_recall", title="引用召回率", better="high", about="应引的依据引到了几成"),
    Metric(name="cite_f1", title="引用 F1", better="high", about="引用准确率与召回率的调和平均，逐题平均"),
    Metric(name="invented", title="编造引用", better="low", about="引用中条款不存在或文字对不上的比例，必须为 0"),
    Metric(name="literal", title="引文保真", better="high", about="引文与原文逐字相同的比例，必须为 1"),
    Metric(name="span_precision", title="字符准确率", better="high", about="引文字符中落在应引文字里的比例"),
    Metric(name="span_recall", title="字符召回率", better="high", about="应引文字被引文盖住的比例"),
    Metric(name="over_quote", title="引文长度比", better="neither", about="引文字数是应引字数的几倍", share=False),
    Metric(name="unit_f1", title="部门 F1", better="high", about="责任单位按规范名称比对"),
    Metric(name="unit_exact", title="部门全对", better="high", about="责任单位一个不多、一个不少"),
    Metric(name="unit_strict_f1", title="部门 F1（含角色）", better="high", about="牵头、配合也要对"),
    Metric(name="ungrounded", title="无依据数值", better="low", about="数字、日期、部门在所引条款中找不到的比例"),
    Metric(name="false_abstain", title="误拒率", better="low", about="有答案却说没有"),
    Metric(name="abstain_right", title="拒答率（无答案题）", better="high", about="没有答案的题如实说没有"),
    *(
        Metric(name=f"recall_{k}", title=f"检索 R@{k}", better="high", about=f"前 {k} 条里找到了几成依据")
        for k in CUTS
    ),
    Metric(name="complete_5", title="检索 All@5", better="high", about="前 5 条里依据齐全的题所占比例"),
    Metric(name="reciprocal_rank", title="检索 MRR@10", better="high", about="第一处依据名次的倒数"),
    Metric(name="ndcg", title="检索 nDCG@10", better="high", about="排序质量，理想值包括没找到的依据"),
    Metric(name="stray", title="串文件率", better="low", about="前 5 条来自不相干文件的比例"),
    Metric(name="answer_chars", title="答案字数", better="neither", about="不计空白", share=False),
)  # fmt: skip
METRIC: Mapping[str, Metric] = {metric.name: metric for metric in METRICS}


@dataclass(frozen=True, kw_only=True)
class Scored:
    """One question's numbers, and what a person wants to see of them."""

    case: Case
    result: Result
    numbers: Numbers
    missing: tuple[str, ...] = ()  # facts not said
    wrong: tuple[str, ...] = ()  # said, but must not
    uncited: tuple[str, ...] = ()  # gold quotes that no citation holds
    ungrounded: tuple[str, ...] = ()

    @property
    def correct(self) -> bool:
        """Whether the answer is right."""
        return self.numbers["correct"] == 1.0

    @property
    def abstained(self) -> bool:
        """Whether the system said that it cannot answer."""
        return self.result.reply is not None and self.result.reply.abstained


class Scorer:
    """Scores results against gold; `texts` are the documents by source file, `docs` the file of each quote's doc."""

    def __init__(
        self, *, texts: Mapping[str, str], docs: Mapping[str, str], departments: Departments | None = None
    ) -> None:
        self._texts = texts
        self._docs = dict(docs)
        self._departments = departments or Departments.load()

    def score(self, case: Case, result: Result) -> Scored:
        """Score one result."""
        groups = [[folded(quote.quote) for quote in gold.quotes] for gold in case.gold_quotes]
        reply = result.reply or Reply(status="error", answer="", confidence=0.0)
        facts = key_facts(reply.answer, case.must_include, case.must_not_include)
        cited = clause_citations(reply.citations, groups)
        grounding = ungrounded_values(reply.answer, reply.citations, self._departments)
        numbers: dict[str, float | None] = dict.fromkeys(METRIC)
        numbers |= self._answer(case, result, reply, facts, cited)
        numbers |= self._hits(case, result, groups)
        if not reply.abstained:
            numbers["ungrounded"] = grounding.rate
        return Scored(
            case=case,
            result=result,
            numbers=numbers,
            missing=facts.missing,
            wrong=facts.wrong,
            uncited=tuple(_first_quote(case, at) for at in _missed(groups, cited)),
            ungrounded=() if reply.abstained else grounding.ungrounded,
        )

    def _answer(
        self, case: Case, result: Result, reply: Reply, facts: Facts, cited: Citations
    ) -> dict[str, float | None]:
        right = not result.error and correct(
            kind=case.type,
            answerable=case.answerable,
            abstained=reply.abstained,
            fact_recall=facts.recall,
            conflicts=len(facts.wrong),
            answer_chars=facts.answer_chars,
        )
        numbers: dict[str, float | None] = {"correct": float(right)}
        if cited.cited:
            numbers["invented"] = cited.invented / cited.cited
            numbers["literal"] = sum(cite.literal for cite in reply.citations) / len(reply.citations)
        if result.error or not case.answerable:
            # a failed answer to an unanswerable question cites nothing, and yet is no clean abstention
            numbers["cite_f1"] = 0.0 if result.error else cited.f1
        if not case.answerable:
            return numbers | {"abstain_right": float(reply.abstained)}
        return numbers | {
            "correct_cited": float(right and cited.recall == 1.0),
            "fact_recall": facts.recall,
            "conflict": float(bool(facts.wrong)),
            "answer_chars": float(facts.answer_chars),
            "cite_precision": cited.precision,
            "cite_recall": cited.recall,
            "cite_f1": cited.f1,
            "false_abstain": float(reply.abstained),
            **self._spans(case, reply),
            **self._units(case, reply),
        }

    def _spans(self, case: Case, reply: Reply) -> dict[str, float | None]:
        groups = [
            [
                (file, start, end)
                for quote in gold.quotes
                if (file := source_file_of(quote.doc, list(self._texts), self._docs)) is not None
                for start, end in places_of(quote.quote, self._texts[file])
            ]
            for gold in case.gold_quotes
        ]
        found = character_spans([(cite.source_file, cite.start, cite.end) for cite in reply.citations], groups)
        if found is None:
            return {}
        return {"span_precision": found.precision, "span_recall": found.recall, "over_quote": found.over_quote}

    def _units(self, case: Case, reply: Reply) -> dict[str, float | None]:
        if case.type != "responsible_units":
            return {}
        quotes = [gold.quote for gold in case.gold_quotes]
        units = responsible_units(reply.answer, case.must_include, quotes, self._departments)
        if units is None:
            return {}
        return {"unit_f1": units.f1, "unit_exact": units.exact, "unit_strict_f1": units.strict_f1}

    def _hits(self, case: Case, result: Result, groups: Sequence[Sequence[str]]) -> dict[str, float | None]:
        if not case.for_search:
            return {}
        docs = {quote.doc for gold in case.gold_quotes for quote in gold.quotes}
        files = {source_file_of(doc, list(self._texts), self._docs) for doc in docs}
        found = retrieval(result.hits, groups, frozenset(file for file in files if file))
        return {
            **{f"recall_{k}": found.recall[k] for k in CUTS},
            "complete_5": found.complete[5],
            "reciprocal_rank": found.reciprocal_rank,
            "ndcg": found.ndcg,
            "stray": found.stray,
        }


def _missed(groups: Sequence[Sequence[str]], cited: Citations) -> list[int]:
    missing = set(cited.missing)
    return [at for at, group in enumerate(groups) if group[0] in missing]


def _first_quote(case: Case, at: int) -> str:
    return " ".join(case.gold_quotes[at].quote.split())


def values_of(scored: Sequence[Scored], metric: str) -> tuple[list[float], list[str]]:
    """(values, clusters) of a metric over the questions to which it applies."""
    pairs = [(value, one.case.cluster) for one in scored if (value := one.numbers[metric]) is not None]
    return [value for value, _ in pairs], [cluster for _, cluster in pairs]


def by(scored: Sequence[Scored], key: Callable[[Case], str]) -> dict[str, list[Scored]]:
    """Scored questions by something of their case, in order of its name."""
    found: dict[str, list[Scored]] = {}
    for one in scored:
        found.setdefault(key(one.case), []).append(one)
    return dict(sorted(found.items()))
