"""Several processes behind one port act as one service."""

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil
import pytest

from api.config import Settings
from api.keys import KeyRing, Role
from api.routes.health import PROBE_S
from rag.manifest import segment_folder, serving
from tests.conftest import run_tiaowen
from tests.fakes.chroma import chroma
from tests.fakes.server import free_port
from tests.fakes.service import Reply, Service, serve
from tests.ui.test_faults import led_by_commands, rot
from ui.workers import Common, _Member

ADMIN = "administrator-key"
QUESTION = {"question": "哪些部门负责PPP相关任务？"}
DUTY = "关于值班的通知\n\n一、值班时间\n\n每日八时至十八时，由{}负责。\n"
MANY = 16  # connections, so that each of two workers gets some: all go to one in 1 of 32,768 runs


@pytest.fixture(scope="module")
def own(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(data_dir, tmp_path_factory.mktemp("workers") / "own"))


@pytest.fixture(scope="module")
def service(own: Path) -> Iterator[Service]:
    log = own.parent / "log"
    soon = "import ui.workers; ui.workers.WORKER_HANGS_S = 15.0"
    with serve(own, log, workers=2, first=soon, admin_key=ADMIN, rate_limit_per_minute="40") as running:
        yield running
        children = family(running)
        running.process.send_signal(signal.SIGINT)  # Ctrl+C; for SIGTERM see test_shutdown
        assert running.process.wait(timeout=60) == 130, log.read_text()
        assert not [child for child in children.values() if child.is_running()]
        assert "Traceback" not in log.read_text()


def each(times: int, call: Callable[[int], Reply]) -> list[Reply]:
    """Call so often, four at a time."""
    with ThreadPoolExecutor(4) as crowd:
        return list(crowd.map(call, range(times)))


def family(service: Service) -> dict[int, psutil.Process]:
    """The service's child processes that serve something, by their id."""
    children = psutil.Process(service.process.pid).children()
    found: dict[int, psutil.Process] = {}
    for child in children:
        with suppress(psutil.ZombieProcess, psutil.NoSuchProcess):
            if "spawn_main" in " ".join(child.cmdline()):
                found[child.pid] = child
    return found


def answering(service: Service) -> set[int]:
    """The ids of the processes that listen on the service's port."""
    port = int(service.url.rpartition(":")[2])
    found = set()
    for pid, process in family(service).items():
        with suppress(psutil.Error):  # it is just ending
            if any(c.status == psutil.CONN_LISTEN and c.laddr.port == port for c in process.net_connections("tcp")):
                found.add(pid)
    return found


def test_two_workers_and_one_page_are_one_service(service: Service) -> None:
    assert len(family(service)) == 3 and len(answering(service)) == 2
    answers = each(MANY, lambda _: service.call("/v1/answers", QUESTION))
    assert {reply.json()["citations"][0]["label"] for reply in answers} == {"附件2第6项"}
    page = service.call("/")
    assert page.status == 200 and 'lang="zh-CN"' in page.body.decode()
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert service.call("/gradio_api/info").status == 404
    refused = service.call("/gradio_api/queue/join", b"{")
    assert refused.status == 400 and refused.json()["error"]["request_id"] == refused.headers["X-Request-ID"]
    counted = service.call("/metrics").body.decode()
    total = next(line for line in counted.splitlines() if 'route="/v1/answers",status="200"' in line)
    assert float(total.split()[-1]) == MANY  # both workers' together, whichever was asked
    assert "tiaowen_workers_up 2.0" in counted and 'tiaowen_store_info{store="file"} 1.0' in counted


def test_the_index_is_mapped_and_its_pages_are_shared(service: Service, own: Path) -> None:
    each(MANY, lambda _: service.call("/v1/answers", QUESTION))
    arrays = {str(file) for name in serving(own).segments for file in segment_folder(own, name).rglob("*.npy")}
    assert len([file for file in arrays if "/lexical/" in file]) == 6  # two indexes of three arrays
    for worker in answering(service):
        maps = [one for one in psutil.Process(worker).memory_maps(grouped=False) if one.path in arrays]
        assert {one.path for one in maps} == arrays
        assert {(one.perms, one.anonymous) for one in maps} == {("r--s", 0)}  # nothing of it is the worker's own
        # "Pss" counts a page by how many processes have it; a few the other has not looked at yet
        assert sum(one.pss for one in maps) < 0.75 * sum(one.rss for one in maps)


@pytest.mark.browser
def test_the_page_answers_through_its_own_process(service: Service, open_page: Callable[..., Any]) -> None:
    page = open_page(service.url)
    page.locator("#ask textarea").fill(QUESTION["question"])
    page.locator("#ask textarea").press("Enter")
    page.locator("#settled article .cite").first.wait_for()
    page.locator("#source mark").first.wait_for()


