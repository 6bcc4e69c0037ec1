"""Check a question file, or a file of citation cases: its schema, and that every gold quote stands in its text.

usage: python -m evals.validate QUESTIONS.jsonl --texts DIR [--documents FILE]

Errors (exit status 1) are faults a score would silently suffer from: a missing field, an id used
twice, a quote its text does not hold, a group of re-wordings that is split over dev and test.
Warnings are for a person to look at: a quote that stands in several places, a fact none of whose
spellings is near a gold quote.
"""

import argparse
import json
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TYPES = frozenset(
    {
        "responsible_units",
        "figure",
        "list",
        "unanswerable",
        "followup",
        "table_lookup",
        "yesno",
        "definition",
        "tasks_of_unit",
        "measure",
        "comparison",
        "clause_lookup",
        "document_meta",
        "deadline_or_time",
    }
)
STYLES = frozenset({"lexical", "paraphrase", "colloquial"})
SPLITS = frozenset({"dev", "test"})
VERDICTS = frozenset(
    {"supported", "misquoted", "contradicted", "wrong_clause", "not_found", "needs_review", "uncited", "none"}
)
FIELDS: dict[str, type] = {
    "id": str,
    "type": str,
    "style": str,
    "question": str,
    "history": list,
    "answerable": bool,
    "gold_quotes": list,
    "must_include": list,
    "must_not_include": list,
}
OPTIONAL = frozenset({"note", "group", "split"})
LONGEST_HISTORY = 3
SHORTEST_QUOTE = 6  # characters without white space; shorter ones cannot tell one clause from another
PLACES = 2  # an annex's task list repeats the body, so two places are common
NEIGHBOURHOOD = 120  # characters either side of a quote in which a fact is looked for
DOCUMENTS = Path(__file__).with_name("data") / "documents.json"

Question = dict[str, Any]


@dataclass
class Report:
    """What was found: one line each, the question's id first."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def error(self, where: str, what: str) -> None:
        """Note a fault that makes the file unfit for use."""
        self.errors.append(f"{where}: {what}")

    def warn(self, where: str, what: str) -> None:
        """Note something a person should look at."""
        self.warnings.append(f"{where}: {what}")


def normalise(text: str) -> str:
    """Text without white space, full and half width made equal."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def load_questions(path: Path, report: Report) -> list[Question]:
    """The file's questions; a line that is no JSON object is reported and left out."""
    questions: list[Question] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            report.error(f"line {number}", f"not JSON: {error}")
            continue
        if isinstance(record, dict):
            questions.append(record)
        else:
            report.error(f"line {number}", "not a JSON object")
    return questions


def load_texts(folder: Path, documents: Path) -> dict[str, str]:
    """Normalised texts by the `doc` of the quotes.

    `documents` names the file of each `doc`; a text that it does not name goes by the first three
    characters of its own file name.
    """
    files = {path.name: path for path in sorted(folder.glob("*.txt"))}
    names: dict[str, str] = json.loads(documents.read_text(encoding="utf-8")) if documents.is_file() else {}
    by_doc = {name[:3]: path for name, path in files.items()}
    by_doc.update({doc: files[name] for doc, name in names.items() if name in files})
    return {doc: normalise(path.read_text(encoding="utf-8")) for doc, path in by_doc.items()}


def is_strings(value: object) -> bool:
    """True for a list of strings, none of them empty."""
    return isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value)


def is_quote(value: object, *, with_alternatives: bool) -> bool:
    """True for a quote record of the contract: doc, quote and, on the outer level, alternatives."""
    if not isinstance(value, dict) or not is_strings([value.get("doc"), value.get("quote")]):
        return False
    rest = value.keys() - {"doc", "quote"}
    if not rest:
        return True
    if not with_alternatives or rest != {"alternatives"} or not isinstance(value["alternatives"], list):
        return False
    return all(is_quote(item, with_alternatives=False) for item in value["alternatives"])


