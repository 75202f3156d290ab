"""What people write: as the app does it, with markup taken out, long texts split and files as albums."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sandbox.surface import SurfaceError, Upload
from sandbox.telegram import history, utf16
from sandbox.telegram.errors import ApiError
from sandbox.telegram.formatting import fix_formatted_text
from sandbox.telegram.history import Draft
from sandbox.telegram.images import image_size
from sandbox.telegram.inputs import LONGEST_CAPTION, LONGEST_TEXT, formatted_fields
from sandbox.telegram.markup_typed import parse_typed
from sandbox.telegram.media import LARGEST_PHOTO_BYTES, Medium, medium_content, stored_files
from sandbox.telegram.model import FormattedText, Message, StoredFile
from sandbox.telegram.people import Place, check_may_write, find_message
from sandbox.telegram.state import TelegramState
from sandbox.telegram.views import file_json, origin_of

MOST_IN_ALBUM = 10
STILL = bytes.fromhex("524946461a000000574542505650384c0d0000002f7fc01f0007100a1a0a0000")
"""The head of a WebP picture of 128 by 128."""


@dataclass(frozen=True, slots=True)
class Writing:
    """What somebody is about to send."""

    text: str = ""
    files: Sequence[Upload] = ()
    reply_to: str = ""
    quote: str = ""
    formatted: FormattedText | None = None
    """Instead of the text, when it is not to be parsed as typed markup."""


def say(state: TelegramState, place: Place, writing: Writing) -> list[Message]:
    """Post it, as several messages where the app would; SurfaceError when there is nothing to post."""
    check_may_write(state, place)
    answered = find_message(place, writing.reply_to).id if writing.reply_to else 0
    quoted = _quote(place, answered, writing.quote) if writing.quote else None
    draft = Draft(content={}, topic_id=place.topic_id, reply_to=answered, quote=quoted)
    drafts = _file_drafts(state, draft, writing) if writing.files else _text_drafts(state, draft, writing)
    if not drafts:
        raise SurfaceError("There is nothing to send: write something or add a file.")
    if place.chat.type == "private":
        state.started.add(place.user.id)
    return [history.post(state, place.chat, place.user.id, ready) for ready in drafts]


def send(state: TelegramState, place: Place, content: dict[str, Any]) -> Message:
    """Post what is neither text nor file."""
    check_may_write(state, place)
    if place.chat.type == "private":
        state.started.add(place.user.id)
    return history.post(state, place.chat, place.user.id, Draft(content=content, topic_id=place.topic_id))


def forward(state: TelegramState, place: Place, original: Message) -> Message:
    """Pass a message on, with its origin."""
    check_may_write(state, place)
    if original.is_service or original.is_protected:
        raise SurfaceError("This message cannot be forwarded.")
    if place.chat.type == "private":
        state.started.add(place.user.id)
    draft = Draft(
        content=original.content, topic_id=place.topic_id, forward_origin=origin_of(state, original)
    )
    return history.post(state, place.chat, place.user.id, draft)


def replace_file(state: TelegramState, place: Place, message_id: str, upload: Upload) -> None:
    """Put another file where one was; the caption stays."""
    check_may_write(state, place)
    message = find_message(place, message_id)
    if message.sender_id != place.user.id or not stored_files(state.files, message.content):
        raise SurfaceError("Only files of your own messages can be replaced.")
    caption = {key: message.content[key] for key in ("caption", "caption_entities") if key in message.content}
    ((_, content),) = _contents(state, [upload])
    history.amend(state, message, content=content | caption, edited_at=state.now())


def edit(state: TelegramState, place: Place, message_id: str, text: str) -> None:
    """Change one's own text or caption; the same again is no edit."""
    check_may_write(state, place)
    message = find_message(place, message_id)
    if message.sender_id != place.user.id or message.is_service:
        raise SurfaceError("Only your own messages can be edited.")
    name = "text" if "text" in message.content else "caption"
    longest = LONGEST_TEXT if name == "text" else LONGEST_CAPTION
    fixed = _fixed(parse_typed(text), longest)
    if name == "text" and not fixed.text:
        raise SurfaceError("A message cannot be edited to nothing; delete it instead.")
    entities = "entities" if name == "text" else "caption_entities"
    kept = {key: value for key, value in message.content.items() if key not in {name, entities}}
    content = kept | formatted_fields(state, fixed, name, entities)
    if content != message.content:
        history.amend(state, message, content=content, edited_at=state.now())


def move(state: TelegramState, place: Place, message_id: str, latitude: float, longitude: float) -> None:
    """A live location is somewhere else now."""
    message = _live_location(place, message_id)
    location = {**message.content["location"], "latitude": latitude, "longitude": longitude}
    history.amend(state, message, content={"location": location}, edited_at=state.now())


def stop_moving(state: TelegramState, place: Place, message_id: str) -> None:
    """Sharing ends: what stays is the last location, live no more."""
    message = _live_location(place, message_id)
    location = {key: value for key, value in message.content["location"].items() if key != "live_period"}
    history.amend(state, message, content={"location": location}, edited_at=state.now())


def _live_location(place: Place, message_id: str) -> Message:
    message = find_message(place, message_id)
    if message.sender_id != place.user.id or not message.content.get("location", {}).get("live_period"):
        raise SurfaceError("Only your own live locations move.")
    return message


