"""The load command: what it counts, and a run of seconds against a real service."""

import json
import mmap
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from evals import soak, traffic
from evals.traffic import Kind, Matter, Reply, kinds

QUESTION = {
    "type": "figure", "style": "lexical", "answerable": True, "gold_quotes": [], "must_include": [],
    "must_not_include": [],
}  # fmt: skip
MATTER = Matter(
    questions=["问"], follow_ups=[(["问"], "再问")], drafts=["稿"], clause_ids=["c"], document_ids=["d"], units=["u"],
    ask_on_page=0,
)  # fmt: skip


def crowd(replies: Iterator[Reply | Exception], requests: int) -> soak.Figures:
    """What is counted of so many replies."""

    def send(http: httpx.Client, chance: object) -> Reply:
        reply = next(replies)
        if isinstance(reply, Exception):
            raise reply
        return reply

    made = soak.Crowd("http://127.0.0.1:1", [Kind(name="甲", share=1, send=send)], seed=0)
    with pytest.MonkeyPatch.context() as patch:
        ticks = count()
        patch.setattr(soak.time, "monotonic", lambda: float(next(ticks)))
        made.run(1, requests + 0.5)
    figures = made.figures()["甲"]
    assert sum(figures.statuses.values()) == requests
    crowd.changed = made.changed  # type: ignore[attr-defined]
    return figures


def reply(status: int = 200, *, right: bool = True, told: bool = False, said: str = "一") -> Reply:
    return Reply(status=status, right=right, told_when=told, asked="问" if status == 200 else "", said=said)


def test_shares_are_of_a_hundred():
    assert sum(kind.share for kind in kinds(MATTER)) == 100


def test_wrong_answers_lost_connections_and_refusals_are_counted_apart():
    given = [
        reply(),
        reply(right=False),
        httpx.ReadError("x"),
        reply(429, right=False, told=True),
        reply(503, right=False),
    ]
    found = crowd(iter(given), 5)
    assert dict(found.statuses) == {"200": 2, "ReadError": 1, "429": 1, "503": 1}
    assert found.wrong == 4 and found.untold == 1
    assert found.answered and found.answered.n == 2 and found.refused and found.refused.n == 2


def test_another_answer_to_the_same_question_is_noticed():
    crowd(iter([reply(said="一"), reply(said="二"), reply(said="一")]), 3)
    assert crowd.changed == 1  # type: ignore[attr-defined]


def test_a_mapped_file_is_no_memory_of_its_own(tmp_path: Path) -> None:
    size = 64 * soak.MIB
    (tmp_path / "library").write_bytes(b"\1" * size)
    process, before = psutil.Process(), soak.own_mib(psutil.Process())
    with (tmp_path / "library").open("rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as mapped:
        assert sum(mapped[::4096]) == size // 4096
        assert soak.own_mib(process) < before + 32
    with mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as written:  # new, whatever the heap has free
        written.write(b"\1" * size)
        assert soak.own_mib(process) > before + 32


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    rows = [{"id": "1", "question": "哪些部门负责督促检查？", "history": []}]
    rows.append({"id": "2", "question": "第2项呢？", "history": ["附件第1项由谁负责？"]})
    questions = tmp_path / "questions.jsonl"
    questions.write_text("\n".join(json.dumps(QUESTION | row, ensure_ascii=False) for row in rows), "utf-8")
    return ["--questions", str(questions)]


def test_a_run_of_seconds(
    data_dir: Path,
    tmp_path: Path,
    files: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    work = Path(shutil.copytree(data_dir, tmp_path / "data"))
    monkeypatch.setattr(soak, "LIMITED", {"max_concurrency": "1", "local_rate_limit_per_minute": "9"})
    monkeypatch.setattr(soak, "PAUSE_S", 0.0)
    monkeypatch.setattr(traffic, "LONG_DRAFT_CHARS", 1_000)
    report, left = tmp_path / "embedded.md", []

    def serving(*given: Any, **settings: str) -> Any:
        left.append(report.read_text("utf-8") if report.exists() else "")
        return served(*given, **settings)

    served = soak.serving
    monkeypatch.setattr(soak, "serving", serving)
    given = ["--minutes", "0.15", "--overload-s", "3", "--warm-up-minutes", "0", "--sample-s", "0.1"]
    status = soak.main([*given, "--work", str(work), "--out", str(tmp_path), *files])
    found = json.loads((tmp_path / "embedded.json").read_text("utf-8"))
    steady, overload = found["steady"], found["overload"]
    assert found["failed"]["overload"] == []
    assert [words for words in found["failed"]["steady"] if "grows" not in words] == []
    assert steady["requests"] == sum(sum(one["statuses"].values()) for one in steady["kinds"].values()) > 5
    assert steady["memory"]["条文"]["first_mib"] > 100
    refused = [one["statuses"] for one in overload["kinds"].values()]
    assert sum(one.get("429", 0) for one in refused) > 0 and sum(one.get("503", 0) for one in refused) > 0
    assert status == 1 and found["failed"]["after"]  # nobody waited for the limit to pass, which must be noticed
    words = capsys.readouterr().out
    assert words == report.read_text("utf-8")
    assert "没有通过" in words and "过载之后：" in words and "没有做完" not in words
    before, cut_short = left  # what is there when the second service starts, and if that is the end
    assert before == "" and "没有做完" in cut_short and "## 过载" not in cut_short
    begins = words.index("## 平稳")
    assert words[begins : words.index("## 过载")].strip() == cut_short[cut_short.index("## 平稳") :].strip()
