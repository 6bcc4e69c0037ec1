"""Chroma, as a folder of a segment or as a server: the only module that knows chromadb.

A collection is written once, under a name that nothing had before, and never again. A folder belongs to the process
that has it open (another one would go on seeing what it saw when it opened it); a server may have many clients.

The vector file of a segment holds the same vectors. So a server that is away, slow or has lost a collection costs no
answer: `ServerCollection.nearest` gives None, the file is searched instead, and the server is asked again a little
later.
"""

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import httpx

from rag.embed import Vectors
from rag.errors import ChromaUnreachable

CHROMA_FOLDER = "chroma"
COLLECTION = "clauses"  # its name in a folder of its own
BATCH = 1_000  # as fast as larger ones; Chroma refuses more than 5,461 in one call
# 800 candidates for recall@10 of 0.99 against exact search at 147,285 clauses (Chroma's default of 100 gives 0.86).
CONFIGURATION = {"hnsw": {"space": "cosine", "ef_construction": 200, "ef_search": 800}}
CONNECT_TIMEOUT_S = 2.0
QUERY_TIMEOUT_S = 2.0
WRITE_TIMEOUT_S = 120.0
AGAIN_S = 5.0  # a server that failed is left alone for so long: questions do not wait for it one after the other

log = logging.getLogger(__name__)


class Nearest(Protocol):
    """A collection that finds the clauses nearest to a vector."""

    @property
    def state(self) -> str:
        """Where vectors are found: "folder", "server", or "server_down" while the vector file stands in."""
        ...

    def nearest(self, vector: Vectors, count: int) -> list[tuple[str, float]] | None:
        """Return (clause id, similarity) of the nearest, best first; None when nobody answers."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


class FolderCollection:
    """The collection in a segment's own folder."""

    state = "folder"

    def __init__(self, folder: Path) -> None:
        self._client = folder_client(folder)
        self._collection = self._client.get_collection(COLLECTION, embedding_function=None)

    @property
    def metadata(self) -> Mapping[str, Any]:
        """What was written with the collection: model and dimension."""
        return self._collection.metadata or {}

    def nearest(self, vector: Vectors, count: int) -> list[tuple[str, float]]:
        """As `Nearest.nearest`; a folder always answers."""
        return _nearest(self._collection, vector, count)

    def close(self) -> None:
        """Close Chroma's files."""
        self._client.close()


class ServerCollection:
    """A collection on a server, which may come and go; safe to share between threads."""

    def __init__(self, server: "ChromaServer", name: str) -> None:
        self._server, self._name = server, name
        self._collection: Any = None
        self._again_at = 0.0
        self.state = "server"

    def nearest(self, vector: Vectors, count: int) -> list[tuple[str, float]] | None:
        """As `Nearest.nearest`; None for some seconds after the server failed."""
        if time.monotonic() < self._again_at:
            return None
        try:
            collection = self._collection or self._server.open(self._name)
            found = _nearest(collection, vector, count)
        except Exception as error:  # Chroma's client raises bare ones too
            if self.state == "server":
                log.warning("Chroma at %s fails, vector files stand in: %s", self._server, error)
            self._collection, self.state, self._again_at = None, "server_down", time.monotonic() + AGAIN_S
            return None
        if self.state != "server":
            log.warning("Chroma at %s answers again", self._server)
        self._collection, self.state = collection, "server"
        return found

    def close(self) -> None:
        """Nothing: connections are the process's."""


class ChromaServer:
    """A Chroma server (`chroma run`); nothing is asked of it before it is needed."""

    def __init__(self, url: str, *, timeout_s: float) -> None:
        self._url, self._timeout_s = url.rstrip("/"), timeout_s
        self._client: Any = None

    def __str__(self) -> str:
        return httpx.URL(self._url).host

    def check(self) -> None:
        """Raise ChromaUnreachable unless the server answers."""
        try:
            reply = httpx.get(f"{self._url}/api/v2/heartbeat", timeout=CONNECT_TIMEOUT_S)
            reply.raise_for_status()
        except httpx.HTTPError as error:
            raise ChromaUnreachable(
                f"连不上 Chroma 服务（{self}，{type(error).__name__}）。请启动它，或检查 TIAOWEN_CHROMA_URL，再试一次。"
            ) from error

    def open(self, name: str) -> Any:
        """Return a collection. Raises ChromaUnreachable and Chroma's own errors."""
        return self._connected().get_collection(name, embedding_function=None)

    def names(self, prefix: str) -> list[str]:
        """The names of all collections that begin like this. Raises as `open`."""
        client, page, found = self._connected(), 100, list[str]()
        while names := [one.name for one in client.list_collections(limit=page, offset=len(found))]:
            found += names
        return [name for name in found if name.startswith(prefix)]

    def remove(self, name: str) -> None:
        """Remove a collection. Raises as `open`."""
        self._connected().delete_collection(name)

    def count(self, name: str) -> int | None:
        """How many vectors a collection holds, None when there is none. Raises as `open`."""
        return self.open(name).count() if name in self.names(name) else None

    def write(self, name: str, about: Mapping[str, Any], batches: Iterator["Batch"]) -> None:
        """Write a collection, in place of a leftover of this name. Raises as `open`."""
        client = self._connected()
        if name in self.names(name):
            client.delete_collection(name)
        collection = client.create_collection(
            name, metadata=dict(about), configuration=CONFIGURATION, embedding_function=None
        )
        for ids, vectors, texts, metadata in batches:
            collection.upsert(ids=ids, embeddings=vectors, documents=texts, metadatas=metadata)

    def _connected(self) -> Any:
        if self._client is None:
            self.check()  # the client's first calls have no time limit
            self._client = _connect(self._url, self._timeout_s)
        return self._client


@cache
def _connect(url: str, timeout_s: float) -> Any:
    """The process's client of a server; it waits no longer than it is told to, Chroma's own would wait for ever."""
    import chromadb
    from chromadb.config import Settings

    client = chromadb.HttpClient(host=url, settings=Settings(anonymized_telemetry=False))
    client._server._session.timeout = httpx.Timeout(timeout_s, connect=CONNECT_TIMEOUT_S)
    return client


# ids, vectors, texts, metadata
Batch = tuple[Sequence[str], Vectors, Sequence[str], Sequence[Mapping[str, str]]]


def folder_client(folder: Path) -> Any:
    """Open Chroma in a segment's folder."""
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(path=str(folder / CHROMA_FOLDER), settings=Settings(anonymized_telemetry=False))


def _nearest(collection: Any, vector: Vectors, count: int) -> list[tuple[str, float]]:
    answer = collection.query(query_embeddings=[vector.tolist()], n_results=count, include=["distances"])
    return [(i, 1.0 - distance) for i, distance in zip(answer["ids"][0], answer["distances"][0], strict=True)]
