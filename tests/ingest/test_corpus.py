"""What the five texts are known to hold."""

import pytest

from ingest.schema import Kind, Role
from tests.ingest.gold import FOLDER, tree
from tests.ingest.texts import ALL, OPINION, PLAN, POINTS, REPORT, SCHEME, by_label, corpus_text, labels, units

HAN = "一二三四五六七八九十"
TWENTY = [*HAN, *(f"十{n}" for n in HAN[:9]), "二十"]


@pytest.mark.parametrize("document_id", ALL)
def test_the_tree_is_the_reviewed_one(document_id):
    gold = FOLDER / f"{document_id}.txt"
    assert tree(corpus_text(document_id)).splitlines() == gold.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("document_id", ALL)
def test_numbering_shows_no_gap(document_id):
    assert corpus_text(document_id).report.oddities == ()


@pytest.mark.parametrize("document_id", ALL)
def test_no_clause_is_too_long_to_be_cited(document_id):
    assert max(len(clause.own.text) for clause in corpus_text(document_id).clauses) <= 1500


def test_the_plan_has_thirteen_items_that_run_on():
    found = [c.label for c in corpus_text(PLAN).clauses if c.kind is Kind.ITEM]
    expected = {"一": range(1, 3), "二": range(3, 10), "三": range(10, 14)}
    assert found == [f"二、（{part}）{n}" for part, numbers in expected.items() for n in numbers]


def test_path_and_heading_are_as_written():
    clause = by_label(corpus_text(PLAN))["二、（一）1"]
    assert clause.path == ("二、主要任务", "（一）优化学科专业，构筑产业发展新基座", "1.推动学科产业对接")
    assert clause.heading == "1.推动学科产业对接"


def test_page_breaks_in_a_sentence_are_joined():
    assert "重点产业链和12个重点服务领域" in by_label(corpus_text(PLAN))["二、（一）2"].own.text
    assert "健全完善全市职业院校集体教研机制" in by_label(corpus_text(POINTS))["第8项"].own.text
    assert "现场展示" in by_label(corpus_text(REPORT))["案例4-1"].own.text
    front = by_label(corpus_text(PLAN))["文首"].own.text
    assert "天津市高等院校向企而行服务产业能力提升行动计划的通知" in front
    assert "视察天津重要讲话精神" in front


def test_numbers_inside_a_sentence_open_nothing():
    assert "千团千企2.0" in by_label(corpus_text(PLAN))["二、（三）10"].own.text
    assert "3~5年" in by_label(corpus_text(PLAN))["一、"].own.text


def test_the_points_have_nine_items():
    assert labels(corpus_text(POINTS)) == ["文首", "引言", *(f"第{n}项" for n in range(1, 10))]


def test_every_task_of_the_scheme_has_its_units():
    clauses = corpus_text(SCHEME).clauses
    numbered = [c for c in clauses if c.kind is Kind.SUBSECTION]
    assert len(numbered) == 29
    without = [c.label for c in numbered if not c.units]
    assert without == [
        "四、（二）",
        "七、（一）",
        "七、（二）",
        "七、（三）",
    ]  # 四、（二） has them in its two paragraphs
    found = by_label(corpus_text(SCHEME))
    assert units(found["四、（二）第1款"]) == ["市教委", "市人社局"]
    assert units(found["四、（二）第2款"]) == ["市教委", "市发展改革委"]
    assert [(u.name, u.role, u.generic) for u in found["三、（五）"].units] == [
        ("市人社局", Role.RESPONSIBLE, False),
        ("市总工会", Role.RESPONSIBLE, False),
        ("有关单位", Role.SUPPORT, True),
    ]
    assert len(found["六、（三）"].units) == 11
    assert [u.written for u in found["二、（二）"].units][2] == "市人力社保局"


def test_the_opinion_runs_through_twenty_clauses():
    found = [c.label for c in corpus_text(OPINION).clauses if c.kind is Kind.SUBSECTION]
    assert found == [f"第（{n}）条" for n in TWENTY]


