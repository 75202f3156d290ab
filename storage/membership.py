"""This process among those that share a PostgreSQL database: who is alive, who owns what, who may do what alone.

Every process renews one row by the database's own clock. Whoever does not in time is struck off: what it still had to
send is adopted, and its leases are free.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct
from sqlalchemy import Interval, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.ids import PROCESS_MASK, Ids
from storage.outbox import NOBODY, OutboxQueue
from storage.session import EVERYBODY, Session
from storage.statement import Statement
from storage.tables import leases, outbox, processes

_MOMENT = processes.c.alive_until.type
_until = func.clock_timestamp(type_=_MOMENT) + bindparam("alive_for", type_=Interval())
_JOIN = Statement(
    upsert(processes)
    .values(
        id=bindparam("id"),
        number=bindparam("number"),
        name=bindparam("name"),
        started_at=func.clock_timestamp(type_=_MOMENT),
        alive_until=_until,
    )
    .on_conflict_do_nothing(index_elements=["number"])
    .returning(processes.c.id)
)
_RENEW = Statement(
    update(processes)
    .where(processes.c.id == bindparam("row_id"))
    .values(alive_until=_until)
    .returning(func.clock_timestamp(type_=_MOMENT).label("moment"))
)
_STRIKE_OFF = Statement(
    delete(processes)
    .where(processes.c.alive_until < func.clock_timestamp(type_=_MOMENT))
    .returning(processes.c.id)
)
_NAMES = Statement(select(processes.c.id, processes.c.name).order_by(processes.c.id))
_COUNT = Statement(select(func.count()).select_from(processes))
_ANOTHER = Statement(
    select(processes.c.id)
    .where(processes.c.id != bindparam("id"), processes.c.alive_until > func.clock_timestamp(type_=_MOMENT))
    .order_by(processes.c.alive_until.desc())
    .limit(1)
)
_LEAVE = Statement(delete(processes).where(processes.c.id == bindparam("id")))
_HAND_OVER = Statement(
    update(outbox)
    .where(outbox.c.state == "pending", outbox.c.owner == bindparam("by"))
    .values(owner=bindparam("to"), is_handed_over=True)
)
_own = processes.alias("own")
_LEASES = Statement(
    select(
        leases.c.name,
        leases.c.process_id,
        (processes.c.alive_until > _own.c.started_at + bindparam("alive_for", type_=Interval())).label(
            "is_alive"
        ),
    )
    .join(processes, processes.c.id == leases.c.process_id)
    .join(_own, _own.c.id == bindparam("own_id"))
)
_TAKE = Statement(
    upsert(leases)
    .values(name=bindparam("name"), process_id=bindparam("process_id"))
    .on_conflict_do_nothing(index_elements=["name"])
    .returning(leases.c.name)
)
_GIVE = Statement(
    delete(leases).where(leases.c.name == bindparam("name"), leases.c.process_id == bindparam("process_id"))
)

ADOPT_EVERY = 5
"""Beats between two looks for actions whose process is gone without having been struck off."""


class Standing(Struct, frozen=True):
    """How things are after a beat."""

    alive: int
    """Processes, this one included."""
    held: frozenset[str]
    """The leases of this process."""
    elsewhere: frozenset[str]
    """Those of others that have given a sign of life since this one joined."""
    struck_off: int
    adopted: int
    moment: datetime
    """The database's clock."""


class Membership:
    """Each method is one transaction; the caller tells how long a sign of life counts."""

    def __init__(self, session: Session, ids: Ids, alive_for: timedelta) -> None:
        self._session, self._ids, self._alive_for = session, ids, alive_for
        self._beats = 0

    def join(self, name: str, is_gone: Callable[[str], bool] = lambda _name: False) -> int:
        """Become a new process of this database, and adopt what nobody owns; returns how many actions that is.

        `ids` makes ids of this process from now on. `is_gone` tells of which processes it is certain, by their names,
        that they are no more: nobody need wait for their time to run out.
        """
        with self._session.transaction():
            for id_, known in self._session.all(_NAMES):
                if is_gone(known):
                    self._session.run(_LEAVE, id=id_)
            number, owner = _free_number(self._session, name, self._alive_for)
            self._ids.process, self._ids.owner = number, owner
            return self._adopt()

    def beat(self, groups: Iterable[Sequence[str]]) -> Standing | None:
        """Give a sign of life, strike off the dead, take this process's fair share of each group of leases, and give
        back what is in no group; None when this process itself was struck off.
        """
        owner = self._ids.owner
        with self._session.transaction():
            renewed = self._session.one(_RENEW, row_id=owner, alive_for=self._alive_for)
            if renewed is None:
                return None
            dead = self._session.all(_STRIKE_OFF)
            self._beats += 1
            adopted = self._adopt() if dead or self._beats % ADOPT_EVERY == 0 else 0
            (alive,) = self._session.one(_COUNT) or (1,)
            rows = self._session.all(_LEASES, own_id=owner, alive_for=self._alive_for)
            held = self._share(list(groups), {name: holder for name, holder, _ in rows}, alive)
        elsewhere = frozenset(name for name, holder, is_alive in rows if holder != owner and is_alive)
        return Standing(alive, frozenset(held), elsewhere, len(dead), adopted, renewed[0])

    def leave(self) -> None:
        """Hand over what is left to another process, or to the next one, and be none any more."""
        owner = self._ids.owner
        with self._session.transaction():
            another = self._session.one(_ANOTHER, id=owner)
            self._session.run(_HAND_OVER, by=owner, to=another[0] if another else NOBODY)
            self._session.run(_LEAVE, id=owner)
            self._session.tell(EVERYBODY)

    def _adopt(self) -> int:
        return OutboxQueue(self._session, self._ids, datetime.min.replace(tzinfo=UTC)).adopt()

    def _share(self, groups: list[Sequence[str]], taken: Mapping[str, int], alive: int) -> set[str]:
        held = {name for name, owner in taken.items() if owner == self._ids.owner}
        wanted = {name for group in groups for name in group}
        for name in held - wanted:
            self._session.run(_GIVE, name=name, process_id=self._ids.owner)
            self._session.tell(EVERYBODY)
        held &= wanted
        for group in groups:
            free = [name for name in group if name not in taken]
            missing = fair_share(len(group), alive) - len(held.intersection(group))
            for name in free[: max(0, missing)]:
                if self._session.one(_TAKE, name=name, process_id=self._ids.owner) is not None:
                    held.add(name)
        return held


def fair_share(names: int, alive: int) -> int:
    """How many of so many leases one of so many processes may hold, so that nobody's part is missing."""
    return -(-names // max(1, alive))


def _free_number(session: Session, name: str, alive_for: timedelta) -> tuple[int, int]:
    owner = secrets.randbelow(1 << 62) + 1
    while True:
        number = secrets.randbelow(PROCESS_MASK + 1)
        joined = session.one(_JOIN, id=owner, number=number, name=name, alive_for=alive_for)
        if joined is not None:
            return number, owner
