"""Who is responsible for a task."""

import re
from collections.abc import Sequence, Set
from dataclasses import replace

from ingest.schema import Clause, ResponsibleUnit, Role
from ingest.split.units import names_duty
from rag.compose.material import Material, spans
from rag.compose.naming import part_asked, place
from rag.confidence import of_coverage
from rag.draft import Draft, Evidence, Near, Statement
from rag.question import Intent
from rag.schema import Status
from rag.terms import Terms

ENOUGH = 0.24  # coverage of the question by a task with its headings
NEARLY = 0.9  # share of the best task's coverage from which another task is meant as well
MAX_TASKS = 6  # tasks that one question about a subject may list
_WHETHER = re.compile(r"是不是|是否|[吗么]\s*$")
_ROLE = r"负责|承担|主管|管(?!理)|牵头|配合|责任单位|(?:归|由)[^，。？?]{2,12}$"
_IS_ROLE = re.compile(rf"(?:{_ROLE})(?:的|单位|部门|着|来|落实|推进|$)*")
_NOT_JUST = re.compile(
    r"不(?!是)|没|未|只|仅|单独|独自|都|和|跟|与|还是"
)  # denies, or asks for more than whether it is one of them
_ROLES = {"牵头": Role.LEAD, "配合": Role.SUPPORT}


# 这几家里谁牵头, 谁是牵头的 / not 哪些部门牵头
_WHICH_LEADS = re.compile(r"(?:[几两三四]家|^其中)[^，。？?]{0,4}(?:谁|哪[家个])(?:是|算)?牵头|谁是牵头的")


def compose_units(material: Material) -> Draft | None:
    """Return the departments of the task asked about, None when no task with departments fits."""
    understanding = material.understanding
    if (named := _named_task(material)) is not None:
        return _leader_of(named, material) if _WHICH_LEADS.search(understanding.asked) else named
    tasks = _tasks_meant(material)
    if not tasks:
        return None
    statements = [_responsible(task, material) for task in tasks]
    return Draft(
        status=Status.ANSWERED,
        statements=statements,
        confidence=of_coverage(material.coverage(tasks[0], understanding.terms)),
    )


def compare_units(material: Material) -> Draft | None:
    """Return the departments of the task in each document that names some, None for fewer than two documents."""
    best: dict[str, tuple[float, Clause]] = {}
    named = material.understanding.document_ids
    for hit in material.hits:
        for clause in _with_twins(hit.clause, material):
            held = task_coverage(clause, material.understanding.terms, material)
            if (not named or clause.document_id in named) and held > best.get(clause.document_id, (ENOUGH, None))[0]:
                best[clause.document_id] = (held, clause)
    if len(best) < 2:
        return None
    return Draft(
        status=Status.ANSWERED,
        statements=[_responsible(clause, material, item=True) for _, clause in best.values()],
        confidence=of_coverage(min(held for held, _ in best.values())),
    )


def compose_whether(material: Material) -> Draft | None:
    """Return 是 or 否 with the departments of the task, where it is asked whether one department has it.

    Neither where the tasks that it names, or that hold all words of what it asks about, differ; None without any.
    """
    understanding = material.understanding
    put = understanding.put.rstrip("？?。 ")
    units = [unit for unit in understanding.units if unit not in understanding.excluded_units]
    body = _WHETHER.sub("", put)
    if len(units) != 1 or body == put or not _IS_ROLE.search(body) or _NOT_JUST.search(body):
        return None
    pointed = material.pointed_at()
    tasks = _carriers(pointed, material) if pointed else _tasks_told(material)
    family = set(material.departments.family(units[0]))
    asked = next((role for word, role in _ROLES.items() if word in body), None)
    if not tasks or len(tasks) > MAX_TASKS:
        return None
    verdicts = {_verdict(task, family, asked) for task in tasks}
    verdict = verdicts.pop() if len(verdicts) == 1 else ""
    first, *others = [_responsible(task, material) for task in tasks]
    first = replace(first, text=verdict + first.text, frame=(*filter(None, [verdict]), *first.frame))
    sure = 1.0 if pointed else of_coverage(material.coverage(tasks[0], understanding.terms))
    return Draft(status=Status.ANSWERED, statements=[first, *others], confidence=sure)


