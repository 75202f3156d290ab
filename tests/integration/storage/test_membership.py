"""Several processes on one PostgreSQL: who is alive, who sends what, and who holds what alone."""

import select
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from sqlalchemy import Engine, bindparam, update

from storage import Ids, Membership, Session, Standing, StoredAction, UnitOfWork, make_engine
from storage.membership import fair_share
from storage.migrate import migrate
from storage.statement import Statement
from storage.tables import processes

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
T = TypeVar("T")
_EXPIRE = Statement(
    update(processes).where(processes.c.id == bindparam("row_id")).values(alive_until=processes.c.started_at)
)


class Process:
    """One process: its membership and its writing, each on a connection of its own."""

    def __init__(self, engine: Engine, name: str = "a process") -> None:
        self.ids = Ids()
        self.session, self.writing = Session(engine), Session(engine)
        self.membership = Membership(self.session, self.ids, timedelta(minutes=5))
        self.adopted = self.membership.join(name)

    def do(self, run: Callable[[UnitOfWork], T]) -> T:
        with self.writing.transaction():
            return run(UnitOfWork(self.writing, self.ids, NOON))

    def add(self, lane: str, text: str) -> StoredAction:
        return self.do(lambda work: work.outbox.add(lane, "slack", text))

    def sent(self, row: StoredAction) -> bool:
        return self.do(lambda work: work.outbox.sent(row.id))

    def takes_over(self) -> list[str]:
        return [row.payload for row in self.do(lambda work: work.outbox.take_over())]

    def beat(self, *groups: tuple[str, ...]) -> Standing:
        standing = self.membership.beat(groups)
        assert standing is not None
        return standing

    def dies(self) -> None:
        """No more signs of life: the last one has expired."""
        with self.session.transaction():
            self.session.run(_EXPIRE, row_id=self.ids.owner)


@pytest.fixture
def engine(postgresql_url: str) -> Engine:
    engine = make_engine(postgresql_url)
    migrate(engine)
    return engine


@pytest.fixture
def start(engine: Engine) -> Iterator[Callable[[], Process]]:
    started: list[Process] = []

    def start_one() -> Process:
        started.append(Process(engine))
        return started[-1]

    yield start_one
    for one in started:
        one.session.close()
        one.writing.close()


Start = Callable[[], Process]


def test_each_process_has_a_number_and_a_name_of_its_own(start: Start) -> None:
    several = [start() for _ in range(5)]
    assert len({one.ids.process for one in several}) == 5
    assert len({one.ids.owner for one in several}) == 5
    assert several[0].beat().alive == 5


def test_an_action_belongs_to_who_decided_it(start: Start) -> None:
    first, second = start(), start()
    own, others = first.add("lane", "a"), second.add("other lane", "b")
    assert (own.owner, own.is_handed_over) == (first.ids.owner, False)
    assert (others.owner, others.is_handed_over) == (second.ids.owner, False)
    assert first.takes_over() == second.takes_over() == []


def test_a_lane_belongs_to_whoever_still_sends_in_it(start: Start) -> None:
    first, second = start(), start()
    before = first.add("lane", "a")
    behind = second.add("lane", "b")
    assert (behind.owner, behind.is_handed_over) == (first.ids.owner, True)
    assert second.takes_over() == []
    assert first.takes_over() == ["b"]
    assert first.takes_over() == []
    assert first.sent(before)
    assert first.sent(behind)
    assert second.add("lane", "c").owner == second.ids.owner


def test_what_is_decided_behind_something_handed_over_waits_for_it(start: Start) -> None:
    first, second = start(), start()
    first.add("lane", "a")
    second.add("lane", "b")
    third = first.add("lane", "c")
    assert third.is_handed_over, "sent at once, it would overtake"
    assert first.takes_over() == ["b", "c"]
    assert not first.add("lane", "d").is_handed_over


def test_what_waits_behind_a_third_process_is_known_to_wait(start: Start) -> None:
    """Two decide at once and do not see each other; whoever comes then is handed to the last of them."""
    first, second, third = start(), start(), start()
    with first.writing.transaction():
        before = UnitOfWork(first.writing, first.ids, NOON).outbox.add("lane", "slack", "a")
        besides = second.add("lane", "b")
    behind = third.add("lane", "c")
    # Within one moment it is a matter of their numbers who of the two was last.
    is_of_second = behind.owner == second.ids.owner
    owner, other, its = (second, first, before) if is_of_second else (first, second, besides)
    assert other.takes_over() == owner.takes_over() == [], "sent at once, it would overtake"
    assert owner.do(lambda work: work.outbox.is_kept_waiting())
    assert not other.do(lambda work: work.outbox.is_kept_waiting())
    assert other.sent(its)
    assert owner.takes_over() == ["c"]
    assert not owner.do(lambda work: work.outbox.is_kept_waiting())


