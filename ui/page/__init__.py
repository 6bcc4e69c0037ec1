"""The chat page: Gradio components and their wiring, a module a tab.

The page reaches the service over HTTP only (`api.client`); `ui.render` makes its HTML; each tab has a script and a
style sheet of its own in `static/`, and `shell.js` and `page.css` are what they share.
"""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from api.client import AsyncClient
from ui.page import chat, check, duties, evaluation, library
from ui.page.parts import QUIET, STATIC, html

TABS = {"chat": "问答", "check": "引文核查", "duties": "责任分工", "library": "文件库", "evaluation": "评测"}
STYLES = [STATIC / "page.css", *(STATIC / f"{name}.css" for name in TABS)]


def theme() -> gr.themes.Base:
    """Colours and fonts of the page; fonts of the system only, nothing is fetched."""
    font = ["system-ui", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"]
    return gr.themes.Default(primary_hue="blue", neutral_hue="slate", font=font, font_mono=["monospace"]).set(
        button_primary_background_fill="#1d4ed8",
        button_primary_background_fill_hover="#1e40af",
        button_primary_text_color="#ffffff",
        body_background_fill="#f8fafc",
        body_text_color="#0f172a",
        input_background_fill="#ffffff",
        input_border_color="#64748b",
        input_placeholder_color="#475569",
    )


def build_page(
    base_url: str, examples: Sequence[str], *, key: str | None = None, max_question_chars: int, answer_timeout_s: float
) -> gr.Blocks:
    """The page as Blocks, ready to be queued and mounted; `key` is what it shows the service."""
    service = AsyncClient(base_url, timeout_s=answer_timeout_s, key=key)
    with gr.Blocks(title="条文 · 政策文件问答", analytics_enabled=False, fill_width=True) as page:
        head = html(
            (STATIC / "header.html").read_text(encoding="utf-8"),
            "head",
            "shell.js",
            "past.js",
            "feedback.js",
            "export.js",
        )
        with gr.Tabs(elem_id="tabs") as tabs:
            opened = {name: gr.Tab(label, id=name) for name, label in TABS.items()}
            for name, tab in opened.items():  # first, because listeners on one event run one after the other
                tab.select(None, None, None, js=f"() => tiaowen.address('{name}')")
            with opened["chat"]:
                talk = chat.build(page, head, service, examples, max_question_chars)
            with opened["check"]:
                draft = check.build(service)
            with opened["duties"]:
                table = duties.build(service, opened["duties"])
            with opened["library"]:
                library.build(service, opened["library"], tabs, openers=[talk.pane, draft, table])
            with opened["evaluation"]:
                evaluation.build(service, opened["evaluation"])
        page.load(_wanted_tab, None, tabs, queue=False, **QUIET)
    return page


def _wanted_tab(request: gr.Request) -> Any:
    """The tab that the address names: ?tab=library."""
    wanted = request.query_params.get("tab")
    return gr.Tabs(selected=wanted) if wanted in TABS else gr.skip()
