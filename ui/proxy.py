"""The page's process behind a worker: an ASGI application that hands requests on over a socket file and back.

The worker has asked for the key, counted the request and set the headers; here nothing is decided any more.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import httpx
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from api.errors import REQUEST_ID_HEADER, PageDownError, error_reply, request_id

# RFC 9110, 7.6.1: these are between two neighbours and go no further.
_HOP = {b"connection", b"keep-alive", b"te", b"trailer", b"transfer-encoding", b"upgrade", b"proxy-connection"}
_ID = REQUEST_ID_HEADER.lower().encode()
_NOT_PASSED = _HOP | {_ID}  # the page's errors carry the id under which the worker logs the request

_PROBE_S = 1.0  # in which a page that is well says which one it is
_WAIT = httpx.Timeout(None, connect=5.0)  # an answer may take its time


class PageProxy:
    """Every request that comes here goes to the page's process."""

    def __init__(self, socket_file: Path) -> None:
        transport = httpx.AsyncHTTPTransport(uds=str(socket_file), limits=httpx.Limits(max_connections=None))
        self._http = httpx.AsyncClient(transport=transport, base_url="http://page", timeout=_WAIT, trust_env=False)
        local = httpx.HTTPTransport(uds=str(socket_file), verify=False)  # no TLS: the certificates would be read
        self._probe = httpx.Client(transport=local, base_url="http://page", timeout=_PROBE_S, trust_env=False)

    def answers(self) -> bool:
        """Whether the page's process does its work at this moment."""
        try:
            return self._probe.get("/gradio_api/app_id").status_code == 200
        except httpx.TransportError:
            return False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand one request on."""
        if scope["type"] != "http":
            return
        names = {name for name, _ in scope["headers"]}
        has_body = b"transfer-encoding" in names or b"content-length" in names
        request = self._http.build_request(
            scope["method"],
            httpx.URL(scheme="http", host="page", raw_path=_target(scope)),
            headers=[*((name, value) for name, value in scope["headers"] if name not in _NOT_PASSED), _id(scope)],
            content=_body(receive) if has_body else None,
        )
        try:
            reply = await self._http.send(request, stream=True)
        except httpx.TransportError:  # it is starting again
            await error_reply(Request(scope), PageDownError(), {"Retry-After": "5"})(scope, receive, send)
            return
        try:
            headers = [(name.lower(), value) for name, value in reply.headers.raw if name.lower() not in _HOP]
            await send({"type": "http.response.start", "status": reply.status_code, "headers": headers})
            await _passed_on(reply, receive, send)
        finally:
            await reply.aclose()


def _id(scope: Scope) -> tuple[bytes, bytes]:
    return _ID, request_id(Request(scope)).encode()


def _target(scope: Scope) -> bytes:
    """Path and query as they came."""
    path: bytes = scope["raw_path"]
    query: bytes = scope["query_string"]
    return path + (b"?" + query if query else b"")


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return
        yield message.get("body", b"")
        if not message.get("more_body"):
            return


async def _passed_on(reply: httpx.Response, receive: Receive, send: Send) -> None:
    """Send the body on, but not longer than the client is there: some bodies wait for events that may never come."""
    async with anyio.create_task_group() as group:

        async def watch() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            group.cancel_scope.cancel()

        group.start_soon(watch)
        async for chunk in reply.aiter_raw():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
        group.cancel_scope.cancel()
