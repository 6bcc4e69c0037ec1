"""Whether the articles of laws come out whole, and how fast: laws rebuilt as plain texts, with and without headings.

    python -m evals.articles --corpus FOLDER [--show N] [--out FILE]

The corpus is that of `evals.laws`: articles as JSON lines with law, article, text, and perhaps section. Each law is
written as a plain text (title, then its articles, each 第X条 before its text; with headings also a line wherever the
section changes) and split. An article is right when one clause of kind article spans its number and its whole text,
white space aside, and is labelled by that number. (Where a text repeats its numbers, as two versions of a law under one
name do, the second is labelled 第一条·2; that is right, too.)
"""

import argparse
import json
import re
import resource
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path

from evals.laws import Article, read_corpus
from ingest.departments import Departments
from ingest.schema import Document, Kind, SplitDocument
from ingest.split import split_document

_NUMBER = re.compile(r"^.*(?=第[^第]+条)|·\d+$")  # what a label has around 第三条之一: the place before, a count after


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What a run over all laws gave."""

    headings: bool
    laws: int
    articles: int
    right: int
    characters: int
    seconds: float  # of splitting alone
    peak_mb: float  # resident memory of the process, the corpus in it

    @property
    def line(self) -> str:
        """One line for people."""
        share, speed = self.right / self.articles, self.characters / self.seconds
        return (
            f"{'with' if self.headings else 'without'} headings: {self.right} of {self.articles} articles right "
            f"({share:.4%}), {self.characters} characters in {self.seconds:.1f} s, {speed:.0f} a second, "
            f"peak {self.peak_mb:.0f} MB\n"
        )


def laws_of(articles: Sequence[Article]) -> Iterator[tuple[str, list[Article]]]:
    """The laws in the order of the corpus, which has a law's articles side by side."""
    for law, members in groupby(articles, key=lambda article: article.law):
        yield law, list(members)


def text_of(law: str, articles: Sequence[Article], *, headings: bool) -> str:
    """A law as a plain text."""
    lines, section = [law, ""], ""
    for article in articles:
        if headings and article.section != section:
            section = article.section
            lines += [section] if section else []
        lines.append(f"{article.article}　{article.text}")
    return "\n".join(lines) + "\n"


def bare(text: str) -> str:
    """A text without white space and without characters that nobody sees (zero-width spaces, byte-order marks)."""
    return "".join(char for char in text if not char.isspace() and unicodedata.category(char) != "Cf")


def right_articles(split: SplitDocument, articles: Sequence[Article]) -> tuple[int, list[Article]]:
    """How many articles came out as one clause with the right label, and those that did not."""
    found = Counter(
        (_NUMBER.sub("", clause.label), bare(split.document.text[clause.start : clause.end]))
        for clause in split.clauses
        if clause.kind is Kind.ARTICLE
    )
    wrong: list[Article] = []
    for article in articles:
        wanted = (bare(article.article), bare(article.article + article.text))
        if found[wanted]:
            found[wanted] -= 1
        else:
            wrong.append(article)
    return len(articles) - len(wrong), wrong


def run(articles: Sequence[Article], *, headings: bool, show: int = 0) -> Figures:
    """Rebuild and split every law; `show` wrong articles are written to standard error."""
    departments = Departments.load()
    laws = right = characters = 0
    seconds = 0.0
    for number, (law, members) in enumerate(laws_of(articles)):
        text = text_of(law, members, headings=headings)
        document = Document(id=f"law{number}", title=law, source_file="law.txt", sha256="", text=text)
        began = time.perf_counter()
        split = split_document(document, departments)
        seconds += time.perf_counter() - began
        good, wrong = right_articles(split, members)
        laws, right, characters = laws + 1, right + good, characters + len(text)
        for article in wrong[: max(show, 0)]:
            sys.stderr.write(f"{law}　{article.article}　{article.text[:60]!r}\n")
            show -= 1
    return Figures(
        headings=headings,
        laws=laws,
        articles=len(articles),
        right=right,
        characters=characters,
        seconds=seconds,
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line: a line a variant on standard output, JSON into --out."""
    parser = argparse.ArgumentParser(prog="python -m evals.articles", description="Articles of laws, split.")
    parser.add_argument("--corpus", type=Path, required=True, help="folder or file of articles, JSON lines (.xz)")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="write N wrong articles to standard error")
    parser.add_argument("--out", type=Path, help="write the figures here, too")
    options = parser.parse_args(arguments)
    articles = read_corpus(options.corpus)
    if not articles:
        sys.stderr.write("no articles there: check --corpus\n")
        return 1
    runs = []
    for headings in (True, False):
        runs.append(run(articles, headings=headings, show=options.show))
        sys.stdout.write(runs[-1].line)
        sys.stdout.flush()
    if options.out:
        options.out.write_text(json.dumps([asdict(one) for one in runs], indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
