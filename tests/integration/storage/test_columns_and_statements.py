"""What goes into a column comes out the same on both engines; a statement takes exactly its parameters."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Column, Engine, MetaData, Table, bindparam, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.core.conversation import Owner
from storage import make_engine
from storage.bulk import Listing
from storage.columns import Areas, EnumText, UtcDateTime
from storage.session import Session
from storage.statement import Statement

metadata = MetaData()
samples = Table(
    "samples",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime),
    Column("owner", EnumText(Owner)),
    Column("areas", Areas),
)
ADD = Statement(insert(samples).values({c.name: bindparam(c.name) for c in samples.c}))
GET = Statement(select(samples).where(samples.c.id == bindparam("id")))
BEFORE = Statement(
    select(samples.c.id).where(samples.c.at < bindparam("at", type_=UtcDateTime())).order_by(samples.c.at)
)


@pytest.fixture
def sample_engine(database_url: str) -> Engine:
    engine = make_engine(database_url)
    metadata.create_all(engine)
    return engine


@pytest.fixture
def samples_session(sample_engine: Engine) -> Iterator[Session]:
    session = Session(sample_engine)
    yield session
    session.close()


_moments = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis takes the bounds without a zone
    datetime(2200, 1, 1),  # noqa: DTZ001 - as above
    timezones=st.builds(timezone, st.timedeltas(timedelta(hours=-14), timedelta(hours=14))),
)
_words = st.text(st.characters(exclude_characters="\n\0", exclude_categories=["Cs"]), min_size=1)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(
    st.none() | _moments,
    st.none() | st.sampled_from(list(Owner)),
    st.lists(_words, max_size=4).map(tuple),
)
def test_every_value_comes_back_as_it_was(
    samples_session: Session, at: datetime | None, owner: Owner | None, areas: tuple[str, ...]
) -> None:
    samples_session.command("BEGIN")
    samples_session.run(ADD, id=1, at=at, owner=owner, areas=areas)
    assert samples_session.all(GET, id=1) == [(1, at, owner, areas)]
    samples_session.command("ROLLBACK")


def test_datetimes_come_back_aware_and_in_utc(samples_session: Session) -> None:
    zagreb = datetime(2026, 7, 1, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    samples_session.run(ADD, id=1, at=zagreb, owner=Owner.BOT, areas=())
    _, at, owner, areas = samples_session.one(GET, id=1) or ()
    assert at == zagreb
    assert at.utcoffset() == timedelta(0)
    assert isinstance(owner, Owner)
    assert areas == ()


def test_datetimes_are_compared_by_moment_and_not_by_zone(samples_session: Session) -> None:
    base = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    for number, hours in enumerate((3, -3, 0, 1)):
        at = (base + timedelta(minutes=hours)).astimezone(timezone(timedelta(hours=hours)))
        samples_session.run(ADD, id=number, at=at, owner=None, areas=())
    assert samples_session.all(BEFORE, at=base + timedelta(minutes=2)) == [(1,), (2,), (3,)]


def test_a_naive_datetime_is_refused(samples_session: Session) -> None:
    naive = datetime(2026, 7, 1, 12, 0)  # noqa: DTZ001 - it is what is refused
    with pytest.raises(ValueError, match="naive"):
        samples_session.run(ADD, id=1, at=naive, owner=None, areas=())


def test_an_enum_of_another_kind_is_refused(samples_session: Session) -> None:
    with pytest.raises(ValueError, match="nobody"):
        samples_session.run(ADD, id=1, at=None, owner="nobody", areas=())


def test_a_parameter_that_is_missing_or_unknown_is_refused(samples_session: Session) -> None:
    with pytest.raises(TypeError, match="areas"):
        samples_session.run(ADD, id=1, at=None, owner=None)
    with pytest.raises(TypeError, match="ares"):
        samples_session.run(ADD, id=1, at=None, owner=None, areas=(), ares=())
    with pytest.raises(TypeError, match="id"):
        samples_session.one(GET)


def test_only_constructs_are_statements(samples_session: Session) -> None:
    with pytest.raises(TypeError, match="Core construct"):
        samples_session.run(Statement("DELETE FROM samples"))  # type: ignore[arg-type] # it is what is refused


def test_what_happens_in_a_savepoint_is_undone_alone(samples_session: Session) -> None:
    with samples_session.transaction():
        samples_session.run(ADD, id=1, at=None, owner=None, areas=())
        with contextlib.suppress(ZeroDivisionError), samples_session.savepoint():
            samples_session.run(ADD, id=2, at=None, owner=None, areas=())
            with samples_session.savepoint():
                samples_session.run(ADD, id=3, at=None, owner=None, areas=())
            raise ZeroDivisionError
        samples_session.run(ADD, id=4, at=None, owner=None, areas=())
    assert [number for number in range(1, 5) if samples_session.one(GET, id=number)] == [1, 4]


def test_a_failed_statement_in_a_savepoint_leaves_the_transaction_usable(samples_session: Session) -> None:
    with samples_session.transaction():
        samples_session.run(ADD, id=1, at=None, owner=None, areas=())
        driver = samples_session.engine.dialect.dbapi
        assert driver is not None
        with pytest.raises(driver.IntegrityError) as caught, samples_session.savepoint():
            samples_session.run(ADD, id=1, at=None, owner=None, areas=())
        assert not samples_session.is_lost(caught.value)
        samples_session.run(ADD, id=2, at=None, owner=None, areas=())
    assert samples_session.one(GET, id=2) is not None


def test_a_failed_transaction_is_undone_whole(samples_session: Session) -> None:
    with contextlib.suppress(ZeroDivisionError), samples_session.transaction():
        samples_session.run(ADD, id=1, at=None, owner=None, areas=())
        raise ZeroDivisionError
    assert samples_session.one(GET, id=1) is None


@pytest.mark.parametrize(
    "order", [("sqlite", "postgresql"), ("postgresql", "sqlite")], ids=" first, then ".join
)
def test_a_listing_is_written_for_each_engine_in_whatever_order_they_come(order: tuple[str, str]) -> None:
    listing = Listing(lambda among: select(samples.c.at).where(among(samples.c.id, "ids")))
    dialects = {"sqlite": sqlite.dialect(), "postgresql": postgresql.dialect()}
    texts = {name: listing.compiled_for(dialects[name]).text for name in order}
    assert "json_each" in texts["sqlite"]
    assert "json_array_elements_text" in texts["postgresql"]
