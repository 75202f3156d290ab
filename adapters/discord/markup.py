"""Text with its formatting, between the two dialects: blocks of runs, read from one and written in the other."""

from enum import StrEnum

from msgspec import Struct


class Mark(StrEnum):
    """A formatting that wraps text; the value is what Discord writes before and behind it."""

    STRONG = "**"
    EMPHASIS = "*"
    EMPHASIS_AT_WORDS = "_"
    UNDERLINE = "__"
    STRIKE = "~~"
    SPOILER = "||"


class Run(Struct, frozen=True):
    """A stretch of literal text with one formatting; a lone newline is a line break."""

    text: str
    marks: tuple[Mark, ...] = ()
    """From the outermost to the innermost."""
    link: str = ""
    link_number: int = 0
    """Which link of its paragraph: two in a row may have one address."""
    is_code: bool = False


LINE_BREAK = "\n"


class Block(Struct, frozen=True):
    """A paragraph, heading, list item, part of a quote, or (with `language` set) a code block of one run."""

    runs: tuple[Run, ...]
    lead: str = ""
    """What its first line begins with: '# ', '> ', '- ' and their combinations."""
    indent: str = ""
    """What its further lines begin with."""
    is_tight: bool = False
    """Follows the block before it without an empty line."""
    language: str | None = None


def shared_marks(one: tuple[Mark, ...], other: tuple[Mark, ...]) -> tuple[Mark, ...]:
    """The outer marks that both have."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left is not right:
            break
        count += 1
    return one[:count]


def plain(blocks: list[Block]) -> str:
    """The same without any formatting, for titles and names."""
    return "\n".join("".join(run.text for run in block.runs) for block in blocks)
