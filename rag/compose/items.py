"""The items below a clause: （一）…… （二）…… after 下列条件：, and the paragraphs of an article."""

import re
from collections.abc import Sequence

from ingest.schema import Clause, Kind
from rag.compose.material import Material, Passage, spans
from rag.compose.wanted import counts_of
from rag.draft import Evidence, Statement

_STOPS = tuple("；;。：:，,、！")
_FOLLOWING = re.compile(r"以下|下列|如下")
_ANNOUNCES = re.compile(r"(?:以下|下列|如下).*[：:]\s*$", re.DOTALL)
MAX_LEAD = 200  # characters of a sentence that announces items


def items_below(clause: Clause, material: Material, room: int) -> list[Evidence]:
    """Return what stands below a clause without headings of its own, in order, as far as `room` characters go."""
    found: list[Evidence] = []
    for child in material.library.children(clause.id):
        if child.heading or child.cells:
            return []
        below = [Evidence.whole(child), *items_below(child, material, room)]
        room -= sum(one.end - one.start for one in below)
        if room < 0:
            break
        found += below
    return found


def titles_below(passage: Passage, material: Material) -> list[Evidence]:
    """Return the titles of what stands below a sentence that counts it: 分为以下四个项目; [] for any other sentence."""
    if _FOLLOWING.search(passage.text) is None:
        return []
    below = material.library.children(passage.clause.id)
    titled = [child for child in below if child.heading and child.own.text.startswith(child.heading)]
    if len(titled) < len(below) or len(below) not in counts_of(passage.text):
        return []
    return [Evidence(clause=child, start=0, end=len(child.heading)) for child in titled]


def lead_above(clause: Clause, material: Material) -> Evidence | None:
    """Return the sentence that announces an item with a colon (有下列行为之一的，责令改正：), None where none does."""
    if clause.kind not in (Kind.ITEM, Kind.SUBITEM, Kind.LAW_ITEM) or clause.cells or clause.parent_id is None:
        return None
    parent = material.library.clause(clause.parent_id)
    above = [span for span in spans(parent) if parent.own.source_span(*span)[0] < clause.start]
    *_, (start, end) = [(0, 0), *above]
    lead = Evidence(clause=parent, start=start, end=end)
    announces = not parent.cells and _ANNOUNCES.search(lead.words) is not None
    return lead if announces and end - start <= MAX_LEAD else None


def announced(lead: Evidence, items: Sequence[Evidence]) -> Statement:
    """Return a sentence that announces items, with them, as 应当符合下列条件：（一）……；（二）……."""
    words = [" ".join(one.words.split()) for one in (lead, *items)]
    text = "".join(part if part.endswith(_STOPS) else f"{part}；" for part in words).rstrip("；;，,、：: ")
    return Statement(text=text if text.endswith(("。", "！", "”", "）")) else text + "。", evidence=(lead, *items))
