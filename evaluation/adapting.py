"""Fine-tunes the sentence encoder to this subject and writes addons/nlu/adapter.npz, which addons.nlu.encoder adds to the weights.

    python -m evaluation.adapting

The top three layers get additions of low rank (LoRA, Hu 2021) to their matrix products. A claim's sentence and its example questions are
pulled together, those of other claims of the same exercise pushed apart (InfoNCE, van den Oord 2018). Half an hour on one quiet core.
It is worth running again when knowledge has grown much; no new exercise needs it. `--hold 0.15` keeps claims out and prints how often
one of their questions finds its own claim first, and among the first four.
"""
from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

import numpy as np
import tensorflow as tf
from rasa.shared.nlu.training_data.training_data import TrainingData

import knowledge
from addons.importer import lookup_tables
from addons.nlu.embedding import encoder_weights, tokenizer
from addons.nlu.encoder import ADAPTED_LAYERS, ADAPTER, EPSILON, HEADS, LAYERS
from addons.nlu.names import NameMatcher, names_in

PRODUCTS = ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense", "intermediate.dense", "output.dense")
NORMS = ("attention.output.LayerNorm", "output.LayerNorm")
RANK = 32
STEPS, BATCH, RATE, TEMPERATURE = 600, 128, 1e-3, 0.05
QUESTION_TOKENS, CLAIM_TOKENS = 24, 40
"""Longer texts are cut for training."""
SMALLEST_SECTION = 100
"""Sections (exercises) with at least so many claims give batches of their own: there the claims are hardest to tell apart."""
WIDE_EVERY = 8
"""Every so many steps a batch is drawn from all claims."""
PRINT_EVERY, AT_ONCE = 50, 256


class Texts:
    """All texts of the claims with their tokens; ``of_claim`` lists the places of each claim's texts, its own sentence first."""

    def __init__(self) -> None:
        know = knowledge.shared()
        matcher = NameMatcher(names_in(TrainingData(lookup_tables=lookup_tables(know))), mend_spelling=False)
        split = tokenizer()
        self.tokens: List[List[int]] = []
        self.of_claim: List[List[int]] = []
        self.section: List[str] = []
        for entry in know.entries.values():
            first = len(self.tokens)
            self.tokens += [split.encode(matcher.mask(text, matcher.extract(text))).ids for text in (entry.claim.say, *entry.claim.asks)]
            self.of_claim.append(list(range(first, len(self.tokens))))
            self.section.append(str(entry.exercise or ""))


