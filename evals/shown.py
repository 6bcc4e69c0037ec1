"""What a report calls kinds of questions, and the clauses that it speaks of: linked there, in full once at its end."""

import hashlib
from collections.abc import Sequence
from html import escape

from evals.records import Passage

SHOWN_CHARS = 1500
TYPES = {
    "responsible_units": "责任单位", "figure": "数值", "list": "列举", "unanswerable": "无答案", "followup": "追问",
    "table_lookup": "查表", "yesno": "是非", "definition": "释义", "tasks_of_unit": "部门任务", "measure": "措施",
    "comparison": "比较", "clause_lookup": "按条款号查", "document_meta": "文件信息", "deadline_or_time": "期限时间",
    "lexical": "原文用词", "paraphrase": "换个说法", "colloquial": "口语",
}  # fmt: skip


class Clauses:
    """Collects the passages that were linked; whatever is linked stands in the appendix."""

    def __init__(self) -> None:
        self._linked: dict[str, Passage] = {}

    def links(self, words: str, passages: Sequence[Passage]) -> str:
        """A line of links, "" without passages."""
        if not passages:
            return ""
        items = dict.fromkeys(self._link(passage) for passage in passages)
        return f'<p class="links">{escape(words)}（{len(items)}）：{"　".join(items)}</p>'

    def _link(self, passage: Passage) -> str:
        anchor = "c-" + hashlib.sha256(f"{passage.source_file}\n{passage.clause_id}".encode()).hexdigest()[:12]
        self._linked.setdefault(anchor, passage)
        document = passage.source_file.rpartition(".")[0] or passage.source_file
        return f'<a href="#{anchor}">{escape(passage.label or passage.clause_id)}</a><small>{escape(document)}</small>'

    def appendix(self) -> str:
        """The words of every linked clause."""
        return "".join(
            f'<div class="clause" id="{anchor}"><p class="muted">{escape(passage.source_file)}　'
            f"{escape(passage.label)}　{escape(passage.clause_id)}</p>"
            f"<pre>{escape(passage.text.strip()[:SHOWN_CHARS])}</pre></div>"
            for anchor, passage in self._linked.items()
        )
