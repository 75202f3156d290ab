"""What changed on messages while nobody listened: deletions, reactions and pins, as differences to what is known."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial

from msgspec import Struct

from adapters import AdapterContext
from adapters.fields import amount, mapping, mappings, objects
from adapters.slack.api import SLACK_ERRORS, Api, error_code
from adapters.slack.heard import Heard
from adapters.slack.payloads import Json
from adapters.slack.people import Found, Wanted, author_of
from adapters.slack.scope import PLATFORM, Scope
from adapters.slack.signs import emoji_of
from bot.core.conversation import Remembered
from bot.core.events import Event, MessageDeleted, PinChanged, ReactionChanged
from bot.core.places import MessageAt

MOST_ASKED_FOR = 20
"""Messages that are missing in a history, asked for one by one."""
_GONE = frozenset({"thread_not_found", "message_not_found"})


class Span(Struct, frozen=True):
    """A room's history, or a thread's answers, as they were read."""

    channel: str
    thread: str
    """Empty for a room's own messages."""
    since: str
    """Everything after this timestamp was asked for."""


async def changes(
    span: Span, messages: Sequence[Json], scope: Scope, api: Api, context: AdapterContext
) -> list[Heard]:
    """Compare with what is known; raises what the store raises."""
    place = scope.place(span.channel, span.thread)
    known = {
        one.message.id: one
        for one in await context.intake.remembered(place, span.since)
        if _belongs(one.message, span, scope)
    }
    now = context.now()
    there = {str(message.get("ts")): message for message in messages if message.get("subtype") != "tombstone"}
    heard = await _pins(there, known, span, scope, api, context)
    for ts, message in there.items():
        at = known[ts].message if ts in known else _message_at(message, span, scope)
        heard += _signs(message, at, known.get(ts), span, scope, now)
    for one in await _gone([one for ts, one in known.items() if ts not in there], span, api, context):
        event = MessageDeleted(f"{PLATFORM}:delete:{span.channel}:{one.id}", now, one)
        heard.append(Heard(span.channel, Wanted(), partial(_told, event)))
    return heard


def _told(event: Event, _found: Found) -> list[Event]:
    return [event]


def _belongs(message: MessageAt, span: Span, scope: Scope) -> bool:
    """Whether it would stand in this reading; in a direct chat a thread has no place of its own."""
    if scope.is_direct(span.channel):
        return not span.thread
    is_root = message.place.thread == message.id
    return message.place.thread == span.thread and not is_root if span.thread else is_root


def _message_at(message: Json, span: Span, scope: Scope) -> MessageAt:
    ts = str(message.get("ts"))
    return scope.message_at(span.channel, ts, str(message.get("thread_ts") or span.thread or ts))


async def _gone(
    missing: Iterable[Remembered], span: Span, api: Api, context: AdapterContext
) -> list[MessageAt]:
    """Those that Slack calls unknown: others were left out of the history for some other reason."""
    wanted = [one.message for one in missing if one.is_origin][:MOST_ASKED_FOR]
    return [message for message in wanted if await _is_gone(message, span, api, context)]


async def _is_gone(message: MessageAt, span: Span, api: Api, context: AdapterContext) -> bool:
    try:
        answer = await api.reading.conversations_replies(channel=span.channel, ts=message.id, limit=1)
    except SLACK_ERRORS as error:
        if error_code(error) in _GONE:
            return True
        context.report("slack.message_unread", {"room": span.channel, "error": error_code(error)})
        return False
    found = [one for one in objects(answer.get("messages")) if one.get("ts") == message.id]
    return any(one.get("subtype") == "tombstone" for one in found)


def _signs(
    message: Json, at: MessageAt, known: Remembered | None, span: Span, scope: Scope, now: datetime
) -> list[Heard]:
    """Reactions on one message that are not as they are known."""
    heard = []
    before = known.reactions if known is not None else frozenset()
    for emoji, person, is_on in _reactions(message, before):
        if person != scope.me.user_id:
            tell = partial(_tell_reaction, at, emoji, person, is_on, scope, now)
            heard.append(Heard(span.channel, Wanted(people=frozenset({person})), tell))
    return heard


