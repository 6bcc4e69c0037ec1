"""What kind of thing a question asks for: one table of wordings, read from top to bottom.

Only the wording of questions stands here, nothing of any document.
"""

import re
from enum import StrEnum

from rag.years import in_full


class Intent(StrEnum):
    """What would answer the question."""

    UNITS = "responsible_units"  # departments
    TASKS = "tasks_of_unit"  # what a department has to do
    META = "document_meta"  # number, date, issuers, recipients, contact of a document
    CLAUSE = "clause_lookup"  # the words of a clause that is named by its number
    COMPARE = "comparison"  # the same subject in several documents
    FIGURE = "figure"  # a number
    TIME = "time"  # a date or a period
    YESNO = "yesno"
    DEFINITION = "definition"
    LIST = "list"
    MEASURE = "measure"
    OVERVIEW = "overview"  # what a document as a whole contains
    DOCUMENTS = "documents"  # which documents there are, or which speak of something
    OPEN = "open"  # anything else: the best sentences
    CHAT = "chat"  # not a question to the documents


class Meta(StrEnum):
    """Which of a document's particulars a question asks for."""

    NUMBER = "number"
    DATE = "date"
    ISSUERS = "issuers"
    CONTACT = "contact"
    TITLE = "title"
    RECIPIENTS = "recipients"


