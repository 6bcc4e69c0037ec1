import pytest

from rag.errors import LanguageModelError
from rag.generate import ReplyReader

REPLY = '{"status": "answered", "sentences": [{"text": "甲", "handles": ["c1"]}, {"text": "乙{", "handles": ["c2"]}]}'


def read(*pieces):
    reader = ReplyReader()
    found = [sentence.text for piece in pieces for sentence in reader.read(piece)]
    reader.close()
    return found


@pytest.mark.parametrize("around", ["{}", "好的：\n```json\n{}\n```", "想一想……{}以上。"])
def test_sentences_are_read_whatever_stands_around_them(around):
    assert read(around.replace("{}", REPLY)) == ["甲", "乙{"]


@pytest.mark.parametrize("size", [1, 2, 7, 30])
def test_sentences_are_read_from_pieces_of_any_size(size):
    assert read(*(REPLY[at : at + size] for at in range(0, len(REPLY), size))) == ["甲", "乙{"]


def test_a_sentence_is_given_as_soon_as_it_is_complete():
    reader = ReplyReader()
    at = REPLY.index("}") + 1
    assert [s.text for s in reader.read(REPLY[: at - 1])] == []
    assert [s.text for s in reader.read(REPLY[at - 1 : at])] == ["甲"]


def test_a_reply_cut_short_keeps_its_complete_sentences():
    reader = ReplyReader()
    assert [sentence.text for sentence in reader.read(REPLY[:-20])] == ["甲"]
    with pytest.raises(LanguageModelError, match="没有写完"):
        reader.close()


DRAFT = REPLY.replace("甲", "草稿")


@pytest.mark.parametrize("thoughts", [f"<think>先写{DRAFT}</think>", "<think>\n\n</think>\n", f"想：{DRAFT}</think>"])
def test_what_a_model_thinks_is_no_answer(thoughts):
    assert read(thoughts + REPLY) == ["甲", "乙{"]
    pieces = thoughts + REPLY
    found = read(*(pieces[at : at + 3] for at in range(0, len(pieces), 3)))
    assert found[-2:] == ["甲", "乙{"]


@pytest.mark.parametrize("broken", ['{"text": "说"不行"", "handles": ["c1"]}', '{"text": "甲" "handles": []}', "{甲}"])
def test_an_object_that_is_no_json_costs_only_itself(broken):
    assert read(f'{{"sentences": [{broken}, {{"text": "乙\n丙", "handles": ["c2"]}}]}}') == ["乙\n丙"]


def test_a_sentence_of_another_form_is_passed_over():
    assert read('{"sentences": [{"text": 3}, {"words": "甲"}, {"text": "乙"}]}') == ["乙"]


def test_not_found_has_no_sentences():
    with pytest.raises(LanguageModelError, match="没有回答所问"):
        read('{"status": "not_found", "sentences": [{"text": "甲", "handles": ["c1"]}]}')


@pytest.mark.parametrize("content", ["", "我不知道", "{'status': answered", "[1, 2]"])
def test_anything_else_is_an_error_with_a_sentence(content):
    with pytest.raises(LanguageModelError, match="格式"):
        read(content)
