"""Every migration runs forward on a database with data in it, and leaves the schema that the code expects."""

import threading

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, event, insert, inspect

from bot.core.events import Author
from bot.core.places import Identity, Place
from storage import UnitOfWork, make_engine, read, write
from storage.migrate import _SCRIPTS, TooNewError, current, migrate, newest
from storage.tables import metadata
from tests.integration.storage.conftest import NOON


def revisions() -> list[str]:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    return [one.revision for one in reversed(list(ScriptDirectory.from_config(config).walk_revisions()))]


def upgrade_to(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()


@pytest.fixture
def empty(database_url: str) -> Engine:
    return make_engine(database_url)


def test_an_empty_database_is_brought_to_the_newest_schema_and_stays_there(empty: Engine) -> None:
    assert current(empty) is None
    assert migrate(empty) == newest()
    assert current(empty) == newest()
    assert migrate(empty) == newest()


def _put_at(engine: Engine, revision: str) -> None:
    """As a newer version leaves it."""
    with engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")  # noqa: S608 - ours


def test_a_version_goes_on_where_a_newer_one_has_only_added(empty: Engine) -> None:
    """Else it could not be started again in the middle of an update, and nobody could go back to it."""
    migrate(empty)
    later = newest()[:-3] + "999"
    _put_at(empty, later)
    assert migrate(empty) == later
    assert current(empty) == later


def test_a_version_keeps_away_where_a_newer_one_has_done_more(empty: Engine) -> None:
    migrate(empty)
    _put_at(empty, "9001")
    with pytest.raises(TooNewError, match="9001"):
        migrate(empty)


def test_revisions_are_numbers_of_which_the_thousands_tell_whether_versions_get_on() -> None:
    assert all(len(one) == 4 and one.isdecimal() for one in revisions())
    assert newest() == revisions()[-1]


def test_the_migrations_build_what_the_tables_say(empty: Engine) -> None:
    migrate(empty)
    with empty.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_every_migration_goes_forward_over_the_data_of_the_one_before(empty: Engine) -> None:
    """A row in every table as it was at each revision survives all later ones."""
    kept: dict[str, int] = {}
    for revision in revisions():
        upgrade_to(empty, revision)
        kept |= _fill(empty)
    with empty.connect() as connection:
        for name in kept:
            rows = connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar_one()  # noqa: S608 - our own table names
            assert rows >= 1, name


def _fill(engine: Engine) -> dict[str, int]:
    """One row in each table that has none, with whatever its columns demand."""
    found = MetaData()
    found.reflect(engine)
    filled: dict[str, int] = {}
    with engine.begin() as connection:
        for table in found.sorted_tables:
            if table.name == "alembic_version":
                continue
            if connection.exec_driver_sql(f'SELECT count(*) FROM "{table.name}"').scalar_one():  # noqa: S608 - as above
                continue
            row = {}
            for column in table.columns:
                if column.nullable and not column.primary_key:
                    continue
                kind = column.type.python_type
                row[column.name] = {int: 1, str: "x", bool: True, float: 0.5}.get(kind, NOON)
            connection.execute(insert(table).values(row))
            filled[table.name] = 1
    return filled


def test_a_ticket_written_before_a_migration_can_be_worked_on_after_it(empty: Engine) -> None:
    migrate(empty)

    def open_one(work: UnitOfWork) -> int:
        contact = work.contacts.meet(Author(Identity("telegram", "", "U1"), "Dana"))
        place = work.conversations.open(contact, Place("telegram", channel="C1", is_direct=True))
        return work.tickets.open(place.id, "my shelf", ("shelves",)).id

    ticket_id = write(empty, NOON, open_one)
    migrate(empty)
    ticket = read(empty, NOON, lambda work: work.tickets.get(ticket_id))
    assert ticket is not None
    assert (ticket.subject, ticket.areas) == ("my shelf", ("shelves",))


def test_processes_that_start_together_migrate_one_after_another(postgresql_url: str) -> None:
    begin, failures = threading.Barrier(4), []

    def run() -> None:
        begin.wait(60)
        try:
            migrate(make_engine(postgresql_url))
        except Exception as error:  # noqa: BLE001 - whatever it is, the test must say so
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    assert current(make_engine(postgresql_url)) == newest()


def test_there_is_one_line_of_migrations_and_each_says_what_it_is_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    script = ScriptDirectory.from_config(config)
    assert len(script.get_heads()) == 1
    assert all(one.doc for one in script.walk_revisions())


def test_the_tables_are_where_the_code_looks_for_them(empty: Engine) -> None:
    migrate(empty)
    assert set(inspect(empty).get_table_names()) == {*metadata.tables, "alembic_version"}


def test_the_newest_revision_is_the_one_that_alembic_finds() -> None:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    assert newest() == ScriptDirectory.from_config(config).get_current_head()


@pytest.mark.parametrize("statements", [3, 20, 40])
def test_a_migration_that_is_cut_off_leaves_nothing_half_done(empty: Engine, statements: int) -> None:
    class CutOffError(Exception):
        """In the place of a process that ends."""

    cutting = make_engine(str(empty.url.render_as_string(hide_password=False)))
    left = statements

    def cut(*_: object) -> None:
        nonlocal left
        left -= 1
        if not left:
            raise CutOffError

    event.listen(cutting, "before_cursor_execute", cut)
    with pytest.raises(CutOffError):
        migrate(cutting)
    assert inspect(empty).get_table_names() == []
    assert migrate(empty) == newest()
