"""parse_mode MarkdownV2 and the old Markdown, with Telegram's own complaints."""

import urllib.parse
from dataclasses import dataclass

from sandbox.telegram import utf16
from sandbox.telegram.arguments import Arguments
from sandbox.telegram.errors import ApiError, bad_request
from sandbox.telegram.markup_html import link_entity
from sandbox.telegram.model import Entity, FormattedText

RESERVED = frozenset("_*[]()~`>#+-=|{}.!\n")
MARKS = {
    "bold": "*",
    "italic": "_",
    "underline": "__",
    "strikethrough": "~",
    "spoiler": "||",
    "code": "`",
    "pre": "```",
    "text_link": "]",
    "custom_emoji": "]",
}
NAMES = {
    "bold": "Bold",
    "italic": "Italic",
    "underline": "Underline",
    "strikethrough": "Strikethrough",
    "spoiler": "Spoiler",
    "code": "Code",
    "pre": "Pre",
    "text_link": "TextUrl",
    "custom_emoji": "CustomEmoji",
    "blockquote": "BlockQuote",
}


@dataclass(slots=True)
class _Open:
    type: str
    offset: int
    at: int
    """Where in the source, for complaints."""
    begin: int
    language: str = ""


def parse_markdown_v2(text: str) -> FormattedText:
    """Raise 400 "can't parse entities: ..." for what Telegram does not understand."""
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.pieces: list[str] = []
        self.units = 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []
        self.is_quoting = False
        self.is_line_start = True

    def read(self) -> FormattedText:
        while self.at < len(self.text):
            character = self.text[self.at]
            following = self._peek(1)
            if character == "\\" and following and ord(following) <= 126:
                self._emit(following)
                self.at += 2
            elif not self._is_reserved(character):
                self._emit(character)
                self.at += 1
            elif self._is_end(character):
                self._end(character)
            else:
                self._begin(character)
        self._finish()
        return FormattedText("".join(self.pieces), tuple(self.entities))

    def _peek(self, ahead: int) -> str:
        at = self.at + ahead
        return self.text[at] if at < len(self.text) else ""

    def _emit(self, character: str) -> None:
        self.pieces.append(character)
        self.units += utf16.length(character)
        if character != "\r":
            self.is_line_start = character == "\n"

    def _bytes(self, at: int) -> int:
        return len(self.text[:at].encode("utf-8", "surrogatepass"))

    def _is_reserved(self, character: str) -> bool:
        if self.open and self.open[-1].type in {"code", "pre"}:
            return character == "`"
        return character in RESERVED

    def _is_end(self, character: str) -> bool:
        if not self.open:
            return False
        if self.is_quoting and character == "\n" and self._peek(1) != ">":
            return True
        kind = self.open[-1].type
        if kind == "italic":
            return character == "_" and self._peek(1) != "_"
        return kind in MARKS and self.text.startswith(MARKS[kind], self.at)

    def _begin(self, character: str) -> None:
        start = self.at
        if character == "\n":
            self._emit("\n")
            self.at += 1
        elif character == ">":
            self._begin_quote(start)
        elif character == "`":
            self._begin_code(start)
        else:
            kind, size = self._mark(character)
            self.at += size
            self.open.append(_Open(kind, self.units, start, len(self.pieces)))

    def _mark(self, character: str) -> tuple[str, int]:
        following = self._peek(1)
        if character == "_":
            return ("underline", 2) if following == "_" else ("italic", 1)
        if character == "|" and following == "|":
            return "spoiler", 2
        if character == "!" and following == "[":
            return "custom_emoji", 2
        plain = {"*": "bold", "~": "strikethrough", "[": "text_link"}
        if character not in plain:
            raise _unescaped(character)
        return plain[character], 1

    def _begin_quote(self, start: int) -> None:
        if not self.is_line_start:
            raise _unescaped(">")
        self.at += 1
        if not self.is_quoting:
            self.is_quoting = True
            self.open.append(_Open("blockquote", self.units, start, len(self.pieces)))

    def _begin_code(self, start: int) -> None:
        if not self.text.startswith("```", self.at):
            self.at += 1
            self.open.append(_Open("code", self.units, start, len(self.pieces)))
            return
        self.at += 3
        language_end = self.at
        while language_end < len(self.text) and not self.text[language_end].isspace():
            if self.text[language_end] == "`":
                break
            language_end += 1
        language = ""
        if language_end < len(self.text) and self.text[language_end] != "`":
            language = self.text[self.at : language_end]
            self.at = language_end
        for line_break in ("\r\n", "\n\r", "\n", "\r"):
            if self.text.startswith(line_break, self.at):
                self.at += len(line_break)
                break
        self.open.append(_Open("pre", self.units, start, len(self.pieces), language))

    def _end(self, character: str) -> None:
        if character == "\n":
            self._end_quote()
            return
        entity = self.open.pop()
        self.at += len(MARKS[entity.type])
        length = self.units - entity.offset
        if entity.type == "text_link":
            url = self._url() if self._peek(0) == "(" else "".join(self.pieces[entity.begin :])
            if length:
                self.entities.extend(link_entity(url, entity.offset, length))
        elif entity.type == "custom_emoji":
            self._end_emoji(entity, length)
        elif length:
            self.entities.append(Entity(entity.type, entity.offset, length, language=entity.language))

    def _end_emoji(self, entity: _Open, length: int) -> None:
        if self._peek(0) != "(":
            raise _refused("The entity must contain a tg://emoji or tg://time URL")
        url = self._url()
        found = _emoji_or_time(url, entity.offset, length)
        if length:
            self.entities.append(found)

    def _url(self) -> str:
        """What stands in the brackets; moves behind them."""
        self.at += 1
        begin = self.at
        url: list[str] = []
        while self.at < len(self.text) and self.text[self.at] != ")":
            if self.text[self.at] == "\\" and self._peek(1) and ord(self._peek(1)) <= 126:
                self.at += 1
            url.append(self.text[self.at])
            self.at += 1
        if self.at >= len(self.text):
            raise _refused(f"Can't find end of a URL at byte offset {self._bytes(begin)}")
        self.at += 1
        return "".join(url)

    def _end_quote(self) -> None:
        kind = self._close_spoiler_mark(self.at)
        quote = self.open[-1]
        if quote.type != "blockquote":
            raise self._unfinished(quote)
        self._emit("\n")
        self.at += 1
        self.open.pop()
        self.is_quoting = False
        self.entities.append(Entity(kind, quote.offset, self.units - quote.offset))

    def _close_spoiler_mark(self, at: int) -> str:
        """A lone || at the end of a quotation makes it expandable."""
        last = self.open[-1]
        if last.type == "spoiler" and self.text[last.at : at].rstrip("\r") == "||" and len(self.open) > 1:
            self.open.pop()
            return "expandable_blockquote"
        return "blockquote"

    def _finish(self) -> None:
        if self.is_quoting:
            kind = self._close_spoiler_mark(len(self.text))
            if self.open[-1].type == "blockquote":
                quote = self.open.pop()
                if self.units > quote.offset:
                    self.entities.append(Entity(kind, quote.offset, self.units - quote.offset))
        if self.open:
            raise self._unfinished(self.open[-1])

    def _unfinished(self, entity: _Open) -> ApiError:
        name = "PreCode" if entity.language else NAMES[entity.type]
        return _refused(f"Can't find end of {name} entity at byte offset {self._bytes(entity.at)}")


