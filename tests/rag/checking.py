"""A small library for tests of citation checking: an opinion and a set of rules."""

from pathlib import Path

import pytest

from rag.check.checker import Checker
from rag.index import build_index, open_index
from tests.rag.examples import Keywords
from tests.rag.texts import split

OPINION = """滨江市关于发展社区养老的意见

一、总体要求
到2027年，全市建成50个社区养老中心，每个中心的护理床位不少于20张。
二、主要任务
（一）扩大供给
支持社会力量以独资、合资等方式举办养老机构。新增床位补贴按每张每年3000元发放，养老机构不得收取押金。
（二）培养人才
每年培训护理员1000名左右，鼓励江北大学、滨江医学院等开设护理专业。探索以不超过总床位30%的比例设置护理型床位。
三、组织保障
市民政局牵头，市财政局、市教委配合。
"""
RULES = """滨江市停车管理办法

第一章　总则
第一条　为了规范停车管理，制定本办法。
第二条　本办法适用于本市公共停车场。
第二章　收费
第三条　停车场应当公示收费标准，不得擅自提高价格。
停车三十分钟以内免费。
第四条　违反第三条规定的，由市发展改革委处二千元以上一万元以下罚款。
"""


@pytest.fixture(scope="session")
def checker(tmp_path_factory):
    folder: Path = tmp_path_factory.mktemp("check")
    splits = [
        split("opinion", OPINION, title="滨江市关于发展社区养老的意见", short_titles=("养老意见",),
              number="滨政发〔2025〕3号", issuers=("市民政局",), issued_on="2025-03-01"),
        split("rules", RULES, title="滨江市停车管理办法"),
    ]  # fmt: skip
    build_index(splits, folder, Keywords())
    index = open_index(folder, embedder=Keywords())
    yield Checker(index=index)
    index.close()
