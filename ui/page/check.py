"""引文核查: a draft, its verdicts in the text, and the corrections beside it."""

import gradio as gr

from api.client import AsyncClient
from ui.page.parts import html


def build(service: AsyncClient) -> gr.HTML:  # noqa: ARG001
    """Put the tab's components into the open tab and wire them; the component given sends `full`."""
    return html("", "check", "check.js", is_paper=True)
