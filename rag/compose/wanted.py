"""What a sentence must hold to answer: a number with its measure, a date, a percentage."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from ingest.numerals import parse_number
from rag.question import Intent

_NUMERAL = r"(?:\d[\d,.]{0,15}|[一二两三四五六七八九十百千万]{1,12})"
_NOT_NTH = r"(?<![第\d一二两三四五六七八九十百千万])"  # 第二十条 counts nothing
_VAGUE = r"(?:余|多|左右|以上|以下|万|亿|百|千)*"
_MEASURE = re.compile(
    r"(?<!第)(?:多少|几|哪几)\s*[万亿]?(万元|亿元|元|块钱|万人次|人次|个百分点|个月|个工作日|个|名|位|家|所|项|门|处|间|次|场|人|种|级(?!别|联)|本|期|套|台|轮|支|条|类|篇|件|份|倍|届|座|对|组|学时|岁|平方米|平方公里|公里|周|天(?!津)|月|课时|亩|册|公顷|吨|栋|幢|学分|辆|股|层|分钟|小时|字|盏|棵|口|扇|根|匹|头|幅|面|张|枚|块|颗|粒|只|艘|架|年|日|工作日|[A-Za-z]{1,3}(?![A-Za-z]))"
)
_SAME = {
    "个": "个处项家所支条名位人轮门种",
    "几家": "家",
    "家": "家个所",
    "块钱": "元",
    "人": "人名位",
    "名": "名人位",
    "天": "天日",
    "日": "日天",
    "处": "处个",
    "所": "所个",
    "位": "位名人",
    "块": "块枚项",
}
_PERCENT = re.compile(
    r"几成|百分之|百分比|占比|比例|比重|几分之几|率(?:是|有|达|为|多|怎|要|应|须|需)|占(?:多少|到|了多少|总)|满意度"
)
_SHARE = r"\d+(?:\.\d+)?\s*[%％]|百分之|[一二三四五六七八九十]成|倍"
_SUM = rf"{_NUMERAL}\s*{_VAGUE}\s*元"
_HOW_MUCH_MONEY = re.compile(r"多少(?:钱|[\u4e00-\u9fff]{0,3}(?:费|奖学金|助学金|奖助学金|资金))")
# 经费里得拿出多少, 不得超过合同金额的多少
_SHARE_OF = re.compile(
    r"(?:经费|资金|收入|支出|预算|金额|费用|总额)(?:里|中|当中|得|要|应)[^，。？?]{0,8}多少(?!钱|元)|(?:金额|总额|经费|价款?|收入|支出|投资)的多少(?=[？?。，]|$)"
)
_MONEY = re.compile(
    r"多少钱|金额|经费|资金|收入|支出|投资|补贴|补助|津贴|奖金|奖励|拨款|预算|费用|报销|多少[\u4e00-\u9fff]{0,3}(?:费|奖学金|助学金|奖助学金)|课酬|给多少(?=[？?]|$)|路费|报酬|工资|月薪|薪酬|学费|价格|罚款"
)
_WHEN = re.compile(r"什么时候|啥时候|何时|几时")
_AMOUNT = re.compile(
    r"(?:(?<![近这前后好头隔哪两续连着])(?:多少|几)|(?<=后)(?:多少|几)(?=个?[\u4e00-\u9fff]{1,2}(?:之|以)?内))个?(元|万元|块钱|天(?!津)|年(?![级度])|月|周|小时|分钟|岁|学时|课时|学分|公里|平方米|亩)"
)
_HOW_LONG = re.compile(r"多长(?!度|线)|多久")
_HOW_OFTEN = re.compile(r"隔|多久|[一1][次回趟轮]|更新|轮换|频")
_YEARS = re.compile(r"几年内|多少年|多久|多长时间|几年")
_DATE = (
    r"\d{4}\s*年(?!度)(?:\s*\d{1,2}\s*月)?(?:\s*\d{1,2}\s*日)?|\d{1,2}\s*月\s*\d{1,2}\s*日|\d{4}[-.]\d{1,2}[-.]\d{1,2}"
)
_SPAN = rf"{_NUMERAL}(?:[~～—–-]\d+)?\s*(?:年(?!度)|个月|天(?!津)|周|个?工作日|日|个?小时|分钟)"
_TERM = r"半年|学期|“[一二三四五十]+五”期间|年底|年末|月底"
_LENGTH = rf"{_SPAN}(?:内|左右|以内|时间)?|{_TERM}"
_PERIOD = rf"{_LENGTH}|每(?:年|月|周|天|日|季度|学期|学年)"
_WITHIN = rf"(?<!不超过)(?<!累计)(?<!连续){_SPAN}(?:之|以)?(?:内|后|前|左右)"
# when something happens: not 每年, 不超过15天
_AT = rf"{_DATE}|{_WITHIN}|{_TERM}|{_NUMERAL}\s*年(?!度)|\d\s*月"
_DAY = r"\d{1,2}\s*月(?:\s*\d{1,2}\s*日|底|初|末|[上中下]旬)|年底|\d{4}[-.]\d{1,2}[-.]\d{1,2}"


# Things asked for by number without their measure word, and how their number is written.
_THINGS = tuple(
    (
        re.compile(
            rf"(?:多少|几)(?:个|位|名)?(?:正|副|新|老|专任|在校|外籍|兼职)?(?:{asked})|(?:{asked})(?:一共|总共|总数|共)+(?:有|是)?(?:多少|几)(?=$|[？?，])"
        ),
        re.compile(rf"{_NUMERAL}\s*{_VAGUE}\s*(?:{held})"),
    )
    for asked, held in (
        (
            r"人|学生|新生|老师|教师|教授|讲师|员工|职工|博士|硕士|毕业生|志愿者|专家|干部|辅导员|留学生",
            r"余?(?:人|名|位)",
        ),
        (r"书|藏书|图书", r"余?(?:册|本|种|部)"),
    )
)


# 比上一年涨了多少, 增加了几个百分点
_ASKS_CHANGE = re.compile(
    r"(?:涨|升|增加|增长|提高|提升|上升|降|下降|减少|降低|高|低)(?:了|出)(?:多少|几)(?=个?(?:百分点|点)?[啊呀呢]*(?:[？?，。]|$))|(?:涨|增|降)幅(?:是|有|为|达)?(?:多少|多大|几)"
)
_CHANGE = re.compile(r"(?:增[长加幅]|提[高升]|上升|下降|减少|降低|扩大|高出|高于|低于)[^，。；\d]{0,8}\d")


def asks_change(question: str) -> bool:
    """Whether a question asks by how much something grew or fell."""
    return _ASKS_CHANGE.search(question) is not None


_ASKS_FIGURE = re.compile(r"多少|几|百分|比例|占比|多[久长大高]|什么时候|何时|时间|日期|期限")


def wanted(intent: Intent, question: str) -> tuple[re.Pattern[str], ...]:
    """Return what an answering sentence must match: one pattern a figure or date asked for, () when anything may do.

    The same pattern twice wants two figures. Of a chain of questions the last one counts that asks for one.
    """
    question = next((part for part in reversed(question.split("——")) if _ASKS_FIGURE.search(part)), question)
    if asks_change(question):
        return (_CHANGE,)
    if intent in (Intent.OPEN, Intent.MEASURE):  # 能歇几天假, 过几年才能消掉
        return tuple(_measured(match[1]) for match in _AMOUNT.finditer(question))
    if intent is Intent.TIME:
        if re.search(r"哪几天|起止|起讫|从(?:哪|几|什么时候)[^，。？?]*到", question):
            return (re.compile(_DAY), re.compile(_DAY))
        if re.search(r"哪一?天|几号|几日|何日", question):
            return (re.compile(_DAY),)
        if _YEARS.search(question):
            return (re.compile(_PERIOD if _HOW_OFTEN.search(question) else _LENGTH),)
        return (re.compile(_AT if _WHEN.search(question) else f"{_DATE}|{_PERIOD}"),)
    if intent is not Intent.FIGURE:
        return ()
    if measures := _MEASURE.findall(question):
        return tuple(map(_measured, measures))
    if things := [held for asked, held in _THINGS if asked.search(question)]:
        return (*things, re.compile(_SUM)) if _HOW_MUCH_MONEY.search(question) else tuple(things)
    if _PERCENT.search(question):
        return (re.compile(_SHARE),)
    if _HOW_LONG.search(question):
        return (re.compile(_LENGTH),)
    if _SHARE_OF.search(question):
        return (re.compile(rf"{_SHARE}|{_SUM}"),)
    if _MONEY.search(question):
        return (re.compile(rf"{_SUM}|(?:万元|元)[)）]?[:：]?\s*[\d.]+|{_NUMERAL}\s*倍"),)
    return (re.compile(rf"\d|{_NUMERAL}(?:个|项|名|位|家|所|门|处|次|场|人|种|类|成|倍)"),)


_NAME_OF_NUMERAL = re.compile(r"“(?![一二三四五六七八九十]+”)[^“”\d]{2,12}”")  # not “十三五”期间


def met(needs: Sequence[re.Pattern[str]], text: str) -> int:
    """Return how many of the figures and dates wanted a text holds; a numeral in a name (“千名巧匠”活动) is none."""
    text = _NAME_OF_NUMERAL.sub("“”", text)
    return sum(min(times, len(need.findall(text))) for need, times in Counter(needs).items())


# What a measure word begins that is none: 3 支持……, 一家庭, 2 所有
_OTHER_WORDS = {
    "支": "持撑部付援",
    "家": "庭长具校",
    "所": "有需在属得",
    "名": "称单额师",
    "人": "民员才力社",
    "条": "件例款",
    "场": "所地景",
    "门": "槛类户",
    "项": "目",
    "日": "常",
}


def _measured(measure: str) -> re.Pattern[str]:
    """Return the pattern of a number with this measure word or one that is used for the same things."""
    units = (measure, *_SAME.get(measure, ""))
    alike = "|".join(f"{unit}(?![{other}])" if (other := _OTHER_WORDS.get(unit)) else re.escape(unit) for unit in units)
    no_date = r"(?<!月)(?<!月\d)(?<!月\d\d)" if "日" in units else ""  # 9月5日 is no number of days
    return re.compile(rf"{no_date}{_NOT_NTH}{_NUMERAL}\s*{_VAGUE}\s*(?:{alike})(?!(?<=人)次)")


# “非全日制用工，是指……”, 敏感个人信息是一旦…… / not 它是指望
_DEFINES = re.compile(
    r"^(?:第\S{1,8}条\s*|[（(][一二三四五六七八九十\d]+[)）]|\d+[.、．])?(?:本\S{1,3}所称的?|所谓)?[“\"]?(?P<what>[^，。：；“”\"]{2,20}?)[”\"]?，?(?:是指|指的是|系指|指|是(?!否|不是))"
)
_PLAIN = re.compile(r"[“”\"的]")


def defines(question: str, text: str) -> bool:
    """Whether a sentence says what something is that the question names, as 甲，是指……."""
    match = _DEFINES.match(text)
    return match is not None and _PLAIN.sub("", match["what"]) in _PLAIN.sub("", question)


_LIST = re.compile(r"[^、，]+、[^、]+|[^—]+—[^—]+—|[^+＋]+[+＋][^+＋]+|一是.+二是|《[^》]+》《")
_NAMED_LIST = re.compile(r"包括|包含|涵盖|分别|即|如下|等[^，。]{0,6}[一二三四五六七八九十\d]+[个项类大种所门位]")


def listing(text: str) -> float:
    """Return how much a sentence is a list: 0 not at all, 1 a named one (包括甲、乙和丙)."""
    if not _LIST.search(text):
        return 0.0
    items = text.count("、") + text.count("+") + text.count("—") + text.count("是")
    return min(1.0, 0.4 + 0.1 * min(items, 4) + 0.2 * bool(_NAMED_LIST.search(text)))


_ASKS_MEANING = re.compile(
    r"(?:是|有|指|包括|分别是?|到底是?|具体是?)(?:的是)?(?:哪|什么|啥)|(?:代表|对应)(?:着|的是)?(?:什么|啥|哪)"
)
_POINTS_BACK = re.compile(r"这|那|其|它|每|各|数|^(?:到底|究竟|具体|分别)*$")
_QUOTED = re.compile(r"“([^“”]{2,12})”")
_BEGINS_WITH_NUMBER = re.compile(r"[一二两三四五六七八九十双]|\d+$")  # 三同两别, 66311
_EXPLAINS_AFTER = re.compile(r"”?[\u4e00-\u9fff]{0,6}?(?:[（(：:]|——|包括|分别|即|是指|指的是|为：)")


def _asks_meaning(question: str, slogan: str) -> bool:
    """Whether a question asks what a slogan means: “三个三”指什么, not “三个三”学校，今年的重点是什么."""
    after = question.partition(slogan)[2]
    asks = _ASKS_MEANING.search(after)
    if asks is None:
        return False
    *_, last = re.split(r"[，,。；]", after[: asks.start()])
    return last == after[: asks.start()] or _POINTS_BACK.search(last) is not None


def _lists_as_many(text: str, slogan: str) -> bool:
    """Whether a text lists things, three at least where the slogan counts more: 甲、乙、丙 before “五个……”."""
    marks = len(re.findall(r"[、+—]", text))
    count = parse_number(slogan[0].replace("两", "二").replace("双", "二")) or 2
    return marks >= min(count, 3) - 1 and marks > 0


def leaves_slogan_open(question: str, text: str, following: str) -> bool:
    """Whether a sentence only uses a slogan of numbers (“三个三”) whose meaning the question asks for.

    It is explained by what follows it (（…）, ：, 包括, 即), by a list right before it, or by 一是……二是…… after it.
    """
    for match in _QUOTED.finditer(text):
        slogan = match[1]
        if not _BEGINS_WITH_NUMBER.match(slogan) or not _asks_meaning(question, slogan):
            continue
        before = re.split(r"[。；]", text[: match.start()])[-1]
        listed = _lists_as_many(re.split("，", before)[-1], slogan) or any(
            len(re.findall(f"{re.escape(char)}[、，+—]", before)) > 1
            for char in slogan  # 产业链、创新链，……“四链协同”
        )
        after = _EXPLAINS_AFTER.match(text[match.end(1) :])
        return not (listed or after or "一是" in text[match.end() :] + following)
    return False


_HOW_MANY = re.compile(
    r"(?<![第\d])([两二三四五六七八九十]|\d{1,2})(?:个|大|类|种|项|条|点|方面|支|块|样|所|家|座|位|名)"
)


def holds_count(question: str, text: str) -> bool:
    """Whether a text counts as many things as the question: 四大发力点 where it asks 哪四个方面."""
    return not counts_of(question).isdisjoint(counts_of(text))


def counts_of(text: str) -> set[int | None]:
    """Return how many things a text speaks of: 4 for 四大发力点."""
    return {parse_number(match[1].replace("两", "二")) for match in _HOW_MANY.finditer(text)}


# Numerals are taken whole (++): tried from each of its digits, a long one would cost the square of its length.
_STATED = re.compile(r"(?<![\d.])(\d++)(?!\.\d)(?=\s*[个项名位家所门处间次场人种本期套台条类篇件份倍届座对组万亿])")


NAME = 4  # characters of the things counted that tell them from others
_WHICH = re.compile(
    r"(?P<number>(?<!\d)\d++|(?<![一二三四五六七八九十两])[一二三四五六七八九十两]++)[个项条大类家所门种](?P<what>[\u4e00-\u9fff]{2,16}?)"
    r"(?:，|,)?(?:具体|分别|都|各|到底|请|能不?能?|麻烦|给我)*(?:(?:全部|所有)*的?(?:名称|名字)?(?:是|有|指|包括|叫|建在|在|落在)?(?:哪|(?<=名称是)什么|(?<=名字是)什么|(?<=叫)(?:什么|啥))|(?:都)?(?:是|有)谁|逐[个一条项]|名单|列[一个出全]|的?名字|挨个)"
)


# 推了哪7所, 到底是哪三个国家
_WHICH_NUMBER = re.compile(r"哪(?P<number>\d++|[两三四五六七八九十]++)(?P<unit>[个项条大类家所门种])")
# 学科群，具体是哪些学科群; 建20所学校 是哪些学校
_WHICH_OF = re.compile(
    r"(?:是|有|指|包括|涉及|名单[^，。？?]{0,3})(?:哪些|哪几[个所家项类]?)(?P<what>[\u4e00-\u9fff]{2,6}?)的?$"
)


_GIVEN_AFTER = re.compile(r"[^，。；]{0,6}(?:[（(：:]|包括|分别|即|为)")  # 面向5个领域：农业……


def leaves_open(question: str, text: str) -> bool:
    """Whether a sentence names the number that a question asks to spell out but not the things themselves.

    12个重点领域是哪12个 is left open by 面向12个重点领域开展工作, not by 面向农业、工业等12个重点领域; 是哪些学校 by
    建设20所左右学校.
    """
    if match := _WHICH.search(question):
        counted = re.search(rf"{match['number']}\s*[个项条大类家所门种]\s*{re.escape(match['what'])}", text)
    elif match := _WHICH_OF.search(question.rstrip("？? 。")):
        counted = re.search(rf"\d+\s*[个项条大类家所门种][^，。；、]{{0,16}}?{re.escape(match['what'])}", text)
    elif match := _WHICH_NUMBER.search(question):
        counted = re.search(rf"(?<!\d){match['number']}\s*{match['unit']}(?:左右)?", text)
    else:
        return False
    if counted is None:
        return False
    before = text[max(0, counted.start() - 30) : counted.start()]
    before = re.split(r"[，。；]", before)[-1]
    if _ALL.search(question) and _fewer(text[: counted.start()], counted[0]):
        return True
    after = text[counted.end() : counted.end() + 12]
    return not ("、" in before or _GIVEN_AFTER.match(after))


_ALL = re.compile(r"全部|所有|逐[个一条项]|一个不[落少漏]")


def _fewer(before: str, counted: str) -> bool:
    """Whether fewer things than are counted stand before 等 and their number: 甲、乙、丙等9个专业."""
    listed = re.split(r"[，。；：]", before)[-1]
    number = re.match(r"\d+", counted)
    return listed.endswith("等") and number is not None and listed.count("、") + 1 < int(number[0])


# 遴选标准是什么, 申报条件有哪些
_RULE = re.compile(
    r"(?P<what>[\u4e00-\u9fff]{0,2}(?:标准|条件|细则|流程|程序|目录|名单|指标体系|实施办法))(?:都|具体|分别|到底|究竟|里面?|中)*(?:是|有|包括|包含|列了?)(?:什么|哪些|啥|哪几)"
)
_TO_BE_MADE = r"(?:明确|制定|制订|建立|完善|出台|研究|编制|修订|健全|发布|优化|形成|公布)[^，。；：]{0,20}?"


def leaves_rule_open(question: str, text: str) -> bool:
    """Whether a sentence only says that a rule is to be made whose content the question asks for: 明确遴选标准."""
    match = _RULE.search(question)
    if match is None:
        return False
    made = re.search(rf"{_TO_BE_MADE}{re.escape(match['what'])}", text)
    return made is not None and not re.search("[、—→“]", made[0]) and not _GIVEN_AFTER.match(text[made.end() :])


def names_counted(question: str, text: str) -> bool:
    """Whether a text speaks of the things whose names are asked for: of 重点领域 where it asks 12个重点领域是哪12个."""
    match = _WHICH.search(question)
    return match is None or not match["number"].isdigit() or len(match["what"]) < NAME or match["what"][-NAME:] in text


def stated_numbers(question: str) -> tuple[str, ...]:
    """Return the numbers that a question states of its subject (那20个工坊), which an answer must know; no years."""
    return tuple(number for number in _STATED.findall(question) if not re.fullmatch(r"20\d\d", number))


def holds_number(text: str, number: str) -> bool:
    """Whether a text holds the number as a whole: 20 in 建成20个, not in 2025年."""
    return re.search(rf"(?<![\d.]){re.escape(number)}(?![\d.]*\d)", text) is not None


# 三类园, 第二批, 二期工程, 首期 / not 一批项目, 五年一轮
_GRADE = re.compile(
    r"(?<![\d一二三四五六七八九十“.])(?:(?P<first>首|头一)(?=[批轮届期])|第(?P<nth>[一二三四五六七八九十]|\d{1,2})(?=[批轮届期类级档])|(?P<grade>[一二三四五六七八九十]|\d{1,2})(?=[类级等期档星]))"
    r"(?P<of>类|级(?!以)|等奖|等级|期(?!间)|批|轮|档|星级?|届)(?!(?P=grade))(?<!一级一级)"
)


# Things that come in few kinds: a text that speaks of one of them does not speak of the other.
_CONTRASTS = tuple(
    (name, re.compile("|".join(kinds)))
    for name, kinds in (
        ("sex", ("男(?=女|职工|生|学生|教师|性|员工|同学|子)", "女(?=职工|生|学生|教师|性|员工|同学|子)")),
        ("plan", (r"十[一二三四五六]五(?=”|\"|时期|期间|规划|末)",)),
        ("half", ("上半年", "下半年")),
        ("rank", ("初级", "中级", "高级")),
        ("founder", ("公办", "民办")),
    )
)


def graded(text: str) -> dict[str, frozenset[str]]:
    """Return the grades, batches and rounds that a text speaks of, by what they are of: 类 to {二} for 二类园.

    So with what comes in a few kinds: sex to {男} for 男职工.
    """
    found: dict[str, set[str]] = {name: set(kinds) for name, kind in _CONTRASTS if (kinds := kind.findall(text))}
    for match in _GRADE.finditer(text):
        grade = 1 if match["first"] else parse_number(match["nth"] or match["grade"])
        found.setdefault(match["of"], set()).add(str(grade))
    return {of: frozenset(grades) for of, grades in found.items()}


def of_other_grade(text: str, grades: Mapping[str, frozenset[str]]) -> bool:
    """Whether a text speaks of other grades only than the question: of 一类园 where it asks about 三类园."""
    said = graded(text) if grades else {}
    return any(of in said and said[of].isdisjoint(asked) for of, asked in grades.items())
