"""Discord's markdown: CommonMark's emphasis with its own quotes, underlines, spoilers, mentions and times."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from sandbox.markup.markdown import tree_of
from sandbox.markup.tree import Tree, node

_SPECIAL = re.compile(
    r"<(?:@!?(?P<person>\d+)|@&(?P<role>\d+)|#(?P<room>\d+)|</(?P<command>[^:>]+):\d+>"
    r"|t:(?P<time>-?\d{1,12})(?::(?P<style>[tTdDfFRsS]))?|a?:(?P<emoji>\w+):\d+)>"
)
_FENCE = re.compile(r"^```[^`]*$")
_UNDERLINED = re.compile(r"__(?!_)((?:\\.|[^\\])+?)__(?!_)", re.DOTALL)
_LONG_HEADING = re.compile(r"^#{4,}(?=\s)", re.MULTILINE)


def discord_tree(text: str) -> Tree:
    made: Tree = []
    for kind, part in _parts(text):
        if kind == "quote":
            made.append(node("quote", discord_tree_of_lines(part)))
        elif kind == "subtext":
            made.append(node("subtext", discord_tree_of_lines(part)))
        else:
            made += discord_tree_of_lines(part)
    return made


def discord_tree_of_lines(text: str) -> Tree:
    """Everything but quotes and subtext, which Discord knows by the beginning of a line."""
    # Only three levels are headings here; a fourth "#" is a character like any other.
    tokens = _DISCORD.parse(_LONG_HEADING.sub(lambda found: "\\" + found[0], text))
    for token in tokens:
        for inner in token.children or []:
            if inner.type in ("strong_open", "strong_close") and inner.markup == "__":
                inner.type = inner.type.replace("strong", "underline")
    return tree_of(tokens)


def _parts(text: str) -> list[tuple[str, str]]:
    """Split into runs of lines: ("quote" | "subtext" | "text", the lines without their marks).

    Unlike CommonMark, a quote ends where its marks end, and ">>> " quotes all that follows.
    """
    parts: list[tuple[str, list[str]]] = []
    is_code = False
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if not is_code and line.startswith(">>> "):
            parts.append(("quote", [line[4:], *lines[number + 1 :]]))
            break
        kind, shown = "text", line
        if _FENCE.match(line):
            is_code = not is_code
        elif not is_code and (line.startswith("> ") or line == ">"):
            kind, shown = "quote", line[2:]
        elif not is_code and line.startswith("-# "):
            kind, shown = "subtext", line[3:]
        if parts and parts[-1][0] == kind:
            parts[-1][1].append(shown)
        else:
            parts.append((kind, [shown]))
    return [(kind, "\n".join(run)) for kind, run in parts]


def _special(state: StateInline, silent: bool) -> bool:
    found = _SPECIAL.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        _push(state, _special_node(found))
    state.pos = found.end()
    return True


def _special_node(found: "re.Match[str]") -> dict[str, object]:
    if found["time"]:
        return node("time", at=int(found["time"]), style=found["style"] or "f")
    if found["emoji"]:
        return node("emoji", name=found["emoji"])
    kind = next(kind for kind in ("person", "role", "room", "command") if found[kind])
    return node("mention", kind=kind, id=found[kind])


def _everyone(state: StateInline, silent: bool) -> bool:
    found = re.compile("@(everyone|here)").match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        _push(state, node("mention", kind="everyone", id=found[1]))
    state.pos = found.end()
    return True


def _spoiler(state: StateInline, silent: bool) -> bool:
    begin, end_of_text = state.pos, state.posMax
    if not state.src.startswith("||", begin):
        return False
    end = state.src.find("||", begin + 2, end_of_text)
    if end <= begin + 2:
        return False
    if not silent:
        state.push("spoiler_open", "span", 1)
        state.pos, state.posMax = begin + 2, end
        state.md.inline.tokenize(state)
        state.posMax = end_of_text
        state.push("spoiler_close", "span", -1)
    state.pos = end + 2
    return True


def _underline(state: StateInline, silent: bool) -> bool:
    """Two underscores count within words too; three are italics and underline, which the parser finds."""
    found = _UNDERLINED.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        end_of_text = state.posMax
        state.push("underline_open", "u", 1)
        state.pos, state.posMax = found.start(1), found.end(1)
        state.md.inline.tokenize(state)
        state.posMax = end_of_text
        state.push("underline_close", "u", -1)
    state.pos = found.end()
    return True


def _push(state: StateInline, made: dict[str, object]) -> Token:
    token = state.push("special", "", 0)
    token.meta = {"node": made}
    return token


def _discord_markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("strikethrough")
    markdown.disable(
        ["code", "blockquote", "html_block", "html_inline", "lheading", "hr", "reference", "entity", "image"]
    )
    markdown.inline.ruler.before("autolink", "special", _special)
    markdown.inline.ruler.before("autolink", "everyone", _everyone)
    markdown.inline.ruler.before("emphasis", "spoiler", _spoiler)
    markdown.inline.ruler.before("emphasis", "underline", _underline)
    markdown.inline.add_terminator_char("|")
    return markdown


_DISCORD = _discord_markdown()
