"""编章节条款项目, in a law made up for this test."""

from ingest.schema import Kind
from tests.ingest.texts import by_label, check, labels, split

LAW = """甲市停车条例

（2020年1月1日甲市人民代表大会通过）

第一编　总则

第一章　一般规定

第一条　为了规范停车管理，制定本条例。

第二条　本条例适用于本市。
法律另有规定的，从其规定。

第二章　管理

第一节　收费

第三条　停车场应当符合下列条件：
（一）有标志；
（二）有照明，并且：
1．亮度达标；
2．夜间开启；
（三）有人值守。
前款规定的标志由市公安局规定。

第三条之一　收费标准应当公示。

第二节　监督

第四条　违反本条例第三条第一款第（一）项规定的，责令改正；依照本条例
第十二条处理。

第一百零二条　本条例自公布之日起施行。
"""


def test_labels_from_part_to_item():
    result = split(LAW, title="甲市停车条例")
    check(result)
    assert labels(result) == [
        "文首", "第一编", "第一章", "第一条", "第二条", "第二条第一款", "第二条第二款", "第二章", "第二章第一节",
        "第三条", "第三条第一款", "第三条第一款第（一）项", "第三条第一款第（二）项", "第三条第一款第（二）项第1目",
        "第三条第一款第（二）项第2目", "第三条第一款第（三）项", "第三条第二款", "第三条之一", "第二章第二节", "第四条",
        "第一百零二条",
    ]  # fmt: skip


def test_an_article_is_cited_whole():
    article = by_label(split(LAW))["第三条"]
    assert LAW[article.start : article.end].endswith("由市公安局规定。")
    assert article.own.text == "第三条"


def test_path_and_id():
    clause = by_label(split(LAW))["第三条第一款第（二）项第1目"]
    assert clause.path == ("第一编 总则", "第二章 管理", "第一节 收费", "第三条", "第一款", "（二）", "第1目")
    assert clause.id == "doc.part1.ch2.sec1.art3.p1.b2.i1"


def test_a_gap_is_named_and_the_type_recognised():
    report = split(LAW).report
    assert report.text_type == "法规、规章或办法"
    assert any("第一百零二条" in oddity for oddity in report.oddities)


def test_chapters_without_sections_and_articles_without_chapters():
    assert labels(split("第一条　甲。\n第二条　乙。\n"))[:2] == ["第一条", "第二条"]
    chapters = split("第一章　总则\n第一条　甲规定如下。\n第二章　附则\n第二条　乙规定如下。\n")
    assert labels(chapters) == ["第一章", "第一条", "第二章", "第二条"]


def test_numbers_without_space_after_them():
    assert labels(split("第一章总则\n第一条为了管理，制定本办法。\n第二条本办法适用于全市。\n")) == [
        "第一章",
        "第一条",
        "第二条",
    ]


def test_parts_of_an_article_may_be_numbered_like_sections():
    text = (
        "一、管辖\n第一条　下列案件由甲院管辖：\n一、近亲属；\n二、定居者。\n第二条　其他案件另行规定。\n"
        "二、附则\n第三条　自公布之日起施行。\n"
    )
    result = split(text)
    assert labels(result) == ["一、", "第一条", "第一条第一项", "第一条第二项", "第二条", "二、", "第三条"]
    assert {c.kind for c in result.clauses if c.label.startswith("第一条第")} == {Kind.LAW_ITEM}
