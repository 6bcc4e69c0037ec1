from fastapi.testclient import TestClient

from api.app import create_app
from api.config import Settings
from api.schema_documents import ClauseDetailResponse, ClausesResponse, DocumentDetailResponse, DocumentsResponse
from tests.fakes.assistant import FakeAssistant
from tests.fakes.documents import HOSTILE, OPINION
from tests.ui.test_turns import Checker
from ui.render import library, plain, source

SERVICE = TestClient(create_app(Settings(), FakeAssistant()), base_url="http://127.0.0.1:7860")


def detail(clause_id: str) -> ClauseDetailResponse:
    return ClauseDetailResponse.model_validate_json(SERVICE.get(f"/v1/clauses/{clause_id}").content)


def focus_on(words: str, **more: int) -> source.Focus:
    start = OPINION.document.text.index(words)
    return source.Focus(start=start, end=start + len(words), **more)


def test_the_quoted_words_are_highlighted_across_a_dropped_line_break() -> None:
    words = "模式\n建设职业教育基础设施"
    html = source.clause_in_place(detail("chanjiaocheng.2"), focus_on(words))
    assert '<mark tabindex="-1">模式建设职业教育基础设施</mark>' in html
    assert "文件未载文号 · 未载成文日期" in html


def test_neighbours_are_closed_and_the_current_clause_is_open() -> None:
    html = source.clause_in_place(detail("chanjiaocheng.7"), focus_on("市发展改革委", turn=1, n=1, total=2))
    assert html.count("<details") == 4 and "<details open" not in html and " open>" not in html
    assert html.count('aria-current="true"') == 1
    assert "依据 1 / 2" in html
    assert 'data-step="-1" disabled' in html and 'data-step="1">' in html
    assert "附件2 天津市工作任务清单<span" in html


def test_a_quote_inside_a_child_opens_the_child() -> None:
    html = source.clause_in_place(detail("chanjiaocheng.1"), focus_on("建立企业目录"))
    assert '<details class="clause nested" open><summary><b>第（三）条</b>' in html
    assert ">建立企业目录</mark>" in html


def test_a_table_row_is_shown_cell_by_cell_under_its_headers() -> None:
    html = source.clause_in_place(detail("chanjiaocheng.8"), focus_on("建立产教融合型企业目录。"))
    assert '<dt>工作任务</dt><dd><mark tabindex="-1">建立产教融合型企业目录。</mark></dd>' in html
    assert "<dt>责任单位</dt><dd>市工业和信息化局</dd>" in html


def test_without_marks_there_is_nothing_to_step_through() -> None:
    html = source.clause_in_place(detail("chanjiaocheng.7"), source.Focus())
    assert "上一条" not in html and "<mark" not in html


def test_no_hostile_text_becomes_markup() -> None:
    for clause_id in ("xianjing.0", "xianjing.1"):
        checker = Checker(source.clause_in_place(detail(clause_id), source.Focus(start=0, end=10_000, total=1, n=1)))
        checker.assert_harmless()
        assert "<img src=x onerror" in checker.words
    Checker(source.failed(HOSTILE)).assert_harmless()
    found = DocumentsResponse.model_validate_json(SERVICE.get("/v1/documents").content)
    Checker(library.documents(found.documents)).assert_harmless()
    opened = DocumentDetailResponse.model_validate_json(SERVICE.get("/v1/documents/xianjing").content)
    clauses = ClausesResponse.model_validate_json(SERVICE.get("/v1/documents/xianjing/clauses").content)
    Checker(library.document(opened, clauses.clauses, HOSTILE)).assert_harmless()


def test_a_document_opens_at_the_clause_it_is_opened_for() -> None:
    opened = DocumentDetailResponse.model_validate_json(SERVICE.get("/v1/documents/chanjiaocheng").content)
    clauses = ClausesResponse.model_validate_json(SERVICE.get("/v1/documents/chanjiaocheng/clauses").content)
    html = library.document(opened, clauses.clauses, "chanjiaocheng.7")
    assert 'data-marked="chanjiaocheng.7"' in html
    assert 'data-id="chanjiaocheng.4" open' in html and 'data-id="chanjiaocheng.7" open' in html
    assert 'data-id="chanjiaocheng.1">' in html
    assert "责任单位：市发展改革委、市教委" in html
    assert "意见＋附件清单" in html


def test_a_tree_in_plain_text_is_indented_by_depth() -> None:
    clauses = ClausesResponse.model_validate_json(SERVICE.get("/v1/documents/chanjiaocheng/clauses").content)
    lines = plain.clause_tree(clauses.clauses).split("\n")
    assert lines[1].startswith("一、｜") and lines[2].startswith("  第（二）条｜")
    assert lines[7].endswith("〔市发展改革委、市教委、市人社局、市财政局、各区人民政府〕")


def test_a_quote_on_one_line() -> None:
    assert plain.one_line("鼓励\n社会 PPP\nmode") == "鼓励社会 PPP mode"
    assert plain.circled(20) == "⑳" and plain.circled(21) == "（21）"
