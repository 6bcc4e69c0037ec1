"""What goes wrong around a service: it is killed, its files rot, its disk fills, its clock is set back.

Nothing is lost, the last good version serves, and the words say what to do.
"""

import ctypes
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, suppress
from datetime import datetime, tzinfo
from http.client import HTTPException
from pathlib import Path
from typing import TypeVar

import psutil
import pytest

from api.config import Settings
from rag.build import add_document, ingest_paths
from rag.index import open_index
from rag.live import LiveAssistant
from rag.manifest import TEMPORARY, current_version, index_folder, segment_folder, serving, use_version, versions
from rag.segments import verify
from tests.conftest import environment, run_tiaowen
from tests.fakes.chroma import chroma
from tests.fakes.server import free_port
from tests.fakes.service import Reply, Service, serve
from tests.rag.test_live import FIRST, SECOND
from ui.cli import prepare
from ui.opening import last_good

KEY = "administrator-1"
MOMENTS = 20  # at which an ingest is killed
NOTICE = "关于值班的通知\n\n一、值班时间\n\n每日八时至十八时，由办公室负责。\n"


@pytest.fixture
def own(data_dir: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(data_dir, tmp_path / "own"))


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A data folder with one short document, ingested from a file in `texts`."""
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "lvhua.txt").write_text(FIRST, encoding="utf-8")
    assert run_tiaowen(tmp_path / "data", "ingest", str(tmp_path / "texts")).returncode == 0
    return tmp_path / "data"


def answer(service: Service) -> str:
    return str(service.call("/v1/answers", {"question": "哪些部门负责PPP相关任务？"}).json()["citations"][0]["label"])


def rot(file: Path) -> None:
    """One byte of a file becomes another; its size stays."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)


