"""The body of a message on its way in: read, checked as strictly as Discord does, ready to be stored."""

import mimetypes
import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from sandbox.discord.components import check_components, numbered, walk
from sandbox.discord.embeds import check_embeds
from sandbox.discord.errors import (
    EMPTY_MESSAGE,
    ENTITY_TOO_LARGE,
    VOICE_NOT_ALONE,
    VOICE_UNDESCRIBED,
    VOICE_WITH_MORE,
    ApiError,
    FormErrors,
)
from sandbox.discord.mentions import check_allowed_mentions
from sandbox.discord.model import NO_FLAGS, Json, MessageFlag
from sandbox.discord.snowflake import is_snowflake
from sandbox.surface import Upload

MOST_CONTENT = 2000
MOST_FILES = 10
MOST_FILE_BYTES = 10 * 1024 * 1024
_MOST_NONCE = 25
_SETTABLE_FLAGS = (
    MessageFlag.SUPPRESS_EMBEDS
    | MessageFlag.SUPPRESS_NOTIFICATIONS
    | MessageFlag.IS_VOICE_MESSAGE
    | MessageFlag.COMPONENTS_V2
)
_UNSAFE_IN_NAME = re.compile(r"[^\w.\-]+")


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that came with a message, under the name Discord gives it."""

    filename: str
    mime: str
    content: bytes
    title: str | None = None
    description: str | None = None
    seconds: float = 0.0
    waveform: str = ""


@dataclass(slots=True)
class Draft:
    """A checked message; in an edit only what `given` names is meant."""

    given: frozenset[str] = frozenset()
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    files: list[NewFile] = field(default_factory=list)
    kept_attachments: list[str] | None = None
    """In an edit, which attachments stay; None leaves them all."""
    flags: MessageFlag = NO_FLAGS
    allowed_mentions: Json | None = None
    reference: Json | None = None
    nonce: str | int | None = None
    is_nonce_enforced: bool = False
    is_tts: bool = False
    is_ephemeral: bool = False
    extra: Json = field(default_factory=dict)
    """What only people's clients send: sticker_items, poll, message_snapshots, as Discord writes them."""
    forwarded: Json | None = None
    """The reference of a forwarded message."""

    def texts(self) -> list[str]:
        """Everything in it that can ping."""
        return [self.content, *(one["content"] for one in walk(self.components) if one.get("content"))]

    @property
    def is_voice(self) -> bool:
        return bool(self.flags & MessageFlag.IS_VOICE_MESSAGE)

    @property
    def is_empty(self) -> bool:
        return not (self.content or self.embeds or self.components or self.files or self.extra)


def read_draft(body: Json, uploads: dict[int, Upload], *, previous_flags: MessageFlag = NO_FLAGS) -> Draft:
    """The message in this body; raises ApiError (50035 for its form, 40005 for files too large)."""
    errors = FormErrors()
    _check_shapes(body, errors)
    errors.raise_if_any()
    flags = _read_flags(body, errors) if body.get("flags") is not None else previous_flags
    is_v2 = bool(flags & MessageFlag.COMPONENTS_V2)
    content = body.get("content")
    if content is not None:
        content = str(content) if isinstance(content, int | float) else content
        errors.length("content", content, 0, MOST_CONTENT)
    if body.get("embeds") is not None:
        check_embeds(body["embeds"], errors)
    if body.get("components") is not None:
        check_components(body["components"], errors, is_v2=is_v2)
    if is_v2:
        _refuse_legacy_fields(body, errors)
    check_allowed_mentions(body.get("allowed_mentions"), errors)
    _check_small_fields(body, errors)
    if len(uploads) > MOST_FILES:
        errors.add("attachments", "BASE_TYPE_MAX_LENGTH", f"Must be {MOST_FILES} or fewer in length.")
    errors.raise_if_any()
    if any(len(upload.content) > MOST_FILE_BYTES for upload in uploads.values()):
        raise ApiError(ENTITY_TOO_LARGE)
    files, kept = _read_attachments(body, uploads)
    return Draft(
        given=frozenset(body) | ({"attachments"} if uploads else frozenset()),
        content=(content or "").strip(),
        embeds=body.get("embeds") or [],
        components=numbered(body.get("components") or []),
        files=files,
        kept_attachments=kept,
        flags=flags & _SETTABLE_FLAGS,
        allowed_mentions=body.get("allowed_mentions"),
        reference=_read_reference(body),
        nonce=body.get("nonce"),
        is_nonce_enforced=bool(body.get("enforce_nonce")),
        is_tts=bool(body.get("tts")),
        is_ephemeral=bool(flags & MessageFlag.EPHEMERAL),
    )


