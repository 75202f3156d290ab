"""The menu behind the slash: customers see their commands, the staff space and administrators theirs."""

from collections.abc import Iterator, Sequence
from typing import Any

from telegram.error import TelegramError

from adapters import AdapterContext
from adapters.telegram.api import Api
from adapters.telegram.errors import refusal_of
from adapters.telegram.hearing import PLATFORM, START, ours, telegram_name
from adapters.telegram.request import MissingError
from adapters.telegram.target import chat_id
from bot.core.commands import Command, Role

_MAX_COMMANDS = 100
_LETTERS = 2
_MAX_DESCRIPTION = 256


class Menus:
    def __init__(self, context: AdapterContext, api: Api) -> None:
        self._context, self._api = context, api

    async def publish(self) -> bool:
        """Set the menus that changed; a menu that cannot be set is reported and missed by nobody else.

        False when one may be set later.
        """
        told: set[tuple[str, str]] = set()
        is_done = True
        for scope, role, at_desk in self._scopes():
            for language in ("", *self._languages()):
                where = {"scope": scope, **({"language_code": language} if language else {})}
                try:
                    await self._set(where, self._commands(role, language, at_desk=at_desk))
                except TelegramError as error:
                    is_done &= refusal_of(error) is not None or isinstance(error, MissingError)
                    failure = (str(scope["type"]), type(error).__name__)
                    if failure not in told:
                        # Once for all languages.
                        told.add(failure)
                        self._context.report(
                            "telegram.menu_not_set", {"scope": failure[0], "error": failure[1]}
                        )
        return is_done

    def _languages(self) -> list[str]:
        """Those that Telegram can name: by two letters, without a region."""
        return [language for language in self._context.languages if len(language) == _LETTERS]

    def _scopes(self) -> Iterator[tuple[dict[str, Any], Role, bool]]:
        """Who sees the menu, what they may do, and whether it is where the team works."""
        yield {"type": "default"}, Role.CUSTOMER, False
        for place in ours(self._context.colleague_places):
            yield {"type": "chat", "chat_id": chat_id(place.channel)}, Role.VOLUNTEER, False
        space = self._context.staff_space
        if space is not None and space.platform == PLATFORM:
            yield {"type": "chat", "chat_id": chat_id(space.channel)}, Role.AGENT, True
        for platform, person in sorted(self._context.admins):
            if platform == PLATFORM:
                yield {"type": "chat", "chat_id": chat_id(person)}, Role.ADMIN, False
                if space is not None and space.platform == PLATFORM:
                    member = {
                        "type": "chat_member",
                        "chat_id": chat_id(space.channel),
                        "user_id": int(person),
                    }
                    yield member, Role.ADMIN, True

    def _commands(self, role: Role, language: str, *, at_desk: bool) -> list[dict[str, str]]:
        is_of_team = role >= Role.AGENT and not language
        texts = self._context.texts if is_of_team else self._context.texts_in(language)
        return [
            {
                "command": telegram_name(self._context.command_prefix + command.name),
                "description": texts((at_desk and command.at_desk) or command.description)[:_MAX_DESCRIPTION],
            }
            for command in _allowed(self._context.commands, role, at_desk=at_desk)
        ][:_MAX_COMMANDS]

    async def _set(self, where: dict[str, Any], commands: list[dict[str, str]]) -> None:
        try:
            current = await self._api.call("getMyCommands", where)
        except TelegramError:
            current = None
        if current != commands:
            await self._api.call("setMyCommands", {**where, "commands": commands})


def _allowed(commands: Sequence[Command], role: Role, *, at_desk: bool) -> Iterator[Command]:
    for command in commands:
        # Telegram shows its own button for /start; customers have one menu for private chats and groups.
        is_shown = command.role <= role and command.name != START
        if is_shown and command.is_of_use(at_desk=at_desk, is_direct=False):
            yield command
