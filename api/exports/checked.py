"""A checked draft for people: one HTML page, or a Word document with a comment at every claim that needs one."""

from collections.abc import Sequence
from copy import deepcopy
from html import escape
from typing import TYPE_CHECKING

from api.schema_citations import CheckResponse, ClaimResponse, DifferenceResponse
from rag.check.wordings import KINDS as KINDS
from rag.schema import Verdict

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

# what a verdict is called wherever people read it, the worst first
VERDICTS = {
    Verdict.CONTRADICTED: "与原文冲突", Verdict.MISQUOTED: "引文有出入", Verdict.WRONG_CLAUSE: "条款号不对",
    Verdict.NOT_FOUND: "查无出处", Verdict.NEEDS_REVIEW: "需人工核对", Verdict.UNCITED: "未注出处",
    Verdict.SUPPORTED: "已核实",
}  # fmt: skip
NOTHING = "未发现引用：没有可以核对的引文或引用，不等于通过。"
AUTHOR, INITIALS = "条文", "条文"
_HIGHLIGHTS = {Verdict.SUPPORTED: "BRIGHT_GREEN", Verdict.NEEDS_REVIEW: "GRAY_25", Verdict.UNCITED: "GRAY_25"}
_STYLE = """
:root{--ok:#1a7f37;--bad:#b42318;--odd:#9a6700;--gray:#57606a}*{box-sizing:border-box}
body{margin:0;font:16px/1.75 "Noto Sans SC","Microsoft YaHei",sans-serif;color:#1f2328;background:#fff}
header{padding:20px 28px;border-bottom:1px solid #d0d7de}h1{font-size:20px;margin:0 0 8px}
.sum span{display:inline-block;margin:0 12px 4px 0}
main{display:grid;grid-template-columns:minmax(0,3fr) minmax(0,2fr);gap:28px;padding:20px 28px}
@media(max-width:800px){main{grid-template-columns:minmax(0,1fr)}}
.draft{white-space:pre-wrap;overflow-wrap:anywhere}
mark{background:#fff;color:inherit;border-bottom:3px solid;padding:1px 0}
mark sup{font-weight:700;margin-left:2px}mark a{color:inherit;text-decoration:none}
.supported{border-color:var(--ok);background:#eaf7ee}
.misquoted,.contradicted{border-color:var(--bad);background:#fdecea}
.wrong_clause,.not_found{border-color:var(--odd);background:#fff6dc}
.needs_review,.uncited{border-color:var(--gray);background:#f2f4f6}
li.claim{list-style:none;border-left:5px solid;padding:8px 12px;margin:0 0 14px;overflow-wrap:anywhere}
ol{padding:0;margin:0}
blockquote{margin:6px 0;padding:4px 10px;border-left:3px solid #d0d7de;color:#424a53;background:#fff}
.fix{color:var(--ok)}del{color:var(--bad)}ins{color:var(--ok)}@media print{main{display:block}}
"""  # one page without anything from elsewhere


def nothing_cited(response: CheckResponse) -> bool:
    """Whether the draft cites nothing, which is no pass."""
    return all(claim.verdict is Verdict.UNCITED for claim in response.claims)


def summary_line(response: CheckResponse) -> str:
    """The verdicts with their numbers: 引文有出入 2，已核实 5."""
    counted = [(VERDICTS[verdict], count) for verdict, count in response.summary.items() if count]
    words = "，".join(f"{name} {count}" for name, count in counted)
    return "；".join(part for part in (NOTHING if nothing_cited(response) else "", words) if part)


def plain(response: CheckResponse) -> str:
    """The report for a terminal."""
    lines = [summary_line(response)]
    for number, claim in enumerate(response.claims, start=1):
        lines.append(f"\n{number}. 【{VERDICTS[claim.verdict]}】{_one_line(claim.text)}")
        lines.append(f"   {claim.explanation}（把握 {claim.confidence:.0%}）")
        if claim.suggestion:
            lines.append(f"   建议：{_one_line(claim.suggestion)}")
        lines += [f"   原文：{_source(claim, at)}" for at in range(min(len(claim.evidence), 2))]
    return "\n".join(lines)


def _source(claim: ClaimResponse, at: int) -> str:
    citation = claim.evidence[at]
    return f"《{citation.document.title}》{citation.label}：“{_short(_one_line(citation.quote))}”"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _short(text: str, most: int = 160) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


# ---- HTML ------------------------------------------------------------------------------------------------------


def html(title: str, text: str, response: CheckResponse) -> str:
    """Return the report as one page that needs nothing else; everything of the draft is escaped."""
    chips = "".join(
        f'<span class="{verdict.value}">{VERDICTS[verdict]} {count}</span>'
        for verdict, count in response.summary.items()
        if count
    )
    nothing = f"<p><strong>{NOTHING}</strong></p>" if nothing_cited(response) else ""
    claims = "".join(_claim_html(number, claim) for number, claim in enumerate(response.claims, start=1))
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>核查：{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{_STYLE}</style></head><body>'
        f'<header><h1>引文核查：{escape(title)}</h1><div class="sum">{chips}</div>{nothing}</header>'
        f'<main><section class="draft">{_marked(text, response.claims)}</section><ol>{claims}</ol></main>'
        "</body></html>\n"
    )