def test_what_a_dead_process_left_is_adopted_and_only_what_may_have_been_in_flight_is_uncertain(
    start: Start,
) -> None:
    dead, heir = start(), start()
    for lane, text in (("x", "x1"), ("x", "x2"), ("y", "y1")):
        dead.add(lane, text)
    dead.dies()
    standing = heir.beat()
    assert (standing.struck_off, standing.adopted, standing.alive) == (1, 3, 1)
    rows = heir.do(lambda work: work.outbox.take_over())
    assert [(row.payload, row.is_uncertain) for row in rows] == [("x1", True), ("x2", False), ("y1", True)]
    assert dead.membership.beat([]) is None, "it must find out that it is nobody any more"


def test_who_is_certainly_gone_is_struck_off_by_who_joins(engine: Engine, start: Start) -> None:
    dead, other = Process(engine, "here 1"), Process(engine, "elsewhere 1")
    dead.add("lane", "a")
    assert dead.beat(("polling",)).held == {"polling"}
    heir = Process(engine, "here 2")
    assert heir.adopted == 0
    ids = heir.ids.owner
    assert heir.membership.join("here 3", lambda name: name == "here 1") == 1
    assert heir.ids.owner != ids
    assert heir.takes_over() == ["a"]
    assert heir.beat(("polling",)).held == {"polling"}
    assert dead.membership.beat([]) is None
    assert other.membership.beat([]) is not None
    for one in (dead, other, heir):
        one.session.close()
        one.writing.close()


def test_one_of_many_adopts(start: Start) -> None:
    dead, *others = [start() for _ in range(4)]
    dead.add("lane", "a")
    dead.dies()
    assert sorted(one.beat().adopted for one in others) == [0, 0, 1]
    assert [text for one in others for text in one.takes_over()] == ["a"]


def test_what_was_left_without_a_process_is_adopted_by_the_next_one(start: Start) -> None:
    last = start()
    last.add("lane", "a")
    last.membership.leave()
    heir = start()
    assert heir.adopted == 1
    rows = heir.do(lambda work: work.outbox.take_over())
    assert [(row.payload, row.is_uncertain) for row in rows] == [("a", False)], "it was left in order"


def test_who_leaves_hands_over_in_order_and_without_doubt(start: Start) -> None:
    leaving, staying = start(), start()
    for text in "abc":
        leaving.add("lane", text)
    leaving.membership.leave()
    rows = staying.do(lambda work: work.outbox.take_over())
    assert [(row.payload, row.is_uncertain) for row in rows] == [("a", False), ("b", False), ("c", False)]
    assert staying.beat().alive == 1


def test_what_the_second_sends_twice_is_news_only_once(start: Start) -> None:
    dead, heir = start(), start()
    row = dead.add("lane", "a")
    dead.dies()
    heir.beat()
    assert heir.sent(row)
    assert not dead.sent(row)


def test_a_lease_is_elsewhere_once_its_holder_has_shown_that_it_lives(start: Start) -> None:
    first = start()
    assert first.beat(("polling",)).elsewhere == set()
    second = start()
    assert second.beat(("polling",)).elsewhere == set(), "it may have died just before"
    first.beat(("polling",))
    assert second.beat(("polling",)).elsewhere == {"polling"}
    first.dies()
    standing = second.beat(("polling",))
    assert (standing.held, standing.elsewhere) == ({"polling"}, set())


def test_a_lease_has_one_holder_until_it_is_given_back_or_its_holder_dies(start: Start) -> None:
    first, second = start(), start()
    assert first.beat(("polling",)).held == {"polling"}
    assert second.beat(("polling",)).held == set()
    assert first.beat().held == set()
    assert second.beat(("polling",)).held == {"polling"}
    second.dies()
    assert first.beat(("polling",)).held == {"polling"}


def test_leases_of_one_kind_are_shared_fairly(start: Start) -> None:
    shards = tuple(f"shard {number}" for number in range(4))
    first = start()
    assert first.beat(shards).held == set(shards)
    second = start()
    assert second.beat(shards).held == set()
    standing = first.beat(shards)
    assert standing.held == set(shards), "what is in use is not taken away behind its back"
    assert fair_share(len(shards), standing.alive) == 2
    first.beat(), first.beat(shards)
    held = first.beat(shards).held, second.beat(shards).held
    assert [len(one) for one in held] == [2, 2]
    assert held[0] | held[1] == set(shards)


@pytest.mark.parametrize(("names", "alive", "share"), [(1, 1, 1), (1, 5, 1), (4, 2, 2), (5, 2, 3), (3, 0, 3)])
def test_nobodys_part_is_missing(names: int, alive: int, share: int) -> None:
    assert fair_share(names, alive) == share
    assert share * max(1, alive) >= names


def test_who_is_told_something_is_woken_after_the_commit(engine: Engine, start: Start) -> None:
    first, second = start(), start()
    listening = Session(engine)
    descriptor = listening.listen()
    first.add("lane", "a")
    assert listening.heard() == set()
    second.add("lane", "b")
    assert select.select([descriptor], [], [], 60)[0]
    assert listening.heard() == {first.ids.owner}
    listening.close()
