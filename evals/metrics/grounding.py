"""Ungrounded values: numbers, dates and departments of an answer that none of its cited clauses holds; needs no gold.

rate = ungrounded values ÷ values      (an answer without values has no rate)

A citation counts with all that a reader sees of it: clause, quote, label, path, title, number and date. A list's own
numbers (1. 2. 3. before lines), an address (附件1第5项, 《…》) and a count of the answer's own citations
(共有2项, with two of them) are no values. This is written apart from the check that answers pass
before they are shown, and shares no code with it.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from evals.records import Passage
from evals.wording import without_marks
from ingest.departments import Departments

_DATE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日|(\d{4})-(\d{2})-(\d{2})")  # 2025年7月9日, 2025-07-09
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?%?")  # 1,200.5 ; 72.66%
_ADDRESS = re.compile(
    r"《[^》]*》|附件\s*\d+|第\s*\d+\s*[项条款章]|[表图]\s*\d+-\d+|案例\s*\d+-\d+"
)  # 附件1第5项, 表3-1; not: 5项, 选派代表100人
_COUNT = re.compile(r"共有?\s*(\d+)\s*[项条处]")  # 共有2项
_LIST_NUMBER = re.compile(r"^\s*(?:\d+[.、．]\s|[-*]\s)", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Grounding:
    """Values of one answer."""

    values: int
    ungrounded: tuple[str, ...]

    @property
    def rate(self) -> float | None:
        """Ungrounded ÷ values."""
        return len(self.ungrounded) / self.values if self.values else None


def ungrounded_values(answer: str, citations: Sequence[Passage], departments: Departments) -> Grounding:
    """Examine one answer against its own citations."""
    said = _ADDRESS.sub(" ", _LIST_NUMBER.sub("", without_marks(answer)))
    said = _COUNT.sub(lambda found: " " if int(found[1]) == len(citations) else found[0], said)
    sources = "\n".join("\n".join((cite.text, cite.quote, cite.label, cite.context)) for cite in citations)
    held = values_of(sources) | values_of("".join(sources.split())) | _units(sources, departments, family=True)
    values = values_of(said) | _units(said, departments)
    return Grounding(values=len(values), ungrounded=tuple(sorted(values - held)))


def values_of(text: str) -> set[str]:
    """The dates (as year-month-day) and numbers of a text; white space parts numbers, a table's cells stay apart."""
    plain = unicodedata.normalize("NFKC", text)
    dates = {"-".join(str(int(part)) for part in found if part) for found in _DATE.findall(plain)}
    return dates | {number.replace(",", "") for number in _NUMBER.findall(_DATE.sub(" ", plain))}


def _units(text: str, departments: Departments, *, family: bool = False) -> set[str]:
    names = {mention.name for mention in departments.find("".join(text.split()))}
    return {one for name in names for one in departments.family(name)} if family else names
