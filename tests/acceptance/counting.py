"""The count of what arrived, on plain values: each of its findings can be seen on a transcript that is wrong.

Every function raises AssertionError with what it found.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import combinations, groupby

REPEATED = "may appear twice"
"""The hint of a message that people may have seen before."""
THERE, BACK = "there", "back"
_WORD = re.compile(rf"\b(?:{THERE}|{BACK})\d+Guest\d+th\b")


def word_of(mark: str, number: int, customer: str) -> str:
    """What is said only once in the whole town: whose it is can be seen wherever it turns up."""
    return f"{mark}{number}{customer}"


@dataclass(frozen=True, slots=True)
class Copy:
    """A word as somebody saw it."""

    word: str
    is_marked: bool = False
    """It came with the hint that it may be a repeat."""


def copies_in(texts: Iterable[str]) -> list[Copy]:
    """Every word in the messages of a room, in their order, with those that do not belong there."""
    return [Copy(word, REPEATED in text) for text in texts for word in _WORD.findall(text)]


def count_repeats(
    where: object,
    shown: Sequence[Copy],
    wanted: Sequence[str],
    *,
    may_be_marked: bool,
    in_order: bool = True,
) -> int:
    """How many second copies were shown, each right after the one before it and with the hint."""
    # A repeat comes before anything newer does: only the head of a lane is ever in doubt.
    groups = [(word, list(copies)) for word, copies in groupby(shown, key=lambda one: one.word)]
    once = [word for word, _ in groups]
    is_right = once == list(wanted) if in_order else sorted(once) == sorted(wanted)
    assert is_right, f"{where}: shown {once}, and not {list(wanted)}"
    silent = [word for word, copies in groups if not all(one.is_marked for one in copies[1:])]
    assert not silent, f"{where} was shown silent repeats of {silent}"
    assert may_be_marked or not any(one.is_marked for one in shown), f"{where} was shown hints: {shown}"
    return len(shown) - len(once)


def check_order(where: object, stored: Sequence[str], said: Sequence[str], late: Set[str]) -> None:
    """Each once, and in the order in which it was said; only what came late may be stored behind newer words."""
    assert sorted(stored) == sorted(said), f"{where}: stored {list(stored)}, and said {list(said)}"
    place = {word: at for at, word in enumerate(stored)}
    turned = [
        (older, newer)
        for older, newer in combinations(said, 2)
        if place[older] > place[newer] and older not in late
    ]
    assert not turned, (
        f"{where}: stored in another order: {turned} of {list(stored)}, late were {sorted(late)}"
    )


def check_homes(seen: Iterable[tuple[str, str]], homes: Mapping[str, str]) -> None:
    """Each word is seen in the one room where it belongs; `seen`: room and text, of whatever anybody can see."""
    astray = sorted({(word, room) for room, word in _words(seen) if homes.get(word) != room})
    assert not astray, f"in a room where they do not belong: {astray}"


def _words(seen: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    return ((room, word) for room, text in seen for word in _WORD.findall(text))


def check_tickets(whose: object, threads: Sequence[int]) -> None:
    """One ticket, in one thread; `threads`: of each ticket, how many it has by our own account."""
    assert list(threads) == [1], (
        f"{whose} has {len(threads)} tickets, in so many threads each: {list(threads)}"
    )


def check_threads(ticket: int, cards: Sequence[bool], *, may_be_marked: bool) -> None:
    """The platform shows one thread; `cards`: of each thread with the ticket's card, whether the hint stands there."""
    assert cards, f"no thread for ticket {ticket}"
    assert len(cards) - sum(cards) <= 1, (
        f"{len(cards)} threads for ticket {ticket}, {sum(cards)} with the hint"
    )
    assert may_be_marked or not any(cards), f"a hint in the thread of ticket {ticket}"


def slowed(usual_seconds: float, faulty_seconds: float) -> str:
    """How much longer the neighbours of a platform in trouble waited for an answer, when that was too much."""
    is_much = faulty_seconds > max(4 * usual_seconds, usual_seconds + 2)
    return f"{usual_seconds:.1f} s became {faulty_seconds:.1f} s" if is_much else ""
