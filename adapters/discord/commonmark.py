"""CommonMark, the house's own text form: read into blocks, and how it is escaped when it is written."""

import re
from collections.abc import Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec import Struct, field
from msgspec.structs import replace

from adapters.discord.inline import runs_of
from adapters.discord.length import tidy
from adapters.discord.markup import LINE_BREAK, Block, Mark, Run
from adapters.discord.write import Dialect
from adapters.house_text import UNDERLINE, house_parser
from adapters.long_texts import ready

LONGEST_PARSED = 20_000
"""Longer paragraphs are taken as they stand: nobody writes them by hand, and parsing them takes memory and time."""
_PIECE = 6_000
"""A long text is parsed in pieces of about so many characters: what the parser makes of one is soon gone again."""
MOST_BRACKETS = 1_000
"""Every open bracket makes the parser look ahead for a link, over and over."""
SMALLEST_HEADING = 3
"""Discord knows three sizes of heading; smaller ones become bold."""

# The parser drops what lies deeper than its limit, and a text without its end is worse than one without its form.
_FENCE_LINE = re.compile(r"^ {0,3}(?:`{3,}|~{3,})", re.MULTILINE)
_TOO_DEEP = re.compile(r"^(?:[ \t]*(?:>|[-*+]|\d{1,9}[.)])){16}", re.MULTILINE)


def _parser() -> MarkdownIt:
    # Indented code is off: people indent lines in a chat without meaning code.
    return ready(house_parser(most_nesting=60).disable(["code", "html_block", "html_inline"]))


_MARKDOWN = _parser()


def read_commonmark(text: str) -> list[Block]:
    """Parse the house's text; what is too long or too deep to be meant as markup is taken as plain text."""
    return [block for piece in _pieces(tidy(text)) for block in _read(piece)]


def _read(text: str) -> list[Block]:
    if is_too_much(text) or _TOO_DEEP.search(text):
        return plain_blocks(text)
    return _Reader().read(_MARKDOWN.parse(text))


def _pieces(text: str) -> Iterator[str]:
    """A text that is too long to be parsed at once, cut between paragraphs where no code is open."""
    if len(text) <= _PIECE:
        yield text
        return
    paragraphs: list[str] = []
    length, is_code = 0, False
    for paragraph in text.split("\n\n"):
        if paragraphs and not is_code and length + len(paragraph) > _PIECE:
            yield "\n\n".join(paragraphs)
            paragraphs, length = [], 0
        paragraphs.append(paragraph)
        length += len(paragraph) + 2
        is_code ^= len(_FENCE_LINE.findall(paragraph)) % 2 == 1
    yield "\n\n".join(paragraphs)


def is_too_much(text: str) -> bool:
    """Whether parsing the text would hold up everyone."""
    return len(text) > LONGEST_PARSED or text.count("[") > MOST_BRACKETS


def plain_blocks(text: str) -> list[Block]:
    """Paragraphs of literal text."""
    paragraphs = re.split(r"\n[ \t]*\n\s*", text.strip("\n"))
    return [Block(literal_lines(paragraph)) for paragraph in paragraphs if paragraph]


def literal_lines(text: str) -> tuple[Run, ...]:
    """Literal text, its newlines as line breaks."""
    runs: list[Run] = []
    for line in text.split("\n"):
        if runs:
            runs.append(Run(LINE_BREAK))
        if line:
            runs.append(Run(line))
    return tuple(runs)


class _Frame(Struct):
    """A quote or list item that the walk is inside of."""

    lead: str
    indent: str
    is_entered: bool = False


