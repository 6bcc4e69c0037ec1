"""From files to a serving index: read, split, index, switch.

Only what changed is read and indexed: a document whose bytes, splitter, departments and catalogue entry are those
that it was indexed with is passed over; a changed file replaces the document that was made from it; a document whose
file is gone from a folder that is ingested, or from the catalogue, is removed.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from pathlib import Path

from ingest.catalogue import NAME as CATALOGUE
from ingest.catalogue import Catalogue, CatalogueEntry
from ingest.departments import Departments
from ingest.errors import IngestError, MissingFileError
from ingest.read import OFFICE_SUFFIXES, SUFFIXES, check_name_and_size, document_of, file_bytes, slug
from ingest.schema import Document, SplitDocument
from ingest.segment import corpus_words
from ingest.split import VERSION, split_document
from rag.embed import Embedder, open_embedder
from rag.errors import UnknownDocument
from rag.index import (
    add_to_index,
    build_index,
    current_version,
    known_departments,
    open_library,
    salvage_library,
    usable,
)
from rag.library import Library
from rag.manifest import Holding, Manifest, Progress, one_ingest, salvaged
from rag.published import check_server, keep_published
from rag.withdrawn import keep_withdrawn, withdrawn

ADDED, UPDATED, UNCHANGED, REMOVED, REFUSED = "新增", "更新", "未变", "删除", "拒绝"
WITHDRAWN = "未入库"  # its document was removed or replaced by hand


@dataclass(frozen=True, kw_only=True)
class IngestRow:
    """What became of one file."""

    path: Path
    status: str  # ADDED, UPDATED, UNCHANGED, REMOVED, REFUSED or WITHDRAWN
    document_id: str = ""
    clause_count: int = 0
    message: str = ""  # why it was refused or left out


@dataclass(frozen=True, kw_only=True)
class IngestReport:
    """What an ingest did: a row a file, in the order given, and the version that serves now ("" when there is none)."""

    rows: tuple[IngestRow, ...]
    version: str

    @property
    def refused(self) -> tuple[IngestRow, ...]:
        """The files that were refused."""
        return tuple(row for row in self.rows if row.status == REFUSED)


def _quiet(_stage: str, _done: int, _total: int) -> None:
    pass


def ingest_paths(
    paths: Sequence[Path],
    *,
    data_dir: Path,
    catalogue_dir: Path,
    embedding_model: str | None,
    chroma_url: str | None = None,
    progress: Progress = _quiet,
) -> IngestReport:
    """Ingest files and folders (none given: the texts of `catalogue_dir`) beside what is indexed already.

    A file that cannot be read or split is refused with the reason and the others go on. Raises what building an
    index raises, and ChromaUnreachable at once when there is to be a Chroma server (`chroma_url`) and it is away;
    nothing is lost then, the last good version goes on serving. A file of a folder whose document was
    removed or replaced by hand is left out until it changes; one that is named itself is taken. What is ingested
    can be found when this returns; `rag.merge` makes small segments large ones afterwards.
    """
    with one_ingest(data_dir, progress):
        check_server(chroma_url)
        work = _Work(data_dir=data_dir, catalogue=_catalogue(catalogue_dir), embedding_model=embedding_model)
        files = _files(paths, work.catalogue)
        named = {path.resolve() for path in paths if path.is_file()}
        rows: list[IngestRow] = []
        for done, file in enumerate(files):
            progress("读取文件", done, len(files))
            rows.append(work.take(file, is_named=file.resolve() in named))
        rows += work.drop(paths or [catalogue_dir], files)
        return IngestReport(rows=tuple(rows), version=work.commit(progress, chroma_url))


def add_document(
    data: bytes,
    name: str,
    *,
    data_dir: Path,
    embedding_model: str | None,
    document_id: str | None = None,
    chroma_url: str | None = None,
    wait_s: float | None = None,
    progress: Progress = _quiet,
) -> IngestRow:
    """Index one document from the bytes of a file called `name`; it can be found when this returns.

    `document_id` is that of the document that it is a new version of (None: made of the name). Raises IngestError
    when the bytes are refused, IndexBusy when another ingest holds the folder longer than `wait_s`.
    """
    path = Path(Path(name.replace("\\", "/")).name)
    check_name_and_size(path, len(data))
    with one_ingest(data_dir, progress, wait_s=wait_s):
        check_server(chroma_url)
        work = _Work(data_dir=data_dir, catalogue=None, embedding_model=embedding_model)
        wanted = document_id or slug(path.stem)
        work.withdraw(wanted)
        row = work.take_bytes(data, path, wanted)
        work.commit(progress, chroma_url)
    return row


def remove_document(
    document_id: str,
    *,
    data_dir: Path,
    embedding_model: str | None,
    chroma_url: str | None = None,
    wait_s: float | None = None,
    progress: Progress = _quiet,
) -> str:
    """Remove one document and return the version that serves now. Raises UnknownDocument, and IndexBusy as above."""
    with one_ingest(data_dir, progress, wait_s=wait_s):
        check_server(chroma_url)
        work = _Work(data_dir=data_dir, catalogue=None, embedding_model=embedding_model)
        work.withdraw(document_id)
        work.remove(document_id)
        return work.commit(progress, chroma_url)


def renew_document(
    document_id: str,
    *,
    data_dir: Path,
    embedding_model: str | None,
    chroma_url: str | None = None,
    wait_s: float | None = None,
    progress: Progress = _quiet,
) -> str:
    """Split and index a document's stored text anew; return the version that serves. Raises as `remove_document`."""
    with one_ingest(data_dir, progress, wait_s=wait_s):
        check_server(chroma_url)
        work = _Work(data_dir=data_dir, catalogue=None, embedding_model=embedding_model)
        work.renew(document_id)
        return work.commit(progress, chroma_url)


