import json
from pathlib import Path

from fastapi.testclient import TestClient


def test_the_latest_evaluation_is_there_once_there_is_one(service: TestClient, tmp_path: Path) -> None:
    missing = service.get("/v1/evaluations/latest")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "no_evaluation")
    folder = tmp_path / "evaluations"
    folder.mkdir()
    stored = {"about": {"时间": "今天"}, "systems": {"ours": {"questions": 3}}}
    (folder / "latest.json").write_text(json.dumps(stored), encoding="utf-8")
    assert service.get("/v1/evaluations/latest").json() == {**stored, "checks": {}}
    (folder / "latest.json").write_text("{", encoding="utf-8")
    assert service.get("/v1/evaluations/latest").status_code == 404
