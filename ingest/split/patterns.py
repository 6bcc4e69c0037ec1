"""The numbering families of policy texts: one table, read from the outermost to the innermost.

    第X编 > 第X分编 > 第X章 > 第X节 > 第X部分 > 一、 > 第X条 > 一、 in an article > （一） > 1. > 1.1 > （1） > 1） > ①
    附件1, 附表, 附录 · 案例 1-1 · 挑战 1 · 任务1, 行动一 · 表 1-1 · 图 1-1

A pattern says how a number is written at the start of a line. Whether a line that matches really opens a clause is
decided by evidence (`marks`): does the number follow the one before, did the sentence before it end, does the line
stand inside a quotation?
"""

import re
from dataclasses import dataclass

from ingest.references import TASKS
from ingest.schema import Kind

HAN_NUMBER = "[〇零○一二两三四五六七八九十百千]"
_N = rf"{HAN_NUMBER}{{1,9}}"
_D = r"[0-9０-９]"
_YEAR = r"(?:19|20)[0-9]{2}\s*年"
TASK_WORD = f"(?:重点|重大|主要|专项|具体|工作)?(?:{'|'.join(TASKS)})"
_MONTH = r"[0-9]{1,2}\s*月(?:[底初中末前起]|[上下]旬|[0-9]|份)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Family:
    """One way of numbering. `rank` orders the families; a smaller one stands further out.

    `pattern` matches at the start of a line, its group `n` is the number; `example` is a line that it matches,
    `counterexample` one that it must not match. `code` begins the clause's part of the id.
    """

    name: str
    kind: Kind
    rank: int
    code: str
    pattern: str
    example: str
    counterexample: str


