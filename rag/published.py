"""The vectors of an index on a Chroma server: one collection for the base of each version that is kept.

    tiaowen-3f2a9c1b7e55-90f1c2…    the data folder's own prefix (index/COLLECTIONS), a digest of the segment's contents

The data folder stays the truth and the collections are copies of its files, so an index can move to a server, from one
server to another and back without being built again, and a server that lost its disk is filled anew. A collection is
complete before a version is switched to that needs it, and goes when no kept version needs it any more. A backup
leaves the prefix out: the folder that it is restored to gets a prefix, and collections, of its own.
"""

import hashlib
import logging
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from rag.chroma import BATCH, QUERY_TIMEOUT_S, WRITE_TIMEOUT_S, Batch, ChromaServer, ServerCollection
from rag.errors import ChromaUnreachable, IndexBusy, IndexDamaged, IndexMissing
from rag.library import Library
from rag.manifest import Progress, index_folder, one_ingest, one_merge, segment_folder, serving, versions, write_small
from rag.rows import Rows
from rag.segments import INVENTORY, LIBRARY, ROWS, metadata, passage
from rag.store import read_vectors

PREFIX_FILE = "COLLECTIONS"

log = logging.getLogger(__name__)


def collection_of(data_dir: Path, segment: str, chroma_url: str) -> ServerCollection | None:
    """The collection of a base segment, opened when it is asked for the first time; None in a folder without any."""
    file = index_folder(data_dir) / PREFIX_FILE
    if not file.is_file():
        return None
    server = ChromaServer(chroma_url, timeout_s=QUERY_TIMEOUT_S)
    return ServerCollection(server, _name(file.read_text("utf-8").strip(), segment_folder(data_dir, segment)))


def check_server(chroma_url: str | None) -> None:
    """Raise ChromaUnreachable when there is to be a server and it does not answer."""
    if chroma_url is not None:
        ChromaServer(chroma_url, timeout_s=WRITE_TIMEOUT_S).check()


def publish(data_dir: Path, folder: Path, chroma_url: str, progress: Progress) -> None:
    """Write the collection of a base segment, that may not be placed yet, unless it is there and complete.

    Raises ChromaUnreachable when the server is away, or goes away meanwhile.
    """
    server = ChromaServer(chroma_url, timeout_s=WRITE_TIMEOUT_S)
    name, rows = _name(_prefix(data_dir), folder), Rows.open(folder / ROWS)
    try:
        if server.count(name) == len(rows.ids):
            return
        server.write(name, {"rows": len(rows.ids)}, _batches(folder, rows, progress))
    except ChromaUnreachable:
        raise
    except Exception as error:  # Chroma's client raises bare ones too
        raise ChromaUnreachable(
            f"往 Chroma 服务（{server}）写向量没有成功（{error}），原来的版本照常使用。请检查那个服务后再试一次。"
        ) from error


def keep_published(data_dir: Path, chroma_url: str | None, progress: Progress) -> None:
    """Let the server hold what the serving version needs, and nothing that no kept version does.

    A server that is away is no error here: vector files answer meanwhile, and the next ingest, merge or start tries
    again. Removing waits for a merge that is writing a collection which no version names yet.
    """
    if chroma_url is None:
        return
    with suppress(IndexBusy), one_ingest(data_dir, progress, wait_s=0):  # whoever holds it does this at its end
        try:
            publish(data_dir, segment_folder(data_dir, serving(data_dir).segments[0]), chroma_url, progress)
            with one_merge(data_dir) as alone:
                if alone:
                    remove_unneeded(data_dir, chroma_url)
        except ChromaUnreachable as error:
            log.warning("%s", error)
        except (IndexMissing, IndexDamaged):
            pass  # whoever opens the index says so


def remove_unneeded(data_dir: Path, chroma_url: str) -> None:
    """Remove the collections of this data folder that no kept version needs; needs `one_ingest` and `one_merge`."""
    server, prefix = ChromaServer(chroma_url, timeout_s=WRITE_TIMEOUT_S), _prefix(data_dir)
    needed = {_name(prefix, segment_folder(data_dir, one.segments[0])) for one in versions(data_dir)}
    try:
        for name in server.names(prefix):
            if name not in needed:
                server.remove(name)
    except Exception as error:  # they go the next time
        log.warning("collections on the Chroma server cannot be removed: %s", error)


def _prefix(data_dir: Path) -> str:
    file = index_folder(data_dir) / PREFIX_FILE
    if not file.is_file():
        write_small(file, f"tiaowen-{secrets.token_hex(6)}-\n")
    return file.read_text("utf-8").strip()


def _name(prefix: str, folder: Path) -> str:
    """The inventory has the checksums of all files in it, so its own digest stands for them."""
    return prefix + hashlib.sha256((folder / INVENTORY).read_bytes()).hexdigest()[:24]


def _batches(folder: Path, rows: Rows, progress: Progress) -> Iterator[Batch]:
    vectors, library = read_vectors(folder), Library.open(folder / LIBRARY)
    try:
        for start in range(0, len(rows.ids), BATCH):
            batch = slice(start, min(start + BATCH, len(rows.ids)))
            clauses = library.clauses_by_id(list(rows.ids[batch]))
            texts = [passage(library.document(clause.document_id), clause) for clause in clauses]
            yield list(rows.ids[batch]), vectors[batch], texts, [metadata(clause) for clause in clauses]
            progress("把向量写到 Chroma 服务", batch.stop, len(rows.ids))
    finally:
        library.close()
