"""What judging one passage gives, before it is put into words."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.check.book import Book, Place
from rag.check.schema import Difference, DifferenceKind
from rag.schema import Verdict


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A verdict with its reasons; `places` carry it (or come nearest to it), best first."""

    verdict: Verdict
    confidence: float
    book: Book | None = None
    places: tuple[Place, ...] = ()
    differences: tuple[Difference, ...] = ()
    right_label: str = ""  # for wrong_clause: how the right clause is cited
    why: str = ""  # in Chinese, where the verdict alone does not say it

    @property
    def material(self) -> Sequence[Difference]:
        """The differences in words; a wrong clause is none."""
        return [one for one in self.differences if one.kind is not DifferenceKind.CLAUSE]


@dataclass(frozen=True, kw_only=True)
class Context:
    """What a passage is judged against."""

    text: str  # the draft
    limit: tuple[str, ...] | None  # documents to look in; None: all
    cited: Sequence[str] = field(default_factory=tuple)  # documents that the passage may mean; () = none or unknown
    unknown: str = ""  # a document that is cited and that nobody holds, as written
    inherited: bool = False  # the document is only the one that the draft spoke of before
