"""The Telegram adapter: its parts, put together."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager

from msgspec import Struct
from telegram.error import TelegramError

from adapters import AdapterContext, Attempt, Finding, WebhookHandler
from adapters.again import until_done
from adapters.telegram.api import Api, bot_url
from adapters.telegram.caller import Caller
from adapters.telegram.changes import REACTIONS
from adapters.telegram.delivery import Delivery
from adapters.telegram.doctor import Doctor
from adapters.telegram.downloads import MAX_DOWNLOAD_BYTES, opened
from adapters.telegram.errors import WRONG_TOKEN
from adapters.telegram.files import MAX_UPLOAD_BYTES
from adapters.telegram.formatted import MAX_TEXT
from adapters.telegram.hearing import PLATFORM, Hearing, command_names, ours, telegram_name
from adapters.telegram.markers import Markers
from adapters.telegram.members import Members
from adapters.telegram.menus import Menus
from adapters.telegram.pace import Pace
from adapters.telegram.polling import Polling
from adapters.telegram.presses import Presses
from adapters.telegram.profile import Profile
from adapters.telegram.receive import Receiver
from adapters.telegram.request import AiohttpRequest
from adapters.telegram.send import Sender
from adapters.telegram.setup import refused_token
from adapters.telegram.target import target_of
from adapters.telegram.webhook import PATH, NoWebhooksError, Webhook
from adapters.telegram.whereabouts import Whereabouts, card_of
from bot.core.capabilities import Capabilities
from bot.core.content import FileRef
from bot.core.outgoing import Outgoing, Receipt
from bot.core.places import Place


class TelegramSettings(Struct, frozen=True):
    """Webhook when both the secret and the public address are there, else long polling."""

    token: str
    api_url: str = "https://api.telegram.org"
    webhook_secret: str = ""
    public_url: str = ""

    @property
    def uses_webhook(self) -> bool:
        return bool(self.webhook_secret and self.public_url)


class TelegramAdapter:
    """See `adapters.Adapter`."""

    name = PLATFORM

    def __init__(
        self,
        context: AdapterContext,
        settings: TelegramSettings,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.capabilities = _capabilities(context)
        self._context = context
        self._transport = AiohttpRequest(bot_url(settings.token, settings.api_url))
        self._api = Api(settings.token, settings.api_url, self._transport)
        self._profile = Profile(self._api)
        self._markers = Markers(settings.token)
        self._presses = Presses(self._api)
        self._whereabouts = whereabouts = Whereabouts()
        self._caller = Caller(self._api, Pace(monotonic))
        delivery = Delivery(context, self._caller, self._profile, self._markers, whereabouts)
        self._sender = Sender(delivery, self._presses)
        members = Members(self._api, monotonic)
        receiver = Receiver(context, members, self._presses, whereabouts)
        self._polling = Polling(context, self._api, receiver)
        self._webhook = (
            Webhook(context, self._api, receiver, settings.webhook_secret, settings.public_url)
            if settings.uses_webhook
            else None
        )

    async def run(self, on_ready: Callable[[], None]) -> None:
        menus: asyncio.Task[None] | None = None
        try:
            hearing = await self._hearing()
            await self._remember_cards()
            publish = Menus(self._context, self._api).publish
            menus = asyncio.create_task(until_done(publish), name="telegram menus")
            await self._receive(hearing, on_ready)
        finally:
            if menus is not None:
                menus.cancel()
                await asyncio.gather(menus, return_exceptions=True)
            await self._presses.close()
            await self._transport.shutdown()

    async def _receive(self, hearing: Hearing, on_ready: Callable[[], None]) -> None:
        if self._webhook is not None:
            try:
                await self._webhook.run(hearing, on_ready)
            except NoWebhooksError:
                # What it delivers all the same is taken; Telegram itself knows both ways.
                self._context.report("telegram.no_webhooks", {"advice": "the server is polled instead"})
        await self._polling.run(hearing, on_ready)

    async def _hearing(self) -> Hearing:
        try:
            user = await self._profile.user()
        except WRONG_TOKEN as error:
            raise refused_token(error) from error
        except TelegramError as error:
            raise ConnectionError(f"Telegram does not answer: {type(error).__name__}") from error
        context = self._context
        space = context.staff_space
        return Hearing(
            bot_id=int(user["id"]),
            username=str(user.get("username") or ""),
            markers=self._markers,
            staff=space.channel if space is not None and space.platform == PLATFORM else "",
            support=ours(context.support_places),
            colleagues=frozenset(place.channel for place in ours(context.colleague_places)),
            commands=command_names(context.commands),
            prefix=telegram_name(context.command_prefix),
            started_at=context.now(),
            texts=context.texts,
            remembered=self._whereabouts.words,
        )

    async def _remember_cards(self) -> None:
        """What hangs on which card in a staff group without topics: not every server says so with an answer to it."""
        space = self._context.staff_space
        if space is None or space.platform != PLATFORM:
            return
        for known in await self._context.intake.remembered(space, ""):
            self._whereabouts.remember(known.message)
            if card := card_of(known.message.place):
                self._whereabouts.remember(card)

    async def send(self, outgoing: Outgoing, attempt: Attempt) -> Receipt:
        return await self._sender.send(outgoing, attempt)

    async def show_typing(self, place: Place) -> None:
        target = target_of(place)
        await self._caller.hint(target.chat, "sendChatAction", {**target.address(), "action": "typing"})

    def webhooks(self) -> Mapping[str, WebhookHandler]:
        return {PATH: self._webhook.handle} if self._webhook is not None else {}

    def open_file(self, file: FileRef) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        return opened(self._api, self._transport, file)

    async def check(self) -> list[Finding]:
        url = self._webhook.url if self._webhook is not None else ""
        return await Doctor(self._context, self._api, url).findings()

    async def close(self) -> None:
        await self._presses.close()
        await self._transport.close()


def _capabilities(context: AdapterContext) -> Capabilities:
    return Capabilities(
        max_text_length=MAX_TEXT,
        max_upload_bytes=MAX_UPLOAD_BYTES,
        max_download_bytes=MAX_DOWNLOAD_BYTES,
        has_private_answers=False,
        has_forms=False,
        has_home=False,
        has_threads=True,
        has_commands_in_threads=True,
        reports_deletions=False,
        reports_edits=True,
        can_look_up_sent=False,
        # Telegram itself keeps what nobody fetched, for 24 hours.
        can_backfill=True,
        reactions=REACTIONS,
        command_names=tuple(
            (command.name, telegram_name(context.command_prefix + command.name))
            for command in context.commands
            if telegram_name(context.command_prefix + command.name) != command.name
        ),
    )