_UNIT_NOUN = r"(?:市级|政府|职能|主管|牵头|配合|责任)*(?:部门|单位|[股科处]室|[股科处](?=来?(?:管|负责|牵头|[？?]|$))|委办局|局|委(?!员|托|会)|机构)"
_WHO = (
    rf"(?:哪|(?<!任)何|什么|啥)(?:些|几|个|一|家|两|三|个市级|几个|几家|些个)*的?{_UNIT_NOUN}",
    r"谁(?:来|去|要|该|会|应)?(?:专门|具体|主要|共同|一起)?(?:负责|牵头|主管|管|推进|落实|承担|实施|组织|配合|协助|主抓|办|抓|干|做)",
    r"(?:由|归|是|找|让|靠|和|跟|与)谁",
    rf"(?:由|归|找)(?:几|些|个|家)+(?:{_UNIT_NOUN})",
    r"(?:责任|牵头|配合|主管|负责)的?(?:单位|部门)(?:一栏)?(?:是|有|都|呢|包括|怎么|分别|写|谁|[？?。]?$)",
    r"(?:责任|牵头|配合|主管|负责)的?(?:单位|部门)[^，。？?]{0,14}?(?:谁|哪(?!天|年|月|一天)|(?:什么|啥)(?!时|要求|条件|措施|材料|责任))",
    r"(?:落在|落到|压在)(?:哪(?!些?(?:国|省|地)|些(?:区|市|县|学校|高校|园区)|[一几两]?[所座]|[一几两]?个[区市县园校城])|谁)",
    r"哪(?:几)?家(?:单位|部门)?(?:负责|牵头|管)",
    r"谁来[^，。？?]{1,4}$|归哪(?:儿|里|管|家|边)|(?:分给|交给|派给|落到|落在|压在)了?(?:哪(?![一几两]?[所座]|[一几两]?个[区市县园校城])|谁)|哪[几两三四]家[？?]?$",
    r"(?:哪(?:家|个|几家)|谁)(?:说了算|拍板|挂帅|出面|把关|经手|统筹|审批|来批)|(?:对口|归口)的?(?:部门|单位|处室)?(?:是|归|有|$|？|\?)",
    r"谁是(?:牵头|主责|负责)的?[？?]?$|责任方|让哪[^，。？?]{0,4}家|哪[^，。？?]{0,3}家(?:来|去)?(?:负责|牵头|管|承担|实施|推进)",
)
# who holds an office: 校长是谁, 谁担任主任 / not 责任单位是谁, 由谁主管
_HOLDER = re.compile(
    r"(?:[处科校院会局司厅部市区县组社店所站馆园州镇村]长|董事长|秘书长|理事长|主任|书记|经理|主席|主编|辅导员|教师|老师|教授|院士|代言人|发言人|法人|联系人|创始人|作者|冠军)"
    r"(?:现在|目前|如今|到底|究竟|现任)*(?:都|分别|各)?(?:是|叫|姓)(?:谁|哪位|哪几位)|谁(?:来)?(?:担任|兼任|出任|任|当)|谁是[^，。？?]{0,14}(?:长|主任|书记|经理|主席|主编)[？?]?$"
)
_WHO_ELSE = r"还有谁|都有谁|有谁"  # of places, persons, things as well, unless a department is named
_TASKS = (
    r"(?:负责|承担|参与|牵头|配合|涉及|管|分管|有|交给|落实|做|干)(?:了|着|的|到)?(?:哪|什么|啥|多少|几)(?:些|几|个|一|方面|条|项)*(?:任务|工作|事|活|项|职责|条|内容)?",
    r"(?:有|要|该)(?:什么|啥|哪些|哪几)(?:任务|活|事|工作|职责)",
    r"(?:哪|几|什么|啥)(?:些|几|个)*(?:项|条|个)?(?:任务|工作|职责|活)",
    r"(?:要|该|都|具体|主要)?(?:做|干|管|负责|配合|参与|承担|牵头)(?:什么|啥|哪些|哪方面|哪一?[项条块])",
    r"(?:负责|承担|主管|管)[^，。？?]{1,14}(?:哪些|什么|啥)(?:事|工作|任务|活|内容)?[？?]?$",
    r"有(?:没有)?(?:什么|啥)?(?:任务|活|事)(?:吗|么|没有?)?[？?]?$",
    r"哪[些几]项?(?:任务|工作)?(?:里|中)?(?:有|写了|列了|含)",
    r"哪[几一两三四五六七八九十]?(?:项|条|块(?!地)|件)|第几[项条]|挂名|有活|派活|有没有[^，。？?]{0,10}(?:任务|活|事)",
    r"(?:任务|职责|活)(?:都|各|分别|具体)*(?:是什么|有哪些|是啥|呢|是哪)",
    r"(?:哪些|哪几|什么|啥)(?:事|活|任务|工作|条|项)|(?<!第)[一二两三四五六七八九十几]+(?:项|条|件)(?:任务|工作)?[，,]?(?:分别|都|各|具体)(?:是|有)(?:什么|啥|哪)|(?:任务|工作|事)(?!人员|经费)[^，。？?]{0,4}(?:列(?![入为席])|摘|汇总)",
)
_META = {
    Meta.RECIPIENTS: r"发给(?:了)?(?:谁|哪)|印发给|主送|下发给|面向哪些单位印发|发到哪些|抬头[^，。？?]{0,6}(?:写|给|是|列)|(?:写给|下发到|发往)(?:谁|哪)|受文",
    Meta.NUMBER: r"文号|发文字号|发文号|(?:几|多少|哪个)号文|文件编号",
    Meta.CONTACT: r"(?:联系(?:人|方式)|电话)(?!等|由|应|如何|回访|沟通|会议|访谈|调查|报告|网络)|联系谁|手机号|(?:打|拨)(?:哪个|什么|啥)号|(?:找|联系)哪位|(?:找|跟|和)谁(?:联系|咨询|问)|(?:找|向)(?:谁|哪里)咨询|咨询(?:谁|电话)",
    Meta.DATE: r"(?:什么时候|何时|哪天|哪一天|哪年|啥时候|几月几[日号]|什么日期|几号)(?:的时候|落款|正式|联合|公开|对外)*(?:落款|印发|印的(?=[？?]|$)|发布|出台|制[定订]|下发|发(?![展挥动放现掘育起])|成文|公布|发文)"
    r"|(?:印发|发布|出台|下发|发|成文|公布|落款|发文|签发)(?:的)?(?:时间|日期|是(?:什么时候|哪天|哪一天|何时))|(?:印发|发布|出台|下发)于(?:何时|哪)",
    Meta.ISSUERS: r"(?:哪(?![天年月日])|几(?![月号日])|谁|什么(?![时日])|啥(?!时))[^，。？?]{0,8}(?:联合|一起|共同)*(?:印的?(?:发|文)|发布|发文|出台|下发|制定|发出|发的)|(?:发文|印发|发布|制定)的?[一二两三四五六七八九十几]*[个家]?(?:机关|单位|部门|机构)|谁发|落款[^，。？?]{0,8}(?:哪|谁|什么|啥|几)[^，。？?]{0,4}(?:单位|部门|机关|机构|家)",
    Meta.TITLE: r"(?:全称|标题|文件名|正式名称)",
}
_COMPARE = (
    r"(?<!如何|怎样|怎么)(?:区别(?!对待|于)|差别(?!化)|差异(?!化)|异同|对比(?!赛))|比较(?=一下|这|两|下|它|各|附件|第|《)|一回事|一样[吗么不]|(?<!保持)(?:一致(?:[吗么不？?]|$)|(?:是否|不)一致(?!的))",
    r"[有些所]不同(?!的)|(?:什么|啥|哪些|何|有)的?不同(?!的)|不同(?:在|之处|点|[吗么？?]|$)|(?:什么|啥|哪些|有|多大|何|的)变化(?!的)|变化(?:有?多?大|吗|了|是|如何|怎)|前后[^，。？?]{0,6}(?:说法|表述|规定|不|一样|变)",
    r"(?<![误偏时温还])差(?:多|了)?(?:少|大|几|谁|哪)|[多高大早快强好]了?还是[少低小晚慢弱差]|涨没涨|变没变|(?:哪(?!些)|谁)[年个家所边份]?[^，。？?]{0,8}(?:更(?![新换改正名加])|先(?![进行后导锋生期例试前])|(?<![做扩加增放])[多高大早强](?:[呀啊呢些一点]*$|[？?]))",
    r"(?:各|分别)自?(?:是|有)?(?:怎么|如何|怎样|什么|哪些)(?:规定|要求|提|说|表述|安排)|(?:各|分别)自?[提说](?:出|了|到)[^，。？?]{0,6}(?:什么|啥|哪)|(?:各|分别)自?的?(?:规定|要求|表述|说法)(?:[是有？?]|$)",
)
_TIME = (
    r"什么时候|何时|哪天|哪一天|哪年|哪一年|啥时候|几月|几号|什么日期|哪个月|多久|多长时间|几年内|期限|截止|何日|哪段时间|(?:几|多少)年(?:内|左右|时间|之内)|什么时间",
)
_FIGURE = (
    r"(?<![没不])多少(?!有)|(?<![哪好这连着近续前过头])几(?:个|名|位|家|所|项|门|处|间|次|场|人|种|本|期|套|台|万|亿|成|轮|支|条|类|篇|件|份|倍|届|批|座|对|组|届|年|元|块|岁|级|大类|方面)|百分之几|百分比|占比|比例|比重|几分之几|几成|(?<![更许很诸])多(?:大(?![国型学数多赛量师])|高(?![素层水校职级质端技新])|长(?!时间|期)|远|宽|重(?![点要大复保维]))|数量|总数|总额|金额|合计",
)
_YESNO = (
    r"(?:吗|(?<![什怎那多])么|没有|没|不)\s*[？?。]*$|是否|是不是|有没有|能不能|可不可以|能否|可否|会不会|要不要|行不行|算不算|对不对|该不该|需不需要|允不允许",
    r"(?:完成|落实|做|搞|办)(?:了)?没",
)
_DEFINITION = (
    r"是什么意思|什么是|是指什么|指(?:的)?(?:是)?(?:什么|啥|哪)|何谓|定义|含义|是什么概念|(?:是)?干(?:啥|什么|嘛)的|分别(?:是|指|代表)(?:什么|啥)(?!时候|时间|日期)|代表(?:什么|啥)|是个什么|怎么理解|是怎么(?:划分|界定|构成)|指(?:啥|什么)|是啥(?:意思)?$",
)
_LIST = (
    r"哪(?:些|几|两|三|四|五|六|七|八|九|十|\d)|有哪些|包括(?:什么|哪)|都有(?:什么|啥|哪)|都是(?:啥|什么|哪)|(?:是|有)(?:啥|什么)(?:内容|举措|措施)|(?:[了过设办增加开]|[有含])(?:些)?(?:啥|什么)(?!用|时|关系|问题|意)[\u4e00-\u9fff]{2,6}[？?]?$|哪(?:所|个|家|位|名|类|种)",
)
_MEASURE = (
    r"怎么|如何|怎样|咋|什么(?:措施|办法|举措|要求|激励|后果|支持|政策|规定|责任|条件|安排|处理|机制)|有(?:何|啥)|哪些(?:措施|举措|办法)|会怎样",
)


