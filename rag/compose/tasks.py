"""What a department has to do."""

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.schema import Clause, Role
from ingest.split.units import names_duty
from rag.compose.duties import EACH, duties_of_units
from rag.compose.material import Material, about, title_of
from rag.compose.naming import BRIEF, brief, brief_text
from rag.compose.units import task_coverage
from rag.documents import owner_of
from rag.draft import Draft, Evidence, Near, Statement
from rag.schema import Status
from rag.terms import wording

LIST_CHARS = 1000  # of a whole list: the more tasks, the fewer words each
FEW = 2  # tasks that are told with more than their title
FEWEST = 14  # characters of a task, however many there are
_ALONE = re.compile(r"单独|独自|只由|只归|唯一")
_LEADS = re.compile(r"牵头")
# 不负责哪些, 没有甲局参与的 / not 是不是由它负责, 有没有
_NOT = re.compile(
    r"(?<![是能会要该有])(?:不|未|没有?)(?!有?(?:写|标|列))[^，。？?不没]{0,8}?(?:负责|参与|牵头|承担|管(?!理))"
)


def compose_tasks(material: Material) -> Draft | None:
    """Return all tasks of the department asked about, counted; of several departments those that they share.

    None when the question names no department; a refusal when there is no such task.
    """
    understanding = material.understanding
    units = [unit for unit in understanding.units if unit not in understanding.excluded_units]
    if not units:
        return None
    if _NOT.search(understanding.put):
        return Draft(
            status=Status.NOT_FOUND,
            note="文件只写了任务由谁负责，没有写谁不负责。",
            nearest=[Near(clause=hit.clause, reason="写的是由谁负责") for hit in material.hits[:3]],
            confidence=0.8,
        )
    if len(units) > 1 and EACH.search(understanding.put) and (lists := _of_each(material, units)):
        return Draft(status=Status.ANSWERED, statements=lists, confidence=0.95)
    tasks = _tasks(material, units)
    who = "和".join(units) + ("共同" if len(units) > 1 else "")
    if not tasks and (told := duties_of_units(material, units)) is not None:
        return told
    if not tasks and _asks_more(material, units):
        return None
    if not tasks:
        where = "、".join(f"《{material.library.document(d).title}》" for d in understanding.document_ids) or "现有文件"
        return Draft(
            status=Status.NOT_FOUND,
            note=f"{where}没有列给{who}的任务：没有一项的责任单位是这样写的。",
            nearest=[Near(clause=hit.clause, reason="主题接近，但责任单位不是所问的部门") for hit in material.hits[:3]],
            confidence=0.9,
        )
    tasks = _about(material, tasks)
    asks_lead = _LEADS.search(understanding.put) is not None
    led = _led(material, tasks, units) if asks_lead else []
    note = ""
    if asks_lead and not led:
        marked = any(unit.role is Role.LEAD for task in tasks for unit in task.units)
        note = f"文件没有标明由{who if marked else '谁'}牵头，以上是把所问部门列为责任单位的任务。"
    return Draft(
        status=Status.PARTIAL if note else Status.ANSWERED,
        statements=_listed(
            f"{who}{'牵头' if led else '负责'}的任务共有{len(led or tasks)}项：", led or tasks, material
        ),
        note=note,
        confidence=0.95,
    )


def _of_each(material: Material, units: Sequence[str]) -> list[Statement]:
    """Return a list for each of several departments; [] when one of them has no task."""
    tasks = {unit: _about(material, found) for unit in units if (found := _tasks(material, [unit]))}
    chars = LIST_CHARS // len(units)
    lists = [_listed(f"{u}负责的任务共有{len(own)}项：", own, material, chars) for u, own in tasks.items()]
    for later in lists[1:]:
        head = later[0].frame[0]
        later[0] = replace(later[0], text="\n" + later[0].text, frame=("\n" + head,))
    return [statement for one in lists for statement in one] if len(lists) == len(units) else []


