"""The years that a question names: 2023年 and 23年, 2023和2024; and the year with which it names a document."""

import re

YEAR = re.compile(r"(?<!\d)(20\d\d)\s*年(?!级|以|来)")
# 23年, 24年度, 25届毕业生 / not 近20年, 20年来, 工龄15年, 20年租期
_SHORT = re.compile(
    r"(?<![\d近去续达满第来约超过间隔龄期])(?<!建校|办学|从教|任教|任职|工作|服务|经营|签订|试点|使用|长达|为期|至少|最多)"
    r"(1[5-9]|2\d)\s*(?=年(?![级制内来后前间]|左右|以|之|多(?![吗么还少了呢])|期|的?(?:租|教龄|工龄|经[验历]|资历|历史|时间))"
    r"|届(?=毕业|学生|新生|本科|高职|中职|的|[直就升创自]))"
)
_BARE = re.compile(r"(?<!\d)(20[0-4]\d)(?=[跟和与比、到至])")
_BEFORE = re.compile(r"(?<![到至自从])(20\d\d)年度?(?:的|那份|这份|那个|天津市|天津|全市|市里的?)*$")


def in_full(question: str) -> str:
    """Return a question with 2023年 for 23年."""
    return _SHORT.sub(r"20\1", question)


def years_of(question: str) -> tuple[str, ...]:
    """Return the years that a question in full names, in order."""
    named = [(match.start(), match[1]) for pattern in (YEAR, _BARE) for match in pattern.finditer(question)]
    return tuple(dict.fromkeys(year for _, year in sorted(named)))


def year_before(text: str) -> re.Match[str] | None:
    """Return the year at the end of what stands before a document's name, as group 1: 2024年的, not 到2027年."""
    return _BEFORE.search(text)
