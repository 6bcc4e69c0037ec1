"""The citation check: the draft with its verdicts in place, and the findings beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.exports.checked import KINDS
from api.exports.checked import VERDICTS as NAMES
from api.schema import CitationResponse
from api.schema_citations import CheckResponse, ClaimResponse, DifferenceResponse
from ui.render.plain import one_line
from ui.render.text import escape

# the sign that stands before a verdict's name: never told by colour alone
_SIGNS = {
    "contradicted": "✗", "misquoted": "≠", "wrong_clause": "→", "not_found": "?", "needs_review": "~", "uncited": "…",
    "supported": "✓",
}  # fmt: skip
VERDICTS = {verdict.value: (_SIGNS[verdict.value], word) for verdict, word in NAMES.items()}
NOTHING = "没有发现引用：草稿里没有可以核对的引文或条款号。这不等于没有问题。"


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A draft with its report; `run` tells one check from the next, `name` is the file's, "" for pasted text."""

    text: str
    report: CheckResponse
    run: str
    name: str = ""


def guide() -> str:
    """What stands beside the draft before anything was checked."""
    rows = "".join(
        f'<li><span class="flag {verdict}">{symbol} {word}</span>{escape(_MEANINGS[verdict])}</li>'
        for verdict, (symbol, word) in VERDICTS.items()
    )
    return (
        '<div class="guide"><h2>发文前，先核一遍引文</h2><p>把通知、方案、讲话稿贴进来，或上传 txt、docx。'
        "每处引文和条款号都会与文件库里的原文逐字对照，结果直接标在草稿上；写错的，一点就改成原文。</p>"
        f"<ul>{rows}</ul></div>"
    )


_MEANINGS = {
    "contradicted": "数字、日期、部门或要求与原文说的不一样",
    "misquoted": "引号里的字与原文不同",
    "wrong_clause": "话没错，但不在所引的那一条",
    "not_found": "库里没有这份文件、这一条或这句话",
    "needs_review": "依据不足以下结论，请人工看一眼",
    "uncited": "像是在说文件的内容，却没有注明出处",
    "supported": "与原文一致",
}


def failed(message: str, run: str) -> str:
    """The words for a draft that could not be checked."""
    return f'<p class="error" role="alert" data-run="{escape(run)}">{escape(message)}</p>'


def verdicts(checked: Checked) -> str:
    """The whole result: head with counts and filters, the draft, the findings."""
    claims = checked.report.claims
    title = f"{escape(checked.name)}：" if checked.name else ""
    nothing = f'<p class="nothing">{NOTHING}</p>' if all(claim.verdict == "uncited" for claim in claims) else ""
    findings = "".join(_finding(number, claim) for number, claim in enumerate(claims, start=1))
    fixes = sum(claim.replaces for claim in claims)
    fix_all = f'<button type="button" data-do="fix-all">全部改成原文（{fixes} 处）</button>' if fixes > 1 else ""
    return (
        f'<div class="result" data-run="{escape(checked.run)}"><div class="bar"><p class="sum" tabindex="-1">{title}'
        f'{summary(checked.report)}<span class="changed"></span></p>{_filters(checked.report)}'
        f'<div class="acts">{fix_all}<button type="button" data-do="report">下载核查报告</button>'
        '<button type="button" data-do="corrected">下载改正稿</button>'
        '<button type="button" data-do="again">重新核查</button>'
        '<button type="button" data-do="edit">修改草稿</button></div></div>'
        f'{nothing}<div class="cols"><section class="text" tabindex="0" aria-label="草稿">{_marked(checked)}</section>'
        f'<ol class="findings" aria-label="核查结果">{findings}</ol></div></div>'
    )


def summary(report: CheckResponse) -> str:
    """共 4 处：1 已核实，2 引文有出入."""
    counts = {str(verdict.value): count for verdict, count in report.summary.items() if count}
    if not counts:
        return "共 0 处引用"
    words = "，".join(f"{counts[verdict]} {word}" for verdict, (_, word) in VERDICTS.items() if verdict in counts)
    return f"共 {sum(counts.values())} 处：{words}"


