"""Departments as data: their canonical names, the forms in which people write them, and who followed whom."""

import hashlib
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingest.errors import DepartmentsError

DATA = Path(__file__).parent / "data" / "departments.toml"

Level = Literal["party", "city", "central", "national", "district", "school", "body", "generic"]

# What may not follow a short name: 教委|员, 宣传部|署, 财政局|面. What may not stand before one that names no place:
# 区|教委 is another department, 职|工会 another word.
_NOT_AFTER = {
    "委": "员托派任屈",
    "部": "署分落",
    "局": "面限部",
    "会": "议计话场",
    "办": "法理学公事",
    "区": "域县别分块内间级位",
    "校": "区园",
}
_OTHER_PARTY = ("区委", "县委", "省委", "党委")  # 区委|宣传部 is not the city's
# 财务审计股, 省民政厅 / not 各学院, 有关部门
_NAMED_ALONE = re.compile(r"(?!各|有关|相关|其他|全市|全省|全县)[\u4e00-\u9fff]{3,16}")
_OF_PLACE = re.compile(r"^(?:[\u4e00-\u9fff]{2,3}(?=[省市县]))?[省市县区驻校]局?(?=[\u4e00-\u9fff]{3})")
SHORTEST = 3  # characters of a form in which a stranger is named
# 各乡镇, 有关部门, 龙头企业 / not 市级机关事务管理局
_KIND = re.compile(r"(?:各|有关|相关|其他|全体).+|.{0,4}(?:企业|学校|院校|高校|单位|部门|机构)")
_NOT_BEFORE = "区县省国家校院厅系职化社团镇乡总"
_EVERYWHERE: tuple[Level, ...] = ("national", "generic")
# 甲县教育局 or 中共甲市委 in front of a title or as an issuer; not 关于城市管理, 全国城市
_PLACE = re.compile(
    r"(?:中共|共青团)?(?!关于|全国|国家|[全本各我][省市县区])"
    r"(?:[\u4e00-\u9fff]{2,7}?(?:省|自治区|(?<!城)市(?![场民政容域级])|(?<![地园校社城片])区(?![域块间])|州|盟|旗)"
    r"|[\u4e00-\u9fff]{1,7}?县)"
)


