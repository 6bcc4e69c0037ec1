"""The documentation is true: it builds, its links lead somewhere, its commands exist, its settings are complete."""

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from fastapi import FastAPI
from pydantic_settings import BaseSettings

from api.config import PREFIX, Settings
from api.english import english
from api.errors import _BY_STATUS, RULES
from api.metrics import Metrics
from ui.cli import build_parser
from ui.serve import GRACE_S, server_config

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def commands() -> list[str]:
    """Every line of a shell block that calls tiaowen, without its comment and prompt."""
    found = []
    for page in PAGES:
        for block in re.findall(r"```(?:sh|console)\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            for line in block.splitlines():
                words = line.removeprefix("$ ").removeprefix(".venv/bin/").partition("  #")[0].strip()
                if words.startswith("tiaowen "):
                    found.append(words)
    return found


@pytest.mark.parametrize("line", sorted(set(commands())))
def test_every_command_is_one(line: str) -> None:
    arguments = build_parser().parse_args(shlex.split(line, comments=True)[1:])
    assert callable(arguments.run)


def test_there_are_commands() -> None:
    assert len(commands()) > 10


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_a_link_to_no_heading_is_noticed(tmp_path: Path) -> None:
    """The pages of docs/ are checked by mkdocs, see below; the README links to none of its own headings."""
    assert "](#" not in (ROOT / "README.md").read_text(encoding="utf-8")
    shutil.copytree(ROOT / "docs", tmp_path / "docs", ignore=shutil.ignore_patterns("*.json"))
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    with (tmp_path / "docs" / "index.md").open("a", encoding="utf-8") as page:
        page.write("\n[x](operators.md#nowhere)\n")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1 and "nowhere" in done.stderr


def test_every_setting_stands_where_operators_look() -> None:
    fields: dict[str, object] = dict(Settings.model_fields)
    assert issubclass(Settings, BaseSettings) and fields
    page = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    assert [name for name in fields if f"`{PREFIX}{name.upper()}`" not in page] == []
    named = {name.lower() for name in re.findall(rf"`{PREFIX}([A-Z_]+)`", page)}
    assert sorted(named - set(fields)) == []


def test_every_code_in_the_documents_is_one() -> None:
    codes = {rule.code for rule in RULES.values()}
    page = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    named = set(re.findall(r"503 `([a-z_]+)`", page))
    assert named and named <= codes


def test_every_error_is_listed_with_its_status_and_words() -> None:
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| (\d+) \| `([a-z_]+)` \| .+ \| (.+) \|$", page, re.MULTILINE)
    rules = {(str(rule.status), rule.code, english(rule.code)) for rule in (*RULES.values(), *_BY_STATUS.values())}
    assert listed == sorted(rules, key=lambda row: row[:2])


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    html = (tmp_path / "security" / "index.html").read_text(encoding="utf-8")
    assert "OWASP" in html and "fonts.googleapis.com" not in html


def test_what_compose_starts_fits_together() -> None:
    found = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8"))
    image = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    assert set(found) == {"services", "networks", "volumes"}
    service, chroma = found["services"].pop("tiaowen"), found["services"].pop("chroma")
    assert found["services"] == {}
    assert service["ports"] == [f"{Settings.model_fields['port'].default}:{Settings.model_fields['port'].default}"]
    assert set(service["environment"]) == {"TIAOWEN_ADMIN_KEY", "TIAOWEN_CHROMA_URL", "FORWARDED_ALLOW_IPS"}
    command = chroma["command"]
    assert service["environment"]["TIAOWEN_CHROMA_URL"] == f"http://chroma:{command[command.index('--port') + 1]}"
    assert service["depends_on"] == {"chroma": {"condition": "service_healthy"}} and chroma["healthcheck"]["test"]
    assert "ports" not in chroma and chroma["networks"] == ["inside"]  # it asks nobody for a key
    assert found["networks"] == {"outside": None, "inside": {"internal": True}}
    mounts = {volume.split(":")[0]: volume.split(":")[1] for one in (service, chroma) for volume in one["volumes"]}
    assert set(mounts) == set(found["volumes"]) and command[command.index("--path") + 1] == mounts["chroma"]
    assert f"TIAOWEN_DATA_DIR={mounts['data']} " in image
    assert f"install -d -o tiaowen -g tiaowen {mounts['data']} {mounts['chroma']}\n" in image  # read-only but for these
    for one in (service, chroma):
        build = ROOT / "deploy" / one["build"]["context"]
        assert (build / one["build"]["dockerfile"]).is_file()
        assert one["read_only"] and one["cap_drop"] == ["ALL"]
        assert int(one["stop_grace_period"].rstrip("s")) > GRACE_S


def test_a_proxy_elsewhere_is_believed_when_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "10.0.0.5")
    config = server_config(FastAPI(), Settings())
    assert (config.proxy_headers, config.forwarded_allow_ips) == (True, "10.0.0.5")


def test_the_image_is_built_from_what_the_project_locks() -> None:
    image = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    assert "requirements/lock.txt" in image and "--require-hashes" in image and "USER 10001" in image
    python = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    assert "python:3.11" in image and "3.11" in python


def test_what_is_deployed_uses_settings_that_there_are() -> None:
    files = [file for file in (ROOT / "deploy").iterdir() if file.is_file()]
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    named = {name for file in files for name in re.findall(rf"{PREFIX}[A-Z_]+", file.read_text(encoding="utf-8"))}
    assert {"TIAOWEN_DATA_DIR", "TIAOWEN_CHROMA_URL"} <= named <= known


def test_the_figures_in_the_documents_are_those_that_there_are() -> None:
    page = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    shown = Metrics().text(documents=1, version="v", store="file", workers_up=1, page_up=True).decode()
    real = {line.split()[2] for line in shown.splitlines() if line.startswith("# TYPE")}
    real = {name for name in real if not name.endswith("_created")}
    listed = set(re.findall(r"`(tiaowen_[a-z_]+)`", page))
    assert listed == real


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not there")
def test_the_unit_is_one(tmp_path: Path) -> None:
    unit = tmp_path / "tiaowen.service"
    words = (ROOT / "deploy" / "tiaowen.service").read_text(encoding="utf-8")
    unit.write_text(words.replace("/opt/tiaowen/.venv/bin/tiaowen", "/bin/true"), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_the_security_page_rests_on_is_there() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    tests = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("test_*.py"))
    named = set(re.findall(r"`(test_[a-z_0-9]+)`", page))
    assert len(named) > 50 and [name for name in sorted(named) if f"def {name}(" not in tests] == []
    files = set(re.findall(r"`([a-z_]+/[a-z_/]+\.py)`", page))
    assert len(files) > 10 and [file for file in sorted(files) if not (ROOT / file).is_file()] == []
    entries = [*(f"API{number} " for number in range(1, 11)), *(f"LLM{number:02} " for number in range(1, 11))]
    parts = re.split(r"^### ", page, flags=re.MULTILINE)[1:]
    assert [part.split(" ")[0] + " " for part in parts] == entries
    assert all(f"- {word}：" in part for part in parts for word in ("风险", "做法", "测试", "余下"))
