"""责任分工: departments by documents, and each department's tasks with their clauses."""

import gradio as gr

from api.client import AsyncClient
from ui.page.parts import html


def build(service: AsyncClient, tab: gr.Tab) -> gr.HTML:  # noqa: ARG001
    """Put the tab's components into the open tab and wire them; the component given sends `full`."""
    return html("", "duties", "duties.js", is_paper=True)
