"""Files of an ingest folder that an administrator's change goes before: their document was removed or replaced.

    <data_dir>/index/WITHDRAWN    SHA-256 of each such file's bytes, one a line

They are by their bytes: a file that changes is a new one, and is ingested. Changed only under `one_ingest`.
"""

from collections.abc import Collection
from pathlib import Path

from rag.manifest import index_folder, write_small


def withdrawn(data_dir: Path) -> frozenset[str]:
    """The digests of the files that are to be left out."""
    try:
        return frozenset(_file(data_dir).read_text(encoding="ascii").split())
    except FileNotFoundError:
        return frozenset()


def keep_withdrawn(data_dir: Path, digests: Collection[str]) -> None:
    """Leave out these files, and no others, from now on."""
    if frozenset(digests) != withdrawn(data_dir):
        write_small(_file(data_dir), "".join(f"{one}\n" for one in sorted(digests)))


def _file(data_dir: Path) -> Path:
    return index_folder(data_dir) / "WITHDRAWN"
