"""What the tabs share: how events are declared, how components are made, and errors in words."""

from pathlib import Path
from typing import Any

import gradio as gr

from api.client import RefusedError, ServiceError

STATIC = Path(__file__).parent.parent / "static"
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def html(value: str, elem_id: str, *scripts: str, is_paper: bool = False) -> gr.HTML:
    """A component of our own markup.

    `scripts` are files of `static/` that run once, when it is first shown; a `paper` fills its tab and scrolls.
    """
    code = "\n".join((STATIC / script).read_text(encoding="utf-8") for script in scripts)
    classes = ["own", "paper"] if is_paper else ["own"]
    return gr.HTML(value, elem_id=elem_id, elem_classes=classes, js_on_load=code, apply_default_css=False)


def text(event: gr.EventData, name: str) -> str:
    """A string that the browser sent along with an event, "" when there is none."""
    data = event._data
    value = data.get(name) if isinstance(data, dict) else None
    return value if isinstance(value, str) else ""


def in_words(exc: ServiceError, again: str = "重新回答") -> str:
    """What the page says about an error, and what to do; `again` is the button that tries once more."""
    if isinstance(exc, RefusedError):
        if exc.status < 500:
            return str(exc).rstrip("。") + "。"
        return f"这次没有成功。请过一分钟点“{again}”。（编号 {exc.request_id}）"
    return f"连不上服务。恢复后请再点“{again}”。"


def hidden(elem_id: str) -> gr.Textbox:
    """A text that the browser holds for the handlers; the page shows nothing of it."""
    return gr.Textbox("", visible="hidden", elem_id=elem_id, show_label=False, container=False)
