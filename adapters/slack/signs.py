"""What people put on messages: reactions and pins, as the events they are."""

from datetime import datetime
from functools import partial

from adapters.slack import emoji_names
from adapters.slack.heard import Heard
from adapters.slack.payloads import Json
from adapters.slack.people import Found, Wanted, author_of
from adapters.slack.scope import Scope, time_of
from bot.core.events import Event, PinChanged, ReactionChanged

_ON = frozenset({"reaction_added", "pin_added"})


def hear_reaction(event: Json, scope: Scope, now: datetime) -> Heard | None:
    """Return a `reaction_added` or `reaction_removed`, or None when it does not concern the bot."""
    item = event.get("item") or {}
    if (item.get("type") or "message") != "message":
        return None
    at = str(item.get("channel") or ""), str(item.get("ts") or "")
    return _hear(event, scope, now, at, scope.memory.thread_of(*at))


def hear_pin(event: Json, scope: Scope, now: datetime) -> Heard | None:
    """Return a `pin_added` or `pin_removed`, or None for a pinned file and for what does not concern the bot."""
    item = event.get("item") or {}
    message = item.get("message") or {}
    at = str(event.get("channel_id") or item.get("channel") or ""), str(message.get("ts") or "")
    thread = message.get("thread_ts") or scope.memory.thread_of(*at)
    return _hear(event, scope, now, at, str(thread) if thread else None)


def _hear(event: Json, scope: Scope, now: datetime, at: tuple[str, str], thread: str | None) -> Heard | None:
    (channel, ts), user = at, str(event.get("user") or "")
    if not channel or not ts or not user or user == scope.me.user_id:
        return None
    if not scope.is_listed(channel) and not scope.memory.is_heard(channel, thread or ts):
        return None
    unknown = thread is None and not scope.is_direct(channel)
    wanted = Wanted(people=frozenset({user}), thread_of=at if unknown else None)
    return Heard(channel, wanted, partial(_tell, event, scope, now, at, thread))


def _tell(
    event: Json, scope: Scope, now: datetime, at: tuple[str, str], thread: str | None, found: Found
) -> list[Event]:
    channel, ts = at
    user, event_ts = str(event["user"]), str(event.get("event_ts") or "")
    in_staff = bool(scope.rooms.staff) and channel == scope.rooms.staff
    author = author_of(user, scope.me, found, is_in_staff_space=in_staff)
    if author.is_bot:
        return []
    message = scope.message_at(channel, ts, thread or found.thread or ts)
    is_on = event.get("type") in _ON
    sign = f"{channel}:{ts}:{user}:{_name(event)}:{'on' if is_on else 'off'}:{event_ts}"
    when = time_of(event_ts, now)
    if "reaction" in event:
        emoji = emoji_of(_name(event))
        return [ReactionChanged(f"slack:reaction:{sign}", when, message, author, emoji, is_on)]
    return [PinChanged(f"slack:pin:{sign}", when, message, is_on, author)]


def _name(event: Json) -> str:
    return str(event.get("reaction") or "")


def emoji_of(name: str) -> str:
    """The character that Slack means by this name, or the name itself for a workspace's own."""
    return emoji_names.from_name(name) or f":{name}:"
