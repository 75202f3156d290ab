"""What people use on Discord, into the intake in milliseconds; the answer comes later and in its own time."""

import asyncio
from collections.abc import Mapping
from typing import Any

from adapters import AdapterContext
from adapters.discord.answers import Answers
from adapters.discord.callbacks import Callbacks
from adapters.discord.commands import shortcut_labels
from adapters.discord.direct_chats import DirectChats
from adapters.discord.directory import Directory
from adapters.discord.errors import FAILURES, code_of
from adapters.discord.interactions import (
    InteractionEvent,
    InteractionRef,
    Typing,
    is_typing,
    read_interaction,
    read_typing,
    ref_of,
    with_membership,
)
from adapters.discord.parse import Reader
from adapters.discord.rooms import Hearing
from adapters.discord.settings import PLATFORM
from bot.core.commands import Role
from bot.core.events import CommandGiven

OFFER_WITHIN_SECONDS = 2.0
"""Of the three that Discord gives; later the list stays empty."""
STORE_PAUSE_SECONDS = 0.3
CLOSE_WITHIN_SECONDS = 1.0
_DIRECT_TYPE = 1


class InteractionDesk:
    """Takes INTERACTION_CREATE payloads."""

    def __init__(
        self,
        context: AdapterContext,
        directory: Directory,
        hearing: Hearing,
        answers: Answers,
        callbacks: Callbacks,
        direct_chats: DirectChats,
    ) -> None:
        self._context, self._directory, self._hearing = context, directory, hearing
        self._answers, self._callbacks = answers, callbacks
        self._direct_chats = direct_chats
        self._shortcuts = shortcut_labels(context.texts_in(language) for language in ("", *context.languages))
        self._roles = {command.name: command.role for command in context.commands}
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, data: dict[str, Any], reader: Reader) -> None:
        """Begin to deal with one interaction; never waits. Raises for a payload that does not say how to answer it."""
        # The bot's number is that of its application, where a server does not tell that.
        data = {**data, "application_id": data.get("application_id") or reader.me}
        ref = ref_of(data)
        typing = read_typing(data, reader) if (asks := is_typing(data)) else None
        dealing = self._offer(ref, typing) if asks else self._deal_with(ref, data, reader)
        task = asyncio.create_task(dealing, name=f"discord interaction {ref.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Let what came in be stored: Discord repeats none of it. What takes too long is given up."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSE_WITHIN_SECONDS)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _deal_with(self, ref: InteractionRef, data: dict[str, Any], reader: Reader) -> None:
        self._answers.begin(ref, str((data.get("message") or {}).get("id") or ""))
        texts = self._context.texts_in(str(data.get("locale") or ""))
        try:
            channel = _channel_of(data)
            room = await self._directory.room(str(channel["id"]), channel)
            event = read_interaction(data, room, reader, self._shortcuts, self._context.now())
            if event is None:
                await self._answers.apologise(ref, texts("This is not known here any more."))
                return
            event = await self._completed(event, data)
            await self._store(event)
            await self._direct_chats.note(event.place, str(data["id"]))
        except Exception as error:  # noqa: BLE001 - Discord repeats no interaction: the person has to be told
            self._context.report("discord.interaction_failed", {"error": type(error).__name__})
            await self._answers.apologise(
                ref, texts("Something went wrong here. Please try again in a moment.")
            )

    async def _store(self, event: InteractionEvent) -> None:
        try:
            await self._context.intake.accept([event])
        except Exception:  # noqa: BLE001 - the house's storage is behind this; a second failure is dealt with above
            await asyncio.sleep(STORE_PAUSE_SECONDS)
            await self._context.intake.accept([event])

    async def _completed(self, event: InteractionEvent, data: Mapping[str, Any]) -> InteractionEvent:
        """The event with what only the member list can tell."""
        self._note_roles(data)
        if self._needs_role(event) and not event.author.is_in_staff_space:
            user = event.author.identity.external_id
            event = with_membership(
                event,
                is_in_staff_space=await self._is_in_staff_space(user),
                is_colleague=await self._is_colleague(user),
            )
        return event

    def _note_roles(self, data: Mapping[str, Any]) -> None:
        member = data.get("member")
        if member and data.get("guild_id") and "roles" in member:
            roles = tuple(str(role) for role in member["roles"])
            self._directory.note_member(str(data["guild_id"]), str(member["user"]["id"]), roles)

    def _needs_role(self, event: InteractionEvent) -> bool:
        if not isinstance(event, CommandGiven):
            return True
        return self._roles.get(event.name, Role.ADMIN) > Role.CUSTOMER

    async def _is_in_staff_space(self, user: str) -> bool | None:
        space = self._context.staff_space
        if space is None or space.platform != PLATFORM:
            return None
        return await self._directory.can_see(space.channel, user)

    async def _is_colleague(self, user: str) -> bool:
        channels = [one.channel for one in self._context.colleague_places if one.platform == PLATFORM]
        seen = [await self._directory.can_see(channel, user) for channel in channels]
        return True in seen

    async def _offer(self, ref: InteractionRef, typing: Typing | None) -> None:
        try:
            async with asyncio.timeout(OFFER_WITHIN_SECONDS):
                await self._callbacks.offer(ref, await self._choices(typing))
        except FAILURES as error:
            self._context.report(
                "discord.offer_failed", {"code": code_of(error), "error": type(error).__name__}
            )

    async def _choices(self, typing: Typing | None) -> list[tuple[str, str]]:
        if typing is None:
            return []
        try:
            return await self._context.intake.complete(typing.completes, typing.identity, typing.typed)
        except Exception as error:  # noqa: BLE001 - an empty list is better than Discord's own error message
            self._context.report("discord.offer_failed", {"error": type(error).__name__})
            return []


def _channel_of(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """The channel that came along, or what is known without it."""
    channel = {"id": data.get("channel_id"), **(data.get("channel") or {})}
    if "type" not in channel and not data.get("member"):
        channel["type"] = _DIRECT_TYPE
    return channel