def asks_units(question: str) -> bool:
    """Whether a question asks for responsible departments, whatever else it asks."""
    return _any((*_WHO, r"责任单位|分管|主管部门|归谁|谁管"), question)


def asks_holder(question: str) -> bool:
    """Whether a question asks for a person by an office, which no list of departments answers."""
    return _HOLDER.search(question) is not None


def _any(patterns: tuple[str, ...], text: str) -> bool:
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in patterns)


# what a question rests on: 按照某部与某市的分工， / not 按照规定由某局负责
BASIS = re.compile(r"(?:按照|依照|根据|依据|按)[^,，。？?]{2,40}[,，]")
_RESTS_ON = re.compile(r"根据|依据|依照|落实|贯彻|为了")


def asked_particular(question: str) -> Meta | None:
    """Return which particular of a document the question asks for, None when it asks for none.

    What a document rests on (根据哪个文件制定) is asked of its text, not of its own particulars.
    """
    if _RESTS_ON.search(question):
        return None
    return next((meta for meta, pattern in _META.items() if re.search(pattern, question)), None)


_PARTICULARS = re.compile("|".join(_META.values()))
# What is asked of a document as a whole: 总结一下, 主要讲了什么, 有哪些任务, and of all of them: 哪些文件提到, 最新的文件
_PLEASE = r"(?:能不能|能否|可不可以|可以|请|麻烦|帮忙?|给|替|跟|为|我们?|你|您|想|要|先|来|再)*"
_MATTER = r"(?:主要|重点|核心|基本|具体|大致|大体|总体|整体|全部|所有)*的?(?:内容|任务|工作|措施|举措|要点|重点|思路|框架|结构|提纲|目录|大纲|部分|方面|章节|板块|大事|事项|事)"
_ABOUT_WHOLE = {
    Intent.DOCUMENTS: (
        r"(?:在|从|有)?(?:哪|什么|啥)(?:些|个|一?份|一个|几[个份部]|部)?(?:的)?(?:政策)?(?:文件|政策|材料|法规)(?:里面?|中|当中|上)?(?:都|也|专门|明确|具体)*"
        r"(?:提[到及出过]|涉及|规定|讲[到了过]?|说[到了过]?|写[到了过明]?|要求|出现|包含|可查|可以查|能查|有(?!效|用|没有|关|权))[了过]?(?:的?要求|的?规定)?",
        r"(?:能|可以|可)查(?:到)?(?:哪|什么)[些个]?(?:文件|政策|材料)|(?:收录|入库|收了|装了|存了)了?(?:哪|什么|多少|几)[些个份]?(?:文件|政策|材料)|(?:库|系统|这)里?面?(?:一共|都|现在)*有(?:哪|什么|多少|几)[些个份]?(?:文件|政策|材料)|(?:文件|政策)(?:库里?)?(?:都|一共)*有(?:哪些|几[个份](?![部章项条节]))|^(?:20\d\d年|现在|目前|都|一共|总共)*有(?:哪些|多少|几)[份个]?(?:政策)?(?:文件|政策)",
        r"(?:最新|最近|最早|最老)(?:发布|印发|出台)?的?(?:一份|一个|那份)?(?:文件|政策)(?:是|叫)?(?:哪[一个份]*|什么)?|(?:哪|那)[一个份部]*(?:文件|政策)?(?:是)?最[新早](?:的|$|[？?])",
    ),
    Intent.OVERVIEW: (
        rf"{_PLEASE}(?:总结|概括|归纳|概述|梳理|简述|摘要|简[单要](?:介绍|说说?|讲讲?)|介绍|说说|讲讲|列)(?:一下|下|出|一遍)*(?:{_MATTER})?",
        rf"(?:主要|大致|大概|整体|总共|一共|都|具体|到底)*(?:讲|说|写|规定|部署|安排|包括|包含|涉及|提出|要求|抓|干|做)(?:了|的是|的)?(?:{_MATTER}|什么|啥|些什么|(?:哪些|哪几)[个大项件方点条]*(?:{_MATTER})?)",
        rf"{_MATTER}(?:都|分别|具体|主要)*(?:是|有|包括)?(?:什么|啥|哪些|哪几[个项条点件]|些什么)?",
        rf"有(?:哪些|哪几[个项条点件大]*|什么|啥){_MATTER}",
    ),
}
_WHOLE = {intent: re.compile("|".join(patterns)) for intent, patterns in _ABOUT_WHOLE.items()}
_THIS_DOCUMENT = re.compile(
    r"(?:这|那|该|本)(?:一?[份个部篇])?(?:文件|材料|通知|办法|报告|年报|方案|意见|计划|条例|规定|要点)"
)
_ITSELF = re.compile(
    rf"{_THIS_DOCUMENT.pattern}|今年|本年度?|(?:20\d\d)年?度?|里面?|中|内容|(?:资料|数据|文件)?库|系统|目前|现在"
)


