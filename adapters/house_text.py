"""The house's form of text as adapters read it: what `bot/core/content.py` calls CommonMark, in one parser."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, table
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter
from markdown_it.token import Token
from msgspec import Struct

UNDERLINE = ("<u>", "</u>")
_UNDERLINE_MARKER = 0x110000
"""In the parser's list of open marks, where other marks stand with the code point of their sign."""
_TASKS = {"[ ] ": "☐ ", "[x] ": "☑ ", "[X] ": "☑ "}
_MOMENT = re.compile(r"moment:(-?\d{1,13})(?::([tTdDfFR]))?")
_FORMATS = {"t": "%H:%M UTC", "T": "%H:%M:%S UTC", "d": "%Y-%m-%d", "D": "%Y-%m-%d"}
_FORMAT = "%Y-%m-%d %H:%M UTC"
_MOST_CELL = 60
_MOST_COLUMNS = 40
_MOST_CELLS = 4000


def house_parser(*, most_nesting: int, has_spoilers: bool = True) -> MarkdownIt:
    """A parser whose tokens are CommonMark's and `s`, `u` and `spoiler`; tables come as fences, tasks as signs."""
    markdown = MarkdownIt("commonmark", {"html": False, "maxNesting": most_nesting})
    markdown.enable(["strikethrough", "table"])
    markdown.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    markdown.inline.ruler.before("autolink", "underline", _underline)
    markdown.inline.ruler2.before("emphasis", "underline", _underline_pairs)
    if has_spoilers:
        add_spoilers(markdown)
    markdown.core.ruler.before("text_join", "tasks", _draw_tasks)
    markdown.core.ruler.push("tables", _draw_tables)
    leave_addresses(markdown)
    return markdown


def leave_addresses(markdown: MarkdownIt) -> None:
    """Show and open an address exactly as it was written: encoded, it would no longer be what it stands behind."""
    markdown.normalizeLink = lambda url: url  # type: ignore[method-assign]  # its documented way to be changed
    markdown.normalizeLinkText = lambda link: link  # type: ignore[method-assign]


# -- spoilers and underline


def add_spoilers(markdown: MarkdownIt) -> None:
    """Teach a parser `||spoiler||`."""
    markdown.inline.add_terminator_char("|")
    markdown.inline.ruler.before("link", "spoiler", _spoiler)


def _spoiler(state: StateInline, silent: bool) -> bool:
    start, last = state.pos, state.posMax
    if not state.src.startswith("||", start):
        return False
    end = _spoiler_end(state)
    state.pos = start
    if end <= start + 2 or not state.src[start + 2 : end].strip():
        return False
    if not silent:
        state.push("spoiler_open", "spoiler", 1)
        state.pos, state.posMax = start + 2, end
        state.md.inline.tokenize(state)
        state.push("spoiler_close", "spoiler", -1)
    state.pos, state.posMax = end + 2, last
    return True


def _spoiler_end(state: StateInline) -> int:
    """Where the closing bars stand, past escapes, code and links; -1 when there are none."""
    state.pos += 2
    while state.pos < state.posMax:
        if state.src.startswith("||", state.pos):
            return state.pos
        state.md.inline.skipToken(state)
    return -1


def _underline(state: StateInline, silent: bool) -> bool:
    sign = next((sign for sign in UNDERLINE if state.src.startswith(sign, state.pos)), None)
    if sign is None or state.pos + len(sign) > state.posMax:
        return False
    if not silent:
        state.push("text", "", 0).content = sign
        is_opening = sign == UNDERLINE[0]
        mark = Delimiter(_UNDERLINE_MARKER, 0, len(state.tokens) - 1, -1, is_opening, not is_opening)
        state.delimiters.append(mark)
    state.pos += len(sign)
    return True


def _underline_pairs(state: StateInline) -> None:
    """What the parser paired becomes tokens; a mark without its partner stays the characters it is."""
    for marks in (state.delimiters, *(meta["delimiters"] for meta in state.tokens_meta if meta)):
        for mark in marks:
            if mark.marker == _UNDERLINE_MARKER and mark.open and mark.end != -1:
                for index, way in ((mark.token, 1), (marks[mark.end].token, -1)):
                    token = state.tokens[index]
                    token.type, token.tag = "u_open" if way > 0 else "u_close", "u"
                    token.nesting, token.markup, token.content = way, token.content, ""


