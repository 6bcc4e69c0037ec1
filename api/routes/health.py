"""GET /healthz, /readyz, /metrics: is the process alive, can it answer, how does it do."""

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.responses import Response

from api.deps import TheAssistant
from api.errors import responses
from api.schema import HealthResponse, ReadyResponse
from api.version import VERSION
from rag.errors import IndexMissing

router = APIRouter(tags=["health"])


@router.get("/healthz", description="进程在运行。")
def healthz() -> HealthResponse:
    """Say that the process is alive."""
    return HealthResponse(version=VERSION)


@router.get("/readyz", responses=responses(), description="索引已打开，可以回答问题。")
def readyz(assistant: TheAssistant) -> ReadyResponse:
    """Say whether questions can be answered."""
    documents = assistant.library.documents()
    if not documents:
        raise IndexMissing("索引里还没有文件，请先运行 tiaowen ingest")
    return ReadyResponse(version=VERSION, index_version=assistant.version, document_count=len(documents))


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}, "description": "Prometheus 的文本格式"}, **responses()},
    description="运行指标：各接口的请求数、用时，正在处理的请求，文件数，索引版本。",
)
def metrics(request: Request, assistant: TheAssistant) -> Response:
    """Return the figures of this process."""
    figures = request.app.state.metrics.text(documents=len(assistant.library.documents()), version=assistant.version)
    return Response(figures, media_type=CONTENT_TYPE_LATEST)
