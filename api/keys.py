"""Keys to the service: made by a command, shown once, kept as hashes in `keys.json` of the data folder.

A key is `tw_` and 43 random characters (256 bits), so a plain SHA-256 of it cannot be guessed back. The running service
reads the file again when it changes: a key works, and stops working, without a restart.
"""

import hashlib
import hmac
import os
import secrets
import time
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rag.storage import writing

FILE = "keys.json"
SESSION_S = 12 * 3600


class KeysError(Exception):
    """The keys cannot be read, or there is no such key; the message says what to do."""


class Role(StrEnum):
    """What a key allows: a reader asks, searches and checks; an administrator also changes documents."""

    READER = "reader"
    ADMINISTRATOR = "administrator"


class Key(BaseModel):
    """A key as it is kept; the key itself is not."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    name: str = Field(min_length=1, max_length=100)
    role: Role
    sha256: str
    made_at: datetime


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    keys: list[Key] = []


def hashed(key: str) -> str:
    """The hash under which a key is kept."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


class KeyRing:
    """The keys of a data folder, and the administrator's key of the settings."""

    def __init__(self, data_dir: Path, admin_key: str | None = None) -> None:
        self._path = data_dir / FILE
        self._fixed: tuple[Key, ...] = ()
        if admin_key:
            made = Key(
                id="settings",
                name="TIAOWEN_ADMIN_KEY",
                role=Role.ADMINISTRATOR,
                sha256=hashed(admin_key),
                made_at=datetime.fromtimestamp(0, UTC),
            )
            self._fixed = (made,)
        self._stamp: tuple[int, int] | None = None
        self._kept: tuple[Key, ...] = ()

    def entries(self) -> tuple[Key, ...]:
        """All keys; raises KeysError where the file is no list of keys."""
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            self._stamp, self._kept = None, ()
            return self._fixed
        stamp = (stat.st_mtime_ns, stat.st_ino)
        if stamp != self._stamp:
            try:
                self._kept = tuple(_File.model_validate_json(self._path.read_bytes()).keys)
            except (OSError, ValidationError) as exc:
                raise KeysError(f"密钥文件读不出来：{self._path}。请从备份恢复，或删去它再重新生成密钥") from exc
            self._stamp = stamp
        return self._fixed + self._kept

    def find(self, key: str) -> Key | None:
        """The record of a key, None for a stranger."""
        digest = hashed(key)
        return next((one for one in self.entries() if hmac.compare_digest(one.sha256, digest)), None)

    def add(self, name: str, role: Role) -> tuple[Key, str]:
        """Make a key: its record, and the key itself, which nobody can read again."""
        key = "tw_" + secrets.token_urlsafe(32)
        with writing(self._path.parent), self._lock():
            made = Key(
                id=secrets.token_hex(4),
                name=name,
                role=role,
                sha256=hashed(key),
                made_at=datetime.now(UTC).replace(microsecond=0),
            )
            self.entries()
            self._write([*self._kept, made])
        return made, key

    def remove(self, key_id: str) -> Key:
        """Withdraw a key; raises KeysError when there is none."""
        with writing(self._path.parent), self._lock():
            self.entries()
            found = next((one for one in self._kept if one.id == key_id), None)
            if found is None:
                raise KeysError(f"没有编号为 {key_id} 的密钥；tiaowen keys list 列出现有的")
            self._write([one for one in self._kept if one is not found])
        return found

    def session(self, key: Key) -> str:
        """What a browser keeps instead of the key: good for twelve hours, and only as long as the key is."""
        expires = int(time.time()) + SESSION_S
        return f"{key.id}.{expires}.{_signature(key, expires)}"

    def find_session(self, value: str) -> Key | None:
        """The record of the key that a session was opened with; None when it is over or forged."""
        key_id, _, rest = value.partition(".")
        expires, _, signature = rest.partition(".")
        found = next((one for one in self.entries() if one.id == key_id), None)
        if found is None or not (expires.isascii() and expires.isdigit() and len(expires) < 12):
            return None
        if int(expires) < time.time() or not hmac.compare_digest(
            _signature(found, int(expires)).encode(), signature.encode("utf-8", "surrogatepass")
        ):
            return None
        return found

    def _lock(self) -> FileLock:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        return FileLock(self._path.with_suffix(".lock"), timeout=10)

    def _write(self, keys: list[Key]) -> None:
        aside = self._path.with_suffix(".new")
        aside.unlink(missing_ok=True)
        with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123 - opened by descriptor
            file.write(_File(keys=keys).model_dump_json(indent=2))
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self._path)


def _signature(key: Key, expires: int) -> str:
    return hmac.new(key.sha256.encode(), f"{key.id}.{expires}".encode(), hashlib.sha256).hexdigest()
