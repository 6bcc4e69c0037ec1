"""The zip that a docx is: its parts as XML trees, unpacked within limits."""

import zipfile
from io import BytesIO
from pathlib import PurePath
from typing import TYPE_CHECKING

from ingest.errors import DamagedFileError, EncryptedFileError, TooComplexError

if TYPE_CHECKING:
    from lxml.etree import _Element

MAX_PARTS = 20_000
MAX_PART_BYTES = 64 * 1024 * 1024
MAX_RATIO = 200  # text packs to a tenth; what packs better than this is a bomb
_RATIO_FROM_BYTES = 4 * 1024 * 1024
_MAIN = "word/document.xml"
_ENCRYPTED_FLAG = 0x1
_CHUNK = 1024 * 1024

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_TRANSITIONAL = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"


class Package:
    """The parts of a docx by name; each is unpacked when it is asked for."""

    def __init__(self, data: bytes, path: PurePath) -> None:
        self.name = path.name
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
            self._infos = {info.filename: info for info in self._zip.infolist()}
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as exc:
            raise DamagedFileError(self._damaged()) from exc
        if len(self._infos) > MAX_PARTS:
            raise TooComplexError(f"{self.name} 里有 {len(self._infos)} 个部件，不是正常的 Word 文档，没有读取")

    def main(self) -> "_Element":
        """The document's own part; DamagedFileError without one."""
        found = self.part(_MAIN)
        if found is None:
            raise DamagedFileError(f"{self.name} 里没有正文部件，不是完整的 Word 文档；请重新另存为 .docx 再送一次")
        return found

    def part(self, name: str) -> "_Element | None":
        """The root of a part, None when the document has none of that name.

        Raises EncryptedFileError, TooComplexError or DamagedFileError.
        """
        info = self._infos.get(name)
        return None if info is None else self._parsed(self._unpacked(info))

    def check(self, max_bytes: int) -> None:
        """Unpack everything once, part by part, before another library does; raises as `part` does.

        `max_bytes` is what all parts may hold together.
        """
        left = max_bytes
        for info in self._infos.values():
            data = self._unpacked(info)
            left -= len(data)
            if left < 0:
                raise TooComplexError(f"{self.name} 解压后太大，没有读取")
            if info.filename.endswith((".xml", ".rels")):
                self._refuse_entities(data)

    def _unpacked(self, info: zipfile.ZipInfo) -> bytes:
        """The bytes of a part; what the zip says of its size is not believed."""
        if info.flag_bits & _ENCRYPTED_FLAG:
            raise EncryptedFileError(f"{self.name} 设了密码，读不了；请去掉密码另存后再送一次")
        out = bytearray()
        try:
            with self._zip.open(info) as stream:
                while chunk := stream.read(_CHUNK):
                    out += chunk
                    packed = max(info.compress_size, 1)
                    if len(out) > MAX_PART_BYTES or (len(out) > _RATIO_FROM_BYTES and len(out) > MAX_RATIO * packed):
                        raise TooComplexError(f"{self.name} 解压后大得不正常（可能是压缩炸弹），没有读取")
        except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, OSError, RuntimeError) as exc:
            raise DamagedFileError(self._damaged()) from exc
        except Exception as exc:
            if type(exc).__module__ == "zlib":  # zlib.error has no other base
                raise DamagedFileError(self._damaged()) from exc
            raise
        return bytes(out)

    def _parsed(self, data: bytes) -> "_Element":
        from lxml import etree

        self._refuse_entities(data)
        parser = etree.XMLParser(
            resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True
        )
        try:
            return etree.fromstring(data.replace(_STRICT, _TRANSITIONAL), parser)
        except etree.XMLSyntaxError as exc:
            if "depth" in str(exc).lower() or "too deep" in str(exc).lower():
                raise TooComplexError(f"{self.name} 的内容嵌套太深，不是正常的 Word 文档，没有读取") from exc
            raise DamagedFileError(self._damaged()) from exc

    def _refuse_entities(self, data: bytes) -> None:
        if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data:
            raise TooComplexError(f"{self.name} 的 XML 里有实体定义，不是正常的 Word 文档，没有读取")

    def _damaged(self) -> str:
        return f"{self.name} 不完整或已损坏，打不开；请重新下载，或用 Word、WPS 打开后另存为 .docx 再送一次"


def integer(written: str | None, default: int) -> int:
    """The number in an attribute; `default` when there is none or it is no number."""
    try:
        return int(written) if written is not None else default
    except ValueError:
        return default
