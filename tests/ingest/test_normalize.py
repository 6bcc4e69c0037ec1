"""Reading texts, and their sentences."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.normalize import Piece, containing, reading, sentences


def read(text: str, *, title: bool = False) -> str:
    return reading(text, [Piece(0, len(text), title=title)])[0].text


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("建设 50 门课程", "建设50门课程"),
        ("科研人员 and 大学生", "科研人员 大学生"),
        ("R and D 中心", "R and D中心"),
        ("**二是**强化", "二是强化"),
        ("甲\t乙", "甲 乙"),
        ("2. 1 个案例", "2. 1个案例"),
        ("部长 Sayasat Nurbek 来访", "部长Sayasat Nurbek来访"),
        ("合 作", "合作"),
        ("“寻记忆 展风采”活动", "“寻记忆 展风采”活动"),
        ("39 项, 其中 21 项", "39项,其中21项"),
        ("零\u200b宽", "零宽"),
    ],
)
def test_stray_matter_is_left_out(source, expected):
    assert read(source) == expected


def test_titles_keep_a_space_between_words():
    assert read("市教委 市财政局", title=True) == "市教委 市财政局"


def test_pieces_are_joined_as_asked():
    text = "推动工作\n\n落实。\n下一段"
    pieces = [Piece(0, 4), Piece(6, 9, glue=""), Piece(10, 13)]
    result, left = reading(text, pieces)
    assert result.text == "推动工作落实。\n下一段"
    assert result.source_span(2, 6) == (2, 8)
    assert left == []


@given(st.text(alphabet="甲乙 \t*and1.，“”\u200b\n", max_size=60))
def test_runs_map_back_letter_by_letter(text):
    result, left = reading(text, [Piece(0, len(text))])
    covered = []
    for at, source, length in result.runs:
        assert result.text[at : at + length] == text[source : source + length]
        covered += range(source, source + length)
    covered += [index for item in left for index in range(item.start, item.end)]
    assert len(covered) == len(set(covered))
    assert {i for i, char in enumerate(text) if not char.isspace()} <= set(covered)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("甲。乙！丙？", ["甲。", "乙！", "丙？"]),
        ("他说“好。对。”后来", ["他说“好。对。”", "后来"]),
        ("甲（见图1。）乙。丙", ["甲（见图1。）乙。", "丙"]),
        ("甲；乙。", ["甲；乙。"]),
        ("一行\n二行。 ", ["一行", "二行。"]),
        ("开“未闭。下", ["开“未闭。", "下"]),
        ("", []),
    ],
)
def test_sentences(text, expected):
    assert [text[start:end] for start, end in sentences(text)] == expected


def test_clauses_end_at_semicolons_too():
    text = "甲；乙（子；丑）；丙。"
    assert [text[a:b] for a, b in sentences(text, clauses=True)] == ["甲；", "乙（子；丑）；", "丙。"]
    assert containing(sentences(text, clauses=True), 3) == (2, 9)
    assert containing([], 0) is None


@given(st.text(alphabet="甲乙。；“”（）\n ", max_size=60))
def test_sentences_hold_everything_but_white_space(text):
    spans = sentences(text, clauses=True)
    assert all(a < b for a, b in spans) and all(before[1] <= after[0] for before, after in pairwise(spans))
    assert "".join("".join(text[a:b] for a, b in spans).split()) == "".join(text.split())