def _asks_more(material: Material, units: Sequence[str]) -> bool:
    """Whether the departments are responsible for nothing anywhere and the question has a subject beside them."""
    names = sorted({name for unit in units for name in material.departments.family(unit)})
    return bool(material.subject.terms) and not material.library.clauses_of_units(names)


def _tasks(material: Material, units: Sequence[str]) -> list[Clause]:
    """Return the tasks that name every one of the departments, under today's name or an older one."""
    understanding = material.understanding
    families = [set(material.departments.family(unit)) for unit in units]
    found = material.library.clauses_of_units(sorted(set().union(*families)), list(understanding.document_ids) or None)
    if (home := _home_of(material)) is not None:
        found = [task for task in found if home in owner_of(material.document(task)) or home in task.own.text]
    shared = [task for task in found if all(family & {unit.name for unit in task.units} for family in families)]
    if _ALONE.search(understanding.put):
        everyone = set().union(*families)
        shared = [task for task in shared if all(unit.name in everyone for unit in task.units)]
    return shared


def _home_of(material: Material) -> str | None:
    """Return the place whose department is asked about, one that is known or that some document belongs to."""
    asked = material.understanding.put
    for mention in material.departments.find(asked):
        before = asked[: mention.start + (mention.written[0] in "省市县区镇")]
        named = [before[at:] for at in range(max(0, len(before) - 4), len(before) - 1) if before[-1:] in "省市县区镇"]
        homes = (name for name in named if name[:-1] in wording().places or _owns_some(name, material))
        if (home := next(homes, None)) is not None:
            return home
    return None


def _owns_some(place: str, material: Material) -> bool:
    return any(place in owner_of(document) for document in material.library.documents())


def _led(material: Material, tasks: Sequence[Clause], units: Sequence[str]) -> list[Clause]:
    """Return the tasks in which every one of the departments leads."""
    leads = [{unit.name for unit in task.units if unit.role is Role.LEAD} for task in tasks]
    families = [set(material.departments.family(unit)) for unit in units]
    return [task for task, names in zip(tasks, leads, strict=True) if all(family & names for family in families)]


def _listed(lead: str, tasks: Sequence[Clause], material: Material, chars: int = LIST_CHARS) -> list[Statement]:
    """Return the lead and a line a task, under its document's title; the first line carries the lead."""
    room = (chars - sum(len(task.label) + 3 for task in tasks)) // len(tasks)
    words = max(FEWEST, min(BRIEF, room - 2))
    several = len({task.document_id for task in tasks}) > 1
    statements: list[Statement] = []
    last = ""
    for task in tasks:
        head = ""
        if not statements:
            head = lead + "\n"
        if task.document_id != last and (several or not material.understanding.document_ids):
            head += ("\n" if statements else "") + f"《{material.document(task).title}》\n"
        last = task.document_id
        line = f"- {task.label}：{_first_words(task, words)}{_body(task) if len(tasks) <= FEW else ''}"
        statements.append(
            Statement(text=head + line, evidence=(Evidence.whole(task),), counted=(str(len(tasks)),), frame=(head,))
        )
    return statements


def _first_words(task: Clause, longest: int) -> str:
    """Return a task's first words, up to its first comma rather than cut inside a phrase."""
    said = brief(task, longest)
    phrase = brief(task).partition("，")[0]
    return f"{phrase}……" if longest < 2 * FEWEST and said.endswith("……") and len(phrase) >= FEWEST // 2 else said


def _body(task: Clause) -> str:
    """Return what a titled task is about beside its title, up to the first stop; "" for a task without a title."""
    title = title_of(task)
    text = "" if task.cells or not title else task.own.text.partition(title)[2].lstrip("。：: \n")
    said = brief_text(text, BRIEF)
    return f"，{said}" if said and said[0] not in "（(〔【" and not names_duty(said) else ""


def _about(material: Material, tasks: list[Clause]) -> list[Clause]:
    """Keep the tasks of the subject that the question adds to the department, all when it adds none."""
    subject = material.subject
    if not subject.terms:
        return tasks
    return about([(task_coverage(task, subject, material), task) for task in tasks])
