"""The API against its own OpenAPI document: schemathesis makes requests, good and bad, for every operation.

`make contract` runs thousands of cases against a running service; here are a few over the real corpus.
"""

from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from pydantic import SecretStr
from schemathesis import GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from api.app import create_app
from api.config import Settings
from rag.live import LiveAssistant
from tests.api.conftest import ADMIN, HERE, KEY


@pytest.fixture(scope="module")
def schema(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> schemathesis.BaseSchema:
    assistant = LiveAssistant(data_dir=data_dir, embedding_model=None, llm=None)
    written = tmp_path_factory.mktemp("written")
    app = create_app(Settings(data_dir=written, admin_key=SecretStr(KEY), local_rate_limit_per_minute=0), assistant)
    return schemathesis.openapi.from_asgi("/openapi.json", app, headers={"Host": HERE.removeprefix("http://")})


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    unsupported_method,
]
OPERATIONS, NEVER_WRONG = 32, 14


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_operation_keeps_to_the_document(schema: schemathesis.BaseSchema, mode: GenerationMode) -> None:
    tried, without = [], []
    for result in schema.get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=4, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def hold(case: schemathesis.Case) -> None:
            reply = case.call_and_validate(headers={**ADMIN, "Host": HERE.removeprefix("http://")}, checks=CHECKS)
            tried.append((case.operation.label, reply.status_code))

        try:
            hold()
        except Unsatisfiable:  # an operation without parameters, or of any text, cannot be called wrongly
            without.append(operation.label)
    operations = {label for label, _ in tried}
    assert len(operations | set(without)) == OPERATIONS
    assert len(without) == (0 if mode is GenerationMode.POSITIVE else NEVER_WRONG), without
    assert (200 if mode is GenerationMode.POSITIVE else 422) in {status for _, status in tried}
