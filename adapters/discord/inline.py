"""From the tokens of markdown-it to runs, and Discord's own rule for spoilers."""

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from msgspec.structs import replace

from adapters.discord.markup import LINE_BREAK, Mark, Run
from adapters.house_text import moment_of

_MARKS = {
    "strong": Mark.STRONG,
    "em": Mark.EMPHASIS,
    "u": Mark.UNDERLINE,
    "s": Mark.STRIKE,
    "spoiler": Mark.SPOILER,
}


def add_spoilers(markdown: MarkdownIt) -> None:
    """Teach the parser `||spoiler||` as Discord's clients see it: up to the next bars, whatever stands between."""
    markdown.inline.add_terminator_char("|")
    markdown.inline.ruler.before("link", "spoiler", _spoiler)


def _spoiler(state: StateInline, silent: bool) -> bool:
    if not state.src.startswith("||", state.pos):
        return False
    begin = state.pos + 2
    end = state.src.find("||", begin, state.posMax)
    if end <= begin or not state.src[begin:end].strip():
        return False
    if not silent:
        after = state.posMax
        state.pos, state.posMax = begin, end
        state.push("spoiler_open", "", 1)
        state.md.inline.tokenize(state)
        state.push("spoiler_close", "", -1)
        state.posMax = after
    state.pos = end + 2
    return True


def runs_of(tokens: Sequence[Token]) -> tuple[Run, ...]:
    """Flatten inline tokens; a mark inside itself counts once."""
    runs: list[Run] = []
    marks: list[Mark] = []
    link, number, begin = "", 0, 0
    for token in tokens:
        name = token.type.removesuffix("_open").removesuffix("_close")
        if name in _MARKS:
            _step(marks, _mark(name, token.markup), token.nesting)
        elif name == "link":
            if token.nesting < 0 and moment_of(link):
                runs[begin:] = _moment(runs[begin:])
            link, begin = str(token.attrGet("href") or "") if token.nesting > 0 else "", len(runs)
            number += 1
        elif token.type in ("softbreak", "hardbreak"):
            # A line that ends in a chat is a line that ends, also where CommonMark would flow on.
            runs.append(Run(LINE_BREAK, _once(marks)))
        elif token.type == "code_inline":
            runs.append(Run(token.content, _once(marks), link, number, is_code=True))
        elif token.type == "image":
            source = link or str(token.attrGet("src") or "")
            number += not link
            runs.append(Run(token.content or "🖼", _once(marks), source, number))
        elif token.content:
            runs.append(Run(token.content.replace("\n", " "), _once(marks), link, number))
    # Beside an underline, which Discord writes with two, an underscore more would be read as part of it.
    is_underlined = any(Mark.UNDERLINE in run.marks for run in runs)
    return tuple(map(_with_stars, runs) if is_underlined else runs)


def _moment(runs: Sequence[Run]) -> list[Run]:
    """One run, because each run of a moment would be shown as the whole of it."""
    text = "".join(run.text for run in runs).replace(LINE_BREAK, " ")
    return [replace(runs[0], text=text, is_code=False)] if text.strip() else []


def _with_stars(run: Run) -> Run:
    marks = (Mark.EMPHASIS if mark is Mark.EMPHASIS_AT_WORDS else mark for mark in run.marks)
    return replace(run, marks=_once(list(marks)))


def _mark(name: str, markup: str) -> Mark:
    return Mark.EMPHASIS_AT_WORDS if (name, markup) == ("em", "_") else _MARKS[name]


def _step(marks: list[Mark], mark: Mark, nesting: int) -> None:
    if nesting > 0:
        marks.append(mark)
    else:
        marks.pop()


def _once(marks: list[Mark]) -> tuple[Mark, ...]:
    return tuple(dict.fromkeys(marks))