def is_sound(question: Question, where: str, report: Report) -> bool:
    """Report wrong or missing fields; False if the question cannot be examined further."""
    before = len(report.errors)
    for name, kind in FIELDS.items():
        if name not in question:
            report.error(where, f"field {name} is missing")
        elif not isinstance(question[name], kind):
            report.error(where, f"field {name} is not of type {kind.__name__}")
    for name in sorted(question.keys() - FIELDS.keys() - OPTIONAL):
        report.error(where, f"unknown field {name}")
    if len(report.errors) > before:
        return False
    if not (is_strings(question["history"]) and is_strings(question["must_not_include"])):
        report.error(where, "history and must_not_include are lists of strings")
    if not all(is_strings(fact) and fact for fact in question["must_include"]):
        report.error(where, "must_include is a list of lists of accepted spellings")
    if not all(is_quote(quote, with_alternatives=True) for quote in question["gold_quotes"]):
        report.error(where, "gold_quotes are objects with doc, quote and perhaps alternatives")
    for name, allowed in (("type", TYPES), ("style", STYLES)):
        if question[name] not in allowed:
            report.error(where, f"unknown {name} {question[name]!r}")
    if question.get("split") is not None and question["split"] not in SPLITS:
        report.error(where, f"unknown split {question['split']!r}")
    for name in ("note", "group"):
        if question.get(name) is not None and not isinstance(question[name], str):
            report.error(where, f"field {name} is not a string")
    if not question["question"].strip():
        report.error(where, "the question is empty")
    return len(report.errors) == before


def check_logic(question: Question, where: str, report: Report) -> None:
    """Report fields of one question that contradict one another."""
    answerable, facts = question["answerable"], question["must_include"]
    if answerable and not (question["gold_quotes"] and facts):
        report.error(where, "answerable, but without gold quote or fact")
    if not answerable and (question["gold_quotes"] or facts):
        report.error(where, "unanswerable, but with gold quote or fact")
    if question["type"] == "unanswerable" and answerable:
        report.error(where, "of type unanswerable, but answerable")
    if (question["type"] == "followup") != bool(question["history"]):
        report.error(where, "a follow-up has a history, other questions have none")
    if len(question["history"]) > LONGEST_HISTORY:
        report.error(where, f"more than {LONGEST_HISTORY} earlier questions")
    wrong = {normalise(item) for item in question["must_not_include"]}
    for fact in facts:
        for spelling in fact:
            if any(item in normalise(spelling) for item in wrong):
                report.error(where, f"{spelling!r} is both asked for and forbidden")


def quotes_of(question: Question) -> Iterator[dict[str, str]]:
    """Every quote of a question, alternatives included."""
    for gold in question["gold_quotes"]:
        yield gold
        yield from gold.get("alternatives", [])


def check_quotes(question: Question, where: str, texts: dict[str, str], report: Report) -> None:
    """Report quotes that their text does not hold, and facts that are not near any quote."""
    surroundings: list[str] = []
    for quote in quotes_of(question):
        text, words = texts.get(quote["doc"]), normalise(quote["quote"])
        if text is None:
            report.error(where, f"no text for document {quote['doc']}")
            continue
        places = [match.start() for match in re.finditer(re.escape(words), text)]
        if not places:
            report.error(where, f"document {quote['doc']} does not hold {quote['quote']!r}")
        if len(places) > PLACES:
            report.warn(where, f"{quote['quote']!r} stands in {len(places)} places of document {quote['doc']}")
        if len(words) < SHORTEST_QUOTE:
            report.warn(where, f"{quote['quote']!r} is too short to tell its clause from others")
        surroundings += [text[max(0, at - NEIGHBOURHOOD) : at + len(words) + NEIGHBOURHOOD] for at in places]
    near = "\n".join(surroundings).lower()
    if question["type"] in {"yesno", "comparison"}:
        return  # the answer to these is often the examiner's own word, not the text's
    for fact in question["must_include"]:
        if not any(normalise(spelling).lower() in near for spelling in fact):
            report.warn(where, f"no spelling of {fact[0]!r} is near a gold quote")


