"""Writes a trained model as an ordinary sentence-transformers folder, small enough for a repository.

Rows are stored as int8 with one float32 scale a row, in the layout that `StaticEmbedding.load` reads (that of
model2vec: `embeddings` times `weights`). It multiplies them back to float32, so that a stock `SentenceTransformer`
gives float32 vectors and zeros for an empty text; half precision would stay half precision there and give NaN.
"""

import hashlib
import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

log = logging.getLogger(__name__)

_WEIGHTS = "model.safetensors"
_TOKENIZER = "tokenizer.json"


def quantize(rows: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Rows as int8, shape kept, and the scale of each row: row ≈ int8 row * scale, off by half a scale at most."""
    scales = np.abs(rows).max(axis=1) / 127
    scales[scales == 0] = 1
    return np.rint(rows / scales[:, None]).astype(np.int8), scales.astype(np.float32)


def save_model(model: "SentenceTransformer", folder: Path, *, card: str) -> None:
    """Write the model into the folder: quantized vectors, tokenizer, module list, card; files readable by all."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(str(folder), create_model_card=False)
    static: Any = model[0]
    embeddings, weights = quantize(static.embedding.weight.detach().numpy())
    tokenizer: Tokenizer = static.tokenizer
    tokenizer.save(str(folder / _TOKENIZER), pretty=False)
    tensors: dict[str, NDArray[Any]] = {"embeddings": embeddings, "weights": weights}
    revision = hashlib.sha256(embeddings.tobytes() + weights.tobytes() + (folder / _TOKENIZER).read_bytes())
    save_file(tensors, folder / _WEIGHTS, metadata={"format": "np", "revision": revision.hexdigest()[:8]})
    _pin_nothing(folder / "config_sentence_transformers.json")
    (folder / "README.md").write_text(card, encoding="utf-8")
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    log.info("%s: %.1f MB", folder.name, folder_bytes(folder) / 1e6)


def folder_bytes(folder: Path) -> int:
    """Size of all files of a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _pin_nothing(path: Path) -> None:
    """Leave out the library versions that sentence-transformers writes: any version with StaticEmbedding will do."""
    config = json.loads(path.read_text(encoding="utf-8"))
    config.pop("__version__", None)
    path.write_text(json.dumps(config, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
