"""How sure an answer is: the share of answers like it that examiners would call right.

Fitted by a straight line to 167 answered questions of evals/data, at a time when rules had been written after half of
them (right by must_include and length; coverage .3: .75, .5: .78, .7: .83, .9 and above: .92).
"""

FLOOR = 0.6
SLOPE = 0.32
REFUSED = 0.5  # a refusal because no sentence fits: about half of them were right, the rest were other wordings


def of_coverage(coverage: float) -> float:
    """Return the confidence (0..1) of an answer that holds this share of the question's words."""
    return FLOOR + SLOPE * min(1.0, max(0.0, coverage))
