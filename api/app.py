"""The HTTP API as an application: `create_app(settings, assistant)`.

The page is mounted onto it elsewhere (`ui.serve`), last: what is declared after a mount at `/` is lost.
"""

import logging
import re
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence

from fastapi import APIRouter, FastAPI, Request
from fastapi.routing import APIRoute
from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access import Access, AccessMiddleware
from api.config import Settings
from api.deps import Assistant, Reader
from api.errors import REQUEST_ID_HEADER, http_error, install
from api.routes import (
    answers,
    citations,
    clauses,
    documents,
    evaluations,
    exports,
    feedback,
    health,
    search,
    session,
    tasks,
    units,
)
from api.version import VERSION

LOG = logging.getLogger("tiaowen.api")
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"]
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")  # 3f2a-77 ; not: 日志注入, a b

_ABOUT = "中文政策文件问答：每句回答都有条款出处，出处可以逐字核对。"


class RequestId:
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
        began = time.perf_counter()

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = identifier
                if scope["path"].startswith("/v1/"):
                    elapsed_ms = (time.perf_counter() - began) * 1000
                    LOG.info(
                        "%s %s %d %.0f ms %s", scope["method"], scope["path"], message["status"], elapsed_ms, identifier
                    )
            await send(message)

        await self.app(scope, receive, send_with_id)


def create_app(settings: Settings, assistant: Assistant, *, page_key: str | None = None) -> FastAPI:
    """The API over an open assistant; `/docs` is off, because its scripts come from foreign hosts.

    `page_key` is what the page in this process shows with its calls: it has asked its visitor for a key already.
    """
    app = FastAPI(
        title="Tiaowen 条文",
        version=VERSION,
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    app.state.settings = settings
    app.state.assistant = assistant
    app.state.access = Access(settings, page_key)
    install(app)
    app.add_middleware(AccessMiddleware, access=app.state.access)
    app.add_middleware(RequestId)  # the last one added comes first
    rooms = (answers, search, citations, documents, clauses, units, tasks, evaluations, feedback, exports, session)
    for room in rooms:
        app.include_router(room.router, prefix="/v1", dependencies=[Reader])
    app.include_router(health.router)
    unknown = _closed([room.router for room in rooms])
    for path in ("/v1", "/v1/{path:path}"):
        app.add_api_route(path, unknown, methods=_METHODS, include_in_schema=False)
    return app


def _closed(routers: Sequence[APIRouter]) -> Callable[[Request], Awaitable[JSONResponse]]:
    """What closes /v1 behind these routers: 405 with the allowed methods where the path exists, 404 elsewhere."""
    known = [
        (compile_path("/v1" + route.path)[0], route.methods)
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute)
    ]

    async def unknown_route(request: Request) -> JSONResponse:
        allowed = {method for path, methods in known if path.match(request.url.path) for method in methods or ()}
        if allowed:
            return http_error(request, 405, headers={"Allow": ", ".join(sorted(allowed))})
        return http_error(request, 404)

    return unknown_route
