"""The items below a clause: （一）…… （二）…… after 下列条件：, and the paragraphs of an article."""

from collections.abc import Sequence

from ingest.schema import Clause
from rag.compose.material import Material
from rag.draft import Evidence, Statement


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


def announced(lead: Evidence, items: Sequence[Evidence]) -> Statement:
    """Return a sentence that announces items, with them, as 应当符合下列条件：（一）……；（二）……."""
    words = [" ".join(one.words.split()) for one in (lead, *items)]
    text = "".join(words).rstrip("；;，,、：: ")
    return Statement(text=text if text.endswith(("。", "！", "”", "）")) else text + "。", evidence=(lead, *items))
