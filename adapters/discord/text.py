"""The two ways of text: what people write on Discord into CommonMark, and CommonMark into Discord messages."""

import re
from collections.abc import Sequence

from adapters.discord.commonmark import COMMONMARK, read_commonmark
from adapters.discord.discord_read import Names, read_discord
from adapters.discord.discord_write import DISCORD
from adapters.discord.length import clip, width
from adapters.discord.markup import Block, Mark, Run, plain
from adapters.discord.write import write

LONGEST_MESSAGE = 2000
LONGEST_NAME = 80
_BEGINNINGS = frozenset(" +-=")

_BEYOND_LINES = re.compile(
    r"[\\*_~|`<>\[\]#&\0\ud800-\udfff"
    # White space that is no ordinary space.
    r"\t\x0b-\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
)


# At a line's beginning some more would be a list, a heading or an indent; its end and the text's rims are trimmed.
_ODD_LINE = re.compile(r"\A\n|\n\Z|\n\n\n|[ ]\n|\n[ +=\d-]")
_HARD_BREAK = re.compile(r"\\\n(?!\n)")
_BREAK = re.compile(r"(?<!\n)\n(?!\n)")


def is_words(text: str) -> bool:
    """Whether both dialects show the text, of one line, as it stands, as they do with most of what people write."""
    return "\n" not in text and _is_plain(text)


def are_lines(text: str) -> bool:
    """The same for lines and paragraphs."""
    return _is_plain(text) and ("\n" not in text or _ODD_LINE.search(text) is None)


def _is_plain(text: str) -> bool:
    if _BEYOND_LINES.search(text) is not None:
        return False
    return not (
        text[:1] in _BEGINNINGS or text[:1].isdecimal() or text[-1:] == " " or "  " in text or "://" in text
    )


def to_commonmark(text: str, names: Names) -> str:
    """Turn a Discord message into the house's text."""
    if are_lines(text):
        return _BREAK.sub("\\\\\n", text) if "\n" in text else text
    return "\n\n".join(write(read_discord(text, names), COMMONMARK))


def to_discord(text: str, limit: int = LONGEST_MESSAGE, *, speaker: str = "") -> list[str]:
    """Turn the house's text into Discord messages of at most `limit` units, the speaker's name before the first."""
    lines = _HARD_BREAK.sub("\n", text) if "\\" in text else text
    if are_lines(lines) and (written := _led(lines, speaker)) is not None and width(written) <= limit:
        return [written] if written else []
    blocks = read_commonmark(text)
    if speaker:
        blocks = _led_by(clip(" ".join(speaker.split()), LONGEST_NAME), blocks)
    return write(blocks, DISCORD, limit)


def _led(text: str, speaker: str) -> str | None:
    """Plain words with the speaker's name before them; None for a name that needs a closer look."""
    if not speaker:
        return text
    if not (text and is_words(speaker)) or len(speaker) > LONGEST_NAME or not speaker.isascii():
        return None
    return f"**{speaker}:** {text}"


def _led_by(name: str, blocks: Sequence[Block]) -> list[Block]:
    label = Run(f"{name}:", (Mark.STRONG,))
    if blocks and not blocks[0].lead and blocks[0].language is None:
        first = Block((label, Run(" "), *blocks[0].runs))
        return [first, *blocks[1:]]
    return [Block((label,)), *blocks]


def to_plain(text: str, limit: int) -> str:
    """The house's text without any formatting, on one line, for titles, labels and names."""
    return clip(" ".join((text if is_words(text) else plain(read_commonmark(text))).split()), limit)
