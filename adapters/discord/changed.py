"""What changed on messages while the bot was away: deletions, reactions and pins, as differences to what is known."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from discord.http import Route
from msgspec.structs import replace

from adapters import AdapterContext
from adapters.discord.api import Api
from adapters.discord.errors import FAILURES, UNKNOWN_MESSAGE, code_of
from adapters.discord.lanes import Arrival
from adapters.discord.parse import Reader, author_of, in_staff_space, read_pin_state
from adapters.discord.rooms import Room
from adapters.discord.settings import PLATFORM
from adapters.discord.snowflake import first_after, is_timed, made_at
from adapters.fields import mapping, mappings, whole
from bot.core.conversation import Remembered
from bot.core.events import Event, MessageDeleted, PinChanged, ReactionChanged
from bot.core.places import MessageAt

_LEAST_LOOKED_BACK, _MOST_LOOKED_BACK = timedelta(days=1), timedelta(days=7)
"""How far behind what was read before: there people edit, delete and react most."""
MOST_PINS_PAGES = 5
MOST_ASKED_FOR = 50
"""Messages that are missing in a history, asked for one by one."""
UNTOLD = frozenset({"CHANNEL_PINS_UPDATE", "MESSAGE_REACTION_REMOVE_ALL", "MESSAGE_REACTION_REMOVE_EMOJI"})
"""Events that say where something changed, and not what."""

Payload = Mapping[str, Any]


class Changed:
    """Compares one room with what is known of it."""

    def __init__(
        self, context: AdapterContext, api: Api, room: Room, after: str, away_since: datetime | None
    ) -> None:
        self._context, self._api, self._room, self._after = context, api, room, after
        self._away_since = away_since
        self._known: dict[str, Remembered] = {}
        self._last = self.begins_after = after

    async def look_up(self) -> None:
        """Ask what is known from some time before the position; raises what the store raises."""
        if not is_timed(self._after):
            return
        before = first_after(made_at(self._after) - self._looked_back())
        known = await self._context.intake.remembered(self._room.place, before)
        # Of a channel's threads the messages are in rooms of their own.
        self._known = {
            one.message.id: one for one in known if one.message == self._room.message(one.message.id)
        }
        if self._known:
            self.begins_after = self._last = before

    def _looked_back(self) -> timedelta:
        """As far as people had time to change what they had said, within bounds."""
        away = self._context.now() - self._away_since if self._away_since else timedelta()
        return min(max(away, _LEAST_LOOKED_BACK), _MOST_LOOKED_BACK)

    def is_news(self, data: Payload) -> bool:
        """False for what was read before and is looked at once more."""
        return int(data["id"]) > int(self._after)

    async def on_page(self, page: Sequence[Payload], reader: Reader, now: datetime) -> AsyncIterator[Event]:
        """What changed on the messages of a page, the oldest first, and which are missing between them."""
        if not page:
            return
        for event in await self._missing(self._last, page, now):
            yield event
        self._last = str(page[-1]["id"])
        for data in page:
            async for event in self._on_message(data, reader, now):
                yield event

    async def gone(self, now: datetime) -> list[Event]:
        """Those that came behind the last one that is there."""
        return await self._missing(self._last, (), now)

    async def _missing(self, after: str, page: Sequence[Payload], now: datetime) -> list[Event]:
        """What people wrote in the span of a page and is not in it; without a page, behind that message."""
        there = {str(data["id"]) for data in page}
        until = int(page[-1]["id"]) if page else None
        wanted = [
            one.message
            for id_, one in self._known.items()
            if one.is_origin
            and id_ not in there
            and int(id_) > int(after)
            and (until is None or int(id_) < until)
        ]
        gone = [message for message in wanted[:MOST_ASKED_FOR] if await self._is_gone(message)]
        return [MessageDeleted(f"{PLATFORM}:delete:{message.id}", now, message) for message in gone]

    async def _is_gone(self, message: MessageAt) -> bool:
        """Without a permission Discord shows an empty history: only what it calls unknown is deleted."""
        route = Route(
            "GET",
            "/channels/{channel_id}/messages/{message_id}",
            channel_id=self._room.id,
            message_id=message.id,
        )
        try:
            await self._api.call(route)
        except FAILURES as error:
            return code_of(error) == UNKNOWN_MESSAGE
        return False

    async def _on_message(self, data: Payload, reader: Reader, now: datetime) -> AsyncIterator[Event]:
        known = self._known.get(str(data["id"]))
        if known is not None and known.is_pinned and (off := read_pin_state(data, self._room, now)):
            yield off
        before = known.reactions if known is not None else frozenset()
        shown = {name: one for one in mappings(data, "reactions") if (name := _name(mapping(one, "emoji")))}
        for emoji in dict.fromkeys([*(emoji for emoji, _ in sorted(before)), *shown]):
            people = {person for was, person in before if was == emoji}
            one = shown.get(emoji)
            if one is not None and whole(one, "count") - bool(one.get("me")) == len(people):
                continue
            authors = await self._people(data, mapping(one, "emoji")) if one is not None else []
            for event in self._differences(data, emoji, people, authors, reader, now):
                yield event

    async def _people(self, data: Payload, emoji: Payload) -> list[Payload] | None:
        named = f"{emoji.get('name')}:{emoji['id']}" if emoji.get("id") else str(emoji.get("name"))
        route = Route(
            "GET",
            "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}",
            channel_id=self._room.id,
            message_id=str(data["id"]),
            emoji=named,
        )
        try:
            return list(await self._api.look_up_all(route, params={"limit": 100}))
        except FAILURES as error:
            self._context.report("discord.reactions_unread", {"room": self._room.id, "code": code_of(error)})
            return None

    def _differences(
        self,
        data: Payload,
        emoji: str,
        before: set[str],
        people: list[Payload] | None,
        reader: Reader,
        now: datetime,
    ) -> list[Event]:
        if people is None:
            return []
        now_on = {str(one["id"]): one for one in people if not one.get("bot") and str(one["id"]) != reader.me}
        changes = [(one, True) for person, one in now_on.items() if person not in before]
        changes += [({"id": person}, False) for person in before - now_on.keys()]
        message = self._room.message(str(data["id"]))
        return [
            ReactionChanged(
                f"{PLATFORM}:reaction:{message.id}:{one['id']}:{emoji}:{is_on}:{now.timestamp()}",
                now,
                message,
                author_of(one, None, in_staff_space=in_staff_space(message.place, reader)),
                emoji,
                is_on,
            )
            for one, is_on in changes
        ]


def _name(emoji: Payload) -> str:
    name = str(emoji.get("name") or "")
    return f":{name}:" if emoji.get("id") else name


async def completed(api: Api, room: Room, arrival: Arrival) -> Arrival:
    """An edit of which only what changed is told, with the rest of its message; as it came where nobody can be asked.

    Discord's gateway documentation promised no more than the ids until 2025.
    """
    data = arrival.data
    if arrival.kind != "MESSAGE_UPDATE" or data.get("author") or "content" not in data:
        return arrival
    where = {"channel_id": room.id, "message_id": str(data["id"])}
    try:
        found = await api.look_up(Route("GET", "/channels/{channel_id}/messages/{message_id}", **where))
    except FAILURES:
        return arrival
    return replace(arrival, data={**found, **data})


async def taken_off(context: AdapterContext, api: Api, room: Room, arrival: Arrival) -> list[Event]:
    """What one of the `UNTOLD` events means, by what is known; raises what the store raises.

    An event of which that cannot be understood means nothing.
    """
    known = await context.intake.remembered(room.place, "0")
    known = [one for one in known if one.message == room.message(one.message.id)]
    if arrival.kind == "CHANNEL_PINS_UPDATE":
        return await _unpinned(context, api, room, [one.message for one in known if one.is_pinned])
    cleared, emoji = str(arrival.data.get("message_id")), arrival.data.get("emoji")
    name = _name(emoji) if isinstance(emoji, Mapping) else ""
    now = context.now()
    return [
        ReactionChanged(
            f"{PLATFORM}:cleared:{arrival.session}:{arrival.sequence}:{sign}:{person}",
            now,
            one.message,
            author_of({"id": person}, None),
            sign,
            False,
        )
        for one in known
        if one.message.id == cleared
        for sign, person in sorted(one.reactions)
        if name in ("", sign)
    ]


async def _unpinned(
    context: AdapterContext, api: Api, room: Room, pinned: Sequence[MessageAt]
) -> list[Event]:
    """Which of these pins are none any more."""
    if not pinned:
        return []
    try:
        there = await _pins(api, room)
    except FAILURES as error:
        context.report("discord.pins_unread", {"room": room.id, "code": code_of(error)})
        return []
    now = context.now()
    return [
        PinChanged(f"{PLATFORM}:unpin:{message.id}:{now.timestamp()}", now, message, False)
        for message in pinned
        if message.id not in there
    ]


async def _pins(api: Api, room: Room) -> set[str]:
    route = Route("GET", "/channels/{channel_id}/messages/pins", channel_id=room.id)
    found: set[str] = set()
    asked: dict[str, object] = {"limit": 50}
    for _ in range(MOST_PINS_PAGES):
        page = await api.look_up(route, params=asked)
        items = mappings(page, "items")
        found |= {str(mapping(one, "message").get("id")) for one in items}
        if not page.get("has_more") or not items:
            break
        asked["before"] = str(items[-1].get("pinned_at"))
    return found
