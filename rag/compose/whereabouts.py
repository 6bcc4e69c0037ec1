"""Where something is written: 写在哪一条, 出自第几项, which are answered by a clause's number and heading."""

import re

from rag.compose.choice import fitting
from rag.compose.clause import closed
from rag.compose.material import Material, Passage, title_of, without_number
from rag.compose.naming import numbered
from rag.compose.trim import trimmed
from rag.confidence import of_passage
from rag.draft import Draft, Statement
from rag.schema import Status

ENOUGH = 0.55  # confidence below which no clause is named
_WHERE = re.compile(
    r"(?:哪|第几)(?:一?个?)(?:条(?:款|文)?|项|款|小?节|部分|章|段|点|小标题)(?!任务|工作|措施|政策|负责|由|让|要)"
    r"(?:里|中|上|下)?(?:面|头)?(?:写|说|讲|提|规定|列)?(?:的|到的|了|过)?(?:来着)?[呀啊呢吗]?[？?。 ]*$"
    r"|(?:哪一?个?|第几)(?:条(?:款|文)?|项|款|小?节|部分|章|段)(?:里|中)?(?:面|头)?(?:(?:写|说|讲|提|规定|列)(?:的|到|了|过|明)|要求(?!是|有))|哪一?个案例"
)


def compose_whereabouts(material: Material) -> Draft | None:
    """Return the clause that holds what the question speaks of, by its number and heading; None for other questions."""
    understanding = material.understanding
    if understanding.references or not _WHERE.search(understanding.put):
        return None
    passages = [passage for passage in fitting(material) if passage.clause.label]
    if not passages:
        return None
    first = passages[0]
    twins = {first.clause.id, *first.clause.twins}
    first = next((p for p in passages if p.clause.id in twins and title_of(p.clause) and not p.clause.cells), first)
    terms = understanding.terms
    share, weight = terms.told(first.text, material.context(first.clause))
    sure = of_passage(first.coverage, 0.0, share, weight)
    return (
        Draft(status=Status.ANSWERED, statements=[_said(first, material)], confidence=sure) if sure >= ENOUGH else None
    )


def _said(passage: Passage, material: Material) -> Statement:
    """Return 《某意见》第（二）条“题目”：the words that are meant."""
    clause = passage.clause
    title = title_of(clause)
    where = f"《{material.document(clause).title}》{numbered(clause)}" + (f"“{title}”" if title else "") + "："
    shown = trimmed(material, passage, material.understanding.terms, ())
    return Statement(
        text=where + closed(without_number(" ".join(shown.text.split()))), evidence=(shown.evidence,), frame=(where,)
    )
