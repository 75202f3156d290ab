"""CommonMark to the elements of a Slack `rich_text` block, in which nothing a person wrote can gain a meaning."""

import re
from collections.abc import Iterator, Sequence

from markdown_it.token import Token
from msgspec import Struct, field

from adapters.house_text import Moment, house_parser, moment_of
from adapters.long_texts import ready
from adapters.slack.elements import cut_position, joined, tidied
from adapters.slack.payloads import Json

# Beyond this depth the parser drops what it finds; such text is shown as it was typed.
_MOST_NESTING = 20
# The parser's time grows with the square of hostile text; longer text is parsed in pieces.
_PIECE_LENGTH = 6000
# What may mean something to the parser: signs and spaces anywhere, and what begins a line. Most of what people write
# has none of it. (Every space is named: searching for one class of characters is much faster than for two.)
_SIGN = re.compile(
    r"[\\`*_\[<&~\x00\t\x0b-\r\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
)
_START = re.compile(r" |[#>+=-]|\d{1,9}[.)]")
_NEXT_START = re.compile(r"\n(?: |\n\n|[#>+=-]|[|:][|: ]*-|\d{1,9}[.)])")
# Bars around a spoiler are shown as they are: Slack hides nothing.
_PARSER = ready(house_parser(most_nesting=_MOST_NESTING, has_spoilers=False))
_STYLES = {"strong": "bold", "em": "italic", "s": "strike", "u": "underline"}
_URL = re.compile(r"https?://[^\s<>]+[^\s<>.,;:!?'\"*_~`)\]}]", re.IGNORECASE)
_LINKABLE = re.compile(r"(?:https?://[^/\s]|mailto:\S|tel:\S)", re.IGNORECASE)
_MOST_URL = 2900
_PAIRS = ("`", "**", "~~")
_MOST_TRIES = 100
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_RULE = "———"
_PARAGRAPH = "\n\n"
_MOST_INDENT = 8
_LANGUAGES = frozenset(
    "bash c cpp csharp css diff go html java javascript json kotlin php python ruby rust shell sql swift typescript "
    "xml yaml".split()
)
"""Slack does not say which languages it knows, and could refuse a message for another."""
_SHORT_NAMES = {
    "py": "python",
    "js": "javascript",
    "ts": "typescript",
    "yml": "yaml",
    "sh": "shell",
    "rb": "ruby",
    "rs": "rust",
    "c++": "cpp",
    "cs": "csharp",
    "c#": "csharp",
}
DATE_FORMATS = {
    "t": "{time}",
    "T": "{time_secs}",
    "d": "{date_num}",
    "D": "{date_long_full}",
    "f": "{date_long_full} {time}",
    "F": "{date_long} {time}",
    "R": "{ago}",
}
"""Of a moment's styles: docs.slack.dev/messaging/formatting-message-text#date-formatting."""


def rich_text(text: str) -> list[Json]:
    """Return the elements of a rich_text block that shows the text; [] for text that shows nothing."""
    if len(text) <= _PIECE_LENGTH and _is_plain(text):
        words = joined(list(_words(text.strip(), {}, "")))
        return [{"type": "rich_text_section", "elements": words}] if words else []
    return parsed(text)


def _is_plain(text: str) -> bool:
    if _SIGN.search(text) or _START.match(text):
        return False
    return "\n" not in text or not (" \n" in text or _NEXT_START.search(text))