def check_set(questions: list[Question], report: Report) -> None:
    """Ids, repeated questions and groups of the whole file."""
    for name, count in Counter(question["id"] for question in questions).items():
        if count > 1:
            report.error(name, f"id used {count} times")
    same: dict[tuple[str, ...], list[str]] = defaultdict(list)
    groups: dict[str, list[Question]] = defaultdict(list)
    for question in questions:
        same[(*question["history"], question["question"])].append(question["id"])
        if question.get("group"):
            groups[question["group"]].append(question)
    for ids in same.values():
        if len(ids) > 1:
            report.error(ids[0], f"asked again in {', '.join(ids[1:])}")
    for name, members in groups.items():
        if len(members) < 2:
            report.error(name, "a group of one question")
        if len({member.get("split") for member in members}) > 1:
            report.error(name, "a group split over dev and test")
        if any(member["gold_quotes"] != members[0]["gold_quotes"] for member in members):
            report.error(name, "re-wordings with different gold quotes")


def validate(path: Path, texts: dict[str, str]) -> tuple[list[Question], Report]:
    """Examine the file; the questions that could be read, and what was found."""
    report = Report()
    sound: list[Question] = []
    for number, question in enumerate(load_questions(path, report), 1):
        where = str(question.get("id") or f"question {number}")
        if not is_sound(question, where, report):
            continue
        check_logic(question, where, report)
        check_quotes(question, where, texts, report)
        sound.append(question)
    check_set(sound, report)
    return sound, report


def validate_citations(path: Path, texts: dict[str, str]) -> tuple[int, Report]:
    """Examine a file of citation cases; their number, and what was found. Raises ValueError when a line is no case."""
    from evals.cases import CaseError
    from evals.citations import load_citations

    report = Report()
    try:
        cases = load_citations(path)
    except CaseError as error:
        raise ValueError(str(error)) from error
    for case in cases:
        if case.verdict not in VERDICTS:
            report.error(case.id, f"unknown verdict {case.verdict!r}")
        for quote in [quote for gold in case.gold_quotes for quote in gold.quotes]:
            if normalise(quote.quote) not in texts.get(quote.doc, ""):
                report.error(case.id, f"document {quote.doc} does not hold {quote.quote!r}")
    return len(cases), report


def is_citations(path: Path) -> bool:
    """Whether a file's first line is a citation case."""
    with path.open(encoding="utf-8") as stream:
        return '"verdict"' in next((line for line in stream if line.strip()), "")


def summary(questions: list[Question]) -> str:
    """Counts by type, style, split and document, one line each."""
    lines = [f"questions: {len(questions)}"]
    for name in ("type", "style", "split"):
        counts = Counter(str(question.get(name) or "none") for question in questions)
        lines.append(f"{name}: " + ", ".join(f"{key} {count}" for key, count in sorted(counts.items())))
    docs = Counter(doc for question in questions for doc in {gold["doc"] for gold in question["gold_quotes"]})
    lines.append("document: " + ", ".join(f"{key} {count}" for key, count in sorted(docs.items())))
    lines.append(f"unanswerable: {sum(not question['answerable'] for question in questions)}")
    lines.append(f"with history: {sum(bool(question['history']) for question in questions)}")
    lines.append(f"groups: {len({question['group'] for question in questions if question.get('group')})}")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Examine one file; 0 if it is fit for use."""
    parser = argparse.ArgumentParser(prog="python -m evals.validate", description="Check a question file.")
    parser.add_argument("questions", type=Path, help="question file or citation cases, JSON lines")
    parser.add_argument("--texts", type=Path, required=True, help="folder with the source texts (*.txt)")
    parser.add_argument("--documents", type=Path, default=DOCUMENTS, help="JSON object: doc of the quotes -> file")
    options = parser.parse_args(arguments)
    try:
        texts = load_texts(options.texts, options.documents)
        if is_citations(options.questions):
            count, report = validate_citations(options.questions, texts)
            counts = f"citation cases: {count}"
        else:
            questions, report = validate(options.questions, texts)
            counts = summary(questions)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"cannot read: {error}\n")
        return 1
    if not texts:
        sys.stderr.write(f"no .txt files in {options.texts}: give the folder of the source texts with --texts\n")
        return 1
    for line in report.warnings:
        sys.stdout.write(f"warning {line}\n")
    for line in report.errors:
        sys.stdout.write(f"error {line}\n")
    sys.stdout.write(f"{counts}\nerrors: {len(report.errors)}, warnings: {len(report.warnings)}\n")
    return 1 if report.errors else 0


if __name__ == "__main__":
    sys.exit(main())
