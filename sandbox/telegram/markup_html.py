"""parse_mode HTML: Telegram's own small dialect, with its own complaints."""

import re
from dataclasses import dataclass

from sandbox.telegram import utf16
from sandbox.telegram.arguments import Arguments
from sandbox.telegram.errors import ApiError, bad_request
from sandbox.telegram.links import checked_link, user_of_link
from sandbox.telegram.model import Entity, FormattedText

STYLES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
}
OTHER_TAGS = frozenset({"a", "code", "pre", "blockquote", "tg-emoji", "tg-time"})
_ESCAPE = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(lt|gt|amp|quot));?")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_SPACE = " \t\r\n\0\v"


@dataclass(slots=True)
class _OpenTag:
    name: str
    attributes: dict[str, str]
    offset: int
    """In UTF-16 units of the result."""
    begin: int
    """In pieces of the result."""


def parse_html(text: str) -> FormattedText:
    """Raise 400 "can't parse entities: ..." for what Telegram does not understand."""
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.pieces: list[str] = []
        self.units = 0
        self.open: list[_OpenTag] = []
        self.entities: list[Entity] = []

    def read(self) -> FormattedText:
        while self.at < len(self.text):
            character = self.text[self.at]
            if character == "&":
                self._escape()
            elif character != "<":
                self._emit(self._word("<&"))
            elif self.text.startswith("</", self.at):
                self._end_tag()
            else:
                self._start_tag()
        if self.open:
            name = self.open[-1].name
            raise _refused(f'can\'t find end tag corresponding to start tag "{name}"', keep_case=True)
        # A code block inside of which nothing but code stands is one entity, however the tags were nested.
        return FormattedText("".join(self.pieces), tuple(self.entities))

    def _emit(self, text: str) -> None:
        self.pieces.append(text)
        self.units += utf16.length(text)

    def _bytes(self, at: int) -> int:
        return len(self.text[:at].encode("utf-8", "surrogatepass"))

    def _peek(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""

    def _skip_spaces(self) -> None:
        while self._peek() and self._peek() in _SPACE:
            self.at += 1

    def _escape(self) -> None:
        decoded, size = _decode_escape(self.text, self.at)
        self._emit(decoded)
        self.at += size

    def _word(self, stops: str) -> str:
        begin = self.at
        while self._peek() and self._peek() not in stops:
            self.at += 1
        return self.text[begin : self.at]

    def _start_tag(self) -> None:
        begin = self.at
        self.at += 1
        name = self._word(_SPACE + ">").lower()
        if not self._peek():
            raise _refused(f"Unclosed start tag at byte offset {self._bytes(begin)}")
        if name not in STYLES and name not in OTHER_TAGS:
            raise _refused(f'Unsupported start tag "{name}" at byte offset {self._bytes(begin)}')
        attributes: dict[str, str] = {}
        while True:
            self._skip_spaces()
            if self._peek() == ">":
                break
            self._attribute(name, begin, attributes)
        if name == "span" and attributes.get("class") != "tg-spoiler":
            where = self._bytes(begin)
            raise _refused(f'Tag "span" must have class "tg-spoiler" at byte offset {where}')
        self.at += 1
        self.open.append(_OpenTag(name, attributes, self.units, len(self.pieces)))

    def _attribute(self, tag: str, begin: int, attributes: dict[str, str]) -> None:
        attribute = self._word(_SPACE + "=>/\"'")
        if not attribute:
            where = self._bytes(begin)
            raise _refused(f'Empty attribute name in the tag "{tag}" at byte offset {where}')
        self._skip_spaces()
        if self._peek() == "=":
            self.at += 1
            self._skip_spaces()
            attributes[attribute] = self._attribute_value()
        else:
            attributes[attribute] = ""
        if not self._peek():
            raise _refused(f'Unclosed start tag "{tag}" at byte offset {self._bytes(begin)}')

    def _attribute_value(self) -> str:
        quote = self._peek()
        if quote and quote in "\"'":
            self.at += 1
            value = self._word(quote)
            self.at += 1
            return _decode_all(value)
        begin = self.at
        while self._peek().isascii() and (self._peek().isalnum() or (self._peek() and self._peek() in ".-")):
            self.at += 1
        if self._peek() and self._peek() not in _SPACE + ">":
            raise _refused(f"Unexpected end of name token at byte offset {self._bytes(begin)}")
        return self.text[begin : self.at].lower()

    def _end_tag(self) -> None:
        begin = self.at
        if not self.open:
            raise _refused(f"Unexpected end tag at byte offset {self._bytes(begin)}")
        self.at += 2
        name = self._word(_SPACE + ">").lower()
        self._skip_spaces()
        if self._peek() != ">":
            raise _refused(f"Unclosed end tag at byte offset {self._bytes(begin)}")
        self.at += 1
        tag = self.open.pop()
        if name and name != tag.name:
            raise _refused(
                f'Unmatched end tag at byte offset {self._bytes(begin)}, expected "</{tag.name}>", found "</{name}>"'
            )
        if self.units > tag.offset:
            self._close(tag)

    def _close(self, tag: _OpenTag) -> None:
        length = self.units - tag.offset
        if tag.name in STYLES:
            self.entities.append(Entity(STYLES[tag.name], tag.offset, length))
        elif tag.name in {"code", "pre"}:
            self._close_code(tag, length)
        elif tag.name == "blockquote":
            kind = "expandable_blockquote" if "expandable" in tag.attributes else "blockquote"
            self.entities.append(Entity(kind, tag.offset, length))
        elif tag.name == "tg-emoji":
            number = Arguments(tag.attributes).number("emoji-id")
            if not number:
                raise _refused("Invalid custom emoji identifier specified")
            self.entities.append(Entity("custom_emoji", tag.offset, length, custom_emoji_id=str(number)))
        elif tag.name == "tg-time":
            self._close_time(tag, length)
        else:
            shown = "".join(self.pieces[tag.begin :])
            link = link_entity(tag.attributes.get("href") or shown, tag.offset, length)
            self.entities.extend(link)

    def _close_code(self, tag: _OpenTag, length: int) -> None:
        """<pre><code class="language-x"> and its reverse are one block in that language."""
        language = tag.attributes.get("class", "")
        language = language.removeprefix("language-") if language.startswith("language-") else ""
        last = self.entities[-1] if self.entities else None
        is_wrapped = last is not None and (last.type, last.offset, last.length) == (
            "code" if tag.name == "pre" else "pre",
            tag.offset,
            length,
        )
        if is_wrapped and last is not None:
            self.entities.pop()
            language = language or last.language
            self.entities.append(Entity("pre", tag.offset, length, language=language))
        else:
            # The language of a lone code tag means something only to a pre around it.
            self.entities.append(Entity(tag.name, tag.offset, length, language=language))

    def _close_time(self, tag: _OpenTag, length: int) -> None:
        seconds = Arguments(tag.attributes).number("unix")
        if seconds > 0:
            shape = tag.attributes.get("format", "")
            self.entities.append(
                Entity("date_time", tag.offset, length, unix_time=seconds, date_time_format=shape)
            )


def link_entity(url: str, offset: int, length: int) -> list[Entity]:
    """A link to a person is a mention; a link Telegram refuses is silently dropped."""
    user_id = user_of_link(url)
    if user_id:
        return [Entity("text_mention", offset, length, user_id=user_id)]
    checked = checked_link(url)
    return [Entity("text_link", offset, length, url=checked)] if checked else []


def _decode_escape(text: str, at: int) -> tuple[str, int]:
    found = _ESCAPE.match(text, at)
    if found is None:
        return text[at], 1
    if found[3]:
        return _NAMED[found[3]], len(found[0])
    code = int(found[1]) if found[1] else int(found[2], 16)
    if code == 0 or code > 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return text[at], 1
    return chr(code), len(found[0])


def _decode_all(text: str) -> str:
    decoded: list[str] = []
    at = 0
    while at < len(text):
        character, size = _decode_escape(text, at) if text[at] == "&" else (text[at], 1)
        decoded.append(character)
        at += size
    return "".join(decoded)


def _refused(reason: str, *, keep_case: bool = False) -> ApiError:
    words = reason if not keep_case else reason[:1].upper() + reason[1:]
    return bad_request(f"can't parse entities: {words}")