def test_a_new_version_is_taken_up_by_all(service: Service) -> None:
    told = service.upload("校园绿化.txt", "关于校园绿化的通知\n\n一、植树\n\n每校植树30棵，由后勤处负责。\n", ADMIN)
    assert told.status == 201, told.body
    listed = each(MANY, lambda _: service.call("/v1/documents"))
    assert {len(reply.json()["documents"]) for reply in listed} == {6}
    found = each(MANY, lambda _: service.call("/v1/search", {"query": "每校植树多少棵", "top_k": 1}))
    assert {reply.json()["hits"][0]["document"]["id"] for reply in found} == {told.json()["id"]}
    gone = service.call(f"/v1/documents/{told.json()['id']}", method="DELETE", Authorization=f"Bearer {ADMIN}")
    assert gone.status == 204
    assert {len(reply.json()["documents"]) for reply in each(MANY, lambda _: service.call("/v1/documents"))} == {5}


def test_commands_lead_all_workers(service: Service, own: Path) -> None:
    led_by_commands(service, own, MANY)


def test_uploads_at_once_do_not_run_into_one_another(service: Service) -> None:
    same = each(4, lambda at: service.upload("值班.txt", DUTY.format(f"第{at}办公室"), ADMIN))
    assert sorted(reply.status for reply in same) == [201, 409, 409, 409], [reply.body for reply in same]
    others = each(4, lambda at: service.upload(f"值班{at}.txt", DUTY.format(f"甲{at}处"), ADMIN))
    assert [reply.status for reply in others] == [201] * 4
    listed = each(4, lambda _: service.call("/v1/documents"))
    assert {len(reply.json()["documents"]) for reply in listed} == {10}


