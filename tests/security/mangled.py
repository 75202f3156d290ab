"""Valid payloads with something wrong in them: keys gone, values of another kind, endless, deep or no text at all."""

import copy
from collections.abc import Iterator, Sequence
from typing import Any

from hypothesis import strategies as st

from bot.core.events import Event
from bot.runtime.codec import event_from, storable

Json = dict[str, Any]
Path = tuple[str | int, ...]


def _deep(levels: int) -> Any:
    value: Any = "x"
    for level in range(levels):
        value = [value] if level % 2 else {"text": value}
    return value


GONE = object()
ODD = (
    *(
        GONE,
        None,
        True,
        False,
        0,
        -1,
        1.5,
        2**63,
        10**40,
        1e308,
        "",
        " ",
        "x",
        "0",
        "-1",
        "1e999",
        "NaN",
        "a:b",
    ),
    *("\ud800", "\0", "é" * 3_000, "1" * 5_000, "<@U0CARLA>", "D", [], [None], [[]], ["x", 1], [{}]),
    *({}, {"": None}, {"id": None}, {"type": {}, "text": 1}, _deep(20), _deep(150)),
)
"""Values that stand where another should."""


def paths(value: Any, at: Path = ()) -> Iterator[Path]:
    """Every place in a payload."""
    if at:
        yield at
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in below:
        yield from paths(one, (*at, key))


def changed(payload: Json, at: Path, odd: Any) -> Json:
    """A copy with the odd value in that place; unchanged where an earlier change took the place away."""
    made = copy.deepcopy(payload)
    around: Any = made
    for key in at[:-1]:
        try:
            around = around[key]
        except (KeyError, IndexError, TypeError):
            return made
    last: Any = at[-1]
    if not isinstance(around, dict) and not (isinstance(around, list) and last in range(len(around))):
        return made
    around[last] = odd
    if odd is GONE:
        del around[last]
    return made


@st.composite
def mangled(draw: st.DrawFn, payloads: Sequence[Json]) -> Json:
    """One of these with up to three things wrong."""
    payload = draw(st.sampled_from(payloads))
    places = list(paths(payload))
    for _ in range(draw(st.integers(1, 3))):
        payload = changed(payload, draw(st.sampled_from(places)), draw(st.sampled_from(ODD)))
    return payload


def each_place(payloads: Sequence[Json], odd: Any) -> list[Json]:
    """Every one of these with the odd value in one place, for each of its places."""
    return [changed(payload, at, odd) for payload in payloads for at in paths(payload)]


def check_storable(events: Sequence[Event]) -> None:
    """Raises for an event that could be stored but never read again."""
    for event in events:
        event_from(storable(event)[1])
