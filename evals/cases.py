"""Question files: JSON lines, one gold question each, as the contract describes them."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

DOCUMENTS = Path(__file__).with_name("data") / "documents.json"
# Questions that one ranked list cannot answer: several subjects, or a department's whole work.
_NOT_FOR_SEARCH = frozenset({"comparison", "tasks_of_unit"})


class CaseError(Exception):
    """A question file cannot be used; the message is one Chinese line that says what to do."""


class Quote(BaseModel):
    """Words of a text; `doc` is the first three digits of its file's name, or a key of documents.json."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    doc: str
    quote: str


class Gold(Quote):
    """One thing that has to be cited: any of these places is right."""

    alternatives: tuple[Quote, ...] = ()

    @property
    def quotes(self) -> tuple[Quote, ...]:
        """The quote and its alternatives."""
        return (Quote(doc=self.doc, quote=self.quote), *self.alternatives)


class Case(BaseModel):
    """A gold question."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    type: str
    style: str
    question: str
    history: tuple[str, ...]
    answerable: bool
    gold_quotes: tuple[Gold, ...]
    must_include: tuple[tuple[str, ...], ...]
    must_not_include: tuple[str, ...]
    note: str | None = None
    group: str | None = None  # re-wordings of one question share a group
    split: str | None = None

    @property
    def cluster(self) -> str:
        """What is resampled as one: re-wordings of a question are no independent evidence."""
        return self.group or self.id

    @property
    def content(self) -> str:
        """What is asked and what is right: two runs are compared only where this is the same on both sides."""
        return self.model_dump_json(exclude={"note", "group", "split"})

    @property
    def for_search(self) -> bool:
        """Whether one ranked list of clauses can hold the answer, without a conversation."""
        return self.answerable and not self.history and self.type not in _NOT_FOR_SEARCH


def load_cases(path: Path, split: str | None = None) -> list[Case]:
    """The questions of a file, of one split if asked. Raises CaseError."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as exc:
        raise CaseError(f"读不了问题文件 {path}（{type(exc).__name__}），请检查路径和编码") from exc
    cases: list[Case] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            cases.append(Case.model_validate(json.loads(line)))
        except (json.JSONDecodeError, ValidationError) as exc:
            raise CaseError(f"{path} 第 {number} 行不是合格的问题：{first_words(exc)}") from exc
    doubles = {case.id for case in cases if sum(other.id == case.id for other in cases) > 1}
    if doubles:
        raise CaseError(f"{path} 里的编号 {'、'.join(sorted(doubles)[:5])} 用了不止一次，请改成各不相同")
    chosen = [case for case in cases if split is None or case.split == split]
    if not chosen:
        raise CaseError(f"{path} 里没有" + (f" split 为 {split} 的" if split else "") + "问题")
    return chosen


def first_words(exc: Exception) -> str:
    """What is wrong with a line, in a few words."""
    if isinstance(exc, ValidationError):
        first = exc.errors(include_input=False)[0]
        return f"{'.'.join(str(part) for part in first['loc']) or '整行'} {first['msg']}"
    return str(exc)


def digest_of(cases: Sequence[BaseModel]) -> str:
    """A digest of the cases themselves, whatever their order, for the report."""
    lines = "\n".join(sorted(case.model_dump_json() for case in cases))
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


def source_files(documents: Path = DOCUMENTS) -> dict[str, str]:
    """File name of each `doc`; a `doc` that is missing here stands for the file whose name begins with it."""
    names: dict[str, str] = json.loads(documents.read_text(encoding="utf-8")) if documents.is_file() else {}
    return names


def source_file_of(doc: str, known: Sequence[str], names: dict[str, str]) -> str | None:
    """The file, among those known to a system, that a quote's `doc` means; None when it has none."""
    if names.get(doc) in known:
        return names[doc]
    return next((name for name in known if name.startswith(doc)), None)
