"""How much one caller may ask: requests a minute, bytes and seconds a request, requests at once.

    RateLimit-Limit: 300 · RateLimit-Remaining: 12 · RateLimit-Reset: 31 (seconds) · Retry-After: 31 (with a refusal)

Counted in memory; where a service has several processes, in one for all (`api.family`). What only reads the page's
files is not counted.
"""

import asyncio
import logging
import time
from dataclasses import dataclass

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import OverloadedError, error_reply, http_error

LOG = logging.getLogger("tiaowen.api")
WRONG_KEYS_PER_MINUTE = 20  # from one address: nobody mistypes more often, and guessing gets nowhere
MAX_FILE_BODY_BYTES = 21 * 1024 * 1024  # a file of 20 MB and what multipart puts around it
MAX_BODY_BYTES = 12 * 1024 * 1024  # the longest draft that may be sent as JSON, in three bytes a character
BODY_PAUSE_S = 30.0  # without a byte of the body
BODY_S = 300.0  # for the whole body
READ_PAUSE_S = 60.0  # without the client taking any of the response


@dataclass(frozen=True, kw_only=True)
class Window:
    """What a caller has left."""

    allowed: bool
    limit: int
    remaining: int
    reset_s: int

    def headers(self) -> dict[str, str]:
        """The usual headers."""
        told = {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_s),
        }
        return told if self.allowed else {**told, "Retry-After": str(self.reset_s)}


class Limits:
    """Requests a minute, by name."""

    def __init__(self) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._wrong = RateLimitItemPerMinute(WRONG_KEYS_PER_MINUTE)

    def take(self, per_minute: int, *name: str) -> Window:
        """Count a request under this name."""
        item = RateLimitItemPerMinute(per_minute)
        allowed = self._limiter.hit(item, *name)
        stats = self._limiter.get_window_stats(item, *name)
        reset_s = min(60, max(1, round(stats.reset_time - time.time() + 0.5)))
        return Window(allowed=allowed, limit=per_minute, remaining=stats.remaining, reset_s=reset_s)

    def strike(self, address: str) -> None:
        """Count a wrong key from this address."""
        self._limiter.hit(self._wrong, "wrong", address)

    def struck_out(self, address: str) -> Window | None:
        """What an address is told that showed too many wrong keys; None for the others."""
        if self._limiter.test(self._wrong, "wrong", address):
            return None
        return Window(allowed=False, limit=WRONG_KEYS_PER_MINUTE, remaining=0, reset_s=60)


class BodyLimit:
    """Pure ASGI middleware: a body that is too long, or that comes too slowly, is refused while it comes."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        is_file = headers.get(b"content-type", b"").lower().startswith(b"multipart/")
        most = MAX_FILE_BODY_BYTES if is_file else MAX_BODY_BYTES
        announced = headers.get(b"content-length", b"0")
        if not announced.isdigit() or len(announced) > 15 or int(announced) > most:
            await http_error(Request(scope), 413)(scope, receive, send)
            return
        await self.app(scope, _Measured(receive, most), send)


class _Measured:
    """A `receive` that counts the body's bytes and its time."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._left = most
        self._ends = time.monotonic() + BODY_S
        self._whole = False

    async def __call__(self) -> Message:
        if self._whole:  # whoever waits now waits for the client to leave
            return await self._receive()
        try:
            async with asyncio.timeout(max(0.0, min(BODY_PAUSE_S, self._ends - time.monotonic()))):
                message = await self._receive()
        except TimeoutError as exc:
            raise HTTPException(408) from exc
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            self._whole = not message.get("more_body", False)
            if self._left < 0:
                raise HTTPException(413)
        return message


class _SlowReaderError(Exception):
    """A client does not take what it asked for."""


class Crowd:
    """Pure ASGI middleware: more requests at once than can be worked on are told to come again.

    A client that takes nothing of its response is cut off: it would hold its place for ever.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self.app = app
        self._free = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http" or not scope["path"].startswith("/v1/"):
            await self.app(scope, receive, send)
            return
        if self._free <= 0:
            await error_reply(Request(scope), OverloadedError(), {"Retry-After": "5"})(scope, receive, send)
            return

        async def taken(message: Message) -> None:
            try:
                async with asyncio.timeout(READ_PAUSE_S):
                    await send(message)
            except TimeoutError as exc:
                raise _SlowReaderError from exc

        self._free -= 1
        try:
            await self.app(scope, receive, taken)
        except _SlowReaderError:
            LOG.info("%s %s: the client does not read its response, cut off", scope["method"], scope["path"])
        finally:
            self._free += 1
