"""What every request and every response of the API carries: an id, a line in the log, headers for security.

What fails without a rule of its own is answered here too: further out, Starlette would raise it again after its answer,
and the server would log it once more, words and all, and drop the client's connection.
"""

import asyncio
import logging
import re
import time
import uuid

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import REQUEST_ID_HEADER, OverloadedError, error_reply
from api.logs import fields
from api.metrics import Metrics

LOG = logging.getLogger("tiaowen.api")
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")  # 3f2a-77 ; not: 日志注入, a b

# A JSON reply is no page: nothing in it may run, be framed, be guessed to be something else, or be kept by a proxy.
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Envelope:
    """Pure ASGI middleware: gives each request an id, sends it back, and logs how the request went."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(REQUEST_ID_HEADER.lower().encode(), b"").decode("latin-1")
        identifier = given if _GIVEN_ID.match(given) else uuid.uuid4().hex[:16]
        scope.setdefault("state", {})["request_id"] = identifier
        ours = scope["path"] == "/v1" or scope["path"].startswith("/v1/")
        began = time.perf_counter()
        begun = False
        self._metrics.began()

        async def send_with_id(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID_HEADER] = identifier
                elapsed_s = time.perf_counter() - began
                self._metrics.replied(scope, message["status"], elapsed_s)
                if ours:
                    for name, value in SECURITY_HEADERS.items():
                        headers.setdefault(name, value)
                if ours or message["status"] >= 400:  # whoever is refused has an id to ask about
                    _log(scope, message["status"], elapsed_s)
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        except (Exception, asyncio.CancelledError) as exc:
            if isinstance(exc, asyncio.CancelledError):  # the service ends, and this takes longer than it waits
                reply = error_reply(Request(scope), OverloadedError(), {"Retry-After": "5"})
            else:
                reply = error_reply(Request(scope), exc)  # logs it
            if not begun:  # a response that has begun is cut off: whoever reads it sees that it is not whole
                await reply(scope, receive, send_with_id)
        finally:
            self._metrics.ended()


def _log(scope: Scope, status: int, elapsed_s: float) -> None:
    """Log how a request went: its address, never its query or body."""
    state, elapsed_ms = scope["state"], round(elapsed_s * 1000, 1)
    caller = state.get("caller")
    LOG.info(
        "%s %s %d %.0f ms %s", scope["method"], scope["path"], status, elapsed_ms, state["request_id"],
        extra=fields(
            request_id=state["request_id"], method=scope["method"], path=scope["path"], status=status,
            elapsed_ms=elapsed_ms, key=caller.key_id if caller else None,
        ),
    )  # fmt: skip