class _Reader(Struct):
    """Walks the flat tokens and gathers blocks."""

    blocks: list[Block] = field(default_factory=list)
    frames: list[_Frame] = field(default_factory=list)
    numbers: list[int | None] = field(default_factory=list)
    """For each list around: its next number, or None for bullets."""
    is_list_begun: bool = False

    def read(self, tokens: Sequence[Token]) -> list[Block]:
        for index, token in enumerate(tokens):
            match token.type:
                case "inline":
                    self._add(_text_block(runs_of(token.children or []), tokens[index - 1]))
                case "fence":
                    words = token.info.split()
                    code = (Run(token.content.removesuffix("\n")),)
                    self._add(Block(code, language=words[0] if words else ""))
                case "hr":
                    self._add(Block((Run("―――"),)))
                case _:
                    self._step(token)
        return self.blocks

    def _step(self, token: Token) -> None:
        match token.type:
            case "blockquote_open":
                self.frames.append(_Frame("> ", "> "))
            case "bullet_list_open":
                self._begin_list(None)
            case "ordered_list_open":
                self._begin_list(int(token.attrGet("start") or 1))
            case "list_item_open":
                marker = self._next_marker()
                self.frames.append(_Frame(marker, " " * len(marker)))
            case "list_item_close" | "blockquote_close":
                self.frames.pop()
            case "bullet_list_close" | "ordered_list_close":
                self.numbers.pop()

    def _begin_list(self, number: int | None) -> None:
        if not self.numbers:
            self.is_list_begun = False
        self.numbers.append(number)

    def _next_marker(self) -> str:
        number = self.numbers[-1]
        if number is None:
            return "- "
        self.numbers[-1] = number + 1
        return f"{number}. "

    def _add(self, block: Block) -> None:
        lead = "".join(frame.indent if frame.is_entered else frame.lead for frame in self.frames)
        indent = "".join(frame.indent for frame in self.frames)
        for frame in self.frames:
            frame.is_entered = True
        is_tight = bool(self.numbers) and self.is_list_begun
        self.is_list_begun = bool(self.numbers)
        self.blocks.append(replace(block, lead=lead + block.lead, indent=indent, is_tight=is_tight))


def _text_block(runs: tuple[Run, ...], opening: Token) -> Block:
    if opening.type != "heading_open":
        return Block(runs)
    level = int(opening.tag[1:])
    if level <= SMALLEST_HEADING:
        return Block(runs, lead="#" * level + " ")
    return Block(tuple(_bold(run) for run in runs))


def _bold(run: Run) -> Run:
    rest = tuple(mark for mark in run.marks if mark is not Mark.STRONG)
    return replace(run, marks=(Mark.STRONG, *rest))


_PUNCTUATION = r"!-/:-@\[-`{-~"
_ESCAPED = re.compile(
    rf"\\(?=[{_PUNCTUATION}]|$)"
    r"|`|(?<!\s)\*|\*(?!\s)"
    r"|(?<![^\W_])_|_(?![^\W_])"
    r"|~(?=~)|(?<=~)~|\|(?=\||$)|(?<=\|)\||^\|"
    r"|<(?=[A-Za-z/!?])|&(?=#?\w+;)|\](?=[(:\[]|$)"
)
_LINE_START = re.compile(r"(#{1,6}(?=\s|$)|>|[-+*](?=\s|$)|=|-(?=[-:|\s]*$)|:(?=-[-:|\s]*$)|~|`)")
_NUMBERED = re.compile(r"(\d{1,9})([.)])(?=\s|$)")


def escape_commonmark(text: str) -> str:
    """Escape what would gain meaning in CommonMark, and no more: people read this text in logs and forms too."""
    return _ESCAPED.sub(lambda found: "\\" + found.group(), text)


def escape_commonmark_line_start(text: str) -> str:
    """Escape a beginning, already escaped inside, that would make the line a heading, quote or list item."""
    spaces = len(text) - len(text.lstrip(" \t"))
    if spaces:
        # Spaces at the start of a line mean nothing or code in CommonMark; here they are only shown.
        return "\u00a0" * spaces + text[spaces:]
    if numbered := _NUMBERED.match(text):
        return f"{numbered.group(1)}\\{text[numbered.end(1) :]}"
    return "\\" + text if _LINE_START.match(text) else text


def _fence(code: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", code)), default=0)
    return "`" * max(3, longest + 1)


def _code_span(code: str) -> str:
    fence = "`" * (max((len(run) for run in re.findall(r"`+", code)), default=0) + 1)
    padding = " " if code.startswith("`") or code.endswith("`") or _is_padded(code) else ""
    return f"{fence}{padding}{code}{padding}{fence}"


def _is_padded(code: str) -> bool:
    # The parser takes one space from both ends, so that a span may begin with a backtick.
    return code.startswith(" ") and code.endswith(" ") and bool(code.strip())


def _link(written: str, text: str, url: str) -> str:
    if text == url:
        return url if escape_commonmark(url) == url else f"<{url}>"
    return f"[{written}](<{url}>)" if set("() ") & set(url) else f"[{written}]({url})"


COMMONMARK = Dialect(
    escape=escape_commonmark,
    escape_line_start=escape_commonmark_line_start,
    line_break="\\\n",
    code_fence=_fence,
    code_text=str,
    code_span=_code_span,
    link=_link,
    marks={Mark.UNDERLINE: UNDERLINE},
)
