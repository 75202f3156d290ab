"""Questions that ask the same in other words, put together by the pieces of their words."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from bot.core.knowledge import Gap

ALIKE = 0.4
"""So much of the shorter question's pieces must be in the other one. Chosen by hand on questions to the sample shop."""
PIECE = 4
COMMON = 0.25
"""A piece in more than this share of all questions says nothing about any of them."""
FEW = 12


def group(texts: Sequence[str]) -> list[list[int]]:
    """The positions of questions that belong together, in the order of their first ones."""
    pieces = [_pieces(text) for text in texts]
    counts = Counter(piece for one in pieces for piece in one)
    most = max(FEW, COMMON * len(texts))
    telling = [{piece for piece in one if counts[piece] <= most} for one in pieces]
    groups: list[list[int]] = []
    shared: dict[str, set[int]] = {}
    """Piece to the groups whose first question has it."""
    for position, own in enumerate(telling):
        overlaps = Counter(number for piece in own for number in shared.get(piece, ()))
        best, overlap = max(overlaps.items(), key=lambda one: (one[1], -one[0]), default=(-1, 0))
        if best >= 0 and overlap >= ALIKE * min(len(own), len(telling[groups[best][0]])):
            groups[best].append(position)
            continue
        for piece in own:
            shared.setdefault(piece, set()).add(len(groups))
        groups.append([position])
    return groups


def gaps_of(groups: Iterable[Sequence[tuple[int, int]]]) -> list[Gap]:
    """Groups of questions, each as its message and the person who asked, as gaps: most asked first.

    What was asked by more people counts more than what one person asked again and again.
    """
    gaps = [
        Gap(
            tuple(sorted((message_id for message_id, _ in one), reverse=True)),
            len({person for _, person in one}),
        )
        for one in groups
    ]
    return sorted(gaps, key=lambda gap: (-gap.askers, -len(gap.message_ids), -gap.message_ids[0]))


def _pieces(text: str) -> set[str]:
    """Every four letters of every word, without accents and case; short words whole."""
    plain = "".join(
        char for char in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(char)
    )
    words = "".join(char if char.isalnum() else " " for char in plain).split()
    return {
        word[start : start + PIECE]
        for word in words
        if len(word) >= PIECE - 1
        for start in range(max(1, len(word) - PIECE + 1))
    }
