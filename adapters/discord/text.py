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

# Most of what people write is plain words, which both dialects show as they are.
_IS_MORE_THAN_WORDS = re.compile(r"[\\*_~|`<>\[\]#&]|[^\S ]|[\0\ud800-\udfff]|^[ +\-=\d]| $|  |://")


def to_commonmark(text: str, names: Names) -> str:
    """Turn a Discord message into the house's text."""
    if not _IS_MORE_THAN_WORDS.search(text):
        return text
    return "\n\n".join(write(read_discord(text, names), COMMONMARK))


def to_discord(text: str, limit: int = LONGEST_MESSAGE, *, speaker: str = "") -> list[str]:
    """Turn the house's text into Discord messages of at most `limit` units, the speaker's name before the first."""
    if not speaker and not _IS_MORE_THAN_WORDS.search(text) and width(text) <= limit:
        return [text] if text else []
    blocks = read_commonmark(text)
    if speaker:
        blocks = _led_by(clip(" ".join(speaker.split()), LONGEST_NAME), blocks)
    return write(blocks, DISCORD, limit)


def _led_by(name: str, blocks: Sequence[Block]) -> list[Block]:
    label = Run(f"{name}:", (Mark.STRONG,))
    if blocks and not blocks[0].lead and blocks[0].language is None:
        first = Block((label, Run(" "), *blocks[0].runs))
        return [first, *blocks[1:]]
    return [Block((label,)), *blocks]


def to_plain(text: str, limit: int) -> str:
    """The house's text without any formatting, on one line, for titles, labels and names."""
    return clip(" ".join(plain(read_commonmark(text)).split()), limit)
