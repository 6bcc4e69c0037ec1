"""Documents cut as tutorials cut them: LangChain's RecursiveCharacterTextSplitter, 500 characters, 50 of overlap."""

from dataclasses import dataclass

from ingest.schema import Clause, Document, Kind, Reading, SplitDocument, SplitReport

CHUNK_CHARS = 500
OVERLAP_CHARS = 50


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """A piece of a document: text == the document's text[start:end]."""

    source_file: str
    number: int  # from 1, in its document
    start: int
    end: int
    text: str

    @property
    def id(self) -> str:
        """Its name in results."""
        return f"{self.source_file}.{self.number}"


def chunks_of(source_file: str, text: str) -> list[Chunk]:
    """The chunks of one text, in its order."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK_CHARS, chunk_overlap=OVERLAP_CHARS, add_start_index=True)
    found = splitter.create_documents([text])
    chunks = []
    for number, piece in enumerate(found, 1):
        start = int(piece.metadata["start_index"])
        end = start + len(piece.page_content)
        chunks.append(Chunk(source_file=source_file, number=number, start=start, end=end, text=piece.page_content))
    return chunks


def chunked(document: Document) -> SplitDocument:
    """A document whose clauses are chunks without number, heading or departments."""
    clauses = tuple(
        Clause(
            id=f"{document.id}.块{chunk.number}",
            document_id=document.id,
            parent_id=None,
            kind=Kind.PARAGRAPH,
            path=(f"第{chunk.number}块",),
            label=f"第{chunk.number}块",
            heading="",
            start=chunk.start,
            end=chunk.end,
            own=Reading(text=chunk.text, runs=((0, chunk.start, len(chunk.text)),)),
        )
        for chunk in chunks_of(document.source_file, document.text)
    )
    report = SplitReport(
        text_type="chunks", evidence=(), counts={Kind.PARAGRAPH.value: len(clauses)}, left_out=(), joins=(), oddities=()
    )
    loaded = Document(**{name: getattr(document, name) for name in Document.__dataclass_fields__})
    return SplitDocument(document=loaded, clauses=clauses, report=report)
