"""GET /v1/evaluations/latest: the figures of the last `tiaowen eval` on this service's data."""

import json

from fastapi import APIRouter

from api.deps import TheSettings
from api.errors import NoEvaluationError, responses
from api.schema import EvaluationResponse

router = APIRouter(prefix="/evaluations", tags=["evaluations"])


@router.get("/latest", responses=responses(404), description="最近一次评测的结果；没有评测过时 404。")
def latest(settings: TheSettings) -> EvaluationResponse:
    """Return the last run's figures."""
    try:
        stored = json.loads((settings.data_dir / "evaluations" / "latest.json").read_text(encoding="utf-8"))
        return EvaluationResponse.model_validate(stored)
    except (OSError, ValueError) as exc:
        raise NoEvaluationError("还没有评测结果，请先运行 tiaowen eval") from exc
