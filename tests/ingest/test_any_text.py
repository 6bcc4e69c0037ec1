"""No text breaks the splitter: random texts built from what makes splitting hard."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ingest.texts import ALL, check, corpus_text, split

LINES = [
    "一、总则",
    "二、主要任务",
    "三、保障",
    "（一）加强领导",
    "（二）落实责任。各单位要落实责任。（责任单位：市教委、市财政局，各区人民政府）",
    "(三) 完善机制",
    "1.建立台账。逐项落实。",
    "2. 1 个案例荣获一等奖；",
    "3．完善制度",
    "1.1 整体情况",
    "2.5倍于上年",
    "（1）经费",
    "①甲类",
    "第一编　总则",
    "第一章 总则",
    "第二节 管理",
    "第一条　为了规范管理，制定本办法。",
    "第二条 有下列情形之一的：",
    "第三条之一　另行规定。",
    "第十二条、第十三条规定的情形",
    "第五部分　附则",
    "案例 1-1 甲校实践",
    "案例2 乙校",
    "挑战 1：模式",
    "任务1：制定方案。责任单位：市教委、市财政局。",
    "任务2：修订标准（牵头单位：市教委）。",
    "任务3、建设平台，责任单位：市教委",
    "行动一 强基行动",
    "行动二 提质行动",
    "措施1：抓好落实。",
    "**措施2：**加强督导。",
    "专栏1 重大工程",
    "图 1-1 会议现场",
    "图 1-7)。",
    "表 1-1 汇总",
    "级别\t名称\t数量",
    "\t小计\t3",
    "国家级\t甲\t1",
    "序号",
    "1",
    "2",
    "工作任务",
    "责任单位",
    "市教委、市财政局",
    "| 甲 | 乙 |",
    "|---|---|",
    "| 1 | 2 |",
    "附件1",
    "附件2：",
    "附件：1．清单",
    "附录",
    "附表一 目录",
    "目录",
    "图目录",
    "一、总则\t1",
    "附录.....",
    "前言",
    "前言\t1",
    "人才类：",
    "师资类：",
    "关于印发工作办法的通知",
    "各有关单位：",
    "2025年7月9日",
    "天津市教育委员会办公室",
    "2025年7月9日印发",
    "联系电话：12345678",
    "数据来源：统计",
    "**二是强化支撑。**",
    "** **",
    "# 标题",
    "## 一、任务",
    "甲 and 乙",
    "“第五条 引用",
    "引用结束”",
    "- 3 -",
    "\u200b",
    "　　正文一段，继续推进各项重点工作落实",
    "这是一段没有结束的正文，因为换页而被切断在这里面",
    "接着写完。",
    "牵头单位：市教委；配合单位：市财政局、市人社局",
    "一、二、三产业融合",
    "",
]
BREAKS = ["\n", "\n\n", "\n\n\n", "\r\n", "\f", "\u2028", "\n\t", "\n　　", "\n "]
NOISE = st.text(alphabet="一二三、（）().。；：1234 \t\n\u3000“”*#|第条章节附件图表-甲乙丙", max_size=40)


@st.composite
def texts(draw: st.DrawFn) -> str:
    parts = draw(st.lists(st.one_of(st.sampled_from(LINES), NOISE), max_size=25))
    breaks = draw(st.lists(st.sampled_from(BREAKS), min_size=len(parts), max_size=len(parts)))
    return "".join(part + stop for part, stop in zip(parts, breaks, strict=True))


@settings(max_examples=300, deadline=None)
@given(texts())
def test_every_character_stands_in_one_clause_or_is_left_out(text: str) -> None:
    check(split(text))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200))
def test_arbitrary_characters_do_no_harm(text: str) -> None:
    check(split(text))


@pytest.mark.parametrize("document_id", ALL)
def test_the_five_texts(document_id: str) -> None:
    check(corpus_text(document_id))


@pytest.mark.parametrize("document_id", ALL)
def test_splitting_again_gives_the_same(document_id: str) -> None:
    result = corpus_text(document_id)
    again = split(result.document.text, title=result.document.title)
    prefix = len(result.document.id)
    assert [c.id[prefix:] for c in result.clauses] == [c.id[len("doc") :] for c in again.clauses]
