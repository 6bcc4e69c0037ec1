"""What kind of answer the wording of a question asks for, learned: a second reading beside `rag.question`'s wordings.

Those are exact where they speak, but people ask in ever other words. A logistic regression over a question's single
characters and pairs of them, fitted to questions whose kind their writers noted (`python -m evals.kinds`, which
writes rag/data/kinds.json), reads the rest. It counts when it is sure and the question has what such an answer needs.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rag.question import Intent, asks_holder
from rag.terms import fold

SURE = 0.6  # probability from which the learned reading counts: some nine in ten of such readings are right
_SPEAKS_OF_TIME = re.compile(r"[时天年月日久期周号早晚几段]|何")
_HOW_MUCH = re.compile(r"(?:几[年月天个名项所次]|多少|多[久长大高])(?!.*[吗么没不][？?]?$)")
TABLE = "table_lookup"  # the cell of a table: a kind that composers find by themselves, whatever else is asked
_KINDS = {
    "responsible_units": Intent.UNITS,
    "tasks_of_unit": Intent.TASKS,
    "figure": Intent.FIGURE,
    "deadline_or_time": Intent.TIME,
    "list": Intent.LIST,
    "measure": Intent.MEASURE,
    "definition": Intent.DEFINITION,
    "comparison": Intent.COMPARE,
    "yesno": Intent.YESNO,
    "clause_lookup": Intent.CLAUSE,
    TABLE: Intent.LIST,
}
# Readings by the wordings that stand, whatever was learned: their composers look for more than the kind.
_STANDING = {
    Intent.UNITS: frozenset(_KINDS) - {TABLE},
    Intent.TASKS: frozenset({"responsible_units"}),
    Intent.COMPARE: frozenset(_KINDS),
    Intent.FIGURE: frozenset({"deadline_or_time", "comparison", TABLE}),
    Intent.TIME: frozenset({"figure", "measure", "definition", TABLE}),
    Intent.DEFINITION: frozenset({"measure", "list"}),
    Intent.OPEN: frozenset({TABLE}),
}


@dataclass(frozen=True, kw_only=True)
class KindModel:
    """A linear model of the kinds of questions."""

    kinds: tuple[str, ...]
    features: dict[str, int]  # a character or a pair to its row of `weights`
    weights: NDArray[np.float64]  # (features, kinds)
    bias: NDArray[np.float64]  # (kinds,)

    def likeliest(self, question: str) -> tuple[str, float]:
        """Return the likeliest kind of a question and its probability (0..1)."""
        rows = [self.features[one] for one in features_of(question) if one in self.features]
        scores = self.bias + self.weights[rows].sum(axis=0)
        odds = np.exp(scores - scores.max())
        best = int(odds.argmax())
        return self.kinds[best], float(odds[best] / odds.sum())


def features_of(question: str) -> set[str]:
    """Return the characters and pairs of characters of a question, its two ends marked."""
    chars = ["^", *fold(question).rstrip("?。.!"), "$"]
    return {*chars[1:-1], *(one + other for one, other in pairwise(chars))}


@cache
def kind_model() -> KindModel:
    """Read the shipped model (rag/data/kinds.json): thousandths, one row a feature."""
    data = json.loads((files("rag") / "data" / "kinds.json").read_text(encoding="utf8"))
    return KindModel(
        kinds=tuple(data["kinds"]),
        features={feature: row for row, feature in enumerate(data["features"])},
        weights=np.array(list(data["features"].values())) / 1000,
        bias=np.array(data["bias"]) / 1000,
    )


def settled(read: Intent, question: str, *, names_unit: bool, names_clause: bool) -> Intent:
    """Return the kind of answer asked for, given what the wordings read; `names_…` say what the question names."""
    kind, probability = kind_model().likeliest(question)
    learned = _KINDS.get(kind)
    if learned is None or probability < SURE or kind in _STANDING.get(read, ()):
        return read
    if (learned is Intent.TASKS and not names_unit) or (learned is Intent.CLAUSE and not names_clause):
        return read
    if learned is Intent.YESNO and _HOW_MUCH.search(question):
        return read
    if learned is Intent.TIME and not _SPEAKS_OF_TIME.search(question):
        return read
    return read if learned is Intent.UNITS and asks_holder(question) else learned
