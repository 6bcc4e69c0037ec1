"""Planted errors in prose: what a clause says, told without quotation marks and changed in one place.

`python -m evals.planted --prose` runs it. The clean cases are the same sentences told as people tell them: a part left
out, parts turned round, other words of the same meaning, figures in other letters. All word lists are its own.
"""

import random
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from evals.planted import (
    COMPARATORS,
    DENIALS,
    DUTIES,
    Edit,
    Planted,
    Quoted,
    added_words,
    addressable,
    bare_words,
    changed_character_order,
    changed_date,
    changed_department,
    changed_number,
    changed_unit,
    dropped_words,
    of_pairs,
    other_labels,
    quotations,
    shuffled,
)
from ingest.departments import Departments

if TYPE_CHECKING:
    from rag.library import Library

_SAYS = ("规定，", "提出，", "要求", "明确，", "指出，要", "强调，")
_VERBS = (
    ("建立", "取消"), ("建设", "停建"), ("成立", "撤销"), ("设立", "撤销"), ("实施", "停止"), ("开展", "停止"),
    ("推进", "暂缓"), ("推动", "限制"), ("支持", "反对"), ("鼓励", "限制"), ("扩大", "缩小"), ("提高", "降低"),
    ("提升", "降低"), ("增加", "减少"), ("加强", "削弱"), ("强化", "弱化"), ("保留", "删除"), ("允许", "禁止"),
    ("公开", "隐瞒"), ("批准", "否决"), ("受理", "拒绝"), ("登记", "注销"), ("保护", "损害"), ("延长", "缩短"),
    ("高于", "低于"), ("启动", "终止"), ("完善", "废止"), ("培养", "淘汰"), ("打造", "拆除"), ("同意", "反对"),
)  # fmt: skip
_QUALIFIERS = (
    "原则上", "有条件的", "符合条件的", "试点", "探索", "逐步", "经批准", "依法", "部分", "可以", "应当", "鼓励",
    "不得",
    "必要时", "一般", "主要", "优先", "除外", "按照规定", "按规定", "未经", "不",
)  # fmt: skip
_SAME = (
    ("推进", "推动"), ("建立", "构建"), ("提升", "提高"), ("加强", "强化"), ("完善", "健全"), ("开展", "组织开展"),
    ("打造", "建设"), ("以及", "和"), ("或者", "或"), ("及时", "尽快"), ("根据", "依据"),
    ("按照", "依照"),
    ("有关", "相关"), ("大力", "积极"), ("教师", "老师"), ("促进", "推动"), ("举办", "开办"),
)  # fmt: skip
_HAN = "零一二三四五六七八九"


def _figures(words: str, chance: random.Random) -> str | None:
    """Exchange two figures with one unit."""
    found = list(re.finditer(r"(?<![\d.第])(\d+(?:\.\d+)?)(?=\s*([个项所家门名次年%人万亿元])(?!\d))", words))
    pairs = [(a, b) for a in found for b in found if a.start() < b.start() and a[1] != b[1] and a[2] == b[2]]
    if not pairs:
        return None
    one, other = chance.choice(pairs)
    return words[: one.start()] + other[1] + words[one.end() : other.start()] + one[1] + words[other.end() :]


def _qualifier(words: str, chance: random.Random) -> str | None:
    found = [(m.start(), word) for word in _QUALIFIERS for m in re.finditer(word, words)]
    if not found:
        return None
    at, word = chance.choice(found)
    return words[:at] + words[at + len(word) :]


def _edits(departments: Departments, donors: Sequence[str]) -> dict[str, Edit]:
    return {
        "number": changed_number, "unit": changed_unit, "date": changed_date, "comparator": of_pairs(COMPARATORS),
        "duty": of_pairs(DUTIES), "negation": of_pairs(DENIALS), "department": changed_department(departments),
        "figures": _figures, "verb": of_pairs(_VERBS), "characters": changed_character_order,
        "insertion": added_words(donors), "qualifier": _qualifier, "omission": dropped_words,
    }  # fmt: skip


