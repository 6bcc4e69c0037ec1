"""How much of a clause is shown: a sentence cut to what was asked, or a run of sentences that belong together."""

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.compose.material import Material, Passage, is_task_row, spans
from rag.compose.wanted import counts_of, met
from rag.terms import Terms

LONG = 110  # characters; a longer sentence is cut at ；
LONG_FOR_FIGURE = 60  # the same, where a figure or a date is asked for; such a sentence is cut at ， as well
TOO_LONG = 200  # what is still longer is cut at ，
KEPT_SHARE = 0.93  # of a sentence's coverage that the part shown must have
MAX_RUN = 520  # characters of an enumeration 一是……二是……

_FIRST_OF_MANY = re.compile(r"一是|第一，|首先，|一方面")
_LEAD = re.compile(r"[一二三四五六七八九十]是|第[一二三四五六七八九十]，")
MAX_LEAD = 40  # characters of a lead that says little by itself
_NEXT_OF_MANY = re.compile(r"(?:[二三四五六七八九十]是|第[二三四五六七八九十]，|其次，|再次，|最后，|另一方面)")

# Between parts that can stand alone / not 属于重大事故的，应当……, 共11人，其中……
_COMMA = re.compile(r"(?<!的)，(?!其中|并应|且)")

Span = tuple[int, int]


def trimmed(material: Material, passage: Passage, terms: Terms, needs: Sequence[re.Pattern[str]]) -> Passage:
    """Return a long sentence cut to neighbouring parts, first between ；, then between ，; a short one as it is.

    The part shown holds nearly what the whole sentence holds of the question, and every figure or date asked for
    (`needs`) that the whole sentence holds.
    """
    longest = LONG_FOR_FIGURE if needs else LONG
    if passage.end - passage.start <= longest or (passage.clause.cells and not is_task_row(passage.clause)):
        return passage
    parts = [(s, e) for s, e in spans(passage.clause, fine=True) if passage.start <= s and e <= passage.end]
    passage = _best_run(material, passage, terms, needs, parts, at_most=passage.end - passage.start)
    if not needs and passage.end - passage.start <= TOO_LONG:
        return passage
    return _best_run(material, passage, terms, needs, _between_commas(passage), at_most=TOO_LONG)


def with_body(first: Passage) -> Passage:
    """Return a short lead 四是…… (four words) with the sentences that say it at length, up to the next 五是."""
    sentences = spans(first.clause)
    texts = [first.clause.own.text[start:end] for start, end in sentences]
    at = next((i for i, (start, _) in enumerate(sentences) if start == first.start), None)
    if at is None or first.clause.cells or not _LEAD.match(texts[at]) or len(texts[at]) > MAX_LEAD:
        return first
    end = sentences[at][1]
    for (_, after), text in zip(sentences[at + 1 :], texts[at + 1 :], strict=True):
        if _LEAD.match(text) or after - first.start > TOO_LONG:
            break
        end = after
    return replace(first, end=end)


def leads_counted(first: Passage, question: str) -> list[Passage]:
    """Return the leads 一是……。 二是……。 of the clause when they are as many as the question asks for, else none."""
    places = [(start, end) for start, end in spans(first.clause) if end - start <= MAX_LEAD]
    leads = [(start, end) for start, end in places if _LEAD.match(first.clause.own.text[start:end])]
    if first.clause.cells or len(leads) < 2 or len(leads) not in counts_of(question):
        return []
    return [replace(first, start=start, end=end) for start, end in leads]


def enumeration(first: Passage) -> Passage | None:
    """Return the sentences 一是……二是…… as one passage when the chosen one opens or belongs to such a run."""
    sentences = spans(first.clause)
    texts = [first.clause.own.text[start:end] for start, end in sentences]
    at = next((i for i, (start, _) in enumerate(sentences) if start == first.start), None)
    if at is None or first.clause.cells:
        return None
    opening = next((i for i in range(at, -1, -1) if _FIRST_OF_MANY.search(texts[i])), None)
    if opening is None or any(not _NEXT_OF_MANY.match(texts[i]) for i in range(opening + 1, at + 1)):
        return None
    last = opening
    while last + 1 < len(texts) and _NEXT_OF_MANY.match(texts[last + 1]):
        last += 1
    start, end = sentences[opening][0], sentences[last][1]
    return replace(first, start=start, end=end) if last > opening and end - start <= MAX_RUN else None


def _between_commas(passage: Passage) -> list[Span]:
    starts = [passage.start, *(passage.start + match.end() for match in _COMMA.finditer(passage.text))]
    return list(zip(starts, [*starts[1:], passage.end], strict=True))


def _best_run(
    material: Material,
    passage: Passage,
    terms: Terms,
    needs: Sequence[re.Pattern[str]],
    parts: list[Span],
    *,
    at_most: int,
) -> Passage:
    """Return the shortest run of neighbouring parts that holds nearly what the whole holds, of `at_most` characters.

    When no such run is that short, the one that holds most is shown.
    """
    context = material.context(passage.clause)
    text = passage.clause.own.text
    wanted = met(needs, passage.text)
    enough = KEPT_SHARE * terms.coverage(passage.text, context)
    best = passage
    best_held = -1.0
    for size in range(1, len(parts) + 1):
        for i in range(len(parts) - size + 1):
            start, end = parts[i][0], parts[i + size - 1][1]
            if end - start > at_most or met(needs, text[start:end]) < wanted:
                continue
            held = terms.coverage(text[start:end], context)
            if held > best_held + 1e-9:
                best, best_held = replace(passage, start=start, end=end, coverage=held), held
        if best_held >= enough:
            break
    return best
