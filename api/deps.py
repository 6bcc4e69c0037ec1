"""What the routes need: the assistant and its library as small protocols, and each dependency named once."""

from collections.abc import Collection, Iterator, Sequence
from typing import Annotated, Protocol, cast

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.access import Access, Caller
from api.config import Settings
from api.errors import AdminKeyUnsetError, KeyRequiredError, NotAllowedError, WrongKeyError
from api.family import Family
from api.keys import Role
from ingest.schema import Clause, Document, SplitReport
from rag.schema import Answer, Event, Mode, SearchResult, Turn


class Library(Protocol):
    """The documents and clauses of the index; unknown ids raise the errors of `rag.errors`."""

    def documents(self) -> Sequence[Document]:
        """All documents."""
        ...

    def document(self, document_id: str) -> Document:
        """One document."""
        ...

    def clause_count(self, document_id: str) -> int:
        """Number of clauses of a document."""
        ...

    def clauses(self, document_id: str) -> Sequence[Clause]:
        """A document's clauses in document order."""
        ...

    def clause(self, clause_id: str) -> Clause:
        """One clause."""
        ...

    def whole_text(self, clause_id: str) -> str:
        """A clause with its children, as a reader should see it."""
        ...

    def report(self, document_id: str) -> SplitReport:
        """How a document was split."""
        ...

    def units(self) -> Sequence[tuple[str, int]]:
        """(canonical name, number of clauses) of every responsible department, the most named first."""
        ...

    def clauses_of_units(self, names: Collection[str], document_ids: Collection[str] | None = None) -> Sequence[Clause]:
        """The clauses that name one of these departments (canonical names) as responsible, in document order."""
        ...


class Departments(Protocol):
    """The names of departments."""

    def canonical(self, name: str) -> str | None:
        """The one name that stands for all written forms; None for a stranger."""
        ...

    def family(self, name: str) -> Sequence[str]:
        """The canonical names of a department before and after it was reorganised, the given one among them."""
        ...

    def today(self, name: str) -> str:
        """The canonical name of the department that stands in the place of `name` today."""
        ...


class Assistant(Protocol):
    """What answers; `rag.answer.Assistant` is the real one."""

    @property
    def library(self) -> Library:
        """The documents that it answers from."""
        ...

    @property
    def departments(self) -> Departments:
        """The departments that it knows."""
        ...

    @property
    def version(self) -> str:
        """The index version."""
        ...

    @property
    def store(self) -> str:
        """Where vectors are searched: "file", "folder", "server" or "server_down"."""
        ...

    def answer(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        document_ids: Sequence[str] | None = None,
        mode: Mode = Mode.AUTO,
    ) -> Answer:
        """Answer a question."""
        ...

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        document_ids: Sequence[str] | None = None,
        mode: Mode = Mode.AUTO,
    ) -> Iterator[Event]:
        """Answer a question event by event; the last event is `Done`."""
        ...

    def search(self, query: str, *, top_k: int = 10, document_ids: Sequence[str] | None = None) -> SearchResult:
        """Find clauses."""
        ...


def _assistant(request: Request) -> Assistant:
    return cast(Assistant, request.app.state.assistant)


def _family(request: Request) -> Family | None:
    return cast(Family | None, request.app.state.family)


def _library(request: Request) -> Library:
    return _assistant(request).library


def _settings(request: Request) -> Settings:
    return cast(Settings, request.app.state.settings)


_bearer = HTTPBearer(auto_error=False, description="密钥：TIAOWEN_ADMIN_KEY，或由 tiaowen keys add 生成")


def _access(request: Request) -> Access:
    return cast(Access, request.app.state.access)


def _caller(request: Request) -> Caller:
    return cast(Caller, request.state.caller)


def _administrator(
    caller: Annotated[Caller, Depends(_caller)],
    access: Annotated[Access, Depends(_access)],
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Caller:
    """Let nobody pass but whoever shows an administrator's key in the header; on this machine too."""
    del given  # declares the header in the OpenAPI document; the middleware has read it
    if caller.role is Role.ADMINISTRATOR:
        return caller
    if not any(key.role is Role.ADMINISTRATOR for key in access.keys.entries()):
        raise AdminKeyUnsetError
    if caller.key_id is not None:
        raise NotAllowedError
    raise WrongKeyError if caller.presented else KeyRequiredError


AdminOnly = Depends(_administrator)
TheCaller = Annotated[Caller, Depends(_caller)]
TheAccess = Annotated[Access, Depends(_access)]
TheFamily = Annotated[Family | None, Depends(_family)]
TheAssistant = Annotated[Assistant, Depends(_assistant)]
TheLibrary = Annotated[Library, Depends(_library)]
TheSettings = Annotated[Settings, Depends(_settings)]
