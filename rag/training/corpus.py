"""The texts that the default model is trained and measured on, read from a folder given by the caller.

The folder holds `laws.jsonl.xz` (articles of laws), `news.txt.xz` (one text a line), `passage_questions.jsonl.xz`
(passages with questions) and, for measuring only, `law_questions.jsonl` (questions with the relevant articles).
"""

import json
import lzma
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

LAWS, NEWS, PASSAGES, QUESTIONS = (
    "laws.jsonl.xz",
    "news.txt.xz",
    "passage_questions.jsonl.xz",
    "law_questions.jsonl",
)
LOCAL = "DLC"  # kind of local regulations, many of them near-copies of each other
_TEMPLATE = ".md"  # a kind that ends so is an example file of the source, not a law

# "2023-08-16 18:24:57，正文：IT之家 8 月 16 日消息" -> head; not "8 月 16 日消息，正文如下"
_NEWS_HEAD = re.compile(r"^\s*\d{4}-\d\d-\d\d[\d: ]*，正文[：:]\s*")
# "罚款。 逾期" -> cut after "。"; "3.5%" stays whole
_SENTENCE_END = re.compile(r"(?<=[。！？!?；;])|\n+")


@dataclass(frozen=True, kw_only=True)
class Article:
    """One article of a law; `kind` is the source's class of laws."""

    law: str
    section: str
    text: str
    kind: str

    @property
    def title(self) -> str:
        """The law's name with the section's heading, as a reader would say where the article stands."""
        return f"{self.law} {self.section}".strip()


@dataclass(frozen=True, kw_only=True)
class Passage:
    """A passage and the questions that it answers."""

    text: str
    questions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class LawQuestion:
    """A layperson's question and the texts of the articles that people judged relevant."""

    question: str
    relevant: tuple[str, ...]


def bare(text: str) -> str:
    """Letters and digits alone, to match one text in two printings."""
    return "".join(char for char in text if char.isalnum())


def sentences(text: str) -> list[str]:
    """The sentences of a text in order, blanks around them removed, empty ones dropped."""
    return [stripped for part in _SENTENCE_END.split(text) if (stripped := part.strip())]


def read_laws(folder: Path, *, local: bool) -> list[Article]:
    """Articles of national laws, or with `local` of local regulations; each text once."""
    articles: list[Article] = []
    seen: set[str] = set()
    for row in _rows(folder / LAWS):
        key = bare(row["text"])
        if row["kind"].endswith(_TEMPLATE) or (row["kind"] == LOCAL) != local or key in seen or not key:
            continue
        seen.add(key)
        articles.append(Article(law=row["law"], section=row["section"] or "", text=row["text"], kind=row["kind"]))
    return articles


def read_news(folder: Path) -> list[str]:
    """News texts without the date line at their head; each text once."""
    with lzma.open(folder / NEWS, "rt", encoding="utf-8") as lines:
        return list(dict.fromkeys(_NEWS_HEAD.sub("", line.strip()) for line in lines))


def read_passages(folder: Path) -> list[Passage]:
    """Passages in simplified characters with their questions (the others would need a converter)."""
    passages = []
    for row in _rows(folder / PASSAGES):
        questions = tuple(item["question"] for item in row["questions"])
        if questions and is_simplified(row["passage"]):
            passages.append(Passage(text=row["passage"], questions=questions))
    return passages


def read_law_questions(folder: Path) -> list[LawQuestion]:
    """The judged questions; only to measure with."""
    lines = (folder / QUESTIONS).read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    return [
        LawQuestion(question=row["question"], relevant=tuple(item["text"] for item in row["articles"])) for row in rows
    ]


def is_simplified(text: str) -> bool:
    """Whether a Chinese text is in simplified characters: GB 2312 has no traditional ones (納, 關)."""
    han = [char for char in text if "一" <= char <= "鿿"]
    return sum(not _in_gb2312(char) for char in han) <= 0.02 * len(han)


def distinct(articles: Sequence[Article], *, shingle: int = 8, most_seen: float = 0.5) -> list[Article]:
    """The articles without near-copies: at most `most_seen` of the `shingle`-character runs are in an earlier one."""
    seen: set[int] = set()
    kept = []
    for article in articles:
        text = bare(article.text)
        runs = {hash(text[start : start + shingle]) for start in range(0, max(1, len(text) - shingle + 1))}
        if sum(run in seen for run in runs) <= most_seen * len(runs):
            kept.append(article)
            seen |= runs
    return kept


def _in_gb2312(char: str) -> bool:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _rows(path: Path) -> Iterator[dict]:  # type: ignore[type-arg]
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
