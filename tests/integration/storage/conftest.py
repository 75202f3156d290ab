"""A session and a unit of work on an empty, migrated database, once on each engine."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from storage import UnitOfWork, make_engine
from storage.ids import Ids
from storage.migrate import migrate
from storage.session import Session

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def engine(database_url: str) -> Engine:
    engine = make_engine(database_url)
    migrate(engine)
    return engine


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    session = Session(engine)
    with session.transaction():
        yield session
    session.close()


@pytest.fixture
def work(session: Session) -> UnitOfWork:
    return UnitOfWork(session, Ids(), NOON)
