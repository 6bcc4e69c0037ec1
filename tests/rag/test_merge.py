import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from rag.index import add_to_index, build_index, open_index
from rag.manifest import Manifest, current_version, segment_folder, serving, use_version, versions
from rag.merge import due, merge, start_merge
from rag.segments import read_inventory
from tests.rag.examples import Keywords, plan, rules
from tests.rag.test_segments import parking, replace_id


def added(data_dir: Path, *names: str) -> Manifest:
    """Add the rules under these names, each in a segment of its own."""
    for name in names:
        add_to_index([replace_id(rules(), name)], data_dir, Keywords())
    return serving(data_dir)


def test_merged_segments_answer_as_before(tmp_path: Path) -> None:
    build_index([plan(), rules()], tmp_path, Keywords(), terms=["养老机构"])
    added(tmp_path, "a", "b")
    add_to_index([parking("第一条 护理人员免费停车。")], tmp_path, Keywords(), removed=["a"])
    before = open_index(tmp_path, embedder=Keywords())
    version = merge(tmp_path)
    after = open_index(tmp_path, embedder=Keywords())
    assert after.version == version == serving(tmp_path).version
    assert len(serving(tmp_path).segments) == 1
    assert [d.id for d in after.library.documents()] == ["plan", "rules", "b"]
    for document in before.library.documents():
        assert after.library.clauses(document.id) == before.library.clauses(document.id)
        assert after.library.report(document.id) == before.library.report(document.id)
    query = Keywords().encode_queries(["停车护理"])[0]
    assert dict(after.vectors.search(query, 9)) == pytest.approx(dict(before.vectors.search(query, 9)), abs=1e-6)
    assert after.pairs.search(["免费"], 1)[0][0] == "rules.第一条"
    assert read_inventory(segment_folder(tmp_path, serving(tmp_path).segments[0])).chroma
    assert merge(tmp_path) is None
    before.close()
    after.close()


def test_what_was_before_a_change_outlives_the_merges_after_it(tmp_path: Path) -> None:
    build_index([plan(), rules()], tmp_path, Keywords())
    first = current_version(tmp_path)
    for names in (["a"], ["b"]):
        changed = added(tmp_path, *names).version
        assert merge(tmp_path) is not None
        add_to_index([], tmp_path, Keywords())  # changes nothing, as another merge would
        kept = [one.version for one in versions(tmp_path)]
        assert kept[0] == first and changed not in kept and len(kept) == 3
        use_version(tmp_path, str(first))
        index = open_index(tmp_path, embedder=Keywords())
        assert [document.id for document in index.library.documents()] == ["plan", "rules"]
        index.close()
    named = {name for one in versions(tmp_path) for name in one.segments}
    assert {folder.name for folder in (tmp_path / "index" / "segments").iterdir()} == named


def test_a_small_addition_leaves_a_large_base_alone(tmp_path: Path) -> None:
    many = [replace_id(rules(), f"r{n}") for n in range(12)]
    build_index(many, tmp_path, Keywords())
    base = serving(tmp_path).segments[0]
    assert due(tmp_path, added(tmp_path, "a")) == ()
    manifest = added(tmp_path, "b")
    assert due(tmp_path, manifest) == manifest.segments[1:]  # a and b are of one size
    assert merge(tmp_path) is not None
    assert serving(tmp_path).segments[0] == base
    assert len(serving(tmp_path).segments) == 2
    small = segment_folder(tmp_path, serving(tmp_path).segments[1])
    assert not read_inventory(small).chroma
    manifest = added(tmp_path, "c")
    assert due(tmp_path, manifest) == manifest.segments  # three beside twelve: a quarter


def test_what_changes_during_a_merge_stays_changed(tmp_path: Path) -> None:
    build_index([plan(), rules()], tmp_path, Keywords())
    added(tmp_path, "a", "b")
    told: list[str] = []

    def meanwhile(stage: str, _done: int, _total: int) -> None:
        if "写入条款" in stage and not told:
            told.append(stage)
            add_to_index([parking("第一条 免费停车。")], tmp_path, Keywords(), removed=["a"])

    merge(tmp_path, meanwhile)
    index = open_index(tmp_path, embedder=Keywords())
    assert [d.id for d in index.library.documents()] == ["plan", "rules", "b"]
    assert index.library.clause("rules.第一条").own.text == "第一条 免费停车。"
    assert told
    index.close()


def test_an_index_rebuilt_during_a_merge_is_not_overwritten(tmp_path: Path) -> None:
    build_index([plan(), rules()], tmp_path, Keywords())
    added(tmp_path, "a")
    told: list[str] = []

    def meanwhile(stage: str, _done: int, _total: int) -> None:
        if not told:
            told.append(stage)
            build_index([plan()], tmp_path, Keywords())

    assert merge(tmp_path, meanwhile) is None
    assert list(serving(tmp_path).documents) == ["plan"]
    assert not list((tmp_path / "index").glob(".tmp-*"))


def test_one_merges_at_a_time(tmp_path: Path) -> None:
    build_index([plan()], tmp_path, Keywords())
    added(tmp_path, "a")
    with FileLock(tmp_path / "index" / ".merging"):
        assert merge(tmp_path) is None
    assert merge(tmp_path) is not None


def test_a_server_merges_in_another_process(tmp_path: Path) -> None:
    assert start_merge(tmp_path) is None
    build_index([plan()], tmp_path, Keywords())
    assert start_merge(tmp_path) is None
    added(tmp_path, "a")
    merging = start_merge(tmp_path)
    assert merging is not None
    assert merging.wait(300) == 0
    assert len(serving(tmp_path).segments) == 1


WRITING = """
import sys
from pathlib import Path
from rag.index import add_to_index
from rag.merge import merge
from tests.rag.examples import Keywords, rules
from tests.rag.test_segments import replace_id

for number in range(100):
    add_to_index([replace_id(rules(), f"r{number}")], Path(sys.argv[1]), Keywords())
    print(number, flush=True)
    merge(Path(sys.argv[1]))
"""


def test_a_kill_at_any_moment_leaves_an_index_with_all_that_was_acknowledged(tmp_path: Path) -> None:
    chance = random.Random(7)
    build_index([plan()], tmp_path, Keywords())
    for _ in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", WRITING, str(tmp_path)], stdout=subprocess.PIPE, text=True
        ) as work:
            assert work.stdout is not None
            acknowledged = [int(work.stdout.readline()) for _ in range(2)]
            time.sleep(chance.random() * 0.3)
            os.kill(work.pid, signal.SIGKILL)
            acknowledged += [int(line) for line in work.stdout.read().split()]
        index = open_index(tmp_path, embedder=Keywords())
        held = {document.id for document in index.library.documents()}
        assert {"plan", *(f"r{number}" for number in acknowledged)} <= held
        assert len(index.rows.ids) == len(held) + 2
        assert len(index.vectors.search(Keywords().encode_queries(["停车"])[0], 99)) == len(index.rows.ids)
        assert {i.split(".")[0] for i, _ in index.pairs.search(["停车"], 99)} == held - {"plan"}
        index.close()
    merge(tmp_path)
    add_to_index([], tmp_path, Keywords())
    assert not list((tmp_path / "index").glob(".tmp-*"))
