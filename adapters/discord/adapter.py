"""The Discord adapter: everything of this package put together behind the house's contract."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager

import discord

from adapters import AdapterContext, Attempt, Finding, WebhookHandler
from adapters.discord.answers import Answers
from adapters.discord.api import Api
from adapters.discord.backfill import Backfill
from adapters.discord.callbacks import Callbacks
from adapters.discord.changing import Changer
from adapters.discord.commands import definitions, register
from adapters.discord.desk import Desk
from adapters.discord.directory import Directory
from adapters.discord.doctor import examine
from adapters.discord.files import DEFAULT_UPLOAD_BYTES, MAX_DOWNLOAD_BYTES, open_attachment
from adapters.discord.gateway import listen
from adapters.discord.interaction_desk import InteractionDesk
from adapters.discord.messages import Messages
from adapters.discord.posting import Poster
from adapters.discord.receive import Receiver
from adapters.discord.rooms import Hearing
from adapters.discord.settings import PLATFORM, DiscordSettings
from adapters.discord.text import LONGEST_MESSAGE
from adapters.discord.threads import Threads
from bot.core.capabilities import Capabilities
from bot.core.content import FileRef
from bot.core.outgoing import (
    Answer,
    Edit,
    Mark,
    OpenForm,
    OpenThread,
    Outgoing,
    Post,
    React,
    Receipt,
    Remove,
    SetThread,
)
from bot.core.places import Place

CAPABILITIES = Capabilities(
    max_text_length=LONGEST_MESSAGE,
    max_upload_bytes=DEFAULT_UPLOAD_BYTES,
    max_download_bytes=MAX_DOWNLOAD_BYTES,
    has_private_answers=True,
    has_forms=True,
    has_home=False,
    has_threads=True,
    has_commands_in_threads=True,
    reports_deletions=True,
    reports_edits=True,
    can_look_up_sent=True,
    can_backfill=True,
)


class DiscordAdapter:
    """Implements `adapters.Adapter` on discord.py."""

    name = PLATFORM
    capabilities = CAPABILITIES

    def __init__(self, context: AdapterContext, settings: DiscordSettings) -> None:
        self._context, self._settings = context, settings
        self._hearing = Hearing(context.staff_space, tuple(context.support_places))
        self._api = Api(settings)
        self._directory = Directory(self._api)
        self._messages = Messages(self._api)
        self._threads = Threads(context, self._api, self._directory, self._messages)
        self._poster = Poster(context, self._directory, self._messages, self._threads)
        self._changer = Changer(self._poster, self._directory, self._messages, self._threads, context.now())
        self._desk = Desk(context, self._poster, self._changer, self._threads)
        self._callbacks = Callbacks(self._api)
        self._answers = Answers(context, self._callbacks, self._poster, self._post)
        self._registering: asyncio.Task[None] | None = None
        self._receiver: Receiver | None = None

    # Receiving

    async def run(self, on_ready: Callable[[], None]) -> None:
        """Connect, catch up and listen until cancelled; raises when the connection is beyond repair."""
        context = self._context
        interactions = InteractionDesk(
            context, self._directory, self._hearing, self._answers, self._callbacks, self._note_direct_chat
        )
        backfill = Backfill(context, self._api, self._directory, self._messages, self._hearing)
        receiver = Receiver(
            context,
            self._api,
            self._directory,
            self._threads,
            backfill,
            self._hearing,
            interactions.take,
            self._register_commands,
        )
        receiver.start(on_ready)
        self._receiver = receiver
        listening = asyncio.create_task(
            listen(self._settings, receiver.feed, self._meet, context.report), name="discord gateway"
        )
        try:
            await asyncio.wait({listening, receiver.broken}, return_when=asyncio.FIRST_COMPLETED)
            if receiver.broken.done():
                receiver.broken.result()
            await listening
        finally:
            self._receiver = None
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            await receiver.close()
            await interactions.close()
            self._directory.client = None

    def _note_direct_chat(self, place: Place) -> None:
        if self._receiver is not None and place.is_direct and place.channel:
            self._receiver.note_direct_chat(place.channel)

    def _meet(self, client: discord.Client) -> None:
        self._directory.client = client

    def _register_commands(self, application: str) -> None:
        context = self._context
        wanted = definitions(context.commands, context.command_prefix, context.texts)
        self._registering = asyncio.create_task(
            register(self._api, application, wanted, context.report), name="discord commands"
        )

    # Sending

    async def send(self, outgoing: Outgoing, attempt: Attempt) -> Receipt:
        """Perform one operation; raises SendError."""
        match outgoing:
            case Post():
                return await self._post(outgoing, attempt)
            case Answer():
                return await self._answers.answer(outgoing, attempt)
            case OpenForm():
                return await self._answers.open_form(outgoing, attempt)
            case OpenThread():
                return await self._desk.open_thread(outgoing, attempt)
            case SetThread():
                return await self._desk.set_thread(outgoing)
            case Edit() | Remove() | React() | Mark():
                return await self._change(outgoing, attempt)
        # Discord has no page of the bot's own; what it would show is there by command.
        return Receipt()

    async def _post(self, outgoing: Post, attempt: Attempt) -> Receipt:
        if await self._desk.is_forum(outgoing.place):
            return await self._desk.announce(outgoing, attempt)
        receipt = await self._poster.post(outgoing, attempt)
        self._note_direct_chat(receipt.messages[0].place if receipt.messages else outgoing.place)
        return receipt

    async def _change(self, outgoing: Edit | Remove | React | Mark, attempt: Attempt) -> Receipt:
        match outgoing:
            case Edit():
                return await self._changer.edit(outgoing, attempt)
            case Remove():
                return await self._changer.remove(outgoing)
            case React():
                return await self._changer.react(outgoing)
            case Mark():
                return await self._changer.mark(outgoing)

    def webhooks(self) -> Mapping[str, WebhookHandler]:
        """Nothing: Discord speaks over its gateway."""
        return {}

    def open_file(self, file: FileRef) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Open an attachment; entering raises FileUnavailableError."""
        return open_attachment(self._api, file)

    async def check(self) -> list[Finding]:
        """Look at token, application, membership and permissions, and give the invite link."""
        return await examine(self._api, self._context, self._hearing)

    async def close(self) -> None:
        """Close the connections that `send` opened. Idempotent."""
        if self._registering is not None:
            self._registering.cancel()
            await asyncio.gather(self._registering, return_exceptions=True)
            self._registering = None
        await self._answers.close()
        await self._api.close()
