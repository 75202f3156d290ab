"""Message payloads to events: what is said, edited and deleted."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from adapters.slack.attached import address_of, file_refs, shares
from adapters.slack.elements import words_of
from adapters.slack.heard import Heard
from adapters.slack.payloads import Json
from adapters.slack.people import Found, Wanted, author_of
from adapters.slack.scope import PLATFORM, Scope, order_of, time_of
from adapters.slack.wording import forwarded_from, length_of, mentioned, said_otherwise, says, spoken
from bot.core.events import (
    Author,
    CommandGiven,
    Event,
    Mention,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    PlaceDeleted,
)
from bot.core.places import Identity, MessageAt

_SAID = frozenset({"", "file_share", "thread_broadcast", "me_message"})
_HUDDLE = "huddle_thread"
"""Somebody began to talk there; at the top of a channel that is no question to anyone."""
_SLACKBOT = "USLACKBOT"


class _Said:
    """A message that a person wrote, and where it stands."""

    __slots__ = (
        *("channel", "elements", "is_backfilled", "is_direct", "is_mention", "is_to_bot", "mentions"),
        *("message", "now", "place", "scope", "thread", "ts", "user"),
    )

    def __init__(
        self, scope: Scope, message: Json, channel: str, now: datetime, is_backfilled: bool = False
    ) -> None:
        self.scope, self.message, self.channel, self.now = scope, message, channel, now
        self.is_backfilled = is_backfilled
        self.ts = str(message.get("ts") or "")
        self.thread = str(message.get("thread_ts") or self.ts)
        self.user = str(message.get("user") or "")
        self.place = scope.place(channel, self.thread)
        self.is_direct = self.place.is_direct
        self.elements = spoken(message)
        self.mentions = mentioned(self.elements)
        self.is_mention = scope.me.user_id in self.mentions[0]
        self.is_to_bot = self.is_direct or self.is_mention or self._is_in_its_thread()
        """A direct chat, a mention, or something in a thread that the bot is part of."""

    def _is_in_its_thread(self) -> bool:
        if self.scope.is_listed(self.channel):
            return False
        is_reply = self.message.get("parent_user_id") == self.scope.me.user_id
        return is_reply or self.scope.memory.is_heard(self.channel, self.thread)

    @property
    def is_heard(self) -> bool:
        return self.is_to_bot or self.scope.is_listed(self.channel)

    @property
    def is_in_staff_space(self) -> bool:
        return bool(self.scope.rooms.staff) and self.channel == self.scope.rooms.staff

    @property
    def may_be_command(self) -> bool:
        """A typed command, as far as one can see before the text is read; it may call the bot first."""
        text = str(self.message.get("text") or "").lstrip()
        return text.startswith(("/", f"<@{self.scope.me.user_id}"))

    @property
    def message_at(self) -> MessageAt:
        return MessageAt(self.place, self.ts)

    @property
    def length(self) -> int:
        """Of what is to be read, that is shared in it too."""
        return length_of(self.message, self.elements)

    def wanted(self, *, members: bool = False) -> Wanted:
        people, channels, groups = self.mentions
        return Wanted(people | {self.user} - {""}, channels, groups, members)

    def called(self, found: Found) -> tuple[Mention, ...]:
        """The people who are mentioned, but for the bot."""
        me = self.scope.me
        people = sorted(self.mentions[0] - {me.user_id})
        return tuple(Mention(Identity(PLATFORM, me.team_id, one), found.name(one)) for one in people)

    def text(self, found: Found) -> str:
        if self.message.get("subtype") == _HUDDLE:
            return "🎧 " + self.scope.texts("started a huddle on Slack")
        said = says(self.message, self.scope.me, found, self.elements, self.scope.texts)
        # Whoever only calls the bot has said that; of who says nothing it is told that there is something.
        is_silent = not said and not any(any(words_of(one)) for one in self.elements)
        return (
            said_otherwise(self.message, self.scope.texts)
            if is_silent and not file_refs(self.message)
            else said
        )


def hear_message(event: Json, scope: Scope, now: datetime, *, is_backfilled: bool = False) -> Heard | None:
    """Return what a `message` or `app_mention` event says, or None when it does not concern the bot."""
    subtype = str(event.get("subtype") or "")
    channel = str(event.get("channel") or "")
    if not channel:
        return None
    if subtype in _SAID or (subtype == _HUDDLE and (event.get("thread_ts") or scope.is_direct(channel))):
        # The bot hears itself, with everything that it says.
        if not is_by_person(event, scope):
            return None
        return _hear_said(_Said(scope, event, channel, now, is_backfilled))
    if subtype == "message_changed":
        return _hear_changed(event, scope, channel, now)
    if subtype == "message_deleted":
        return _hear_deleted(
            event.get("previous_message") or {}, str(event.get("deleted_ts") or ""), event, scope, now
        )
    return None


def is_own(message: Mapping[str, object], scope: Scope) -> bool:
    return message.get("user") == scope.me.user_id or (
        bool(scope.me.bot_id) and message.get("bot_id") == scope.me.bot_id
    )


def is_by_person(message: Json, scope: Scope) -> bool:
    """False for every bot: a bot must never talk to a bot."""
    user = message.get("user")
    return bool(user) and user != _SLACKBOT and not message.get("bot_id") and not is_own(message, scope)


def _hear_said(said: _Said) -> Heard | None:
    if not said.ts:
        return None
    scope = said.scope
    # Noted even when nobody listens: a reaction on it names no thread.
    scope.memory.note_message(said.channel, said.ts, said.thread)
    if not said.is_heard:
        return None
    if said.is_to_bot and not said.is_direct:
        scope.memory.note_heard(said.channel, said.thread)
    is_reply = said.thread != said.ts
    is_call = said.is_mention and not is_reply and not scope.is_listed(said.channel)
    return Heard(
        lane=said.channel,
        wanted=said.wanted(members=said.may_be_command),
        tell=partial(_tell_said, said),
        cursor=(said.place if is_reply else scope.place(said.channel)).key,
        position=said.ts,
        length=said.length,
        begins=said.place.key if is_call else "",
    )


def _tell_said(said: _Said, found: Found) -> list[Event]:
    text = said.text(found)
    typed = said.scope.names.typed(text)
    # Members may have been asked for what only looked like a command.
    known = found if typed is not None else found.without_members
    author = author_of(said.user, said.scope.me, known, is_in_staff_space=said.is_in_staff_space)
    if author.is_bot:
        return []
    if typed is not None:
        command, arguments = typed
        return [
            CommandGiven(
                id=f"slack:command:{said.channel}:{said.ts}",
                at=time_of(said.ts, said.now),
                place=said.place,
                author=author,
                name=command.name,
                arguments=arguments,
                message=said.message_at,
                files=file_refs(said.message),
            )
        ]
    return [_received(said, author, text, said.called(found))]


def _received(said: _Said, author: Author, text: str, mentions: tuple[Mention, ...]) -> MessageReceived:
    is_reply = said.thread != said.ts
    return MessageReceived(
        id=f"slack:message:{said.channel}:{said.ts}",
        at=time_of(said.ts, said.now),
        place=said.place,
        message=said.message_at,
        author=author,
        text=text,
        files=file_refs(said.message),
        reply_to=MessageAt(said.place, said.thread) if is_reply and said.is_direct else None,
        is_to_bot=said.is_to_bot,
        is_opening=not is_reply and not said.is_direct,
        forwarded_from=forwarded_from(said.message),
        forwarded=_forwarded(said),
        is_backfilled=said.is_backfilled,
        mentions=mentions,
    )


def _forwarded(said: _Said) -> MessageAt | None:
    for share in shares(said.message):
        channel, ts = str(share.get("channel_id") or ""), str(share.get("ts") or "")
        if channel and ts:
            return said.scope.message_at(channel, ts, ts)
    return None


# -- editions and deletions


def _hear_changed(event: Json, scope: Scope, channel: str, now: datetime) -> Heard | None:
    message, previous = event.get("message") or {}, event.get("previous_message") or {}
    if message.get("subtype") == "tombstone":
        # A deleted message with replies leaves a stone where it stood.
        return _hear_deleted(previous, str(message.get("ts") or ""), event, scope, now)
    is_timed = bool((message.get("edited") or {}).get("ts"))
    if not is_timed and message.get("text") != previous.get("text"):
        # Other servers do not say on the message when it was edited, nor all of them what it was before.
        message = {**message, "edited": {"ts": event.get("ts") or event.get("event_ts")}}
    edited = str((message.get("edited") or {}).get("ts") or "")
    # Slack reports unfolded links and new reactions as changes too: an edition has its own time.
    is_edited = edited and edited != str((previous.get("edited") or {}).get("ts") or "")
    # A file that its owner deletes leaves a stone in the message, which is no edition to Slack.
    if not is_edited and _file_ids(message) == _file_ids(previous):
        return None
    return hear_edition(message, scope, channel, now, before=previous)


def hear_edition(
    message: Json, scope: Scope, channel: str, now: datetime, *, before: Json | None = None
) -> Heard | None:
    """Return the edition of a message; the message itself when only its edition calls the bot."""
    if not is_by_person(message, scope):
        return None
    said = _Said(scope, message, channel, now)
    if not said.ts or not said.is_heard:
        return None
    is_new = before is not None and said.is_mention and not _Said(scope, before, channel, now).is_heard
    if is_new and not scope.is_listed(channel):
        return _hear_said(said)
    return Heard(lane=channel, wanted=said.wanted(), tell=partial(_tell_edited, said), length=said.length)


def hear_past(message: Json, channel: str, position: str, scope: Scope, now: datetime) -> Heard | None:
    """Of a room's history: what is newer than the position, or was edited since; None for the rest."""
    if order_of(str(message.get("ts"))) > order_of(position):
        return hear_message({**message, "channel": channel}, scope, now, is_backfilled=True)
    edited = str((message.get("edited") or {}).get("ts") or "")
    return hear_edition(message, scope, channel, now) if order_of(edited) > order_of(position) else None


