"""What every request and every response of the API carries: an id, a line in the log, headers for security."""

import logging
import re
import time
import uuid

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import REQUEST_ID_HEADER

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

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

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

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID_HEADER] = identifier
                if ours:
                    for name, value in SECURITY_HEADERS.items():
                        headers.setdefault(name, value)
                    elapsed_ms = (time.perf_counter() - began) * 1000
                    LOG.info(
                        "%s %s %d %.0f ms %s", scope["method"], scope["path"], message["status"], elapsed_ms, identifier
                    )
            await send(message)

        await self.app(scope, receive, send_with_id)
