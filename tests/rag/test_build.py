import hashlib
import threading
from pathlib import Path

import pytest

from ingest.departments import Departments
from ingest.errors import EmptyFileError, TooLargeError, UnknownFormatError
from rag.build import (
    ADDED,
    REFUSED,
    REMOVED,
    UNCHANGED,
    UPDATED,
    WITHDRAWN,
    IngestReport,
    add_document,
    corpus_is_current,
    ingest_paths,
    remove_document,
    source_digest,
)
from rag.errors import IndexBusy, UnknownDocument
from rag.index import open_library
from rag.manifest import one_ingest, serving
from tests.rag.test_live import FIRST, SECOND


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "texts").mkdir()
    write(tmp_path, "lvhua", FIRST)
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    (folder / "texts" / f"{name}.txt").write_text(text, encoding="utf8")


def ingest(folder: Path, *paths: Path) -> IngestReport:
    return ingest_paths(
        paths or [folder / "texts"], data_dir=folder / "data", catalogue_dir=folder / "texts", embedding_model=None
    )


def is_current(folder: Path) -> bool:
    return corpus_is_current(data_dir=folder / "data", catalogue_dir=folder / "texts", embedding_model=None)


def outcome(report: IngestReport) -> list[tuple[str, str]]:
    return [(row.document_id or row.path.stem, row.status) for row in report.rows]


def held(folder: Path) -> list[str]:
    return [document.id for document in open_library(folder / "data").documents()]


def test_what_is_unchanged_is_not_even_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert outcome(ingest(folder)) == [("lvhua", ADDED)]
    segments = serving(folder / "data").segments
    write(folder, "zhaoming", SECOND)
    assert outcome(ingest(folder)) == [("lvhua", UNCHANGED), ("zhaoming", ADDED)]
    assert serving(folder / "data").segments[:1] == segments
    assert len(serving(folder / "data").segments) == 2

    def refuse(*_: object) -> None:
        raise AssertionError("read")

    monkeypatch.setattr("rag.build.document_of", refuse)
    report = ingest(folder)
    assert outcome(report) == [("lvhua", UNCHANGED), ("zhaoming", UNCHANGED)]
    assert [row.clause_count for row in report.rows] == [3, 3]


def test_what_changed_is_replaced_and_keeps_its_place(folder: Path) -> None:
    write(folder, "zhaoming", SECOND)
    ingest(folder)
    write(folder, "lvhua", FIRST.replace("30棵", "40棵"))
    assert not is_current(folder)
    assert outcome(ingest(folder)) == [("lvhua", UPDATED), ("zhaoming", UNCHANGED)]
    assert held(folder) == ["lvhua", "zhaoming"]
    assert "40棵" in open_library(folder / "data").document("lvhua").text
    assert is_current(folder)


def test_a_file_that_is_gone_takes_its_document_along(folder: Path) -> None:
    write(folder, "zhaoming", SECOND)
    other = folder / "elsewhere.txt"
    other.write_text(SECOND, encoding="utf8")
    ingest(folder, folder / "texts", other)
    (folder / "texts" / "zhaoming.txt").unlink()
    other.unlink()
    assert not is_current(folder)
    report = ingest(folder)
    assert outcome(report) == [("lvhua", UNCHANGED), ("zhaoming", REMOVED)]
    assert report.rows[1].path.name == "zhaoming.txt"
    assert held(folder) == ["lvhua", "elsewhere"]  # its folder was not asked about
    assert is_current(folder)


def catalogue(folder: Path, *entries: tuple[str, str, str]) -> None:
    lines = [
        f'[[document]]\nid = "{i}"\nfile = "{file}"\ntitle = "{title}"\nsha256 = "{digest(folder, file)}"\n'
        for i, file, title in entries
    ]
    (folder / "texts" / "catalogue.toml").write_text("\n".join(lines), encoding="utf8")


def digest(folder: Path, file: str) -> str:
    return hashlib.sha256((folder / "texts" / file).read_bytes()).hexdigest()