def parsed(text: str) -> list[Json]:
    """The same by way of the parser, which text without markup does not need."""
    writer = _Writer()
    for joint, piece in _pieces(text):
        writer.joint = joint
        tokens = _PARSER.parse(piece)
        if any(token.level >= _MOST_NESTING - 2 for token in tokens):
            writer.add_paragraph([{"type": "text", "text": piece.strip("\n")}])
        else:
            writer.write(tokens)
    return tidied(writer.elements)


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Cut long text into (what goes before it, piece), closing and reopening a fence that is cut."""
    text = text.replace("\x00", "\ufffd")
    if len(text) <= _PIECE_LENGTH:
        yield _PARAGRAPH, text
        return
    lines: list[str] = []
    length, fence, opening, joint = 0, "", "", _PARAGRAPH
    for line in _short_lines(text):
        is_full = length + len(line) > _PIECE_LENGTH
        if lines and (is_full or (length > _PIECE_LENGTH // 2 and not fence and not line.strip())):
            yield joint, "".join([*lines, f"{fence}\n" if fence else ""])
            joint = _joint(lines[-1])
            lines, length = ([opening] if fence else []), 0
        lines.append(line)
        length += len(line)
        if found := _FENCE.match(line):
            opening = opening if fence else line
            fence = _after_fence_line(fence, found[1], line)
    yield joint, "".join(lines)


def _short_lines(text: str) -> Iterator[str]:
    for line in text.splitlines(keepends=True):
        while len(line) > _PIECE_LENGTH:
            at = _cut_position(line)
            yield line[:at]
            line = line[at:]
        yield line


def _cut_position(line: str) -> int:
    """Where to cut a line that is too long: between words, and where no link, code or style is open if possible."""
    furthest = cut_position(line, _PIECE_LENGTH)
    at = furthest
    for _ in range(_MOST_TRIES):
        address = line.rfind("](", 0, at)
        is_in_link = line.rfind("[", 0, at) > line.rfind("]", 0, at) or (
            address >= 0 and line.find(")", address, at) < 0
        )
        if not is_in_link and all(line.count(sign, 0, at) % 2 == 0 for sign in _PAIRS):
            return at
        at = line.rfind(" ", _PIECE_LENGTH // 2, at - 1) + 1
        if at <= 0:
            break
    return furthest


def _joint(line: str) -> str:
    """What stands between this line, the last before a cut, and what follows."""
    if line.endswith("\n"):
        return "\n" if line.strip() else _PARAGRAPH
    return " " if line[-1:].isspace() else ""


def _after_fence_line(fence: str, marks: str, line: str) -> str:
    if not fence:
        return marks
    is_closing = marks.startswith(fence) and line.strip() == marks
    return "" if is_closing else fence


class _List(Struct):
    style: str
    number: int
    """Of the item that is being written."""
    is_begun: bool = False


class _Writer(Struct):
    """Walks the flat tokens (hostile nesting is deep, so nothing here recurses) and collects elements."""

    elements: list[Json] = field(default_factory=list)
    _lists: list[_List] = field(default_factory=list)
    _inline: list[Json] = field(default_factory=list)
    """The words of the quote or list item that is open."""
    _quotes: int = 0
    _is_item_fresh: bool = False
    """A list item was opened and not yet put into its list."""
    _is_after_marker: bool = False

    joint: str = _PARAGRAPH
    """What goes between the next paragraph and the one before it."""

    def write(self, tokens: Sequence[Token]) -> None:
        steps = {
            "blockquote_open": self._open_quote,
            "blockquote_close": self._close_quote,
            "bullet_list_open": self._open_list,
            "bullet_list_close": self._close_list,
            "ordered_list_open": self._open_list,
            "ordered_list_close": self._close_list,
            "list_item_open": self._open_item,
            "list_item_close": self._close_item,
            "fence": self._add_code,
            "code_block": self._add_code,
            "hr": self._add_rule,
        }
        for at, token in enumerate(tokens):
            if token.type == "inline":
                is_heading = tokens[at - 1].type == "heading_open"
                self.add_paragraph(list(inline_elements(token.children or (), is_bold=is_heading)))
            elif step := steps.get(token.type):
                step(token)

    def add_paragraph(self, words: list[Json]) -> None:
        if not words:
            return
        if self._quotes or self._is_item_fresh:
            self._break_line()
            self._inline.extend(words)
        elif self.elements and self.elements[-1]["type"] == "rich_text_section":
            self.elements[-1]["elements"] += [{"type": "text", "text": self.joint}, *words]
        else:
            # What follows a list inside an item comes here too: Slack's lists have no place for it.
            self.elements.append({"type": "rich_text_section", "elements": words})
        self.joint = _PARAGRAPH

    def _break_line(self) -> None:
        if self._inline and not self._is_after_marker:
            self._inline.append({"type": "text", "text": "\n"})
        self._is_after_marker = False

    def _open_quote(self, _token: Token) -> None:
        self._put_item()
        self._quotes += 1

    def _close_quote(self, _token: Token) -> None:
        self._quotes -= 1
        if not self._quotes and self._inline:
            self.elements.append({"type": "rich_text_quote", "elements": self._inline})
            self._inline = []

    def _open_list(self, token: Token) -> None:
        self._put_item()
        is_ordered = token.type == "ordered_list_open"
        number = int(token.attrs.get("start", 1)) if is_ordered else 1
        self._lists.append(_List("ordered" if is_ordered else "bullet", number))

    def _close_list(self, _token: Token) -> None:
        self._lists.pop()

    def _open_item(self, _token: Token) -> None:
        if not self._quotes:
            self._is_item_fresh = True
            return
        # A quote holds words only, so its lists are drawn with signs.
        innermost = self._lists[-1]
        self._break_line()
        marker = "•" if innermost.style == "bullet" else f"{innermost.number}."
        self._inline.append({"type": "text", "text": f"{'    ' * (len(self._lists) - 1)}{marker} "})
        self._is_after_marker = True

    def _close_item(self, _token: Token) -> None:
        self._put_item()
        self._lists[-1].number += 1

    def _put_item(self) -> None:
        """Put the open item into its list, as soon as something follows that a list cannot hold."""
        if self._quotes or not self._is_item_fresh:
            return
        self._is_item_fresh = False
        innermost, indent = self._lists[-1], min(len(self._lists) - 1, _MOST_INDENT)
        section = {"type": "rich_text_section", "elements": self._inline}
        self._inline = []
        last = self.elements[-1] if self.elements else {}
        if innermost.is_begun and (last.get("style"), last.get("indent")) == (innermost.style, indent):
            last["elements"].append(section)
            return
        innermost.is_begun = True
        element: Json = {
            "type": "rich_text_list",
            "style": innermost.style,
            "indent": indent,
            "elements": [section],
        }
        if innermost.style == "ordered" and innermost.number > 1:
            element["offset"] = innermost.number - 1
        self.elements.append(element)

    def _add_rule(self, _token: Token) -> None:
        self.add_paragraph([{"type": "text", "text": _RULE}])

    def _add_code(self, token: Token) -> None:
        code = token.content.removesuffix("\n") or " "
        if self._quotes:
            self._break_line()
            self._inline.append({"type": "text", "text": code, "style": {"code": True}})
            return
        self._put_item()
        name = token.info.split(maxsplit=1)[0].lower() if token.info.strip() else ""
        name = _SHORT_NAMES.get(name, name)
        language = {"language": name} if name in _LANGUAGES else {}
        words: Json = {"type": "text", "text": code}
        self.elements.append({"type": "rich_text_preformatted", "elements": [words], **language})


def inline_elements(children: Sequence[Token], *, is_bold: bool = False) -> Iterator[Json]:
    """The words of one paragraph as elements, each with the styles it stands in."""
    depth = {"bold": int(is_bold), "italic": 0, "strike": 0, "underline": 0}
    url = ""
    for token in children:
        name, _, way = token.type.rpartition("_")
        styles = {style: True for style, count in depth.items() if count}
        if name in _STYLES:
            depth[_STYLES[name]] += 1 if way == "open" else -1
        elif token.type == "link_open":
            url = str(token.attrs.get("href", ""))
        elif token.type == "link_close":
            if not is_linkable(url) and not moment_of(url):
                yield from _words(f" ({url})", styles, "")
            url = ""
        elif token.type in {"softbreak", "hardbreak"}:
            yield {"type": "text", "text": "\n"}
        elif token.type == "image":
            source = str(token.attrs.get("src", ""))
            yield from _words(token.content or source, styles, url or source)
        else:
            code = {"code": True} if token.type == "code_inline" else {}
            yield from _words(token.content, {**styles, **code}, url)


def is_linkable(url: str) -> bool:
    """True for what Slack takes as a link; it refuses a whole message for one link that it does not like."""
    return bool(_LINKABLE.match(url)) and len(url) <= _MOST_URL


def _words(text: str, styles: dict[str, bool], url: str) -> Iterator[Json]:
    """The elements of some words: linked where the paragraph says so or where an address stands bare."""
    if not text:
        return
    if moment := moment_of(url):
        yield _date(moment, text, styles)
    elif url or "code" in styles:
        yield _word(text, styles, url if is_linkable(url) else "")
    else:
        at = 0
        for found in _URL.finditer(text) if "://" in text else ():
            yield _word(text[at : found.start()], styles, "")
            yield _word(found[0], styles, found[0] if is_linkable(found[0]) else "")
            at = found.end()
        yield _word(text[at:], styles, "")


def _date(moment: Moment, text: str, styles: dict[str, bool]) -> Json:
    shape = DATE_FORMATS[moment.style]
    date: Json = {"type": "date", "timestamp": moment.seconds, "format": shape, "fallback": text}
    return {**date, **({"style": styles} if styles else {})}


def _word(text: str, styles: dict[str, bool], url: str) -> Json:
    word: Json = {"type": "text", "text": text}
    if url:
        word = {"type": "link", "url": url, **({"text": text} if text != url else {})}
    if styles:
        word["style"] = styles
    return word
