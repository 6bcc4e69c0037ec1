"""What a question is about, as weighted strings to look for, and how much of it a text holds.

A term is a word of the question or a pair of neighbouring characters inside one; its weight is the term's inverse
document frequency in the corpus (rare words count more), pairs at `PAIR_SHARE` of that. Matching is by substring of
the normalised text, so neither the question's nor the text's word boundaries decide.
"""

import math
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.resources import files
from itertools import pairwise

from ingest.numerals import parse_number
from rag.question import ASKS
from rag.remembered import remembered

FUNCTION_CHARS = frozenset("的了吗呢吧啊呀么嘛几哪谁啥咋是有在与及和或被把")  # a pair with one of them says nothing
PAIR_SHARE = 0.35  # of a word's weight, for each pair of characters in it
UNKNOWN_SHARE = 0.85  # of a word that no clause holds: it may be another word for what the clauses say
COMMON = 300  # occurrences in jieba's dictionary from which a word that no clause holds says little
LONGEST = 8  # characters of a word with synonyms
STEEPNESS = 1.3  # power of the inverse document frequency: above 1 rare words decide more
ASKED_SHARE = 1.5  # of its weight for a word in the part of the question that asks
EXCEPTED_SHARE = 0.3  # the same for a word of what the question sets aside: 除了甲，……
SYNONYM_SHARE = 0.75  # a text that holds a synonym covers this share of the word
TIERS = (2 / 3, 2 / 5, 2 / 5)  # what context counts for: headings and title, the rest of the clause
_WHITE = re.compile(r"\s+")
_EXCEPTED = re.compile(
    r"(?<![消扫解免排清废铲拆])除了?([^,，。?？]{1,12}?)(?:以外|之外|外|[,，还])"
)  # 除了甲，… / not 消除障碍，…
_QUOTED = re.compile(r"[“\"「]([^“”\"「」]{3,16})[”\"」]")
_CHUNK = re.compile(r"[\u4e00-\u9fff]+|[a-z0-9][a-z0-9.+%-]+|\d")


@remembered(entries=8192, longest=2000)
def fold(text: str) -> str:
    """Return the text as it is compared: compatibility forms folded (NFKC), lower case, no white space."""
    return _WHITE.sub("", unicodedata.normalize("NFKC", text)).lower()


@dataclass(frozen=True, kw_only=True)
class Wording:
    """Everyday wording of questions: stop words, groups of synonyms, names of provinces, large cities and countries."""

    stop: frozenset[str]
    synonyms: Mapping[str, tuple[str, ...]]
    places: tuple[str, ...]  # the countries among them
    countries: tuple[str, ...]


@cache
def wording() -> Wording:
    """Read the shipped wording data (rag/data/words.toml)."""
    data = tomllib.loads((files("rag") / "data" / "words.toml").read_text(encoding="utf8"))
    synonyms: dict[str, tuple[str, ...]] = {}
    for group in data["synonyms"]:
        head, *others = (fold(word) for word in group)
        synonyms[head] = (*synonyms.get(head, ()), *others)
    return Wording(
        stop=frozenset(map(fold, data["stop"])),
        synonyms=synonyms,
        places=(*data["places"], *data["countries"]),
        countries=tuple(data["countries"]),
    )


