"""Planted errors: true quotations, changed in one place each, given to the checker.

    python -m evals.planted                      the texts of corpus/
    python -m evals.planted FOLDER --files 80    laws or other texts, a folder of txt files
    python -m evals.planted --prose              the same without quotation marks (`evals.planted_prose`)

Prints the recall for each kind of edit, how often its kind was named rightly, and the false alarms on the same
quotations left as they are (with white space, width and quotation marks changed). The edits know nothing of the
checker: they come from lists of their own.
"""

import argparse
import random
import re
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.departments import Departments
from ingest.normalize import sentences
from ingest.schema import Clause, Document, Kind

if TYPE_CHECKING:
    from rag.check.checker import Checker
    from rag.library import Library

SHORTEST, LONGEST = 12, 90  # characters of a quotation
CORPUS = Path(__file__).resolve().parent.parent / "corpus"
FINE = frozenset({"supported", "uncited"})
UNDECIDED = "needs_review"
# what a kind may rightly be called by the checker
NAMED = {
    "number": {"number", "date", "unit"}, "unit": {"unit", "number", "date"}, "date": {"date", "number"},
    "comparator": {"comparator", "number"}, "duty": {"modality", "negation"}, "negation": {"negation", "modality"},
    "department": {"department"}, "omission": {"omission", "scope", "modality", "number", "name", "department", "date"},
    "insertion": {"insertion", "scope", "modality", "number", "name", "department", "date"},
    "swapped": {"wording", "number", "date", "modality", "name", "department", "scope", "negation", "omission",
    "insertion"},
    "figures": {"number"}, "verb": {"wording", "modality", "negation"}, "units": {"department"},
    "qualifier": {"omission", "scope", "modality", "negation"},
    "characters": {"wording", "omission", "insertion", "name", "scope"},
    "label": {"clause"},
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Quoted:
    """A true quotation with its address."""

    document: Document
    clause: Clause
    words: str


@dataclass(frozen=True, kw_only=True)
class Planted:
    """A draft with one planted error ("clean": none)."""

    kind: str
    text: str


Edit = Callable[[str, random.Random], str | None]

_DIGITS = re.compile(r"(?<![\d.])\d+(?:\.\d+)?(?![\d.]*[年月日])")
_HAN = re.compile(r"[一二三四五六七八九十]{1,3}(?=[个项所家门名次种倍万亿])")
_DATES = re.compile(r"(?:19|20)\d\d(?=年)|\d{1,2}(?=月)|\d{1,2}(?=日)|[二三四五六七八九十]+(?=日)")
_UNITS = (
    ("万元", "亿元"), ("亿元", "万元"), ("元", "万元"), ("所", "个"), ("个", "家"), ("家", "个"), ("项", "批"),
    ("门", "项"),
          ("名", "万名"), ("人", "万人"), ("%", "‰"), ("日", "个月"), ("年", "个月"), ("倍", "%"), ("条", "项"),
          ("次", "个"))  # fmt: skip
COMPARATORS = (
    ("以上", "以下"), ("以下", "以上"), ("以内", "以外"), ("不超过", "不低于"), ("不低于", "不超过"), ("不少于",
    "不多于"),
                ("超过", "低于"), ("至少", "至多"), ("左右", "以上"), ("不高于", "不低于"), ("低于",
                "高于"))  # fmt: skip
DUTIES = (
    ("应当", "可以"), ("可以", "应当"), ("必须", "可以"), ("鼓励", "要求"), ("支持", "限制"), ("允许", "要求"),
    ("优先", "应当"),
           ("严禁", "允许"), ("禁止", "允许"), ("探索", "必须"), ("引导", "强制"))  # fmt: skip
DENIALS = (
    ("不得", "可以"), ("不得", "得"), ("不纳入", "纳入"), ("不予", "予以"), ("不再", "再"), ("应当", "不应当"),
    ("可以", "不可以"),
            ("鼓励", "不鼓励"), ("支持", "不支持"), ("未", "已"), ("允许", "不允许"))  # fmt: skip


def changed_number(words: str, chance: random.Random) -> str | None:
    """Change one figure that is no date."""
    found = [*_DIGITS.finditer(words), *_HAN.finditer(words)]
    if not found:
        return None
    match = chance.choice(found)
    old = match.group()
    if old[0].isdigit():
        new = f"{float(old) * chance.choice((0.5, 2, 3)):.{len(old.partition('.')[2])}f}"
        new = str(int(old) + 1) if new == old else new
    else:
        new = chance.choice([other for other in "二三四五六七八九" if other != old])
    return words[: match.start()] + new + words[match.end() :]


def changed_unit(words: str, chance: random.Random) -> str | None:
    """Change the unit of one figure."""
    found = [
        (match.start("unit"), old, new)
        for old, new in _UNITS
        for match in re.finditer(rf"\d(?P<unit>{re.escape(old)})", words)
        if not (old in "年日" and re.search(r"(?:19|20)\d\d$|月\d+$", words[: match.start("unit")]))
    ]
    return _replaced(words, found, chance)


def changed_date(words: str, chance: random.Random) -> str | None:
    """Change a year, a month or a day."""
    found = list(_DATES.finditer(words))
    if not found:
        return None
    match = chance.choice(found)
    old = match.group()
    new = str(int(old) + chance.choice((1, 2))) if old.isdigit() else ("九" if old != "九" else "八")
    return words[: match.start()] + new + words[match.end() :]


def of_pairs(pairs: Sequence[tuple[str, str]]) -> Edit:
    """Return the edit that exchanges one word for its partner."""

    def edit(words: str, chance: random.Random) -> str | None:
        found = [(match.start(), old, new) for old, new in pairs for match in re.finditer(re.escape(old), words)]
        return _replaced(words, found, chance)

    return edit


def _replaced(words: str, found: Sequence[tuple[int, str, str]], chance: random.Random) -> str | None:
    if not found:
        return None
    at, old, new = chance.choice(found)
    return words[:at] + new + words[at + len(old) :]


def changed_department(departments: Departments) -> Edit:
    """Return the edit that names another department of the city."""
    names = [one.name for one in departments.departments if one.kind == "city" and not one.successor]

    def edit(words: str, chance: random.Random) -> str | None:
        found = [mention for mention in departments.find(words) if not departments.is_generic(mention.name)]
        if not found:
            return None
        mention = chance.choice(found)
        new = chance.choice(
            [name for name in names if name not in departments.family(mention.name) and name not in words]
        )
        return words[: mention.start] + new + words[mention.end :]

    return edit


def dropped_words(words: str, chance: random.Random) -> str | None:
    """Leave out two to eight characters."""
    size = chance.randint(2, 8)
    if len(words) < size + 10:
        return None
    at = chance.randint(3, len(words) - size - 3)
    return words[:at] + words[at + size :] if re.search(r"\w", words[at : at + size]) else None


def added_words(donors: Sequence[str]) -> Edit:
    """Return the edit that adds two to four characters of another sentence."""

    def edit(words: str, chance: random.Random) -> str | None:
        donor = chance.choice(donors)
        start = chance.randint(0, max(len(donor) - 4, 0))
        at = chance.randint(3, len(words) - 3)
        piece = re.sub(r"[^\u4e00-\u9fff]", "", donor[start : start + chance.randint(2, 4)])
        return words[:at] + piece + words[at:] if piece else None

    return edit


def changed_character_order(words: str, chance: random.Random) -> str | None:
    """Exchange two neighbouring characters."""
    found = [
        at
        for at in range(1, len(words) - 2)
        if words[at] != words[at + 1] and all("\u4e00" <= char <= "\u9fff" for char in words[at : at + 2])
    ]
    if not found:
        return None
    at = chance.choice(found)
    return words[:at] + words[at + 1] + words[at] + words[at + 2 :]


def quotations(library: "Library") -> list[Quoted]:
    """Return sentences and half-sentences of every document with the clause that they stand in."""
    found = []
    for document in library.documents():
        for clause in library.clauses(document.id):
            if clause.kind in (Kind.CAPTION, Kind.FRONT_MATTER, Kind.TABLE, Kind.TABLE_ROW):
                continue
            for start, end in sentences(clause.own.text, clauses=True):
                words = clause.own.text[start:end].strip("。；;！？：:， \n")
                if SHORTEST <= len(words) <= LONGEST and "\n" not in words and "“" not in words and '"' not in words:
                    found.append(Quoted(document=document, clause=clause, words=words))
    return found


def draft(quoted: Quoted, words: str, *, label: str | None = None) -> str:
    """Return a sentence that quotes these words with their address."""
    label = quoted.clause.label if label is None else label
    return f"《{quoted.document.title}》{label}规定：“{words}”。"


def planted(library: "Library", departments: Departments, *, each: int, seed: int) -> Iterator[Planted]:
    """Yield up to `each` cases of every kind, then as many clean ones."""
    chance = random.Random(seed)
    pool = [one for one in quotations(library) if addressable(one.clause.label)]
    donors = [one.words for one in chance.sample(pool, min(len(pool), 500))]
    kinds: dict[str, Edit] = {
        "number": changed_number, "unit": changed_unit, "date": changed_date, "comparator": of_pairs(COMPARATORS),
        "duty": of_pairs(DUTIES),
        "negation": of_pairs(DENIALS), "department": changed_department(departments), "omission": dropped_words,
        "insertion": added_words(donors), "swapped": changed_character_order,
    }  # fmt: skip
    for kind, edit in kinds.items():
        seen: set[str] = set()
        for quoted in shuffled(pool, chance, rounds=6):
            changed = edit(quoted.words, chance)
            if changed is None or changed in seen or bare_words(changed) == bare_words(quoted.words):
                continue
            if any(bare_words(changed) in bare_words(library_text) for library_text in (quoted.document.text,)):
                continue  # the edit hit upon words that stand there too
            seen.add(changed)
            yield Planted(kind=kind, text=draft(quoted, changed))
            if len(seen) == each:
                break
    for quoted, label in other_labels(pool, chance, each):
        yield Planted(kind="label", text=draft(quoted, quoted.words, label=label))
    for quoted in shuffled(pool, chance, rounds=1)[: each * 2]:
        yield Planted(kind="clean", text=draft(quoted, _dressed(quoted.words, chance)))


def other_labels(pool: Sequence[Quoted], chance: random.Random, each: int) -> Iterator[tuple[Quoted, str]]:
    """Yield true quotations, each with another clause's label of the same document."""
    by_document: defaultdict[str, list[Quoted]] = defaultdict(list)
    for one in pool:
        by_document[one.document.id].append(one)
    made = 0
    for quoted in shuffled(pool, chance, rounds=1):
        others = [
            other.clause
            for other in by_document[quoted.document.id]
            if not {other.clause.id, other.clause.parent_id} & {quoted.clause.id, quoted.clause.parent_id}
            and not other.clause.id.startswith(quoted.clause.id)
            and not quoted.clause.id.startswith(other.clause.id)
            and bare_words(quoted.words) not in bare_words(other.clause.own.text)
        ]
        if others:
            yield quoted, chance.choice(others).label
            made += 1
        if made == each:
            return


def addressable(label: str) -> bool:
    """Whether a label is a number and no heading in words."""
    return bool(re.search(r"第.+[条项款]$|[）)]\d*$", label))


def shuffled(pool: Sequence[Quoted], chance: random.Random, *, rounds: int) -> list[Quoted]:
    """Return the pool in random order, so many times over."""
    found: list[Quoted] = []
    for _ in range(rounds):
        found += chance.sample(pool, len(pool))
    return found


def _dressed(words: str, chance: random.Random) -> str:
    """Return the words in other typography: nothing of it is an error."""
    way = chance.randrange(4)
    if way == 1:
        return re.sub(r"(\d+)", r" \1 ", words)
    if way == 2:
        return words.translate({ord(char): ord(char) + 0xFEE0 for char in "0123456789%"})
    if way == 3:
        at = len(words) // 2
        return words[:at] + " " + words[at:]
    return words


def bare_words(text: str) -> str:
    """Return the words without punctuation and white space."""
    return re.sub(r"[^\w%‰]", "", text)


def measure(checker: "Checker", cases: Sequence[Planted], *, show: int) -> list[str]:
    """Return the table: kind, cases, recall (of it decided, not `needs_review`), right name; clean: false alarms."""
    total: Counter[str] = Counter()
    caught: Counter[str] = Counter()
    decided: Counter[str] = Counter()
    named: Counter[str] = Counter()
    missed: list[str] = []
    for case in cases:
        total[case.kind] += 1
        claims = checker.check(case.text).claims
        verdicts = [claim.verdict.value for claim in claims]
        wrong = [verdict for verdict in verdicts if verdict not in FINE]
        caught[case.kind] += bool(wrong)
        decided[case.kind] += any(verdict != UNDECIDED for verdict in wrong)
        kinds = {difference.kind.value for claim in claims for difference in claim.differences}
        named[case.kind] += bool(kinds & NAMED.get(case.kind, set()))
        if bool(wrong) == (case.kind == "clean") and len(missed) < show:
            missed.append(f"{case.kind} {verdicts} {case.text}")
    lines = [f"{'kind':<12}{'cases':>6}{'recall':>9}{'decided':>9}{'named':>8}"]
    for kind in [kind for kind in total if kind != "clean"]:
        shares = (caught[kind] / total[kind], decided[kind] / total[kind], named[kind] / total[kind])
        lines.append(f"{kind:<12}{total[kind]:>6}{shares[0]:>9.3f}{shares[1]:>9.3f}{shares[2]:>8.3f}")
    edits = sum(total.values()) - total["clean"]
    lines.append(f"{'all edits':<12}{edits:>6}{(sum(caught.values()) - caught['clean']) / max(edits, 1):>9.3f}")
    clean = max(total["clean"], 1)
    lines.append(
        f"clean {total['clean']}, false alarms {decided['clean'] / clean:.4f}, "
        f"with needs_review {caught['clean'] / clean:.4f}"
    )
    return lines + missed


def main(argv: Sequence[str] | None = None) -> int:
    """Measure; exit status 1 when a recall or the false alarms miss their bar."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=CORPUS, help="folder of texts, default corpus/")
    parser.add_argument("--files", type=int, default=0, help="only so many files of the folder, evenly spread")
    parser.add_argument("--each", type=int, default=200, help="cases of each kind")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--prose", action="store_true", help="edits in words without quotation marks")
    parser.add_argument("--show", type=int, default=0, help="print so many of the misses")
    arguments = parser.parse_args(argv)
    from evals.planted_prose import prose
    from rag.build import ingest_paths
    from rag.check.checker import Checker
    from rag.index import open_index

    files = sorted(arguments.folder.glob("*.txt"))
    if arguments.files:
        files = files[:: max(len(files) // arguments.files, 1)][: arguments.files]
    with tempfile.TemporaryDirectory() as folder:
        ingest_paths(files, data_dir=Path(folder), catalogue_dir=CORPUS, embedding_model=None)
        index = open_index(Path(folder))
        make = prose if arguments.prose else planted
        cases = list(make(index.library, index.departments, each=arguments.each, seed=arguments.seed))
        lines = measure(Checker(index=index), cases, show=arguments.show)
        index.close()
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
