"""Questions that mean nothing without the one before: "and how long does that take?"."""

from collections.abc import Iterable

from knowledge.folding import greeklish_words, phrases, words
from knowledge.small_talk import asks_nothing

# Longer questions say themselves what they are about.
_LONGEST = 9
_BEGINNINGS = """
and, but, then, also, what about, how about, so, ok and, ok so, and what
a, i, pa, ali, onda, a sto, a kako, i kako, sta je s, sto je s, kaj pa, in, in kako, potem, ampak
και, αλλα, κι, τοτε, και πως, και ποσο, δηλαδη
un, bet, tad, un ka, ka ar
und, aber, dann, und wie, was ist mit, wie ist es mit
"""
_POINTERS = """
it, that, this, these, those, them, there, one, ones, same, instead, otherwise
to, taj, ta, te, ti, njega, nju, njih, ono, tome, tamo, isto, inace, drugace, tega, temu, njo, tam
αυτο, αυτα, αυτη, αυτος, εκει, αλλιως, τοτε, αυτην, αυτον
tas, ta, to, tam, tie, tos, tur, savadak, sis, si
das, es, dies, diese, dieser, dafur, dabei, damit, dort, sonst, davon, dazu
"""

_STARTS, _POINTS = phrases(_BEGINNINGS), phrases(_POINTERS)


def is_follow_up(text: str) -> bool:
    """Return whether `text` is short and begins, or points back, as a question about the one before does."""
    return any(_leans_back(said) for said in (words(text), greeklish_words(text)))


def last_question(before: Iterable[str]) -> str:
    """Return the first of these, newest first, that says itself what it is about; "" when none does."""
    return next((said for said in before if not asks_nothing(said) and not is_follow_up(said)), "")


def with_previous(previous: str, text: str) -> str:
    """Return the question that a follow-up asks, put together from both."""
    return f"{previous}\n{text}"


def _leans_back(said: list[str]) -> bool:
    if not 0 < len(said) <= _LONGEST:
        return False
    starts = any(" ".join(said[:size]) in _STARTS for size in (1, 2, 3))
    return starts or not _POINTS.isdisjoint(said)