FAMILIES: tuple[Family, ...] = (
    Family(
        name="annex",
        kind=Kind.ANNEX,
        rank=0,
        code="a",
        pattern=rf"附\s*(?:件|表|录|图)\s*(?P<n>{_D}{{1,2}}|{_N})?\s*(?:[:：](?=\s*$))?(?=\s|$)",
        example="附件2",
        counterexample="附件：1．支持清单",
    ),
    Family(
        name="part",
        kind=Kind.PART,
        rank=10,
        code="part",
        pattern=rf"第\s*(?P<n>{_N})\s*编(?=\s|$|[^制写辑])",
        example="第一编　总则",
        counterexample="第一编制办公室",
    ),
    Family(
        name="subpart",
        kind=Kind.PART,
        rank=11,
        code="subpart",
        pattern=rf"第\s*(?P<n>{_N})\s*分编",
        example="第一分编　通则",
        counterexample="第一分校",
    ),
    Family(
        name="chapter",
        kind=Kind.CHAPTER,
        rank=12,
        code="ch",
        pattern=rf"第\s*(?P<n>{_N})\s*章(?!程|规定|的)",
        example="第二章　管理职责",
        counterexample="第二章程草案",
    ),
    Family(
        name="section_of_law",
        kind=Kind.SECTION_OF_LAW,
        rank=13,
        code="sec",
        pattern=rf"第\s*(?P<n>{_N})\s*节(?![课点目日约]|规定|的)",
        example="第一节　一般规定",
        counterexample="第一节课",
    ),
    Family(
        name="block",
        kind=Kind.SECTION,
        rank=14,
        code="block",
        pattern=rf"第\s*(?P<n>{_N})\s*部分(?![的地之])",
        example="第二部分　重点任务",
        counterexample="第二部分的内容",
    ),
    Family(
        name="section",
        kind=Kind.SECTION,
        rank=20,
        code="s",
        pattern=rf"(?P<n>{_N})\s*[、．](?!\s*{HAN_NUMBER}{{1,3}}\s*[、是])",
        example="三、服务贡献",
        counterexample="一、二、三产业融合",
    ),
    Family(
        name="article",
        kind=Kind.ARTICLE,
        rank=30,
        code="art",
        pattern=rf"第\s*(?P<n>{_N}|{_D}{{1,4}})\s*条(?:\s*之\s*(?P<m>{_N})(?![、）)]))?"
        r"(?![、，。；：第和及至或与])",
        example="第四十八条　县级以上政府应当……",
        counterexample="第十二条、第十三条规定的",
    ),
    Family(
        name="subsection",
        kind=Kind.SUBSECTION,
        rank=40,
        code="b",
        pattern=rf"[（(]\s*(?P<n>{_N})\s*[）)](?![、，。；的至])",
        example="（十二）推进交流",
        counterexample="（二）、（三）项",
    ),
    Family(
        name="decimal",
        kind=Kind.SUBITEM,
        rank=51,
        code="d",
        pattern=rf"(?P<n>{_D}{{1,2}}(?:[.．]{_D}{{1,2}}){{1,3}})(?=\s*[^\s0-9０-９%％‰万亿元倍个年月日~～\-—+])",
        example="1.1 整体质量",
        counterexample="2.5倍",
    ),
    Family(
        name="item",
        kind=Kind.ITEM,
        rank=50,
        code="i",
        pattern=rf"(?P<n>{_D}{{1,3}})(?:\s*[．、]|\s?\.)(?=\s*\D|\s+{_D}|{_YEAR}|{_MONTH})",
        example="2. 1 个案例荣获奖项",
        counterexample="2.0版",
    ),
    Family(
        name="subitem",
        kind=Kind.SUBITEM,
        rank=60,
        code="j",
        pattern=rf"[（(]\s*(?P<n>{_D}{{1,2}})\s*[）)](?![、，。；的])",
        example="（1）财政拨款",
        counterexample="（2024）7号",
    ),
    Family(
        name="half",
        kind=Kind.SUBITEM,
        rank=61,
        code="h",
        pattern=rf"(?P<n>{_D}{{1,2}})\s*[）)](?![、，。；的])",
        example="1）开放办学",
        counterexample="2024）",
    ),
    Family(
        name="circled",
        kind=Kind.SUBITEM,
        rank=62,
        code="c",
        pattern=r"(?P<n>[①-⑳])",
        example="①最大分辨率",
        counterexample="1最大分辨率",
    ),
    Family(
        name="case",
        kind=Kind.CASE,
        rank=70,
        code="case",
        pattern=rf"(?:典型)?案例\s*(?P<n>{_D}{{1,2}}(?:\s*[-－—–.．]\s*{_D}{{1,2}})?|{_N})(?=\s|[:：、.．]|$|[^{HAN_NUMBER[1:-1]}0-9个项所类篇等])",
        example="案例 1-1 双创育英才",
        counterexample="案例1个",
    ),
    Family(
        name="challenge",
        kind=Kind.SUBSECTION,
        rank=41,
        code="challenge",
        pattern=rf"(?P<w>挑战|问题|专栏)\s*(?P<n>{_D}{{1,2}}|{_N})"
        r"(?=\s*[:：]|\s+[^\s0-9、，。；个项条类种名家次年月])",
        example="挑战 1：模式",
        counterexample="挑战内容：模式",
    ),
    Family(
        name="task",
        kind=Kind.ITEM,
        rank=41,
        code="task",
        pattern=rf"【?\s*(?P<w>{TASK_WORD})\s*(?P<n>{_D}{{1,2}}|{_N})\s*】?"
        rf"(?:(?<=】)|(?=\s*[:：]|\s*$|\s*[.．](?!{_D})|\s*、(?!\s*(?:{TASK_WORD}|{_D}{{1,2}}\s*[、和与及]|{HAN_NUMBER}{{1,3}}\s*[、和与及]))"
        r"|\s+[^\s0-9、，。；：:和与及至到的等个项条类种名家次年月由是为]))",
        example="任务1：制定方案。责任单位：甲局。",
        counterexample="任务1、任务2由甲局负责",
    ),
)
LABELLED = ("challenge", "task")  # families that number by a word: 任务1, 行动一, 专栏2

BY_NAME = {family.name: family for family in FAMILIES}

# A 一、 that numbers the parts of an article (第七条 … 一、…；二、…): the same writing, one level below the article.
INNER_SECTION = Family(
    name="inner_section",
    kind=Kind.LAW_ITEM,
    rank=35,
    code="i",
    pattern=BY_NAME["section"].pattern,
    example="一、近亲属；",
    counterexample="一、二、三产业融合",
)

