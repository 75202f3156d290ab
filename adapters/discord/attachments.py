"""Files that people attach, and stickers, as references that survive the expiry of their addresses."""

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.discord.settings import PLATFORM
from adapters.fields import amount, mappings
from bot.core.content import FileKind, FileRef, told_size
from bot.core.files import kind_of, safe_name

VOICE_MESSAGE = 1 << 13
"""The flag of a message that is nothing but a voice (discord.com/developers/docs/resources/message#message-object)."""
STICKER = "sticker"
"""The first word of the reference of a sticker: sticker/123.png."""
HIDDEN = "SPOILER_"
"""How the name of an attachment begins that is covered; newer clients set a flag besides."""
_IS_HIDDEN = 1 << 3
_STICKER_ENDINGS = {1: "png", 2: "png", 4: "gif"}
"""By format: PNG, APNG, GIF. The third, Lottie, is a drawing in JSON that no other platform shows."""

Payload = Mapping[str, Any]


def files_of(message: Payload) -> tuple[FileRef, ...]:
    """The message's own attachments and stickers, and those of the message it forwards."""
    if not (message.get("attachments") or message.get("message_snapshots") or message.get("sticker_items")):
        return ()
    return tuple(_all(message))


def _all(message: Payload) -> Iterator[FileRef]:
    address = f"{message['channel_id']}/{message['id']}"
    for said in said_in(message):
        is_voice = bool(int(amount(said, "flags")) & VOICE_MESSAGE)
        for attachment in mappings(said, "attachments"):
            if attachment.get("id"):
                yield _file(attachment, address, is_voice=is_voice)
        for sticker in mappings(said, "sticker_items"):
            if sticker.get("id") and _ending(sticker):
                yield _sticker(sticker)


def said_in(message: Payload) -> Iterator[Payload]:
    """The message, and what it forwards."""
    yield message
    for snapshot in mappings(message, "message_snapshots"):
        if isinstance(forwarded := snapshot.get("message"), Mapping):
            yield forwarded


def attachments_of(message: Payload) -> Iterator[Payload]:
    """The attachment objects, the forwarded ones last."""
    for said in said_in(message):
        yield from mappings(said, "attachments")


def named_stickers(message: Payload) -> list[str]:
    """The names of the stickers that cannot be shown anywhere else."""
    stickers = mappings(message, "sticker_items")
    return [str(one.get("name") or "") for one in stickers if not (one.get("id") and _ending(one))]


def _ending(sticker: Payload) -> str:
    """Of the file that the sticker is; "" for one that only Discord shows."""
    return _STICKER_ENDINGS.get(int(amount(sticker, "format_type")), "")


def _file(attachment: Payload, address: str, *, is_voice: bool) -> FileRef:
    mime = str(attachment.get("content_type") or "application/octet-stream").partition(";")[0]
    return FileRef(
        platform=PLATFORM,
        id=f"{address}/{attachment['id']}",
        name=_name(attachment),
        kind=FileKind.VOICE if is_voice and mime != "image/gif" else kind_of(mime),
        mime=mime,
        size_bytes=told_size(attachment.get("size")),
        seconds=amount(attachment, "duration_secs"),
        waveform=str(attachment.get("waveform") or "") if is_voice else "",
        is_hidden=_is_hidden(attachment),
    )


def _is_hidden(attachment: Payload) -> bool:
    flags = int(amount(attachment, "flags"))
    return bool(flags & _IS_HIDDEN) or str(attachment.get("filename") or "").startswith(HIDDEN)


def _name(attachment: Payload) -> str:
    """What the person called it: of a name that Discord could not keep, the title has the words."""
    name = str(attachment.get("filename") or "").removeprefix(HIDDEN)
    stem, dot, ending = name.rpartition(".")
    title = str(attachment.get("title") or "")
    if not title:
        return safe_name(name)
    return safe_name(f"{title}{dot}{ending}" if dot and stem else title, safe_name(name))


def _sticker(sticker: Payload) -> FileRef:
    ending = _ending(sticker)
    return FileRef(
        platform=PLATFORM,
        id=f"{STICKER}/{sticker['id']}.{ending}",
        name=safe_name(f"{sticker.get('name') or STICKER}.{ending}"),
        kind=FileKind.STICKER,
        mime=f"image/{ending}",
    )
