import pytest

from rag.spelling import Spelling

WORDS = ("班会", "不实", "上线", "蓝皮书", "产教融合", "向企而行", "行动", "计划")
PAIRS = {word[i : i + 2] for word in (*WORDS, "产教融合", "发布", "教融", "计划") for i in range(len(word) - 1)}


def cut(text):
    """Longest known word first, else one character: 融和 is a word of the dictionary, 照办会 is 照办 and 会."""
    words, at = [], 0
    while at < len(text):
        word = next((w for w in ("融和", "照办", "行动", "计划", "月薪") if text.startswith(w, at)), text[at])
        words.append(word)
        at += len(word)
    return words


def spelling(known=()):
    return Spelling(
        vocabulary=lambda: WORDS,
        frequency=lambda pair: 9 * (pair in PAIRS or pair in known),
        cut=cut,
    )


@pytest.mark.parametrize(
    ("slip", "right"),
    [("兰皮书谁发布", "蓝皮书谁发布"), ("产教融和", "产教融合"), ("向企而形行动计划", "向企而行行动计划")],
)
def test_slips_that_sound_alike_are_mended(slip, right):
    assert spelling().mend(slip) == right


@pytest.mark.parametrize("question", ["产教融合", "月薪多少", "PPP2.0", "", "不照办会", "不是", "上限是多少"])
def test_what_is_known_or_sounds_like_nothing_stays(question):
    assert spelling().mend(question) == question
