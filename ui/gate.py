"""The gate before everything: pure ASGI, shuts Gradio's side doors and sets the page's security headers.

Gradio serves, beside the page, an API of its own that goes round /v1 (its keys, limits and error format). Only what
the page itself needs is open; whatever a later Gradio adds is shut until it is named here. Who must show a key and has
none gets the login instead of the page. The served HTML is set to Chinese and to the light theme before any script
runs.
"""

import logging
import re
import uuid
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import http_error

# What our API answers, errors and all: /v1/units, /readyz ; not: /v1x, /docs
API = re.compile(r"/(v1(/.*)?|healthz|readyz|metrics|openapi\.json)\Z", re.DOTALL)
# The page and what its own JavaScript calls: /, /assets/x.js, /gradio_api/queue/join ; not: /gradio_api/info, /config
PAGE = re.compile(
    r"/((assets|static)/.*|theme\.css|favicon\.ico|"
    r"gradio_api/(app_id|queue/(join|data)|run/predict|cancel|reset|heartbeat/\w+|startup-events)/?)?\Z"
)

LOG = logging.getLogger("tiaowen.api")
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "frame-src 'none'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}
# Gradio takes its labels from navigator.language and knows Chinese only as zh-CN; dark systems make it dark.
_FIRST = (
    "<script>for (const [k, v] of [['language','zh-CN'],['languages',['zh-CN']]])"
    " Object.defineProperty(navigator, k, {get: () => v});"
    "if (!/__theme=/.test(location.search)) history.replaceState(0,'',location.pathname+"
    "(location.search?location.search+'&':'?')+'__theme=light'+location.hash)</script>"
)


LOGIN = Path(__file__).parent / "static" / "login.html"


class Gate:
    """ASGI application in front of the API and the page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] == "websocket":  # nothing of ours speaks it
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        if not API.match(path) and not PAGE.match(path):
            scope.setdefault("state", {})["request_id"] = uuid.uuid4().hex[:16]
            LOG.info("%s %s is shut %s", scope["method"], path, scope["state"]["request_id"])
            await http_error(Request(scope), 404)(scope, receive, _with_headers(send, path))
            return
        if path == "/" and scope["method"] == "GET":
            # compressed HTML could not be rewritten
            headers = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
            await self.app({**scope, "headers": headers}, receive, _Rewriting(send))
            return
        await self.app(scope, receive, _with_headers(send, path))


def _with_headers(send: Send, path: str) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
            if path.startswith("/assets/") and message["status"] == 200:  # their names carry a hash of their content
                headers["Cache-Control"] = "public, max-age=31536000, immutable"
        await send(message)

    return send_with_headers


class _Rewriting:
    """A `send` that holds the page's HTML back until it is whole, and sends it on in Chinese."""

    def __init__(self, send: Send) -> None:
        self._send = _with_headers(send, "/")
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        if self._start is None or message["type"] != "http.response.body":
            await self._send(message)
            return
        self._body += message.get("body", b"")
        if message.get("more_body"):
            return
        headers = MutableHeaders(scope=self._start)
        if self._start["status"] == 401:
            self._body = LOGIN.read_bytes()
            headers["Content-Type"] = "text/html; charset=utf-8"
        if headers.get("content-type", "").startswith("text/html"):
            self._body = in_chinese(self._body)
            headers["Content-Length"] = str(len(self._body))
            headers["Cache-Control"] = "no-cache"
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": self._body})


def in_chinese(html: bytes) -> bytes:
    """Gradio's page with Chinese as its language and the light theme."""
    html = re.sub(rb'<html([^>]*\s)lang="[^"]*"', rb'<html\1lang="zh-CN"', html, count=1)
    return html.replace(b"<head>", b"<head>" + _FIRST.encode(), 1)
