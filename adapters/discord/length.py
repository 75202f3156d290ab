"""How long a text is to Discord, and where it may be cut without breaking a character that people see as one."""

import re

from adapters.graphemes import is_inside

_HALVES = re.compile("[\ud800-\udfff]")


def width(text: str) -> int:
    """Return the length in UTF-16 units: never less than what Discord counts, whichever way it counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int) -> int:
    """Return how many characters of the text make the longest beginning of at most `limit` units.

    The cut does not part a letter from its accents, nor an emoji from its joiners, skin tone or second flag
    letter, unless the whole beginning is one such character. At least 1 for a text that is not empty.
    """
    end = 0
    used = 0
    while end < len(text):
        used += 2 if text[end] > "\uffff" else 1
        if used > limit:
            break
        end += 1
    if end == len(text):
        return end
    whole = end
    while whole > 0 and is_inside(text, whole):
        whole -= 1
    return max(whole or end, 1)


def tidy(text: str) -> str:
    """The text with one kind of newline, and without what cannot be sent: null characters, halves of pairs."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return text if text.isascii() else _HALVES.sub("\ufffd", text)


def clip(text: str, limit: int) -> str:
    """The text, or its beginning and an ellipsis."""
    text = tidy(text)
    end = cut(text, limit)
    return text if end == len(text) else text[: cut(text, limit - 1)].rstrip() + "…"
