"""How a clause is named in an answer: its place, and the words that say what it is about."""

from ingest.normalize import sentences
from ingest.schema import Clause, Kind
from ingest.split.units import names_duty
from rag.compose.material import Material, task_cell, title_of

LONGEST = 90  # characters of the part of a task that was asked about
BRIEF = 60  # characters of a task in a list
_TITLED = frozenset({Kind.SECTION, Kind.SUBSECTION, Kind.ITEM, Kind.ARTICLE, Kind.CASE})


def place(clause: Clause, material: Material) -> str:
    """Return the place as a person would cite it: 附件2第6项, with its document unless the question names just one."""
    if len(material.understanding.document_ids) == 1:
        return clause.label
    return f"《{material.document(clause).title}》{clause.label}"


def numbered(clause: Clause) -> str:
    """Return a clause's label before a colon: a section's own 、 (一、) is left out."""
    return clause.label.rstrip("、")


def brief(clause: Clause, longest: int = BRIEF) -> str:
    """Return the first words of a clause that say what it is about: its title, else its text up to the first stop."""
    if clause.cells:
        text = task_words(clause)
    elif clause.kind in _TITLED and title_of(clause):
        text = title_of(clause)
    else:
        text = clause.own.text
    return brief_text(text, longest)


def brief_text(text: str, longest: int) -> str:
    """Return a text up to the first stop, at most so many characters."""
    end = min((at for mark in "。；" if (at := text.find(mark)) > 0), default=len(text))
    return text[: min(end, longest)] + ("……" if end > longest else "")


def part_asked(clause: Clause, material: Material) -> str:
    """Return the part of a task between ； and 。 that holds most of the question, its title if no part holds more."""
    terms = material.understanding.terms
    text = task_words(clause)
    parts = [text[start:end] for start, end in sentences(text, clauses=True)]
    best = max((part for part in parts if not names_duty(part)), key=terms.coverage, default="")
    if not best or terms.coverage(best) <= terms.coverage(brief(clause)):
        return brief(clause)
    plain = " ".join(best.split()).strip("。；;，, ")
    if len(plain) <= LONGEST:
        return plain
    cut = plain.rfind("，", 0, LONGEST)
    return plain[: cut if cut > 0 else LONGEST] + "……"


def task_words(clause: Clause) -> str:
    """Return a task's own words: of a table row its task."""
    return task_cell(clause) or clause.own.text
