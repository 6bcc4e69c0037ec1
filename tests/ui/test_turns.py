from html.parser import HTMLParser

from api.schema import AnswerResponse
from tests.fakes.assistant import FakeAssistant
from tests.fakes.documents import HOSTILE
from ui.conversation import MAX_HISTORY, MAX_STORED_CHARS, MAX_TURNS, Conversation, Turn
from ui.render import turns

KNOWN = {"a", "article", "b", "br", "button", "dd", "details", "div", "dl", "dt", "em", "fieldset", "form", "h2", "h3",
         "input", "label", "legend", "li", "mark", "ol", "p", "span", "strong", "summary", "table", "tbody", "td",
         "textarea", "th", "thead", "tr", "ul"}  # fmt: skip


class Checker(HTMLParser):
    """Collects what a browser would build: elements, attributes and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words += data

    def assert_harmless(self) -> None:
        assert set(self.tags) <= KNOWN
        assert {
            name for name, _ in self.attributes if name.startswith("on") or name in ("src", "href", "style")
        } == set()


def answer(question: str) -> AnswerResponse:
    return AnswerResponse.from_answer(FakeAssistant().answer(question))


def settled(*questions: str) -> str:
    made = [Turn(question=question, state="answered", answer=answer(question)) for question in questions]
    return turns.transcript(Conversation(turns=made), ["示例？"], {"chanjiaocheng": "意见"})


def test_the_empty_log_offers_the_examples() -> None:
    html = turns.transcript(Conversation(), ["哪些部门<负责>？"], {})
    assert 'data-question="哪些部门&lt;负责&gt;？"' in html


def test_marks_lead_to_their_clauses() -> None:
    html = settled("PPP？")
    assert 'aria-label="依据1，附件2第6项"' in html
    assert 'data-clause="chanjiaocheng.7"' in html
    assert 'data-total="2"' in html
    assert "系统怎样理解这个问题" in html
    assert "查责任单位" in html and "《意见》" in html


def test_only_the_last_turn_offers_retry_and_next_questions() -> None:
    html = settled("PPP？", "PPP呢？")
    assert html.count("重新回答") == 1
    assert html.count("可以接着问：") == 1
    assert html.count("改写问题") == 2


def test_statuses_are_said_in_words() -> None:
    assert "只找到一部分" in settled("工作站有多少？")
    refused = settled("食堂怎么办？")
    assert "文件中没有找到" in refused and "讲的是实训基地，没有讲食堂" in refused and 'class="near"' in refused
    assert "不在文件范围内" in settled("你好")


def test_no_hostile_text_becomes_markup() -> None:
    question = f"敌意 {HOSTILE}"
    made = [
        Turn(question=question, state="answered", answer=answer(question)),
        Turn(question=HOSTILE, state="stopped", text=HOSTILE),
        Turn(question=HOSTILE, state="failed", text=HOSTILE),
    ]
    checker = Checker(turns.transcript(Conversation(turns=made), [], {"chanjiaocheng": HOSTILE}))
    checker.assert_harmless()
    assert "<img src=x onerror" in checker.words
    assert "${7*7} {{value}} </script>" in checker.words
    draft = turns.Draft(question=HOSTILE, number=1, text=HOSTILE, stage=HOSTILE)
    Checker(turns.running(draft)).assert_harmless()
    Checker(turns.empty([HOSTILE])).assert_harmless()


def test_the_running_turn_is_busy_and_shows_marks_as_they_come() -> None:
    found = answer("PPP")
    draft = turns.Draft(question="PPP", number=3, text="负责[^1]。还有[^", citations=found.citations[:1])
    html = turns.running(draft)
    assert 'aria-busy="true"' in html and 'data-turn="3"' in html and ">1</button>" in html
    assert "[^" not in html
    assert "正在核对引文" in turns.running(turns.Draft(question="x", number=1, stage="verifying"))


def test_announcements() -> None:
    assert turns.announcement(Turn(question="x", state="answered", answer=answer("PPP"))) == "回答完毕，有 2 处依据"
    assert turns.announcement(Turn(question="x", state="answered", answer=answer("食堂"))) == "文件中没有找到"
    assert turns.announcement(Turn(question="x", state="stopped")) == "已停止"


def test_the_copy_has_circled_numbers_and_sources_in_official_form() -> None:
    copied = turns.copy_text(answer("工作站"))
    assert copied.startswith("计划推动建设 200 个工作站。①")
    assert "依据：\n① 《天津市高等院校向企而行行动计划》（津教政〔2025〕7号）一、1：“推动建设 200 个工作站”" in copied


def test_the_copy_of_a_list_is_pasted_without_bullets_and_with_single_quotes_inside_double_ones() -> None:
    found = answer("工作站")
    cited = found.citations[0].model_copy(update={"label": "一、", "quote": "打造“五金”标杆"})
    changed = found.model_copy(update={"answer": "- 甲文件：打造标杆[^1]\n- 乙文件：-5%", "citations": [cited]})
    copied = turns.copy_text(changed)
    assert copied.startswith("甲文件：打造标杆①\n乙文件：-5%\n")
    assert copied.endswith("（津教政〔2025〕7号）一：“打造‘五金’标杆”")


def test_the_title_of_a_nearest_clause_stands_apart_from_its_text() -> None:
    refused = answer("食堂")
    near = refused.nearest[0].model_copy(update={"quote": "三、实训基地\n共建共享\n实训基地"})
    turn = Turn(question="食堂？", state="answered", answer=refused.model_copy(update={"nearest": [near]}))
    html = turns.transcript(Conversation(turns=[turn]), [], {})
    assert '<span class="words">三、实训基地 共建共享实训基地</span>' in html


def test_a_saved_conversation_comes_back_and_a_forged_one_is_empty() -> None:
    made = Conversation().then(Turn(question="PPP", state="answered", answer=answer("PPP")))
    assert Conversation.load(made.dump()) == made and len(made.id) == 32
    for forged in (
        None,
        "x",
        {"version": 2},
        '{"version": 1}',
        '{"id": "../x"}',
        '{"turns": [{"question": 1}]}',
        '{"turns": [{"question": "a", "state": "b"}]}',
    ):
        assert Conversation.load(forged) == Conversation()


def test_history_is_the_latest_answered_turns() -> None:
    turn = Turn(question="PPP", state="answered", answer=answer("PPP"))
    conversation = Conversation(turns=[turn] * 10 + [Turn(question="停", state="stopped")])
    messages = conversation.history()
    assert len(messages) == 2 * MAX_HISTORY
    assert [message.role for message in messages[:2]] == ["user", "assistant"]
    assert all(message.content != "停" for message in messages)


def test_the_oldest_turns_are_dropped() -> None:
    conversation = Conversation()
    for number in range(MAX_TURNS + 2):
        conversation = conversation.then(Turn(question=str(number), state="stopped"))
    assert conversation.turns[0].question == "2"
    assert len(conversation.without_last().turns) == MAX_TURNS - 1


def test_the_browser_is_never_given_more_than_it_takes() -> None:
    long = Turn(question="x", state="stopped", text="条" * 90_000)
    conversation = Conversation(turns=[long] * 9)
    assert len(Conversation.load(conversation.dump()).turns) == MAX_STORED_CHARS // 90_000
    assert len(Conversation.load(Conversation(turns=[long]).dump()).turns) == 1


def test_what_the_service_can_give_again_is_not_kept() -> None:
    found = answer("PPP")
    assert all(citation.text for citation in found.citations)
    kept = Turn.answered("PPP", found).answer
    assert kept and not any(citation.text for citation in kept.citations)
    assert [citation.quote for citation in kept.citations] == [citation.quote for citation in found.citations]


def test_an_answer_says_why_the_language_model_did_not_write_it() -> None:
    given = answer("PPP？")
    engine = given.engine.model_copy(update={"fallback": "语言模型服务连不上，已改用<原文>回答。"})
    told = given.model_copy(update={"engine": engine})
    html = turns.transcript(Conversation(turns=[Turn(question="PPP？", state="answered", answer=told)]), [], {})
    assert '<p class="note">语言模型服务连不上，已改用&lt;原文&gt;回答。</p>' in html
    assert 'class="note"' not in settled("PPP？")