LONGEST_WHOLE = 120  # characters of a question about a document as a whole
# asks something of what a document contains: 重点任务由谁负责, 措施如何落实
_OF_CONTENTS = re.compile(
    r"谁|部门|单位|机构|机关|由哪|(?:如何|怎么|怎样|咋)(?!总结|概括)|何时|什么时候|哪[天年月]|多久|多少|截止|依据|根据"
)


def asked_of_whole(question: str) -> tuple[Intent, str] | None:
    """Return whether a document's contents or the documents themselves are asked about, with what else is said."""
    if len(question) > LONGEST_WHOLE:
        return None
    for intent, pattern in _WHOLE.items():
        if intent is Intent.OVERVIEW and _OF_CONTENTS.search(question):
            continue
        if pattern.search(question):
            return intent, _ITSELF.sub("|", pattern.sub("|", question))
    return None


def points_to_document(question: str) -> bool:
    """Whether a question speaks of a document that was named before: 这份文件, 该办法."""
    return _THIS_DOCUMENT.search(question) is not None


# said of a document as a whole, beside what names it and what is asked
_OF_DOCUMENT = re.compile(
    r"通知|文件|材料|资料|意见|办法|方案|计划|落款|联合|印发|发布|出台|制定|下发|发文|成文|执行|联系|咨询|封底|首页|末尾|最后|正式"
    r"|标注|引用|职务|担任|处室|科室|(?:20\d\d)?年度?"
)


