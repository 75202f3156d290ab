"""What is meant for the team alone."""

import unicodedata

NOTE_MARK = "//"
_FORMATTING = frozenset("*_~|\\")
_LAYOUT = frozenset(">#-+")
_INVISIBLE = ("Cf", "Cc", "Mn")


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