def corpus_is_current(*, data_dir: Path, catalogue_dir: Path, embedding_model: str | None) -> bool:
    """Whether every text of the folder is in the serving index as it is, split and embedded by this program."""
    work = _Work(data_dir=data_dir, catalogue=_catalogue(catalogue_dir), embedding_model=embedding_model)
    if work.manifest is None or not work.held or work.stale:
        return False
    files = _files([catalogue_dir], work.catalogue)
    return all(work.is_current(file) for file in files) and not work.gone([catalogue_dir], files)


def source_digest(sha256: str, departments: Departments, entry: CatalogueEntry | None = None) -> str:
    """What a document's clauses depend on: the splitter, the departments known, its bytes, its catalogue entry."""
    about = "" if entry is None else hashlib.sha256(entry.model_dump_json().encode()).hexdigest()[:16]
    return f"{_splitter(departments)}{sha256}:{about}"


def _splitter(departments: Departments) -> str:
    return f"{VERSION}:{departments.digest}:"


def _is_listed(holding: Holding) -> bool:
    """Whether a document came from a catalogue."""
    return not holding.source.endswith(":")


class _Work:
    """One ingest: what is held, what is to be written, what is to go."""

    def __init__(self, *, data_dir: Path, catalogue: Catalogue | None, embedding_model: str | None) -> None:
        self.data_dir = data_dir
        self.catalogue = catalogue
        self.departments = known_departments(data_dir)
        self.embedder: Embedder = open_embedder(embedding_model, for_questions=True)
        self.manifest: Manifest | None = usable(data_dir, self.embedder.name)
        self.held: dict[str, Holding] = dict(self.manifest.documents) if self.manifest else self._salvaged()
        self.splits: dict[str, SplitDocument] = {}  # to be written
        self.removed: list[str] = []
        self.withdrawn = set(withdrawn(data_dir))

    @cached_property
    def library(self) -> Library:
        """The documents that are held; only for whoever knows that there are some."""
        return open_library(self.data_dir)

    def take(self, file: Path, *, is_named: bool) -> IngestRow:
        """Take in one file, or say why not; one that is named itself is no longer withdrawn."""
        try:
            if not file.exists():
                raise MissingFileError(f"没有这个文件：{file}")
            data = file_bytes(file)
            digest = hashlib.sha256(data).hexdigest()
            if self._is_withdrawn(file, digest) and not is_named:
                words = f"它的文件已被删去或换成别的版本；要重新入库：tiaowen ingest {file}"
                return IngestRow(path=file, status=WITHDRAWN, message=words)
            self.withdrawn.discard(digest)
            entry = self._entry(file, data)
            document_id = entry.id if entry else self._id_for(file)
            return self.take_bytes(data, file, document_id, entry=entry, origin=str(file.resolve()))
        except IngestError as error:
            return IngestRow(path=file, status=REFUSED, message=str(error))

    def take_bytes(
        self, data: bytes, path: Path, document_id: str, *, entry: CatalogueEntry | None = None, origin: str = ""
    ) -> IngestRow:
        """Take in the bytes of a file. Raises IngestError."""
        source = source_digest(hashlib.sha256(data).hexdigest(), self.departments, entry)
        known = self.held.get(document_id)
        fresh = Holding(segment=known.segment if known else "", source=source, origin=origin)
        if known is not None and known.source == source:
            self.held[document_id] = fresh
            count = self.library.clause_count(document_id)
            return IngestRow(path=path, status=UNCHANGED, document_id=document_id, clause_count=count)
        document, notes = document_of(data, path, entry, document_id=document_id)
        split = _with_notes(split_document(document, self.departments), notes)
        self.held[document_id], self.splits[document_id] = fresh, split
        status = ADDED if known is None else UPDATED
        return IngestRow(path=path, status=status, document_id=document_id, clause_count=len(split.clauses))

    def drop(self, paths: Sequence[Path], files: Sequence[Path]) -> list[IngestRow]:
        """Remove the documents whose files are gone."""
        rows = [
            IngestRow(path=Path(self.held[document_id].origin), status=REMOVED, document_id=document_id)
            for document_id in self.gone(paths, files)
        ]
        for row in rows:
            self.remove(row.document_id)
        return rows

    def gone(self, paths: Sequence[Path], files: Sequence[Path]) -> list[str]:
        """The documents from these folders whose files are no more, or are no longer listed by the catalogue."""
        folders = [path.resolve() for path in paths if path.is_dir()]
        there = {file.resolve() for file in files}
        listing = self.catalogue.path.resolve().parent if self.catalogue else None
        found: list[str] = []
        for document_id, holding in self.held.items():
            file = Path(holding.origin)
            if not holding.origin or file in there or not any(file.is_relative_to(folder) for folder in folders):
                continue
            if not file.exists() or (_is_listed(holding) and file.parent == listing):
                found.append(document_id)
        return found

    def remove(self, document_id: str) -> None:
        """Let a document go. Raises UnknownDocument."""
        self._must_hold(document_id)
        self.removed.append(document_id)
        del self.held[document_id]
        self.splits.pop(document_id, None)

    def withdraw(self, document_id: str) -> None:
        """Leave out the file that a document was ingested from, if it was from one."""
        holding = self.held.get(document_id)
        if holding is not None and holding.origin:
            self.withdrawn.add(holding.source.split(":")[-2])

    def _is_withdrawn(self, file: Path, digest: str) -> bool:
        """Whether a file is to be left out; not the one that a document comes from now."""
        origin = str(file.resolve())
        return digest in self.withdrawn and all(holding.origin != origin for holding in self.held.values())

    def renew(self, document_id: str) -> None:
        """Split a document's stored text anew. Raises UnknownDocument."""
        self._must_hold(document_id)
        before = _stored(self.library, _loaded(self.library.document(document_id)))
        split = split_document(before.document, self.departments)
        noted, found = before.report.oddities, split.report.oddities
        notes = noted[: len(noted) - len(found)] if noted[len(noted) - len(found) :] == found else ()
        self.splits[document_id] = _with_notes(split, notes)
        self.held[document_id] = self._as_split_now(document_id, before.document.sha256)

    def is_current(self, file: Path) -> bool:
        """Whether the index holds a file as it is."""
        try:
            data = file_bytes(file)
            if self._is_withdrawn(file, hashlib.sha256(data).hexdigest()):
                return True
            entry = self._entry(file, data)
        except IngestError:
            return False
        known = self.held.get(entry.id if entry else self._id_for(file))
        digest = source_digest(hashlib.sha256(data).hexdigest(), self.departments, entry)
        return known is not None and known.source == digest

    def commit(self, progress: Progress, chroma_url: str | None) -> str:
        """Write what changed and switch to it; return the name of the version that serves, "" when there is none."""
        version = self._commit(progress, chroma_url)
        keep_published(self.data_dir, chroma_url, progress)
        return version

    def _commit(self, progress: Progress, chroma_url: str | None) -> str:
        keep_withdrawn(self.data_dir, self.withdrawn)
        self._carry_over()
        before = self.manifest
        if before is not None and before.documents == self.held and not self.splits:
            return before.version
        if before is None or set(self.held) <= set(self.splits):
            if not self.held and before is None:
                return current_version(self.data_dir) or ""
            words = corpus_words((split.document.text for split in self.splits.values()), self.departments)
            splits = [self.splits[document_id] for document_id in self.held]
            return build_index(
                splits, self.data_dir, self.embedder, progress, terms=words, holdings=self.held, chroma_url=chroma_url
            )
        return add_to_index(
            list(self.splits.values()),
            self.data_dir,
            self.embedder,
            progress,
            removed=self.removed,
            holdings=self.held,
        )

    def _must_hold(self, document_id: str) -> None:
        if document_id not in self.held:
            raise UnknownDocument(f"没有编号为 {document_id} 的文件。")

    def _as_split_now(self, document_id: str, sha256: str) -> Holding:
        """A document's holding after this program's splitter has split it."""
        holding = self.held[document_id]
        about = holding.source.rpartition(":")[2]
        return replace(holding, source=f"{_splitter(self.departments)}{sha256}:{about}")

    def _entry(self, file: Path, data: bytes) -> CatalogueEntry | None:
        """The catalogue's entry of a file. Raises ChecksumError when it is of other bytes."""
        entry = self.catalogue.entry_for(file) if self.catalogue else None
        if self.catalogue is not None and entry is not None:
            self.catalogue.verify(entry, data)
        return entry

    def _id_for(self, file: Path) -> str:
        """The id of a file's document: the one it has, else its name; numbered where another file has that name."""
        origin = str(file.resolve())
        known = next((i for i, holding in self.held.items() if holding.origin == origin), None)
        return known or next(name for name in _numbered(slug(file.stem)) if not self._is_taken(name))

    def _is_taken(self, document_id: str) -> bool:
        holding = self.held.get(document_id)
        return holding is not None and bool(holding.origin) and Path(holding.origin).is_file()

    @cached_property
    def stale(self) -> frozenset[str]:
        """The documents that another splitter has split, or one that knew other departments."""
        splitter = _splitter(self.departments)
        return frozenset(i for i, holding in self.held.items() if not holding.source.startswith(splitter))

    def _carry_over(self) -> None:
        """Write anew what the serving version holds and no file was given for, but cannot be left as it is.

        That is what is stale, and everything when the version itself is of no use.
        """
        kept = self.stale if self.manifest is not None else frozenset(self.held)
        for document_id in kept - self.splits.keys():
            document = _loaded(self.library.document(document_id))
            if document_id not in self.stale:
                self.splits[document_id] = _stored(self.library, document)
                continue
            self.splits[document_id] = split_document(document, self.departments)
            self.held[document_id] = self._as_split_now(document_id, document.sha256)

    def _salvaged(self) -> dict[str, Holding]:
        """What can still be read of a serving version that is of no use as it is."""
        stored, library = salvaged(self.data_dir), salvage_library(self.data_dir)
        if stored is None or library is None:
            return {}
        self.library = library
        return {document.id: stored.documents[document.id] for document in library.documents()}


