"""The local Slack: one server that speaks Slack's protocols to the app and is Slack to the people of the sandbox."""

import asyncio
import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

from sandbox.slack.deliveries import Deliveries
from sandbox.slack.feed import Feed
from sandbox.slack.happenings import Happenings
from sandbox.slack.interactions import Interactions
from sandbox.slack.manifest import Shortcut, SlashCommand, read_manifest
from sandbox.slack.methods.registry import Platform
from sandbox.slack.model import ApiError
from sandbox.slack.people import People
from sandbox.slack.responses import Responses
from sandbox.slack.schemas import Schemas
from sandbox.slack.sockets import Sockets
from sandbox.slack.story import juniper_and_pine
from sandbox.slack.throttle import Throttle
from sandbox.slack.views import Views
from sandbox.slack.web import Tokens, Web
from sandbox.slack.webhooks import Webhook
from sandbox.surface import Command, SurfaceError
from sandbox.world import World

# Nothing but this server on this machine takes them, and a bot started by hand finds the same ones again.
TOKENS = Tokens("xoxb-1000000000001-1000000000002-sandbox", "xapp-1-A0ALLHANDS-1000000000003-sandbox")
SIGNING_SECRET = "5a6e62f0b1d24c7f9c3b0d8e7a1f4c22"  # noqa: S105 - the sandbox's own, see above
VERIFICATION_TOKEN = "sandbox-verification"  # noqa: S105 - the sandbox's own, see above


