"""The menu behind the slash: customers see their commands, the staff space and administrators theirs."""

from collections.abc import Iterator, Sequence
from typing import Any

from telegram.error import TelegramError

from adapters import AdapterContext
from adapters.telegram.api import Api
from adapters.telegram.hearing import PLATFORM, START, ours, telegram_name
from adapters.telegram.target import chat_id
from bot.core.commands import Command, Role

_MAX_COMMANDS = 100
_MAX_DESCRIPTION = 256


class Menus:
    def __init__(self, context: AdapterContext, api: Api) -> None:
        self._context, self._api = context, api

    async def publish(self) -> None:
        """Set the menus that changed; a menu that cannot be set is reported and missed by nobody else."""
        for scope, role in self._scopes():
            try:
                await self._set(scope, self._commands(role))
            except TelegramError as error:
                self._context.report(
                    "telegram.menu_not_set", {"scope": scope["type"], "error": type(error).__name__}
                )

    def _scopes(self) -> Iterator[tuple[dict[str, Any], Role]]:
        yield {"type": "default"}, Role.CUSTOMER
        for place in ours(self._context.colleague_places):
            yield {"type": "chat", "chat_id": chat_id(place.channel)}, Role.VOLUNTEER
        space = self._context.staff_space
        if space is not None and space.platform == PLATFORM:
            yield {"type": "chat", "chat_id": chat_id(space.channel)}, Role.AGENT
        for platform, person in sorted(self._context.admins):
            if platform == PLATFORM:
                yield {"type": "chat", "chat_id": chat_id(person)}, Role.ADMIN
                if space is not None and space.platform == PLATFORM:
                    member = {
                        "type": "chat_member",
                        "chat_id": chat_id(space.channel),
                        "user_id": int(person),
                    }
                    yield member, Role.ADMIN

    def _commands(self, role: Role) -> list[dict[str, str]]:
        return [
            {
                "command": telegram_name(self._context.command_prefix + command.name),
                "description": self._context.texts(command.description)[:_MAX_DESCRIPTION],
            }
            for command in _allowed(self._context.commands, role)
        ][:_MAX_COMMANDS]

    async def _set(self, scope: dict[str, Any], commands: list[dict[str, str]]) -> None:
        try:
            current = await self._api.call("getMyCommands", {"scope": scope})
        except TelegramError:
            current = None
        if current != commands:
            await self._api.call("setMyCommands", {"scope": scope, "commands": commands})


def _allowed(commands: Sequence[Command], role: Role) -> Iterator[Command]:
    # Telegram shows its own button for /start.
    return (command for command in commands if command.role <= role and command.name != START)
