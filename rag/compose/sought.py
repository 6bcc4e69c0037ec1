"""What a question asks for by name (a telephone number, a penalty, a rank), and what a text that gives it must hold.

One table of wordings: a text that is about the subject but holds nothing of the kind leaves the question open.
"""

import re
from typing import NamedTuple


class Sought(NamedTuple):
    """Something asked for by name."""

    name: str  # as a refusal calls it
    held: re.Pattern[str]  # what a text that gives it holds


_ROLE = r"处长|科长|校长|院长|主任|秘书长|书记|局长|会长|理事长|组长|司长|厅长|部长|市长|区长|董事长|总经理|负责人|班主任|辅导员|主编|召集人|园长|馆长|所长"
# Family names that are hardly ever another word's beginning: a text without one of them names no person.
_PERSON = r"(?<!帝)[王李刘陈杨赵黄吴徐孙胡朱郭罗郑梁宋唐邓冯韩曹彭萧蔡潘袁叶蒋苏魏吕沈姚卢崔谭陆汪范廖贾邹熊周许丁林谢高]|(?<![一两三几纸每])张"
_COMPANY = r"[\u4e00-\u9fffA-Za-z）)](?<!各|类|些|家|等|的|型|业)(?:公司|集团|股份|银行)|(?:与|和|同|联合|携手)[^，。；、]{2,14}(?:共建|共办|合办|合作|共同|签)|[\u4e00-\u9fff]{2}(?:重工|科技|药业|电子|汽车)"
_COLLEGE = r"[\u4e00-\u9fff]{2}(?<!产业|二级|软件|特色|技术|行业|工程|应用|社区|开放|老年|本科|综合|普通|一流|重点|民办|企业)(?<!工程师)(?:大学|学院|中学|小学)|医专|高专"

