"""Texts into vectors: the shipped model or any other sentence-transformers model.

Only this file and the training recipe import that library.

Importing sentence-transformers takes 7 to 17 s. A question must not wait for that, so the shipped model, a plain
`StaticEmbedding`, is also read by a few lines of numpy below: mean of the words' vectors, cut to unit length.
"""

import logging
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.errors import EmbeddingError

Vectors = NDArray[np.float32]

SHIPPED_MODEL = "tiaowen-static-zh"
_MODELS = Path(__file__).parent / "models"
_BATCH = 256  # texts that a foreign model encodes at once; few enough for a transformer on a small machine
_HUB_TIMEOUT_S = 10
_WAY_OUT = (
    "请把 TIAOWEN_EMBEDDING_MODEL 设为一个 sentence-transformers 模型的文件夹或名称，"
    f"或留空使用自带的 {SHIPPED_MODEL}，然后重新运行 tiaowen ingest。"
)

log = logging.getLogger(__name__)


class Embedder(Protocol):
    """An embedding model. Rows have unit length; a text without a single known word gets zeros, near to nothing."""

    @property
    def name(self) -> str:
        """What an index records, to be opened with the same model again."""
        ...

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """One vector a question, shape (questions, dimension), finite."""
        ...

    def encode_passages(self, texts: Sequence[str], progress: bool = False) -> Vectors:
        """One vector a passage, shape (passages, dimension), finite; `progress` draws a bar on standard error."""
        ...


def open_embedder(name_or_folder: str | None = None, *, for_questions: bool) -> Embedder:
    """Open a model: None or its name is the shipped one, else a folder or a name known to the Hugging Face hub.

    With `for_questions` the shipped model opens in a moment; any other, and all for ingest, run in
    sentence-transformers, which is imported when the first vector or the dimension is asked for. Raises EmbeddingError
    when there is no such model or it cannot be read, here or at that moment.
    """
    if not name_or_folder or name_or_folder == SHIPPED_MODEL:
        folder = shipped_folder()
        if for_questions:
            return StaticReader(folder)
        return SentenceTransformersEmbedder(str(folder), name=static_name(folder))
    if Path(name_or_folder).is_dir():
        folder = Path(name_or_folder).resolve()
        if not any((folder / file).is_file() for file in ("modules.json", "config.json")):
            raise EmbeddingError(f"文件夹“{name_or_folder}”里没有 sentence-transformers 模型。{_WAY_OUT}")
        return SentenceTransformersEmbedder(str(folder), name=folder.name)
    if name_or_folder.startswith((".", "/", "~")) or name_or_folder.count("/") > 1 or "\\" in name_or_folder:
        raise EmbeddingError(f"嵌入模型的文件夹“{name_or_folder}”不存在。{_WAY_OUT}")
    return SentenceTransformersEmbedder(name_or_folder, name=name_or_folder)


def shipped_folder() -> Path:
    """Folder of the model that comes with the program; an ordinary sentence-transformers folder."""
    return _MODELS / SHIPPED_MODEL


def static_name(folder: Path) -> str:
    """Folder name and revision (`tiaowen-static-zh@1f2e3d4c`): retrained vectors make an older index refuse to open."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(folder / "model.safetensors", framework="np") as tensors:
            revision = (tensors.metadata() or {}).get("revision")
    except (OSError, SafetensorError) as error:
        raise EmbeddingError(f"嵌入模型“{folder.name}”的文件不完整：{error}。{_WAY_OUT}") from error
    return f"{folder.name}@{revision}" if revision else folder.name


class StaticReader:
    """Reads a StaticEmbedding folder with int8 rows and one scale a row; no torch.

    Equal to what sentence-transformers computes from the same folder (a test holds them together).
    """

    def __init__(self, folder: Path) -> None:
        from safetensors import SafetensorError
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        self.name = static_name(folder)
        try:
            tensors = load_file(folder / "model.safetensors")
            self._rows: NDArray[np.int8] = tensors["embeddings"]  # (words, dimension)
            self._scales: Vectors = tensors["weights"]  # (words,)
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except (OSError, SafetensorError, KeyError) as error:
            raise EmbeddingError(f"嵌入模型“{folder.name}”的文件不完整：{error}。{_WAY_OUT}") from error
        except Exception as error:  # tokenizers raises nothing narrower
            raise EmbeddingError(f"嵌入模型“{folder.name}”的分词器读不了：{error}。{_WAY_OUT}") from error
        self.dimension = int(self._rows.shape[1])

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """One vector a question."""
        return self._encode(texts)

    def encode_passages(self, texts: Sequence[str], progress: bool = False) -> Vectors:
        """One vector a passage; fast enough to need no bar."""
        del progress
        return self._encode(texts)

    def _encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, encoding in enumerate(self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)):
            ids = encoding.ids
            if ids:  # word after word in float32, as torch adds them: another order differs by 3e-6 in a long text
                words = self._rows[ids].astype(np.float32) * self._scales[ids, None]
                vectors[row] = np.add.reduce(words, axis=0) / np.float32(len(ids))
        return unit_rows(vectors)


class SentenceTransformersEmbedder:
    """Any sentence-transformers model with the query and passage prompts that it brings; loaded at first use."""

    def __init__(self, source: str, *, name: str) -> None:
        self.name = name
        self._source = source

    @cached_property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return int(self._model.get_embedding_dimension() or self.encode_queries(["维"]).shape[1])

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """One vector a question."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return unit_rows(self._model.encode_query(list(texts), batch_size=_BATCH, show_progress_bar=False))

    def encode_passages(self, texts: Sequence[str], progress: bool = False) -> Vectors:
        """One vector a passage."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return unit_rows(self._model.encode_document(list(texts), batch_size=_BATCH, show_progress_bar=progress))

    @cached_property
    def _model(self) -> Any:
        """The model; from this machine's files where they are, else from the hub."""
        from sentence_transformers import SentenceTransformer

        local = Path(self._source).is_dir()
        try:
            try:
                return SentenceTransformer(self._source, device="cpu", local_files_only=True)
            except (OSError, ValueError):
                if local:
                    raise
                log.info("%s is not on this machine; asking the hub", self._source)
                _probe_hub(self._source)
                return SentenceTransformer(self._source, device="cpu")
        except Exception as error:  # the libraries below raise whatever they like
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise EmbeddingError(f"嵌入模型“{self._source}”打不开：{reason}。{_WAY_OUT}") from error


def _probe_hub(name: str) -> None:
    """Raise at once when the hub cannot be reached: loading from it would try again for more than a minute."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import RepositoryNotFoundError

    with suppress(RepositoryNotFoundError):  # a short name: sentence-transformers knows whose it is
        HfApi().model_info(name, timeout=_HUB_TIMEOUT_S)


def unit_rows(vectors: NDArray[Any]) -> Vectors:
    """Rows cut to unit length in float32; rows without a direction (zeros, not a number) become zeros."""
    rows = np.nan_to_num(np.asarray(vectors, dtype=np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    lengths: Vectors = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
