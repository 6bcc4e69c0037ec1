"""What the page sends to Gradio, looked at before Gradio takes it: pure ASGI, right before the page.

Gradio answers an event that its page would never send with 500 and a trace in the log. Here such an event is refused,
and whatever Gradio itself refuses is told in the service's one form of an error.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import REQUEST_ID_HEADER, http_error
from ui.gate import API

_RUNS = ("/gradio_api/queue/join", "/gradio_api/run/predict")
_ENDS = ("/gradio_api/cancel", "/gradio_api/reset")
_Name = Annotated[str, Field(max_length=100)]


class _Run(BaseModel):
    """An event that runs a function of the page: every component of ours holds a text."""

    model_config = ConfigDict(extra="ignore", strict=True)

    fn_index: int
    data: list[str | None] = Field(max_length=50)
    session_hash: _Name


class _End(BaseModel):
    """An event that ends one that is running."""

    model_config = ConfigDict(extra="ignore", strict=True)

    event_id: _Name
    session_hash: _Name = ""
    fn_index: int = 0


class PageEvents:
    """Refuses what is no event of this page; `functions` are Gradio's, by their numbers."""

    def __init__(self, app: ASGIApp, functions: Mapping[int, Any]) -> None:
        self.app = app
        self._inputs = {number: len(one.inputs) for number, one in functions.items() if one.fn is not None}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http" or API.match(scope["path"]):
            await self.app(scope, receive, send)
            return
        path = scope["path"].rstrip("/")
        request = Request(scope)
        request.scope.setdefault("state", {}).setdefault("request_id", request.headers.get(REQUEST_ID_HEADER, ""))
        if scope["method"] == "POST" and path in (*_RUNS, *_ENDS):
            try:
                body = await _whole(receive)
            except HTTPException as exc:
                await http_error(request, exc.status_code)(scope, receive, send)
                return
            if refusal := self._refusal(path, body):
                await http_error(request, refusal)(scope, receive, send)
                return
            receive = _again(body, receive)
        await self.app(scope, receive, _InOneForm(request, receive, send))

    def _refusal(self, path: str, body: bytes) -> int | None:
        """The status with which a body is refused, None for an event of the page."""
        try:
            value = json.loads(body)
            json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair is no text
        except (ValueError, RecursionError):
            return 400
        try:
            if path in _ENDS:
                _End.model_validate(value)
                return None
            run = _Run.model_validate(value)
        except ValidationError:
            return 422
        return None if len(run.data) == self._inputs.get(run.fn_index, -1) else 422


async def _whole(receive: Receive) -> bytes:
    body = b""
    while (message := await receive())["type"] == "http.request":
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return body


def _again(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body that was read, and then what the client does."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


class _InOneForm:
    """A `send` in whose place an error of Gradio's is told in our form."""

    def __init__(self, request: Request, receive: Receive, send: Send) -> None:
        self._request = request
        self._receive = receive
        self._send = send
        self._status = 0  # of an error whose body is held back
        self._allow: dict[str, str] = {}

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] >= 400:
            self._status = message["status"]
            allowed = Headers(raw=message["headers"]).get("allow")
            self._allow = {"Allow": allowed} if allowed else {}
        elif not self._status:
            await self._send(message)
        elif message["type"] == "http.response.body" and not message.get("more_body"):
            reply = http_error(self._request, self._status, headers=self._allow)
            await reply(self._request.scope, self._receive, self._send)