def test_the_catalogue_decides_what_its_folder_holds(folder: Path) -> None:
    write(folder, "zhaoming", SECOND)
    both = [("green", "lvhua.txt", "绿化"), ("light", "zhaoming.txt", "照明")]
    catalogue(folder, *both)
    ingest(folder)
    assert held(folder) == ["green", "light"]
    catalogue(folder, ("green", "lvhua.txt", "校园绿化"))
    assert not is_current(folder)
    assert outcome(ingest(folder)) == [("green", UPDATED), ("light", REMOVED)]
    assert open_library(folder / "data").document("green").title == "校园绿化"
    assert is_current(folder)


def test_a_bad_file_stops_nobody_and_loses_nothing(folder: Path) -> None:
    ingest(folder)
    write(folder, "lvhua", "  \n")
    write(folder, "zhaoming", SECOND)
    report = ingest(folder)
    assert outcome(report) == [("lvhua", REFUSED), ("zhaoming", ADDED)]
    assert "空文件" in report.refused[0].message
    assert "30棵" in open_library(folder / "data").document("lvhua").text


def test_a_folder_names_the_office_files_that_it_cannot_take(folder: Path) -> None:
    for name in ("old.doc", "~$old.docx", "notes.bak"):
        (folder / "texts" / name).write_bytes(b"\xd0\xcf\x11\xe0")
    report = ingest(folder)
    assert outcome(report) == [("lvhua", ADDED), ("old", REFUSED)]
    assert "另存为 .docx" in report.refused[0].message


def test_files_of_one_name_are_two_documents_a_moved_file_is_one(folder: Path) -> None:
    (folder / "other").mkdir()
    second = folder / "other" / "lvhua.txt"
    second.write_text(SECOND, encoding="utf8")
    assert outcome(ingest(folder, folder / "texts", second)) == [("lvhua", ADDED), ("lvhua-2", ADDED)]
    assert outcome(ingest(folder, second)) == [("lvhua-2", UNCHANGED)]
    (folder / "texts" / "lvhua.txt").rename(folder / "other" / "moved.txt")
    moved = (folder / "other" / "moved.txt").rename(folder / "lvhua.txt")
    assert outcome(ingest(folder, moved)) == [("lvhua", UNCHANGED)]
    assert serving(folder / "data").documents["lvhua"].origin == str(moved)


def test_another_splitter_splits_again_what_no_file_was_given_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(folder)
    assert is_current(folder)
    monkeypatch.setattr("rag.build.VERSION", "next")
    assert not is_current(folder)
    write(folder, "zhaoming", SECOND)
    ingest(folder, folder / "texts" / "zhaoming.txt")
    wanted = source_digest(digest(folder, "lvhua.txt"), Departments.load())
    assert serving(folder / "data").documents["lvhua"].source == wanted
    assert held(folder) == ["lvhua", "zhaoming"]


def test_another_citys_departments_need_no_code(folder: Path) -> None:
    ingest(folder)
    assert [name for name, _ in open_library(folder / "data").units()] == ["市教委", "市财政局"]
    (folder / "data" / "departments").mkdir()
    file = folder / "data" / "departments" / "jia.toml"
    file.write_text(
        'place = "甲市"\n[[department]]\nname = "市学校局"\nfull = "甲市学校局"\naliases = ["市教委"]\nkind = "city"\n',
        encoding="utf8",
    )
    assert not is_current(folder)
    assert outcome(ingest(folder)) == [("lvhua", UPDATED)]
    assert [name for name, _ in open_library(folder / "data").units()] == ["市学校局", "市财政局"]


def test_what_is_still_readable_of_a_damaged_index_is_kept(folder: Path) -> None:
    ingest(folder)
    for file in (folder / "data").rglob("vectors.npy"):
        file.unlink()
    write(folder, "zhaoming", SECOND)
    assert not is_current(folder)
    assert outcome(ingest(folder, folder / "texts" / "zhaoming.txt")) == [("zhaoming", ADDED)]
    assert held(folder) == ["lvhua", "zhaoming"]
    for file in (folder / "data").rglob("library.sqlite"):
        file.write_text("no database")
    assert outcome(ingest(folder)) == [("lvhua", ADDED), ("zhaoming", ADDED)]


