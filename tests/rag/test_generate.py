import pytest

from rag.errors import LanguageModelError
from rag.generate import parse_reply


def test_json_is_read_inside_a_fence_and_after_words():
    reply = parse_reply(
        '好的：\n```json\n{"status": "answered", "sentences": [{"text": "甲", "handles": ["c1"]}]}\n```'
    )
    assert [(s.text, s.handles) for s in reply.sentences] == [("甲", ["c1"])]


@pytest.mark.parametrize("content", ["", "我不知道", '{"sentences": "甲"}', "{'status': answered", "[1, 2]"])
def test_anything_else_is_an_error_with_a_sentence(content):
    with pytest.raises(LanguageModelError, match="格式"):
        parse_reply(content)
