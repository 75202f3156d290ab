"""Content to the messages it becomes: pure, the same for the same content, so that a second try finds its place."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from adapters.luggage import travels_with_text
from adapters.telegram.formatted import (
    EMPTY,
    MAX_CAPTION,
    MAX_TEXT,
    Formatted,
    Span,
    join,
    styled,
    utf16_length,
)
from adapters.telegram.mentions import without_mentions
from adapters.telegram.names import one_line
from adapters.telegram.split import split
from adapters.telegram.text_out import from_commonmark
from bot.core.content import Button, ButtonStyle, Content, FileKind, FileRef, Tone

MAX_IN_ALBUM = 10
_ROW_UNITS = 32
_MAX_IN_ROW = 4
_LONG_FOOTNOTE = 200
_NOTHING = "…"
_TONES = {
    Tone.PLAIN: "",
    Tone.WAITING: "🟡 ",
    Tone.CLAIMED: "🔵 ",
    Tone.RESOLVED: "✅ ",
    Tone.ALERT: "🔴 ",
}
_STYLES = {ButtonStyle.PRIMARY: "primary", ButtonStyle.DANGER: "danger"}
_ALBUMS = {
    FileKind.PICTURE: "visual",
    FileKind.VIDEO: "visual",
    FileKind.DOCUMENT: "document",
    FileKind.AUDIO: "audio",
}
_QUOTES = frozenset({"blockquote", "expandable_blockquote"})
_BLOCKS = _QUOTES | {"pre"}


class Part(Struct, frozen=True):
    """One message, or the messages of one album: text, or files with text as their caption."""

    text: Formatted = EMPTY
    files: tuple[FileRef, ...] = ()
    keyboard: dict[str, Any] | None = None

    @property
    def message_count(self) -> int:
        return max(1, len(self.files))


def parts(content: Content, *, reserved_units: int = 0) -> list[Part]:
    """At least one part; `reserved_units` are left free in each for what is added when it is sent."""
    body = without_mentions(compose(content))
    markup = keyboard(content.buttons)
    albums = _albums(content.files)
    if not albums:
        texts = split(body, MAX_TEXT - reserved_units) or [Formatted(_NOTHING)]
        return [*(Part(text) for text in texts[:-1]), Part(texts[-1], keyboard=markup)]
    is_caption = _fits_as_caption(body, albums[0], markup, reserved_units)
    texts = [] if is_caption else split(body, MAX_TEXT - reserved_units)
    if not is_caption and not texts and markup:
        texts = [Formatted(_NOTHING)]
    written = [Part(text) for text in texts]
    if written and markup:
        written[-1] = replace(written[-1], keyboard=markup)
    first = Part(body, albums[0], markup) if is_caption else Part(files=albums[0])
    return [*written, first, *(Part(files=album) for album in albums[1:])]


def compose(content: Content) -> Formatted:
    """The whole text of a content: title, fields, speaker, text, footnote."""
    text = from_commonmark(content.text)
    if content.speaker is not None:
        text = _spoken(content.speaker.name, text, bool(content.files))
    if content.tone is Tone.PLAIN and not (content.title or content.fields or content.footnote):
        return text
    title = styled(one_line(content.title), "bold")
    tone = Formatted(_TONES[content.tone])
    fields = join((_field(label, value) for label, value in content.fields), "\n")
    head = join([tone + title if title.text else EMPTY, fields], "\n")
    if not title.text and text.text:
        text = tone + text
    return join([head, text, _footnote(content.footnote)], "\n\n")


def keyboard(buttons: Sequence[Button]) -> dict[str, Any] | None:
    """An inline keyboard; short labels share a row."""
    rows: list[list[dict[str, Any]]] = []
    widest = 0
    for button in buttons:
        length = utf16_length(button.label)
        # All buttons of a row are equally wide, and what does not fit into one is cut off.
        if not rows or len(rows[-1]) == _MAX_IN_ROW or max(widest, length) * (len(rows[-1]) + 1) > _ROW_UNITS:
            rows.append([])
            widest = 0
        rows[-1].append(_button(button))
        widest = max(widest, length)
    return {"inline_keyboard": rows} if rows else None


def card_parts(content: Content, *, reserved_units: int = 0) -> list[Part]:
    """As `parts`, but the buttons are under the first one: that is the card, and it stays where it is."""
    first, *others = parts(replace(content, buttons=(), files=()), reserved_units=reserved_units)
    return [replace(first, keyboard=keyboard(content.buttons)), *others]


def with_line(text: Formatted, line: str) -> Formatted:
    """The text with a small line of our own below it."""
    return join([text, styled(line, "italic")], "\n\n")


def _button(button: Button) -> dict[str, Any]:
    shown: dict[str, Any] = {"text": button.label or _NOTHING}
    if button.url:
        shown["url"] = button.url
    else:
        shown["callback_data"] = f"{button.action}:{button.subject}"
    if style := _STYLES.get(button.style):
        shown["style"] = style
    return shown


def _field(label: str, value: str) -> Formatted:
    written = from_commonmark(value)
    gap = "\n" if _begins_with_block(written) or "\n" in written.text else " "
    return styled(f"{label}:", "bold") + Formatted(gap) + written


def _spoken(name: str, text: Formatted, has_files: bool) -> Formatted:
    shown = one_line(name) or _NOTHING
    if not text.text:
        return styled(shown if has_files else f"{shown}:", "bold")
    gap = "\n" if _begins_with_block(text) else " "
    head = f"{shown}:{gap}"
    spans = [span.moved(len(head)) for span in text.spans]
    return Formatted(head + text.text, (Span("bold", 0, len(shown) + 1), *spans))


def _begins_with_block(text: Formatted) -> bool:
    return any(span.start == 0 and span.kind in _BLOCKS for span in text.spans)


def _footnote(commonmark: str) -> Formatted:
    text = from_commonmark(commonmark)
    if not text.text:
        return text
    kind = "expandable_blockquote" if text.units > _LONG_FOOTNOTE else "italic"
    # A quote in a quote is refused, and italics on italics is nothing.
    kept = tuple(span for span in text.spans if span.kind not in _QUOTES | {kind})
    return Formatted(text.text, (*kept, Span(kind, 0, len(text.text))))


def _albums(files: Sequence[FileRef]) -> list[tuple[FileRef, ...]]:
    """Neighbours that Telegram shows as one album together, the rest one by one."""
    albums: list[list[FileRef]] = []
    for file in files:
        family = _ALBUMS.get(file.kind)
        before = albums[-1] if albums else None
        shares = before and family and _ALBUMS.get(before[-1].kind) == family and len(before) < MAX_IN_ALBUM
        if before and shares:
            before.append(file)
        else:
            albums.append([file])
    return [tuple(album) for album in albums]


def _fits_as_caption(
    body: Formatted, album: tuple[FileRef, ...], markup: dict[str, Any] | None, reserved_units: int
) -> bool:
    # Telegram has no buttons under albums and no captions under stickers.
    is_allowed = album[0].kind not in (FileKind.STICKER, FileKind.ROUND_VIDEO) and not (
        markup and len(album) > 1
    )
    if not travels_with_text(album):
        # Words do not wait for a large upload.
        return False
    return is_allowed and body.units <= MAX_CAPTION - reserved_units and not (markup and not body.text)


def without_styles(markup: dict[str, Any]) -> dict[str, Any]:
    """A keyboard without the colours of its buttons, for servers that do not know them."""
    rows = markup.get("inline_keyboard")
    if rows is None:
        return markup
    plain = [[{name: one[name] for name in one if name != "style"} for one in row] for row in rows]
    return {**markup, "inline_keyboard": plain}