def test_a_server_killed_in_the_middle_of_questions_comes_back_with_everything(own: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with serve(own, log) as service, ThreadPoolExecutor(4) as crowd:
        assert service.call("/v1/feedback", {"answer_id": "a", "helpful": True}).status == 201
        asked = [crowd.submit(answer, service) for _ in range(12)]
        wait(asked[:4])
        service.process.send_signal(signal.SIGKILL)
        for one in asked:
            with suppress(OSError, HTTPException):  # also in the middle of an answer's bytes
                one.result()
    with serve(own, log) as service:
        assert answer(service) == "附件2第6项"
    with sqlite3.connect(own / "feedback.sqlite") as kept:
        assert kept.execute("SELECT answer_id FROM feedback").fetchall() == [("a",)]


def test_a_server_killed_during_an_upload_loses_nothing_that_was_acknowledged(small: Path, tmp_path: Path) -> None:
    texts, before = str(small.parent / "texts"), serving(small)
    long = NOTICE + "".join(f"\n第{n}项，由第{n}办公室负责。\n" for n in range(5000))
    with (
        serve(small, tmp_path / "log", corpus_dir=texts, admin_key=KEY) as service,
        ThreadPoolExecutor(4) as crowd,
    ):
        upload = crowd.submit(service.upload, "new.txt", long, KEY)
        given = [crowd.submit(service.call, "/v1/feedback", {"answer_id": f"a{n}", "helpful": True}) for n in range(99)]
        while given[0].result().status != 201 or not list(index_folder(small).glob(f"{TEMPORARY}2*")):
            assert not upload.done()
            time.sleep(0.005)
        service.process.send_signal(signal.SIGKILL)
        with pytest.raises(OSError):
            upload.result()
        wait(given)
    acknowledged = {f"a{n}" for n, one in enumerate(given) if not one.exception() and one.result().status == 201}
    assert serving(small) == before and trees(small) == FIRST
    with closing(sqlite3.connect(small / "feedback.sqlite")) as kept:
        assert kept.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert acknowledged <= {name for (name,) in kept.execute("SELECT answer_id FROM feedback")}
    with serve(small, tmp_path / "log", corpus_dir=texts, admin_key=KEY) as service:
        assert "30棵" in service.call("/v1/answers", {"question": "每校植树多少棵？"}).json()["answer"]
        assert service.upload("new.txt", long, KEY).status == 201
    assert set(serving(small).documents) == {"lvhua", "new"}
    assert not list(index_folder(small).glob(f"{TEMPORARY}2*"))


def led_by_commands(service: Service, data_dir: Path, times: int) -> None:
    """A running service takes up what commands do beside it, asked so often that every worker is."""

    def listed() -> set[bool]:
        replies = [service.call("/v1/documents") for _ in range(times)]
        return {"led" in {one["id"] for one in reply.json()["documents"]} for reply in replies}

    file = service.log.parent / "led.txt"
    file.write_text(NOTICE.replace("值班", "门岗"), encoding="utf-8")
    assert listed() == {False}
    done = run_tiaowen(data_dir, "ingest", str(file))
    assert done.returncode == 0 and listed() == {True}, done.stderr
    for there in (False, True):
        version = [one.version for one in versions(data_dir) if ("led" in one.documents) is there][-1]
        done = run_tiaowen(data_dir, "index", "use", version)
        assert done.returncode == 0 and listed() == {there}, done.stderr
        found = service.call("/v1/search", {"query": "门岗时间由谁负责", "top_k": 1}).json()["hits"]
        assert (found[0]["document"]["id"] == "led") is there
    done = run_tiaowen(data_dir, "ingest", "--remove", "led")
    assert done.returncode == 0 and listed() == {False}, done.stderr


def test_commands_lead_a_running_service(small: Path, tmp_path: Path) -> None:
    with serve(small, tmp_path / "log", corpus_dir=str(small.parent / "texts")) as service:
        led_by_commands(service, small, 1)
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_a_chroma_server_killed_in_the_middle_of_questions_costs_no_answer(own: Path, tmp_path: Path) -> None:
    with (
        chroma(tmp_path / "chroma") as vectors,
        serve(own, tmp_path / "log", chroma_url=vectors.url, admin_key=KEY) as service,
        ThreadPoolExecutor(4) as crowd,
    ):
        service.wait_until(lambda reply: reply.json()["store"] == "server")
        asked = [crowd.submit(answer, service) for _ in range(40)]
        wait(asked[:4])
        vectors.kill()
        assert {one.result() for one in asked} == {"附件2第6项"}
        service.wait_until(lambda reply: reply.status == 200 and reply.json()["store"] == "server_down")
        refused = service.upload("zhaoming.txt", SECOND, KEY)
        assert (refused.status, refused.json()["error"]["code"]) == (503, "chroma_unreachable")
        assert len(service.call("/v1/documents").json()["documents"]) == 5
        vectors.start()
        service.wait_until(lambda reply: reply.json()["store"] == "server")
        assert service.upload("zhaoming.txt", SECOND, KEY).status == 201
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_a_rotten_file_is_found_and_the_last_good_version_serves(own: Path, tmp_path: Path) -> None:
    good = current_version(own)
    new = tmp_path / "新通知.txt"
    new.write_text(NOTICE, encoding="utf-8")
    assert run_tiaowen(own, "ingest", str(new)).returncode == 0
    rot(segment_folder(own, serving(own).segments[-1]) / "vectors.npy")
    log = tmp_path / "log"
    with serve(own, log) as service:
        assert answer(service) == "附件2第6项"
    assert current_version(own) == good
    assert "校验和不符" in log.read_text() and f"改用版本 {good}" in log.read_text()


SEGMENT = ("library.sqlite", "rows.json", "vectors.npy", "lexical/words/*.npy", "lexical/pairs/*.json")


@pytest.mark.parametrize("name", [*SEGMENT, "CURRENT", "{version}.json"])
def test_whichever_file_rots_a_service_starts_on_a_whole_version(
    small: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What `tiaowen serve` does before it listens."""
    good = current_version(small)
    (small.parent / "new.txt").write_text(NOTICE, encoding="utf-8")
    ingest_paths([small.parent / "new.txt"], data_dir=small, catalogue_dir=small, embedding_model=None)
    new = serving(small)
    folders = {True: index_folder(small), False: segment_folder(small, new.segments[-1])}
    rot(sorted(folders[name in ("CURRENT", "{version}.json")].glob(name.format(version=new.version)))[0])
    settings = Settings(data_dir=small, corpus_dir=small.parent / "texts")
    prepare(settings)
    assistant = last_good(settings, with_chroma=False)
    assert "30棵" in assistant.answer("每校植树多少棵？").answer
    assert assistant.version == (new.version if name == "CURRENT" else good)
    assert f"改用版本 {assistant.version}" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["CURRENT", "segments/*/segment.json"])
def test_an_ingest_over_what_cannot_be_read_loses_nothing(small: Path, name: str) -> None:
    new = small.parent / "new.txt"
    new.write_text(NOTICE, encoding="utf-8")
    rot(next(index_folder(small).glob(name)))
    assert run_tiaowen(small, "ingest", str(new)).returncode == 0
    assert set(serving(small).documents) == {"lvhua", "new"} and trees(small) == FIRST


def test_without_a_good_version_the_words_say_what_to_do(own: Path) -> None:
    rot(segment_folder(own, serving(own).segments[0]) / "vectors.npy")
    done = run_tiaowen(own, "serve", "--port", str(free_port()))
    assert done.returncode == 1
    assert "校验和不符" in done.stderr and "从备份恢复" in done.stderr
    assert len(done.stderr.strip().splitlines()[-1]) < 400 and "Traceback" not in done.stderr


# One ingest a line that comes in, each in a process of its own, which has everything imported when it begins: its id
# and then its exit status go out.
INGESTS = """
import os, sys
from pathlib import Path
import bm25s, langchain_chroma
from rag.build import ingest_paths
from rag.merge import merge
texts, data = map(Path, sys.argv[1:])
for _ in sys.stdin:
    child = os.fork()
    if not child:
        ingest_paths([texts], data_dir=data, catalogue_dir=texts, embedding_model=None)
        merge(data)
        os._exit(0)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Ingests:
    """Ingests of the folder `texts` beside a data folder, one after the other."""

    def __init__(self, data_dir: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", INGESTS, str(data_dir.parent / "texts"), str(data_dir)],
            env=environment(data_dir), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip

    def __enter__(self) -> "Ingests":
        return self

    def __exit__(self, *_: object) -> None:
        with self._process:
            self._process.kill()

    def run(self, kill_after_s: float | None = None) -> int:
        """The exit status of one."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write("\n")
        pid = int(self._process.stdout.readline())
        if kill_after_s is not None:
            time.sleep(kill_after_s)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return int(self._process.stdout.readline())


def trees(data_dir: Path) -> str:
    """What the serving version says, every byte of it found right first."""
    for name in serving(data_dir).segments:
        verify(segment_folder(data_dir, name))
    index = open_index(data_dir, with_chroma=False)
    try:
        return index.library.document("lvhua").text
    finally:
        index.close()


def test_an_ingest_killed_at_any_moment_leaves_a_whole_version(small: Path) -> None:
    """Twenty moments, evenly drawn from the time that an ingest, and the merge after it, takes.

    Whatever is serving then is old or new. An ingest that was done before its moment does not count.
    """
    file = small.parent / "texts" / "lvhua.txt"

    def write(number: int) -> str:
        text = FIRST.replace("30棵", f"{number}棵")
        file.write_text(text, encoding="utf-8")
        return text

    (small.parent / "texts" / "zhaoming.txt").write_text(SECOND, encoding="utf-8")  # so that a change is a segment
    with Ingests(small) as ingests:
        write(98)
        assert ingests.run() == 0
        write(99)
        began = time.monotonic()
        assert ingests.run() == 0
        takes_s = time.monotonic() - began
        good, chance, killed, number = trees(small), random.Random(20250701), 0, 100
        while killed < MOMENTS:
            new = write(number := number + 1)
            began = time.monotonic()
            if ingests.run(kill_after_s=chance.uniform(0, takes_s)) == -signal.SIGKILL:
                killed += 1
            else:  # done before: the machine is less busy than it was
                takes_s = min(takes_s, time.monotonic() - began)
            found = trees(small)
            assert found in (good, new)
            good = found
            assert number < 100 + 10 * MOMENTS
        new = write(98)
        assert ingests.run() == 0
    assert trees(small) == new
    assert not list(index_folder(small).glob(".tmp-*"))
    assert len(list((index_folder(small) / "segments").iterdir())) <= len(
        {name for one in versions(small) for name in one.segments}
    )


def test_two_ingests_at_once_both_arrive(small: Path) -> None:
    texts = small.parent / "texts"
    (texts / "zhaoming.txt").write_text(SECOND, encoding="utf-8")
    other = small.parent / "notice.txt"
    other.write_text(NOTICE, encoding="utf-8")
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(run_tiaowen, small, "ingest", str(path)) for path in (texts, other)]
        assert [one.result().returncode for one in both] == [0, 0]
    assert set(serving(small).documents) == {"lvhua", "zhaoming", "notice"}
    assert trees(small) == FIRST


def ingest_limited(data_dir: Path, *paths: Path, prepare: str) -> "subprocess.CompletedProcess[str]":
    """`tiaowen ingest` in a process that first does something to itself."""
    program = f"import resource, sys\n{prepare}\nfrom ui.cli import main\nsys.exit(main(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-c", program, "ingest", *map(str, paths)],
        env=environment(data_dir), capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def refused_for_the_disk(done: "subprocess.CompletedProcess[str]", words: str) -> bool:
    last = done.stderr.strip().splitlines()[-1]
    return done.returncode == 1 and words in last and len(last) < 300 and "Traceback" not in done.stderr


def test_a_disk_without_room_leaves_what_was_there(small: Path) -> None:
    """The system refuses whatever would make a file longer than 4 KiB, in our files and in Chroma's."""
    before = serving(small)
    new = small.parent / "new.txt"
    new.write_text(NOTICE * 200, encoding="utf-8")
    full = "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))"
    done = ingest_limited(small, new, prepare=full)
    assert refused_for_the_disk(done, "磁盘满了"), done.stderr
    assert serving(small) == before and trees(small) == FIRST
    assert run_tiaowen(small, "ingest", str(new)).returncode == 0
    assert set(serving(small).documents) == {"lvhua", "new"}


def test_a_disk_that_fills_under_a_service_loses_nothing(small: Path, tmp_path: Path) -> None:
    """No file may get longer than 20 KB from some moment on, until there is room again."""
    texts = str(small.parent / "texts")
    with serve(small, tmp_path / "log", corpus_dir=texts, admin_key=KEY) as service:
        process, before = psutil.Process(service.process.pid), serving(small)

        def told(number: int) -> Reply:
            return service.call("/v1/feedback", {"answer_id": f"a{number}", "helpful": True, "question": "问" * 2000})

        assert told(0).status == 201
        process.rlimit(psutil.RLIMIT_FSIZE, (20_000, psutil.RLIM_INFINITY))
        given = [told(number) for number in range(1, 10)]
        for reply in (given[-1], service.upload("new.txt", NOTICE * 200, KEY)):
            assert (reply.status, reply.json()["error"]["code"]) == (503, "storage_error")
            assert str(small) not in str(reply.body)
        assert serving(small) == before and not list(index_folder(small).glob(f"{TEMPORARY}2*"))
        assert "30棵" in service.call("/v1/answers", {"question": "每校植树多少棵？"}).json()["answer"]
        kept = {"a0", *(f"a{number}" for number, reply in enumerate(given, 1) if reply.status == 201)}
        process.rlimit(psutil.RLIMIT_FSIZE, (psutil.RLIM_INFINITY, psutil.RLIM_INFINITY))
        found = service.call("/v1/feedback", Authorization=f"Bearer {KEY}").json()["feedback"]
        assert {one["answer_id"] for one in found} == kept
        assert told(10).status == 201 and service.upload("new.txt", NOTICE * 200, KEY).status == 201
    assert set(serving(small).documents) == {"lvhua", "new"} and trees(small) == FIRST
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_a_small_disk_that_fills_leaves_what_was_there(small: Path) -> None:
    """A real file system of two megabytes, in a mount namespace of the child's own."""
    unshare = shutil.which("unshare")
    allowed = unshare and subprocess.run([unshare, "-rm", "true"], capture_output=True, check=False).returncode == 0
    if not allowed:
        pytest.skip("this system lets nobody mount; the test above does without")
    text = small.parent / "new.txt"
    text.write_text(NOTICE * 2000, encoding="utf-8")
    place = small.parent / "disk"
    place.mkdir()
    size = sum(file.stat().st_size for file in small.rglob("*") if file.is_file())
    script = (
        'mount -t tmpfs -o size="$1" none "$2" && cp -r "$3/." "$2" && shift && place="$1" && shift 2 && '
        '"$@"; status=$?; ls -a "$place/index" >&2; cat "$place/index/CURRENT" >&2; exit $status'
    )
    command = [str(unshare), "-rm", "sh", "-c", script, "sh", str(size + 600_000), str(place), str(small)]
    done = subprocess.run(
        [*command, sys.executable, "-m", "ui.cli", "ingest", str(text)],
        env=environment(place), capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 1 and "磁盘满了" in done.stderr and "Traceback" not in done.stderr, done.stderr
    assert done.stderr.split()[-1] == current_version(small)
    assert ".tmp-2" not in done.stderr.split("磁盘满了")[1]  # what was begun is gone


T = TypeVar("T")
DROP_BOUND, WRITE_EVERYWHERE = 24, 1  # prctl's PR_CAPBSET_DROP, CAP_DAC_OVERRIDE


def as_ordinary_user(work: Callable[[], T]) -> T:
    """Work in a thread whose child processes, root's too, may only write what permissions allow."""
    drop = (DROP_BOUND, WRITE_EVERYWHERE, 0, 0, 0)
    with ThreadPoolExecutor(1, initializer=ctypes.CDLL(None).prctl, initargs=drop) as pool:
        return pool.submit(work).result()


@pytest.fixture
def read_only(small: Path) -> Iterator[Path]:
    for path in [small, *small.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield small
    for path in [small, *small.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


@pytest.mark.parametrize(
    "arguments", [("ingest", "{new}"), ("ingest", "--remove", "lvhua"), ("keys", "add", "甲"), ("index", "use", "a")]
)
def test_a_command_that_cannot_write_says_so(read_only: Path, arguments: tuple[str, ...]) -> None:
    new = read_only.parent / "new.txt"
    new.write_text(NOTICE, encoding="utf-8")
    given = [argument.format(new=new) for argument in arguments]
    done = as_ordinary_user(lambda: run_tiaowen(read_only, *given))
    assert refused_for_the_disk(done, "只读"), done.stderr
    assert trees(read_only) == FIRST


def test_a_read_only_folder_is_served_and_takes_nothing(read_only: Path, tmp_path: Path) -> None:
    def use() -> None:
        texts = str(read_only.parent / "texts")
        with serve(read_only, tmp_path / "log", corpus_dir=texts, admin_key=KEY) as service:
            asked = service.call("/v1/answers", {"question": "每校植树多少棵？"})
            assert "30棵" in asked.json()["answer"]
            for reply in (
                service.call("/v1/feedback", {"answer_id": "a", "helpful": True}),
                service.upload("zhaoming.txt", SECOND, KEY),
                service.call("/v1/documents/lvhua", method="DELETE", Authorization=f"Bearer {KEY}"),
            ):
                assert (reply.status, reply.json()["error"]["code"]) == (503, "storage_error")
            assert str(read_only) not in str(reply.body)
            assert service.call("/v1/documents/lvhua").status == 200

    as_ordinary_user(use)
    assert "the vector file answers instead of Chroma" in (tmp_path / "log").read_text()


def test_a_clock_set_back_changes_nothing(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Versions follow each other by what CURRENT names, whatever the times in their names and of their files."""
    first = current_version(small)
    future = time.time() + 10 * 365 * 86400
    for file in index_folder(small).glob("*.json"):
        os.utime(file, (future, future))

    class Earlier(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Earlier":
            return cls(2001, 1, 1, tzinfo=tz)

    monkeypatch.setattr("rag.manifest.datetime", Earlier)
    assistant = LiveAssistant(data_dir=small, embedding_model=None, llm=None)
    names = []
    for trees_planted in ("40棵", "50棵", "60棵"):
        changed = FIRST.replace("30棵", trees_planted)
        add_document(changed.encode(), "lvhua.txt", data_dir=small, embedding_model=None, document_id="lvhua")
        names.append(current_version(small))
        assert trees_planted in assistant.answer("每校植树多少棵？").answer
        assert assistant.version == names[-1]
    assert len({first, *names}) == 4 and all(str(name) < str(first) for name in names)
    assert {one.version for one in versions(small)} == set(names[-2:])
    use_version(small, str(names[-2]))
    assert "50棵" in assistant.answer("每校植树多少棵？").answer
