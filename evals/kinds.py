"""Fits the model of what kind of answer a question asks for (`rag.kind`) to question files.

    python -m evals.kinds evals/data/questions.jsonl --out rag/data/kinds.json

Eight folds, re-wordings of a question in one, say how often the kind is right of questions it has not seen, and of
those it is sure of.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.cases import Case, CaseError, load_cases
from rag.kind import SURE, KindModel, features_of

LEAST = 5  # questions that hold a feature
SHARE = 0.3  # value of a feature that a question holds: the smaller, the more a feature is held back
CAREFUL = 6.0  # inverse strength of regularisation
FOLDS = 8
_NO_KIND = frozenset({"followup", "unanswerable"})


def usable(cases: Sequence[Case]) -> list[Case]:
    """Return the questions that stand alone and whose kind is noted."""
    return [case for case in cases if case.answerable and not case.history and case.type not in _NO_KIND]


def fit(cases: Sequence[Case]) -> KindModel:
    """Return the model fitted to the questions."""
    from sklearn.linear_model import LogisticRegression

    held = [features_of(case.question) for case in cases]
    counts = Counter(feature for features in held for feature in features)
    features = {feature: row for row, feature in enumerate(sorted(f for f, n in counts.items() if n >= LEAST))}
    matrix = np.zeros((len(cases), len(features)))
    for row, seen in enumerate(held):
        matrix[row, [features[one] for one in seen if one in features]] = SHARE
    model = LogisticRegression(C=CAREFUL, max_iter=3000, class_weight="balanced").fit(
        matrix, [case.type for case in cases]
    )
    return KindModel(
        kinds=tuple(map(str, model.classes_)), features=features, weights=model.coef_.T * SHARE, bias=model.intercept_
    )


def unseen(cases: Sequence[Case]) -> tuple[float, float, float]:
    """Return the shares of unseen questions read rightly, read surely, and read rightly of the sure ones."""
    from sklearn.model_selection import GroupKFold

    clusters = [case.cluster for case in cases]
    read: list[tuple[bool, bool]] = []
    for known, new in GroupKFold(FOLDS).split(clusters, groups=clusters):
        model = fit([cases[at] for at in known])
        for at in new:
            kind, probability = model.likeliest(cases[at].question)
            read.append((kind == cases[at].type, probability >= SURE))
    sure = [right for right, certain in read if certain]
    return float(np.mean([right for right, _ in read])), len(sure) / len(read), float(np.mean(sure)) if sure else 0.0


def write(model: KindModel, path: Path) -> None:
    """Write a model as JSON: thousandths, one line a feature."""
    rows = ",\n".join(
        f"{json.dumps(feature, ensure_ascii=False)}: {_thousandths(model.weights[row])}"
        for feature, row in model.features.items()
    )
    path.write_text(
        f'{{"kinds": {json.dumps(model.kinds)},\n"bias": {_thousandths(model.bias)},\n"features": {{\n{rows}\n}}}}\n',
        encoding="utf8",
    )


def _thousandths(values: NDArray[np.float64]) -> str:
    return json.dumps(np.round(values * 1000).astype(int).tolist())


def main(argv: Sequence[str] | None = None) -> int:
    """Fit, print the shares and write the model; 1 when a question file cannot be used."""
    parser = argparse.ArgumentParser(description="按问题文件拟合问题的类别")
    parser.add_argument("questions", nargs="+", type=Path, metavar="QUESTIONS.jsonl")
    parser.add_argument("--out", type=Path, metavar="kinds.json")
    options = parser.parse_args(argv)
    try:
        cases = usable([case for path in options.questions for case in load_cases(path)])
    except CaseError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    right, sure, right_of_sure = unseen(cases)
    model = fit(cases)
    sys.stdout.write(
        f"{len(cases)} 题，{len(model.features)} 个特征；未见过的题判对 {right:.3f}，"
        f"其中有把握的 {sure:.3f}，判对 {right_of_sure:.3f}\n"
    )
    if options.out is not None:
        write(model, options.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
