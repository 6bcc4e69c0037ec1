"""Look-ups in tables: the cell asked for with its row and its column."""

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.schema import Cell, Clause
from rag.compose.choice import fitting, year_fits
from rag.compose.material import ANCHOR_PENALTY, WHEN, Material, is_task_row
from rag.compose.naming import place
from rag.compose.refusal import refuse_year
from rag.compose.wanted import counts_of, holds_number, met, stated_numbers, wanted
from rag.compose.yesno import compared_years
from rag.confidence import of_coverage
from rag.draft import Draft, Evidence, Statement
from rag.question import Intent
from rag.schema import Status
from rag.terms import Terms, excepted, fold

ENOUGH = 0.36  # coverage of the question by a row with its headers and its table's title
RARE = 0.6  # share of the question's rarest word's weight from which a word is rare
SHORT_FORM = 0.15  # added to the coverage for a short form of a cell
CLOSE = 0.15  # by how much prose may hold more of the question than a row that it names, with a column
NEARLY = 0.9  # share of the best row's coverage that rows must have that are meant with it
SAID = 0.7  # share of a cell's words that the question says itself: it does not ask for them
MAX_ROWS = 12
MAX_SHARING = 4  # rows that share a word of the question and are all meant
MAX_CELLS = 6
OWN_NAME = 2  # characters of a row's name that tell it from other rows


_BARE = re.compile(r"[\d,.]+")  # 12186 / not 99.06%
_ASKS_SEVERAL = re.compile(r"哪(?:些|几|两|三|四)|分别|都有|各")
_QUESTION = re.compile(r"哪|谁|多少|几|什么|啥|何")


def compose_rows(material: Material) -> Draft | None:
    """Return the rows that a question compares: several of one table, or several years of one row; None otherwise."""
    draft = compose_table(material)
    if draft is None or not draft.statements:
        return None
    several = len(draft.statements) > 1 or draft.statements[0].frame
    return draft if several else None


def compose_table(material: Material) -> Draft | None:
    """Return the rows asked for, when the best clause found is a table row; None otherwise."""
    understanding = material.understanding
    terms, years = understanding.terms, understanding.years
    rows = [
        hit.clause
        for hit in material.hits
        if hit.clause.cells
        and (not is_task_row(hit.clause) or _asks_when(hit.clause, material) or _asks_column(hit.clause, material))
    ]
    rows = _not_set_aside(rows, understanding.asked)
    of_years = {row.id for row in rows if not years or year_fits(material, row, 0, len(row.own.text), years)}
    others = [row for row in rows if row.id not in of_years]
    rows = [row for row in rows if row.id in of_years]
    unknown = terms.missing(*(row.own.text for row in rows))
    needs = wanted(understanding.intent, understanding.put)
    stated = stated_numbers(understanding.put)
    rows = [row for row in rows if _can_hold(row, needs) and all(holds_number(row.own.text, n) for n in stated)]
    held = [(_coverage(row, terms, material) + SHORT_FORM * _abbreviated(row, unknown), row) for row in rows]
    scored = sorted(held, key=lambda item: -item[0])
    best = max((held for held, _ in scored), default=0.0)
    other = max(others, key=lambda row: _coverage(row, terms, material), default=None)
    if best < ENOUGH and other is None:
        return None
    told = [p.coverage for p in fitting(material) if met(needs, p.text) >= min(1, len(needs))]
    prose = max(told, default=0.0)
    if other is not None and _coverage(other, terms, material) > max(ENOUGH, prose, best):
        return refuse_year(material, other, years)
    if best < ENOUGH or not _more_than_column(top := scored[0][1], terms):
        return None
    table = [row for _, row in scored if row.parent_id == top.parent_id]
    years = years or _last_two_years(understanding.put, top)
    compared = _a_row_each(table, years) if understanding.intent in (Intent.COMPARE, Intent.FIGURE) else []
    compared = compared or _counted(table, terms, understanding.question) or _each_named(table, understanding.asked)
    asked = compared or _spans_years(top, years) or _alone_holds(top, terms, material)
    if prose > best and not asked and not (prose <= best + CLOSE and _asks_cell(top, table, terms)):
        return None
    meant = compared or _leant_on(table, material) or _meant(scored, terms, understanding.question)
    statements = [_row(row, terms, material) for row in meant[:MAX_ROWS]]
    if len(meant) == 1 and (verdict := compared_years(understanding.put, meant[0].cells, years)):
        statements = [replace(statements[0], text=verdict + statements[0].text, frame=(verdict,))]
    return Draft(status=Status.ANSWERED, statements=statements, confidence=of_coverage(best))


