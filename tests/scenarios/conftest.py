"""The stage of every scenario, on both databases; each scenario begins with an empty one, migrated before."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from storage import make_engine
from storage.migrate import migrate
from storage.tables import metadata
from tests.stage import Person, Stage, open_stage

EDITORS = frozenset({("slack", "UEda")})


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate(make_engine(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql: str) -> str:
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute("CREATE DATABASE scenarios")
        # What a power cut would take back is tested nowhere here, and waiting for the disk takes most of the time.
        connection.execute("ALTER DATABASE scenarios SET synchronous_commit = off")
    url = postgresql.replace("/postgres?", "/scenarios?")
    migrate(make_engine(url))
    return url


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_sqlite: Path) -> str:
    shutil.copy(migrated_sqlite, tmp_path / "allhands.db")
    return f"sqlite:///{tmp_path}/allhands.db"


@pytest.fixture
def postgresql_url(migrated_postgresql: str) -> str:
    tables = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
    with psycopg.connect(migrated_postgresql, autocommit=True) as connection:
        connection.execute(f"TRUNCATE {tables}")  # type: ignore[arg-type] # our own table names
    return migrated_postgresql


@pytest.fixture
async def stage(request: pytest.FixtureRequest, database_url: str, articles: Path) -> AsyncIterator[Stage]:
    """A house on the stage; a module sets it up in another way with STAGE."""
    set_up = getattr(request.module, "STAGE", {})
    async with open_stage(database_url, articles, editors=EDITORS, **set_up) as stage:
        yield stage


@pytest.fixture
def dana(stage: Stage) -> Person:
    """A customer on Telegram."""
    return stage.person("telegram", "Dana")


@pytest.fixture
def ana(stage: Stage) -> Person:
    """An agent in the staff space."""
    return stage.agent("Ana")


@pytest.fixture
def eda(stage: Stage) -> Person:
    """An agent who is an editor."""
    return stage.agent("Eda")


@pytest.fixture
def ben(stage: Stage) -> Person:
    """Another agent."""
    return stage.agent("Ben")