def _marked(text: str, claims: Sequence[ClaimResponse]) -> str:
    """Return the draft with each claim coloured and numbered."""
    out, at = "", 0
    for number, claim in sorted(enumerate(claims, start=1), key=lambda pair: pair[1].start):
        if claim.start < at:
            continue
        words = escape(text[claim.start : claim.end])
        out += escape(text[at : claim.start])
        out += (
            f'<mark id="d{number}" class="{claim.verdict.value}" title="{escape(claim.explanation)}">{words}'
            f'<sup><a href="#c{number}">{number}</a></sup></mark>'
        )
        at = claim.end
    return out + escape(text[at:])


def _claim_html(number: int, claim: ClaimResponse) -> str:
    differences = "".join(f"<div>{_difference_html(one)}</div>" for one in claim.differences)
    fix = f'<div class="fix">建议：{escape(claim.suggestion)}</div>' if claim.suggestion else ""
    sources = "".join(
        f"<blockquote>《{escape(one.document.title)}》{escape(one.label)}："
        f"{escape(_short(_one_line(one.quote), 400))}</blockquote>"
        for one in claim.evidence
    )
    return (
        f'<li class="claim {claim.verdict.value}" id="c{number}"><a href="#d{number}">{number}.</a> '
        f"<strong>{VERDICTS[claim.verdict]}</strong>（把握 {claim.confidence:.0%}）"
        f"<div>{escape(claim.explanation)}</div>{differences}{fix}{sources}</li>"
    )


def _difference_html(one: DifferenceResponse) -> str:
    draft = f"<del>{escape(_short(one.draft))}</del>" if one.draft else "（缺）"
    source = f"<ins>{escape(_short(one.source))}</ins>" if one.source else "（无）"
    return f"{KINDS[one.kind]}：{draft} → {source}"


# ---- Word ------------------------------------------------------------------------------------------------------


def docx(document: "Document", paragraphs: Sequence["Paragraph"], response: CheckResponse) -> "Document":
    """Return the document with a comment at every claim; `paragraphs` joined by line breaks are the draft."""
    starts, at = [], 0
    for paragraph in paragraphs:
        starts.append(at)
        at += len(paragraph.text) + 1
    if nothing_cited(response) and paragraphs:
        _comment(document, paragraphs[0].runs, NOTHING)
    for claim in response.claims:
        index = max((place for place, start in enumerate(starts) if start <= claim.start), default=-1)
        if index < 0:
            continue
        runs = _runs(paragraphs[index], claim.start - starts[index], claim.end - starts[index])
        _highlight(runs, claim.verdict)
        _comment(document, runs, comment_text(claim))
    return document


def blank(text: str) -> "Document":
    """Return a new Word document that holds a plain draft, a line a paragraph."""
    import docx as word

    document = word.Document()
    for line in text.split("\n"):
        document.add_paragraph(line.replace("\t", " "))
    return document


def comment_text(claim: ClaimResponse) -> str:
    """What a comment says of a claim."""
    lines = [f"【{VERDICTS[claim.verdict]}】{claim.explanation}"]
    if claim.suggestion:
        lines.append(f"建议：{claim.suggestion}")
    lines += [f"原文：{_source(claim, at)}" for at in range(min(len(claim.evidence), 2))]
    return "\n".join(lines)


def _comment(document: "Document", runs: Sequence["Run"], text: str) -> None:
    if runs:
        document.add_comment(list(runs), text=text, author=AUTHOR, initials=INITIALS)


def _highlight(runs: Sequence["Run"], verdict: Verdict) -> None:
    from docx.enum.text import WD_COLOR_INDEX

    color = _HIGHLIGHTS.get(verdict, "YELLOW")
    for run in runs:
        run.font.highlight_color = getattr(WD_COLOR_INDEX, color)


def _runs(paragraph: "Paragraph", start: int, end: int) -> list["Run"]:
    """Return the runs of these characters, cut at both ends where a run holds plain text alone."""
    for border in (start, end):
        at = 0
        for run in paragraph.runs:
            if at < border < at + len(run.text):
                _cut(run, border - at)
                break
            at += len(run.text)
    found, at = [], 0
    for run in paragraph.runs:
        if at < end and start < at + len(run.text):
            found.append(run)
        at += len(run.text)
    return found


def _cut(run: "Run", at: int) -> None:
    """Cut a run in two; one with a picture, a tab or a field stays whole."""
    element = run._r
    if any(child.tag.rpartition("}")[2] not in ("rPr", "t") for child in element):
        return
    text = run.text
    tail = deepcopy(element)
    element.addnext(tail)
    run.text = text[:at]
    type(run)(tail, run._parent).text = text[at:]
