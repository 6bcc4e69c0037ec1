"""How sure an answer is: the share of answers like it that examiners would call right.

Of a sentence chosen from prose two things tell: how much of the question it holds, and how far it stands ahead of
every other clause's best sentence; a rare wording of the question lowers the first, not the second. Fitted by
logistic regression to 341 development questions (fresh ones, after which no rule was written, counted three times).
Rows of tables and lists have no such rival: a straight line, fitted to 167 questions.
"""

from math import exp

BIAS, PER_COVERAGE, PER_LEAD = -1.6, 4.4, 3.3
FLOOR = 0.6
SLOPE = 0.32
REFUSED = 0.5  # a refusal because no sentence fits: about half of them were right, the rest were other wordings


def of_passage(coverage: float, lead: float) -> float:
    """Return the confidence (0..1) of a sentence.

    `coverage` is its share of the question's words, `lead` its score less the best score of any other clause.
    """
    return 1 / (1 + exp(-(BIAS + PER_COVERAGE * coverage + PER_LEAD * lead)))


def of_coverage(coverage: float) -> float:
    """Return the confidence (0..1) of an answer that holds this share of the question's words."""
    return FLOOR + SLOPE * min(1.0, max(0.0, coverage))
