"""How sure an answer is: the share of answers like it that examiners would call right.

Of a sentence chosen from prose four things tell: how much of the question it holds, how far it stands ahead of every
other clause's best sentence, and which of the question's words the whole answer holds with its headings: their share
and their weight. Fitted by logistic regression to 1,306 answers to development questions, 93 of which have none.
Rows of tables and lists have no such rival: a straight line, fitted to 167 questions.
"""

from math import exp, log1p

BIAS, PER_COVERAGE, PER_LEAD, PER_SHARE, PER_WEIGHT = -3.92, 2.08, 0.236, 2.18, 0.521
MOST_LEAD = 5.0  # a greater lead tells no more
FLOOR = 0.6
SLOPE = 0.32
REFUSED = 0.5  # a refusal because no sentence fits: about half of them were right, the rest were other wordings


def of_passage(coverage: float, lead: float, share: float, weight: float) -> float:
    """Return the confidence (0..1) of an answer in sentences.

    `coverage` is the first sentence's share of the question's terms; `lead` its fit less the best fit of any other
    clause (may be negative); `share` (0..1) and `weight` (>= 0) those of the question's words that the answer holds.
    """
    told = PER_COVERAGE * coverage + PER_LEAD * min(lead, MOST_LEAD) + PER_SHARE * share + PER_WEIGHT * log1p(weight)
    return 1 / (1 + exp(-(BIAS + told)))


def of_coverage(coverage: float) -> float:
    """Return the confidence (0..1) of an answer that holds this share of the question's words."""
    return FLOOR + SLOPE * min(1.0, max(0.0, coverage))
