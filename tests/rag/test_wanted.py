import pytest

from rag.compose.wanted import holds_count, leaves_slogan_open, met, wanted
from rag.question import Intent


def test_a_sentence_that_counts_as_many_is_told_from_another():
    assert holds_count("在哪四个方面合作？", "锚定四大发力点")
    assert holds_count("哪两项制度", "建立2项制度")
    assert not holds_count("在哪四个方面合作？", "形成三个品牌，第四届大会")


def test_a_slogan_is_explained_by_a_list_of_its_own_words_before_it():
    asked = "“三园联动”是指哪三园？"
    assert not leaves_slogan_open(asked, "建设公园、菜园，开放校园、果园，形成“三园联动”格局", "")
    assert leaves_slogan_open(asked, "推进道路（公路、街巷）建设，率先落实“三园联动”要求", "")


def test_a_slogan_of_digits_and_one_with_a_sign_are_slogans():
    asked = "“3421”工程的数字各对应什么"
    assert leaves_slogan_open(asked, "发挥“3421”工程的作用", "")
    assert not leaves_slogan_open(asked, "形成“3421”工程（三园、四路）", "")
    assert leaves_slogan_open("“一+N”是指什么", "推广“一+N”制度", "")


@pytest.mark.parametrize(
    ("question", "held", "not_held"),
    [
        ("占地多少平方公里", "占地3平方公里", "占地572平方米"),
        ("每人能领多少补助", "每人补助200元", "组织千名博士"),
        ("认证多少家——每家奖多少钱", "奖励5万元", "认证100家"),
    ],
)
def test_the_figure_must_be_of_the_kind_asked_for_last(question, held, not_held):
    needs = wanted(Intent.FIGURE, question)
    assert met(needs, held) and not met(needs, not_held)