def check_voice(draft: Draft) -> None:
    """Whether it is fit to be a voice message, if it wants to be one."""
    if not draft.is_voice:
        return
    if draft.content or draft.embeds or draft.components:
        raise ApiError(VOICE_WITH_MORE)
    if len(draft.files) != 1 or not draft.files[0].mime.startswith("audio/"):
        raise ApiError(VOICE_NOT_ALONE)
    if not (draft.files[0].seconds > 0 and draft.files[0].waveform):
        raise ApiError(VOICE_UNDESCRIBED)


def refuse_empty(draft: Draft) -> None:
    if draft.is_empty:
        raise ApiError(EMPTY_MESSAGE)


def _check_shapes(body: Json, errors: FormErrors) -> None:
    for key in ("allowed_mentions", "message_reference"):
        errors.dictionary(key, body.get(key) or {})
    errors.dictionaries("attachments", body.get("attachments") or [])


def _read_flags(body: Json, errors: FormErrors) -> MessageFlag:
    flags = body["flags"]
    if not isinstance(flags, int) or isinstance(flags, bool) or flags < 0:
        errors.add("flags", "NUMBER_TYPE_COERCE", f'Value "{flags}" is not int.')
        return NO_FLAGS
    return MessageFlag(flags & (int(_SETTABLE_FLAGS) | MessageFlag.EPHEMERAL))


def _refuse_legacy_fields(body: Json, errors: FormErrors) -> None:
    for key in ("content", "embeds", "sticker_ids", "poll"):
        if body.get(key):
            message = f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            errors.add(key, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message)


def _check_small_fields(body: Json, errors: FormErrors) -> None:
    nonce = body.get("nonce")
    if nonce is not None and (isinstance(nonce, bool) or not isinstance(nonce, str | int)):
        errors.add("nonce", "NONCE_TYPE_INVALID", "Nonce must be an integer or a string")
    elif nonce is not None and len(str(nonce)) > _MOST_NONCE:
        errors.length("nonce", str(nonce), 0, _MOST_NONCE)
    reference = body.get("message_reference") or {}
    if reference and not is_snowflake(reference.get("message_id")):
        errors.required("message_reference.message_id")
    if reference.get("type"):
        errors.add("message_reference.type", "BASE_TYPE_CHOICES", "The sandbox forwards no messages")
    for index, one in enumerate(body.get("attachments") or []):
        if not is_snowflake(one.get("id")):
            errors.add(
                f"attachments.{index}.id", "NUMBER_TYPE_COERCE", f'Value "{one.get("id")}" is not snowflake.'
            )
        if one.get("description") is not None:
            errors.length(f"attachments.{index}.description", one["description"], 0, 1024)
    if body.get("poll") or body.get("sticker_ids"):
        message = "The sandbox carries neither polls nor stickers"
        errors.add("poll" if body.get("poll") else "sticker_ids", "BASE_TYPE_CHOICES", message)


def _read_reference(body: Json) -> Json | None:
    reference: dict[str, Any] | None = body.get("message_reference")
    if not reference:
        return None
    read = {
        key: str(reference[key]) for key in ("message_id", "channel_id", "guild_id") if reference.get(key)
    }
    return read | {
        "type": reference.get("type", 0),
        "fail_if_not_exists": reference.get("fail_if_not_exists", True),
    }


def _read_attachments(body: Json, uploads: dict[int, Upload]) -> tuple[list[NewFile], list[str] | None]:
    described: dict[int, Json] = {}
    kept: list[str] | None = None
    if body.get("attachments") is not None:
        kept = []
        for one in body["attachments"]:
            if int(one["id"]) in uploads:
                described[int(one["id"])] = one
            else:
                kept.append(str(one["id"]))
    files = [as_new_file(upload, described.get(index, {})) for index, upload in sorted(uploads.items())]
    return files, kept


def as_new_file(upload: Upload, described: Json) -> NewFile:
    """The file as Discord keeps it: unsafe characters of its name become underscores, the title keeps the words."""
    name = str(described.get("filename") or upload.name or "file")
    safe = _UNSAFE_IN_NAME.sub("_", PurePosixPath(name).name) or "file"
    title = described.get("title") or (PurePosixPath(name).stem if safe != name else None)
    guessed = mimetypes.guess_type(safe)[0]
    mime = upload.mime if upload.mime and upload.mime != "application/octet-stream" else guessed
    waveform, seconds = described.get("waveform") or "", described.get("duration_secs") or 0.0
    return NewFile(
        safe,
        mime or "application/octet-stream",
        upload.content,
        title,
        described.get("description"),
        float(seconds),
        str(waveform),
    )