# What is asked for by name, and what a clause must hold to give it.
_KINDS = tuple(
    (re.compile(asked), Sought(name, re.compile(held)))
    for name, asked, held in (
        ("联系电话", r"电话|手机|座机|传真|(?:打|拨)(?:哪个|什么|啥)号", r"\d{7,11}|\d{3,4}[-－—]\d{7,8}"),
        ("电子邮箱", r"邮箱|电子邮件|(?i:e-?mail)", r"@|邮箱"),
        ("网址", r"网址|网站(?:是|在|叫)|哪个网站|链接", r"(?i:https?:|www\.|\.(?:cn|com))"),
        ("邮政编码", r"邮编|邮政编码", r"(?<!\d)\d{6}(?!\d)"),
        ("所问的比", r"几比几|配比|师生比|生师比", r"\d\s*[:：∶比]\s*\d|生师比|师生比"),
        ("所在的区", r"(?:哪|什么|啥)(?:一?个|些|几个)?区(?![域别])", r"[\u4e00-\u9fff]{2}区(?!域)"),
        (
            "校名",
            r"哪(?:几|一|两|三|\d+)*所(?:学校|院校|高校|大学|职校|中学|小学|$|[？?])"
            r"|(?:放在|落在|落户|设在|让|是|在)哪(?:几所|些|所)(?:学校|院校|高校|大学|职校|中学|小学)",
            _COLLEGE,
        ),
        (
            "每月的数额",
            r"(?:每个?|一个)月[^，。？?]{0,8}(?:多少|几)|月薪|月工资|月收入",
            r"每月|月均|月薪|/月|按月|月收入|月工资",
        ),
        (
            "怎样处理、处罚",
            r"处罚|处分|罚则|扣罚|怎么罚|咋罚|罚多少|罚款多少|(?:怎么|如何|咋|被|会)[^，。？?]{0,3}(?:追责|追究|问责|收拾|处置他)",
            r"罚|处分|追究|追责|问责|通报|约谈|[收追]回|取消|撤[销职]|停止|责令|开除|警告|扣[减除发回]|否决|吊销|移送|暂停|赔偿|降",
        ),
        (
            "企业的名称",
            r"哪(?:一?家|几家|个)[^，。？?哪]{0,4}(?:公司|厂商|供应商|企业(?!学院|家))|[承发外]?包给(?:了)?(?:谁|哪)|谁(?:中标|承建)|哪家中标",
            _COMPANY,
        ),
        (
            "名次",
            r"(?<!分类)第几(?![项条章节款类个批期届产编部])|(?<![安编])排(?:名|第几|多少)|名次(?:是|如何|怎)",
            r"第[一二三四五六七八九十\d]+(?![项条章节款批期届年产])|[首末]位|位居|名列|位列|居[全于前首]|前[列茅\d一二三四五六七八九十]|榜|[冠亚季]军|[金银铜]|[一二三]等|名次|排名",
        ),
        ("月份", r"几月|哪一?个?月", r"\d\s*月|[一二三四五六七八九十]月|年底|年末|月底|季度|[上下]半年"),
        (
            "职务",
            r"(?:什么|啥|哪种|何种)职[务位称](?!评)|职[务位称](?:是|叫)(?:什么|啥)",
            rf"{_ROLE}|教授|经理|主席|讲师|工程师|研究员|技师|院士|科员|干事|馆员|副[校院局处市县]",
        ),
        ("学位", r"(?:什么|啥|哪种|何种)学位", r"[学硕博]士"),
        ("签发人", r"签发|签署人|谁签|签的字", r"签"),
        (
            "名额",
            r"(?:多少|几)个?(?:招生|推荐|参评|录取|保送)?(?:名额|指标)",
            r"\d|[一二两三四五六七八九十百]+[名个人]",
        ),
        ("原因", r"为什么|为啥|为何|(?:什么|啥)原因", r"因|由于|为|鉴于|针对|考虑|致|问题|不足|需|以便|从而|才能|否则"),
        (
            "标准或条件",
            r"(?:什么|啥|哪些|哪几[个条])(?:标准|条件|情形|资格)|(?:标准|条件|情形)(?:是|有|都有|包括)(?:什么|哪些|啥|哪几)",
            r"标准|条件|情形|应当?|须|必须|符合|具备|满足|不低于|至少|达到|以上|下列|凡|具有|[（(]一",
        ),
        (
            "姓名",
            r"(?:学生|同学|选手|老师|教师|教授|院长|校长|园长|局长|主任|组长|处长|领导|负责人|联系人|书记|人员|师傅|工匠)[^，。？?]{0,6}(?:叫|姓)(?:什么|啥|谁)|(?:他|她)[们俩]?都?叫(?:什么|啥)|(?:人员|个人|两位|几位)?的?姓名(?:是|叫|有)",
            _PERSON,
        ),
    )
)
_WHO_HOLDS = re.compile(
    rf"(?P<role>副?(?:{_ROLE}))(?:现在|目前|如今|到底|究竟|现任)*(?:是|由|叫|姓)?(?:谁|哪位|哪几位|什么(?!时)|啥)"
    rf"|(?:谁|哪个[^，。？?]{{0,4}}|什么人)(?:是|担任|当|任|来当|算)[^，。？?]{{0,12}}?(?P<post>副?(?:{_ROLE}))"
    rf"|(?P<held>副?(?:{_ROLE}))由(?:谁|哪|什么人)"
)


def sought(question: str) -> tuple[Sought, ...]:
    """Return what a question asks for by name, all of which a clause must give; () when anything may do."""
    found = [kind for asked, kind in _KINDS if asked.search(question)]
    post = _WHO_HOLDS.search(question)
    role = (post["role"] or post["post"] or post["held"]) if post else None
    return (*found, Sought(f"谁是{role}", re.compile(re.escape(role)))) if role else tuple(found)


def gives(text: str, kinds: tuple[Sought, ...]) -> bool:
    """Whether a text holds something of each kind."""
    return all(kind.held.search(text) for kind in kinds)
