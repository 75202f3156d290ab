"""What a reader sees as one character, so that no text is cut in its middle: UAX #29 without its rarest scripts."""

import unicodedata

_JOINER = "\u200d"
_SPACING_LETTERS = "\u0e33\u0eb3"
"""Of Thai and Lao: letters to Unicode, and part of the letter before them to the eye."""
_VIRAMA = 9
"""The combining class of the signs that join two consonants of an Indic script into one."""


def is_inside(text: str, at: int) -> bool:
    """True when the character at this index, which is not the first, belongs to the one before it."""
    here, before = text[at], text[at - 1]
    if here.isascii():
        return before == _JOINER or (before == "\r" and here == "\n")
    if before == _JOINER or _extends(here):
        return True
    if _is_flag_letter(here):
        return _flag_letters_before(text, at) % 2 == 1
    if "\u1160" <= here <= "\u11ff":
        return "\u1100" <= before <= "\u11ff" or "\uac00" <= before <= "\ud7a3"
    return unicodedata.combining(before) == _VIRAMA and unicodedata.category(here) == "Lo"


def _extends(character: str) -> bool:
    return (
        character == _JOINER
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\U000e0020" <= character <= "\U000e007f"
        or character in _SPACING_LETTERS
        or unicodedata.category(character) in ("Mn", "Me", "Mc")
    )


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flag_letters_before(text: str, at: int) -> int:
    """How many letters of flags stand before it without a gap: they come in pairs."""
    start = at
    while start and _is_flag_letter(text[start - 1]):
        start -= 1
    return at - start
