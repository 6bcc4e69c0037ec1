"""The house's own rules, checked."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from api.config import PREFIX, Settings

ROOT = Path(__file__).parent.parent
ROOMS = ("ingest", "rag", "api", "ui", "evals")
PHRASE = re.compile(r"[\u4e00-\u9fff]{7,}")


def modules(*rooms: str) -> list[Path]:
    return [file for room in rooms for file in sorted((ROOT / room).rglob("*.py"))]


@pytest.fixture(scope="module")
def corpus() -> str:
    texts = sorted((ROOT / "corpus").glob("*.txt"))
    assert texts
    return "".join("".join(file.read_text(encoding="utf8").split()) for file in texts)


@pytest.mark.parametrize("file", modules("ingest", "rag", "api"), ids=lambda file: str(file.relative_to(ROOT)))
def test_no_phrase_of_the_corpus_stands_in_code(file, corpus):
    strings = [
        node.value
        for node in ast.walk(ast.parse(file.read_text(encoding="utf8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    found = [phrase for text in strings for phrase in PHRASE.findall(text) if phrase in corpus]
    assert found == []


def test_every_setting_stands_in_the_readme_with_its_default():
    readme = (ROOT / "README.md").read_text(encoding="utf8")
    for name, field in Settings.model_fields.items():
        row = next((line for line in readme.splitlines() if f"`{PREFIX}{name.upper()}`" in line), None)
        assert row is not None, f"{PREFIX}{name.upper()} is missing in README.md"
        assert field.description and field.description in row


@pytest.mark.parametrize("module", ["ui.cli", "rag.answer", "api.config"])
def test_heavy_libraries_load_late(module):
    heavy = "torch", "transformers", "sentence_transformers", "langchain_core", "gradio", "pandas"
    code = f"import sys, {module}; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


def test_whoever_imports_us_gets_our_types():
    packed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["tool"]["setuptools"]["package-data"]
    for room in ("api", "rag", "ingest"):
        assert "py.typed" in packed[room] and (ROOT / room / "py.typed").is_file()


def test_every_dependency_says_why_it_is_there():
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf8").splitlines()
    named = [line for line in lines if re.match(r'\s+"[a-z][\w.-]*(\[[a-z]+\])?(==|>=)', line)]
    assert len(named) > 20
    assert [line for line in named if "#" not in line] == []


def imported(file: Path) -> set[str]:
    """The packages of others that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(str(node.module).partition(".")[0])
    return found - set(sys.stdlib_module_names) - {*ROOMS, "tests"}


def distribution(requirement: str) -> str:
    """The name in a requirement: python-docx of python-docx>=1.2."""
    return re.split(r"[^\w.-]", requirement)[0].lower().replace("_", "-")


def test_whatever_is_imported_is_named_as_a_dependency():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))
    extras = project["project"]["optional-dependencies"].values()
    served = {distribution(one) for group in (project["project"]["dependencies"], *extras) for one in group}
    ours = served | {distribution(one) for one in project["dependency-groups"]["dev"]}
    installed = packages_distributions()
    for file in modules(*ROOMS, "tests"):
        named = served if file.parts[len(ROOT.parts)] in ("ingest", "rag", "api", "ui") else ours
        providers = {name: {distribution(one) for one in installed.get(name, [name])} for name in imported(file)}
        assert [name for name, who in providers.items() if not who & named] == [], file
