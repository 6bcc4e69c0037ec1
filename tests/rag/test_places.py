import pytest

from ingest.segment import Segmenter
from rag.places import places_in


@pytest.fixture(scope="module")
def words():
    return Segmenter().words


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("如何确保定期检修", ()),  # no 保定
        ("建成都由谁负责", ()),
        ("保定市的码头", ("保定",)),
        ("雄安的码头", ("雄安",)),  # no word of the dictionary
        ("唐山市的码头", ("唐山",)),
        ("河北省和河北区的码头", ("河北区",)),
        ("河北区域的码头", ("河北",)),
        ("印度尼西亚的码头", ("印度尼西亚",)),
    ],
)
def test_a_place_is_a_word_of_its_own(text, named, words):
    assert places_in(text, words) == named
