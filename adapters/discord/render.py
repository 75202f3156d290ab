"""What is said, as Discord's message objects: text, cards as embeds, buttons, forms. Pure.

Limits: https://discord.com/developers/docs/resources/message#embed-object-embed-limits and
https://discord.com/developers/docs/components/reference
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from adapters.discord.discord_write import escape_discord, without_posters
from adapters.discord.length import clip, width
from adapters.discord.text import LONGEST_MESSAGE, to_discord, to_plain
from adapters.long_texts import beside
from adapters.luggage import travels_with_text
from bot.core.content import (
    Button,
    ButtonStyle,
    Content,
    FieldKind,
    FileKind,
    FileRef,
    Form,
    FormField,
    Tone,
)

Json = dict[str, Any]

MOST_BUTTONS = 25
BUTTONS_IN_A_ROW = 5
LONGEST_TITLE = 256
LONGEST_CARD_TEXT = 4096
LONGEST_CARD_TEXT_BESIDE_FIELDS = 2700
"""An embed holds 6000 units in all; fields get as much, title and footnote the rest."""
LONGEST_FIELDS = 2400
LONGEST_FIELD = 1024
MOST_FIELDS = 25
LONGEST_FOOTNOTE = 500
LONGEST_SPEAKER = 80
LONGEST_LEADING_VALUE = 200
LONGEST_THREAD_NAME = 100

SUPPRESS_EMBEDS = 1 << 2
EPHEMERAL = 1 << 6

_COLOURS = {
    Tone.WAITING: 0xF0B232,
    Tone.CLAIMED: 0x5865F2,
    Tone.RESOLVED: 0x23A55A,
    Tone.ALERT: 0xF23F43,
}
_MARKS = {
    Tone.PLAIN: "",
    Tone.WAITING: "🟡 ",
    Tone.CLAIMED: "🔵 ",
    Tone.RESOLVED: "✅ ",
    Tone.ALERT: "🔴 ",
}
"""What a colour says, in words."""
_STYLES = {ButtonStyle.PLAIN: 2, ButtonStyle.PRIMARY: 1, ButtonStyle.DANGER: 4}
_LINK_STYLE = 5


MOST_FILES = 10
LONGEST_REQUEST_BYTES = 24 * 1024 * 1024
"""All files of a message together; the documented limit of a request is 25 MiB."""
LARGEST_FILE_BYTES = 100 * 1024 * 1024
"""No server takes more; such a file stays behind and needs no room."""
GUESSED_FILE_BYTES = 8 * 1024 * 1024
"""For a file whose platform does not say how large it is."""
MOST_BESIDE_FILES = 1200
"""Longer text stands alone: beside files there must be room to say which of them did not come along."""
_VOICES = frozenset({"audio/ogg", "audio/opus", "application/ogg"})


class Part(Struct, frozen=True):
    """One message to be sent."""

    payload: Json
    files: tuple[FileRef, ...] = ()
    is_voice: bool = False
    """Its one file is to be heard as a voice message, which has nothing beside it."""
    language: str = ""
    """Of its reader."""


async def drawn(content: Content) -> list[Part]:
    """As `render`; a long text is drawn beside the event loop."""
    return await beside(len(content.text), partial(render, content))


def render(content: Content) -> list[Part]:
    """Draw the content as one or more messages, text before files; none of them can ping anyone."""
    is_card = bool(content.fields)
    payloads = list(_card(content) if is_card else _text(content))
    if not payloads and content.buttons:
        payloads = [{"content": "–"}]
    if payloads:
        # A card keeps its buttons on its first message, which is the one that is redrawn.
        payloads[0 if is_card else -1]["components"] = _rows(content.buttons)
    parts = [Part(_message(payload), language=content.language) for payload in payloads]
    groups = [
        Part(_message({}), tuple(group), _is_voice(group[0]), content.language)
        for group in _file_groups(content.files)
    ]
    if parts and groups and not is_card and _share_message(parts[-1], groups[0]):
        parts[-1] = replace(parts[-1], files=groups.pop(0).files)
    return parts + groups


def _share_message(text: Part, files: Part) -> bool:
    is_short = width(text.payload["content"]) <= MOST_BESIDE_FILES
    carried = [file for file in files.files if file.size_bytes <= LARGEST_FILE_BYTES]
    return is_short and not files.is_voice and travels_with_text(carried)


def _is_voice(file: FileRef) -> bool:
    return file.kind is FileKind.VOICE and file.mime.partition(";")[0].strip().lower() in _VOICES


def _file_groups(files: Sequence[FileRef]) -> Iterator[list[FileRef]]:
    group: list[FileRef] = []
    used = 0
    for file in files:
        size = 0 if file.size_bytes > LARGEST_FILE_BYTES else file.size_bytes or GUESSED_FILE_BYTES
        is_alone = group and (_is_voice(file) or _is_voice(group[0]))
        if group and (is_alone or len(group) == MOST_FILES or used + size > LONGEST_REQUEST_BYTES):
            yield group
            group, used = [], 0
        group.append(file)
        used += size
    if group:
        yield group


def _message(payload: Json) -> Json:
    return {"content": "", "embeds": [], "components": [], "allowed_mentions": {"parse": []}, **payload}


def _text(content: Content) -> Iterator[Json]:
    """Words as a message has them: some people have embeds switched off, and no notification shows one."""
    speaker = content.speaker.name if content.speaker else ""
    title = f"{_title(content)}\n\n" if content.title else ""
    texts: list[str] = []
    if content.text or speaker:
        texts = to_discord(content.text, LONGEST_MESSAGE - width(title), speaker=speaker)
    if title:
        texts = [f"{title}{texts[0] if texts else ''}".rstrip(), *texts[1:]]
    if content.footnote:
        texts = _with_footnote(texts, content.footnote)
    # They bring their links along, but not the posters of the pages behind them.
    has_posters = not (speaker or title or content.footnote)
    for text in texts:
        yield {"content": text} if has_posters else {"content": text, "flags": SUPPRESS_EMBEDS}


def _title(content: Content) -> str:
    # Bold, as it stands in the house's own text, which is what the message becomes when its buttons go.
    title = clip(escape_discord(_one_line(content.title)), LONGEST_TITLE)
    # An address would take the stars behind it for its own.
    return f"{_MARKS[content.tone]}**{without_posters(title)}**"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _with_footnote(texts: Sequence[str], footnote: str) -> list[str]:
    lines = "".join(to_discord(footnote, LONGEST_FOOTNOTE)[:1]).split("\n")
    small = "\n".join(f"-# {line}" for line in lines if line)
    *before, last = texts or [""]
    text = f"{last}\n{small}".strip()
    return [*before, text] if width(text) <= LONGEST_MESSAGE else [*texts, small]


def _card(content: Content) -> Iterator[Json]:
    """A card is an embed below its title and the first of its fields, which says whom it is about.

    These two are words of the message: in notifications, and below the name of a forum post, nothing else is shown.
    """
    words, fields = _leading(content)
    limit = LONGEST_CARD_TEXT_BESIDE_FIELDS if content.fields else LONGEST_CARD_TEXT
    texts = to_discord(content.text, limit) or [""]
    groups = list(_field_groups(fields)) or [[]]
    embeds: list[Json] = [_embed(content.tone, description=text) for text in texts]
    embeds[-1]["fields"] = groups[0]
    embeds += [_embed(content.tone, fields=group) for group in groups[1:]]
    if content.speaker:
        embeds[0]["author"] = {"name": clip(content.speaker.name, LONGEST_SPEAKER)}
    if content.footnote:
        _add_footnote(embeds[-1], content.footnote)
    for number, embed in enumerate(embeds):
        shown = {key: value for key, value in embed.items() if value}
        is_empty = not shown.keys() - {"color"}
        yield {"content": "" if number else words, "embeds": [] if is_empty and words else [shown]}


def _leading(content: Content) -> tuple[str, Sequence[tuple[str, str]]]:
    """(title and first field in words, the fields that are left); a long value stays where it is."""
    title = _title(content) if content.title else ""
    label, value = content.fields[0]
    name = clip(escape_discord(_one_line(label)), LONGEST_TITLE)
    written = to_discord(value, LONGEST_LEADING_VALUE)
    if not (name and len(written) == 1 and "\n" not in written[0]):
        return title, content.fields
    return f"{title}\n{name}: {without_posters(written[0])}".strip(), content.fields[1:]


def _add_footnote(embed: Json, footnote: str) -> None:
    """Small print. Discord shows no links in a footer, so one that has any closes the text instead."""
    small = to_discord(footnote, LONGEST_FOOTNOTE)
    text = f"{embed['description']}\n\n-# {small[0]}".lstrip() if small else ""
    has_link, is_line = "](" in footnote, len(small) == 1 and "\n" not in small[0]
    if has_link and is_line and not embed["fields"] and width(text) <= LONGEST_CARD_TEXT:
        embed["description"] = text
    else:
        embed["footer"] = {"text": to_plain(footnote, LONGEST_FOOTNOTE)}


def _embed(tone: Tone, *, description: str = "", fields: Sequence[Json] = ()) -> Json:
    return {"description": description, "fields": list(fields), "color": _COLOURS.get(tone, 0)}


def _field_groups(fields: Sequence[tuple[str, str]]) -> Iterator[list[Json]]:
    group: list[Json] = []
    used = 0
    for label, value in fields:
        shown = _field(label, value)
        size = width(shown["name"]) + width(shown["value"])
        if group and (used + size > LONGEST_FIELDS or len(group) == MOST_FIELDS):
            yield group
            group, used = [], 0
        group.append(shown)
        used += size
    if group:
        yield group


def _field(label: str, value: str) -> Json:
    texts = to_discord(value, LONGEST_FIELD - 1) or ["–"]
    is_short = width(texts[0]) <= 40 and "\n" not in texts[0] and len(texts) == 1
    return {
        "name": clip(escape_discord(label), LONGEST_TITLE) or "–",
        "value": texts[0] + ("…" if len(texts) > 1 else ""),
        "inline": is_short,
    }


def custom_id(action: str, subject: str) -> str:
    return f"{action}:{subject}"


def _rows(buttons: Sequence[Button]) -> list[Json]:
    drawn: dict[str, Json] = {}
    for button in buttons:
        if shown := _button(button):
            # Two buttons that do the same are refused by Discord.
            drawn.setdefault(shown.get("custom_id") or f"{shown['url']} {shown['label']}", shown)
    children = list(drawn.values())[:MOST_BUTTONS]
    return [
        {"type": 1, "components": children[begin : begin + BUTTONS_IN_A_ROW]}
        for begin in range(0, len(children), BUTTONS_IN_A_ROW)
    ]


def _button(button: Button) -> Json | None:
    label = clip(button.label, 80) or "–"
    if not button.url:
        style = _STYLES[button.style]
        return {
            "type": 2,
            "style": style,
            "label": label,
            "custom_id": custom_id(button.action, button.subject),
        }
    is_link = button.url.startswith(("https://", "http://")) and len(button.url) <= 512
    return {"type": 2, "style": _LINK_STYLE, "label": label, "url": button.url} if is_link else None


def render_form(form: Form) -> Json:
    """Draw a form as a modal."""
    draw = _labelled if any(one.kind is FieldKind.CHOICE for one in form.fields) else _row_of_input
    return {
        "custom_id": custom_id(form.name, form.subject),
        "title": clip(form.title, 45),
        "components": [draw(one) for one in form.fields[:5]],
    }


def _row_of_input(question: FormField) -> Json:
    return {"type": 1, "components": [_input(question) | {"label": clip(question.label, 45)}]}


def _labelled(question: FormField) -> Json:
    # A select can stand in a modal only inside a label, and then the other fields look best in the same way.
    component = _select(question) if question.kind is FieldKind.CHOICE else _input(question)
    return {"type": 18, "label": clip(question.label, 45), "component": component}


def _input(question: FormField) -> Json:
    longest = min(max(question.max_length, 1), 4000)
    drawn: Json = {
        "type": 4,
        "custom_id": question.name,
        "style": 2 if question.kind is FieldKind.PARAGRAPH else 1,
        "required": question.is_required,
        "max_length": longest,
    }
    return drawn | ({"value": clip(question.value, longest)} if question.value else {})


def _select(question: FormField) -> Json:
    options = [
        {"value": value, "label": clip(label, 100), "default": value == question.value}
        for value, label in question.options[:25]
    ]
    return {
        "type": 3,
        "custom_id": question.name,
        "options": options,
        "required": question.is_required,
    }
