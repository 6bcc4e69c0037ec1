"""GET /healthz, /readyz, /metrics: is the process alive, can it answer, how does it do."""

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from api.deps import TheAssistant, TheFamily
from api.errors import responses
from api.schema import HealthResponse, ReadyResponse
from api.version import VERSION
from rag.errors import IndexMissing

router = APIRouter(tags=["health"])
_PROBE = "由哪个单位负责"


@router.get("/healthz", description="进程在运行。")
def healthz() -> HealthResponse:
    """Say that the process is alive."""
    return HealthResponse(version=VERSION)


@router.get(
    "/readyz", responses=responses(), description="可以回答问题：刚刚试着查了一次，索引、向量模型、向量库都通。"
)
def readyz(assistant: TheAssistant, family: TheFamily) -> ReadyResponse:
    """Say whether questions can be answered: by a search, which opens whatever is not open yet."""
    documents = assistant.library.documents()
    if not documents:
        raise IndexMissing("索引里还没有文件，请先运行 tiaowen ingest")
    assistant.search(_PROBE, top_k=1)
    up, wanted = family.roll.workers() if family else (1, 1)
    return ReadyResponse.model_validate(
        {
            "version": VERSION,
            "index_version": assistant.version,
            "document_count": len(documents),
            "store": assistant.store,
            "workers": wanted,
            "workers_up": up,
        }
    )


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}, "description": "Prometheus 的文本格式"}, **responses()},
    description="运行指标：各接口的请求数、用时，正在处理的请求，文件数，索引版本。",
)
def metrics(request: Request, assistant: TheAssistant, family: TheFamily) -> Response:
    """Return the figures of the service, all its processes together."""
    figures = request.app.state.metrics.text(
        documents=len(assistant.library.documents()),
        version=assistant.version,
        store=assistant.store,
        workers_up=family.roll.workers()[0] if family else 1,
    )
    return Response(figures, media_type=CONTENT_TYPE_LATEST)
