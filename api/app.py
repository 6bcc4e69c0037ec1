"""The HTTP API as an application: `create_app(settings, assistant)`.

The page is mounted onto it elsewhere (`ui.serve`), last: what is declared after a mount at `/` is lost.
"""

from collections.abc import Collection, Sequence

from fastapi import APIRouter, FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.routing import APIRoute
from starlette.routing import Route, compile_path
from starlette.types import Receive, Scope, Send

from api.access import Access, AccessMiddleware, Preflights
from api.config import Settings
from api.deps import Assistant
from api.envelope import Envelope
from api.errors import REQUEST_ID_HEADER, http_error, install
from api.family import Family
from api.limits import BodyLimit, Crowd
from api.metrics import Metrics
from api.routes import (
    answers,
    chat,
    citations,
    clauses,
    documents,
    evaluations,
    exports,
    feedback,
    health,
    library,
    search,
    session,
    tasks,
    units,
)
from api.telemetry import instrument
from api.version import VERSION

ROOMS = (
    answers,
    chat,
    search,
    citations,
    documents,
    library,
    clauses,
    units,
    tasks,
    evaluations,
    feedback,
    exports,
    session,
)
_ABOUT = (
    "中文政策文件问答：每句回答都有条款出处，出处可以逐字核对。"
    "在本机以外使用时，每个请求都要带 Authorization: Bearer 密钥；管理员的操作在哪里都要管理员的密钥。"
)


def create_app(
    settings: Settings, assistant: Assistant, *, page_key: str | None = None, family: Family | None = None
) -> FastAPI:
    """The API over an open assistant; `/docs` is off, because its scripts come from foreign hosts.

    `page_key` is what the service's page shows with its calls: its visitor was asked for a key already. `family`: this
    is one of several processes of a service.
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
    app.state.family = family
    app.state.probe = health.Probe()
    app.state.metrics = Metrics(family.figures if family else None)
    app.state.access = Access(settings, page_key, family.limits if family else None)
    install(app)
    app.add_middleware(Crowd, most=settings.max_concurrency)  # the last one added comes first
    app.add_middleware(BodyLimit)
    app.add_middleware(AccessMiddleware, access=app.state.access)
    app.add_middleware(
        CORSMiddleware,  # without origins too: Gradio then adds no permissive one of its own
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "POST", "PUT", "DELETE"],
        allow_headers=["Authorization", "Content-Type", REQUEST_ID_HEADER],
        expose_headers=[REQUEST_ID_HEADER, "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After"],
    )
    app.add_middleware(Preflights)
    app.add_middleware(Envelope, metrics=app.state.metrics)
    if settings.otel:
        instrument(app)
    for room in ROOMS:
        app.include_router(room.router, prefix="/v1")
    app.include_router(health.router)
    addresses = [("/v1" + route.path, route.methods) for room in ROOMS for route in _routes(room.router)]
    addresses += [(route.path, route.methods) for route in _routes(health.router)]
    closed = Closed(addresses)
    for path in ("/v1", "/v1/{path:path}", *(route.path for route in _routes(health.router))):
        app.router.routes.append(Route(path, closed, include_in_schema=False))
    return app


def _routes(router: APIRouter) -> list[APIRoute]:
    return [route for route in router.routes if isinstance(route, APIRoute)]


class Closed:
    """What closes the API behind its routes: 405 with the allowed methods where the path exists, 404 elsewhere.

    An ASGI application, not a function, so that it answers every method that there is (QUERY, TRACE).
    """

    def __init__(self, addresses: Sequence[tuple[str, Collection[str] | None]]) -> None:
        self._known = [(compile_path(path)[0], methods) for path, methods in addresses]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse one request."""
        request = Request(scope)
        allowed = {name for path, methods in self._known if path.match(scope["path"]) for name in methods or ()}
        if allowed:
            reply = http_error(request, 405, headers={"Allow": ", ".join(sorted(allowed))})
        else:
            reply = http_error(request, 404)
        await reply(scope, receive, send)
