"""GET /v1/evaluations/latest: the figures of the last `tiaowen eval` on this service's data."""

import json
from typing import Any

from fastapi import APIRouter

from api.deps import TheSettings
from api.errors import NoEvaluationError, responses
from api.schema import Response

router = APIRouter(prefix="/evaluations", tags=["evaluations"])


class EvaluationResponse(Response):
    """A run: what was measured with what, and each system's figures as in the run's summary.json."""

    about: dict[str, str]
    systems: dict[str, dict[str, Any]]


@router.get("/latest", responses=responses(404), description="最近一次评测的结果；没有评测过时 404。")
def latest(settings: TheSettings) -> EvaluationResponse:
    """Return the last run's figures."""
    try:
        stored = json.loads((settings.data_dir / "evaluations" / "latest.json").read_text(encoding="utf-8"))
        return EvaluationResponse.model_validate(stored)
    except (OSError, ValueError) as exc:
        raise NoEvaluationError("还没有评测结果，请先运行 tiaowen eval") from exc