def beside_particular(question: str) -> list[str]:
    """Return what else stands in each part that asks for a document's particular: 蓝皮书 of 蓝皮书由谁发布."""
    parts = [part for part in re.split(r"[，,。；;]", question) if _PARTICULARS.search(part)]
    return [_OF_DOCUMENT.sub("|", _PARTICULARS.sub("|", part)) for part in parts]


# 归那家管, 由那些部门负责: 那 for 哪, where nothing else asks / not 那家公司是谁
_THAT = re.compile(
    r"(?<=[归由是有])那(?=几?[家个些](?:部门|单位|局)?(?:来|去)?(?:管|负责|牵头|主管|落实)?)|^那(?=几?[家个些](?:部门|单位|局))"
)


# 一、二等奖, 一二三级, 一、二期 / not 十四五期间, 五一期间, 一、二类型
_GRADES = re.compile(
    r"(?<![十百“])(?P<first>[一二三四五](?:、?[一二三四五]){0,3})(?P<mark>[和、]?)(?P<last>[一二三四五])(?P<kind>等奖|等级|级|期(?!间)|类(?=[^型]))"
)


def _each_grade(match: re.Match[str]) -> str:
    """Return 一等奖、二等奖 for 一、二等奖; 期 and 类 need a mark between their numbers."""
    if match["kind"] in "期类" and not match["mark"]:
        return match[0]
    return "、".join(
        f"{grade}{match['kind']}" for grade in (*re.findall("[一二三四五]", match["first"]), match["last"])
    )


