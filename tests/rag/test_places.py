import pytest

from rag.places import places_in


@pytest.mark.parametrize(
    ("cut", "named"),
    [
        ("如何|确保|定期|检修", ()),  # no 保定
        ("建成|都|由|谁|负责", ()),
        ("保定|市|的|码头", ("保定",)),
        ("河北|省|和|河北|区|的|码头", ("河北区",)),
        ("河北|区域|的|码头", ("河北",)),
        ("印度|尼西亚|印度尼西亚|的|码头", ("印度尼西亚",)),
    ],
)
def test_a_place_is_a_word_of_its_own(cut, named):
    text = cut.replace("印度|尼西亚|", "").replace("|", "")
    assert places_in(text, lambda _: cut.split("|")) == named