def test_one_document_is_added_replaced_and_removed(folder: Path) -> None:
    data_dir = folder / "data"
    row = add_document(FIRST.encode(), "C:\\文件\\绿化通知.txt", data_dir=data_dir, embedding_model=None)
    assert (row.status, row.document_id, row.clause_count) == (ADDED, "绿化通知", 3)
    ingest(folder)
    changed = FIRST.replace("30棵", "50棵").encode()
    row = add_document(changed, "新.txt", data_dir=data_dir, embedding_model=None, document_id="绿化通知")
    assert (row.status, row.document_id) == (UPDATED, "绿化通知")
    assert "50棵" in open_library(data_dir).document("绿化通知").text
    ingest(folder)  # a folder says nothing of what was not ingested from it
    assert held(folder) == ["绿化通知", "lvhua"]
    version = remove_document("绿化通知", data_dir=data_dir, embedding_model=None)
    assert version == serving(data_dir).version
    assert held(folder) == ["lvhua"]
    with pytest.raises(UnknownDocument, match="绿化通知"):
        remove_document("绿化通知", data_dir=data_dir, embedding_model=None)


def test_what_was_removed_or_replaced_by_hand_stays_so_until_the_file_changes(folder: Path) -> None:
    write(folder, "zhaoming", SECOND)
    ingest(folder)
    data_dir = folder / "data"
    remove_document("zhaoming", data_dir=data_dir, embedding_model=None)
    uploaded = FIRST.replace("30棵", "50棵").encode()
    add_document(uploaded, "新.txt", data_dir=data_dir, embedding_model=None, document_id="lvhua")
    assert is_current(folder)
    assert outcome(ingest(folder)) == [("lvhua", WITHDRAWN), ("zhaoming", WITHDRAWN)]
    assert held(folder) == ["lvhua"] and "50棵" in open_library(data_dir).document("lvhua").text
    write(folder, "lvhua", FIRST.replace("30棵", "70棵"))
    assert not is_current(folder)
    assert outcome(ingest(folder)) == [("lvhua", UPDATED), ("zhaoming", WITHDRAWN)]
    assert "70棵" in open_library(data_dir).document("lvhua").text
    write(folder, "lvhua", FIRST)  # it is the folder's again, whatever its words were before
    assert outcome(ingest(folder)) == [("lvhua", UPDATED), ("zhaoming", WITHDRAWN)]
    assert outcome(ingest(folder, folder / "texts" / "zhaoming.txt")) == [("zhaoming", ADDED)]
    assert outcome(ingest(folder)) == [("lvhua", UNCHANGED), ("zhaoming", UNCHANGED)]
    assert held(folder) == ["lvhua", "zhaoming"]


def test_a_refused_replacement_withdraws_nothing(folder: Path) -> None:
    ingest(folder)
    with pytest.raises(EmptyFileError):
        add_document(b" ", "a.txt", data_dir=folder / "data", embedding_model=None, document_id="lvhua")
    assert outcome(ingest(folder)) == [("lvhua", UNCHANGED)]


def test_a_refused_upload_leaves_everything_as_it_was(folder: Path) -> None:
    ingest(folder)
    before = serving(folder / "data")
    for data, name, error in (
        (b" \n", "a.txt", EmptyFileError),
        (b"PK", "a.exe", UnknownFormatError),
        (b"x" * (20 * 1024 * 1024 + 1), "a.txt", TooLargeError),
    ):
        with pytest.raises(error):
            add_document(data, name, data_dir=folder / "data", embedding_model=None)
    assert serving(folder / "data") == before


def test_an_upload_waits_only_so_long(folder: Path) -> None:

    held_now, done = threading.Event(), threading.Event()

    def hold() -> None:
        with one_ingest(folder / "data", lambda *_: None):
            held_now.set()
            done.wait(20)

    other = threading.Thread(target=hold)
    other.start()
    held_now.wait(20)
    with pytest.raises(IndexBusy, match="稍后再试"):
        add_document(FIRST.encode(), "a.txt", data_dir=folder / "data", embedding_model=None, wait_s=0.1)
    done.set()
    other.join(20)
