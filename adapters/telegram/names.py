"""Names that came from outside, made harmless."""

import unicodedata

_LONGEST = 120
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def file_name(given: str, fallback: str) -> str:
    """A file's name without path, control or bidi characters, at most 120 characters, ending kept."""
    last = given.replace("\\", "/").rpartition("/")[2]
    clean = "".join(character for character in last if _is_harmless(character)).strip(" .")
    if not clean:
        return fallback
    if len(clean) <= _LONGEST:
        return clean
    stem, dot, ending = clean.rpartition(".")
    if dot and stem and len(ending) <= 10:
        return stem[: _LONGEST - len(ending) - 1] + "." + ending
    return clean[:_LONGEST]


def one_line(given: str) -> str:
    """A person's or group's name on one line, without control and bidi characters."""
    if not given.isprintable():
        given = "".join(c if _is_harmless(c) else " " for c in given)
    return " ".join(given.split())


def _is_harmless(character: str) -> bool:
    return character not in _BIDI and unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp")
