"""Names that came from outside, made harmless."""

import unicodedata

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def one_line(given: str) -> str:
    """A person's or group's name on one line, without control and bidi characters."""
    if not given.isprintable():
        given = "".join(c if _is_harmless(c) else " " for c in given)
    return " ".join(given.split())


def _is_harmless(character: str) -> bool:
    return character not in _BIDI and unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp")