def _file_ids(message: Json) -> str:
    return ",".join(address_of(file)[0] for file in file_refs(message))


def _tell_edited(said: _Said, found: Found) -> list[Event]:
    edited = str((said.message.get("edited") or {}).get("ts") or "")
    files = f":{_file_ids(said.message)}" if said.message.get("files") else ""
    return [
        MessageEdited(
            id=f"slack:edit:{said.channel}:{said.ts}:{edited}{files}",
            # A file that is gone is no edition: it comes with the words that were there before.
            at=time_of(edited or said.ts, said.now),
            message=said.message_at,
            author=author_of(said.user, said.scope.me, found, is_in_staff_space=said.is_in_staff_space),
            text=said.text(found),
            files=file_refs(said.message),
            mentions=said.called(found),
            forwarded_from=forwarded_from(said.message),
        )
    ]


def _hear_deleted(previous: Json, ts: str, event: Json, scope: Scope, now: datetime) -> Heard | None:
    channel = str(event.get("channel") or "")
    thread = str(previous.get("thread_ts") or scope.memory.thread_of(channel, ts) or ts)
    if not ts or not (scope.is_listed(channel) or scope.memory.is_heard(channel, thread)):
        return None
    at = time_of(str(event.get("ts") or event.get("event_ts") or ""), now)
    event_id = f"slack:delete:{channel}:{ts}"
    if not is_own(previous, scope):
        told: Event = MessageDeleted(event_id, at, scope.message_at(channel, ts, thread))
    elif channel == scope.rooms.staff and thread == ts:
        # The bot's own message at the head of a thread is a ticket's card: without it the thread is gone.
        told = PlaceDeleted(event_id, at, scope.place(channel, ts))
    else:
        return None
    return Heard(lane=channel, wanted=Wanted(), tell=_always(told))


def _always(told: Event) -> Callable[[Found], list[Event]]:
    return lambda _found: [told]
