"""What people say to an assistant that is no question to the documents: greetings, wishes, attempts on its rules."""

import re

from rag.question import ASKS

_MARKS = r"[啊呀啦了哈]*[，,。！!？?~～\s]"
# What opens or closes a conversation, with what parts it from a question: 您好， of 您好，公园由谁管 / not 好的做法
_GREETING = re.compile(
    rf"(?:(?:您好|你好(?!像)|(?:谢谢|多谢)(?:您|你们?)?|嗯+|哦+){_MARKS}*"
    r"|(?:好的|嗨|哈喽|hello|hi|ok|在吗|在不在|有人[吗不]|吃了[吗没]|知道了|明白了|收到"
    rf"|(?:早上|上午|中午|下午|晚上|大家)好)(?:{_MARKS}+|$))+",
    re.IGNORECASE,
)
_THANKS = re.compile(r"(?:好的)?[，,\s]*(?:谢谢|多谢|感谢(?!信)|辛苦|再见|拜拜|早安|晚安)(?P<rest>[^\d第《]*)$")
_START = r"(?:^|[，,。；！!\s])(?:请你?|麻烦你?|你|就|再|随便|用[^，,。；？?]{1,10}|能不能|能|可以)*"
_FOR_ME = r"(?:帮我|给我|替我)[^，,。；？?]{0,4}"
_WRITING = "(?:写|作|来|编|创作|起草|拟)"
# A wish for a text: 帮我写一首诗, 编个故事 / not 填写信息, 合作的程序
_WRITE = (
    rf"{_START}(?:{_FOR_ME}{_WRITING}|{_WRITING}[一两几首篇段个封份则副点])[^，。？?]{{0,14}}"
    r"(?:诗|词|绝|律|作文|小说|故事|笑话|歌|代码|程序|脚本|算法|情书|对联|信(?!息)|邀请函|祝词|贺词|致辞|[演发][讲言]稿|新闻稿|检讨)"
    r"(?!是什么|有|怎|如何|由|需)"
)
_CHAT = (
    rf"{_START}{_FOR_ME}(?:[订买点叫约]|预订|预约|打印)[一两几张份个辆]",
    rf"{_START}把[^，。？?]{{1,20}}(?:改成|改为|换成|删掉|删了|删除)[^，。？?]*$(?<![吗么])",
    r"你是谁|你叫什么|你是什么模型|讲个笑话|陪我聊|聊聊天|你会什么|你能做什么|你多大",
    r"(?:忽略|无视|忘记|忘掉|放弃|不要理会|跳过|绕过).{0,8}(?:指令|提示词|上文)",
    r"(?:忽略|无视|忘记|忘掉|放弃|不要理会|跳过|绕过).{0,8}(?:以上|上面|前面|之前)(?:的|所有|全部|[，,。]|$)",
    r"(?:忽略|无视|忘记|忘掉|放弃|不要理会|跳过|绕过).{0,8}(?:所有|全部|你的)(?:要求|规则|设定|限制)",
    r"(?:输出|告诉|说出|说说|显示|重复|复述|打印|透露|列出)[^，。？?]{0,10}(?:指令|提示词|上下文|密钥|你的(?:设定|规则))",
    r"(?:系统|初始|内部)提示|提示词|(?:规则|规定|指令|要求)(?:都|全部?)?作废(?!了?[吗么没])",
    r"你(?:最开始|最初|一开始|开头|起初)[^，。？?]{0,8}(?:指示|指令|设定|要求|提示)",
    r"system\s*prompt|ignore (?:all|previous|the)|jailbreak|越狱|开发者模式",
    rf"(?:捏造|杜撰|虚构|瞎编)(?:一|个|条|份|点|出)|{_START}(?:{_FOR_ME})?编造?一?[个条份点]",
    r"假装你|(?:请|你)[来要]?扮演|(?:不用|别|不要)(?:看|管|查)(?:文件|原文|资料)",
    r"(?:今天|明天|后天|今晚|今日|周末|会不?会?|怕)[^，。？?]{0,6}(?:下雨|降雨|天气|气温)",
    r"天气(?:预报|怎么样|如何|好)|带伞|几点了|今天星期|菜谱|星座|好看的?电影|(?:^|请|帮我?)[^，。？?]{0,12}翻译成",
    r"(?:股票|股价|彩票|哪只股)[^，。？?]{0,6}(?:涨|跌|买|推荐)|(?:买|推荐)[^，。？?]{0,8}(?:股票|彩票|电影|电视剧)",
)


def without_greeting(question: str) -> str:
    """Return a question without the greeting or the thanks before it; words that are nothing else as they are."""
    opened = None if _only_thanks(question) else _GREETING.match(question)
    return question[opened.end() :] or question if opened else question


def _only_thanks(words: str) -> bool:
    """Whether words begin with thanks or a farewell and ask nothing."""
    thanks = _THANKS.match(words)
    return thanks is not None and not ASKS.search(thanks["rest"])


def is_chat(words: str) -> bool:
    """Whether words are small talk, a wish for something else, or an attempt to change the rules."""
    words = words.strip()
    if _GREETING.fullmatch(words) or _only_thanks(words):
        return True
    return any(re.search(pattern, words, re.IGNORECASE) for pattern in (_WRITE, *_CHAT))
