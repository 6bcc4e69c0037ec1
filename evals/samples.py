"""Samples in ragas' form, so that its users can go on from here: one JSON object a line.

Fields as in ragas' single-turn sample: user_input, retrieved_contexts, response, reference, reference_contexts.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from evals.files import write
from evals.scoring import Scored
from evals.wording import without_marks


def write_samples(file: Path, scored: Mapping[str, Sequence[Scored]]) -> None:
    """Write the samples of all systems; a field `system` says whose they are."""
    rows = [sample(system, one) for system, several in scored.items() for one in several]
    write(file, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def sample(system: str, one: Scored) -> dict[str, object]:
    """One question as a sample."""
    reply = one.result.reply
    return {
        "system": system,
        "id": one.case.id,
        "user_input": "\n".join((*one.case.history, one.case.question)),
        "response": without_marks(reply.answer) if reply else "",
        "retrieved_contexts": [hit.text for hit in one.result.hits],
        "reference": "；".join(fact[0] for fact in one.case.must_include) or "文件中没有答案。",
        "reference_contexts": [gold.quote for gold in one.case.gold_quotes],
    }
