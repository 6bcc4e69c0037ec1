"""An answer before it is verified: statements and the words of the clauses that they rest on."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.schema import Clause
from rag.schema import Status


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Words of a clause: `clause.own.text[start:end]`."""

    clause: Clause
    start: int
    end: int

    @property
    def words(self) -> str:
        """The words themselves."""
        return self.clause.own.text[self.start : self.end]

    @classmethod
    def whole(cls, clause: Clause) -> "Evidence":
        """The clause's own text from its first to its last character that is no white space."""
        text = clause.own.text
        return cls(clause=clause, start=len(text) - len(text.lstrip()), end=len(text.rstrip()))


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One sentence of an answer and what it rests on.

    `counted` are numbers that the sentence derives by counting its own evidence (共2项); every other number must
    stand in the evidence. `frame` are our own words around the text's (的文号是): they say what the quoted words
    are, so they need not stand in the evidence.
    """

    text: str
    evidence: tuple[Evidence, ...]
    counted: tuple[str, ...] = ()
    frame: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Near:
    """A clause close to the question that does not answer it, and why, in Chinese."""

    clause: Clause
    reason: str


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What is to be said. Without statements `note` says, in one sentence, what the texts do not say."""

    status: Status
    statements: Sequence[Statement] = field(default_factory=tuple)
    note: str = ""
    nearest: Sequence[Near] = field(default_factory=tuple)
    confidence: float
