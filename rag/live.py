"""An assistant that follows the index: a version that an ingest switches to is taken up with the next question."""

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from ingest.departments import Departments
from rag.answer import Assistant, open_assistant
from rag.check.checker import Checker
from rag.errors import IndexDamaged
from rag.index import Index, current_version
from rag.library import Library
from rag.llm import LanguageModel
from rag.manifest import segment_folder, serving
from rag.schema import Answer, Event, Mode, SearchResult, Turn
from rag.segments import verify

AGAIN_S = 60.0  # until a version that could not be opened is tried again: files may run out, or come back
logger = logging.getLogger(__name__)


class LiveAssistant:
    """Answers from whichever version serves; what is being answered finishes on the version that it began with.

    The old version's files may be removed meanwhile: they are open, and go when nobody reads them any more.
    """

    def __init__(
        self,
        *,
        data_dir: Path,
        embedding_model: str | None,
        llm: LanguageModel | None,
        with_chroma: bool = False,
        chroma_url: str | None = None,
    ) -> None:
        """`with_chroma` is for the one process that owns the index's Chroma folders, `chroma_url` for any."""
        self._data_dir = data_dir
        self._with_chroma, self._chroma_url = with_chroma, chroma_url
        self._embedding_model = embedding_model
        self._llm = llm
        self._lock = threading.Lock()
        self._verified: set[str] = set()  # segments whose checksums were found right
        self._refused, self._not_before = "", 0.0  # a version that could not be opened, when to try it again
        self._assistant = self._open(None)

    @property
    def library(self) -> Library:
        """The documents of the serving version."""
        return self._current().library

    @property
    def departments(self) -> Departments:
        """Names and aliases of departments."""
        return self._current().departments

    @property
    def version(self) -> str:
        """Name of the serving version."""
        return self._current().version

    @property
    def store(self) -> str:
        """Where vectors are searched now, as `rag.store.VectorStore.state` says."""
        return self._current().store

    @property
    def index(self) -> Index:
        """The serving version itself, for whoever looks into it without asking."""
        return self._current().index

    @property
    def checker(self) -> Checker:
        """As `Assistant.checker`."""
        return self._current().checker

    def answer(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        document_ids: Sequence[str] | None = None,
        mode: Mode = Mode.AUTO,
    ) -> Answer:
        """As `Assistant.answer`."""
        return self._current().answer(question, history=history, document_ids=document_ids, mode=mode)

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        document_ids: Sequence[str] | None = None,
        mode: Mode = Mode.AUTO,
    ) -> Iterator[Event]:
        """As `Assistant.stream`."""
        return self._current().stream(question, history=history, document_ids=document_ids, mode=mode)

    def search(self, query: str, *, top_k: int = 10, document_ids: Sequence[str] | None = None) -> SearchResult:
        """As `Assistant.search`."""
        return self._current().search(query, top_k=top_k, document_ids=document_ids)

    def _current(self) -> Assistant:
        """Return the assistant on the serving version; a version that cannot be opened leaves the old one serving."""
        named = self._named()
        if named == self._assistant.version:
            return self._assistant
        with self._lock:
            if named != self._assistant.version and (named != self._refused or time.monotonic() >= self._not_before):
                try:
                    self._assistant = self._open(self._assistant.index)
                except Exception:  # whatever it is, questions can be answered
                    logger.exception("version %s cannot be opened; %s goes on serving", named, self._assistant.version)
                    self._refused, self._not_before = named, time.monotonic() + AGAIN_S
            return self._assistant

    def _named(self) -> str:
        """The version that CURRENT names, "" where it cannot be read: opening that will say why."""
        try:
            return current_version(self._data_dir) or self._assistant.version
        except IndexDamaged:
            return ""

    def _open(self, before: Index | None) -> Assistant:
        """Open the serving version, after a look at the checksums of what was not looked at before."""
        for name in serving(self._data_dir).segments:
            if name not in self._verified:
                verify(segment_folder(self._data_dir, name))
                self._verified.add(name)
        return open_assistant(
            data_dir=self._data_dir,
            embedding_model=self._embedding_model,
            llm=self._llm,
            with_chroma=self._with_chroma,
            chroma_url=self._chroma_url,
            before=before,
        )
