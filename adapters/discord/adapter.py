"""The Discord adapter: everything of this package put together behind the house's contract."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial

import discord
from discord.http import Route

from adapters import AdapterContext, Attempt, Finding, SetupError, WebhookHandler, alone
from adapters.again import until_done
from adapters.discord.answers import Answers
from adapters.discord.api import Api
from adapters.discord.backfill import Backfill
from adapters.discord.callbacks import Callbacks
from adapters.discord.changing import Changer
from adapters.discord.commands import Wording, definitions, register
from adapters.discord.desk import Desk
from adapters.discord.direct_chats import DirectChats
from adapters.discord.directory import Directory
from adapters.discord.doctor import examine
from adapters.discord.errors import FAILURES
from adapters.discord.files import DEFAULT_UPLOAD_BYTES, MAX_DOWNLOAD_BYTES, open_attachment
from adapters.discord.gateway import HOW_TO_RENEW, Turnstile, listen
from adapters.discord.house_socket import GatewayLostError, reason
from adapters.discord.interaction_desk import InteractionDesk
from adapters.discord.messages import Messages
from adapters.discord.posting import Poster
from adapters.discord.receive import Receiver
from adapters.discord.rooms import Hearing, api_channel
from adapters.discord.settings import PLATFORM, DiscordSettings
from adapters.discord.shards import Shard, shards_of
from adapters.discord.text import LONGEST_MESSAGE
from adapters.discord.threads import Threads
from adapters.discord.typists import Typists
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
    awaits_answers=True,
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
        self._directory = Directory(self._api, self._hearing)
        self._messages = Messages(self._api)
        self._threads = Threads(context, self._api, self._directory, self._messages)
        self._poster = Poster(context, self._directory, self._messages, self._threads)
        self._changer = Changer(self._poster, self._directory, self._messages, self._threads, context.now())
        self._desk = Desk(context, self._poster, self._changer, self._threads)
        self._callbacks = Callbacks(self._api)
        self._answers = Answers(context, self._callbacks, self._poster, self._post)
        self._direct_chats = DirectChats(context)
        self._registering: asyncio.Task[None] | None = None

    # Receiving

    async def run(self, on_ready: Callable[[], None]) -> None:
        """Sign in, wait for shards to hold, catch up in them and listen until cancelled or until they are lost."""
        await self._sign_in()
        count = self._settings.shards
        async with self._context.lease([shard.name for shard in shards_of(count)]) as held:
            await self._receive(shards_of(count, held), on_ready)

    async def _sign_in(self) -> None:
        try:
            await self._api.me()
        except discord.LoginFailure as error:
            raise SetupError(HOW_TO_RENEW) from error
        except FAILURES as error:
            raise GatewayLostError(f"Discord does not answer at DISCORD_API_URL: {reason(error)}") from error

    async def _receive(self, shards: Sequence[Shard], on_ready: Callable[[], None]) -> None:
        interactions = InteractionDesk(
            self._context, self._directory, self._hearing, self._answers, self._callbacks, self._direct_chats
        )
        # A gateway that is not divided is held by one process as it is.
        turnstile = Turnstile(alone if shards[0].is_alone else self._context.lease)
        behind = set(shards)

        def caught_up(shard: Shard) -> None:
            behind.discard(shard)
            if not behind:
                on_ready()

        ends = [
            asyncio.create_task(
                self._hold(shard, interactions, partial(caught_up, shard), turnstile), name=shard.name
            )
            for shard in shards
        ]
        try:
            ended, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            for end in ended:
                end.result()
        finally:
            for end in ends:
                end.cancel()
            await asyncio.gather(*ends, return_exceptions=True)
            await turnstile.close()
            await interactions.close()

    async def _hold(
        self, shard: Shard, interactions: InteractionDesk, on_ready: Callable[[], None], turnstile: Turnstile
    ) -> None:
        """Receive on one shard until its connection ends or something is beyond repair."""
        context = self._context
        backfill = Backfill(context, shard, self._api, self._directory, self._messages, self._hearing)
        receiver = Receiver(
            context,
            shard,
            self._api,
            self._directory,
            self._threads,
            backfill,
            self._hearing,
            interactions.take,
            self._register_commands,
            on_ready,
        )
        sink = receiver.feed
        if context.note_typing is not None:
            me = str((await self._api.me())["id"])
            sink = Typists(me, self._directory.guilds, self._hearing, context.note_typing, sink).feed
        listening = listen(
            self._settings,
            shard,
            sink,
            turnstile,
            context.report,
            hears_typing=context.note_typing is not None,
        )
        await receiver.run(listening)

    def _register_commands(self, application: str) -> None:
        """Once for all shards; done by several processes at a time it does no harm."""
        if self._registering is not None and not self._registering.done():
            return
        context = self._context
        wording = Wording(context.texts_in, context.languages)
        wanted = definitions(context.commands, context.command_prefix, wording)
        self._registering = asyncio.create_task(
            until_done(partial(register, self._api, application, wanted, context.report)),
            name="discord commands",
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
        if receipt.messages:
            await self._direct_chats.note(receipt.messages[0].place, receipt.messages[0].id)
        return receipt

    async def _change(self, outgoing: Edit | Remove | React | Mark, attempt: Attempt) -> Receipt:
        match outgoing:
            case Edit():
                receipt = await self._changer.edit(outgoing, attempt)
                self._answers.settle({one.id for one in outgoing.messages})
                return receipt
            case Remove():
                return await self._changer.remove(outgoing)
            case React():
                return await self._changer.react(outgoing)
            case Mark():
                return await self._changer.mark(outgoing)

    async def show_typing(self, place: Place) -> None:
        if channel := api_channel(place):
            await self._api.hint(Route("POST", "/channels/{channel_id}/typing", channel_id=channel))

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