_TASK_COLUMNS = re.compile(r"责任|牵头|配合|任务|工作|内容|项目|措施|名称|序号|备注")


def _asks_column(row: Clause, material: Material) -> bool:
    """Whether a question names a column of a task list that gives neither the task nor the departments: 总投资."""
    own = [cell for cell in row.cells if cell.value and not _TASK_COLUMNS.search(cell.header)]
    return any(_names(material.understanding.terms, cell, material) for cell in own)


def _asks_when(row: Clause, material: Material) -> bool:
    """Whether a question asks for the time limit that a task list gives in a column of its own."""
    question = material.understanding.put
    asks = material.understanding.intent is Intent.TIME or WHEN.search(question) is not None
    return asks and any(WHEN.search(cell.header) and cell.value for cell in row.cells)


def _a_row_each(table: Sequence[Clause], years: Sequence[str]) -> list[Clause]:
    """Return the best row of a table for each of several years, [] when some year has none; best rows come first."""
    others = {year: [other for other in years if other != year] for year in years}
    found = [
        next((row for row in table if year in row.own.text and not any(o in row.own.text for o in others[year])), None)
        for year in years
    ]
    rows = [row for row in found if row is not None]
    return rows if 1 < len({row.id for row in rows}) == len(years) else []


def _leant_on(table: Sequence[Clause], material: Material) -> list[Clause]:
    """Return the rows that the answer before gave, unless the question's own words or a new year mean others."""
    understanding = material.understanding
    before = [row for row in table if row.id in understanding.focus]
    asked = fold(understanding.asked)
    own = [t.text for t in understanding.terms.terms if t.word and t.text in asked]
    held = [[word in fold(row.own.text) for word in own] for row in table]
    tells = any(any(column) and not all(column) for column in zip(*held, strict=True))
    return [] if tells or any(year in asked for year in understanding.years) else before


def _asks_cell(row: Clause, table: Sequence[Clause], terms: Terms) -> bool:
    """Whether the question names a row by a word of its own and one of its columns: 北区联盟的牵头企业."""
    words = [term for term in terms.terms if term.word]
    own = [t for t in words if t.text in fold(row.own.text) and not all(t.text in fold(r.own.text) for r in table)]
    headers = fold("".join(cell.header for cell in row.cells))
    return len(table) > 1 and bool(own) and any(t.share_in(headers) for t in words if t not in own)


def _meant(scored: list[tuple[float, Clause]], terms: Terms, question: str) -> list[Clause]:
    """Return the rows asked for: all that share the best row's rarest word of the question, else the best ones."""
    best, top = scored[0]
    table = [(held, row) for held, row in scored if row.parent_id == top.parent_id]
    if len(table) > 1 and len(table) in counts_of(question) and _ASKS_SEVERAL.search(question):
        return [row for _, row in table]  # 一共七个，都有哪些 of a table with seven rows
    words = [term for term in terms.terms if term.word and term.share_in(fold(top.own.text))]
    rarest = max(words, key=lambda term: term.weight, default=None)
    if rarest is not None:
        sharing = [row for _, row in table if rarest.share_in(fold(row.own.text))]
        sharing = [row for held, row in table if row in sharing and held >= NEARLY * best]
        if 1 < len(sharing) <= MAX_SHARING and len(sharing) < len(table) and _ASKS_SEVERAL.search(question):
            return sharing
    meant = [row for held, row in table if held >= best - 1e-6]
    closest = max(_named(row, question) for row in meant)
    return [row for row in meant if _named(row, question) >= closest - 1e-6]


