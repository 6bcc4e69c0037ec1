"""The API over the fake assistant."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.app import create_app
from api.config import Settings
from tests.fakes.assistant import FakeAssistant

HERE = "http://127.0.0.1:7860"  # the service asks nobody on this machine for a key
KEY = "schluessel-1"
ADMIN = {"Authorization": f"Bearer {KEY}"}


@pytest.fixture
def assistant() -> FakeAssistant:
    return FakeAssistant()


@pytest.fixture
def service(assistant: FakeAssistant, tmp_path: Path) -> Iterator[TestClient]:
    app = create_app(Settings(data_dir=tmp_path, admin_key=SecretStr(KEY)), assistant)
    with TestClient(app, base_url=HERE, raise_server_exceptions=False) as client:
        yield client
