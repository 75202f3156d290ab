"""What is said: text in CommonMark, buttons, files, forms. Adapters draw it in their platform's manner."""

from enum import StrEnum

from msgspec import Struct


class ButtonStyle(StrEnum):
    PLAIN = "plain"
    PRIMARY = "primary"
    DANGER = "danger"


class Button(Struct, frozen=True):
    """Something to press: comes back as `ButtonPressed` with the same action and subject, or opens the url.

    Action, colon and subject together take at most 64 bytes (Telegram's callback_data, the smallest).
    """

    label: str
    action: str = ""
    subject: str = ""
    style: ButtonStyle = ButtonStyle.PLAIN
    url: str = ""


class FileKind(StrEnum):
    PICTURE = "picture"
    VIDEO = "video"
    ROUND_VIDEO = "round_video"
    """A short film that is shown as a circle, where there is such a thing; a film elsewhere."""
    AUDIO = "audio"
    VOICE = "voice"
    ANIMATION = "animation"
    STICKER = "sticker"
    DOCUMENT = "document"


class FileRef(Struct, frozen=True):
    """A file that lies on a platform; its adapter opens it, with the bot's own rights, never by a link in a text."""

    platform: str
    id: str
    """What the adapter needs to open it again after a restart."""
    name: str
    kind: FileKind = FileKind.DOCUMENT
    mime: str = "application/octet-stream"
    size_bytes: int = 0
    """0 when the platform does not say."""
    seconds: float = 0.0
    """How long a sound or film lasts; 0 when the platform does not say."""
    unique: str = ""
    """What stays the same for as long as the content does, where the id does not; "" where it does."""
    waveform: str = ""
    """What a voice message looks like: base64 of one byte for each of at most 256 moments, or ""."""
    caption: str = ""
    """What stands under this one of an album's pictures; the message has these words among its own."""
    is_hidden: bool = False
    """Covered until its reader wants to see it, where there is such a thing."""

    def is_same(self, other: "FileRef") -> bool:
        """Whether both mean the same content, however they are reached."""
        return self.platform == other.platform and (self.unique or self.id) == (other.unique or other.id)


class Loss(StrEnum):
    """Why a file did not come along."""

    TOO_LARGE = "too_large"
    """For what its own platform hands out, or for what the other one takes."""
    UNAVAILABLE = "unavailable"
    """Deleted, expired, or its platform could not be reached."""
    EMPTY = "empty"
    """It holds nothing, which no platform takes."""
    REFUSED = "refused"
    """The other platform does not take it: forbidden there, or of a kind it does not allow."""


class LostFile(Struct, frozen=True):
    """A file that could not be carried over."""

    name: str
    size_bytes: int
    """0 when nobody knows."""
    loss: Loss


def told_size(value: object) -> int:
    """The size in bytes that a platform tells, or 0 for what can be none: larger numbers nothing could store."""
    return value if type(value) is int and 0 < value < 2**53 else 0


class Speaker(Struct, frozen=True):
    """Who is speaking when it is not the bot itself."""

    name: str
    avatar_url: str = ""


class Tone(StrEnum):
    """What a card is about at a glance; adapters choose colour or emoji."""

    PLAIN = "plain"
    WAITING = "waiting"
    CLAIMED = "claimed"
    RESOLVED = "resolved"
    ALERT = "alert"


class Content(Struct, frozen=True):
    """One message to be sent; at least one of text, title and files is there.

    Text, field values and footnote are CommonMark with strikethrough, tables, task lists, `||spoiler||`,
    `<u>underline</u>` and moments, which readers see in their own time zone where their platform can:
    `[2026-07-01 09:00 UTC](moment:1782896400)`. Mentions are already turned into names. No part of it may ping
    anyone: adapters switch every mention off.
    """

    text: str = ""
    title: str = ""
    """Plain text, no markup."""
    fields: tuple[tuple[str, str], ...] = ()
    """(label, value) pairs of a card."""
    footnote: str = ""
    speaker: Speaker | None = None
    buttons: tuple[Button, ...] = ()
    """In the order they are shown; adapters break them into rows."""
    files: tuple[FileRef, ...] = ()
    tone: Tone = Tone.PLAIN
    language: str = ""
    """Of its reader, for the few words that an adapter adds; "" for the team."""


class FieldKind(StrEnum):
    LINE = "line"
    PARAGRAPH = "paragraph"
    CHOICE = "choice"


class FormField(Struct, frozen=True):
    """One question of a form."""

    name: str
    label: str
    """At most 45 characters (Discord)."""
    kind: FieldKind = FieldKind.LINE
    is_required: bool = True
    value: str = ""
    max_length: int = 1000
    options: tuple[tuple[str, str], ...] = ()
    """(value, label) pairs of a choice, at most 25."""


class Form(Struct, frozen=True):
    """A modal: comes back as `FormSubmitted` with the same name and subject."""

    name: str
    title: str
    """At most 24 characters (Slack)."""
    submit_label: str
    fields: tuple[FormField, ...]
    """At most five (Discord)."""
    subject: str = ""
    language: str = ""
    """As of a content."""
