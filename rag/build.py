"""From files to a serving index: read, split, index, switch.

What is already indexed stays: a file given anew replaces the document that was made from it, unchanged ones are
taken over from the library without being split again.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from ingest.catalogue import Catalogue
from ingest.departments import Departments
from ingest.errors import IngestError, MissingFileError
from ingest.read import SUFFIXES, read_with_notes
from ingest.schema import Document, SplitDocument
from ingest.segment import corpus_words
from ingest.split import VERSION, split_document
from rag.embed import open_embedder
from rag.index import build_index, current_version, index_is_current, one_ingest, salvage_library, sources_of
from rag.library import Library

Progress = Callable[[str, int, int], None]  # what is being done (Chinese), steps done, steps in all (0: unknown)

ADDED, UPDATED, UNCHANGED, REFUSED = "新增", "更新", "未变", "拒绝"
CATALOGUE = "catalogue.toml"


@dataclass(frozen=True, kw_only=True)
class IngestRow:
    """What became of one file."""

    path: Path
    status: str  # ADDED, UPDATED, UNCHANGED or REFUSED
    document_id: str = ""
    clause_count: int = 0
    message: str = ""  # why it was refused


@dataclass(frozen=True, kw_only=True)
class IngestReport:
    """What an ingest did: a row a file, in the order given, and the version that serves now ("" when there is none)."""

    rows: tuple[IngestRow, ...]
    version: str

    @property
    def refused(self) -> tuple[IngestRow, ...]:
        """The files that were refused."""
        return tuple(row for row in self.rows if row.status == REFUSED)


def ingest_paths(
    paths: Sequence[Path],
    *,
    data_dir: Path,
    catalogue_dir: Path,
    embedding_model: str | None,
    progress: Progress = lambda _stage, _done, _total: None,
) -> IngestReport:
    """Ingest files and folders (none given: the texts of `catalogue_dir`) beside what is indexed already.

    A file that cannot be read or split is refused with the reason and the others go on. Raises what building an
    index raises; nothing is lost then, the last good version goes on serving.
    """
    with one_ingest(data_dir, progress):
        catalogue = _catalogue(catalogue_dir)
        files = _files(paths, catalogue)
        departments = Departments.load()
        splits = _indexed(data_dir, departments)
        rows: list[IngestRow] = []
        for done, file in enumerate(files):
            progress(f"读取 {file.name}", done, len(files))
            row, split = _read(file, catalogue, splits, departments)
            rows.append(row)
            if split is not None:
                splits[split.document.id] = split
        version = _build(splits, data_dir, embedding_model, departments, progress) if splits else ""
    return IngestReport(rows=tuple(rows), version=version)


def corpus_is_current(*, data_dir: Path, catalogue_dir: Path, embedding_model: str | None) -> bool:
    """Whether every text of the catalogue is in the serving index as it is, split and embedded by this program."""
    sources = sources_of(data_dir)
    departments = Departments.load()
    catalogue = _catalogue(catalogue_dir)
    wanted = {entry.id: source_digest(entry.sha256, departments) for entry in (catalogue.entries if catalogue else ())}
    if not sources or any(sources.get(document_id) != digest for document_id, digest in wanted.items()):
        return False
    return index_is_current(data_dir, sources, open_embedder(embedding_model, for_questions=True).name)


def source_digest(sha256: str, departments: Departments) -> str:
    """What a document's clauses depend on: its bytes, the splitter, the departments known."""
    return f"{sha256}:{VERSION}:{departments.digest}"


def _build(
    splits: Mapping[str, SplitDocument],
    data_dir: Path,
    embedding_model: str | None,
    departments: Departments,
    progress: Progress,
) -> str:
    """Build and switch to a version of these documents, unless the serving one is just that; return its name."""
    embedder = open_embedder(embedding_model, for_questions=False)
    sources = {split.document.id: source_digest(split.document.sha256, departments) for split in splits.values()}
    if index_is_current(data_dir, sources, embedder.name):
        return current_version(data_dir) or ""
    words = corpus_words((split.document.text for split in splits.values()), departments)
    return build_index(list(splits.values()), data_dir, embedder, progress, terms=words, sources=sources)


def _catalogue(folder: Path) -> Catalogue | None:
    file = folder / CATALOGUE
    return Catalogue.load(file) if file.is_file() else None


def _files(paths: Sequence[Path], catalogue: Catalogue | None) -> list[Path]:
    """Return the files meant, folders opened up (texts of known formats, by name), each once."""
    if not paths:
        return list(catalogue.paths()) if catalogue else []
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(file for file in path.rglob("*") if file.is_file() and file.suffix.lower() in SUFFIXES)
            listed = [file for file in (catalogue.paths() if catalogue else ()) if file.parent == path.resolve()]
            found += listed or inside
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def _indexed(data_dir: Path, departments: Departments) -> dict[str, SplitDocument]:
    """Return what the serving version holds by document id; what another splitter split is split again."""
    library = salvage_library(data_dir)
    if library is None:
        return {}
    sources = sources_of(data_dir)
    try:
        return {
            document.id: _stored(library, document.id)
            if sources.get(document.id) == source_digest(document.sha256, departments)
            else split_document(_loaded(document), departments)
            for document in library.documents()
        }
    finally:
        library.close()


def _loaded(document: Document) -> Document:
    """Return a library's document with its text read, so that it outlives the library."""
    return Document(**{field.name: getattr(document, field.name) for field in fields(Document)})


def _stored(library: Library, document_id: str) -> SplitDocument:
    return SplitDocument(
        document=_loaded(library.document(document_id)),
        clauses=tuple(library.clauses(document_id)),
        report=library.report(document_id),
    )


def _with_notes(split: SplitDocument, notes: Sequence[str]) -> SplitDocument:
    """Return the split document with the notes on how its file was read in its report."""
    if not notes:
        return split
    return replace(split, report=replace(split.report, oddities=(*notes, *split.report.oddities)))


def _read(
    file: Path, catalogue: Catalogue | None, known: Mapping[str, SplitDocument], departments: Departments
) -> tuple[IngestRow, SplitDocument | None]:
    """Read and split one file; an unchanged one is taken over as it is."""
    try:
        if not file.exists():
            raise MissingFileError(f"没有这个文件：{file}")
        document, notes = read_with_notes(file, catalogue)
        before = known.get(document.id)
        split = _with_notes(split_document(document, departments), notes)
    except IngestError as error:
        return IngestRow(path=file, status=REFUSED, message=str(error)), None
    same = before is not None and before.document.sha256 == document.sha256 and before.clauses == split.clauses
    status = UNCHANGED if same else UPDATED if before is not None else ADDED
    return IngestRow(path=file, status=status, document_id=document.id, clause_count=len(split.clauses)), split
