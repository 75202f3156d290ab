"""Bring a database to the newest schema, and say where it stands."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event, text

_SCRIPTS = Path(__file__).parent / "migrations"
_LOCK = 7_305_115_266_149_523_441
"""An arbitrary constant: processes that start together migrate one after another."""


def migrate(engine: Engine) -> str:
    """Run what is missing; returns the revision. Raises the database's error and changes nothing in that step."""
    with engine.connect() as connection:
        # The drivers begin nothing by themselves (see `make_engine`). Without this each statement would stand alone,
        # and what a killed migration left half done could never be taken up again.
        begin = "BEGIN IMMEDIATE" if engine.dialect.name == "sqlite" else "BEGIN"
        event.listen(connection, "begin", lambda begun: begun.exec_driver_sql(begin))
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
        try:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
        finally:
            connection.rollback()
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
                connection.commit()
    return newest()


def current(engine: Engine) -> str | None:
    """The revision the database is at; None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    return config
