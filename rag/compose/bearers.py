"""Bodies as bearers of duties: 总务处负责……, 县级以上人民政府卫生健康主管部门应当……, 由总务处保管.

Only how Chinese writes such sentences stands here; which bodies there are, the texts and the departments' data say.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from ingest.departments import Departments
from ingest.schema import Clause
from rag.compose.material import spans, without_number
from rag.draft import Evidence

# a body / not 率先, 标准
_BODY = re.compile(
    r".*(?:部门|机关|机构|[局厅委处科室部会组心办院所站队班园]|政府|单位|公司|[人者员长]|企业|[院高学]校|学生|教师)"
)
# how a text calls a body the second time
_TAIL = re.compile(r".{2,}(?P<tail>领导小组|工作小组|专班|委员会|办公室|中心)")
_MANY = re.compile(r".{0,4}(?:企业|[院高学]校|单位|学院)")  # of which texts speak everywhere
_KIND = r"(?:(?:行政|主管|监督|管理|监管)*(?:部门|机关|机构)|局|厅|委员会|委|办公室|办)"
_OFFICE = re.compile(rf"(?P<core>[\u4e00-\u9fff]{{2,}}?){_KIND}")
_UNIT = r"部门|机关|机构|局|厅|委员会|中心|小组|办公室|[处室科院会]"  # last word of a body inside another one
_PLACE = re.compile(r"(?:[\u4e00-\u9fff]{2,7}?)??(?:省|市(?![场政容民])|县|区)(?=[\u4e00-\u9fff]{3})")
_LEVEL = re.compile(r"[省市县区](?:级|人民政府|政府)?$")
_ANY_LEVEL = re.compile(r"以上|各级|各|[、（(和][省市县区]")
_MUST = r"应当|应该|应(?![急对用征聘届])|必须|须|负责(?![人制]|同志)|承担|牵头|会同|可以|有权|不得(?![超少低多高])"
_MUST_BY = rf"{_MUST}|依法|依照|按照|根据|履行|行使|做好"
_DOES = (
    r"要(?![求点素件])|统筹|主管|参与|协助|配合|组织|指导|监督|协调|审[核查批定议]|受理"
    r"|制定|建立|落实|加强|管理|办理|提出|对[^，。；：]{1,30}?(?:进行|实行|实施|给予|开展)|(?:于|在)?\d[\d年月日底]*前"
)
_THEN = r"[^，。；：的]{2,20}，(?:应当|必须|不得)"
_IS = r"[是为][^，。；：]{2,30}，(?:具体|主要)?(?:负责|承担|履行|牵头)"
# between a body and what it does: others beside it, or a part of it (公安机关|交通管理部门) / not what belongs to it
_BESIDE = r"(?:[、和与或]|以?及(?!其))(?:(?!及其)[^，。；：的]){1,60}?"
_WITHIN = r"(?!及其|所属|直属|下属|下设|办公室|批准|认定|(?:工作)?人员)(?:(?!{other})[^，。；：、的]){{0,12}}?"
_IN_LIST = r"(?=(?:[、和与及]|以及)[^，。；：]*?(?:部门|机关)|等[^，。；：]{0,4}(?:部门|机关))"
# before a body: whatever makes it an object of another's doing / not 设区的市, 所在地
_OBJECT = re.compile(
    r"向|报|经(?![济营贸])|对|将|把|给|到|受|被|让|除|非|副|违反|配合|协助|会同|指导|督促|监督|引导|鼓励|支持|指派|委托|加强|为了|[按依]照|依据|根据|通知|告知|移送|征得"
    rf"|{_MUST}|在|为|的|是|有|包括|包含|邀请|成立|组建|(?<!建)设|\d"
)
_HARMLESS = re.compile(r"设区的|所在地|有关|国有|对外")
# what makes a body part of another word or thing: 采购人员, 公安局长, 学校食堂, 教委主任
_GOES_ON = re.compile(
    r"员|长(?![期远效])|副|职工|食堂|以外|之外|内部|周边|水平|章程|之间|领导|负责人|主任|书记|代表|的"
)
_FORBIDDEN = re.compile(r"不得|禁止|不能")
_LAST_ITEM = re.compile(r"[、和与及由（）()]|政府|[省市县区]级?|国务院")
LONGEST_OWN = 6  # characters that a body's name may begin with beside the ones asked for: 市学生|资助管理中心
_BY = re.compile(r"(?<![自理事缘])由")
_FORMS = re.compile(r"[^，。；：]*?(?:组成|构成|担任|兼任|的(?=，))|任")  # 由家长代表组成, 由学校提供的，……
_NEW_SUBJECT = re.compile(rf"[\u4e00-\u9fff（）、]{{2,40}}(?:{_UNIT}|[员人者长校])(?:应当|负责|承担|牵头)")


@dataclass(frozen=True, kw_only=True)
class Duty:
    """Words of a clause in which a body has to do something; `by` where it stands behind 由."""

    words: Evidence
    by: bool


@dataclass(frozen=True, kw_only=True)
class Bearer:
    """A body as a question names it, to be found under the names that texts give it."""

    written: str
    names: tuple[str, ...]  # the written one and the others of the same department
    shortened: tuple[tuple[str, str], ...]
    level: str = ""  # 省, 市, 县 or 区 where the question says it

    @property
    def is_kind(self) -> bool:
        """Whether it is a kind of body that texts speak of everywhere: 学校, 企业."""
        return _MANY.fullmatch(self.written) is not None

    def duties(self, clause: Clause) -> list[Duty]:
        """Return the sentences of a clause in which the body is the subject of a duty, in order."""
        named = None if clause.cells else self._pattern.search(clause.own.text)
        if named is None:
            return []
        found = []
        for start, end in spans(clause, fine=True):
            text = clause.own.text[start:end]
            at = len(text) - len(without_number(text))
            for part_start, part_end in _parts(text, at):
                again = start + part_start >= named.end()
                by = self._does(text[part_start:part_end], self._again if again else self._pattern)
                if by is not None:
                    words = Evidence(clause=clause, start=start + part_start, end=start + part_end)
                    found.append(Duty(words=words, by=by))
        return found

    def _does(self, text: str, pattern: re.Pattern[str]) -> bool | None:
        """Return None where a sentence gives the body nothing to do, else whether only behind 由."""
        ways = {by for match in pattern.finditer(text) if (by := self._fits(text, match)) is not None}
        return min(ways, default=None)

    def _fits(self, text: str, match: re.Match[str]) -> bool | None:
        lead = text[_segment_start(text, match.start()) : match.start()]
        by = _BY.search(lead) is not None
        if _GOES_ON.match(text, match.end()) or (by and _FORBIDDEN.search(lead)):
            return None
        lead = _HARMLESS.sub("", _BY.split(lead)[-1])
        own = _LAST_ITEM.split(lead)[-1]
        if _OBJECT.search(lead) or len(own) > LONGEST_OWN or not self._of_level(lead):
            return None
        if by:
            return None if _FORMS.match(text, match.end()) else True
        return False if self._doing.match(text, match.end()) else None

    def _of_level(self, lead: str) -> bool:
        found = _LEVEL.search(lead)
        return not (self.level and found) or _ANY_LEVEL.search(lead) is not None or found[0][0] == self.level

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        forms = {form for name in self.names for form in self._forms(name)}
        return re.compile("|".join(sorted(forms, key=lambda form: (-len(form), form))))

    @cached_property
    def _again(self) -> re.Pattern[str]:
        """The same with the last word alone, as it stands in a clause that named the body before: 领导小组."""
        tail = _TAIL.fullmatch(self.written)
        return re.compile(f"{self._pattern.pattern}|(?<![\u4e00-\u9fff]){tail['tail']}") if tail else self._pattern

    def _forms(self, name: str) -> Iterable[str]:
        """Give patterns for a name: itself, longer in the middle, and the same office under another kind of name."""
        yield _longer(name)
        office = _OFFICE.fullmatch(name)
        core = office["core"] if office else name if name == self.written and len(self.names) > 1 else ""
        for one in {core, *(core.replace(*pair) for pair in _both_ways(self.shortened))} if core else ():
            yield rf"{re.escape(one)}(?:{_KIND}|{_IN_LIST})"

    @cached_property
    def _doing(self) -> re.Pattern[str]:
        """What may stand behind the body: what it does, others with it before that, or what it is."""
        other = "(?!)" if _OFFICE.fullmatch(self.written) and not self.written.endswith("委员会") else _UNIT
        within = _WITHIN.format(other=other)
        return re.compile(
            rf"(?:{_BESIDE})?(?:等(?:(?!及其)[^，。；：的]){{0,8}}?)?(?:{_MUST_BY})|{_DOES}|{within}(?:{_MUST}|{_IS})|{_THEN}"
        )


def may_be_body(words: str, departments: Departments) -> bool:
    """Whether words may name a body: by their last word, or because departments are called so (公安)."""
    return _BODY.fullmatch(words) is not None or _known(words, departments) is not None


def _known(words: str, departments: Departments) -> str | None:
    """Return the department that is called so, or by its business alone: 公安 for 公安局."""
    return next((name for end in ("", "部门", "局", "机关") if (name := departments.canonical(words + end))), None)


def bearer(written: str, departments: Departments) -> Bearer:
    """Return the body that a question writes like this; bare words of a known department (公安) stand for it."""
    place = _PLACE.match(written)
    plain = written[place.end() :] if place else written
    known = departments.canonical(written) or _known(plain, departments)
    others = sorted(departments.forms_of(known)) if known else []
    names = dict.fromkeys([plain, *(_PLACE.sub("", form, count=1) if _PLACE.match(form) else form for form in others)])
    level = place[0][-1] if place else ""
    return Bearer(written=plain, names=tuple(names), shortened=departments.shortened, level=level)


def _longer(name: str) -> str:
    """Return a pattern for a name that may be longer in one place: 采购领导小组, 采购工作领导小组."""
    cuts = range(2, len(name) - 1)
    gaps = "|".join(rf"{re.escape(name[:at])}[\u4e00-\u9fff]{{1,4}}{re.escape(name[at:])}" for at in cuts)
    return f"{re.escape(name)}|{gaps}" if gaps else re.escape(name)


def _both_ways(pairs: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    for long, short in pairs:
        yield long, short
        yield short, long


def _segment_start(text: str, at: int) -> int:
    return max(text.rfind(mark, 0, at) for mark in "，。；：\n") + 1


def _parts(text: str, start: int) -> list[tuple[int, int]]:
    """Return a sentence cut where another body's duty begins: 中心负责培训，|财政局负责筹措."""
    commas = [start, *(match.end() for match in re.finditer("，", text) if match.end() > start)]
    new = [at for at in commas if _NEW_SUBJECT.match(text, at)]
    cuts = [start, *(at for at in new if new[0] == start and at > start)]
    return list(zip(cuts, [*cuts[1:], len(text)], strict=True))