def _filters(report: CheckResponse) -> str:
    counts = {str(verdict.value): count for verdict, count in report.summary.items() if count}
    if len(counts) < 2:
        return ""
    buttons = "".join(
        f'<button type="button" class="flag {verdict}" data-only="{verdict}" aria-pressed="false">'
        f"{symbol} {word} {counts[verdict]}</button>"
        for verdict, (symbol, word) in VERDICTS.items()
        if verdict in counts
    )
    return (
        '<div class="filters" role="group" aria-label="只看某种结论"><button type="button" data-only="" '
        f'aria-pressed="true">全部 {sum(counts.values())}</button>{buttons}</div>'
    )


def _marked(checked: Checked) -> str:
    """The draft with each claim coloured; without the flags its text is the draft's, letter by letter."""
    out, at = "", 0
    for number, claim in sorted(enumerate(checked.report.claims, start=1), key=lambda pair: pair[1].start):
        if claim.start < at:
            continue  # inside the claim before it: the finding stands in the list
        symbol, word = VERDICTS[claim.verdict.value]
        out += escape(checked.text[at : claim.start])
        out += (
            f'<span class="claim {claim.verdict.value}" data-n="{number}" data-start="{claim.start}" '
            f'data-end="{claim.end}"><span class="words">'
            f'{escape(checked.text[claim.start : claim.end])}</span><button type="button" class="flag" '
            f'data-n="{number}" aria-label="第{number}处，{word}">{symbol} {word}</button></span>'
        )
        at = claim.end
    return out + escape(checked.text[at:])


def _finding(number: int, claim: ClaimResponse) -> str:
    symbol, word = VERDICTS[claim.verdict.value]
    differences = "".join(_difference(one) for one in claim.differences)
    return (
        f'<li class="finding {claim.verdict.value}" data-n="{number}" data-verdict="{claim.verdict.value}" '
        f'tabindex="-1"><p class="what"><span class="flag">{symbol} {word}</span>'
        f'<button type="button" class="near" data-n="{number}" aria-label="第{number}处，在草稿中的位置">'
        f"{escape(_short(one_line(claim.text), 34))}</button></p>"
        f"<p>{escape(claim.explanation)}</p>{differences}{_fix(number, claim)}{_sources(claim.evidence)}</li>"
    )


def _difference(one: DifferenceResponse) -> str:
    draft = f"<del>{escape(_short(one.draft, 80))}</del>" if one.draft else "（缺）"
    source = f"<ins>{escape(_short(one.source, 80))}</ins>" if one.source else "（原文没有）"
    return f'<p class="difference"><b>{KINDS[one.kind]}</b>{draft}<span> → </span>{source}</p>'


def _fix(number: int, claim: ClaimResponse) -> str:
    if claim.suggestion is None:
        return ""
    if not claim.replaces:
        return f'<p class="advice">{escape(claim.suggestion)}</p>'
    return (
        f'<div class="fix"><p>{escape(one_line(claim.suggestion))}</p><button type="button" data-do="fix" '
        f'data-n="{number}" data-words="{escape(claim.suggestion)}">改成原文</button></div>'
    )


def _sources(evidence: Sequence[CitationResponse]) -> str:
    return "".join(
        f'<div class="source"><p class="meta">《{escape(one.document.title)}》{escape(one.label)}</p>'
        f"<blockquote>{escape(_short(one_line(one.quote), 300))}</blockquote>"
        f'<button type="button" class="near" data-full="1" data-document="{escape(one.document.id)}" '
        f'data-clause-id="{escape(one.clause_id)}">打开全文</button></div>'
        for one in evidence[:2]
    )


def _short(text: str, max_chars: int) -> str:
    return text if len(text) <= max_chars else text[: max_chars - 1] + "…"
