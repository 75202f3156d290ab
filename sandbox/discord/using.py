"""What people use of the bot: commands, buttons, selects, context menus and forms."""

import asyncio
import contextlib

from sandbox.discord.command_form import CHAT_INPUT, MESSAGE_MENU, STRING
from sandbox.discord.components import BUTTON, LINK_STYLE, SELECTS, STRING_SELECT, walk
from sandbox.discord.forms import check_values, require_open, submitted
from sandbox.discord.interactions import ANSWER_WITHIN, Interaction, Kind
from sandbox.discord.model import Channel, ChannelType, Json, Message
from sandbox.discord.moderating import Moderating
from sandbox.discord.options import Leaf, OptionReader, leaves
from sandbox.discord.permissions import Permission, in_channel
from sandbox.discord.speech import message_json
from sandbox.discord.wire import role_json
from sandbox.surface import SurfaceError

_NO_ANSWER = "The application did not respond."
_FAILED = "This interaction failed."
_FORM_FAILED = "Something went wrong. Try again."
_LOOK_AGAIN_SECONDS = 0.1
_NO_CHOICES = "Loading options failed."
_USER_SELECT, _ROLE_SELECT, _MENTIONABLE_SELECT, _CHANNEL_SELECT = 5, 6, 7, 8


class Using(Moderating):
    """Each of these waits for the bot's first answer, three seconds at most, as the person's client does."""

    async def press(self, person: str, room: str, message: str, button: str) -> None:
        """Press a button; a choice of a select is `custom_id:value`, several are joined by commas."""
        found = self._message(person, room, message)
        for component in walk(found.components):
            if data := self._pressed(person, room, component, button):
                if component.get("disabled"):
                    raise SurfaceError("This is switched off.")
                channel = self._usable(person, room)
                await self._interact(Kind.COMPONENT, person, channel, data, _FAILED, source=found)
                return
        raise SurfaceError(f"There is nothing called {button} to press in this message.")

    def _pressed(self, person: str, room: str, component: Json, button: str) -> Json | None:
        """What pressing this would send, when it is this component that is meant."""
        custom_id, kind = component.get("custom_id"), component.get("type")
        if (
            kind == BUTTON
            and component.get("style") == LINK_STYLE
            and button
            and button == component.get("url")
        ):
            raise SurfaceError("This button is a link; it opens in a browser.")
        if custom_id is None:
            return None
        data: Json = {"custom_id": custom_id, "component_type": kind, "id": component.get("id", 0)}
        if kind == BUTTON:
            return data if button == custom_id else None
        if kind not in SELECTS or not button.startswith(f"{custom_id}:"):
            return None
        values = [one for one in button[len(custom_id) + 1 :].split(",") if one]
        least, most = component.get("min_values", 1), component.get("max_values", 1)
        if not least <= len(values) <= most:
            raise SurfaceError(f"Choose between {least} and {most}.")
        if kind == STRING_SELECT:
            offered = {one["value"] for one in component["options"]}
            return data | {"values": values} if offered.issuperset(values) else None
        return data | self._selected_entities(person, room, int(kind or 0), values)

    def _selected_entities(self, person: str, room: str, kind: int, values: list[str]) -> Json:
        reader = OptionReader(self._community, person, room)
        for one in values:
            if one in self._community.users and kind in (_USER_SELECT, _MENTIONABLE_SELECT):
                reader.resolve_user(one)
            elif one in self._community.roles and kind in (_ROLE_SELECT, _MENTIONABLE_SELECT):
                reader.resolved.setdefault("roles", {})[one] = role_json(self._community.roles[one])
            elif one in self._community.channels and kind == _CHANNEL_SELECT:
                reader.resolve_channel(one)
            else:
                raise SurfaceError(f"{one} cannot be chosen here.")
        return {"values": values, "resolved": reader.resolved}

    def _usable(self, person: str, room: str) -> Channel:
        """A room in which this person can use the bot now."""
        channel = self._room(person, room)
        if channel.type is ChannelType.FORUM:
            raise SurfaceError("Commands are given in a post, not in the forum itself.")
        if channel.thread:
            may_manage = in_channel(self._community, person, channel) & Permission.MANAGE_THREADS
            if channel.thread.is_archived or (channel.thread.is_locked and not may_manage):
                raise SurfaceError("This thread is closed; applications cannot be used in it.")
        return channel

    async def _interact(
        self,
        kind: Kind,
        person: str,
        channel: Channel,
        data: Json,
        failure: str,
        *,
        source: Message | None = None,
        opener: Interaction | None = None,
    ) -> Interaction:
        """Send an interaction and wait for its first answer; raises SurfaceError with what the client would show."""
        if not self._parts.gateway.has_session:
            raise SurfaceError(failure)
        interaction = self._parts.interactions.begin(
            kind, person, channel, data, source=source, opener=opener
        )
        while not interaction.answered.is_set():
            left = (interaction.begun_at + ANSWER_WITHIN - self._community.now()).total_seconds()
            if left <= 0:
                self._parts.interactions.give_up(interaction)
                raise SurfaceError(failure)
            # The sandbox's clock may be moved meanwhile, so look at it again before long.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(interaction.answered.wait(), min(left, _LOOK_AGAIN_SECONDS))
        return interaction

    def _leaf(self, person: str, channel: Channel, name: str) -> Leaf:
        wanted = " ".join(name.removeprefix("/").split())
        for command in self._offered(person, channel):
            if command["type"] == CHAT_INPUT:
                for leaf in leaves(command):
                    if leaf.name == wanted:
                        return leaf
        raise SurfaceError(f"There is no command /{wanted} here.")

    async def command(self, person: str, room: str, name: str, arguments: str = "") -> None:
        channel = self._usable(person, room)
        data = OptionReader(self._community, person, room).read(self._leaf(person, channel, name), arguments)
        await self._interact(Kind.COMMAND, person, channel, data, _NO_ANSWER)

    async def complete(
        self, person: str, room: str, name: str, option: str, typed: str
    ) -> list[tuple[str, str]]:
        channel = self._usable(person, room)
        leaf = self._leaf(person, channel, name)
        found = next((one for one in leaf.options if one["name"] == option), None)
        if found is None or not found.get("autocomplete"):
            return []
        filled = [{"name": option, "type": found.get("type", STRING), "value": typed, "focused": True}]
        data = OptionReader(self._community, person, room).data(leaf, filled)
        interaction = await self._interact(Kind.AUTOCOMPLETE, person, channel, data, _NO_CHOICES)
        return [(str(one["value"]), one["name"]) for one in interaction.choices]

    async def shortcut(self, person: str, room: str, message: str, name: str) -> None:
        channel = self._usable(person, room)
        found = self._message(person, room, message)
        for command in self._offered(person, channel):
            if command["type"] == MESSAGE_MENU and command["name"] == name:
                data = self._context_menu(command, found)
                await self._interact(Kind.COMMAND, person, channel, data, _NO_ANSWER)
                return
        raise SurfaceError(f"There is no {name} in the menu of this message.")

    def _context_menu(self, command: Json, target: Message) -> Json:
        resolved = {"messages": {target.id: message_json(self._community, target)}}
        data: Json = {"id": command["id"], "name": command["name"], "type": MESSAGE_MENU}
        data |= {"guild_id": command["guild_id"]} if command.get("guild_id") else {}
        return data | {"target_id": target.id, "resolved": resolved}

    async def submit(self, person: str, form: str, values: dict[str, str]) -> None:
        shown = require_open(self._parts.forms.of(self._person(person)), form)
        unknown = set(values) - {field.id for field in shown.form.fields}
        if unknown:
            raise SurfaceError(f"This form has no field called {', '.join(sorted(unknown))}.")
        filled = {field.id: field.value for field in shown.form.fields} | values
        if errors := check_values(shown.modal, filled):
            self._parts.forms.reject(person, errors, filled)
            return
        opener = shown.interaction
        data = submitted(shown.modal, filled)
        await self._interact(Kind.MODAL, person, opener.channel, data, _FORM_FAILED, opener=opener)
        self._parts.forms.close(person, form)

    async def close_form(self, person: str, form: str) -> None:
        """Put a form away without sending it; the bot never hears of it."""
        require_open(self._parts.forms.of(self._person(person)), form)
        self._parts.forms.close(person, form)
