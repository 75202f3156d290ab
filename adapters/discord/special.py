"""What a Discord message says besides its own words: forwarded messages, polls, stickers, invitations to play.

Fields: https://discord.com/developers/docs/resources/message
"""

from collections.abc import Iterator, Mapping
from typing import Any

from adapters import Translate
from adapters.discord.attachments import named_stickers, said_in
from adapters.discord.discord_read import Names
from adapters.discord.text import to_commonmark
from adapters.fields import mappings
from bot.core.texts import escape

Payload = Mapping[str, Any]

_SPECIAL = ("message_snapshots", "sticker_items", "poll", "activity")


def texts_beside(data: Payload, names: Names) -> Iterator[str]:
    """In CommonMark what stands beside the message's own content."""
    if not any(data.get(key) for key in _SPECIAL):
        return
    for number, said in enumerate(said_in(data)):
        if number:
            yield to_commonmark(str(said.get("content") or ""), names)
            for embed in mappings(said, "embeds"):
                yield from _embed(embed, names)
        for name in named_stickers(said):
            yield to_commonmark(f":{name or 'sticker'}:", names)
        if isinstance(poll := said.get("poll"), Mapping):
            yield to_commonmark(_poll(poll), names)
        if said.get("activity"):
            application = said.get("application")
            game = application.get("name") if isinstance(application, Mapping) else ""
            yield escape(f"🎮 {game or ''}".strip())


def unknown(texts: Translate) -> str:
    """What to say of a message in which nothing was found to show."""
    return escape(texts("(something that cannot be shown here; it is in the original chat on Discord)"))


def _embed(embed: Payload, names: Names) -> Iterator[str]:
    """A card in a message that was forwarded; a preview of a link says nothing that the link does not."""
    if embed.get("type", "rich") != "rich":
        return
    if title := embed.get("title"):
        yield f"**{escape(str(title))}**"
    if description := embed.get("description"):
        yield to_commonmark(str(description), names)
    for field in mappings(embed, "fields"):
        yield f"**{escape(str(field.get('name') or ''))}:** {to_commonmark(str(field.get('value') or ''), names)}"


def _poll(poll: Payload) -> str:
    answers = [_medium(one.get("poll_media")) for one in mappings(poll, "answers")]
    return "\n".join(
        ["📊 " + _medium(poll.get("question")), *(f"- {answer}" for answer in answers if answer)]
    )


def _medium(medium: object) -> str:
    if not isinstance(medium, Mapping):
        return ""
    emoji = medium.get("emoji")
    # An answer's own emoji may be one of the server, which has a name and no character.
    sign = str(emoji.get("name") or "") if isinstance(emoji, Mapping) and not emoji.get("id") else ""
    return " ".join(filter(None, (sign, str(medium.get("text") or ""))))
