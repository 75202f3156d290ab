"""What people's clients send besides texts and files: stickers, polls, forwarded messages, invitations to play."""

import base64
from collections.abc import Mapping
from typing import Any

from sandbox.discord.community import Community
from sandbox.discord.draft import Draft, as_new_file
from sandbox.discord.model import Json, Message, MessageFlag, Sticker
from sandbox.discord.speech import message_json
from sandbox.surface import SurfaceError, Upload

_FIELDS: Mapping[str, tuple[str, ...]] = {
    "poll": ("question", "answers"),
    "forward": ("room", "message"),
    "activity": ("name",),
    "unsupported": (),
}
_FORMATS = {"image/png": 1, "image/apng": 2, "application/json": 3, "image/gif": 4}
_WAVEFORM = base64.b64encode(bytes(range(0, 256, 4))).decode()
_IN_SNAPSHOT = (
    "type",
    "content",
    "embeds",
    "attachments",
    "timestamp",
    "edited_timestamp",
    "flags",
    "mentions",
)


def special_draft(community: Community, given: Mapping[str, Any], found: Message | None) -> Draft:
    """A message that says this; SurfaceError when no client could have sent it. `found` is what is forwarded."""
    kind, fields = kind_of(given)
    match kind:
        case "poll":
            return Draft(extra={"poll": _poll(fields)})
        case "forward" if found is not None:
            return _forward(community, found)
        case "activity":
            application = {"id": community.snowflakes.next(), "name": str(fields["name"])}
            return Draft(extra={"activity": {"type": 1, "party_id": "party"}, "application": application})
    # What a client of tomorrow may send: a message with nothing in it that is known today.
    return Draft(extra={"tomorrow": True})


def kind_of(given: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    if len(given) != 1 or next(iter(given)) not in _FIELDS:
        raise SurfaceError(f"Say one of these: {', '.join(_FIELDS)}.")
    ((kind, fields),) = given.items()
    if not isinstance(fields, Mapping) or set(fields) != set(_FIELDS[kind]):
        raise SurfaceError(f"{kind} has these fields: {', '.join(_FIELDS[kind]) or 'none'}.")
    return kind, fields


def _poll(fields: Mapping[str, Any]) -> Json:
    answers = fields["answers"]
    if not isinstance(answers, list | tuple) or not 1 <= len(answers) <= 10:
        raise SurfaceError("A poll has one to ten answers.")
    return {
        "question": {"text": str(fields["question"])},
        "answers": [
            {"answer_id": number, "poll_media": {"text": str(answer)}}
            for number, answer in enumerate(answers, 1)
        ],
        "expiry": None,
        "allow_multiselect": False,
        "layout_type": 1,
    }


def _forward(community: Community, found: Message) -> Draft:
    shown = message_json(community, found, with_reply=False)
    snapshot = {key: shown[key] for key in _IN_SNAPSHOT}
    # What a message says in other ways than text comes along as it was.
    snapshot |= {key: shown[key] for key in ("sticker_items", "poll") if key in shown}
    reference = {"type": 1, "channel_id": found.channel_id, "message_id": found.id}
    return Draft(
        flags=MessageFlag.HAS_SNAPSHOT,
        extra={"message_snapshots": [{"message": snapshot}]},
        forwarded=reference,
    )


def with_recordings(community: Community, draft: Draft, uploads: tuple[Upload, ...]) -> None:
    """Make stickers and voice messages of what the client sends as such."""
    files = []
    for upload in uploads:
        if upload.kind == "sticker":
            _add_sticker(community, draft, upload)
        elif upload.kind == "voice":
            if len(uploads) > 1 or draft.content:
                raise SurfaceError("A voice message has nothing beside it.")
            described = {"duration_secs": upload.seconds or 1.0, "waveform": _WAVEFORM}
            files.append(as_new_file(upload, described))
            draft.flags |= MessageFlag.IS_VOICE_MESSAGE
        else:
            files.append(as_new_file(upload, {}))
    draft.files = files


def _add_sticker(community: Community, draft: Draft, upload: Upload) -> None:
    if upload.mime not in _FORMATS:
        raise SurfaceError("A sticker is a PNG, APNG, GIF or Lottie.")
    name = upload.name.rpartition(".")[0] or upload.name
    sticker = Sticker(community.snowflakes.next(), name, _FORMATS[upload.mime], upload.content)
    community.stickers[sticker.filename] = sticker
    item = {"id": sticker.id, "name": sticker.name, "format_type": sticker.format}
    draft.extra.setdefault("sticker_items", []).append(item)