def _carriers(clauses: Sequence[Clause], material: Material) -> list[Clause]:
    found = [carrier for clause in clauses if (carrier := _carrier(clause, material)) is not None]
    return list({carrier.id: carrier for carrier in found}.values())


def _tasks_told(material: Material) -> list[Clause]:
    """Return the tasks found that hold every word of what is asked about; [] when it is nothing in particular."""
    subject = material.subject
    told = [c for hit in material.hits for c in _with_twins(hit.clause, material)] if subject.terms else []
    return list({c.id: c for c in told if not subject.missing(c.own.text)}.values())


def _verdict(task: Clause, family: Set[str], asked: Role | None) -> str:
    """Return whether a task lists a department, in the role asked for if any; where it marks no roles, that it does."""
    roles = {unit.role for unit in task.units if unit.name in family}
    if asked is not None and roles and all(unit.role is Role.RESPONSIBLE for unit in task.units):
        return f"文件没有标明谁{asked.value}。"
    return "是。" if (asked in roles if asked else roles) else "否。"


def _named_task(material: Material) -> Draft | None:
    """Answer when the question names the clause by number, or leans on the answer before."""
    clauses = material.pointed_at()
    of_those = _WHICH_LEADS.search(material.understanding.asked) is not None
    if not clauses and material.understanding.focus and (of_those or not _own_words(material)):
        clauses = [material.library.clause(clause_id) for clause_id in material.understanding.focus[:1]]
    by_title = [] if clauses else material.named_by_title()
    clauses = clauses or by_title
    if not clauses:
        return None
    if carriers := _carriers(clauses, material):
        return Draft(
            status=Status.ANSWERED, statements=[_responsible(c, material) for c in carriers[:MAX_TASKS]], confidence=1.0
        )
    titled = max(map(material.coverage, by_title), default=1.0)
    if any(hit.clause.units and material.coverage(hit.clause) >= titled for hit in material.hits):
        return None  # the words of the title are another clause's task
    return _without_units(clauses[0], material)


def _leader_of(draft: Draft, material: Material) -> Draft:
    """Return an answer as it is where its tasks mark who leads, else that the text does not say."""
    clauses = [evidence.clause for statement in draft.statements for evidence in statement.evidence]
    if not clauses or any(unit.role is Role.LEAD for clause in clauses for unit in clause.units):
        return draft
    title = material.document(clauses[0]).title
    return Draft(
        status=Status.NOT_FOUND,
        note=f"《{title}》{clauses[0].label}没有标明谁牵头。",
        nearest=[Near(clause=clause, reason="列了责任单位，没有标明谁牵头") for clause in clauses[:MAX_TASKS]],
        confidence=0.9,
    )


def _own_words(material: Material) -> bool:
    """Whether an elliptic question brings words of its own beside 由谁负责."""
    asked = material.understanding.asked
    return any(term.word and term.text in asked.lower() for term in material.understanding.terms.terms)


def _without_units(clause: Clause, material: Material) -> Draft:
    """Say that the clause names no department, in the words of its own place where it has any."""
    cell = next((cell for cell in clause.cells if names_duty(cell.header) and cell.value), None)
    if cell is not None:
        at = clause.own.text.find(cell.value)
        words = Evidence(clause=clause, start=at, end=at + len(cell.value)) if at >= 0 else Evidence.whole(clause)
        return Draft(
            status=Status.ANSWERED,
            statements=[
                Statement(
                    text=f"{place(clause, material)}的{cell.header}一栏写的是“{cell.value}”。",
                    evidence=(words,),
                    frame=("一栏写的是",),
                )
            ],
            confidence=1.0,
        )
    title = material.document(clause).title
    return Draft(
        status=Status.NOT_FOUND,
        note=f"《{title}》{clause.label}未列责任单位。",
        nearest=[Near(clause=clause, reason="这一条没有列责任单位")],
        confidence=0.9,
    )


def _carrier(clause: Clause, material: Material) -> Clause | None:
    """Return the clause that carries the departments of a task: itself, or its twin in a task list."""
    if clause.units:
        return clause
    if any(names_duty(cell.header) for cell in clause.cells):
        return None
    twins = _with_twins(clause, material)
    return max(twins, key=lambda twin: task_coverage(twin, material.understanding.terms, material), default=None)


