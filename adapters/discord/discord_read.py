"""Reading Discord's markdown into blocks: line by line, as its clients do, and inline with their rules."""

import re
from collections.abc import Callable

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from msgspec import Struct, field
from msgspec.structs import replace

from adapters.discord.commonmark import is_too_much, plain_blocks
from adapters.discord.inline import add_spoilers, runs_of
from adapters.discord.length import tidy
from adapters.discord.markup import Block, Run
from adapters.house_text import Moment, leave_addresses

Names = Callable[[str, str], str]
"""(kind, id) to a name: kind is user, role or channel."""

_FENCE = re.compile(r"```(?:([A-Za-z0-9_+\-.#]{1,30})\n)?\n*(.*?)\n*```", re.DOTALL)
_HEADING = re.compile(r"(#{1,3}) +(\S.*)")
_ITEM = re.compile(r"( *)([-*]|\d{1,9}\.) +(\S.*)")
_MENTION = re.compile(
    r"<(?:@!?(?P<user>\d+)|@&(?P<role>\d+)|#(?P<channel>\d+)|/(?P<command>[^:<>\n]+):\d+"
    r"|a?:(?P<emoji>\w+):\d+|t:(?P<time>-?\d{1,13})(?::(?P<style>[tTdDfFR]))?|id:(?P<page>[a-z-]+)(?::\d+)?)>"
)
_UNDERLINED = re.compile(r"__(?!_)((?:\\.|[^\\])+?)__(?!_)", re.DOTALL)
_ADDRESS = re.compile(r"https?://[^\s<>]+[^<>.,:;\"'\]\s*_~|]")
_LINKABLE = ("https://", "http://", "discord://", "mailto:", "tel:")


def read_discord(text: str, names: Names) -> list[Block]:
    """Parse what a person wrote on Discord; mentions become literal '@Name', '#channel' and ':emoji:'."""
    text = tidy(text)
    if is_too_much(text):
        return plain_blocks(text)
    return _Reader(names).read(text)