class Department(BaseModel):
    """One department; see the comments in data/departments.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=2)]
    full: str
    aliases: tuple[str, ...] = ()
    kind: Level
    successor: str = ""
    since: int | None = None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    place: str
    shortened: dict[str, str] = {}
    department: tuple[Department, ...]


@dataclass(frozen=True, kw_only=True)
class Mention:
    """A department in a text: text[start:end] == written, and the canonical name."""

    start: int
    end: int
    written: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Departments:
    """All departments of the files that were loaded, in their order."""

    places: tuple[str, ...]
    departments: tuple[Department, ...]
    shortened: tuple[tuple[str, str], ...] = ()  # how people shorten what a department does: (教育体育, 教体)

    @classmethod
    def load(cls, paths: Sequence[Path] = (DATA,)) -> Self:
        """Read files of departments; DepartmentsError when one is malformed or two departments share a name."""
        places: list[str] = []
        found: list[Department] = []
        shortened: dict[str, str] = {}
        for path in paths:
            try:
                file = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
            except OSError as exc:
                raise DepartmentsError(f"读不到部门名录 {path}：{exc.strerror}") from exc
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
                raise DepartmentsError(f"部门名录 {path} 不是合法的 TOML：{exc}") from exc
            except ValidationError as exc:
                first = exc.errors()[0]
                place = ".".join(str(part) for part in first["loc"])
                raise DepartmentsError(f"部门名录 {path} 的 {place} 不对：{first['msg']}") from exc
            places.append(file.place)
            found.extend(file.department)
            shortened |= file.shortened
        loaded = cls(places=tuple(places), departments=tuple(found), shortened=tuple(shortened.items()))
        loaded._check()
        return loaded

    def with_strangers(self, names: Iterable[str]) -> Self:
        """Return the same departments with others that texts name as responsible: an office of a county, of a school.

        People also leave out the place that one begins with (教育厅 for 省教育厅) and shorten what it does; such a form
        counts where it means one department only. What a text of another place writes like a form of one that is known
        (市教育局) means that place's; a form of one that no text names is free.
        """
        names = dict.fromkeys(names)
        official = {name for department in self.departments for name in (department.name, department.full)}
        known = {
            form for department in self.departments if department.name in names for form in self._forms(department)
        }
        strangers = [
            name for name in names if _NAMED_ALONE.fullmatch(name) and name not in official and not is_kind(name)
        ]
        forms = {name: self._short_forms(name) for name in strangers}
        times = Counter(form for name in strangers for form in forms[name])
        return replace(
            self,
            departments=(
                *self.departments,
                *(
                    Department(
                        name=name,
                        full="",
                        aliases=tuple(
                            form
                            for form in forms[name]
                            if times[form] == 1 and form not in known and form not in strangers
                        ),
                        kind="body",
                    )
                    for name in strangers
                ),
            ),
        )

    def _short_forms(self, name: str) -> list[str]:
        """Return what people make of a department's name, without the name itself."""
        forms = {name, _OF_PLACE.sub("", name)}
        for long, short in self.shortened:
            forms |= {form.replace(long, short) for form in forms}
        return sorted(form for form in forms if form != name and len(form) >= SHORTEST)

    def _check(self) -> None:
        owner: dict[str, str] = {}
        for department in self.departments:
            for written in self._forms(department):
                if owner.setdefault(written, department.name) != department.name:
                    raise DepartmentsError(
                        f"部门名录里“{written}”既指{owner[written]}又指{department.name}，请只留一处"
                    )
        for department in self.departments:
            if department.successor and department.successor not in self._by_name:
                raise DepartmentsError(f"部门名录里{department.name}的后继“{department.successor}”没有条目")

    def _forms(self, department: Department) -> set[str]:
        forms = {department.name, department.full, *department.aliases} - {""}
        if department.name.startswith("市") and department.kind == "city":
            forms |= {place + department.name[1:] for place in self.places}
        return forms

    @cached_property
    def _by_name(self) -> dict[str, Department]:
        return {department.name: department for department in self.departments}

    @cached_property
    def _canonical(self) -> dict[str, str]:
        return {form: department.name for department in self.departments for form in self._forms(department)}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        forms = sorted(self._canonical, key=lambda form: (-len(form), form))
        return re.compile("|".join(map(re.escape, forms)))

    @cached_property
    def _shared(self) -> Self:
        return replace(self, places=(), departments=tuple(d for d in self.departments if d.kind in _EVERYWHERE))

    def known_to(self, title: str, issuers: Iterable[str]) -> Self:
        """The departments that a text may mean: of one from another place only those that every place has.

        市教育局 of another city is that city's; nothing here knows it by another name.
        """
        words = (title, *issuers)
        home = any(place.removesuffix("市") in word for place in self.places for word in words)
        return self if home or not any(map(_PLACE.match, words)) else self._shared

    @cached_property
    def digest(self) -> str:
        """Changes when the data do: clauses carry departments, so an index depends on it."""
        return hashlib.sha256(repr((self.places, self.departments)).encode()).hexdigest()[:16]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The canonical names, in the files' order."""
        return tuple(department.name for department in self.departments)

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """Every written form, for dictionaries."""
        return tuple(self._canonical)

    def canonical(self, name: str) -> str | None:
        """The canonical name for a written form (white space aside), or None for a stranger."""
        return self._canonical.get(re.sub(r"\s+", "", name))

    def forms_of(self, name: str) -> set[str]:
        """Every written form of a department and of those before and after it."""
        return {form for member in self.family(name) if (known := self.get(member)) for form in self._forms(known)}

    def get(self, name: str) -> Department | None:
        """The entry of a canonical name."""
        return self._by_name.get(name)

    def is_generic(self, name: str) -> bool:
        """Whether a canonical name stands for a kind of department, none in particular."""
        department = self._by_name.get(name)
        return department is not None and department.kind == "generic"

    def find(self, text: str) -> list[Mention]:
        """The departments that `text` names, from left to right; the longest form wins, parts of words do not count."""
        mentions: list[Mention] = []
        at = 0
        while match := self._pattern.search(text, at):
            written = self._longest_fitting(text, match)
            if written is None:
                at = match.start() + 1
                continue
            end = match.start() + len(written)
            mentions.append(Mention(start=match.start(), end=end, written=written, name=self._canonical[written]))
            at = end
        return mentions

    def _longest_fitting(self, text: str, match: re.Match[str]) -> str | None:
        """The longest form at the match that is a word of its own there (人社局 fits where 人社局面 does not)."""
        start = match.start()
        for length in range(len(match.group()), 1, -1):
            written = text[start : start + length]
            if written in self._canonical and _stands_alone(text, start, start + length):
                return written
        return None

    def successor_of(self, name: str) -> str | None:
        """The department that took the place of `name`, or None."""
        department = self._by_name.get(name)
        return department.successor or None if department else None

    def today(self, name: str) -> str:
        """The department that stands in the place of `name` today: itself where nobody took its place."""
        seen = [name]
        while (later := self.successor_of(seen[-1])) is not None and later not in seen:
            seen.append(later)
        return seen[-1]

    def former_names(self, name: str) -> tuple[str, ...]:
        """The departments whose place `name` took, directly or in several steps, nearest first."""
        direct = [d.name for d in self.departments if d.successor == name]
        return tuple(direct) + tuple(older for former in direct for older in self.former_names(former))

    def family(self, name: str) -> tuple[str, ...]:
        """`name` first, then everything linked with it by succession: what a look-up by department should cover."""
        later: list[str] = []
        current = self.successor_of(name)
        while current is not None and current not in later:
            later.append(current)
            current = self.successor_of(current)
        return _unique([name, *later, *self.former_names(name)])


def is_kind(written: str) -> bool:
    """Whether the words of a stranger stand for a kind of body, none in particular."""
    return _KIND.fullmatch(written) is not None


def _stands_alone(text: str, start: int, end: int) -> bool:
    written = text[start:end]
    if text[end : end + 1] in _NOT_AFTER.get(written[-1], "") and end < len(text):
        return False
    names_place = len(written) > 5 or written.startswith(("市", "天津", "中共", "中国", "国家", "各", "有关"))
    before = text[max(start - 2, 0) : start]
    return names_place or not before or (before[-1] not in _NOT_BEFORE and before not in _OTHER_PARTY)


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
