"""Which document a draft means: number, title, short title, a title nearly right, 该意见, or one that nobody holds."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ingest.schema import Document
from rag.check.bare import bare, mapped
from rag.check.passages import BACK_CLAUSE, BACK_DOCUMENT
from rag.documents import owner_of
from rag.terms import wording

NEAR = 86.0  # of 100: how alike a title must be to be taken for one that is written a little differently
MARGIN = 4.0  # by which it must beat the next one
PREFIX = 3  # characters by which names are looked up
SHORT = 6  # characters up to which a name must not be the end of a longer word
MAX_SAME_TYPE = 6  # documents of one type among which 《意见》 may still mean one

TYPES = (
    "意见", "方案", "计划", "要点", "办法", "条例", "规定", "年报", "报告", "通知", "清单", "细则", "纲要",
    "规划", "决定",
         "公告", "规则", "规范", "法", "文", "函", "号")  # fmt: skip
_ENDS = re.compile(r"(?:" + "|".join(TYPES) + r")(?:[\d、]+年(?:修订|修正|版|度)?|试行|暂行|修订|修正)?$")
_BOOK = re.compile(r"《(?P<title>[^《》]{1,120}(?:《[^《》]{1,80}》[^《》]{0,40})?)》")
# 津教政〔2025〕7号 / not 第7号
_NUMBER = re.compile(r"[\u4e00-\u9fff]{2,10}\s*[〔\[（(【]\s*(?:19|20)\d\d\s*[〕\]）)】]\s*(?:第\s*)?\d{1,4}\s*号")
_NICKNAME = re.compile(r"[（(](?:以下)?(?:简称|下称)[:：为]?\s*[《“\"']?(?P<name>[^《》“”\"'（）()]{2,30})[》”\"']?")
_FRAME = re.compile(r"^(?:关于)?(?:印发|转发|发布)|(?:的)?通知$|试行$|暂行$|(?:19|20)\d\d年?(?:修订|修正|版)$")
_YEAR_BEFORE = re.compile(r"(?P<year>(?:19|20)\d\d)年?(?:度)?(?:的|我市|全市|本市|我校)?$")
_MAY_PRECEDE = frozenset("的在按照据于和与及或跟同对从该本这那份个篇看查找用把将是有里中年市校新依见比说至由")
_COUNTRY = re.compile(r"^中华人民(?:共和国)")
_ANY_TYPE = frozenset(("文件", "文", "通知"))


@dataclass(frozen=True, kw_only=True)
class Named:
    """A document named in the draft: draft[start:end]; `document_ids` () when no document is called so.

    `bound` is False for a bare mention without 《》 or number, which may as well be an ordinary word.
    """

    start: int
    end: int
    written: str
    document_ids: tuple[str, ...]
    bound: bool = True


class Titles:
    """Finds documents by what people call them."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._owners: dict[str, list[str]] = {}
        self._types: dict[str, list[str]] = {}
        self._home: dict[str, str] = {}
        for document in documents:
            names = [document.title, *document.short_titles, document.number]
            for name in {variant for written in names if written for variant in _variants(written)}:
                owners = self._owners.setdefault(name, [])
                if document.id not in owners:
                    owners.append(document.id)
            title = _FRAME.sub("", bare(document.title))
            kind = next((kind for kind in TYPES if title.endswith(kind)), "")
            self._types.setdefault(kind, []).append(document.id)
            self._home[document.id] = owner_of(document) + document.issued_on
        self._by_prefix: dict[str, list[str]] = {}
        for name in sorted(self._owners, key=lambda name: (-len(name), name)):
            self._by_prefix.setdefault(name[:PREFIX], []).append(name)
        self._near: dict[str, tuple[str, ...]] = {}

    def find(self, text: str, offset: int, nicknames: dict[str, tuple[str, ...]]) -> list[Named]:
        """Return the documents that a sentence names, in order; `nicknames` are the draft's own short forms.

        A short form that the sentence introduces (以下简称《…》) is added to `nicknames`.
        """
        found: list[Named] = [self._of_book(match, nicknames) for match in _BOOK.finditer(text)]
        found += [self._of_number(match) for match in _NUMBER.finditer(text) if not _inside(match.start(), found)]
        found += self._of_words(text, found, nicknames)
        found.sort(key=lambda named: named.start)
        for match in _NICKNAME.finditer(text):
            before = [named for named in found if named.end <= match.start() + 1]
            if before:
                nicknames[bare(match["name"])] = before[-1].document_ids
        return [replace(named, start=named.start + offset, end=named.end + offset) for named in found]

    def of_type(self, word: str, recent: Sequence[str]) -> tuple[str, ...]:
        """Return the documents that 该意见, 本方案 or 《通知》 may mean: the most recent of that kind, else all."""
        if word in _ANY_TYPE and recent:
            return (recent[-1],)
        kinds = self._types.get(word, [])
        near = [document_id for document_id in reversed(recent) if document_id in kinds]
        if near:
            return (near[0],)
        return tuple(kinds) if len(kinds) <= MAX_SAME_TYPE else ()

    def back(self, text: str, recent: Sequence[str]) -> tuple[str, ...] | None:
        """Return what 该意见, 上述文件 or 同条 points back at; None when the text points back at nothing."""
        match = BACK_DOCUMENT.search(text)
        if match:
            return self.of_type(match["type"], recent)
        if BACK_CLAUSE.search(text) and recent:
            return (recent[-1],)
        return None

    def _of_book(self, match: re.Match[str], nicknames: dict[str, tuple[str, ...]]) -> Named:
        title = bare(match["title"])
        owners: Sequence[str] = nicknames.get(title) or self._owners.get(title) or ()
        if not owners:
            owners = next((self._owners[name] for name in _variants(match["title"]) if name in self._owners), [])
        if not owners and title in TYPES:
            owners = self.of_type(title, ())
        owners = owners or self._nearly(title)
        return Named(start=match.start(), end=match.end(), written=match.group(), document_ids=tuple(owners))

    def _of_number(self, match: re.Match[str]) -> Named:
        """Return a 文号; words before it (根据津教政…) are not part of it."""
        written = match.group()
        number = bare(written)
        known = next((name for name in self._owners if _is_number(name) and number.endswith(name)), None)
        ids = tuple(self._owners[known]) if known else ()
        cut = re.search(
            r"(?:根据|按照|依据|落实|贯彻|执行|发布|印发|关于|以|按|据|见|与|和|及|号)(?=[\u4e00-\u9fff]{2,6}\s*[〔\[（(【])",
            written,
        )
        start = match.start() + (cut.end() if cut else 0)
        return Named(start=start, end=match.end(), written=match.string[start : match.end()], document_ids=ids)

    def _of_words(self, text: str, taken: Sequence[Named], nicknames: dict[str, tuple[str, ...]]) -> list[Named]:
        """Return the names that stand without 《》; of overlapping ones the longest counts."""
        read = mapped(text)
        found: list[Named] = []
        covered = bytearray(len(text))
        for one in taken:
            covered[one.start : one.end] = b"\1" * (one.end - one.start)
        at = 0
        while at < len(read.text):
            name = self._name_at(read.text, at, nicknames)
            if name is None:
                at += 1
                continue
            start, end = read.span(at, at + len(name))
            owners: tuple[str, ...] = tuple(nicknames.get(name) or self._owners.get(name) or ())
            if not covered[start] and _alone(read.text, at, at + len(name)):
                ids = owners if self._fits(read.text[:at], name, owners) else ()
                found.append(
                    Named(start=start, end=end, written=text[start:end], document_ids=ids, bound=_is_number(name))
                )
            at += len(name)
        return found

    def _name_at(self, text: str, at: int, nicknames: dict[str, tuple[str, ...]]) -> str | None:
        for name in self._by_prefix.get(text[at : at + PREFIX], ()):
            if text.startswith(name, at) and (_ENDS.search(name) or _is_number(name)):
                return name
        short = (name for name in [*nicknames, *self._by_prefix.get(text[at : at + 2], ())])
        return next((name for name in short if text.startswith(name, at) and _ENDS.search(name)), None)

    def _fits(self, before: str, name: str, owners: Sequence[str]) -> bool:
        """Whether the year or place written before a name is the document's own: 2024年 + 工作要点 is another one."""
        home = "".join(self._home.get(owner, "") for owner in owners)
        year = _YEAR_BEFORE.search(before)
        if year and year["year"] not in home and year["year"] not in name:
            return False
        near = before[-4:]
        return not any(
            near.endswith((place, f"{place}市", f"{place}省")) and place not in home for place in wording().places
        )

    def _nearly(self, title: str) -> tuple[str, ...]:
        """Return the one document whose name is nearly this title, with the same figures and places."""
        if title not in self._near:
            self._near[title] = self._closest(title) if len(title) > SHORT else ()
        return self._near[title]

    def _closest(self, title: str) -> tuple[str, ...]:
        from rapidfuzz import fuzz, process

        names = [name for name in self._owners if len(name) > SHORT and _digits(name) == _digits(title)]
        found = process.extract(title, names, scorer=fuzz.ratio, limit=8, score_cutoff=NEAR - MARGIN)
        scored = [(name, score) for name, score, _ in found if _places(name) == _places(title)]
        if not scored or scored[0][1] < NEAR:
            return ()
        best = self._owners[scored[0][0]]
        rival = next((score for name, score in scored[1:] if self._owners[name] != best), 0.0)
        return tuple(best) if scored[0][1] - rival >= MARGIN else ()


