"""Words taken over without quotation marks, and verbs that build against verbs that end."""

import pytest

from rag.check.actions import action_conflict, role_conflict
from rag.check.literal import MAX_GAP, SHORTEST, doubts
from rag.check.schema import DifferenceKind

SOURCE = "支持企业深度参与职业学校专业规划和教材开发，依法享受相关优惠政策"


def words(text):
    """Cut a text as if every two characters were a word."""
    return [text[at : at + 2] for at in range(0, len(text), 2)]


def kinds(said, holes=()):
    return [kind for kind, _ in doubts(said, SOURCE, words, holes)]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("支持企业深度参与职业学校专业规划", []),  # word for word
        ("支持企业深度参与职业学校专业设置和教材开发", [DifferenceKind.WORDING]),
        ("支持企业和行业深度参与职业学校专业规划", [DifferenceKind.INSERTION]),
        ("支持企业深度参与职业学校专业规划和教材开发，享受相关优惠政策", [DifferenceKind.SCOPE]),  # 依法 limits
        ("支持企业深度参与到职业学校专业规划", []),  # an idle word
        ("支持企业深度参与学校专业规划", []),  # a whole word left out
        ("要支持企业深度参与职业学校专业规划的工作", []),  # led in and out
        ("引导各地因地制宜办好老年大学", []),  # another sentence altogether
    ],
)
def test_a_word_changed_in_what_is_repeated_is_a_doubt(said, expected):
    assert kinds(said) == expected


def test_what_is_too_short_repeats_nothing_and_what_leaves_out_much_is_another_wording():
    short = "支持企业参加学校"
    assert len(short) == SHORTEST
    assert not kinds(short[:-1])
    gap = "支持企业深度参与享受相关优惠政策"
    assert SOURCE.index("享受") - SOURCE.index("职业学校") > MAX_GAP
    assert not kinds(gap)


def test_two_characters_that_changed_places_are_one_doubt():
    found = doubts("支持企业深度参与职业校学专业规划", SOURCE, words)
    assert [kind for kind, _ in found] == [DifferenceKind.WORDING]


def test_a_hole_where_a_name_was_taken_out_is_no_doubt():
    said = "支持企业深度参与职业学校规划和教材开发"
    at = said.index("规划")
    assert [edit.draft_start for _, edit in doubts(said, SOURCE.replace("专业", "鲁"), words)] == [at]
    assert not doubts(said, SOURCE.replace("专业", "鲁"), words, {at})


@pytest.mark.parametrize(
    ("part", "segment", "expected"),
    [
        ("取消产业学院建设经费", "设立产业学院建设经费", ("取消", "设立")),
        ("产业学院一律撤销", "建设产业学院", ("撤销", "建设")),
        ("建设产业学院", "撤销产业学院", ("建设", "撤销")),  # the other way round
        ("打造产业学院", "建设产业学院", None),  # both build
        ("不得取消产业学院", "建设产业学院", None),  # denied
        ("取消收费项目", "建设产业学院", None),  # something else
        ("取消产业学院", "不再建设产业学院", None),  # the source ends it too
        ("", "", None),
    ],
)
def test_what_ends_against_what_builds(part, segment, expected):
    assert action_conflict(part, segment) == expected


def test_the_role_of_another_is_a_conflict():
    source = "坚持以企业为主体、学校为基础"
    assert role_conflict("以学校为主体", source) == ("学校", "企业")
    assert role_conflict("以企业为主体", source) is None
    assert role_conflict("以学校为基础", source) is None
    assert role_conflict("以社区为主体", source) is None  # not in the source: nothing to hold against it
