"""What people do with what the app shows: commands, buttons, shortcuts and forms, and what the app answers."""

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.slack.deliveries import Deliveries
from sandbox.slack.forms import refusals, state_of
from sandbox.slack.manifest import Manifest, Shortcut, SlashCommand
from sandbox.slack.model import ApiError, Channel, Ephemeral, Json, Post, View
from sandbox.slack.objects import message_json, view_json
from sandbox.slack.parcels import Parcel, UnansweredError
from sandbox.slack.plain import options_of
from sandbox.slack.responses import Responses
from sandbox.slack.views import Views
from sandbox.slack.workspace import Workspace
from sandbox.surface import SurfaceError
from sandbox.world import World


@dataclass(slots=True)
class Interactions:
    world: World
    workspace: Workspace
    manifest: Manifest
    deliveries: Deliveries
    views: Views
    responses: Responses
    verification_token: str

    # -- commands and shortcuts

    async def slash(self, person: str, channel: Channel, command: SlashCommand, text: str) -> None:
        """Give a slash command; raises SurfaceError as Slack would say it when the app does not answer."""
        workspace = self.workspace
        payload = {
            "token": self.verification_token,
            "team_id": workspace.team_id,
            "team_domain": workspace.domain,
            "channel_id": channel.id,
            "channel_name": channel.payload_name,
            "user_id": person,
            "user_name": workspace.user(person).handle,
            "command": f"/{command.name}",
            "text": text,
            "api_app_id": workspace.app_id,
            "is_enterprise_install": "false",
            "response_url": self.responses.new_url(person, channel),
            "trigger_id": self.views.new_trigger(person, channel=channel.id),
        }
        answer = await self._ask(
            "slash_commands", payload, channel.id, f"/{command.name} failed with the error"
        )
        if answer.get("text") or answer.get("blocks") or answer.get("attachments"):
            try:
                self.responses.answer(person, channel, answer)
            except ApiError as error:
                raise SurfaceError(f'/{command.name} failed with the error "{error.error}"') from None

    async def message_shortcut(self, person: str, channel: Channel, post: Post, shortcut: Shortcut) -> None:
        url = self.responses.new_url(person, channel, message_ts=post.ts, thread_ts=post.thread_ts)
        payload = {
            "type": "message_action",
            **self._who(person),
            "action_ts": self.workspace.next_ts(),
            "callback_id": shortcut.callback_id,
            "trigger_id": self.views.new_trigger(person, channel=channel.id),
            "response_url": url,
            "message_ts": post.ts,
            "channel": {"id": channel.id, "name": channel.payload_name},
            "message": message_json(self.workspace, post),
        }
        await self._ask("interactive", payload, channel.id, f"The shortcut {shortcut.name} failed")

    async def global_shortcut(self, person: str, shortcut: Shortcut) -> None:
        payload = {
            "type": "shortcut",
            **self._who(person),
            "action_ts": self.workspace.next_ts(),
            "callback_id": shortcut.callback_id,
            "trigger_id": self.views.new_trigger(person),
        }
        await self._ask("interactive", payload, "", f"The shortcut {shortcut.name} failed")

    # -- buttons

    async def press(self, person: str, channel: Channel, message: Post | Ephemeral, action: Json) -> None:
        is_private = isinstance(message, Ephemeral)
        container: Json = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": channel.id,
            "is_ephemeral": is_private,
        }
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        payload = {
            "type": "block_actions",
            **self._who(person),
            "container": container,
            "trigger_id": self.views.new_trigger(person, channel=channel.id),
            "channel": {"id": channel.id, "name": channel.payload_name},
            "state": {"values": {}},
            "response_url": self.responses.new_url(
                person, channel, message_ts=message.ts, thread_ts=message.thread_ts
            ),
            "actions": [{**action, "action_ts": self.workspace.next_ts()}],
        }
        if isinstance(message, Post):
            payload["message"] = message_json(self.workspace, message)
        await self._ask("interactive", payload, channel.id, "The button failed")

    async def press_in_view(self, person: str, view: View, action: Json) -> None:
        """A button in a modal or in the App Home."""
        payload = {
            "type": "block_actions",
            **self._who(person),
            "container": {"type": "view", "view_id": view.id},
            "trigger_id": self.views.new_trigger(person, channel=view.channel, view=view.id),
            "view": view_json(self.workspace, view, state=state_of(view, {})),
            "actions": [{**action, "action_ts": self.workspace.next_ts()}],
        }
        await self._ask("interactive", payload, view.channel, "The button failed")

    # -- forms

    async def submit(self, person: str, view: View, values: Mapping[str, str]) -> None:
        """Send the form. What Slack's client or the app finds wrong ends up in the view's errors."""
        view.values = {**view.values, **values}
        view.errors = refusals(view, values)
        if view.errors:
            self.world.journal.add("slack", "form", view.channel, person=person, view=view.id)
            return
        payload = {
            "type": "view_submission",
            **self._who(person),
            "trigger_id": self.views.new_trigger(person, channel=view.channel, view=view.id),
            "view": view_json(self.workspace, view, state=state_of(view, values)),
            "response_urls": [],
        }
        answer = await self._ask("interactive", payload, view.channel, "We had some trouble connecting")
        try:
            self.views.apply(view, answer)
        except ApiError as error:
            raise SurfaceError(f"We had some trouble connecting: {error.error}. Try again?") from error

    async def close(self, person: str, view: View, *, is_cleared: bool = False) -> None:
        """Close the form without sending it."""
        self.views.close(view)
        if view.payload.get("notify_on_close"):
            shown = view_json(self.workspace, view)
            payload = {"type": "view_closed", **self._who(person), "view": shown, "is_cleared": is_cleared}
            await self._ask("interactive", payload, view.channel, "The app did not hear of it")

    # -- menus that the app fills while somebody types

    async def suggest(
        self, person: str, channel: Channel, post: Post, action_id: str, typed: str
    ) -> list[tuple[str, str]]:
        """(value, label) of what the app offers."""
        container = {
            "type": "message",
            "message_ts": post.ts,
            "channel_id": channel.id,
            "is_ephemeral": False,
        }
        about = {
            "container": container,
            "channel": {"id": channel.id, "name": channel.payload_name},
            "message": message_json(self.workspace, post),
        }
        return await self._suggest(person, post.body.get("blocks", []), about, action_id, typed)

    async def suggest_in_view(
        self, person: str, view: View, action_id: str, typed: str
    ) -> list[tuple[str, str]]:
        about = {
            "container": {"type": "view", "view_id": view.id},
            "view": view_json(self.workspace, view, state=state_of(view, {})),
        }
        return await self._suggest(person, view.payload["blocks"], about, action_id, typed)

    async def _suggest(
        self, person: str, blocks: list[Json], about: Json, action_id: str, typed: str
    ) -> list[tuple[str, str]]:
        block_id = next((block["block_id"] for block in blocks if _holds_menu(block, action_id)), None)
        if block_id is None:
            return []
        asked = {"action_id": action_id, "block_id": block_id, "value": typed}
        payload = {"type": "block_suggestion", **self._who(person), **about, **asked}
        answer = await self._ask("interactive", payload, "", "The menu could not be filled")
        return [(str(one["value"]), str(one["text"]["text"])) for one in options_of(answer)]

    # -- inside

    def _who(self, person: str) -> Json:
        workspace, user = self.workspace, self.workspace.user(person)
        return {
            "user": {
                "id": user.id,
                "username": user.handle,
                "name": user.handle,
                "team_id": workspace.team_id,
            },
            "api_app_id": workspace.app_id,
            "token": self.verification_token,
            "team": {"id": workspace.team_id, "domain": workspace.domain},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    async def _ask(self, kind: str, payload: Json, room: str, complaint: str) -> Json:
        if kind == "interactive" and not self.manifest.is_interactive:
            raise SurfaceError("This app is not configured to handle interactive responses.")
        try:
            return await self.deliveries.ask(Parcel(kind, payload, self.workspace.now()))
        except UnansweredError as error:
            self.world.journal.add("slack", "answer", room, error=error.reason)
            raise SurfaceError(f'{complaint}: "{error.reason}"') from None


def _holds_menu(block: Json, action_id: str) -> bool:
    inside = [*block.get("elements", []), block.get("element"), block.get("accessory")]
    return any(
        isinstance(one, dict) and one.get("type") == "external_select" and one.get("action_id") == action_id
        for one in inside
    )
