"""Who is in a chat: asked of Telegram, remembered for a minute, never waited for long."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, TypeGuard

from cachetools import TTLCache
from msgspec.structs import replace
from telegram.error import TelegramError

from adapters.telegram.api import Api
from adapters.telegram.hearing import Hearing
from adapters.telegram.target import chat_id
from bot.core.commands import Role
from bot.core.events import ButtonPressed, CommandGiven, Event, FormSubmitted

PATIENCE_SECONDS = 1.5
REMEMBERED_SECONDS = 60.0
_KEPT = 10_000
_GONE = frozenset({"left", "kicked"})
Asked = CommandGiven | ButtonPressed | FormSubmitted


class Members:
    def __init__(self, api: Api, clock: Callable[[], float]) -> None:
        self._api = api
        self._known: TTLCache[tuple[str, str], bool] = TTLCache(_KEPT, REMEMBERED_SECONDS, clock)

    async def is_member(self, chat: str, person: str) -> bool | None:
        """None when Telegram did not say so in time."""
        if (known := self._known.get((chat, person))) is not None:
            return known
        parameters = {"chat_id": chat_id(chat), "user_id": int(person)}
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                member = await self._api.look_up("getChatMember", parameters)
        except TelegramError as error:
            # Telegram says so when it has never seen the person in the chat.
            if not any(sign in str(error).lower() for sign in ("user not found", "participant_id_invalid")):
                return None
            member = {"status": "left"}
        except TimeoutError:
            return None
        return self._remember(chat, person, member) if member.get("status") else None

    def learn(self, change: Mapping[str, Any]) -> None:
        """Take over what a chat_member update says."""
        member = change["new_chat_member"]
        self._remember(str(change["chat"]["id"]), str(member["user"]["id"]), member)

    def _remember(self, chat: str, person: str, member: Mapping[str, Any]) -> bool:
        is_in = member["status"] not in _GONE and member.get("is_member", True) is not False
        self._known[(chat, person)] = is_in
        return is_in


def is_asked_about(event: Event, roles: Mapping[str, Role]) -> TypeGuard[Asked]:
    """Whether the desk will want to know what the member lists say of the event's author."""
    if isinstance(event, CommandGiven):
        return roles.get(event.name, Role.CUSTOMER) > Role.CUSTOMER
    return isinstance(event, (ButtonPressed, FormSubmitted))


async def introduced(event: Asked, members: Members, hearing: Hearing) -> Asked:
    """The event with what the member lists say of its author."""
    author = event.author
    person = author.identity.external_id
    is_staff, *are_colleagues = await asyncio.gather(
        _known(author.is_in_staff_space, members, hearing.staff, person),
        *(_known(author.is_colleague or None, members, chat, person) for chat in sorted(hearing.colleagues)),
    )
    is_colleague = author.is_colleague or any(are_colleagues)
    return replace(event, author=replace(author, is_in_staff_space=is_staff, is_colleague=is_colleague))


async def _known(answer: bool | None, members: Members, chat: str, person: str) -> bool | None:
    """The answer, when there is one or nobody to ask; else what Telegram says."""
    return answer if answer is not None or not chat else await members.is_member(chat, person)