def asking(question: str) -> str:
    """Return the question in full: 哪 for a mistyped 那 when nothing else asks, 2023年 for 23年, 一等奖、二等奖 for 一、二等奖."""
    question = _GRADES.sub(_each_grade, in_full(question))
    return question if ASKS.search(question) else _THAT.sub("哪", question)


# 何时开放, 建几个 / not 任何单位, 几乎, 哪怕
ASKS = re.compile(
    r"什么|啥|哪(?!怕)|(?<![那这的好十连着近续前过头])几(?![乎近何])|多少|怎|如何|咋|谁|吗|是否|有没有|(?<![任几])何|呢|没有?$"
)
_TOPIC = re.compile(r"呢$")  # 那不控股的呢，归谁管: what the next part asks about, no question of its own
MIN_PART = 3  # characters of a part that is a question of its own


# 给多少钱，学校说了算吗: whether what comes before is so, no question of its own
_OF_BEFORE = re.compile(
    r"^[^，,]{0,6}(?:说了算|自己定|自行决定|自己能定|有没有(?:规定|要求|说法)|有规定)[吗么]?$"
    r"|^(?:都|具体|分别)*是哪[几些]?[所家个些]$"  # 名单有没有，是哪几所
    r"|^[^，,]{0,10}(?:怎么|如何|怎样|咋)(?:规?定|说|写|要求)的$"  # 最多几个月，条例怎么定的
)


def parts_of(question: str) -> list[str]:
    """Return the questions that a text asks one after the other: 建几所？建在哪里 or 谁主编 哪个社出的; [] for one.

    Parts are divided by ？, and by a comma or a space where each side asks something.
    """
    parts = [part.strip(" ，,。") for part in re.split(r"[？?]", question)]
    for mark in ("，", ",", " "):
        parts = [piece for part in parts for piece in _divided(part, mark)]
    if _OF_BEFORE.search(parts[-1] or parts[-2] if len(parts) > 1 else ""):
        return []
    parts = [part for part in parts if len(part) >= MIN_PART and ASKS.search(part)]
    return parts if len(parts) > 1 else []


# A和B两项，由谁负责：the same is asked of two things / not A和B两个主体怎么合作
_SIDES = re.compile(
    r"^(?P<lead>[^，。？?]{0,30}?(?:里|中|上|，|,))??(?P<one>[^，。？?]{3,40}?)(?:和|跟|与|同|、)(?P<other>[^，。？?和跟与同、]{3,40}?)"
    r"(?:是[^，。？?]{0,10})?[这那]?两(?:件事|件|项任务|项|条|(?:个|者|样)(?=[，, 由归分各谁哪是有都的负怎]))(?:工作|任务)?[，, ]*(?P<asked>.{2,})$"
)
_BETWEEN = re.compile(r"合作|对接|衔接|协同|融合|联动|结合|关系|之间|互相|相互")  # is asked of both together
_SAME = re.compile(
    r"是否|是不是|有什么|有啥|有何|一样[不吗么]?|相同[吗么]?|相不相同|差别|差异|区别|不同|(?<![怎什那这多])么|[吗？?]|分别|各自?"
)