def _tasks_meant(material: Material) -> list[Clause]:
    """Return the tasks with departments that hold what was asked about, the best first."""
    terms = material.understanding.terms
    carriers: dict[str, tuple[float, Clause]] = {}
    for hit in material.hits:
        for clause in _with_twins(hit.clause, material):
            held = task_coverage(clause, terms, material)
            if clause.id not in carriers:
                carriers[clause.id] = (held, clause)
    if not carriers:
        return []
    ranked = sorted(carriers.values(), key=lambda item: -item[0])
    best = ranked[0][0]
    rival = max((material.coverage(hit.clause) for hit in material.hits[:10]), default=0.0)
    if best < ENOUGH or (best < 0.75 * rival and not _with_twins(material.hits[0].clause, material)):
        return []
    head = ranked[0][1]
    core = _core(terms, head)
    meant = [clause for held, clause in ranked if clause is head or (held >= NEARLY * best and _holds(core, clause))]
    return meant[:MAX_TASKS] if material.understanding.intent is Intent.UNITS else meant[:1]


def _with_twins(clause: Clause, material: Material) -> list[Clause]:
    """Return the clauses with departments among a clause and its twins."""
    if clause.units:
        return [clause]
    return [other for twin in clause.twins if (other := material.library.clause(twin)).units]


def task_coverage(clause: Clause, terms: Terms, material: Material) -> float:
    """How much of the question the task's sentence and its headings hold."""
    context = material.context(clause)
    twins = "\n".join("\n".join(material.library.clause(twin).path) for twin in clause.twins[:3])
    best = max((terms.coverage(clause.own.text[s:e], context, twins) for s, e in spans(clause)), default=0.0)
    return (best + terms.coverage(clause.own.text, context, twins)) / 2


def _core(terms: Terms, clause: Clause) -> list[str]:
    """Return the two rarest words of the question that the task holds."""
    held = [term for term in terms.terms if term.word and term.share_in(clause.own.text.lower())]
    return [term.text for term in sorted(held, key=lambda term: -term.weight)[:2]]


def _holds(core: Sequence[str], clause: Clause) -> bool:
    return bool(core) and all(word in clause.own.text.lower() for word in core)


def _responsible(clause: Clause, material: Material, *, item: bool = False) -> Statement:
    """Return the departments as written, then the task as far as the question is about it, and its place.

    `item`: as an item of a list of documents, which begins with the place.
    """
    excluded = set(material.understanding.excluded_units)
    units = [unit for unit in clause.units if unit.name not in excluded]
    lead = "其他责任单位：" if excluded and len(units) < len(clause.units) else "责任单位："
    also = "、".join(material.library.clause(twin).label for twin in clause.twins[:2])
    also = f"，另见{also}" if also else ""
    if item:
        text = f"- 《{material.document(clause).title}》{clause.label}{also}：{lead}{_roles(units, material)}。"
    else:
        if not units:
            lead = f"除{'、'.join(unit.written for unit in clause.units)}外，没有列其他责任单位"
        task = f"{part_asked(clause, material)}（{place(clause, material)}{also}）"
        text = f"{lead}{_roles(units, material)}。所负责的任务：{task}。"
    return Statement(text=text, evidence=(Evidence.whole(clause),), frame=(lead, "所负责的任务", also))


def _roles(units: Sequence[ResponsibleUnit], material: Material) -> str:
    """Return the departments as written, by role; today's name beside an old one."""
    parts = []
    for role in (Role.LEAD, Role.RESPONSIBLE, Role.SUPPORT):
        names = "、".join(_today(unit, material) for unit in units if unit.role is role)
        if names:
            parts.append(names if role is Role.RESPONSIBLE else f"{names}（{role.value}）")
    return "；".join(parts)


def _today(unit: ResponsibleUnit, material: Material) -> str:
    """Return 市科委（现市科技局） for a department that has another name today."""
    name = material.departments.today(unit.name)
    return unit.written if name == unit.name else f"{unit.written}（现{name}）"