# A heading without a number, known from the contents list or by its place.
UNNUMBERED = Family(
    name="unnumbered",
    kind=Kind.SECTION,
    rank=20,
    code="u",
    pattern=r"(?!)",
    example="",
    counterexample="",
)
GROUP = Family(
    name="group",
    kind=Kind.SUBSECTION,
    rank=45,
    code="g",
    pattern=r"(?!)",
    example="",
    counterexample="",
)

# A document that is attached to a notice, known by its title and by numbering that starts again.
ATTACHED = Family(
    name="attached",
    kind=Kind.ANNEX,
    rank=0,
    code="doc",
    pattern=r"(?!)",
    example="",
    counterexample="",
)

PREFIX = r"(?:\*\*+)?"  # a bold mark may stand before a number

_ORDER = (
    "annex",
    "part",
    "subpart",
    "chapter",
    "section_of_law",
    "block",
    "article",
    "challenge",
    "task",
    "case",
    "section",
    "subsection",
    "decimal",
    "item",
    "subitem",
    "half",
    "circled",
)
_COMPILED = {name: re.compile(PREFIX + BY_NAME[name].pattern) for name in _ORDER}
_FIRST = re.compile(r"[*第附（(①-⑳案典挑问任专行举措项工重主具【〇零○一二两三四五六七八九十百千0-9０-９]")


def match_family(line: str) -> tuple[Family, re.Match[str]] | None:
    """The numbering family whose pattern matches the start of a line, with the match; None for other lines."""
    if not _FIRST.match(line):
        return None
    for name in _ORDER:
        if match := _COMPILED[name].match(line):
            return BY_NAME[name], match
    return None


# ---- what is not numbering but has a form of its own -------------------------------------------------------------

# matches "图 1-1 学校召开会议", "图3 揭牌"; not "图 1-7)。" (the end of a sentence), not "图书馆"
_PAIR = rf"(?P<n>{_D}{{1,2}}(?:\s*[-－—–.．]\s*{_D}{{1,2}})?+)"
_TITLE = r"(?=\s+[^\s、，。；：）)~～至和]|[:：]|[^\s0-9、，。；）)~～至和])[:：]?\s*"
FIGURE = re.compile(rf"图\s*{_PAIR}{_TITLE}")
# matches "表 1-1 获奖汇总"; not "表 2-1），并配套"
TABLE = re.compile(rf"(?:续)?表\s*{_PAIR}{_TITLE}")
# matches "数据来源：学校教务处"; not "数据来源可靠"
SOURCE_NOTE = re.compile(r"(?:数据|资料|图片)?来源\s*[:：]|注\s*[:：]|备注\s*[:：]|单位\s*[:：]")
# matches "- 3 -", "— 12 —", "第 3 页 共 9 页"; not "3", which may be a cell of a table
PAGE_NUMBER = re.compile(
    rf"^(?:[-－—–·•]{{1,2}}\s*{_D}{{1,4}}\s*[-－—–·•]{{1,2}}|第\s*{_D}{{1,4}}\s*页(?:\s*[,，/]?\s*共\s*{_D}{{1,4}}\s*页)?)$"
)
# matches "目录", "目　录", "图目录", "案例目录"; not "目录外"
CONTENTS = re.compile(r"^(?P<of>图|表|图表|表格|插图|案例|附件)?\s*目\s*[录次]$")
# matches "一、人才培养	5", "附录.....	107"; not "共 5 类"
CONTENTS_ENTRY = re.compile(r"(?:[\t]\s*|[.．…·]{2,}\s*|\s{2,})(?P<page>[0-9ivxIVX]{1,4})$|[.．…]{4,}\s*[0-9ivx]{0,4}$")
# matches "附件：1．支持清单", "附件1：任务清单", "附件 任务清单", "附件："; not "附件1", "附件1所列"
NAMED_ANNEX = re.compile(
    rf"附\s*件\s*(?P<of>{_D}{{1,2}}|{_N})?(?:\s*(?P<colon>[:：])\s*|\s+(?=\S))"
    rf"(?:(?P<item>1|１)\s*[.．、](?=\D|{_YEAR}))?"
)
ANNEX_LIST_ITEM = re.compile(rf"(?P<n>{_D}{{1,2}})\s*[.．、]\s*(?=\D|{_YEAR})")
