"""The reviewed clause trees of the five texts. `python -m tests.ingest.gold` writes them anew, for a review by diff."""

from pathlib import Path

from ingest.schema import SplitDocument
from tests.ingest.texts import ALL, corpus_text

FOLDER = Path(__file__).parent / "gold"


def tree(result: SplitDocument) -> str:
    """A line a clause: id, kind, label, how the own text begins and ends, responsible units."""
    lines = []
    for clause in result.clauses:
        own = clause.own.text.replace("\n", "⏎")
        shown = own if len(own) <= 30 else f"{own[:18]}…{own[-10:]}"
        units = "、".join(f"{u.name}{'' if u.role.value == '责任' else '/' + u.role.value}" for u in clause.units)
        depth = "  " * (len(clause.path) - 1)
        lines.append(
            f"{depth}{clause.id.removeprefix(result.document.id)} {clause.kind} {clause.label} | {shown} | {units}"
        )
    return "\n".join(line.rstrip(" |") for line in lines) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for document_id in ALL:
        (FOLDER / f"{document_id}.txt").write_text(tree(corpus_text(document_id)), encoding="utf-8")