def test_the_annexes_have_six_and_fifty_two_items():
    result = corpus_text(OPINION)
    found = [c.label for c in result.clauses if c.kind is Kind.ANNEX_ITEM]
    assert found == [*(f"附件1第{n}项" for n in range(1, 7)), *(f"附件2第{n}项" for n in range(1, 53))]
    item = by_label(result)["附件2第6项"]
    assert item.path == ("附件2 天津市工作任务清单", "第6项")
    assert units(item) == ["市发展改革委", "市教委", "市人社局", "市财政局", "各区人民政府"]
    assert [cell.header for cell in item.cells] == ["序号", "工作任务", "责任单位"]
    tasks = [c for c in result.clauses if c.label.startswith("附件2第")]
    assert [c.label for c in tasks if not c.units] == ["附件2第51项"]
    assert all(unit.generic for unit in by_label(result)["附件2第52项"].units)


def test_every_unit_of_the_texts_is_a_known_department():
    from tests.ingest.texts import departments

    known = set(departments().names)
    found = {unit.name for document_id in ALL for clause in corpus_text(document_id).clauses for unit in clause.units}
    assert found <= known


def test_tasks_and_their_items_are_twins():
    result = corpus_text(OPINION)
    found = by_label(result)
    names = {clause.id: clause.label for clause in result.clauses}
    assert [names[t] for t in found["第（二）条"].twins] == ["附件2第4项", "附件2第5项", "附件2第6项"]
    assert [names[t] for t in found["附件2第11项"].twins] == ["第（四）条"]
    items = [c for c in result.clauses if c.label.startswith("附件2第")]
    assert all(any(names[t].startswith("第（") for t in item.twins) for item in items)


def test_every_table_and_row_of_the_report():
    clauses = corpus_text(REPORT).clauses
    rows = {c.label: 0 for c in clauses if c.kind is Kind.TABLE}
    for clause in clauses:
        if clause.kind is Kind.TABLE_ROW:
            rows[next(c.label for c in clauses if c.id == clause.parent_id)] += 1
    assert rows == {
        "表1-1": 13, "表1-2": 3, "表2-1": 7, "表2-2": 5, "表3-1": 5, "表4-1": 3, "表5-1": 12, "表6-1": 4,
    }  # fmt: skip


def test_rows_know_their_headers():
    found = by_label(corpus_text(REPORT))
    row = found["表3-1 2022年"]
    assert [(c.header, c.value) for c in row.cells] == [
        ("年份", "2022年"),
        ("学时", "10316"),
        ("到账额（万元）", "419.49"),
    ]
    merged = found["表1-1 省部级小计"]
    assert [c.value for c in merged.cells] == ["省部级(231项)", "小计", "66", "84", "81"]
    assert merged.cells[0].header == "级别"
    assert found["表6-1 合计"].cells[2].value == "52454.25"
    assert found["表2-1第4项"].cells[3].header == "牵头企业"


def test_every_case_of_the_report_ends_with_its_section():
    found = [c.label.removeprefix("案例") for c in corpus_text(REPORT).clauses if c.kind is Kind.CASE]
    counts = {1: 4, 2: 4, 3: 3, 4: 3, 5: 3, 6: 3}
    assert found == [f"{part}-{n}" for part, count in counts.items() for n in range(1, count + 1)]
    cases = by_label(corpus_text(REPORT))
    assert cases["案例1-3"].own.text.endswith("输送优质技能人才。")
    assert cases["案例2-2"].own.text.endswith("（见图2-4）。")


def test_captions_stand_for_themselves_and_contents_are_left_out():
    result = corpus_text(REPORT)
    captions = [c.label for c in result.clauses if c.kind is Kind.CAPTION]
    assert len(captions) == 53 and {"图1-17", "附录图3"} <= set(captions)
    kinds = [item.kind for item in result.report.left_out]
    assert kinds[:4] == ["contents", "figure_list", "table_list", "case_list"]


def test_groups_of_highlights_and_challenges():
    found = labels(corpus_text(REPORT))
    for label in ("年度亮点", "人才培养类第6项", "产教融合类第2项", "综合类第5项", "挑战1", "挑战2", "附录一、（一）"):
        assert label in found
    assert by_label(corpus_text(REPORT))["产教融合类第2项"].own.text.startswith("2.1个案例荣获")


def test_text_type_is_decided_by_evidence():
    types = {document_id: corpus_text(document_id).report.text_type for document_id in ALL}
    assert types == {
        PLAN: "通知＋计划", SCHEME: "方案", REPORT: "报告", OPINION: "意见＋附件清单", POINTS: "通知＋要点",
    }  # fmt: skip