def sides_of(question: str) -> list[str]:
    """Return the two questions of one that asks the same of two things: A和B这两项由谁负责; [] for any other.

    Whether they are the same (负责的部门一样吗) is told by both answers side by side.
    """
    match = _SIDES.match(question.strip()) if "两" in question else None
    if match is None or _BETWEEN.search(match["asked"]):
        return []
    asked = _SAME.sub("", match["asked"]).strip("，,。的 ")
    who = "由哪些部门负责" if asks_units(match["asked"]) or re.search(r"部门|单位", asked) else asked
    return [f"{match['lead'] or ''}{match[side].strip('“”')}{who}？" for side in ("one", "other")] if who else []


def _divided(part: str, mark: str) -> list[str]:
    """Divide at the first mark that has an asking part on each side, and again what stands behind it."""
    pieces: list[str] = []
    at = part.find(mark)
    while at >= 0:
        before, after = part[:at], part[at + 1 :]
        if len(before) >= MIN_PART and ASKS.search(_TOPIC.sub("", before)) and ASKS.search(after):
            pieces.append(before.strip())
            part, at = after.strip(), -1
        at = part.find(mark, at + 1)
    return [*pieces, part]


def intent_of(question: str, *, names_unit: bool, names_clause: bool, documents: int) -> Intent:
    """Return what the question asks for.

    `names_unit`: it names a department; `names_clause`: it names a clause by number; `documents`: how many it names.
    """
    who = _any((*_WHO, _WHO_ELSE) if names_unit else _WHO, question) and not asks_holder(question)
    tasks = _any(_TASKS, question)
    if documents >= 2 or (_any(_COMPARE, question) and not who):
        return Intent.COMPARE
    if who and not (names_unit and tasks and not re.search(r"除了|以外|之外|和谁|跟谁|与谁|还有谁", question)):
        return Intent.UNITS
    if names_unit and tasks:
        return Intent.TASKS
    if names_clause and not _any((*_FIGURE, *_TIME), question):
        return Intent.CLAUSE
    if re.search(r"(?:吗|没有|没)[？?]?$", question) and not _any(_FIGURE, question):
        return Intent.YESNO
    if _A_NOT_A.search(question) and not _HOW_MUCH.search(question):
        return Intent.YESNO
    if _HOW_TO.search(question) and not _HOW_MANY.search(question):
        return Intent.MEASURE
    return next((intent for intent, patterns in _ORDER if _any(patterns, question)), Intent.OPEN)


_A_NOT_A = re.compile(r"(?P<verb>[算能该会要许用给准])不(?P=verb)|可不可以|允不允许|需不需要|是否")
# 如何提高双语教师的比例 / not 比例如何, 怎么规定比例
_HOW_TO = re.compile(
    r"(?:怎么|如何|怎样|咋)(?!样|规定|算|定|说|要求)[^，。？?]{1,16}(?:比例|占比|比重|百分比|数量|总数|总额|金额)"
)
_HOW_MANY = re.compile(r"多少|几")
_HOW_MUCH = re.compile(r"多少|几|多[大高长久]|百分|什么|哪|怎|如何")
# “某某”那一段给我看看, 那一条的原文 / not 那一条由谁负责
_WORDS_OF = (
    r"[那这]一?(?:段|条|款|项|节|部分)(?:话|文字|内容)?的?(?:给我|让我|发我|贴|念|读|原文|全文|看|怎么写|写了什么)|(?:原文|全文)(?:给我|发我|贴|念|是)",
)
_ORDER = (
    (Intent.CLAUSE, _WORDS_OF),
    (Intent.DEFINITION, _DEFINITION),
    (Intent.FIGURE, _FIGURE),
    (Intent.TIME, _TIME),
    (Intent.YESNO, _YESNO),
    (Intent.LIST, _LIST),
    (Intent.MEASURE, _MEASURE),
)
