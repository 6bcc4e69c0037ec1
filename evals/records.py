"""What a run leaves behind: replies, results and checks, all that a metric needs, as they are written to disk."""

from pydantic import BaseModel, ConfigDict

ABSTAINED = ("not_found", "out_of_scope")


class Record(BaseModel):
    """A line of a results file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Passage(Record):
    """A citation or a search hit."""

    clause_id: str
    source_file: str
    label: str = ""
    context: str = ""  # path, title, number and date: what a reader sees around the clause
    quote: str
    start: int
    end: int
    text: str  # the whole clause as shown
    known: bool = True  # the clause exists in the system's own documents
    literal: bool = True  # quote == text of the document [start:end]


class Reply(Record):
    """An answer."""

    status: str
    answer: str
    confidence: float
    citations: tuple[Passage, ...] = ()
    understood: str = ""  # the question after the history was resolved
    intent: str = ""

    @property
    def abstained(self) -> bool:
        """Whether it says that it cannot answer."""
        return self.status in ABSTAINED


class Result(Record):
    """What one system did with one question; with `error`, a failure of its own, never a silent drop."""

    case_id: str
    reply: Reply | None = None
    hits: tuple[Passage, ...] = ()
    answer_s: float = 0.0
    search_s: float = 0.0
    error: str = ""


class Claim(Record):
    """A claim of a draft as a citation check saw it."""

    text: str
    verdict: str
    confidence: float
    written: str = ""  # the reference as written
    explanation: str = ""
    evidence: tuple[Passage, ...] = ()


class Checked(Record):
    """What a citation check made of one draft."""

    case_id: str
    claims: tuple[Claim, ...] = ()
    error: str = ""
