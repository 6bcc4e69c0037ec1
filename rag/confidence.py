"""How sure an answer is: the share of answers like it that examiners would call right.

Of a sentence chosen from prose three things tell: how much of the question it holds, how far it stands ahead of every
other clause's best sentence, and how much of the question's words its clause lacks altogether. Fitted by logistic
regression to 505 development questions (172 fresh ones counted twice).
Rows of tables and lists have no such rival: a straight line, fitted to 167 questions.
"""

from math import exp

BIAS, PER_COVERAGE, PER_LEAD, PER_LACK = 0.71, 0.69, 0.294, -1.97
MOST_LEAD = 5.0  # a greater lead tells no more
FLOOR = 0.6
SLOPE = 0.32
REFUSED = 0.5  # a refusal because no sentence fits: about half of them were right, the rest were other wordings


def of_passage(coverage: float, lead: float, lack: float) -> float:
    """Return the confidence (0..1) of a sentence.

    `coverage` is its share of the question's terms; `lead` its fit less the best fit of any other clause (may be
    negative); `lack` the share (0..1) of the question's words that its clause and headings do not hold.
    """
    return 1 / (1 + exp(-(BIAS + PER_COVERAGE * coverage + PER_LEAD * min(lead, MOST_LEAD) + PER_LACK * lack)))


def of_coverage(coverage: float) -> float:
    """Return the confidence (0..1) of an answer that holds this share of the question's words."""
    return FLOOR + SLOPE * min(1.0, max(0.0, coverage))
