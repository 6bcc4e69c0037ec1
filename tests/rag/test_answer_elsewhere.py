"""Whole answers on documents that a user brings: laws with articles and items, a list of tasks with time limits."""

import pytest

from rag.answer import open_assistant
from rag.schema import Status
from tests.conftest import run_tiaowen

RIVER = """中华人民共和国河湖船只管理法

第一章 总则
第一条 为了管好河湖上的船只，制定本法。
第二条 本法所称的游船，是指在河湖上载客观光、额定载客十二人以上的船只。
第二章 游船
第三条 申请游船营运许可，应当符合下列条件：
（一）船体经检验合格；
（二）配备与载客人数相同的救生衣；
（三）船长持有内河驾驶证书。
第四条 游船经营者应当每年检修船体。
游船载客超过额定人数的，不得离开码头。
第五条 申请人应当自船只购入之日起满三十日前办理登记，登记机关应当在十五日内答复。
"""
CITY = """{city}市码头照明管理规定

第一条 码头照明由{body}负责维护。
第二条 码头灯具应当在{hour}时前开启。
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory):
    """An assistant over three short laws."""
    folder, texts = tmp_path_factory.mktemp("elsewhere"), tmp_path_factory.mktemp("texts")
    (texts / "river.txt").write_text(RIVER, encoding="utf-8")
    for city, body, hour in (("青岛", "海事所", "十八"), ("大连", "港务所", "十九")):
        (texts / f"{hour}.txt").write_text(CITY.format(city=city, body=body, hour=hour), encoding="utf-8")
    done = run_tiaowen(folder, "ingest", str(texts))
    assert done.returncode == 0, done.stderr
    return open_assistant(data_dir=folder, embedding_model=None, llm=None)


def test_a_sentence_that_announces_conditions_is_shown_with_them(assistant):
    answer = assistant.answer("游船营运许可要符合哪些条件？")
    assert answer.status is Status.ANSWERED
    assert all(words in answer.answer for words in ("下列条件：", "检验合格", "救生衣", "驾驶证书"))
    assert "第三条第（三）项" in [citation.clause.label for citation in answer.citations]


def test_the_sentence_that_defines_comes_before_those_that_use_the_word(assistant):
    answer = assistant.answer("什么是游船？")
    assert "载客观光" in answer.answer
    assert [citation.clause.label for citation in answer.citations] == ["第二条"]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("河湖船只管理法第四条是什么内容？", ("检修船体", "不得离开码头")),
        ("河湖船只管理法第五条怎么规定？", ("三十日",)),
    ],
)
def test_a_law_is_known_without_the_name_of_the_state_and_its_article_shown_whole(assistant, question, words):
    answer = assistant.answer(question)
    assert answer.status is Status.ANSWERED
    assert all(word in answer.answer for word in words)
    assert {citation.document.title for citation in answer.citations} == {"中华人民共和国河湖船只管理法"}


def test_a_number_of_days_written_in_chinese_answers_how_many_days(assistant):
    answer = assistant.answer("船只登记机关要在多少天内答复？")
    assert answer.status is Status.ANSWERED
    assert "十五日" in answer.answer


def test_a_city_stands_for_the_only_document_that_begins_with_it(assistant):
    answer = assistant.answer("码头灯具几点前开启，青岛和大连的规定有什么不同？")
    assert {citation.document.title[:2] for citation in answer.citations} == {"青岛", "大连"}
    assert "十八时" in answer.answer
    assert "十九时" in answer.answer