def test_feedback_given_to_any_worker_is_kept(service: Service) -> None:
    given = each(MANY, lambda at: service.call("/v1/feedback", {"answer_id": f"a{at}", "helpful": at % 2 == 0}))
    assert {reply.status for reply in given} == {201}
    kept = service.call("/v1/feedback?limit=100", Authorization=f"Bearer {ADMIN}").json()
    assert (kept["helpful"], kept["unhelpful"]) == (MANY // 2, MANY // 2)


def test_a_key_is_counted_by_all_workers_together(service: Service, own: Path) -> None:
    def sixty(path: str, body: bytes | None, allowed: int) -> list[Reply]:
        _, key = KeyRing(own).add("甲", Role.READER)  # works at once, everywhere
        began = time.monotonic()
        replies = each(60, lambda _: service.call(path, body, Authorization=f"Bearer {key}"))
        # each worker by itself would let all 60 pass; a minute that turns meanwhile lets a few more
        more = 1 + 40 * (time.monotonic() - began) / 60
        assert 40 <= [reply.status for reply in replies].count(allowed) <= 40 + more
        return replies

    for replies in (sixty("/v1/documents", None, 200), sixty("/gradio_api/queue/join", b"{", 400)):
        refused = next(reply for reply in replies if reply.status == 429)
        assert refused.headers["Retry-After"] and refused.json()["error"]["code"] == "rate_limited"
        assert refused.headers["RateLimit-Limit"] == "40"


def test_a_session_opened_at_one_worker_is_known_at_the_others(service: Service, own: Path) -> None:
    made, key = KeyRing(own).add("乙", Role.READER)
    login = service.call("/v1/session", {"key": key})
    assert login.status == 204, login.body
    cookie = login.headers["Set-Cookie"].partition(";")[0]
    abroad = {"Host": "tiaowen.example.cn"}  # not by a name of this machine: without the session nobody gets in
    assert service.call("/v1/documents", **abroad).status == 401
    assert {reply.status for reply in each(MANY, lambda _: service.call("/v1/documents", Cookie=cookie, **abroad))} == {
        200
    }
    KeyRing(own).remove(made.id)
    assert {reply.status for reply in each(MANY, lambda _: service.call("/v1/documents", Cookie=cookie, **abroad))} == {
        401
    }


def test_a_page_that_hangs_keeps_nobody_from_the_api_and_is_started_again(service: Service) -> None:
    (page,) = set(family(service)) - answering(service)

    def told(path: str) -> tuple[int, str]:
        reply = service.call(path)
        return reply.status, reply.json().get("page") or reply.json()["error"]["code"]

    assert told("/readyz?with_page=true") == (200, "up")
    os.kill(page, signal.SIGSTOP)
    service.wait_until(lambda reply: reply.json()["page"] == "down")
    time.sleep(PROBE_S)  # what the other worker found out before holds no longer
    assert {told("/readyz") for _ in range(MANY)} == {(200, "down")}
    assert told("/readyz?with_page=true") == (503, "page_down")
    assert service.call("/v1/answers", QUESTION).status == 200
    assert "tiaowen_page_up 0.0" in service.call("/metrics").body.decode()
    service.wait_until(lambda reply: reply.json()["page"] == "up")
    assert page not in family(service) and f"page ({page}) hangs and is ended" in service.log.read_text()


def test_a_worker_that_hangs_is_started_again(service: Service) -> None:
    victim = min(answering(service))
    os.kill(victim, signal.SIGSTOP)
    service.wait_until(lambda reply: reply.json()["workers_up"] == 2 and victim not in family(service))
    assert f"({victim}) hangs and is ended" in service.log.read_text()
    assert len(answering(service)) == 2
    assert {reply.status for reply in each(MANY, lambda _: service.call("/v1/answers", QUESTION))} == {200}


def goes_silent(common: Common, told: Connection) -> None:
    told.send_bytes(b"up")
    time.sleep(600)


def says_nothing(common: Common, told: Connection) -> None:
    time.sleep(600)


@pytest.mark.parametrize("target", [goes_silent, says_nothing])
def test_what_hangs_counts_no_longer_and_is_ended_also_while_it_starts(
    target: Callable[[Common, Connection], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.workers.START_S", 600.0 if target is goes_silent else 0.5)
    monkeypatch.setattr("ui.workers.SILENT_S", 0.2)
    common = Common(settings=Settings(), page_key="", folder=tmp_path, listener=None)
    member = _Member("worker", target, common, 2.0)
    member.start()
    seen = set()
    while (status := member.looked_after()) is None:
        seen.add((member.is_up, member.answers))
        time.sleep(0.05)
    assert status == -signal.SIGKILL
    up_then_silent = {(False, False), (True, True), (True, False)}
    assert seen == (up_then_silent if target is goes_silent else {(False, False)})


def test_whichever_process_dies_is_started_again(service: Service) -> None:
    before, restarts = family(service), service.log.read_text().count("is started again")
    workers = answering(service)
    victim = min(workers)
    os.kill(victim, signal.SIGKILL)
    service.wait_until(lambda reply: reply.status == 200 and len(answering(service) - {victim}) == 2)
    assert answering(service) - workers  # a new one
    (page,) = set(before) - workers
    os.kill(page, signal.SIGKILL)
    service.wait_until(lambda _: service.call("/").status == 200 and page not in family(service))
    assert service.call("/v1/answers", QUESTION).status == 200
    assert service.log.read_text().count("is started again") == restarts + 2


def test_a_chroma_server_killed_costs_no_worker_an_answer(data_dir: Path, tmp_path: Path) -> None:
    own = Path(shutil.copytree(data_dir, tmp_path / "own"))
    with (
        chroma(tmp_path / "chroma") as vectors,
        serve(own, tmp_path / "log", workers=2, chroma_url=vectors.url, admin_key=ADMIN) as service,
        ThreadPoolExecutor(4) as crowd,
    ):

        def stores() -> set[str]:
            return {reply.json()["store"] for reply in each(MANY, lambda _: service.call("/readyz"))}

        service.wait_until(lambda _: stores() == {"server"})
        asked = [crowd.submit(service.call, "/v1/answers", QUESTION) for _ in range(40)]
        asked[3].result()
        vectors.kill()
        assert {one.result().json()["citations"][0]["label"] for one in asked} == {"附件2第6项"}
        service.wait_until(lambda _: stores() == {"server_down"})
        refused = each(4, lambda at: service.upload(f"值班{at}.txt", DUTY.format("办公室"), ADMIN))
        assert {(one.status, one.json()["error"]["code"]) for one in refused} == {(503, "chroma_unreachable")}
        vectors.start()
        service.wait_until(lambda _: stores() == {"server"})
        assert service.upload("值班.txt", DUTY.format("办公室"), ADMIN).status == 201
        found = each(MANY, lambda _: service.call("/v1/search", {"query": "值班由谁负责", "top_k": 1}))
        assert {reply.json()["hits"][0]["document"]["title"] for reply in found} == {"关于值班的通知"}
        assert stores() == {"server"}
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_none_outlives_the_supervisor(own: Path, tmp_path: Path) -> None:
    with serve(own, tmp_path / "log", workers=2) as service:
        children = family(service)
        service.process.kill()
        service.process.wait()
        gone, alive = psutil.wait_procs(children.values(), timeout=60)
        assert not alive and len(gone) == 3


def test_a_service_that_cannot_start_says_why_once(own: Path, tmp_path: Path) -> None:
    damaged = Path(shutil.copytree(own, tmp_path / "damaged"))
    for version in (damaged / "index").glob("*.json"):
        version.unlink() if version.stem != serving(damaged).version else None
    rot(segment_folder(damaged, serving(damaged).segments[0]) / "vectors.npy")
    done = run_tiaowen(damaged, "serve", "--workers", "2", "--port", str(free_port()))
    assert done.returncode == 1
    assert done.stderr.count("校验和不符") == 1 and "Traceback" not in done.stderr


def test_a_port_is_not_shared_with_another_service(service: Service, own: Path) -> None:
    port = service.url.rpartition(":")[2]
    for workers in ("1", "2"):
        done = run_tiaowen(own, "serve", "--workers", workers, "--port", port)
        assert done.returncode == 1 and "换一个端口" in done.stderr