class SlackServer(People):
    """Slack on loopback.

    `manifest` is a Slack app manifest as JSON: with it only its commands, shortcuts, scopes and events exist, without
    it everything is allowed. `request_url` is where events go in HTTP mode when no socket is open. `specs` is a folder
    with published schemas to check against as well (default: `slack` under the environment's ALLHANDS_SPECS).
    """

    def __init__(
        self,
        world: World,
        *,
        manifest: Mapping[str, Any] | None = None,
        request_url: str = "",
        specs: Path | None = None,
    ) -> None:
        self.world = world
        self.manifest = read_manifest(manifest)
        self.slash_commands: list[SlashCommand] = list(self.manifest.commands)
        self.workspace = juniper_and_pine(world.clock)
        self.sockets = Sockets(self.workspace.app_id)
        self.webhook = Webhook(SIGNING_SECRET, VERIFICATION_TOKEN, request_url)
        self.deliveries = Deliveries(world, self.sockets, self.webhook)
        feed = Feed(world, self.workspace, self.manifest, self.deliveries, VERIFICATION_TOKEN)
        self.happenings = Happenings(world, self.workspace, feed)
        views = Views(world, self.workspace)
        responses = Responses(self.workspace, self.happenings)
        self.interactions = Interactions(
            world, self.workspace, self.manifest, self.deliveries, views, responses, VERIFICATION_TOKEN
        )
        self.throttle = Throttle(world.clock)
        platform = Platform(self.workspace, self.manifest, self.happenings, views, responses, self.sockets)
        self._web = Web(world, platform, TOKENS, self.throttle, _schemas(specs))
        self._runner: web.AppRunner | None = None
        self._connections = 0
        self.sockets.on_change = self._on_connections

    # -- running

    async def start(self, host: str, port: int) -> None:
        """Listen; port 0 takes a free one. Raises OSError when the port is taken."""
        runner = web.AppRunner(self._web.application(), access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError:
            await runner.cleanup()
            raise
        shown_host = "127.0.0.1" if host in {"", "0.0.0.0"} else host  # noqa: S104 - compared with, not bound to
        self.happenings.address = f"http://{shown_host}:{runner.addresses[0][1]}"
        self._runner = runner
        self.webhook.open()
        self.world.faults["slack"].watch(self._on_outage)

    async def stop(self) -> None:
        self.world.faults["slack"].unwatch(self._on_outage)
        await self.deliveries.stop()
        self.sockets.drop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        await self.webhook.close()

    def _on_outage(self, is_down: bool) -> None:
        if is_down:
            self.sockets.drop()
        else:
            self.deliveries.wake()

    def _on_connections(self) -> None:
        if len(self.sockets) != self._connections:
            self._connections = len(self.sockets)
            self.world.journal.add("slack", "connected", connections=self._connections)
        self.deliveries.wake()

    @property
    def address(self) -> str:
        """Where this server listens, such as http://127.0.0.1:9001."""
        return self.happenings.address

    def bot_settings(self) -> dict[str, str]:
        return {
            "SLACK_BOT_TOKEN": TOKENS.bot,
            "SLACK_APP_TOKEN": TOKENS.app,
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "SLACK_API_URL": f"{self.address}/api/",
            "STAFF_SPACE": "slack:C0SUPPORT",
            "SUPPORT_PLACES": "slack:C0HELP",
        }

    # -- how events reach the app

    @property
    def request_url(self) -> str:
        """Where events and interactions go when no socket is open; it is challenged before the first event."""
        return self.webhook.url

    @request_url.setter
    def request_url(self, url: str) -> None:
        self.webhook.url = url
        self.deliveries.wake()

    async def verify_request_url(self) -> None:
        """Challenge the request URL now, as Slack does when it is saved; raises UnansweredError."""
        await self.webhook.verify(self.deliveries.ack_seconds)

    @property
    def drop_undelivered(self) -> bool:
        """Lose events that cannot be delivered at once instead of keeping them for an hour."""
        return self.deliveries.drops_undelivered

    @drop_undelivered.setter
    def drop_undelivered(self, is_on: bool) -> None:
        self.deliveries.drops_undelivered = is_on
        self.deliveries.wake()

    def deliver_late(self, count: int, seconds: float) -> None:
        """Send so many of the next events only after so long, so that later ones overtake them."""
        self.deliveries.late_events, self.deliveries.late_seconds = count, seconds

    async def drop_connections(self) -> None:
        self.sockets.drop()

    async def request_disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask every client to connect anew, as Slack does every few hours."""
        await self.sockets.disconnect(reason)

    async def settle(self, timeout_seconds: float = 5.0) -> None:
        """Wait until every event was delivered and acknowledged and no call is under way; raises TimeoutError."""
        async with asyncio.timeout(timeout_seconds):
            while not (self.deliveries.is_idle.is_set() and self._web.is_idle.is_set()):
                await self.deliveries.is_idle.wait()
                await self._web.is_idle.wait()

    # -- commands and shortcuts

    def commands(self, person: str, room: str) -> list[Command]:
        """Slack offers no slash commands inside threads."""
        if self._visible(person, room).thread_ts:
            return []
        return [
            Command(one.name, one.description, ({"name": one.usage_hint},) if one.usage_hint else ())
            for one in self.slash_commands
        ]

    async def command(self, person: str, room: str, name: str, arguments: str = "") -> None:
        place, name = self._visible(person, room), name.removeprefix("/")
        if place.thread_ts:
            raise SurfaceError(f"/{name} is not supported in threads. Sorry!")
        command = next((one for one in self.slash_commands if one.name == name), None)
        if command is None:
            if not self.manifest.accepts_any_command:
                raise SurfaceError(f"/{name} is not a valid command.")
            command = SlashCommand(name)
        text = self._typed(arguments) if command.should_escape else arguments
        await self.interactions.slash(person, place.channel, command, text.strip())

    async def complete(
        self, person: str, room: str, name: str, option: str, typed: str
    ) -> list[tuple[str, str]]:
        """Slash commands complete nothing; `name` can be a message or form with a menu the app fills, `option`."""
        if (view := self._view(person, name)) is not None:
            return await self.interactions.suggest_in_view(person, view, option, typed)
        place = self._visible(person, room)
        if (post := place.channel.posts.get(name)) is None:
            return []
        return await self.interactions.suggest(person, place.channel, post, option, typed)

    def shortcuts(self, person: str) -> list[Command]:
        self._user(person)
        return [Command(one.name, one.description) for one in self.manifest.shortcuts if not one.is_global]

    def global_shortcuts(self, person: str) -> list[Command]:
        self._user(person)
        return [Command(one.name, one.description) for one in self.manifest.shortcuts if one.is_global]

    async def shortcut(self, person: str, room: str, message: str, name: str) -> None:
        """Use a message shortcut, by its name or callback id."""
        channel, post = self._post(person, room, message)
        await self.interactions.message_shortcut(person, channel, post, self._shortcut(name, is_global=False))

    async def global_shortcut(self, person: str, name: str) -> None:
        """Use a global shortcut, by its name or callback id."""
        self._user(person)
        await self.interactions.global_shortcut(person, self._shortcut(name, is_global=True))

    def _shortcut(self, name: str, *, is_global: bool) -> Shortcut:
        for shortcut in self.manifest.shortcuts:
            if name in {shortcut.name, shortcut.callback_id} and shortcut.is_global == is_global:
                return shortcut
        if self.manifest.accepts_any_command:
            return Shortcut(name, name, is_global=is_global)
        raise SurfaceError(f"The app has no shortcut {name!r}.")

    # -- coming and going

    async def join(self, person: str, room: str) -> None:
        channel = self._visible(person, room).channel
        if channel.kind == "im":
            raise SurfaceError("A direct message is between two: it cannot be joined.")
        if person not in channel.members:
            self.happenings.join(channel, person)

    async def invite(self, person: str, room: str, invited: str) -> None:
        """Bring somebody, or the bot, into a channel this person is in."""
        channel = self._member(person, room).channel
        if channel.kind == "im":
            raise SurfaceError("A direct message is between two: nobody can be invited.")
        try:
            user = self.workspace.user(invited)
        except ApiError:
            raise SurfaceError(f"There is nobody called {invited}.") from None
        if user.id not in channel.members:
            self.happenings.join(channel, user.id, inviter=person)

    async def leave(self, person: str, room: str) -> None:
        channel = self._member(person, room).channel
        if channel.kind == "im":
            raise SurfaceError("A direct message cannot be left, only closed.")
        self.happenings.leave(channel, person)

    async def remove(self, person: str, room: str, removed: str) -> None:
        """Take somebody, or the bot, out of a channel this person is in."""
        channel = self._member(person, room).channel
        if removed not in channel.members or channel.kind == "im":
            raise SurfaceError(f"{removed} is not in #{channel.name}.")
        self.happenings.leave(channel, removed)

    async def block_bot(self, person: str, *, is_blocked: bool = True) -> None:
        """Leave the workspace, or come back: Slack knows no blocking of apps."""
        if (user := self.workspace.users.get(person)) is None or user.is_bot:
            raise SurfaceError(f"There is nobody called {person} in this workspace.")
        user.is_deleted = is_blocked
        self.happenings.tell_user("user_change", person)
        self.world.journal.add("slack", "room", person=person)

    async def uninstall(self) -> None:
        """Take the app out of the workspace, as its administrators can: it hears of it and is shut out."""
        tokens = {"oauth": [], "bot": [self.workspace.bot.id]}
        feed = self.happenings.feed
        feed.publish("tokens_revoked", {"type": "tokens_revoked", "tokens": tokens})
        feed.publish("app_uninstalled", {"type": "app_uninstalled"})
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.deliveries.is_idle.wait(), self.deliveries.ack_seconds)
        self.workspace.is_installed = False
        await self.sockets.disconnect("link_disabled")

    def install(self) -> None:
        """Let the app back in, with the same tokens."""
        self.workspace.is_installed = True

    async def delete_room(self, room: str) -> None:
        """Delete a thread with all that is in it."""
        place = self._place(room)
        if not place.thread_ts:
            raise SurfaceError("Only threads can be deleted here, not whole channels.")
        root = place.channel.posts[place.thread_ts]
        for post in self.workspace.replies(place.channel, root):
            self.happenings.delete(place.channel, post)
        if root.ts in place.channel.posts:
            self.happenings.delete(place.channel, root)


def _schemas(specs: Path | None) -> Schemas | None:
    folder = specs
    if folder is None and (given := os.environ.get("ALLHANDS_SPECS")):
        folder = Path(given) / "slack"
    return Schemas(folder) if folder is not None else None
