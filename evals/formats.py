"""Whatever format a text comes in, the clauses are the same: `python -m evals.formats --files DIR`.

DIR holds each text of the corpus as NAME.html, NAME.docx, NAME.pdf, NAME.word.pdf and NAME.scan.pdf (made by
`python -m tests.ingest.files.make DIR`); what is missing is skipped. The plain text's clauses are the gold.

    equal   own texts that are the same after white space, over the larger number of clauses
    placed  clauses of the gold with the same kind, label and parents' labels
    cer     edit distance of all own texts, in order, over their characters
"""

import argparse
import json
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from ingest.catalogue import Catalogue
from ingest.departments import Departments
from ingest.read import read_document, source_of
from ingest.schema import Clause, Document, SplitDocument
from ingest.split import split_document

CORPUS = Path(__file__).parents[1] / "corpus"
# format -> (measure, at least); the scan's character error is bounded by MAX_CER
WANTED = {
    "html": {"equal": 0.98},
    "docx": {"equal": 0.98},
    "pdf": {"equal": 0.95},
    "word.pdf": {"equal": 0.95},
    "scan.pdf": {"placed": 0.90},
}
MAX_CER = 0.03


@dataclass(frozen=True, kw_only=True)
class Row:
    """How one file compares with its text."""

    document: str
    format: str
    clauses: int
    gold: int
    equal: float
    placed: float
    cer: float
    seconds: float
    notes: int

    @property
    def passed(self) -> bool:
        """Whether the file reaches what its format is held to."""
        reached = all(getattr(self, measure) >= least for measure, least in WANTED[self.format].items())
        return reached and (self.format != "scan.pdf" or self.cer <= MAX_CER)


def bare(text: str) -> str:
    """A text without white space."""
    return "".join(text.split())


def equal_share(gold: SplitDocument, other: SplitDocument) -> float:
    """Own texts in common, each counted once, over the larger number of clauses."""
    ours = Counter(bare(clause.own.text) for clause in gold.clauses)
    theirs = Counter(bare(clause.own.text) for clause in other.clauses)
    return (ours & theirs).total() / max(ours.total(), theirs.total(), 1)


def placed_share(gold: SplitDocument, other: SplitDocument) -> float:
    """Clauses of the gold that the other has with the same kind, label and parents."""
    ours, theirs = Counter(_places(gold)), Counter(_places(other))
    return (ours & theirs).total() / max(ours.total(), 1)


def character_error(gold: SplitDocument, other: SplitDocument) -> float:
    """Edit distance of the reading texts over the characters of the gold."""
    from rapidfuzz.distance import Levenshtein

    ours = bare("".join(clause.own.text for clause in gold.clauses))
    theirs = bare("".join(clause.own.text for clause in other.clauses))
    return Levenshtein.distance(ours, theirs) / max(len(ours), 1)


def _places(split: SplitDocument) -> list[str]:
    """Kind, number and parents of each clause; names that OCR may misread (cells, titles) count by position."""
    by_id = {clause.id: clause for clause in split.clauses}
    return [_place(clause, by_id) for clause in split.clauses]


def _place(clause: Clause, by_id: dict[str, Clause]) -> str:
    parent = by_id.get(clause.parent_id or "")
    above = _place(parent, by_id) + ">" if parent is not None else ""
    return f"{above}{clause.kind}:{clause.id.rsplit('.', 1)[-1]}"


def compare(gold: SplitDocument, path: Path, kind: str, departments: Departments) -> Row:
    """Read and split one file and measure it."""
    started = time.perf_counter()
    source = source_of(path.read_bytes(), path)
    document = Document(
        id=gold.document.id, title=gold.document.title, source_file=path.name, sha256="", text=source.text
    )
    other = split_document(document, departments)
    return Row(
        document=gold.document.id,
        format=kind,
        clauses=len(other.clauses),
        gold=len(gold.clauses),
        equal=round(equal_share(gold, other), 4),
        placed=round(placed_share(gold, other), 4),
        cer=round(character_error(gold, other), 4),
        seconds=round(time.perf_counter() - started, 2),
        notes=len(source.notes),
    )


def run(folder: Path, formats: tuple[str, ...], documents: tuple[str, ...] = ()) -> list[Row]:
    """Measure every file of the folder that stands for a text of the corpus."""
    catalogue, departments = Catalogue.load(CORPUS / "catalogue.toml"), Departments.load()
    rows: list[Row] = []
    for file in catalogue.paths():
        if documents and file.stem not in documents:
            continue
        gold = split_document(read_document(file, catalogue), departments)
        for kind in formats:
            path = folder / f"{file.stem}.{kind}"
            if path.is_file():
                rows.append(compare(gold, path, kind, departments))
                sys.stderr.write(f"{rows[-1]}\n")
    return rows


def main() -> None:
    """Print a JSON line a file; exit with 1 when one falls short."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=Path, required=True)
    parser.add_argument("--formats", nargs="*", default=list(WANTED), choices=list(WANTED))
    parser.add_argument("--documents", nargs="*", default=[])
    arguments = parser.parse_args()
    rows = run(arguments.files, tuple(arguments.formats), tuple(arguments.documents))
    for row in rows:
        sys.stdout.write(json.dumps({**asdict(row), "passed": row.passed}, ensure_ascii=False) + "\n")
    sys.exit(0 if rows and all(row.passed for row in rows) else 1)


if __name__ == "__main__":
    main()
