"""The server: API and page composed on one port; the only place that mounts."""

import asyncio
import ipaddress
import logging
import os
import secrets
import signal
import socket
import threading
import tomllib
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from api.app import create_app
from api.config import Settings
from api.deps import Assistant
from api.wire import Wire
from ui.events import PageEvents
from ui.gate import Gate
from ui.progress import say

KEEP_ALIVE_S = 75  # an idle connection; longer than proxies and clients keep theirs, so that they close first
GRACE_S = 10  # for what is being answered when the service is asked to stop
STATIC = Path(__file__).parent / "static"
# Gradio keeps a copy of the page, a tenth of a megabyte, for each browser tab that ever asked: 10,000 of them unless
# told otherwise. Ours has no state there, so a tab that is forgotten loses nothing.
SESSIONS = 100
# Gradio also keeps a queue of messages for the last 2,000 tabs that asked, 3 KB each, and the names of their events for
# ever. More than can wait for an answer at a time, so that nobody who waits is forgotten.
TABS = 500


class PortTakenError(Exception):
    """The address cannot be listened on; the message says what to do."""


def create_server_app(settings: Settings, assistant: Assistant) -> ASGIApp:
    """The whole service as one ASGI application."""
    page_key = secrets.token_urlsafe(32)  # the page asks its visitors for theirs before it calls with its own
    app = create_app(settings, assistant, page_key=page_key)
    mount_page(app, settings, page_key)
    return Gate(app)


def mount_page(app: FastAPI, settings: Settings, page_key: str) -> None:
    """Put the page below the other routes of an application; importing Gradio takes seconds, so it happens here."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # Gradio reads it at import, before any Blocks can say it
    import gradio as gr
    from gradio.utils import LRUCache

    from ui.page import STYLES, build_page, theme

    page = build_page(
        loopback_url(settings),
        load_examples(),
        key=page_key,
        max_question_chars=settings.max_question_chars,
        answer_timeout_s=settings.llm_timeout_s + 30,
    )
    page.queue(default_concurrency_limit=16, max_size=64, api_open=False)
    page.state_session_capacity = SESSIONS
    page._queue.pending_messages_per_session = LRUCache(TABS)
    page._queue.pending_event_ids_session = LRUCache(TABS)
    app.user_middleware.append(Middleware(PageEvents, functions=page.fns))  # the innermost: behind keys and limits
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        css_paths=STYLES,
        theme=theme(),
        favicon_path=str(STATIC / "favicon.svg"),
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        mcp_server=False,
        pwa=False,
        show_error=False,
        max_file_size="1kb",
    )


def load_examples() -> list[str]:
    """The example questions of the empty page."""
    examples = tomllib.loads((STATIC / "examples.toml").read_text(encoding="utf-8"))["questions"]
    return [str(example) for example in examples]


def loopback_url(settings: Settings) -> str:
    """Where the page, inside this process, reaches the service that listens on `settings.host`."""
    host = settings.host
    try:
        address = ipaddress.ip_address(host)
        if address.is_unspecified:
            host = "127.0.0.1" if address.version == 4 else "::1"
    except ValueError:
        pass  # a name
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def check_port(settings: Settings) -> None:
    """Raise PortTakenError when nobody can listen on the address: before the work of starting up."""
    try:
        infos = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
        with socket.socket(infos[0][0]) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(infos[0][4])
    except OSError as exc:
        raise PortTakenError(
            f"不能在 {settings.host}:{settings.port} 上监听（{exc.strerror}），请用 --port 换一个端口或停掉占用它的程序"
        ) from exc


def where(host: str, port: int) -> str:
    """What is said once it listens."""
    return f"聊天页：http://{f'[{host}]' if ':' in host else host}:{port}/ （接口在 /v1，按 Ctrl+C 停止）"


class Server(uvicorn.Server):
    """Ends in time: what is still at work after the grace is cut off.

    Requests can be cancelled, the threads that they work in cannot, and Python would wait for them at its end.
    """

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish what is being answered, within the grace."""
        last = threading.Timer(GRACE_S + 1, _cut_off)
        last.daemon = True
        last.start()
        await super().shutdown(sockets)


def _cut_off() -> None:
    logging.shutdown()
    os._exit(0)  # as safe as a kill: nothing written counts before its last step


class _Server(Server):
    """Says in Chinese where the page is, once it listens."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            say(where(self.config.host, self.config.port))


def run(settings: Settings, assistant: Assistant) -> None:
    """Serve until a signal ends it; returns when it was asked to stop."""
    config = server_config(create_server_app(settings, assistant), settings)
    server = _Server(config)
    # uvicorn raises the signal again at its end, for whoever was to handle it before: that must not end the process
    signal.signal(signal.SIGTERM, server.handle_exit)
    asyncio.run(server.serve())


def server_config(app: ASGIApp, settings: Settings) -> uvicorn.Config:
    """How every server of ours runs."""
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs every loopback call of the page
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=Wire,
        log_config=None,  # ours
        log_level="warning" if settings.log_level == "info" else settings.log_level,
        access_log=False,
        timeout_graceful_shutdown=GRACE_S,
        timeout_keep_alive=KEEP_ALIVE_S,
        server_header=False,
    )
