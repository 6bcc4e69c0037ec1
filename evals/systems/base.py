"""What every system has in common: it answers and it searches; where its documents lie is its own affair."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol, runtime_checkable

from evals.records import Claim, Passage, Reply
from rag.llm import LanguageModel

ROOT = Path(__file__).resolve().parents[2]


class UnusableSystemError(Exception):
    """A system cannot be opened; the message is one Chinese line that says what to do."""


@dataclass(frozen=True, kw_only=True)
class World:
    """What in-process systems are opened with: the ingested documents, the model, a folder for indexes of their own."""

    data_dir: Path
    work_dir: Path
    embedding_model: str | None = None
    llm: LanguageModel | None = None


@dataclass(frozen=True, kw_only=True)
class Talk:
    """One earlier message."""

    role: str  # user | assistant
    content: str


class System(Protocol):
    """Something that answers questions from documents."""

    @property
    def name(self) -> str:
        """What the report calls it."""
        ...

    @property
    def fingerprint(self) -> str | None:
        """Changes with everything that its answers depend on; None when nobody can know (a server)."""
        ...

    @property
    def settings(self) -> Mapping[str, str]:
        """What the report says of it."""
        ...

    def texts(self) -> Mapping[str, str]:
        """Its documents' texts by source file."""
        ...

    def answer(self, question: str, history: Sequence[Talk]) -> Reply:
        """Answer the last question of a conversation."""
        ...

    def search(self, query: str, top_k: int) -> tuple[Passage, ...]:
        """The best passages, best first."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


@runtime_checkable
class Checking(Protocol):
    """A system that checks the citations of a draft, too."""

    def check(self, text: str) -> tuple[Claim, ...]:
        """The claims of a draft."""
        ...


@cache
def code_digest(*folders: str) -> str:
    """A digest of the code and data of some of our folders: a change there makes stored results worthless."""
    digest = hashlib.sha256()
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts and "training" not in file.parts:
                digest.update(file.relative_to(ROOT).as_posix().encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


def fingerprint_of(*parts: object) -> str:
    """One digest of several parts."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
