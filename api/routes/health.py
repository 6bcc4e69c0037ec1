"""GET /healthz, /readyz, /metrics: is the process alive, can it answer, how does it do."""

import threading
import time
from typing import Annotated, cast

from fastapi import APIRouter, Depends, Query, Request
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from api.deps import Assistant, TheAssistant, TheFamily
from api.errors import PageDownError, responses
from api.family import Family
from api.schema import HealthResponse, ReadyResponse
from api.version import VERSION
from rag.errors import IndexMissing

router = APIRouter(tags=["health"])
_QUESTION = "由哪个单位负责"
PROBE_S = 1.0  # how long a probe holds: whoever may ask without a key sets the service to work no more often


class Probe:
    """Shows what works, by using it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._at = 0.0
        self._version = ""
        self._page_answers = False

    def page_answers(self, assistant: Assistant, family: Family | None) -> bool:
        """Search, which opens whatever is not open yet and raises what keeps questions from being answered."""
        with self._lock:
            if assistant.version != self._version or time.monotonic() - self._at >= PROBE_S:
                assistant.search(_QUESTION, top_k=1)
                self._page_answers = family is None or family.page_answers()
                self._version, self._at = assistant.version, time.monotonic()
            return self._page_answers


def _probe(request: Request) -> Probe:
    return cast(Probe, request.app.state.probe)


@router.get("/healthz", description="进程在运行。")
async def healthz() -> HealthResponse:
    """Say that the process is alive."""
    return HealthResponse(version=VERSION)


@router.get(
    "/readyz",
    responses=responses(422),
    description="可以回答问题：一秒之内试着查过一次，索引、向量模型、向量库都通。"
    "聊天页停着不算没准备好（page 是 down），除非 with_page 为 true。",
)
def readyz(
    assistant: TheAssistant,
    family: TheFamily,
    probe: Annotated[Probe, Depends(_probe)],
    with_page: Annotated[bool, Query(description="聊天页停着也算没准备好")] = False,
) -> ReadyResponse:
    """Say whether questions can be answered, and whether the page answers too."""
    documents = assistant.library.documents()
    if not documents:
        raise IndexMissing("索引里还没有文件，请先运行 tiaowen ingest")
    page_answers = probe.page_answers(assistant, family)
    if with_page and not page_answers:
        raise PageDownError
    up, wanted = family.roll.workers() if family else (1, 1)
    return ReadyResponse.model_validate(
        {
            "version": VERSION,
            "index_version": assistant.version,
            "document_count": len(documents),
            "store": assistant.store,
            "workers": wanted,
            "workers_up": up,
            "page": "up" if page_answers else "down",
        }
    )


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}, "description": "Prometheus 的文本格式"}, **responses()},
    description="运行指标：各接口的请求数、用时，正在处理的请求，文件数，索引版本，几个进程、聊天页在不在。",
)
def metrics(request: Request, assistant: TheAssistant, family: TheFamily) -> Response:
    """Return the figures of the service, all its processes together."""
    figures = request.app.state.metrics.text(
        documents=len(assistant.library.documents()),
        version=assistant.version,
        store=assistant.store,
        workers_up=family.roll.workers()[0] if family else 1,
        page_up=family is None or family.page_answers(),
    )
    return Response(figures, media_type=CONTENT_TYPE_LATEST)