class Layer:
    """One layer of the encoder; with ``rank`` above zero its products can learn."""

    def __init__(self, weights: Dict[str, np.ndarray], number: int, rank: int) -> None:
        name = f"encoder.layer.{number}."
        self._products = {part: (tf.constant(weights[f"{name}{part}.weight"].T, tf.bfloat16), tf.constant(weights[f"{name}{part}.bias"]))
                          for part in PRODUCTS}
        self._norms = {part: (weights[f"{name}{part}.weight"], weights[f"{name}{part}.bias"]) for part in NORMS}
        self.added: Dict[str, Tuple[tf.Variable, tf.Variable]] = {}
        random = np.random.RandomState(number)
        for part, (product, _) in self._products.items():
            if rank:
                into, out = product.shape
                self.added[part] = (tf.Variable((random.randn(into, rank) / np.sqrt(into)).astype(np.float32)),
                                    tf.Variable(np.zeros((rank, out), np.float32)))

    def __call__(self, tokens: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
        """tokens: (texts, places, 384); mask: (texts, places), 1 where there is a token."""
        count, places, width = tf.shape(tokens)[0], tf.shape(tokens)[1], tokens.shape[2]

        def heads(part: str) -> tf.Tensor:
            split = tf.reshape(self._product(f"attention.self.{part}", tokens), (count, places, HEADS, width // HEADS))
            return tf.transpose(split, (0, 2, 1, 3))

        scores = tf.matmul(heads("query"), heads("key"), transpose_b=True) / np.sqrt(width // HEADS)
        shares = tf.nn.softmax(scores + (mask[:, None, None, :] - 1) * 1e9)
        mixed = tf.reshape(tf.transpose(tf.matmul(shares, heads("value")), (0, 2, 1, 3)), (count, places, width))
        between = self._normed("attention.output.LayerNorm", tokens + self._product("attention.output.dense", mixed))
        wide = tf.nn.gelu(self._product("intermediate.dense", between))
        return self._normed("output.LayerNorm", between + self._product("output.dense", wide))

    def _product(self, part: str, tokens: tf.Tensor) -> tf.Tensor:
        """Multiplies in bfloat16, twice as fast as in single precision."""
        product, bias = self._products[part]
        short = tf.cast(tokens, tf.bfloat16)
        out = tf.cast(tf.matmul(short, product), tf.float32) + bias
        if part in self.added:
            down, up = (tf.cast(matrix, tf.bfloat16) for matrix in self.added[part])
            out += tf.cast(tf.matmul(tf.matmul(short, down), up), tf.float32)
        return out

    def _normed(self, part: str, tokens: tf.Tensor) -> tf.Tensor:
        return _normed(tokens, *self._norms[part])


def _normed(tokens: tf.Tensor, weight: np.ndarray, bias: np.ndarray) -> tf.Tensor:
    mean, variance = tf.nn.moments(tokens, -1, keepdims=True)
    return (tokens - mean) * tf.math.rsqrt(variance + EPSILON) * weight + bias


class Encoder:
    """The encoder whose top layers learn; what the layers below make of every text is computed once."""

    def __init__(self, texts: Texts) -> None:
        weights = encoder_weights()
        self._top = [Layer(weights, number, RANK) for number in range(LAYERS - ADAPTED_LAYERS, LAYERS)]
        self._below = self._run_below(weights, texts)
        self.variables = [matrix for layer in self._top for pair in layer.added.values() for matrix in pair]

    def batch(self, places: Sequence[int], most: int = 128) -> Tuple[tf.Tensor, tf.Tensor]:
        """Returns the input of the top layers for texts, cut at ``most`` tokens, and their mask."""
        return _padded([self._below[place][:most] for place in places])

    def encode(self, tokens: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
        """Returns one unit vector per text."""
        for layer in self._top:
            tokens = layer(tokens, mask)
        return tf.math.l2_normalize(tf.reduce_sum(tokens * mask[:, :, None], 1), -1)

    def vectors(self) -> np.ndarray:
        """Returns the unit vectors of all texts."""
        order = np.argsort([len(tokens) for tokens in self._below])
        found = np.zeros((len(order), self._below[0].shape[1]), np.float32)
        run = tf.function(self.encode, reduce_retracing=True)
        for start in range(0, len(order), AT_ONCE):
            places = order[start:start + AT_ONCE]
            found[places] = run(*self.batch(places)).numpy()
        return found

    def added(self) -> Dict[str, np.ndarray]:
        """Returns what was learned, as encoder.adapted takes it."""
        return {f"encoder.layer.{LAYERS - ADAPTED_LAYERS + number}.{part}.{name}": matrix.numpy().astype(np.float16)
                for number, layer in enumerate(self._top) for part, pair in layer.added.items()
                for name, matrix in zip(("down", "up"), pair, strict=True)}

    @staticmethod
    def _run_below(weights: Dict[str, np.ndarray], texts: Texts) -> List[np.ndarray]:
        layers = [Layer(weights, number, 0) for number in range(LAYERS - ADAPTED_LAYERS)]
        words, kind = weights["embeddings.word_embeddings.weight"], weights["embeddings.token_type_embeddings.weight"][0]
        places, norm = weights["embeddings.position_embeddings.weight"], [weights[f"embeddings.LayerNorm.{part}"] for part in ("weight", "bias")]

        @tf.function(reduce_retracing=True)
        def run(tokens: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
            tokens = _normed(tokens, *norm)
            for layer in layers:
                tokens = layer(tokens, mask)
            return tokens

        found: List[np.ndarray] = [np.empty(0)] * len(texts.tokens)
        order = np.argsort([len(tokens) for tokens in texts.tokens])
        for start in range(0, len(order), AT_ONCE):
            chosen = order[start:start + AT_ONCE]
            out = run(*_padded([words[texts.tokens[place]] + places[:len(texts.tokens[place])] + kind for place in chosen])).numpy()
            for row, place in enumerate(chosen):
                found[place] = out[row, :len(texts.tokens[place])].astype(np.float16)
        return found


def _padded(rows: Sequence[np.ndarray]) -> Tuple[tf.Tensor, tf.Tensor]:
    longest = -(-max(map(len, rows)) // 8) * 8  # few different shapes, few graphs
    tokens, mask = np.zeros((len(rows), longest, rows[0].shape[1]), np.float32), np.zeros((len(rows), longest), np.float32)
    for number, row in enumerate(rows):
        tokens[number, :len(row)], mask[number, :len(row)] = row, 1
    return tf.constant(tokens), tf.constant(mask)


def learn(encoder: Encoder, texts: Texts, claims: Sequence[int], steps: int) -> None:
    """Trains the additions on pairs of texts of the same claim."""
    random = np.random.RandomState(1)
    usable = np.array([claim for claim in claims if len(texts.of_claim[claim]) > 1])
    by_section: Dict[str, List[int]] = {}
    for claim in usable:
        by_section.setdefault(texts.section[claim], []).append(int(claim))
    large = [np.array(found) for found in by_section.values() if len(found) >= SMALLEST_SECTION]
    likely = np.array([len(found) for found in large]) / sum(map(len, large))
    optimizer = tf.keras.optimizers.legacy.Adam(tf.keras.optimizers.schedules.CosineDecay(RATE, steps))

    @tf.function(reduce_retracing=True)
    def step(*batches: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            scores = tf.matmul(encoder.encode(*batches[:2]), encoder.encode(*batches[2:]), transpose_b=True) / TEMPERATURE
            own = tf.range(tf.shape(scores)[0])
            loss = tf.reduce_mean(sum(tf.nn.sparse_softmax_cross_entropy_with_logits(own, side) for side in (scores, tf.transpose(scores)))) / 2
        optimizer.apply_gradients(zip(tape.gradient(loss, encoder.variables), encoder.variables))  # noqa: B905 - TensorFlow's zip has no strict
        return loss

    losses, began = [], time.perf_counter()
    for number in range(1, steps + 1):
        pool = large[random.choice(len(large), p=likely)] if number % WIDE_EVERY else usable
        pairs = [_pair(texts.of_claim[claim], random) for claim in random.choice(pool, min(BATCH, len(pool)), replace=False)]
        losses.append(float(step(*encoder.batch([pair[0] for pair in pairs], QUESTION_TOKENS),
                                 *encoder.batch([pair[1] for pair in pairs], CLAIM_TOKENS))))
        if number % PRINT_EVERY == 0:
            print(f"step {number}: loss {np.mean(losses[-PRINT_EVERY:]):.3f}, {time.perf_counter() - began:.0f} s", flush=True)


def _pair(places: Sequence[int], random: Any) -> Tuple[int, int]:
    """Returns a question and its claim or, less often, two questions of one claim."""
    if len(places) < 3 or random.rand() < 0.6:
        return int(random.choice(places[1:])), places[0]
    first, second = random.choice(places[1:], 2, replace=False)
    return int(first), int(second)


def found_first(vectors: np.ndarray, texts: Texts, claims: Sequence[int]) -> Tuple[float, float]:
    """Returns how often a question of one of ``claims`` finds that claim first, and among the first four, in its section."""
    section = {name: [claim for claim, own in enumerate(texts.section) if own == name] for name in set(texts.section)}
    ranks = []
    for claim in claims:
        rivals = section[texts.section[claim]]
        for place in texts.of_claim[claim][1:]:
            nearness = [max((float(vectors[other] @ vectors[place]) for other in texts.of_claim[rival] if other != place), default=-1.0)
                        for rival in rivals]
            ranks.append(sum(one > nearness[rivals.index(claim)] for one in nearness))
    return float(np.mean(np.array(ranks) < 1)), float(np.mean(np.array(ranks) < 4))


def main() -> int:
    """Trains and writes the adapter, or measures it on claims that were kept out."""
    parser = argparse.ArgumentParser(prog="python -m evaluation.adapting", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--hold", type=float, default=0.0, help="the share of the claims to keep out and to measure on; nothing is written")
    parser.add_argument("--steps", type=int, default=STEPS)
    args = parser.parse_args()
    texts = Texts()
    held = np.random.RandomState(1).rand(len(texts.of_claim)) < args.hold
    encoder = Encoder(texts)
    kept_out = [int(claim) for claim in np.flatnonzero(held)]
    if kept_out:
        print("own claim first, among four: before", found_first(encoder.vectors(), texts, kept_out), flush=True)
    learn(encoder, texts, [int(claim) for claim in np.flatnonzero(~held)], args.steps)
    if kept_out:
        print("own claim first, among four: after", found_first(encoder.vectors(), texts, kept_out))
    else:
        np.savez_compressed(ADAPTER, **encoder.added())
        print(f"Written: {Path(ADAPTER).name}. Now run `make train`, `python -m evaluation.ranking` and `make train` again.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