class _Reader(Struct):
    names: Names
    blocks: list[Block] = field(default_factory=list)
    paragraph: list[str] = field(default_factory=list)
    indents: list[str] = field(default_factory=list)
    """Of the items above, as far as another one could be nested in them; each is wider than the one before it."""
    is_in_quote: bool = False

    def read(self, text: str) -> list[Block]:
        rest: str | None = text
        while rest is not None:
            rest = self._quote(rest) if self._is_quote(rest) else self._line(rest)
        self._flush()
        return self.blocks

    def _is_quote(self, rest: str) -> bool:
        return not self.is_in_quote and rest.startswith(("> ", ">>> "))

    def _quote(self, rest: str) -> str | None:
        self._flush()
        if rest.startswith(">>> "):
            quoted, left = rest[4:], None
        else:
            lines = rest.split("\n")
            count = next((n for n, line in enumerate(lines) if not line.startswith("> ")), len(lines))
            quoted = "\n".join(line[2:] for line in lines[:count])
            left = "\n".join(lines[count:]) if count < len(lines) else None
        inner = _Reader(self.names, is_in_quote=True).read(quoted)
        for number, block in enumerate(inner):
            self.blocks.append(
                replace(
                    block,
                    lead="> " + block.lead,
                    indent="> " + block.indent,
                    is_tight=block.is_tight and number > 0,
                )
            )
        return left

    def _line(self, rest: str) -> str | None:
        line, newline, after = rest.partition("\n")
        if (fence := _opened_fence(rest, len(line))) is not None:
            return self._code(rest, fence)
        if heading := _HEADING.fullmatch(line):
            self._flush()
            self.blocks.append(Block(self._inline(heading.group(2)), lead=heading.group(1) + " "))
        elif item := _ITEM.fullmatch(line):
            self._item(item)
        elif line.strip():
            self.paragraph.append(line.removeprefix("-# "))
        else:
            self._flush()
        return after if newline else None

    def _code(self, rest: str, fence: re.Match[str]) -> str | None:
        before = rest[: fence.start()]
        if before.strip():
            self.paragraph.append(before)
        self._flush()
        self.blocks.append(Block((Run(fence.group(2)),), language=fence.group(1) or ""))
        left = rest[fence.end() :].lstrip(" ").removeprefix("\n")
        return left or None

    def _item(self, item: re.Match[str]) -> None:
        is_first = bool(self.paragraph) or not self.blocks or not _is_item(self.blocks[-1])
        self._flush()
        spaces, marker, text = item.groups()
        sign = "- " if marker in "-*" else f"{marker} "
        if is_first:
            self.indents.clear()
        parents = self._parents(len(spaces) // 2)
        indent = parents + " " * len(sign)
        while self.indents and len(self.indents[-1]) >= len(indent):
            self.indents.pop()
        self.indents.append(indent)
        # Two lists one after the other, with different signs, must not grow together.
        is_tight = not is_first
        self.blocks.append(Block(self._inline(text), parents + sign, indent, is_tight=is_tight))

    def _parents(self, depth: int) -> str:
        """The indent of an item: that of the nearest item above it at this depth or less."""
        return self.indents[min(depth, len(self.indents)) - 1] if depth and self.indents else ""

    def _flush(self) -> None:
        if self.paragraph:
            lines = [_keep_indent(line) for line in self.paragraph]
            self.blocks.append(Block(self._inline("\n".join(lines))))
            self.paragraph.clear()

    def _inline(self, text: str) -> tuple[Run, ...]:
        tokens = _MARKDOWN.parseInline(text, {"names": self.names})
        children = (tokens[0].children if tokens else None) or []
        for token in children:
            if token.markup == "__":
                # What the rule for underlines leaves to the parser: three or more in a row.
                token.type = token.type.replace("strong", "u")
        return runs_of(children)


def _opened_fence(rest: str, line_length: int) -> re.Match[str] | None:
    """The code block that opens on the first line of this text."""
    begin = rest.find("```", 0, line_length)
    if begin < 0 or (begin and rest[begin - 1] == "\\"):
        return None
    fence = _FENCE.match(rest, begin)
    return fence if fence and fence.group(2).strip() else None


def _is_item(block: Block) -> bool:
    return block.indent != "" and block.lead.strip() != "" and not block.lead.startswith(">")


def _keep_indent(line: str) -> str:
    # The inline parser drops spaces at the start of a line, and people draw with them.
    bare = line.lstrip(" \t")
    return "\u00a0" * (len(line) - len(bare)) + bare


def _mention(state: StateInline, silent: bool) -> bool:
    found = _MENTION.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        moment = Moment(int(found["time"]), found["style"] or "f") if found["time"] else None
        if moment is not None:
            state.push("link_open", "a", 1).attrs = {"href": moment.url}
        shown = moment.words if moment else _shown(found, state.env["names"])
        state.push("text", "", 0).content = shown
        if moment is not None:
            state.push("link_close", "a", -1)
    state.pos = found.end()
    return True


def _shown(found: re.Match[str], names: Names) -> str:
    kind, value = next((kind, value) for kind, value in found.groupdict().items() if value is not None)
    match kind:
        case "user" | "role":
            return "@" + (names(kind, value) or value)
        case "channel":
            return "#" + (names(kind, value) or value)
        case "command":
            return "/" + value
        case "emoji":
            return f":{value}:"
    return "#" + value


def _underline(state: StateInline, silent: bool) -> bool:
    """`__words__`, which Discord also sees within a word, where CommonMark sees nothing."""
    found = _UNDERLINED.match(state.src, state.pos, state.posMax)
    if found is None or state.src.startswith("_", found.end()):
        return False
    if not silent:
        after = state.posMax
        state.pos, state.posMax = found.start(1), found.end(1)
        state.push("u_open", "", 1)
        state.md.inline.tokenize(state)
        state.push("u_close", "", -1)
        state.posMax = after
    state.pos = found.end()
    return True


def _address(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "h" or state.linkLevel:
        return False
    if state.pos and state.src[state.pos - 1].isalnum():
        return False
    found = _ADDRESS.match(state.src, state.pos, state.posMax)
    address = _without_stray_brackets(found.group()) if found else ""
    if not address:
        return False
    if not silent:
        state.push("link_open", "a", 1).attrs = {"href": address}
        state.push("text", "", 0).content = address
        state.push("link_close", "a", -1)
    state.pos += len(address)
    return True


def _without_stray_brackets(address: str) -> str:
    """A bracket at the end belongs to the address only when it was opened there; "" when nothing is left of it."""
    at_end = len(address) - len(address.rstrip(")"))
    stray = min(at_end, max(0, address.count(")") - address.count("(")))
    shorter = _ADDRESS.match(address, 0, len(address) - stray)
    return shorter.group() if shorter else ""


def _parser() -> MarkdownIt:
    markdown = MarkdownIt("zero", {"maxNesting": 60})
    markdown.enable(["escape", "backticks", "emphasis", "strikethrough", "link", "autolink", "newline"])
    add_spoilers(markdown)
    markdown.inline.ruler.before("emphasis", "underline", _underline)
    markdown.inline.ruler.before("autolink", "mention", _mention)
    markdown.inline.add_terminator_char("h")
    markdown.inline.ruler.push("address", _address)
    leave_addresses(markdown)
    markdown.validateLink = lambda url: url.startswith(_LINKABLE)  # type: ignore[method-assign] # the library's hook
    return markdown


_MARKDOWN = _parser()