def parse_markdown(text: str) -> FormattedText:
    """The old Markdown: no nesting, and only _ * ` [ can be escaped."""
    pieces: list[str] = []
    entities: list[Entity] = []
    units = 0
    at = 0
    while at < len(text):
        if text[at] == "\\" and text[at + 1 : at + 2] in {"_", "*", "`", "["}:
            at += 1
        elif text[at] in "_*`[":
            inner, url, end = _old_entity(text, at)
            entity_length = utf16.length(inner)
            entities.extend(_old_entities(text, at, units, entity_length, inner, url))
            pieces.append(inner)
            units += entity_length
            at = end
            continue
        pieces.append(text[at])
        units += utf16.length(text[at])
        at += 1
    return FormattedText("".join(pieces), tuple(entities))


def _emoji_or_time(url: str, offset: int, length: int) -> Entity:
    try:
        link = urllib.parse.urlsplit(url)
    except ValueError as error:
        raise _refused("Invalid tg://emoji or tg://time URL specified") from error
    query = Arguments(dict(urllib.parse.parse_qsl(link.query)))
    if link.scheme == "tg" and link.netloc == "emoji" and query.number("id"):
        return Entity("custom_emoji", offset, length, custom_emoji_id=str(query.number("id")))
    if link.scheme == "tg" and link.netloc == "time" and query.number("unix") > 0:
        shape = query.text("format")
        return Entity("date_time", offset, length, unix_time=query.number("unix"), date_time_format=shape)
    raise _refused("Invalid tg://emoji or tg://time URL specified")


def _old_entity(text: str, at: int) -> tuple[str, str, int]:
    """What is inside, the address for a link, and where it ends."""
    mark = "```" if text.startswith("```", at) else text[at]
    closing = "]" if mark == "[" else mark
    end = text.find(closing, at + len(mark))
    if end < 0:
        where = len(text[:at].encode("utf-8", "surrogatepass"))
        raise _refused(f"Can't find end of the entity starting at byte offset {where}")
    inner = text[at + len(mark) : end]
    end += len(closing)
    url = ""
    if mark == "[" and text.startswith("(", end):
        url_end = text.find(")", end)
        url_end = len(text) if url_end < 0 else url_end
        url = text[end + 1 : url_end]
        end = min(url_end + 1, len(text))
    return inner, url, end


def _old_entities(text: str, at: int, offset: int, length: int, inner: str, url: str) -> list[Entity]:
    if length == 0:
        return []
    if text.startswith("```", at):
        return [Entity("pre", offset, length)]
    if text[at] == "[":
        return link_entity(url or inner, offset, length)
    return [Entity({"_": "italic", "*": "bold", "`": "code"}[text[at]], offset, length)]


def _unescaped(character: str) -> ApiError:
    return _refused(f"Character '{character}' is reserved and must be escaped with the preceding '\\'")


def _refused(reason: str) -> ApiError:
    return bad_request(f"can't parse entities: {reason}")
