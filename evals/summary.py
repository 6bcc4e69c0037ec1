"""A system's figures over all questions: means with intervals, and what only makes sense over many questions."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from evals.metrics.abstention import NO_ANSWER, Abstention, Point, at_threshold, augrc, risk_coverage
from evals.metrics.clauses import clause_citations
from evals.metrics.consistency import Consistency, Member, group_consistency
from evals.metrics.conversation import Conversation, conversation
from evals.metrics.cost import Latency, latency
from evals.metrics.statistics import Estimate, Paired, bootstrap, holm, paired, wilson
from evals.scoring import METRIC, METRICS, Scored, by, values_of
from evals.wording import folded

COMPARED = ("correct", "correct_cited", "fact_recall", "cite_f1", "recall_1", "recall_5")


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What one system did with one set of questions."""

    system: str
    questions: int
    failed: int
    means: Mapping[str, Estimate | None]
    by_type: Mapping[str, Estimate | None]  # share of right answers
    by_style: Mapping[str, Estimate | None]
    micro_precision: float | None  # of citations, over all answerable questions
    micro_recall: float | None
    abstention: Abstention
    abstention_precision_interval: tuple[float, float]
    abstention_recall_interval: tuple[float, float]
    curve: Sequence[Point]
    augrc: float
    consistency: Mapping[str, Consistency]
    conversation: Conversation
    answer_latency: Latency | None
    search_latency: Latency | None
    statuses: Mapping[str, int]  # "answerable answered" -> questions

    @property
    def worst_jaccard(self) -> float | None:
        """Mean over the groups of re-wordings of the worst pair's overlap."""
        found = [group.worst_jaccard for group in self.consistency.values()]
        return sum(found) / len(found) if found else None

    @property
    def abstain_flips(self) -> int:
        """Groups of which some wordings were abstained from and others not."""
        return sum(group.abstain_flip for group in self.consistency.values())

    @property
    def correct_flips(self) -> int:
        """Groups of which some wordings were answered rightly and others not."""
        return sum(group.correct_flip for group in self.consistency.values())


def summarise(system: str, scored: Sequence[Scored]) -> Summary:
    """Put a system's scored questions together."""
    abstention = at_threshold([(one.case.answerable, one.abstained) for one in scored])
    curve = risk_coverage([(_confidence(one), 1.0 - float(one.correct and not one.abstained)) for one in scored])
    right, cited, hit, groups = _micro(scored)
    return Summary(
        system=system,
        questions=len(scored),
        failed=sum(bool(one.result.error) for one in scored),
        means={metric.name: bootstrap(*values_of(scored, metric.name), share=metric.share) for metric in METRICS},
        by_type={kind: bootstrap(*values_of(part, "correct")) for kind, part in by(scored, lambda c: c.type).items()},
        by_style={kind: bootstrap(*values_of(part, "correct")) for kind, part in by(scored, lambda c: c.style).items()},
        micro_precision=right / cited if cited else None,
        micro_recall=hit / groups if groups else None,
        abstention=abstention,
        abstention_precision_interval=wilson(abstention.rightly, abstention.abstained),
        abstention_recall_interval=wilson(abstention.rightly, abstention.unanswerable),
        curve=curve,
        augrc=augrc(curve),
        consistency=_consistency(scored),
        conversation=conversation(
            [(len(one.case.history), float(one.correct)) for one in scored if one.case.answerable]
        ),
        answer_latency=latency([one.result.answer_s for one in scored if not one.result.error]),
        search_latency=latency([one.result.search_s for one in scored if not one.result.error]),
        statuses=_statuses(scored),
    )


def comparisons(
    base: Sequence[Scored], others: Mapping[str, Sequence[Scored]]
) -> dict[tuple[str, str], tuple[Paired, float]]:
    """(system, metric) -> its paired difference from the base and Holm's p over all of them."""
    found: dict[tuple[str, str], Paired] = {}
    for name, scored in others.items():
        for metric in COMPARED:
            result = compare_metric(base, scored, metric)
            if result is not None:
                found[name, metric] = result
    adjusted = holm([result.p for result in found.values()])
    return {key: (result, p) for (key, result), p in zip(found.items(), adjusted, strict=True)}


def compare_metric(a: Sequence[Scored], b: Sequence[Scored], metric: str) -> Paired | None:
    """Paired difference b - a over the questions that both have, alike in content, and the metric applies to."""
    before = {one.case.content: one for one in a}
    values = [
        (x, y, one.case.cluster)
        for one in b
        if one.case.content in before
        and (x := before[one.case.content].numbers[metric]) is not None
        and (y := one.numbers[metric]) is not None
    ]
    share = METRIC[metric].share
    return paired([x for x, _, _ in values], [y for _, y, _ in values], [at for _, _, at in values], share=share)


def as_json(summary: Summary) -> dict[str, object]:
    """A summary for programs."""
    plain = asdict(summary)
    plain["worst_jaccard"] = summary.worst_jaccard
    plain["abstain_flips"] = summary.abstain_flips
    plain["correct_flips"] = summary.correct_flips
    return plain


def _confidence(one: Scored) -> float:
    return one.result.reply.confidence if one.result.reply and not one.abstained else NO_ANSWER


def _micro(scored: Sequence[Scored]) -> tuple[int, int, int, int]:
    """Sums over the answerable questions: right citations, citations, groups hit, groups."""
    right = cited = hit = groups = 0
    for one in scored:
        if one.case.answerable:
            gold = [[folded(quote.quote) for quote in item.quotes] for item in one.case.gold_quotes]
            counts = clause_citations(one.result.reply.citations if one.result.reply else (), gold)
            right, cited = right + counts.right, cited + counts.cited
            hit, groups = hit + counts.hit, groups + counts.groups
    return right, cited, hit, groups


def _consistency(scored: Sequence[Scored]) -> dict[str, Consistency]:
    members = by([one for one in scored if one.case.group], lambda case: case.group or "")
    return {
        name: group_consistency(
            [
                Member(
                    cited=frozenset(cite.clause_id for cite in one.result.reply.citations)
                    if one.result.reply
                    else frozenset(),
                    abstained=one.abstained,
                    correct=one.correct,
                )
                for one in group
            ]
        )
        for name, group in members.items()
        if len(group) > 1
    }


def _statuses(scored: Sequence[Scored]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in scored:
        status = one.result.reply.status if one.result.reply else "error"
        key = f"{'answerable' if one.case.answerable else 'unanswerable'} {status}"
        counts[key] = counts.get(key, 0) + 1
    return counts
