"""CommonMark, as our own messages are written, to Telegram's text and entities.

Entities instead of a parse mode: broken markup then cannot fail.
"""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec import Struct

from adapters.house_text import house_parser, moment_of
from adapters.long_texts import ready
from adapters.telegram.escape import shows_itself
from adapters.telegram.formatted import Formatted, Span

_STYLES = {
    "strong": "bold",
    "em": "italic",
    "u": "underline",
    "s": "strikethrough",
    "spoiler": "spoiler",
    "heading": "bold",
}
_DEEP = re.compile(r"^[ \t]*(?:(?:>|[-+*]|\d{1,9}[.)])[ \t]*){16}", re.MULTILINE)
_MAX_BRACKETS = 1000
_MAX_MARKS = 6000
_MAX_INDENT = 400
_LANGUAGE = re.compile(r"[\w+#.-]{1,32}")
RULE = "———"


def from_commonmark(text: str) -> Formatted:
    """Never raises, and loses no character that a reader would see."""
    text = text.replace("\x00", "")
    # Most of what is said has no markup at all, and parsing would be the dearest part of sending it.
    is_plain = shows_itself(text) and "\n\n\n" not in text and "\r" not in text
    return Formatted(text.strip()) if is_plain else _parsed(text)


# What the bot says itself it says again and again.
@lru_cache(maxsize=256)
def _parsed(text: str) -> Formatted:
    if _is_hostile(text):
        return Formatted(text.strip())
    return _Writer().write(_PARSER.parse(text))


def _is_hostile(text: str) -> bool:
    # markdown-it takes quadratic time over brackets, holds everybody up over a text that is nothing but marks, and
    # drops what is nested too deep: such a text is shown as typed.
    return (
        text.count("[") > _MAX_BRACKETS
        or (len(text) > _MAX_MARKS and sum(map(text.count, "*_~|`<&\\")) > _MAX_MARKS)
        or " " * _MAX_INDENT in text
        or _DEEP.search(text) is not None
    )


def _is_allowed(url: str) -> bool:
    # tg:// links name accounts, which pings them; javascript: and data: have no place in a message.
    return url.lower().startswith(("http://", "https://", "mailto:", "tel:")) or moment_of(url) is not None


def _parser() -> MarkdownIt:
    parser = house_parser(most_nesting=100)
    parser.validateLink = _is_allowed  # type: ignore[method-assign]  # its documented way to be changed
    return ready(parser)


_PARSER = _parser()


class _List(Struct):
    number: int | None
    """The next item's; None when items have bullets."""
    is_empty: bool = True


