"""`tiaowen keys`, and what serve demands of it."""

from pathlib import Path

import pytest

from api.keys import KeyRing, Role
from ui.cli import main


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TIAOWEN_DATA_DIR", str(tmp_path))
    return tmp_path


def test_a_key_is_made_listed_and_withdrawn(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["keys", "add", "教务处", "--role", "administrator"]) == 0
    made = capsys.readouterr()
    key = made.out.strip()
    found = KeyRing(data_dir).find(key)
    assert found is not None and found.role is Role.ADMINISTRATOR
    assert key not in made.err and found.id in made.err
    assert main(["keys", "list"]) == 0
    listed = capsys.readouterr().out
    assert found.id in listed and "教务处" in listed and key not in listed
    assert main(["keys", "remove", found.id]) == 0
    assert KeyRing(data_dir).find(key) is None
    assert main(["keys", "remove", found.id]) == 1
    assert "没有编号" in capsys.readouterr().err


def test_nothing_listens_to_others_before_there_is_a_key(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--host", "0.0.0.0"]) == 1
    assert "tiaowen keys add" in capsys.readouterr().err
