from pathlib import Path

import pytest

from api.config import Settings, SettingsError, load_settings, unknown_variables


def test_defaults_listen_on_this_machine_only() -> None:
    settings = Settings()
    assert (settings.host, settings.port, settings.data_dir) == ("127.0.0.1", 7860, Path("data"))
    assert (settings.corpus_dir / "catalogue.toml").is_file()


def test_every_setting_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_variables_and_overrides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIAOWEN_PORT", "8000")
    monkeypatch.setenv("TIAOWEN_EMBEDDING_MODEL", "")
    assert load_settings().port == 8000
    assert load_settings(port=9000, host=None).port == 9000
    assert load_settings().embedding_model is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "x"),
        ("LOG_LEVEL", "laut"),
        ("LLM_TIMEOUT_S", "0"),
        ("LLM_EXTRA", "{"),
        ("LLM_EXTRA", "[1]"),
    ],
)
def test_a_wrong_value_is_one_line_with_the_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"TIAOWEN_{name}", value)
    with pytest.raises(SettingsError, match=f"TIAOWEN_{name}") as caught:
        load_settings()
    assert "\n" not in str(caught.value)


def test_the_key_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIAOWEN_LLM_API_KEY", "sk-geheim")
    assert "geheim" not in repr(load_settings())


def test_further_fields_for_the_language_model_are_json(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().llm_extra == {}
    monkeypatch.setenv("TIAOWEN_LLM_EXTRA", '{"thinking": {"type": "disabled"}}')
    assert load_settings().llm_extra == {"thinking": {"type": "disabled"}}


def test_misspelt_variables_are_named() -> None:
    found = unknown_variables({"TIAOWEN_PROT": "1", "TIAOWEN_PORT": "1", "TIAOWEN_BROWSER": "x", "HOME": "/"})
    assert found == ["TIAOWEN_PROT"]
