"""Fits the weights by which a sentence is chosen (`rag.compose.choice.WEIGHTS`) to question files.

    python -m evals.fit evals/data/questions.jsonl

A pair is a sentence that holds every fact asked for, in a clause with the gold words, and one that does not. Logistic
regression over the differences of their signs; five folds, re-wordings of a question in one, say how often the best
sentence is right with weights that have not seen the question, beside the weights of today.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.config import Settings
from evals.cases import Case, CaseError, load_cases
from evals.wording import folded, holds
from rag.answer import Assistant, open_assistant
from rag.compose.choice import WEIGHTS, Signs, signs
from rag.errors import RagError

RIVALS = 25  # sentences that do not answer, of each question: the best ones by today's weights
CAREFUL = 0.3  # inverse strength of regularisation
FOLDS = 5
# Kinds that are not answered by a sentence of prose.
_OTHERWISE = frozenset(
    {"responsible_units", "tasks_of_unit", "document_meta", "clause_lookup", "comparison", "table_lookup", "followup"}
)


@dataclass(frozen=True, kw_only=True)
class Example:
    """A question's sentences: what speaks for each, (sentences, signs), and which of them answer."""

    cluster: str
    signs: NDArray[np.float64]
    right: NDArray[np.bool_]


def examples(assistant: Assistant, cases: Sequence[Case]) -> Iterator[Example]:
    """Give the questions that some sentence answers whole."""
    for case in cases:
        if not case.answerable or case.history or case.type in _OTHERWISE:
            continue
        seen = signs(assistant.material(case.question))
        if not seen:
            continue
        gold = [folded(quote.quote) for group in case.gold_quotes for quote in group.quotes]
        right = [
            any(words in folded(passage.clause.own.text) for words in gold)
            and _answers(folded(passage.text), case, gold)
            for passage, _ in seen
        ]
        if any(right):
            yield Example(
                cluster=case.cluster, signs=np.array([list(row) for _, row in seen]), right=np.array(right, dtype=bool)
            )


def _answers(sentence: str, case: Case, gold: Sequence[str]) -> bool:
    if case.must_include:
        return all(any(holds(sentence, fact) for fact in facts) for facts in case.must_include)
    return any(words in sentence or sentence in words for words in gold)


def fit(chosen: Sequence[Example]) -> NDArray[np.float64]:
    """Return the weights, one a sign, that tell the sentences that answer from those that do not."""
    from sklearn.linear_model import LogisticRegression

    pairs = np.vstack([_pairs(example) for example in chosen])
    scale = pairs.std(axis=0)
    scale[scale == 0] = 1.0
    both = np.vstack([pairs, -pairs]) / scale
    model: Any = LogisticRegression(C=CAREFUL, fit_intercept=False, max_iter=500)
    model.fit(both, np.repeat([1, 0], len(pairs)))
    weights: NDArray[np.float64] = model.coef_[0] / scale
    return weights


def _pairs(example: Example) -> NDArray[np.float64]:
    order = np.argsort(-(example.signs @ np.array(WEIGHTS)), kind="stable")
    right = [at for at in order if example.right[at]][:2]
    rivals = [at for at in order if not example.right[at]][:RIVALS]
    return np.array([example.signs[one] - example.signs[other] for one in right for other in rivals]).reshape(
        -1, len(Signs._fields)
    )


def share_right(weights: NDArray[np.float64], chosen: Sequence[Example]) -> float:
    """Return the share of questions whose best sentence by the weights answers."""
    return float(np.mean([example.right[int(np.argmax(example.signs @ weights))] for example in chosen]))


def unseen(chosen: Sequence[Example]) -> float:
    """Return the share right when each question is judged by weights fitted without it and its re-wordings."""
    from sklearn.model_selection import GroupKFold

    clusters = [example.cluster for example in chosen]
    hits = 0.0
    for known, new in GroupKFold(FOLDS).split(clusters, groups=clusters):
        held = [chosen[at] for at in new]
        hits += share_right(fit([chosen[at] for at in known]), held) * len(held)
    return hits / len(chosen)


def main(argv: Sequence[str] | None = None) -> int:
    """Print weights and shares; 1 when the index or a question file cannot be used."""
    parser = argparse.ArgumentParser(description="按问题文件拟合选句的权重")
    parser.add_argument("questions", nargs="+", type=Path, metavar="QUESTIONS.jsonl")
    options = parser.parse_args(argv)
    settings = Settings()
    try:
        cases = [case for path in options.questions for case in load_cases(path)]
        assistant = open_assistant(
            data_dir=settings.data_dir, embedding_model=settings.embedding_model, llm=None, with_chroma=False
        )
    except (CaseError, RagError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    chosen = list(examples(assistant, cases))
    weights = fit(chosen)
    sys.stdout.write(
        f"{len(chosen)} 题；首句正确：现有权重 {share_right(np.array(WEIGHTS), chosen):.3f}，"
        f"新权重 {share_right(weights, chosen):.3f}，未见过的题 {unseen(chosen):.3f}\n"
        + "，".join(f"{name}={weight:.2f}" for name, weight in zip(Signs._fields, weights, strict=True))
        + "\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