def _variants(name: str) -> list[str]:
    """Return the bare forms of a name: without the country, without 关于印发…的通知 and （试行）."""
    plain = bare(name)
    forms = [plain, _COUNTRY.sub("", plain)]
    unbracketed = bare(re.sub(r"[（(][^（）()]*[)）]\s*$", "", name))
    forms += [unbracketed, _COUNTRY.sub("", unbracketed)]
    framed = _FRAME.sub("", _FRAME.sub("", plain))
    forms += [framed, framed.removesuffix("的")]
    return [form for form in dict.fromkeys(forms) if len(form) > 1]


def _is_number(name: str) -> bool:
    return bool(re.fullmatch(r"[\u4e00-\u9fff]{2,10}(?:19|20)\d\d、?\d{1,4}号", name))


def _alone(text: str, start: int, end: int) -> bool:
    """Whether a short name is no part of a longer word: 行动计划 in 按行动计划, not in 提升行动计划."""
    if end - start > SHORT or start == 0 or not "\u4e00" <= text[start] <= "\u9fff":
        return True
    before = text[start - 1]
    return before in _MAY_PRECEDE or not "\u4e00" <= before <= "\u9fff"


def _inside(at: int, spans: Sequence[Named]) -> bool:
    return any(span.start <= at < span.end for span in spans)


def _digits(text: str) -> list[str]:
    return re.findall(r"\d+", text)


def _places(text: str) -> set[str]:
    return {place for place in wording().places if place in text}
