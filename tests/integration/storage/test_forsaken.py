"""A transaction whose process has lost its way to the database does not hold up the others."""

import psycopg
import pytest

from bot.core.commands import Role
from bot.core.places import Identity
from bot.runtime.clock import SystemClock
from storage import UnitOfWork, make_engine, session
from storage.ids import Ids
from storage.migrate import migrate
from storage.session import Session


def test_postgresql_gives_its_locks_to_others(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "FORSAKEN_AFTER_MS", 200)
    engine = make_engine(postgresql_url)
    migrate(engine)
    forsaken, other = Session(engine), Session(engine)
    now = SystemClock().now()
    lost, work = UnitOfWork(forsaken, Ids(), now), UnitOfWork(other, Ids(), now)
    with other.transaction():
        ana = work.team.enlist(Identity("slack", "", "ana"), "Ana", Role.AGENT)
    forsaken.command("BEGIN")
    lost.team.save(ana)
    # Nothing more is heard of the first one, which holds the row.
    with other.transaction():
        work.team.save(ana)
    with pytest.raises(psycopg.errors.IdleInTransactionSessionTimeout) as gone:
        lost.team.save(ana)
    assert forsaken.is_lost(gone.value)
    assert not other.is_lost(gone.value)
    other.close()
