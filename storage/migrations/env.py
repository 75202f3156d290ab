"""How Alembic reaches the database: with the connection it is given, or by the url of alembic.ini."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection

from storage.columns import Areas, EnumText, UtcDateTime
from storage.session import make_engine
from storage.tables import metadata


def render(kind: str, item: object, autogen: Any) -> str | Literal[False]:
    """Our column types stand in a migration as what they are in the database."""
    if kind == "type" and isinstance(item, (Areas, EnumText)):
        return "sa.Text()"
    if kind == "type" and isinstance(item, UtcDateTime):
        autogen.imports.add("from storage.columns import UtcDateTime")
        return "UtcDateTime()"
    return False


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_item=render,
        render_as_batch=connection.dialect.name == "sqlite",
        transaction_per_migration=True,
        # SQLite can undo a CREATE TABLE as well; Alembic is only not sure that its driver lets it.
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    engine = make_engine(context.config.get_main_option("sqlalchemy.url") or "")
    with engine.begin() as opened:
        run(opened)