def told(quoted: Quoted, words: str, chance: random.Random, *, label: str | None = None) -> str:
    """Return a sentence that ascribes these words to their clause, without quotation marks."""
    label = quoted.clause.label if label is None else label
    return f"《{quoted.document.title}》{label}{chance.choice(_SAYS)}{words}。"


def prose(library: "Library", departments: Departments, *, each: int, seed: int) -> Iterator[Planted]:
    """Yield up to `each` cases of every kind, then twice as many clean ones."""
    chance = random.Random(seed)
    pool = [one for one in quotations(library) if addressable(one.clause.label)]
    donors = [one.words for one in chance.sample(pool, min(len(pool), 500))]
    for kind, edit in _edits(departments, donors).items():
        seen: set[str] = set()
        for quoted in shuffled(pool, chance, rounds=6):
            changed = edit(quoted.words, chance)
            if changed is None or changed in seen or bare_words(changed) in bare_words(quoted.document.text):
                continue
            seen.add(changed)
            yield Planted(kind=kind, text=told(quoted, changed, chance))
            if len(seen) == each:
                break
    yield from _responsible(library, departments, chance, each)
    for quoted, label in other_labels(pool, chance, each):
        yield Planted(kind="label", text=told(quoted, quoted.words, chance, label=label))
    for quoted in shuffled(pool, chance, rounds=1)[: each * 2]:
        yield Planted(kind="clean", text=told(quoted, _retold(quoted.words, chance), chance))


def _responsible(library: "Library", departments: Departments, chance: random.Random, each: int) -> Iterator[Planted]:
    """Yield who is responsible: one department exchanged (kind units), or some of them with 等部门 (kind clean)."""
    names = [one.name for one in departments.departments if one.kind == "city" and not one.successor]
    pool = [
        Quoted(document=document, clause=clause, words="")
        for document in library.documents()
        for clause in library.clauses(document.id)
        if len(clause.units) > 1 and addressable(clause.label)
    ]
    for quoted in shuffled(pool, chance, rounds=1)[:each]:
        written = [unit.written for unit in quoted.clause.units]
        held = {member for unit in quoted.clause.units for member in departments.family(unit.name)}
        others = [name for name in names if name not in held]
        at = chance.randrange(len(written))
        wrong = "、".join([*written[:at], chance.choice(others), *written[at + 1 :]])
        head = f"《{quoted.document.title}》{quoted.clause.label}"
        yield Planted(kind="units", text=f"{head}由{wrong}负责落实。")
        some = "、".join(written[: chance.randint(1, len(written) - 1)])
        yield Planted(kind="clean", text=f"{head}由{some}等部门负责落实。")


def _retold(words: str, chance: random.Random) -> str:
    """Return the words as people tell them: nothing of it is an error."""
    way = chance.randrange(6)
    parts = re.split("[，；]", words)
    if way == 1 and len(parts) > 1:
        return "，".join(parts[:-1]) if len(parts[0]) > 8 else words
    if way == 2:
        return _replaced_all(words, chance)
    if way == 3:
        return re.sub(
            r"(?<![\d.%-])(\d)(?=[个项所家门名次种])", lambda m: "两" if m[1] == "2" else _HAN[int(m[1])], words
        )
    if way == 4:
        return re.sub("、([^、，]{2,8})(?=，|$)", r"和\1", words, count=1)
    if way == 5 and len(parts) > 1 and min(map(len, parts)) > 7:
        return "，".join([*parts[1:], parts[0]])
    return words


def _replaced_all(words: str, chance: random.Random) -> str:
    found = [(old, new) for pair in _SAME for old, new in (pair, pair[::-1]) if old in words and new not in words]
    if not found:
        return words
    old, new = chance.choice(found)
    return words.replace(old, new, 1)
