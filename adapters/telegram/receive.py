"""From an update to the intake, and only then to an acknowledgement."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from adapters import AdapterContext, Cursor
from adapters.telegram.chats import is_direct
from adapters.telegram.hearing import Hearing
from adapters.telegram.members import Members, introduced, is_asked_about
from adapters.telegram.parse import PRESS_HANDLE, events_of
from adapters.telegram.presses import Presses
from adapters.telegram.topics import Topics
from adapters.telegram.whereabouts import Whereabouts
from bot.core.events import (
    ButtonPressed,
    Event,
    FormSubmitted,
    MessageEdited,
    MessageReceived,
    PinChanged,
    ReactionChanged,
)

ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "callback_query",
    "message_reaction",
    "my_chat_member",
    "chat_member",
)
ANONYMOUS_ADMIN = 1087968824
"""The account Telegram shows for an administrator who hides behind the group (Bot API, Message.from)."""

Update = Mapping[str, Any]


def check_ids(event: Event) -> None:
    """Raise ValueError where what names a chat or a person is no number: no call could be made about them."""
    author = getattr(event, "author", None)
    place = getattr(event, "place", None)
    message = getattr(event, "message", None)
    if author is not None:
        int(author.identity.external_id)
    if message is not None:
        int(message.id)
        place = place or message.place
    if place is not None:
        int(place.channel)


class Receiver:
    """Understands updates and stores their events."""

    def __init__(
        self, context: AdapterContext, members: Members, presses: Presses, whereabouts: Whereabouts
    ) -> None:
        self._context, self._members = context, members
        self._presses, self._whereabouts = presses, whereabouts
        self._topics = Topics(context)
        self._roles = {command.name: command.role for command in context.commands}

    async def accept(self, updates: Sequence[Update], hearing: Hearing, cursor: Cursor | None = None) -> None:
        """Store all events of these updates, and the cursor, at once; raises what the intake raises."""
        events = [event for update in updates for event in self._events(update, hearing)]
        for update in updates:
            if isinstance(update, Mapping):
                await self._topics.note(update, hearing)
        if not events and cursor is None:
            return
        await self._introduce(events, hearing)
        await self._context.intake.accept(events, cursor=cursor)
        self._expect_answers(events)

    async def _introduce(self, events: list[Event], hearing: Hearing) -> None:
        """Put in place of each event whose author matters the one that says who that is."""
        asked = [(number, event) for number, event in enumerate(events) if is_asked_about(event, self._roles)]
        if asked:
            introductions = (introduced(event, self._members, hearing) for _, event in asked)
            for (number, _), event in zip(asked, await asyncio.gather(*introductions), strict=True):
                events[number] = event

    def _expect_answers(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, (ButtonPressed, FormSubmitted)) and event.handle is not None:
                kind, _, id_ = event.handle.token.partition(":")
                if f"{kind}:" == PRESS_HANDLE:
                    self._presses.expect(id_)

    def _events(self, update: Update, hearing: Hearing) -> list[Event]:
        try:
            self._notice(update, hearing)
            events = events_of(update, hearing, self._context.now())
            for event in events:
                check_ids(event)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one update, the others must get through
            id_ = update.get("update_id") if isinstance(update, Mapping) else None
            is_number = isinstance(id_, int)
            fields = {"update_id": id_ if is_number else None, "error": type(error).__name__}
            self._context.report("telegram.update_malformed", fields)
            return []
        return [self._placed(event) for event in events]

    def _placed(self, event: Event) -> Event:
        """The event with the exact places of messages that we have seen."""
        if isinstance(event, (MessageReceived, MessageEdited)):
            self._whereabouts.remember(event.message)
        if isinstance(event, MessageReceived) and event.reply_to is not None:
            return replace(event, reply_to=self._whereabouts.exact(event.reply_to))
        if isinstance(event, ReactionChanged | PinChanged):
            return replace(event, message=self._whereabouts.exact(event.message))
        return event

    def _notice(self, update: Update, hearing: Hearing) -> None:
        """What is no event but changes what we know, or what the operator should know."""
        if change := update.get("chat_member"):
            self._members.learn(change)
        message = update.get("message") or {}
        chat = str((message.get("chat") or {}).get("id", ""))
        if "migrate_to_chat_id" in message:
            self._context.report(
                "telegram.chat_migrated", {"chat": chat, "to": message["migrate_to_chat_id"]}
            )
        if chat and chat == hearing.staff and (message.get("from") or {}).get("id") == ANONYMOUS_ADMIN:
            self._context.report("telegram.anonymous_admin", {"chat": chat})
        if (change := update.get("my_chat_member")) and not is_direct(change["chat"]):
            status = change["new_chat_member"]["status"]
            self._context.report("telegram.own_status", {"chat": change["chat"]["id"], "status": status})
