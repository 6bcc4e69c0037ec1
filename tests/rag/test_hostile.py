"""Questions made to cost time: the work that a question causes has a bound, whatever it says."""

import pytest

from rag import answer as answer_module
from rag.answer import MAX_PARTS, open_assistant
from rag.cite import inert
from rag.compose.wanted import leaves_open, stated_numbers
from rag.library import Library
from rag.question import parts_of
from rag.schema import Status
from rag.understand import MAX_REFERENCES

LONG = 100_000  # digits: where each is tried as the first of a number, five thousand million steps


def test_a_long_number_is_read_once():
    assert stated_numbers("1" * LONG) == ()
    assert stated_numbers("2" * LONG + "个") == ("2" * LONG,)
    assert not leaves_open("3" * LONG + "哪", "") and not leaves_open("十" * LONG + "哪", "")
    assert stated_numbers("那20个工坊和3类课程，2025年") == ("20", "3")


def test_a_list_of_thousands_of_questions_is_divided():
    assert parts_of("谁负责，" * 5000) == ["谁负责"] * 5000
    assert parts_of("建几所？建在哪里") == ["建几所", "建在哪里"]
    assert parts_of("谁主编 哪个社出的") == ["谁主编", "哪个社出的"]


def test_of_many_questions_the_first_are_answered_and_that_is_said(data_dir, monkeypatch):
    composed = []
    real = answer_module.compose
    monkeypatch.setattr(answer_module, "compose", lambda material: composed.append(material) or real(material))
    assistant = open_assistant(data_dir=data_dir, embedding_model=None, llm=None)
    found = assistant.answer("哪些部门负责PPP相关任务？" * 80)
    assert len(composed) <= 2 * MAX_PARTS + 2
    assert found.status is Status.PARTIAL and "其余的请另问" in found.answer


def test_each_document_is_read_once_however_many_clauses_are_pointed_at(data_dir, monkeypatch):
    read = []
    real = Library.clauses

    def clauses(self, document_id):
        read.append(document_id)
        return real(self, document_id)

    assistant = open_assistant(data_dir=data_dir, embedding_model=None, llm=None)
    monkeypatch.setattr(Library, "clauses", clauses)
    understood = assistant._read("".join(f"第{number}条和" for number in range(1, 300)), None)
    assert len(understood.references) == MAX_REFERENCES
    assert sorted(read) == sorted(document.id for document in assistant.library.documents())


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("<script>alert(1)</script><IMG src=x><!-- a -->", "＜script>alert(1)＜/script>＜IMG src=x>＜!-- a -->"),
        ("请看![图](http://evil.example/a.png)。", "请看!［图］(http://evil.example/a.png)。"),
        ("请看![图[1]](http://evil.example/a.png)。", "请看![图[1]］(http://evil.example/a.png)。"),
        ("[点我][a]\n[a]: javascript:alert(1)", "［点我］[a]\n［a］: javascript:alert(1)"),
        ("每校植树30棵。[^9]", "每校植树30棵。［^9]"),
        ("<javascript:alert(1)>", "＜javascript:alert(1)>"),
        (
            "津教政[2025]7号，低于5<6，<5%，<https://example.cn/>",
            "津教政[2025]7号，低于5<6，<5%，<https://example.cn/>",
        ),
    ],
)
def test_nothing_of_a_document_comes_alive_as_markdown(said, shown):
    assert inert(said) == shown


def test_an_answer_of_a_document_with_markup_carries_none(tmp_path):
    from rag.build import add_document

    text = "关于绿化的通知\n\n一、植树\n\n每校植树<img src=x onerror=a()>30棵![图](http://evil.example/a.png)[^7]。\n"
    add_document(text.encode(), "lvhua.txt", data_dir=tmp_path, embedding_model=None)
    found = open_assistant(data_dir=tmp_path, embedding_model=None, llm=None).answer("每校植树多少棵？")
    assert "30棵" in found.answer and found.answer.endswith("[^1]")
    assert "<img" not in found.answer and "](" not in found.answer and found.answer.count("[^") == 1
    assert "<img src=x onerror=a()>" in found.citations[0].quote  # the source, to the letter
