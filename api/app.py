"""The HTTP API as an application: `create_app(settings, assistant)`.

The page is mounted onto it elsewhere (`ui.serve`), last: what is declared after a mount at `/` is lost.
"""

from collections.abc import Awaitable, Callable, Sequence

from fastapi import APIRouter, FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse
from starlette.routing import compile_path

from api.access import Access, AccessMiddleware
from api.config import Settings
from api.deps import Assistant, Reader
from api.envelope import Envelope
from api.errors import REQUEST_ID_HEADER, http_error, install
from api.limits import BodyLimit, Crowd
from api.routes import (
    answers,
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
from api.version import VERSION

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"]

_ABOUT = "中文政策文件问答：每句回答都有条款出处，出处可以逐字核对。"


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
    app.add_middleware(Envelope)
    rooms = (
        answers,
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
