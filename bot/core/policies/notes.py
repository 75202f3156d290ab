"""What is meant for the team alone."""

import re
import unicodedata
from collections.abc import Collection

from bot.core.texts import plain

NOTE_MARK = "//"
_FORMATTING = frozenset("*_~|\\")
_LAYOUT = frozenset(">#-+")
_INVISIBLE = ("Cf", "Cc", "Mn")
_QUOTED = re.compile(r"(?m)^[^\S\n]*(?:>[^\S\n]?)+")
_PARAGRAPH = re.compile(r"\n\s*\n")
_MOST_PARAGRAPHS_BEFORE = 20


def is_note(text: str) -> bool:
    """True for what begins with `//`, however it is formatted, quoted, escaped or written; in doubt it is a note."""
    begin = ""
    for char in text:
        if char in _FORMATTING or unicodedata.category(char) in _INVISIBLE:
            continue
        if not begin and (char in _LAYOUT or char.isspace()):
            continue
        begin += unicodedata.normalize("NFKC", char)
        if not NOTE_MARK.startswith(begin):
            return False
        if begin == NOTE_MARK:
            return True
    return False


def passes_on(forwarded: str, notes: Collection[str]) -> bool:
    """Whether a forwarded text is one of these notes, with or without words of the one who forwards it before it."""
    known = {words for note in notes if (words := _words(note))}
    if not known:
        return False
    paragraphs = _PARAGRAPH.split(_QUOTED.sub("", forwarded).strip())
    tails = (
        _words("\n\n".join(paragraphs[at:])) for at in range(min(len(paragraphs), _MOST_PARAGRAPHS_BEFORE))
    )
    return any(tail in known for tail in tails)


def _words(text: str) -> str:
    return " ".join(plain(_QUOTED.sub("", text)).split())
