"""The Slack adapter: settings in, one connection, one sender, one reader of history."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from slack_bolt.app.async_app import AsyncApp

from adapters import AdapterContext, Attempt, Finding, SetupError, WebhookHandler
from adapters.slack import uploads
from adapters.slack.answers import Answers
from adapters.slack.api import SLACK_ERRORS, Api, error_code, is_elsewhere
from adapters.slack.catch_up import CatchUp
from adapters.slack.commands import CommandNames
from adapters.slack.connection import NO_SOCKETS, Connection, ConnectionLostError
from adapters.slack.directory import Directory
from adapters.slack.doctor import examine
from adapters.slack.malformed import MalformedError, kind_of, reading
from adapters.slack.manifest import EVENTS_PATH
from adapters.slack.payloads import Json
from adapters.slack.positions import Positions
from adapters.slack.posts import Poster
from adapters.slack.pulse import Pulse
from adapters.slack.receive import Receiver, bolt_app
from adapters.slack.reopening import Reopener
from adapters.slack.scope import PLATFORM, Memory, Rooms
from adapters.slack.send import Sender
from adapters.slack.settings import SlackSettings
from adapters.slack.webhook import webhook
from bot.core.capabilities import Capabilities
from bot.core.content import FileRef
from bot.core.outgoing import Outgoing, Receipt
from bot.core.places import Place
from bot.core.texts import mark

_MOST_TEXT = 4000
_PREPARED_WITHIN_SECONDS = 2.0
_TOKEN_CHECK_PAUSES = (0.0, 1.0, 5.0, 30.0)
_REMOVED = frozenset({"account_inactive", "token_revoked", "app_uninstalled"})
_BOT_REFUSED = mark(
    "Slack refuses SLACK_BOT_TOKEN ({code}): set it to the bot token (xoxb-…) of the installed app."
)
_APP_REFUSED = mark(
    "Slack refuses SLACK_APP_TOKEN ({code}): make an app-level token (xapp-…) with connections:write, and switch "
    "Socket Mode on."
)
_ELSEWHERE = mark("What answers at SLACK_API_URL is not Slack's Web API ({code}): check the address.")
_NO_SOCKETS = mark(
    "The server of SLACK_API_URL has no Socket Mode ({code}): leave SLACK_APP_TOKEN empty, and set "
    "SLACK_SIGNING_SECRET and PUBLIC_URL, so that events come over HTTP."
)
_WITHDRAWN = mark(
    "Slack refuses {setting} ({code}): the app was removed or its token withdrawn. Install it again and set the new "
    "token."
)


class SlackAdapter:
    """One Slack workspace."""

    name = PLATFORM

    def __init__(self, context: AdapterContext, settings: SlackSettings) -> None:
        self._context = context
        self._settings = settings
        rooms = Rooms.of(context.staff_space, context.support_places, context.colleague_places)
        names = CommandNames.of(context.commands, context.command_prefix)
        self.capabilities = _capabilities(names)
        self._rooms = rooms
        self._refused: list[SetupError] = []
        self._is_refused = asyncio.Event()
        self._is_prepared = asyncio.Event()
        self._app: AsyncApp | None = None
        memory, positions = Memory(), Positions()
        self._api = Api(settings.bot_token, settings.api_url, self._note_refusal)
        self._directory = Directory(self._api, rooms, memory.kinds, context.report)
        self._receiver = Receiver(self._api, self._directory, memory, positions, rooms, names, context)
        poster = Poster(self._api, self._directory, memory, context)
        answers = Answers(self._api, poster, positions, context)
        self._sender = Sender(self._api, poster, answers, memory, positions, context)
        self._catch_up = CatchUp(self._api, self._receiver, positions, rooms, context)
        self._pulse = Pulse(self._api, positions, self._catch_up, context)
        self._reopener = Reopener(answers, context)
        self._receiver.history = self._catch_up
        self._receiver.on_gap = self._catch_up.note_unstored
        self._receiver.on_token_event = self._look_at_token
        self._token_check: asyncio.Task[None] | None = None
        secret = settings.signing_secret
        self._webhooks = (
            {EVENTS_PATH: webhook(secret, self._take, self._bolt, self._note_malformed)} if secret else {}
        )

    # -- receiving

    async def run(self, on_ready: Callable[[], None]) -> None:
        """Receive by Socket Mode, by HTTP, or by both, until cancelled.

        Raises SetupError for tokens that only a person can replace, and ConnectionLostError.
        """
        if not self._settings.app_token and not self._settings.signing_secret:
            raise SetupError(
                mark("Slack: set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP events).")
            )
        await self._sign_in()
        await self._catch_up.prepare()
        self._is_prepared.set()
        connection = self._connection() if self._settings.app_token else None
        tasks: list[asyncio.Task[Any]] = [
            asyncio.create_task(self._is_refused.wait()),
            asyncio.create_task(self._catch_up_after(connection, on_ready)),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            self._raise_refusal()
            for task in tasks:
                if task.done():
                    task.result()
        finally:
            await _ended(tasks)
            if connection is not None:
                await connection.close()
            await self._stop_looking()

    async def _sign_in(self) -> None:
        try:
            await self._api.me()
        except SLACK_ERRORS as error:
            self._raise_refusal()
            if is_elsewhere(error):
                raise SetupError(_ELSEWHERE, code=error_code(error)) from error
            raise ConnectionLostError(f"Slack did not answer: {error_code(error)}") from error
        except KeyError as error:
            raise ConnectionLostError(
                "Slack does not say who the bot is: auth.test names no user_id"
            ) from error

    def _connection(self) -> Connection:
        return Connection(
            self._bolt(),
            self._settings.app_token,
            self._take,
            self._note_malformed,
            self._note_app_refusal,
            self._catch_up.note_gap,
            self._context.now,
        )

    async def _catch_up_after(self, connection: Connection | None, on_ready: Callable[[], None]) -> None:
        if connection is not None:
            await connection.open()
        self._catch_up.begin()
        on_ready()
        watching = [
            asyncio.create_task(self._catch_up.turn.take()),
            asyncio.create_task(self._catch_up.run()),
        ]
        if connection is not None:
            watching.append(asyncio.create_task(connection.watch()))
        else:
            watching.append(asyncio.create_task(self._pulse.run()))
        try:
            done, _ = await asyncio.wait(watching, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await _ended(watching)

    def _bolt(self) -> AsyncApp:
        if self._app is None:
            self._app = bolt_app(self._api.reading, self._take)
        return self._app

    async def _take(self, payload: Json) -> None:
        try:
            if not self._is_prepared.is_set():
                await self._prepared()
            with reading():
                is_reopening = self._reopener.take(payload)
            if not is_reopening:
                await self._receiver.take(payload)
        except MalformedError as malformed:
            self._note_malformed(payload, malformed.error)
        except Exception as error:
            self._context.report("slack.not_stored", {"error": type(error).__name__})
            raise

    def _note_malformed(self, payload: object, error: str) -> None:
        self._context.report("slack.not_understood", {"kind": kind_of(payload), "error": error})

    async def _prepared(self) -> None:
        # By HTTP events come as soon as the web server stands. Stored before it is known how far each room was read,
        # they would hide what was said before them; what waits too long Slack delivers again.
        async with asyncio.timeout(_PREPARED_WITHIN_SECONDS):
            await self._is_prepared.wait()

    def webhooks(self) -> Mapping[str, WebhookHandler]:
        return self._webhooks

    # -- tokens

    def _note_refusal(self, code: str) -> None:
        self._refuse("SLACK_BOT_TOKEN", code, _BOT_REFUSED)

    def _note_app_refusal(self, code: str) -> None:
        self._refuse("SLACK_APP_TOKEN", code, _NO_SOCKETS if code in NO_SOCKETS else _APP_REFUSED)

    def _refuse(self, setting: str, code: str, message: str) -> None:
        self._refused.append(
            SetupError(_WITHDRAWN if code in _REMOVED else message, setting=setting, code=code)
        )
        self._is_refused.set()

    def _raise_refusal(self) -> None:
        if self._refused:
            raise self._refused[0]

    def _look_at_token(self) -> None:
        """Slack says that a token was withdrawn; whether it was ours, Slack must say as well."""
        if self._token_check is None or self._token_check.done():
            self._token_check = asyncio.create_task(self._check_token())

    async def _check_token(self) -> None:
        # The event may come before the token stops working.
        for pause in _TOKEN_CHECK_PAUSES:
            await asyncio.sleep(pause)
            try:
                await self._api.reading.auth_test()
            except SLACK_ERRORS as error:
                self._api.note(error)

    # -- sending

    async def send(self, outgoing: Outgoing, attempt: Attempt) -> Receipt:
        return await self._sender.send(outgoing, attempt)

    async def show_typing(self, place: Place) -> None:
        """Nothing: Slack shows no app writing, but in the threads of its assistants."""

    def open_file(self, file: FileRef) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        return uploads.opened(self._api, self._settings.bot_token, self._settings.api_url, file)

    async def check(self) -> list[Finding]:
        return await examine(self._api, self._settings, self._rooms, self._context.texts)

    async def close(self) -> None:
        self._directory.stop()
        await self._stop_looking()
        await self._api.close()

    async def _stop_looking(self) -> None:
        await _ended([task for task in (self._token_check, *self._reopener.under_way) if task is not None])


async def _ended(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.gather(*tasks, return_exceptions=True)


def _capabilities(names: CommandNames) -> Capabilities:
    return Capabilities(
        max_text_length=_MOST_TEXT,
        max_upload_bytes=uploads.MOST_BYTES,
        max_download_bytes=uploads.MOST_BYTES,
        has_private_answers=True,
        has_forms=True,
        has_home=True,
        has_threads=True,
        has_commands_in_threads=False,
        reports_deletions=True,
        reports_edits=True,
        can_look_up_sent=True,
        can_backfill=True,
        shows_speakers=True,
        command_names=names.renamed,
    )
