"""Series of lines that are numbered by a word: 任务1：……, 任务2：……; one that stands alone may be a mention."""

from dataclasses import dataclass, replace

from ingest.numerals import parse_number
from ingest.split import patterns
from ingest.split.lines import Line


@dataclass(frozen=True, slots=True)
class _Member:
    at: int  # index of the line
    word: str
    value: int
    closed: bool  # whether a colon or a bracket ends the number


def with_series(lines: list[Line]) -> list[Line]:
    """The lines, the members of a series marked, and of a series that is part of another one."""
    members = _members(lines)
    outer = _outer(members)
    found = list(lines)
    for member in members:
        inside = outer.get(member.word, "")
        found[member.at] = replace(lines[member.at], labelled=True, inside=inside)
    return found


def _members(lines: list[Line]) -> list[_Member]:
    by_word: dict[str, list[_Member]] = {}
    for index, line in enumerate(lines):
        if line.quoted or line.annex or line.tabbed:
            continue
        found = patterns.match_family(line.text)
        if found is None or found[0].name not in patterns.LABELLED:
            continue
        word, value = found[1]["w"], parse_number(found[1]["n"])
        if value is not None:
            closed = line.text[found[1].end() :].lstrip()[:1] in ("：", ":") or "】" in found[1].group()
            by_word.setdefault(word, []).append(_Member(index, word, value, closed))
    members = []
    for series in by_word.values():
        following = {at for at in range(1, len(series)) if series[at].value == series[at - 1].value + 1}
        in_row = following | {at - 1 for at in following}
        members += [member for at, member in enumerate(series) if at in in_row or (in_row and member.closed)]
    return sorted(members, key=lambda member: member.at)


def _outer(members: list[_Member]) -> dict[str, str]:
    """Of each word the word whose series goes on around it: 任务 of 措施 in 任务1, 措施1, 任务2, 措施1."""
    outer: dict[str, str] = {}
    words = list(dict.fromkeys(member.word for member in members))
    for position, word in enumerate(words):
        first = next(member for member in members if member.word == word)
        for around in reversed(words[:position]):
            before = [m.value for m in members if m.word == around and m.at < first.at]
            after = next((m.value for m in members if m.word == around and m.at > first.at), None)
            if before and after == before[-1] + 1:
                outer[word] = around
                break
    return outer
