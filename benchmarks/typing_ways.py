"""Questions as they come: with typing mistakes, or within a letter."""

import random
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from benchmarks.mistyping import mistyped

Questions = Iterable[dict[str, Any]]
Typed = Callable[[Questions], list[dict[str, Any]]]
"""Makes of the questions of a set how they are typed."""

_LETTERS = {
    "en": "Dear support team,\n\n{}\n\nKind regards,\nAnna Miller",
    "hr": "Poštovani,\n\n{}\n\nSrdačan pozdrav,\nAna Kovač",
    "sl": "Spoštovani,\n\n{}\n\nLep pozdrav,\nMaja Novak",
    "el": "Καλησπέρα σας,\n\n{}\n\nΕυχαριστώ πολύ,\nΕλένη",
    "lv": "Labdien!\n\n{}\n\nAr cieņu,\nIlze",
    "de": "Guten Tag,\n\n{}\n\nMit freundlichen Grüßen\nMax Muster",
}


def _mistyped(questions: Questions, mistakes: int) -> list[dict[str, Any]]:
    """The questions with mistakes, the same each time."""
    choice = random.Random(mistakes)  # noqa: S311  no secrets
    return [{**one, "text": mistyped(one["text"], choice, mistakes)} for one in _in_own_letters(questions)]


def _in_letters(questions: Questions) -> list[dict[str, Any]]:
    """The questions with an address, a farewell and a name in their language; others are left out."""
    return [
        {**one, "text": _LETTERS[one["lang"]].format(one["text"])}
        for one in _in_own_letters(questions)
        if one["lang"] in _LETTERS
    ]


def _in_own_letters(questions: Questions) -> Iterable[dict[str, Any]]:
    """All but Greek in Latin letters."""
    return (one for one in questions if one.get("style") != "greeklish")


TYPED: Mapping[str, Typed] = {
    "mistyped 1": partial(_mistyped, mistakes=1),
    "mistyped 2": partial(_mistyped, mistakes=2),
    "in a letter": _in_letters,
}
"""The ways by name; mistyped with so many mistakes in each question."""
