"""The library changed over HTTP: a real index, a real live assistant, the administrator's key."""

import io
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docx
import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from api.app import create_app
from api.config import Settings
from api.limits import MAX_FILE_BODY_BYTES
from api.routes.library import clean_name
from rag.build import add_document
from rag.live import LiveAssistant
from rag.manifest import one_ingest
from tests.api.conftest import ADMIN, KEY
from tests.rag.test_live import FIRST, SECOND

HERE = "http://127.0.0.1:7860"


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ingested")
    add_document(FIRST.encode(), "lvhua.txt", data_dir=folder, embedding_model=None)
    return folder


@contextmanager
def opened(folder: Path) -> Iterator[TestClient]:
    settings = Settings(data_dir=folder, admin_key=SecretStr(KEY))
    app = create_app(settings, LiveAssistant(data_dir=folder, embedding_model=None, llm=None))
    with TestClient(app, base_url=HERE, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def refusing(ingested: Path) -> Iterator[TestClient]:
    """For requests that change nothing."""
    with opened(ingested) as client:
        yield client


@pytest.fixture
def merges(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The merges that would have been started in processes of their own."""
    started: list[Path] = []
    monkeypatch.setattr("api.routes.library.start_merge", lambda data_dir, _url: started.append(data_dir))
    return started


@pytest.fixture
def library(ingested: Path, tmp_path: Path, merges: list[Path]) -> Iterator[TestClient]:
    """For requests that change the library."""
    shutil.copytree(ingested, tmp_path, dirs_exist_ok=True)
    with opened(tmp_path) as client:
        yield client


def ids(service: TestClient) -> list[str]:
    return [document["id"] for document in service.get("/v1/documents").json()["documents"]]


def answer(service: TestClient, question: str) -> str:
    return str(service.post("/v1/answers", json={"question": question}).json()["answer"])


def test_a_new_document_answers_at_once(library: TestClient, merges: list[Path], tmp_path: Path) -> None:
    reply = library.post("/v1/documents", files={"file": ("照明 通知.txt", SECOND.encode())}, headers=ADMIN)
    assert reply.status_code == 201, reply.text
    stored = reply.json()
    assert (stored["id"], stored["source_file"], stored["outcome"]) == ("照明-通知", "照明 通知.txt", "added")
    assert stored["title"] == "关于校园照明的通知" and stored["report"]["summary"].startswith("文件类型")
    assert ids(library) == ["lvhua", "照明-通知"]
    assert merges == [tmp_path]
    assert "50盏" in answer(library, "每校更换多少路灯？")


def test_a_word_file_is_taken_in(library: TestClient) -> None:
    file = io.BytesIO()
    document = docx.Document()
    for line in SECOND.split("\n"):
        document.add_paragraph(line)
    document.save(file)
    reply = library.post("/v1/documents", files={"file": ("zhaoming.docx", file.getvalue())}, headers=ADMIN)
    assert reply.status_code == 201, reply.text
    assert "50盏" in answer(library, "每校更换多少路灯？")


def test_a_new_version_takes_the_place_of_the_old_one(library: TestClient) -> None:
    reply = library.put(
        "/v1/documents/lvhua", files={"file": ("绿化（修订）.txt", FIRST.replace("30", "45").encode())}, headers=ADMIN
    )
    assert reply.status_code == 200, reply.text
    assert (reply.json()["id"], reply.json()["outcome"], reply.json()["source_file"]) == (
        "lvhua",
        "updated",
        "绿化（修订）.txt",
    )
    assert "45棵" in answer(library, "每校植树多少棵？")
    again = library.put(
        "/v1/documents/lvhua", files={"file": ("绿化.txt", FIRST.replace("30", "45").encode())}, headers=ADMIN
    )
    assert again.json()["outcome"] == "unchanged"


def test_a_removed_document_answers_no_more(library: TestClient) -> None:
    library.post("/v1/documents", files={"file": ("zhaoming.txt", SECOND.encode())}, headers=ADMIN)
    assert library.delete("/v1/documents/zhaoming", headers=ADMIN).status_code == 204
    assert ids(library) == ["lvhua"]
    assert "50盏" not in answer(library, "每校更换多少路灯？")
    assert library.delete("/v1/documents/zhaoming", headers=ADMIN).json()["error"]["code"] == "unknown_document"


def test_the_last_document_may_go_and_another_come(library: TestClient) -> None:
    assert library.delete("/v1/documents/lvhua", headers=ADMIN).status_code == 204
    assert ids(library) == []
    reply = library.post("/v1/documents", files={"file": ("zhaoming.txt", SECOND.encode())}, headers=ADMIN)
    assert reply.status_code == 201, reply.text
    assert "50盏" in answer(library, "每校更换多少路灯？")


def test_a_document_is_split_anew_with_the_same_clauses(library: TestClient) -> None:
    before = library.get("/v1/documents/lvhua/clauses").json()
    version = library.get("/readyz").json()["index_version"]
    reply = library.post("/v1/documents/lvhua/renew", headers=ADMIN)
    assert (reply.status_code, reply.json()["outcome"]) == (200, "updated")
    assert library.get("/v1/documents/lvhua/clauses").json() == before
    assert library.get("/readyz").json()["index_version"] != version
    assert library.post("/v1/documents/nichts/renew", headers=ADMIN).status_code == 404


@pytest.mark.parametrize("name", ["lvhua.txt", "anders.txt"])
def test_what_is_there_already_is_not_taken_twice(refusing: TestClient, name: str) -> None:
    content = FIRST if name == "anders.txt" else SECOND
    reply = refusing.post("/v1/documents", files={"file": (name, content.encode())}, headers=ADMIN)
    error = reply.json()["error"]
    assert (reply.status_code, error["code"]) == (409, "document_exists")
    assert error["details"] == [{"field": "document_id", "message": "lvhua"}]
    assert ids(refusing) == ["lvhua"]


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("a.exe", b"MZ", 415, "unknown_format"),
        ("a.txt", b"  \n", 422, "empty_file"),
        ("a.docx", b"PK\x03\x04 not a document", 422, "damaged_file"),
        ("a.txt", b"\x00\x01\x02\x00" * 50, 415, "binary_file"),
        ("a.txt", b"a" * (20 * 1024 * 1024 + 1), 413, "file_too_large"),
        ("", b"abc", 422, "no_file"),
    ],
)
def test_what_cannot_be_read_is_refused(
    refusing: TestClient, name: str, content: bytes, status: int, code: str
) -> None:
    reply = refusing.post("/v1/documents", files={"file": (name, content)}, headers=ADMIN)
    assert (reply.status_code, reply.json()["error"]["code"]) == (status, code)
    assert ids(refusing) == ["lvhua"]


def test_a_request_beyond_the_limit_is_not_even_read(refusing: TestClient) -> None:
    huge = {"file": ("a.txt", b"a" * (MAX_FILE_BODY_BYTES + 1))}
    assert refusing.post("/v1/documents", files=huge, headers=ADMIN).status_code == 413
    assert refusing.post("/v1/documents", content=b"abc", headers=ADMIN).json()["error"]["code"] == "no_file"
    assert refusing.put("/v1/documents/x", data={"file": "text"}, headers=ADMIN).json()["error"]["code"] == "no_file"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/documents"),
        ("PUT", "/v1/documents/lvhua"),
        ("DELETE", "/v1/documents/lvhua"),
        ("POST", "/v1/documents/lvhua/renew"),
    ],
)
def test_nobody_without_the_key_changes_anything(refusing: TestClient, method: str, path: str) -> None:
    for headers in ({}, {"Authorization": "Bearer falsch"}):
        reply = refusing.request(method, path, files={"file": ("a.txt", SECOND.encode())}, headers=headers)
        assert reply.status_code == 401, reply.text
    assert ids(refusing) == ["lvhua"]


def test_hostile_names_and_texts_stay_text(library: TestClient) -> None:
    name = "..\\..\\<img src=x onerror='alert(1)'>\u202e=1+1.txt"
    text = SECOND.replace("关于校园照明的通知", '关于<script>alert(1)</script>"的通知')
    reply = library.post("/v1/documents", files={"file": (name, text.encode())}, headers=ADMIN)
    assert reply.status_code == 201, reply.text
    stored = reply.json()
    assert stored["id"] == "img-src-x-onerror-alert-1-1-1"
    assert stored["source_file"] == "<img src=x onerror='alert(1)'>=1+1.txt"
    assert library.get(f"/v1/documents/{stored['id']}/text").json()["text"] == text


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\文件\\通知\u202e.txt", "通知.txt"),
        ("a\x00\nb.txt", "ab.txt"),
        ("长" * 500 + ".docx", "长" * 120 + ".docx"),
        ("..", ".."),
        ("", ""),
    ],
)
def test_names_are_cleaned(name: str, clean: str) -> None:
    assert clean_name(name) == clean


def test_questions_are_answered_while_a_document_waits(library: TestClient, tmp_path: Path) -> None:
    replies = []

    def upload() -> None:
        replies.append(library.post("/v1/documents", files={"file": ("zhaoming.txt", SECOND.encode())}, headers=ADMIN))

    with one_ingest(tmp_path, lambda *_: None):
        thread = threading.Thread(target=upload)
        thread.start()
        assert "30棵" in answer(library, "每校植树多少棵？")
        assert thread.is_alive() and not replies
    thread.join(timeout=60)
    assert replies[0].status_code == 201


def test_a_busy_library_says_so(library: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.routes.library.WAIT_S", 0.0)
    with one_ingest(tmp_path, lambda *_: None):
        reply = library.delete("/v1/documents/lvhua", headers=ADMIN)
    assert (reply.status_code, reply.json()["error"]["code"]) == (503, "library_busy")
    assert str(tmp_path) not in reply.text
