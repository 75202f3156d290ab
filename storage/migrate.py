"""Bring a database to the newest schema, and say where it stands."""

from pathlib import Path

from sqlalchemy import Connection, Engine, event, inspect, text

_SCRIPTS = Path(__file__).parent / "migrations"
_LOCK = 7_305_115_266_149_523_441
"""An arbitrary constant: processes that start together migrate one after another."""


class TooNewError(Exception):
    """A newer version has changed the database so that this one cannot share it; the revision it is at."""


def migrate(engine: Engine) -> str:
    """Run what is missing; returns the revision, a later one where a newer version has been here.

    Raises TooNewError, and the database's error, and changes nothing in that step.
    """
    if settled := settled_at(current(engine)):
        return settled
    with engine.connect() as connection:
        # The drivers begin nothing by themselves (see `make_engine`). Without this each statement would stand alone,
        # and what a killed migration left half done could never be taken up again.
        begin = "BEGIN IMMEDIATE" if engine.dialect.name == "sqlite" else "BEGIN"
        event.listen(connection, "begin", lambda begun: begun.exec_driver_sql(begin))
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK})
        try:
            # Another process may have done it meanwhile, and one of a newer version more than that.
            settled = settled_at(_revision(connection))
            if settled is None:
                _upgrade(connection)
            connection.commit()
        finally:
            connection.rollback()
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK})
                connection.commit()
    return settled or newest()


def settled_at(revision: str | None) -> str | None:
    """The revision, when nothing is to be done there; None while something is missing. Raises TooNewError.

    Revisions of one thousand only add to each other: what is added later does not disturb this version.
    """
    if revision is None or revision < newest():
        return None
    if revision[:-3] != newest()[:-3]:
        raise TooNewError(revision)
    return revision


def current(engine: Engine) -> str | None:
    """The revision the database is at; None for an empty one."""
    with engine.connect() as connection:
        return _revision(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def newest() -> str:
    """The revision that the code expects; files are named by theirs."""
    return max(path.name.partition("_")[0] for path in (_SCRIPTS / "versions").glob("[0-9]*_*.py"))


def _upgrade(connection: Connection) -> None:
    # Alembic stays in memory once it was asked; most starts find nothing to do.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