def _counted(table: Sequence[Clause], terms: Terms, question: str) -> list[Clause]:
    """Return the rows that share a word of the question and are as many as it says: 两所甲国工坊; [] for none.

    The best row, which comes first, is one of them.
    """
    counts = counts_of(question)
    words = [term for term in terms.terms if term.word and term.share_in(fold(table[0].own.text))]
    for word in sorted(words, key=lambda term: -term.weight):
        sharing = [row for row in table if word.share_in(fold(row.own.text))]
        if len(sharing) > 1 and len(sharing) in counts:
            return sharing
    return []


def _not_set_aside(rows: Sequence[Clause], asked: str) -> list[Clause]:
    """Return the rows without those that a question sets aside: 除了甲和乙以外的."""
    set_aside = fold("|".join(excepted(asked)))
    return [row for row in rows if not (set_aside and _own_parts(row, rows, set_aside))]


def _own_parts(row: Clause, rows: Sequence[Clause], words: str) -> list[int]:
    """Return where the words hold parts of a row's name that no other row's name has."""
    name = fold(_name(row))
    others = "|".join(fold(_name(other)) for other in rows if _name(other) != _name(row))
    own = [name[i : i + OWN_NAME] for i in range(len(name) - OWN_NAME + 1)]
    return [words.find(part) for part in own if part in words and part not in others]


_JOINS = re.compile(r"和|跟|与|同|及|、|还有")


def _each_named(table: Sequence[Clause], question: str) -> list[Clause]:
    """Return the rows that a question names one beside the other, each by a part of its name that no other row has."""
    asked = fold(question)
    found = [(min(at), row) for row in table if (at := _own_parts(row, table, asked))]
    found.sort(key=lambda item: item[0])
    joined = len(found) > 1 and _JOINS.search(asked[found[0][0] : found[-1][0]]) is not None
    return [row for _, row in found] if joined and len(found) <= MAX_SHARING else []


def _name(row: Clause) -> str:
    """Return the row's name: its first cell in words."""
    return next((cell.value for cell in row.cells if cell.value and not cell.value.isdigit()), "")


_LAST_TWO = re.compile(r"今年|本年|这一?年|去年|上一?年")
_YEAR = re.compile(r"20\d\d")


def _last_two_years(question: str, row: Clause) -> tuple[str, ...]:
    """Return the last two years of a row's columns where a question compares this year with the one before."""
    years = sorted({year for cell in row.cells for year in _YEAR.findall(cell.header)})
    asks = _LAST_TWO.search(question) and re.search(r"去年|上一?年|前一?年", question)
    return tuple(years[-2:]) if asks and len(years) > 1 else ()


def _alone_holds(row: Clause, terms: Terms, material: Material) -> bool:
    """Whether the row holds a rare word of the question that no clause in prose holds: a person, a company."""
    prose = "\n".join(fold(hit.clause.own.text) for hit in material.hits if not hit.clause.cells)
    rare = RARE * max((term.weight for term in terms.terms if term.word), default=0.0)
    own = fold(row.own.text)
    return any(t.word and t.weight >= rare and t.text in own and t.text not in prose for t in terms.terms)


def _named(row: Clause, question: str) -> float:
    """Return the share of the row's name (its first cell in words) that stands in the question."""
    return _share_in(_name(row), question)


def _share_in(words: str, question: str) -> float:
    """Return the share of the words' pairs of characters that stand in the question."""
    words, question = fold(words), fold(question)
    if words.replace(".", "").isdigit():  # 20 is not said by 2025年
        return float(holds_number(question, words))
    pairs = [words[i : i + 2] for i in range(len(words) - 1)] or [words]
    return sum(pair in question for pair in pairs) / len(pairs) if words else 0.0


def _spans_years(row: Clause, years: tuple[str, ...]) -> bool:
    """Whether a row has a column for each of several years asked about."""
    headers = " ".join(cell.header for cell in row.cells)
    return len(years) > 1 and all(year in headers for year in years)


