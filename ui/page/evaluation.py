"""评测: the latest evaluation report."""

import gradio as gr

from api.client import AsyncClient
from ui.page.parts import html


def build(service: AsyncClient, tab: gr.Tab) -> None:  # noqa: ARG001
    """Put the tab's components into the open tab and wire them."""
    html("", "evaluation", is_paper=True)
