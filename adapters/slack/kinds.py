"""Which channels are direct chats with the bot: as Slack says, and by their letter only where nobody says it.

Messages carry a `channel_type` (docs.slack.dev/reference/events/message), channels an `is_im`, and what happens in a
direct chat calls it "directmessage". Slack's ids of direct chats begin with D, which its reference does not promise.
"""

from cachetools import LRUCache

from adapters.slack.payloads import Json

_MOST_CHANNELS = 20_000
_TYPES = {"im": True, "app_home": True, "mpim": False, "channel": False, "group": False}
_DIRECT = "directmessage"
_EVENTS = frozenset(
    {"message", "app_mention", "reaction_added", "reaction_removed", "pin_added", "pin_removed"}
)
"""Those that are read for what happened in a channel."""


class Kinds:
    """What was told of channels, for as long as there is room."""

    def __init__(self, most: int = _MOST_CHANNELS) -> None:
        self._told: LRUCache[str, bool] = LRUCache(most)

    def note(self, channel: str, *, is_direct: bool) -> None:
        if not channel or (is_direct is self.is_direct(channel) and not self.is_in_question(channel)):
            return
        self._told[channel] = is_direct

    def is_direct(self, channel: str) -> bool:
        told = self._told.get(channel)
        return _by_letter(channel) if told is None else told

    def is_in_question(self, channel: str) -> bool:
        """True where not even the letter says that it is a direct chat: Slack must be asked."""
        return bool(channel) and channel not in self._told and not _by_letter(channel)


def _by_letter(channel: str) -> bool:
    return channel.startswith("D")


def told(payload: Json) -> tuple[str, bool | None]:
    """(the channel that a payload is about, whether it is a direct chat; None when it does not say)."""
    if payload.get("type") == "event_callback":
        event = payload.get("event") or {}
        if event.get("type") not in _EVENTS:
            return "", None
        channel = event.get("channel") or (event.get("item") or {}).get("channel") or event.get("channel_id")
        return _id(channel), _TYPES.get(str(event.get("channel_type")))
    container, channel = payload.get("container") or {}, payload.get("channel") or {}
    if payload.get("command"):
        return _id(payload.get("channel_id")), True if payload.get("channel_name") == _DIRECT else None
    is_direct = True if channel.get("name") == _DIRECT else None
    return _id(channel.get("id") or container.get("channel_id")), is_direct


def _id(channel: object) -> str:
    return channel if isinstance(channel, str) else ""