@dataclass(frozen=True, kw_only=True)
class Term:
    """A string to look for, the strings that mean nearly the same, and its weight (> 0)."""

    text: str
    weight: float
    synonyms: tuple[str, ...] = ()
    word: bool = True  # False for a pair of characters
    known: bool = True  # whether some clause holds it

    def share_in(self, folded: str) -> float:
        """Return 1 when the folded text holds the term, SYNONYM_SHARE when it holds a synonym, else 0."""
        if self.text in folded:
            return 1.0
        return SYNONYM_SHARE if any(other in folded for other in self.synonyms) else 0.0


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The weighted terms of a question."""

    terms: tuple[Term, ...]

    @cached_property
    def total(self) -> float:
        """The sum of all weights."""
        return sum(term.weight for term in self.terms)

    def coverage(self, *texts: str) -> float:
        """Return the share 0..1 of the weight that the (unfolded) texts hold; later texts count for what is missing.

        The first text counts whole, the second (headings, title) two thirds, any further one (the rest of the
        clause) two fifths.
        """
        return self.coverages(texts[:1], *texts[1:])[0]

    def coverages(self, parts: Sequence[str], *around: str) -> list[float]:
        """Return `coverage(part, *around)` of each part; what is around them is looked through once."""
        return [held for held, _ in self.coverages_within(parts, *around)]

    def coverages_within(self, parts: Sequence[str], *around: str) -> list[tuple[float, float]]:
        """Return (`coverage(part, *around)`, `coverage(part)`) of each part."""
        total = self.total
        if total <= 0:
            return [(0.0, 0.0)] * len(parts)
        folded = [fold(text) for text in around]
        floors = [
            max((tier * term.share_in(text) for tier, text in zip(TIERS, folded, strict=False)), default=0.0)
            for term in self.terms
        ]
        looked_for = [(t.text, t.synonyms, t.weight, floor) for t, floor in zip(self.terms, floors, strict=True)]
        found = []
        for part in map(fold, parts):
            held = alone = 0.0
            for text, synonyms, weight, floor in looked_for:  # the innermost loop of an answer: no calls in it
                share = 0.0
                if text in part:
                    share = 1.0
                elif synonyms:
                    for other in synonyms:
                        if other in part:
                            share = SYNONYM_SHARE
                            break
                alone += weight * share
                held += weight * (share if share > floor else floor)
            found.append((held / total, alone / total))
        return found

    @cached_property
    def anchor(self) -> Term | None:
        """The heaviest word that some clause holds: what the question is about, most likely."""
        return max((t for t in self.terms if t.word and t.known), key=lambda t: t.weight, default=None)

    def missing(self, *texts: str) -> tuple[str, ...]:
        """Return the words (no pairs) that none of the texts holds in any form, heaviest first."""
        folded = "\n".join(map(fold, texts))
        absent = [term for term in self.terms if term.word and not term.share_in(folded)]
        return tuple(term.text for term in sorted(absent, key=lambda term: -term.weight))

    def told(self, *texts: str) -> tuple[float, float]:
        """Return the share 0..1 of the words (no pairs) that some text holds, 1 of none, and their weight."""
        folded = "\n".join(map(fold, texts))
        words = [term for term in self.terms if term.word]
        held = [term.weight for term in words if term.share_in(folded)]
        return len(held) / len(words) if words else 1.0, sum(held)

    def without(self, text: str) -> "Terms":
        """Return the terms that the text does not hold."""
        folded = fold(text)
        return Terms(terms=tuple(term for term in self.terms if not term.share_in(folded)))

    def scaled(self, factor: float) -> "Terms":
        """Return the same terms with their weights times `factor`."""
        return Terms(terms=tuple(replace(term, weight=term.weight * factor) for term in self.terms))

    def merged(self, other: "Terms") -> "Terms":
        """Return both terms together; a term of both keeps its greater weight."""
        best: dict[str, Term] = {}
        for term in (*self.terms, *other.terms):
            if term.text not in best or best[term.text].weight < term.weight:
                best[term.text] = term
        return Terms(terms=tuple(best.values()))


# 四类, 两种 / not 一线, 百万
_COUNTING = re.compile(r"[一二两三四五六七八九十几]+[类条种个项点样件位名家所门处句份块层步环本册幅场支套张篇首座盏]")


# 一百五十个, 二十家 / not 百分之, 一百
_LARGE_NUMERAL = re.compile(
    r"[一二两三四五六七八九]百(?:零?[一二三四五六七八九]?十?)+(?=[个家所名项门人位万亿元])"
    r"|[二三四五六七八九]十[一二三四五六七八九]?(?=[个家所名门位])"
)


def _unknown_share(commonness: int) -> float:
    """Return the share of its weight that a word which no clause holds keeps: less for a common word of Chinese."""
    return UNKNOWN_SHARE / math.sqrt(1 + commonness / COMMON)


def _asked_part(folded: str) -> str:
    """Return the part between commas that asks, "" when the question has one part only."""
    parts = [part for part in re.split(r"[,，。;；]", folded.rstrip("?？!！。")) if part]
    if len(parts) < 2:
        return ""
    return next((part for part in reversed(parts) if ASKS.search(part)), "")


def _names(cut: Iterable[str], frequency: Callable[[str], int]) -> Iterable[str]:
    """Give the runs of three or four single characters that no dictionary knows but clauses hold: a person's name."""
    run = ""
    for word in (*cut, "  "):
        if len(word) == 1 and word >= "\u4e00" and word not in FUNCTION_CHARS and word not in wording().stop:
            run += word
            continue
        if 3 <= len(run) <= 4 and all(frequency(first + second) for first, second in pairwise(run)):
            yield run
        run = ""


