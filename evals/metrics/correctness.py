"""Whether the answer is right as a whole.

correct(q) = every fact said and no wrong one said and not abstained and length ≤ limit   for an answerable question
           = abstained                                                                     for an unanswerable one

The limit keeps an answer from being right by saying everything; it depends on what is asked for.
"""

DEFAULT_LIMIT = 350
LIMITS = {
    "clause_lookup": 500,
    "list": 600,
    "measure": 600,
    "followup": 600,
    "tasks_of_unit": 1200,
    "comparison": 1200,
}  # characters without white space


def correct(
    *, kind: str, answerable: bool, abstained: bool, fact_recall: float, conflicts: int, answer_chars: int
) -> bool:
    """Whether one answer is right."""
    if not answerable:
        return abstained
    short = answer_chars <= LIMITS.get(kind, DEFAULT_LIMIT)
    return not abstained and fact_recall == 1.0 and conflicts == 0 and short
