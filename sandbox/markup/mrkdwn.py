"""Slack's mrkdwn, for which there is no library: one pass over the tokens of each line."""

import re
from dataclasses import dataclass, field

from sandbox.markup.tree import Tree, joined, link, node, with_bare_links

_FENCE = re.compile(r"```\n?(.+?)\n?```", re.DOTALL)
_TOKEN = re.compile(
    r"(?P<code>`[^`\n]+`)|<(?P<reference>[^<>\n]+)>|:(?P<emoji>[a-z0-9_+'-]+(?:::skin-tone-\d)?):|(?P<mark>[*_~])"
)
_DATE = re.compile(r"!date\^(?P<at>\d{1,12})\^(?P<shape>[^^]+)(?:\^.*)?")
_QUOTE = ("&gt;", ">")
_MARKS = {"*": "bold", "_": "italic", "~": "strike"}


@dataclass(slots=True)
class _Open:
    """A mark that waits for its partner, and what came after it."""

    mark: str
    of: Tree = field(default_factory=list)


def mrkdwn_tree(text: str) -> Tree:
    made: Tree = []
    at = 0
    for fence in _FENCE.finditer(text):
        made += _lines(text[at : fence.start()].removesuffix("\n"))
        made.append(node("pre", [_unescaped(fence[1])], language=""))
        at = fence.end()
        if text.startswith("\n", at):
            at += 1
    return made + _lines(text[at:])


def _lines(text: str) -> Tree:
    if not text:
        return []
    runs: list[tuple[bool, list[Tree]]] = []
    for line in text.split("\n"):
        mark = next((mark for mark in _QUOTE if line.startswith(mark)), "")
        tree = _inline(line[len(mark) :].removeprefix(" ") if mark else line)
        if runs and runs[-1][0] == bool(mark):
            runs[-1][1].append(tree)
        else:
            runs.append((bool(mark), [tree]))
    made: Tree = []
    for number, (is_quote, lines) in enumerate(runs):
        tree = joined(lines, node("break"))
        # A quote is a box of its own, so no line break is needed around it.
        if number and not is_quote and not runs[number - 1][0]:
            made.append(node("break"))
        made += [node("quote", tree)] if is_quote else tree
    return made


def _inline(line: str) -> Tree:
    stack = [_Open("")]
    at = 0
    for token in _TOKEN.finditer(line):
        stack[-1].of += _plain(line[at : token.start()])
        at = token.end()
        if token["mark"]:
            _mark(stack, line, token.start())
        elif token["code"]:
            stack[-1].of.append(node("code", [_unescaped(token[0][1:-1])]))
        elif token["emoji"]:
            stack[-1].of.append(node("emoji", name=token["emoji"]))
        else:
            stack[-1].of += _reference(token["reference"])
    stack[-1].of += _plain(line[at:])
    while len(stack) > 1:
        _give_up(stack)
    return stack[0].of


def _mark(stack: list[_Open], line: str, at: int) -> None:
    """Close the mark when it is open and may end here, open it when it may begin here, else keep it as text."""
    mark = line[at]
    before, after = line[at - 1 : at] if at else "", line[at + 1 : at + 2]
    is_open = any(entry.mark == mark for entry in stack)
    if is_open and before and not before.isspace() and not after.isalnum():
        while stack[-1].mark != mark:
            _give_up(stack)
        inside = stack.pop().of
        stack[-1].of.append(node(_MARKS[mark], inside) if inside else mark * 2)
    elif not is_open and after and not after.isspace() and not before.isalnum():
        stack.append(_Open(mark))
    else:
        stack[-1].of.append(mark)


def _give_up(stack: list[_Open]) -> None:
    """The mark had no partner: it was a character like any other."""
    lost = stack.pop()
    stack[-1].of += [lost.mark, *lost.of]


def _reference(inside: str) -> Tree:
    target, _, label = inside.partition("|")
    shown: Tree = [_unescaped(label)] if label else []
    if target.startswith("@"):
        return [node("mention", shown, kind="person", id=target[1:])]
    if target.startswith("#"):
        return [node("mention", shown, kind="room", id=target[1:])]
    if found := _DATE.fullmatch(target):
        return [node("time", shown, at=int(found["at"]), shape=_unescaped(found["shape"]))]
    if target.startswith("!date^"):
        return shown or [_unescaped(target)]
    if target.startswith("!subteam^"):
        return [node("mention", shown, kind="role", id=target.removeprefix("!subteam^"))]
    if target.startswith("!"):
        return [node("mention", [], kind="everyone", id=target[1:])]
    url = _unescaped(target)
    return link(url, shown or [url.removeprefix("mailto:")])


def _plain(text: str) -> Tree:
    return with_bare_links(_unescaped(text)) if text else []


def _unescaped(text: str) -> str:
    """Slack escapes three characters and no others."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