def _abbreviated(row: Clause, words: tuple[str, ...]) -> int:
    """Return how many of the words, which no clause holds, abbreviate a cell: 农科所 for 农业科学研究所."""
    return sum(any(_abbreviates(word, cell.value) for cell in row.cells) for word in words)


def _abbreviates(word: str, value: str) -> bool:
    rest = iter(value)
    return 2 <= len(word) < len(value) and value[:1] == word[:1] and all(char in rest for char in word)


def _can_hold(row: Clause, needs: Sequence[re.Pattern[str]]) -> bool:
    """Whether a row may hold the figure asked for: of its kind, or a bare number, whose measure its header gives."""
    return (
        not needs
        or met(needs, row.own.text) > 0
        or any(_BARE.fullmatch(cell.value.strip()) for cell in row.cells if cell.header != "序号")
    )


def _coverage(row: Clause, terms: Terms, material: Material) -> float:
    """How much of the question a row holds with its column headers and its table's title."""
    own = row.own.text + "\n" + "\n".join(cell.header for cell in row.cells)
    context = material.context(row)
    anchored = terms.anchor is None or terms.anchor.share_in(fold(own + context)) > 0
    return terms.coverage(own, context) - ANCHOR_PENALTY * (not anchored)


def _more_than_column(row: Clause, terms: Terms) -> bool:
    """Whether a row's cells or its table's title hold a word of the question, not only its headers.

    Of 获奖比例 a row with a column 比例 holds nothing but the column; of 比例 it holds all.
    """
    words = [term for term in terms.terms if term.word and not term.text.isdecimal()]
    headers = fold("".join(cell.header for cell in row.cells))
    told = fold("\n".join((*row.path, *(cell.value for cell in row.cells))))
    return any(term.share_in(told) for term in words) or all(term.share_in(headers) for term in words)


def _row(row: Clause, terms: Terms, material: Material) -> Statement:
    """Return the row's name and its cells: those whose column the question names, all when it names none."""
    cells = [cell for cell in row.cells if cell.value and not (cell.header == "序号" and cell.value.isdigit())]
    naming = _naming(row, cells, material)
    name, values = "，".join(cell.value for cell in cells[:naming]), cells[naming:]
    if material.understanding.focus:  # of a question that leans on the one before, its own words choose the column
        own = fold(material.understanding.asked)
        terms = Terms(terms=tuple(term for term in terms.terms if term.text in own))
    open_cells = [cell for cell in values if _share_in(cell.value, material.understanding.question) < SAID]
    asked = [cell for cell in open_cells if _names(terms, cell, material)]
    questions = len(_QUESTION.findall(material.understanding.asked))
    shown = (asked if asked and questions <= len(asked) else values)[:MAX_CELLS]
    if not shown:
        return Statement(text=f"{place(row, material)}：{name.rstrip('。')}。", evidence=(Evidence.whole(row),))
    text = "，".join(f"{cell.header}：{cell.value}" if cell.header else cell.value for cell in shown)
    table = row.path[-2] if len(row.path) > 1 else row.label
    return Statement(text=f"{table}中，{name}——{text}。", evidence=(Evidence.whole(row),))


def _naming(row: Clause, cells: Sequence[Cell], material: Material) -> int:
    """Return how many first cells name a row: up to the one that no other row of its table begins with as well."""
    rows = [hit.clause for hit in material.hits if hit.clause.parent_id == row.parent_id and hit.clause.id != row.id]
    beginnings = [[cell.value for cell in other.cells if cell.value] for other in rows]
    return next((n for n in range(1, len(cells)) if [c.value for c in cells[:n]] not in [b[:n] for b in beginnings]), 1)


def _names(terms: Terms, cell: Cell, material: Material) -> bool:
    header = fold(cell.header)
    years = material.understanding.years
    if any(year in header for year in years) or (WHEN.search(header) and material.understanding.intent is Intent.TIME):
        return True
    return any(term.word and term.share_in(header) for term in terms.terms)