# -- tasks


def _draw_tasks(state: StateCore) -> None:
    tokens = state.tokens
    for at in range(2, len(tokens)):
        if tokens[at].type == "inline" and tokens[at - 2].type == "list_item_open":
            first = next(iter(tokens[at].children or ()), None)
            if first is not None and first.type == "text" and (sign := _TASKS.get(first.content[:4])):
                first.content = sign + first.content[4:]


# -- tables


def _table(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    # Every row gets as many cells as the head has, so few characters could ask for very many of them.
    count = state.src.count("|", state.bMarks[first], state.eMarks[first])
    is_small = count <= _MOST_COLUMNS and (count + 1) * (last - first) <= _MOST_CELLS
    return is_small and table(state, first, last, silent)


def _draw_tables(state: StateCore) -> None:
    """Put a fence with aligned columns in the place of each table: no platform shows tables in a person's message."""
    drawn: list[Token] = []
    rows: list[list[str]] = []
    for token in state.tokens:
        if token.type == "table_open":
            rows = []
            fence = Token("fence", "code", 0, map=token.map, markup="```", block=True, level=token.level)
            drawn.append(fence)
        elif token.type == "table_close":
            drawn[-1].content = f"{aligned(rows)}\n"
        elif token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and drawn and drawn[-1].type == "fence" and _is_cell(token, drawn[-1]):
            rows[-1].append(_cell_words(token.children or ()))
        elif not token.type.startswith(("thead", "tbody", "tr_", "th_", "td_")):
            drawn.append(token)
    state.tokens = drawn


def _is_cell(token: Token, fence: Token) -> bool:
    return fence.content == "" and token.level > fence.level


def _cell_words(children: Sequence[Token]) -> str:
    words: list[str] = []
    url = ""
    for child in children:
        if child.type == "link_open":
            url = str(child.attrGet("href") or "")
            words.append("")
        elif child.type == "link_close":
            is_shown = words[-1] == url or _MOMENT.fullmatch(url) is not None
            words[-1] += "" if is_shown else f" ({url})"
            url = ""
        else:
            text = " " if child.type in ("softbreak", "hardbreak") else child.content
            if url:
                words[-1] += text
            else:
                words.append(text)
    return "".join(words).strip()


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """The rows, the first of which is the head, in columns of equal width on a screen with equal letters."""
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    widths = [min(width, _MOST_CELL) for width in widths]
    lines = ["  ".join(_padded(cell, width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    rule = "  ".join("─" * width for width in widths)
    return "\n".join(line.rstrip() for line in (lines[0], rule, *lines[1:]))


def _padded(cell: str, width: int) -> str:
    return cell + " " * (width - columns(cell))


def columns(text: str) -> int:
    """How many columns the text takes where all letters are equally wide."""
    return len(text) if text.isascii() else sum(map(_columns_of, text))


def _columns_of(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


# -- moments


class Moment(Struct, frozen=True):
    """A point in time that a reader sees in their own time zone where their platform can: a link to `url`."""

    seconds: int
    """Of Unix time."""
    style: str = "f"
    """How it is shown, as Discord names it: t, T, d, D, f (date and time), F (with the weekday), R (how long until)."""

    @property
    def url(self) -> str:
        return f"moment:{self.seconds}" + (f":{self.style}" if self.style != "f" else "")

    @property
    def words(self) -> str:
        """For readers whose platform shows no moments, or for one that no calendar has."""
        try:
            at = datetime.fromtimestamp(self.seconds, UTC)
        except (ValueError, OverflowError, OSError):
            return str(self.seconds)
        return at.strftime(_FORMATS.get(self.style, _FORMAT))


def moment_of(url: str) -> Moment | None:
    """The moment that an address stands for."""
    found = _MOMENT.fullmatch(url)
    return Moment(int(found[1]), found[2] or "f") if found else None