class _Writer:
    """Walks the tokens once and writes down text and spans."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._length = 0
        self._spans: list[Span] = []
        self._open: dict[str, list[int]] = {}
        self._links: list[tuple[int, int, str]] = []
        self._lists: list[_List] = []
        self._gap = ""
        """What separates the next block from what is there."""
        self._handlers: dict[str, Callable[[Token], None]] = {
            "text": lambda token: self._put(token.content),
            "softbreak": lambda _token: self._put("\n"),
            "hardbreak": lambda _token: self._put("\n"),
            "code_inline": self._code,
            "link_open": self._link_open,
            "link_close": self._link_close,
            "image": self._image,
            "fence": self._fence,
            "code_block": self._fence,
            "hr": self._rule,
            "inline": lambda token: self._walk(token.children or []),
            "paragraph_open": lambda _token: self._separate(),
            "paragraph_close": lambda token: self._end("\n" if token.hidden else "\n\n"),
            "blockquote_open": self._quote_open,
            "blockquote_close": self._quote_close,
            "bullet_list_open": lambda _token: self._lists.append(_List(None)),
            "ordered_list_open": lambda token: self._lists.append(_List(_first_number(token))),
            "bullet_list_close": self._list_close,
            "ordered_list_close": self._list_close,
            "list_item_open": self._item_open,
        }

    def write(self, tokens: Sequence[Token]) -> Formatted:
        self._walk(tokens)
        return Formatted("".join(self._text), tuple(self._spans)).stripped()

    def _walk(self, tokens: Sequence[Token]) -> None:
        for token in tokens:
            if handler := self._handlers.get(token.type):
                handler(token)
            elif token.nesting and (style := _STYLES.get(token.type.rpartition("_")[0])):
                self._style(token, style)

    def _put(self, text: str) -> None:
        self._text.append(text)
        self._length += len(text)

    def _separate(self, at_most: str = "\n\n") -> None:
        if self._length:
            self._put(min(self._gap, at_most, key=len))
        self._gap = ""

    def _end(self, gap: str) -> None:
        self._gap = max(self._gap, gap, key=len)

    def _span(self, kind: str, start: int, *, url: str = "", language: str = "") -> None:
        if self._length > start:
            self._spans.append(Span(kind, start, self._length, url, language))

    def _style(self, token: Token, style: str) -> None:
        is_heading = token.type.startswith("heading")
        if token.nesting > 0:
            if is_heading:
                self._separate()
            self._open.setdefault(style, []).append(self._length)
            return
        start = self._open[style].pop()
        if not self._open[style]:
            self._span(style, start)
        if is_heading:
            self._end("\n\n")

    def _code(self, token: Token) -> None:
        start = self._length
        self._put(token.content)
        # Telegram lets code share its place with no other entity: a link or a spoiler would be lost.
        if not self._links and not self._open.get("spoiler"):
            self._span("code", start)

    def _fence(self, token: Token) -> None:
        self._separate("\n")
        start = self._length
        self._put(token.content.removesuffix("\n") or " ")
        language = token.info.split(maxsplit=1)[0] if token.info.strip() else ""
        self._span("pre", start, language=language if _LANGUAGE.fullmatch(language) else "")
        self._end("\n")

    def _rule(self, _token: Token) -> None:
        self._separate()
        self._put(RULE)
        self._end("\n\n")

    def _link_open(self, token: Token) -> None:
        self._links.append((self._length, len(self._text), str(token.attrGet("href") or "")))

    def _link_close(self, _token: Token) -> None:
        start, index, url = self._links.pop()
        shown = "".join(self._text[index:])
        bare = url.removeprefix("mailto:").removeprefix("tel:")
        if shown in (url, bare):
            return
        if shown.strip() and moment_of(url):
            self._span("date_time", start, url=url)
        elif shown.strip() and _opens(url):
            self._span("text_link", start, url=url)
        else:
            self._put(f" ({bare})" if shown.strip() else bare)

    def _image(self, token: Token) -> None:
        start = self._length
        url = str(token.attrGet("src") or "")
        self._put(token.content or url)
        if token.content.strip() and not self._links and _opens(url):
            self._span("text_link", start, url=url)

    def _quote_open(self, _token: Token) -> None:
        self._separate("\n")
        self._open.setdefault("blockquote", []).append(self._length)

    def _quote_close(self, _token: Token) -> None:
        start = self._open["blockquote"].pop()
        # Telegram knows no quote within a quote: the outer one stands for both.
        if not self._open["blockquote"]:
            self._span("blockquote", start)
        self._gap = "\n"

    def _list_close(self, _token: Token) -> None:
        self._lists.pop()
        self._end("\n" if self._lists else "\n\n")

    def _item_open(self, _token: Token) -> None:
        current = self._lists[-1]
        is_first = current.is_empty and len(self._lists) == 1
        self._separate("\n\n" if is_first else "\n")
        self._put("   " * (len(self._lists) - 1))
        if current.number is None:
            self._put("• ")
        else:
            self._put(f"{current.number}. ")
            current.number += 1
        current.is_empty = False


def _first_number(token: Token) -> int:
    start = token.attrGet("start")
    return 1 if start is None else int(start)


def _opens(url: str) -> bool:
    """Whether Telegram takes it as the address of a text_link."""
    try:
        return url.lower().startswith(("http://", "https://")) and bool(urlsplit(url).hostname)
    except ValueError:
        return False