async def _pins(
    there: Mapping[str, Json],
    known: Mapping[str, Remembered],
    span: Span,
    scope: Scope,
    api: Api,
    context: AdapterContext,
) -> list[Heard]:
    """Which messages are pinned that were not, and the other way round."""
    was = {ts for ts, one in known.items() if one.is_pinned}
    now_on = {ts for ts, one in there.items() if span.channel in _pinned_to(one)}
    changed = sorted((was ^ now_on) & there.keys())
    people = await _who_pinned(span, api, context) if now_on - was else {}
    heard = []
    for ts in changed:
        at = known[ts].message if ts in known else _message_at(there[ts], span, scope)
        person = people.get(ts, "") if ts in now_on else ""
        wanted = Wanted(people=frozenset({person} - {""}))
        tell = partial(_tell_pin, at, person, ts in now_on, scope, context.now())
        heard.append(Heard(span.channel, wanted, tell))
    return heard


async def _who_pinned(span: Span, api: Api, context: AdapterContext) -> dict[str, str]:
    """A message's timestamp to the person; {} when Slack does not say."""
    try:
        answer = await api.reading.pins_list(channel=span.channel)
    except SLACK_ERRORS as error:
        context.report("slack.pins_unread", {"room": span.channel, "error": error_code(error)})
        return {}
    items = ((mapping(one, "message"), one) for one in objects(answer.get("items")))
    return {str(message.get("ts")): str(one.get("created_by") or "") for message, one in items if message}


def _pinned_to(message: Json) -> list[object]:
    told = message.get("pinned_to")
    return told if isinstance(told, list) else []


def _tell_pin(
    at: MessageAt, person: str, is_on: bool, scope: Scope, now: datetime, found: Found
) -> list[Event]:
    in_staff = bool(scope.rooms.staff) and at.place.channel == scope.rooms.staff
    author = author_of(person, scope.me, found, is_in_staff_space=in_staff) if person else None
    id_ = f"{PLATFORM}:pin:{at.place.channel}:{at.id}:seen:{is_on}:{now.timestamp()}"
    return [PinChanged(id_, now, at, is_on, author)]


def _reactions(message: Json, before: frozenset[tuple[str, str]]) -> list[tuple[str, str, bool]]:
    """(emoji, person, whether it is on) of what differs."""
    shown: set[tuple[str, str]] = set()
    cut_short: set[str] = set()
    for one in mappings(message, "reactions"):
        emoji, people = emoji_of(str(one.get("name") or "")), _people(one)
        shown |= {(emoji, person) for person in people}
        if amount(one, "count") > len(people):
            # Slack names only some of those who reacted: nobody can tell who took it off.
            cut_short.add(emoji)
    on = [(emoji, person, True) for emoji, person in sorted(shown - before)]
    off = [(emoji, person, False) for emoji, person in sorted(before - shown) if emoji not in cut_short]
    return [*on, *off]


def _people(reaction: Mapping[str, object]) -> list[str]:
    users = reaction.get("users")
    return [str(user) for user in users] if isinstance(users, list) else []


def _tell_reaction(
    at: MessageAt, emoji: str, person: str, is_on: bool, scope: Scope, now: datetime, found: Found
) -> list[Event]:
    in_staff = bool(scope.rooms.staff) and at.place.channel == scope.rooms.staff
    author = author_of(person, scope.me, found, is_in_staff_space=in_staff)
    if author.is_bot:
        return []
    id_ = f"{PLATFORM}:reaction:{at.place.channel}:{at.id}:{person}:{emoji}:seen:{is_on}:{now.timestamp()}"
    return [ReactionChanged(id_, now, at, author, emoji, is_on)]
