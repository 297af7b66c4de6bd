"""The graph of the sentence encoder does what the transformer it is made from does."""
from __future__ import annotations

import math

import numpy as np
import onnxruntime
import pytest

from addons.nlu import encoder
from addons.nlu.encoder import DIMENSIONS, HEADS, LAYERS

WIDE, WORDS = 4 * DIMENSIONS, 60
PRODUCTS = {"attention.self.query": (DIMENSIONS, DIMENSIONS), "attention.self.key": (DIMENSIONS, DIMENSIONS),
            "attention.self.value": (DIMENSIONS, DIMENSIONS), "attention.output.dense": (DIMENSIONS, DIMENSIONS),
            "intermediate.dense": (WIDE, DIMENSIONS), "output.dense": (DIMENSIONS, WIDE)}


@pytest.fixture(scope="module")
def weights():
    random = np.random.RandomState(0)

    def some(*shape, scale=1.0):
        return (scale * random.randn(*shape)).astype(np.float32)

    made = {"embeddings.word_embeddings.weight": some(WORDS, DIMENSIONS), "embeddings.position_embeddings.weight": some(128, DIMENSIONS, scale=0.1),
            "embeddings.token_type_embeddings.weight": some(2, DIMENSIONS, scale=0.1)}
    norms = ["embeddings.LayerNorm"]
    for number in range(LAYERS):
        name = f"encoder.layer.{number}."
        for part, shape in PRODUCTS.items():
            made[f"{name}{part}.weight"], made[f"{name}{part}.bias"] = some(*shape, scale=1 / math.sqrt(shape[1])), some(shape[0], scale=0.1)
        norms += [f"{name}attention.output.LayerNorm", f"{name}output.LayerNorm"]
    for norm in norms:
        made[f"{norm}.weight"], made[f"{norm}.bias"] = 1 + some(DIMENSIONS, scale=0.1), some(DIMENSIONS, scale=0.1)
    return made


def in_full(weights, ids):
    """The transformer in single precision, written down plainly (Devlin 2018, mean of the token vectors)."""
    def normed(x, name):
        x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + encoder.EPSILON)
        return x * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def product(x, name):
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def heads(x):
        return x.reshape(len(ids), HEADS, -1).transpose(1, 0, 2)

    x = normed(weights["embeddings.word_embeddings.weight"][ids] + weights["embeddings.position_embeddings.weight"][:len(ids)]
               + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for number in range(LAYERS):
        name = f"encoder.layer.{number}."
        query, key, value = (heads(product(x, f"{name}attention.self.{part}")) for part in ("query", "key", "value"))
        scores = np.exp(query @ key.transpose(0, 2, 1) / math.sqrt(DIMENSIONS // HEADS))
        mixed = (scores / scores.sum(-1, keepdims=True)) @ value
        x = normed(x + product(mixed.transpose(1, 0, 2).reshape(len(ids), -1), f"{name}attention.output.dense"), f"{name}attention.output.LayerNorm")
        wide = product(x, f"{name}intermediate.dense")
        bent = 0.5 * wide * (1 + np.vectorize(math.erf)(wide / math.sqrt(2)))
        x = normed(x + product(bent, f"{name}output.dense"), f"{name}output.LayerNorm")
    return x.mean(0)


def test_the_graph_in_8_bits_is_close_to_the_transformer_in_full(weights):
    session = onnxruntime.InferenceSession(encoder.build(weights).SerializeToString(), providers=["CPUExecutionProvider"])
    random = np.random.RandomState(1)
    for count in (1, 5, 23):
        ids = random.randint(WORDS, size=count)
        for output, meant in ((encoder.GENERAL, weights), (encoder.ADAPTED, encoder.adapted(weights))):
            found, expected = session.run([output], {encoder.INPUT: ids[None]})[0][0], in_full(meant, ids)
            assert found @ expected / np.linalg.norm(found) / np.linalg.norm(expected) > 0.99


def test_rounding_to_8_bits_keeps_weights_within_half_a_step():
    values = np.random.RandomState(2).randn(40, 7).astype(np.float32)
    whole, scale = encoder.rounded(values, axis=0)
    assert whole.dtype == np.int8 and scale.shape == (1, 7)
    assert (np.abs(whole * scale - values) <= scale / 2 + 1e-6).all()


def test_the_adapter_changes_products_of_the_upper_layers_and_nothing_else(weights):
    changed = encoder.adapted(weights)
    touched = {name for name in weights if not np.array_equal(changed[name], weights[name])}
    assert changed.keys() == weights.keys()
    assert touched == {f"encoder.layer.{number}.{part}.weight" for number in range(LAYERS - encoder.ADAPTED_LAYERS, LAYERS) for part in PRODUCTS}
    for name in touched:
        assert 0 < np.linalg.norm(changed[name] - weights[name]) < np.linalg.norm(weights[name])
