"""What a Slack workspace is made of: plain state. Who may change it and who hears of it is elsewhere."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


class ApiError(Exception):
    """What the Web API answers with `"ok": false`; `details` are further keys of that answer."""

    def __init__(self, error: str, *, messages: list[str] | None = None, **details: Any) -> None:
        super().__init__(error)
        self.error = error
        self.details: Json = details
        if messages:
            self.details["response_metadata"] = {"messages": messages}


@dataclass(slots=True)
class User:
    id: str
    handle: str
    real_name: str
    about: str = ""
    avatar: str = ""
    is_bot: bool = False
    bot_id: str = ""
    is_deleted: bool = False
    locale: str = "en-US"

    @property
    def display_name(self) -> str:
        return self.real_name.split()[0]

    @property
    def email(self) -> str:
        return f"{self.handle}@juniperandpine.example"


@dataclass(slots=True)
class Post:
    """One message in a channel."""

    ts: str
    channel: str
    author: str
    body: Json
    """The message as Slack's clients get it, without what is counted or collected below."""
    thread_ts: str = ""
    """The root's ts for a reply, empty for a root."""
    metadata: Json | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    replies: list[str] = field(default_factory=list)
    is_tombstone: bool = False
    is_broadcast: bool = False


@dataclass(slots=True)
class Ephemeral:
    """What only one person sees in a channel; the API can never find it again."""

    ts: str
    channel: str
    person: str
    body: Json
    thread_ts: str = ""


@dataclass(slots=True)
class Channel:
    id: str
    name: str
    kind: str
    """channel (public), group (private) or im."""
    members: list[str]
    created: int = 0
    topic: str = ""
    purpose: str = ""
    is_archived: bool = False
    posts: dict[str, Post] = field(default_factory=dict)
    """By ts; ts only grow, so this is the order of time as well."""
    ephemerals: list[Ephemeral] = field(default_factory=list)
    pins: list[Json] = field(default_factory=list)

    @property
    def person(self) -> str:
        """Whose direct message channel this is."""
        return self.members[0]

    @property
    def payload_name(self) -> str:
        """What interaction payloads call the channel: Slack does not tell private names there."""
        return {"im": "directmessage", "group": "privategroup"}.get(self.kind, self.name)


@dataclass(slots=True)
class StoredFile:
    id: str
    name: str
    title: str
    mime: str
    owner: str
    secret: str
    """Part of the address that a browser may load."""
    created: int
    length: int
    content: bytes | None = None
    """None between asking for an upload address and the upload."""
    alt_text: str = ""
    mode: str = "hosted"
    """hosted; quip for a canvas, list for a list, external for what lies elsewhere."""
    subtype: str = ""
    """slack_audio or slack_video for what was recorded in the app."""
    seconds: float = 0.0
    external_url: str = ""
    is_complete: bool = False
    is_deleted: bool = False
    shares: list[tuple[str, str]] = field(default_factory=list)
    """(channel, ts) of the messages that carry it."""


@dataclass(slots=True)
class View:
    id: str
    person: str
    payload: Json
    """What the app sent: type, title, blocks and so on, with block ids filled in."""
    hash: str
    root_id: str
    previous_id: str = ""
    channel: str = ""
    """Where the interaction began that opened it."""
    errors: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    """What the person has typed so far, by block id."""

    @property
    def external_id(self) -> str:
        return str(self.payload.get("external_id") or "")


@dataclass(slots=True)
class Trigger:
    id: str
    person: str
    made_at: float
    view: str = ""
    """The view it was made in, if it was."""
    channel: str = ""
    is_used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    id: str
    person: str
    channel: str
    made_at: float
    message_ts: str = ""
    thread_ts: str = ""
    uses: int = 0
