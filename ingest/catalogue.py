"""corpus/catalogue.toml: what the texts of a folder are called, and the checksums that they must have."""

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingest.errors import CatalogueError, ChecksumError

NAME = "catalogue.toml"

IsoDate = Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]


class CatalogueEntry(BaseModel):
    """One text. Empty fields are not stated in the text; `note` (Chinese) says so to the reader."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[^\s/#?.]+$")]
    file: Annotated[str, Field(min_length=1)]
    title: Annotated[str, Field(min_length=1)]
    short_titles: tuple[str, ...] = ()
    number: str = ""
    issuers: tuple[str, ...] = ()
    issued_on: IsoDate = ""
    published_on: IsoDate = ""
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    note: str = ""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    document: tuple[CatalogueEntry, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """The texts of one folder in the order in which the file names them."""

    path: Path
    entries: tuple[CatalogueEntry, ...]

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a catalogue; CatalogueError when it is missing, malformed, or names an id or a file twice."""
        try:
            entries = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).document
        except OSError as exc:
            raise CatalogueError(f"读不到文件目录 {path}：{exc.strerror}") from exc
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
            raise CatalogueError(f"文件目录 {path} 不是合法的 TOML：{exc}") from exc
        except ValidationError as exc:
            first = exc.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise CatalogueError(f"文件目录 {path} 的 {place} 不对：{first['msg']}") from exc
        for field, values in (("id", [e.id for e in entries]), ("file", [e.file for e in entries])):
            for value in values:
                if values.count(value) > 1:
                    raise CatalogueError(f"文件目录 {path} 里 {field} = {value} 出现了多次，请只留一个")
        return cls(path=path, entries=entries)

    def paths(self) -> tuple[Path, ...]:
        """The files of the catalogue, in its order."""
        return tuple(self.path.parent / entry.file for entry in self.entries)

    def entry_for(self, path: Path) -> CatalogueEntry | None:
        """The entry of a file, or None for a file that stands elsewhere or is not listed."""
        if path.resolve().parent != self.path.resolve().parent:
            return None
        return next((entry for entry in self.entries if entry.file == path.name), None)

    def verify(self, entry: CatalogueEntry, data: bytes) -> None:
        """Raise ChecksumError unless `data` are the bytes that the entry names."""
        found = hashlib.sha256(data).hexdigest()
        if found != entry.sha256:
            raise ChecksumError(
                f"{entry.file} 与文件目录 {self.path} 登记的不一致：登记的 sha256 是 {entry.sha256}，实际是 {found}；"
                "请恢复原文件，或更新目录里的 sha256"
            )