def excepted(question: str) -> list[str]:
    """Return what a question sets aside: 甲 of 除了甲以外还有谁."""
    return _EXCEPTED.findall(question)


def _phrases(folded: str) -> Iterable[str]:
    """Give the words with synonyms that stand in a question, from left to right, the longest at each place.

    They do not overlap: 职大拿了 holds 职大, not 大拿.
    """
    synonyms = wording().synonyms
    at = 0
    while at < len(folded):
        size = next((n for n in range(LONGEST, 1, -1) if folded[at : at + n] in synonyms and at + n <= len(folded)), 1)
        if size > 1:
            yield folded[at : at + size]
        at += size


def terms_of(
    question: str,
    *,
    words: Callable[[str], Iterable[str]],
    frequency: Callable[[str], int],
    everyday: Callable[[str], int],
    clauses: int,
) -> Terms:
    """Return the weighted terms of a question.

    `words` cuts a text into words; `frequency` gives the number of clauses (of `clauses`) that hold a word or a pair
    of characters, `everyday` how common a word is in Chinese at large. A word that no clause holds weighs as much as
    the rarest one, since what is asked and nowhere written must lower the coverage; a common word (掏钱, 身上) less,
    since it is a way of speaking more often than a subject.
    """
    known = wording()
    found: dict[str, Term] = {}

    def written(text: str) -> int:
        return frequency(text) or min((frequency(a + b) for a, b in pairwise(text)), default=0)

    def add(text: str, share: float, *, word: bool, held: int | None = None, synonyms: tuple[str, ...] = ()) -> None:
        if text not in found:
            synonyms = synonyms or (known.synonyms.get(text, ()) if word else ())
            held = frequency(text) if held is None else held
            held = held or max(map(written, synonyms), default=0)  # 职大 is as common as what it stands for
            share *= ASKED_SHARE if text in asked else EXCEPTED_SHARE if text in set_aside else 1.0
            weight = share * math.log(1 + clauses / (1 + held)) ** STEEPNESS
            found[text] = Term(text=text, weight=weight, synonyms=synonyms, word=word, known=held > 0)

    folded = fold(question)
    asked = _asked_part(folded)
    set_aside = "|".join(excepted(folded))
    for phrase in _phrases(folded):
        add(phrase, 1.0, word=True)
    for quoted in _QUOTED.findall(folded):
        if common := written(quoted):
            add(quoted, 1.0, word=True, held=common)
    for numeral in _LARGE_NUMERAL.findall(folded):
        add(numeral, 1.0, word=True, synonyms=(str(parse_number(numeral)),))
        folded = folded.replace(numeral, " ")
    for chunk in _CHUNK.findall(folded):
        cut = [word for word in map(fold, words(chunk)) if len(word) > 1] if chunk[0] > "z" else [chunk]
        stop = {word for word in cut if word in known.stop or _COUNTING.fullmatch(word)}
        kept = [word for word in dict.fromkeys(cut) if word not in stop]
        for word in kept:
            inner = any(word != other and word in other and frequency(other) for other in kept)
            share = PAIR_SHARE if inner else 1.0 if frequency(word) else _unknown_share(everyday(word))
            add(word, share, word=not inner)
        for name in _names(words(chunk), frequency) if chunk[0] > "z" else ():
            add(name, 1.0, word=True, held=min(frequency(first + second) for first, second in pairwise(name)))
        for word in sorted(stop, key=len, reverse=True):
            chunk = chunk.replace(word, " ")
        for first, second in pairwise(chunk):
            pair = first + second
            inside = any(pair in word for word in cut) or frequency(pair)
            if inside and min(first, second) >= "\u4e00" and not {first, second} & FUNCTION_CHARS:
                add(pair, PAIR_SHARE, word=False)
    return Terms(terms=tuple(found.values()))
