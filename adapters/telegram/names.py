"""Names that came from outside, made harmless."""

import unicodedata
from collections.abc import Mapping
from typing import Any

from adapters.fields import mappings, number, words
from bot.core.events import Mention
from bot.core.places import Identity

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def one_line(given: str) -> str:
    """A person's or group's name on one line, without control and bidi characters."""
    if not given.isprintable():
        given = "".join(c if _is_harmless(c) else " " for c in given)
    return " ".join(given.split())


def mentioned(message: Mapping[str, Any]) -> tuple[Mention, ...]:
    """The people who are called by their names; an @name that was typed says no more than it says."""
    text = (words(message, "text") or words(message, "caption")).encode("utf-16-le", "replace")
    calls = [
        one
        for one in (*mappings(message, "entities"), *mappings(message, "caption_entities"))
        if one.get("type") == "text_mention"
    ]
    found = []
    for call in calls:
        start, units = int(number(call, "offset")), int(number(call, "length"))
        name = text[2 * start : 2 * (start + units)].decode("utf-16-le", "replace").removeprefix("@")
        user = call.get("user")
        if name and isinstance(user, Mapping) and user.get("id"):
            found.append(Mention(Identity("telegram", "", str(user["id"])), name))
    return tuple(found)


def _is_harmless(character: str) -> bool:
    return character not in _BIDI and unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp")
