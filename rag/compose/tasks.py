"""What a department has to do."""

from collections.abc import Sequence

from ingest.schema import Clause
from rag.compose.material import Material
from rag.compose.naming import brief, place
from rag.compose.units import task_coverage
from rag.draft import Draft, Evidence, Near, Statement
from rag.schema import Status
from rag.terms import Terms, fold

MANY = 12  # tasks from which a list gives only their first words
FEW_WORDS = 12  # characters of a task in such a list
ABOUT = 0.5  # coverage of the question's subject from which the list is limited to it
ABOUT_SHARE = 0.6  # of the best task's coverage that the others must reach


def compose_tasks(material: Material) -> Draft | None:
    """Return all tasks of the department asked about, counted; the refusal that there are none when there are none."""
    understanding = material.understanding
    if not understanding.units:
        return None
    names = {name for unit in understanding.units for name in material.departments.family(unit)}
    tasks = material.library.clauses_of_units(sorted(names), list(understanding.document_ids) or None)
    unit = understanding.units[0]
    where = "、".join(f"《{material.library.document(d).title}》" for d in understanding.document_ids) or "现有文件"
    if not tasks:
        return Draft(
            status=Status.NOT_FOUND,
            note=f"{where}没有把任务列给{unit}，责任单位中没有出现这个部门。",
            nearest=[Near(clause=hit.clause, reason="主题接近，但责任单位中没有这个部门") for hit in material.hits[:3]],
            confidence=0.9,
        )
    tasks = _about(material, tasks)
    lines = _lines(tasks, material)
    lead = f"{unit}在{where}中共有{len(tasks)}项任务：\n"
    count = str(len(tasks))
    first = Statement(
        text=lead + lines[0].text,
        evidence=lines[0].evidence,
        counted=(count, *lines[0].counted),
        frame=(lead,),
    )
    return Draft(status=Status.ANSWERED, statements=[first, *lines[1:]], confidence=0.95)


def _lines(tasks: Sequence[Clause], material: Material) -> list[Statement]:
    """Return a line a task; of many tasks a line a document, with the first words of each task."""
    if len(tasks) <= MANY:
        return [
            Statement(text=f"- {place(task, material)}：{brief(task)}", evidence=(Evidence.whole(task),))
            for task in tasks
        ]
    by_document: dict[str, list[Clause]] = {}
    for task in tasks:
        by_document.setdefault(task.document_id, []).append(task)
    lines = []
    for document_id, clauses in by_document.items():
        title = material.library.document(document_id).title
        named = "；".join(f"{clause.label} {brief(clause, FEW_WORDS)}" for clause in clauses)
        lines.append(
            Statement(
                text=f"- 《{title}》{len(clauses)}项：{named}",
                evidence=tuple(map(Evidence.whole, clauses)),
                counted=(str(len(clauses)),),
            )
        )
    return lines


def _about(material: Material, tasks: list[Clause]) -> list[Clause]:
    """Keep the tasks of the subject that the question adds to the department, all when it adds none."""
    question = material.understanding.question
    named = "".join(mention.written for mention in material.departments.find(question))
    documents = [material.library.document(d) for d in material.understanding.document_ids]
    named += "\n".join(name for d in documents for name in (d.title, *d.short_titles))
    subject = tuple(term for term in material.understanding.terms.terms if term.word and term.text not in fold(named))
    if not subject:
        return tasks
    scored = [(task_coverage(task, Terms(terms=subject), material), task) for task in tasks]
    best = max(held for held, _ in scored)
    return [task for held, task in scored if held >= ABOUT_SHARE * best] if best >= ABOUT else tasks