def _fixed(formatted: FormattedText, longest: int) -> FormattedText:
    try:
        fixed = fix_formatted_text(formatted, is_empty_allowed=True)
    except ApiError as error:
        raise SurfaceError(f"Telegram does not take this: {error.description}.") from error
    if utf16.length(fixed.text) > longest:
        raise SurfaceError(f"This has more than {longest:,} characters; make it shorter.")
    return fixed


def _text_drafts(state: TelegramState, draft: Draft, writing: Writing) -> list[Draft]:
    """One for each part of the text; only the first is the reply."""
    if writing.formatted is not None:
        parts = [writing.formatted]
    else:
        parts = [parse_typed(part) for part in _split(writing.text)]
    fixed = [part for part in (_fixed(part, LONGEST_TEXT) for part in parts) if part.text]
    drafts = [replace(draft, content=formatted_fields(state, part, "text", "entities")) for part in fixed]
    return drafts[:1] + [replace(ready, reply_to=0, quote=None) for ready in drafts[1:]]


def _split(text: str) -> list[str]:
    """Parts of at most 4,096 units, cut between lines or words where that is possible."""
    parts: list[str] = []
    while utf16.length(text) > LONGEST_TEXT:
        end = next(at for at, offset in enumerate(utf16.positions(text)) if offset > LONGEST_TEXT) - 1
        cut = max(text.rfind("\n", 0, end), text.rfind(" ", 0, end))
        cut = cut if cut > 0 else end
        parts.append(text[:cut])
        text = text[cut:]
    return [*parts, text]


def _quote(place: Place, answered: int, quote: str) -> dict[str, Any]:
    if not answered:
        raise SurfaceError("A quotation belongs to a reply: say what you reply to.")
    source = history.plain_text(place.chat.messages[answered])
    at = source.find(quote)
    if at < 0:
        raise SurfaceError("The message does not contain the quoted words.")
    return {"text": quote, "position": utf16.length(source[:at]), "is_manual": True}


def _file_drafts(state: TelegramState, draft: Draft, writing: Writing) -> list[Draft]:
    """One for each file, with the text as the caption of the first."""
    caption = _fixed(writing.formatted or parse_typed(writing.text), LONGEST_CAPTION)
    fields = formatted_fields(state, caption, "caption", "caption_entities")
    contents = _contents(state, writing.files)
    contents[0][1].update(fields)
    drafts: list[Draft] = []
    for album in _albums(contents):
        group = state.new_album_id() if len(album) > 1 else ""
        drafts.extend(replace(draft, content=content, media_group_id=group) for content in album)
    return drafts


def _contents(state: TelegramState, files: Sequence[Upload]) -> list[tuple[str, dict[str, Any]]]:
    """(kind, message fields) of each file."""
    contents = []
    for upload, (kind, stored) in zip(files, _stored(state, files), strict=True):
        content = medium_content(Medium(kind, stored, _facts(upload)))
        if kind == "sticker":
            content["sticker"] |= _moving(state, upload)
        contents.append((kind, content))
    return contents


def _facts(upload: Upload) -> dict[str, Any]:
    return {"duration": round(upload.seconds), "has_spoiler": upload.kind == "spoiler"}


def _moving(state: TelegramState, upload: Upload) -> dict[str, Any]:
    """What tells a moving sticker from a still one; a drawing has a still picture beside it."""
    if upload.mime != "application/x-tgsticker":
        return {"is_video": upload.mime == "video/webm"}
    still = state.files.add("thumbnail", "thumb.webp", "image/webp", STILL)
    return {"is_animated": True, "thumbnail": {**file_json(still), "width": 128, "height": 128}}


def _stored(state: TelegramState, files: Sequence[Upload]) -> list[tuple[str, StoredFile]]:
    stored = []
    for upload in files:
        if not upload.content:
            raise SurfaceError(f"The file {upload.name} is empty, and Telegram sends no empty files.")
        kind = kind_of(upload)
        stored.append((kind, state.files.add(kind, upload.name, upload.mime, upload.content)))
    return stored


def kind_of(upload: Upload) -> str:
    """As what the app sends a file that somebody drops into it, or records."""
    if upload.kind in {"voice", "sticker", "video_note", "document"}:
        return upload.kind
    if upload.mime in {"image/jpeg", "image/png", "image/webp"}:
        is_photo = image_size(upload.content) is not None and len(upload.content) <= LARGEST_PHOTO_BYTES
        return "photo" if is_photo else "document"
    if upload.mime == "image/gif":
        return "animation"
    if upload.mime == "video/mp4":
        return "video"
    if upload.mime in {"audio/ogg", "audio/opus"}:
        return "voice"
    return "audio" if upload.mime in {"audio/mpeg", "audio/mp4", "audio/x-m4a"} else "document"


def _albums(contents: list[tuple[str, dict[str, Any]]]) -> list[list[dict[str, Any]]]:
    """Neighbours that may share an album, ten at most; the rest one by one."""
    albums: list[tuple[str, list[dict[str, Any]]]] = []
    for kind, content in contents:
        family = "visual" if kind in {"photo", "video"} else kind
        can_share = family in {"visual", "document", "audio"}
        if can_share and albums and albums[-1][0] == family and len(albums[-1][1]) < MOST_IN_ALBUM:
            albums[-1][1].append(content)
        else:
            albums.append((family, [content]))
    return [album for _, album in albums]