def _catalogue(folder: Path) -> Catalogue | None:
    file = folder / CATALOGUE
    return Catalogue.load(file) if file.is_file() else None


def _files(paths: Sequence[Path], catalogue: Catalogue | None) -> list[Path]:
    """Return the files meant, folders opened up (by name), each once.

    Of a folder: files of known formats, and those of other office programs, so that their refusal is seen.
    """
    if not paths:
        return list(catalogue.paths()) if catalogue else []
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            kinds = (*SUFFIXES, *OFFICE_SUFFIXES)
            inside = sorted(file for file in path.rglob("*") if file.is_file() and file.suffix.lower() in kinds)
            inside = [file for file in inside if not file.name.startswith(("~$", "._"))]  # Word's locks, macOS's notes
            listed = [file for file in (catalogue.paths() if catalogue else ()) if file.parent == path.resolve()]
            found += listed or inside
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def _numbered(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1


def _loaded(document: Document) -> Document:
    """Return a library's document with its text read, so that it outlives the library."""
    return Document(**{field.name: getattr(document, field.name) for field in fields(Document)})


def _stored(library: Library, document: Document) -> SplitDocument:
    return SplitDocument(
        document=document,
        clauses=tuple(library.clauses(document.id)),
        report=library.report(document.id),
    )


def _with_notes(split: SplitDocument, notes: Sequence[str]) -> SplitDocument:
    """Return the split document with the notes on how its file was read in its report."""
    if not notes:
        return split
    return replace(split, report=replace(split.report, oddities=(*notes, *split.report.oddities)))
