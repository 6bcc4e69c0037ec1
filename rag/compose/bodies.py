"""Departments, schools, companies, districts and texts that a question names and the documents do not."""

import re
from collections.abc import Sequence

from ingest.departments import Mention
from rag.compose.material import Material
from rag.documents import owner_of
from rag.library import Library
from rag.terms import FUNCTION_CHARS, fold

# 气象局, 北京大学 / not 布局, 大学
_BODY = re.compile(r".{2,}(?:局|厅|委员会|公司|集团|大学|学院|医院|银行|中学|小学)")
_COLLECTIVE = re.compile(r"[各市区县委办局厅处院校所司会]+")  # 委办局, 各厅局: kinds of bodies, none in particular
_NUMBERED = re.compile(r"第[一二三四五六七八九十百\d]+(?:[\u4e00-\u9fff]{2})?(?:中学|小学|幼儿园|医院)")  # 第六中学
# 省体育局 / not 城市管理局, 市级各局, 县里的教育局
_OFFICE = re.compile(
    r"(?<![城超都全各本该省市县])[省市县州](?![级里内直场])"
    rf"[^\W{''.join(sorted(FUNCTION_CHARS))}里由归给对向让中各]{{2,10}}?(?:局(?![面限部])|厅|委员会)"
)
LONG_ENOUGH = 5  # characters of a department's business that name it by themselves: 住房城乡建设


def unknown_body(material: Material) -> str | None:
    """Return a body that the question names and no text mentions: 气象局."""
    words = [term.text for term in material.understanding.terms.terms if term.word and not term.known]
    known = "".join(mention.written for mention in material.departments.find(material.understanding.question))
    bodies = [word for word in words if _BODY.fullmatch(word) and not _COLLECTIVE.fullmatch(word) and word not in known]
    bodies += _NUMBERED.findall(material.understanding.put)
    names = "\n".join(map(owner_of, material.library.documents())) if bodies else ""
    return next((body for body in bodies if not _shortens(body, names) and not material.library.holds(body)), None)


def unmentioned_department(material: Material) -> str | None:
    """Return a department of the question when the documents that it names mention none of its departments.

    Where it names no document, one that no text mentions. Another form of the same department is a mention; one of
    which a document is (甲局的通知里，……) says which document is meant.
    """
    ids = material.understanding.document_ids or None
    documents = [document for document in material.library.documents() if ids is None or document.id in ids]
    titles = "\n".join(map(owner_of, documents))
    named = {
        written: forms
        for written, forms in _departments(material).items()
        if not any(_shortens(form, titles) for form in forms)
    }
    if any(_mentions(material.library, written, forms, ids) for written, forms in named.items()):
        return None
    return next(iter(named), None)


def _departments(material: Material) -> dict[str, set[str]]:
    """Return the departments that a question names, as written there, each with all its forms."""
    asked, departments = material.understanding, material.departments
    mentions = departments.find(asked.put)
    offices = [match for match in _OFFICE.finditer(asked.put) if not any(_within(match, one) for one in mentions)]
    found = {match.group(): {match.group()} for match in offices}
    for forms in found.values():
        for long, short in departments.shortened:
            forms |= {form.replace(*pair) for form in forms for pair in ((long, short), (short, long))}
    business = [(short, long) for long, short in departments.shortened if len(long) >= LONG_ENOUGH]
    return found | {
        mention.written: departments.forms_of(mention.name)
        | {long for short, long in business if mention.written.startswith((short, f"市{short}"))}
        for mention in mentions
        if mention.name in asked.units
        and mention.name not in asked.excluded_units
        and not departments.is_generic(mention.name)
        and not any(match.start() <= mention.start and mention.end <= match.end() for match in offices)
    }


def _within(match: re.Match[str], mention: Mention) -> bool:
    return mention.start <= match.start() and match.end() <= mention.end


def _mentions(library: Library, written: str, forms: set[str], ids: Sequence[str] | None) -> bool:
    """Whether the documents hold a form of a department, or name as responsible one that is short for it or longer."""
    if any(library.holds(form, ids) for form in forms):
        return True
    units = [
        name for name, _ in library.units() if name in written or _shortens(name, written) or _shortens(written, name)
    ]
    return bool(units) and bool(library.clauses_of_units(units, ids))


def _shortens(short: str, names: str) -> bool:
    """Whether a name is short for something that is named: 教体局 for 教育体育局."""
    return re.search("[\u4e00-\u9fff]{0,3}?".join(map(re.escape, short)), names) is not None


# 《某某条例》 / not the title of a book
_TITLE = re.compile(
    "《([^《》]{2,60}?(?:法典?|条例|办法|规定|意见|方案|计划|通知|决定|纲要|规划|细则|规则|规范|规程|要点|公告|标准))》"
)
# 按某某法第八条, 民法典第一百条 / not 该办法第八条, 方法第一条
_LAW = re.compile(r"([\u4e00-\u9fff]{1,14}(?:法典|(?<![办方做说想用])法|条例))第[\d一二三四五六七八九十百千]+条")
_BEFORE_LAW = re.compile(r"^.*(?:请问|问|知道|那么|按照?|根据|依据|依照|查|看|在|和|与)")
_POINTS = re.compile(r"^(?:该|本|这|那|此|上述|上面)")
LONGEST_GAP = 12  # characters that a short form of a title may leave out in one place


def _is_short_for(short: str, name: str) -> bool:
    """Whether a name may be called so: 校车条例 for 校车安全管理条例, not 劳动合同法 for 劳动合同法实施条例."""
    gap = rf"[^，。]{{0,{LONGEST_GAP}}}?"
    return re.search(gap.join(map(re.escape, short)) + "$", name) is not None


def _unknown(titles: Sequence[str], material: Material) -> tuple[str, ...]:
    """Return the titles that are none of the library's documents', in any short form."""
    documents = material.library.documents() if titles else []
    names = [fold(name) for document in documents for name in (document.title, *document.short_titles)]
    return tuple(title for title in titles if not any(_is_short_for(fold(title), name) for name in names))


def other_titles(material: Material) -> tuple[str, ...]:
    """Return the titles of rules and plans in 《》 in the user's words that are no names of the library's documents."""
    return _unknown(_TITLE.findall(material.understanding.asked), material)


def unknown_title(material: Material) -> str | None:
    """Return such a title that no document mentions, or a law of which a clause is asked for: 某某法第八条."""
    asked = material.understanding.asked
    laws = [_BEFORE_LAW.sub("", law) for law in _LAW.findall(asked)]
    laws = [law for law in laws if len(law) > 1 and not _POINTS.match(law)]
    if strange := _unknown(laws, material):
        return strange[0]
    titles = other_titles(material)
    pointed = {title for title in titles if re.search(f"《{re.escape(title)}》[^，。？?]{{0,4}}第", asked)}
    return next((title for title in titles if title in pointed or not material.library.holds(title)), None)
