"""An office for the tests of the dispatcher."""

from collections.abc import AsyncIterator

import pytest

from bot.runtime import dispatcher as dispatching
from storage import make_engine
from storage.migrate import migrate
from tests.unit.runtime.office import Office


@pytest.fixture
def url(sqlite_url: str) -> str:
    migrate(make_engine(sqlite_url))
    return sqlite_url


@pytest.fixture
async def office(url: str) -> AsyncIterator[Office]:
    office = Office(url)
    yield office
    await office.close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses between tries take no time."""
    monkeypatch.setattr(dispatching, "FIRST_PAUSE_SECONDS", 0.0001)
    monkeypatch.setattr(dispatching, "LONGEST_WAIT_SECONDS", 0.0005)
    monkeypatch.setattr(dispatching, "STORAGE_PAUSE_SECONDS", 0.001)
