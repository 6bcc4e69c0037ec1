"""Files into documents, and the files that are refused."""

import re

import pytest

from ingest import errors
from ingest.catalogue import Catalogue
from ingest.read import SUFFIXES, read_document
from ingest.read.metadata import metadata
from tests.ingest.texts import ALL, CORPUS, catalogue, corpus_text

NOTICE = (
    "甲市教育委员会\n甲市财政局\n文件\n甲教〔2024〕3号\n市教委 市财政局\n关于印发校企合作\n管理办法的通知\n各单位：\n"
    "现印发给你们。\n2024年5月6日\n一、总则\n内容。\n甲市教育委员会办公室\n2024年5月8日印发\n"
)


@pytest.mark.parametrize("document_id", ALL)
def test_the_text_is_the_decoded_file(document_id):
    document = corpus_text(document_id).document
    assert document.text.encode() == (CORPUS / document.source_file).read_bytes()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(tmp_path, encoding):
    path = tmp_path / "甲办〔2024〕3号 终稿.txt"
    path.write_bytes("第一条　为了管理，\r\n制定本办法。".encode(encoding))
    document = read_document(path)
    assert document.text == "第一条　为了管理，\r\n制定本办法。"
    assert document.id == "甲办-2024-3号-终稿"


def test_metadata_is_read_in_the_text(tmp_path):
    path = tmp_path / "notice.md"
    path.write_text(NOTICE, encoding="utf-8")
    document = read_document(path)
    assert document.title == "关于印发校企合作管理办法的通知"
    assert document.number == "甲教〔2024〕3号"
    assert document.issuers == ("甲市教育委员会", "甲市财政局")
    assert (document.issued_on, document.published_on) == ("2024-05-06", "2024-05-08")


SIGNED = "{title}\n各区教育局：\n现印发给你们。\n{signature}2024年3月5日\n附件1\n停车办法\n第一条　甲。\n"


@pytest.mark.parametrize(
    ("title", "signature", "issuers"),
    [
        ("关于印发《停车办法》的通知", "甲市教育局\n甲市财政局\n", ("甲市教育局", "甲市财政局")),
        ("关于印发《停车办法》的通知", "甲市教育局　甲市财政局\n", ("甲市教育局", "甲市财政局")),
        ("乙省人民政府办公厅关于停车的意见", "", ("乙省人民政府办公厅",)),
        ("甲市教育局 甲市财政局关于停车的意见", "", ("甲市教育局", "甲市财政局")),
        ("学校关于停车有话说的通知", "", ()),
    ],
)
def test_issuers_are_read_under_the_text_and_in_the_title(title, signature, issuers):
    assert metadata(SIGNED.format(title=title, signature=signature)).issuers == issuers


def test_the_cells_of_a_list_sign_nothing():
    rows = "重点工作任务清单\n序号\n工作任务\n牵头单位\n1\n建校\n甲市教育局\n2\n修路\n甲市住建局\n"
    assert metadata(rows).issuers == ()


def test_what_the_text_does_not_say_stays_empty(tmp_path):
    path = tmp_path / "scheme.txt"
    path.write_text("一、总则\n引用《甲办法》（甲发〔2020〕1号）。\n", encoding="utf-8")
    document = read_document(path)
    assert (document.title, document.number, document.issuers, document.issued_on) == ("scheme", "", (), "")


@pytest.mark.parametrize(
    ("name", "data", "error"),
    [
        ("a.txt", b"", errors.EmptyFileError),
        ("a.txt", b" \n\t\n", errors.EmptyFileError),
        ("a.txt", "\u3000\n".encode(), errors.EmptyFileError),
        ("a.odt", b"PK", errors.UnknownFormatError),
        ("a.txt", b"PK\x03\x04" + bytes(range(256)) * 4, errors.BinaryFileError),
        ("a.txt", b"abc\x00def", errors.BinaryFileError),
        ("a.txt", b"\xff\xff\xff\xff", errors.EncodingError),
        ("a.txt", b"x" * 101, errors.TooLargeError),
    ],
)
def test_refused_files(tmp_path, name, data, error):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(error, match=re.escape(name)):
        read_document(tmp_path / name, max_bytes=100 if error is errors.TooLargeError else 10_000)


def test_a_missing_file(tmp_path):
    with pytest.raises(errors.MissingFileError, match=r"nowhere\.txt"):
        read_document(tmp_path / "nowhere.txt")


def test_catalogue_entries_override_the_text():
    assert catalogue().entries[0].number == corpus_text(ALL[0]).document.number != ""
    assert [path.stem for path in catalogue().paths()] == list(ALL)
    assert {".txt", ".md", ".html", ".docx", ".pdf", ".png"} <= set(SUFFIXES)
    assert all(entry.note for entry in catalogue().entries if not (entry.number and entry.published_on))


def entry(text: bytes, extra: str = "") -> str:
    import hashlib

    return (
        f'[[document]]\nid = "a"\nfile = "a.txt"\ntitle = "甲"\nsha256 = "{hashlib.sha256(text).hexdigest()}"\n{extra}'
    )


def test_a_changed_text_is_refused(tmp_path):
    (tmp_path / "catalogue.toml").write_text(entry(b"one"), encoding="utf-8")
    (tmp_path / "a.txt").write_bytes(b"two")
    with pytest.raises(errors.ChecksumError, match=r"a\.txt"):
        read_document(tmp_path / "a.txt", Catalogue.load(tmp_path / "catalogue.toml"))


@pytest.mark.parametrize(
    "content", ["[[document]", entry(b"", "colour = 1"), entry(b"") + entry(b""), entry(b"", 'issued_on = "May"')]
)
def test_a_wrong_catalogue_is_refused(tmp_path, content):
    (tmp_path / "catalogue.toml").write_text(content, encoding="utf-8")
    with pytest.raises(errors.CatalogueError, match=r"catalogue\.toml"):
        Catalogue.load(tmp_path / "catalogue.toml")


def test_a_missing_catalogue(tmp_path):
    with pytest.raises(errors.CatalogueError):
        Catalogue.load(tmp_path / "catalogue.toml")


def test_the_error_tree_is_the_docstring():
    named = set(re.findall(r"\w+Error", errors.__doc__ or ""))
    assert named == {name for name in vars(errors) if name.endswith("Error")}
