"""GET /healthz, /readyz: is the process alive, and can it answer."""

from fastapi import APIRouter

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
