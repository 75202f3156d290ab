"""What only Slack knows about ids: people, members, names of channels, direct chats. Asked once, kept for a while."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from cachetools import TLRUCache

from adapters.slack.api import SLACK_ERRORS, Api, error_code
from adapters.slack.kinds import Kinds
from adapters.slack.payloads import Json
from adapters.slack.people import Found, Profile, Wanted, profile_of
from adapters.slack.render import visible_name
from adapters.slack.scope import Rooms
from adapters.slack.sent import next_cursor

_FIRST_LOOK_SECONDS = 1.5
_PROFILE_SECONDS = 3600.0
_FAILURE_SECONDS = 60.0
_MEMBERS_SECONDS = 60.0
_GROUPS_SECONDS = 600.0
_ALL_GROUPS = "all"
_MOST_KEPT = 10_000
_NOT_FOUND = "channel_not_found"
_MOST_MEMBER_PAGES = 20

_ODD_ANSWERS = (LookupError, TypeError, AttributeError)
"""What reading an answer may raise that is not as Slack's reference says."""

T = TypeVar("T")
Report = Callable[[str, dict[str, object]], None]


@dataclass(frozen=True, slots=True)
class _Kept(Generic[T]):
    value: T | None
    seconds: float


def _until(_key: str, kept: _Kept[T], now: float) -> float:
    return now + kept.seconds


class _Asked(Generic[T]):
    """Answers by id; everyone who waits for the same answer waits for one question."""

    def __init__(self, ask: Callable[[str], Awaitable[T]], seconds: float, report: Report) -> None:
        self._ask = ask
        self._seconds = seconds
        self._report = report
        self._kept: TLRUCache[str, _Kept[T]] = TLRUCache(_MOST_KEPT, _until)
        self._under_way: dict[str, asyncio.Task[T | None]] = {}

    def known(self, key: str) -> T | None:
        kept = self._kept.get(key)
        return kept.value if kept is not None else None

    def is_settled(self, key: str) -> bool:
        return key in self._kept

    def keep(self, key: str, value: T) -> None:
        self._kept[key] = _Kept(value, self._seconds)

    def question(self, key: str) -> asyncio.Task[T | None]:
        if (task := self._under_way.get(key)) is None:
            task = asyncio.create_task(self._answer(key))
            self._under_way[key] = task
            task.add_done_callback(lambda _task: self._under_way.pop(key, None))
        return task

    async def _answer(self, key: str) -> T | None:
        try:
            value = await self._ask(key)
        except (*SLACK_ERRORS, *_ODD_ANSWERS) as error:
            self._kept[key] = _Kept(None, _FAILURE_SECONDS)
            self._report("slack.look_up_failed", {"what": self._ask.__name__, "error": error_code(error)})
            return None
        self.keep(key, value)
        return value

    def stop(self) -> None:
        for task in self._under_way.values():
            task.cancel()


class Directory:
    """Answers of Slack about ids, for whoever turns payloads into events."""

    def __init__(self, api: Api, rooms: Rooms, kinds: Kinds, report: Report) -> None:
        self._api = api
        self._rooms = rooms
        self._kinds = kinds
        self._people = _Asked(self._ask_profile, _PROFILE_SECONDS, report)
        self._channels = _Asked(self._ask_channel_name, _PROFILE_SECONDS, report)
        self._groups = _Asked(self._ask_groups, _GROUPS_SECONDS, report)
        self._members = _Asked(self._ask_members, _MEMBERS_SECONDS, report)
        self._asked_kinds = _Asked(self._ask_kind, _PROFILE_SECONDS, report)
        self._direct = _Asked(self._ask_direct_chat, _PROFILE_SECONDS, report)
        self._threads = _Asked(self._ask_thread, _FAILURE_SECONDS, report)
        self._presence = _Asked(self._ask_presence, _MEMBERS_SECONDS, report)

    def known(self, wanted: Wanted) -> Found | None:
        """Return what is wanted when it is nothing but people who were asked about before; asks nobody."""
        places = wanted.thread_of or wanted.direct_chat_of or wanted.presence_in
        if wanted.channels or wanted.groups or wanted.members or places:
            return None
        people: dict[str, Profile] = {}
        for user in wanted.people:
            if not self._people.is_settled(user):
                return None
            if (profile := self._people.known(user)) is not None:
                people[user] = profile
        return Found(people)

    async def find(self, wanted: Wanted) -> Found:
        """Return what is known or answered within a second and a half; never raises."""
        member_rooms = {self._rooms.staff, *self._rooms.colleagues} - {""} if wanted.members else set()
        thread_key = " ".join(wanted.thread_of) if wanted.thread_of else ""
        questions = [
            *self._open(self._people, wanted.people),
            *self._open(self._channels, wanted.channels),
            *self._open(self._groups, {_ALL_GROUPS} if wanted.groups else ()),
            *self._open(self._members, member_rooms),
            *self._open(self._direct, {wanted.direct_chat_of} - {""}),
            *self._open(self._threads, {thread_key} - {""}),
            *self._open(self._presence, {wanted.presence_in} - {""}),
        ]
        if questions:
            # What comes later is kept for the next event.
            await asyncio.wait(questions, timeout=_FIRST_LOOK_SECONDS)
        people = ((user, self._people.known(user)) for user in wanted.people)
        channels = ((channel, self._channels.known(channel)) for channel in wanted.channels)
        colleagues = (self._members.known(room) or frozenset() for room in self._rooms.colleagues)
        return Found(
            people={user: profile for user, profile in people if profile},
            channels={channel: name for channel, name in channels if name},
            groups=(self._groups.known(_ALL_GROUPS) or {}) if wanted.groups else {},
            staff=self._members.known(self._rooms.staff) if self._rooms.staff and wanted.members else None,
            colleagues=frozenset().union(*colleagues) if wanted.members else frozenset(),
            thread=self._threads.known(thread_key) if thread_key else None,
            direct_chat=(self._direct.known(wanted.direct_chat_of) or "") if wanted.direct_chat_of else "",
            is_present=self._presence.known(wanted.presence_in) is not False,
        )

    @staticmethod
    def _open(asked: _Asked[T], keys: Iterable[str]) -> list[asyncio.Task[T | None]]:
        return [asked.question(key) for key in keys if not asked.is_settled(key)]

    async def direct_chat(self, user: str) -> str:
        """Return the channel of the direct chat with a person, opening it; raises what the Web API raises."""
        if (known := self._direct.known(user)) is not None:
            return known
        channel = await self._ask_direct_chat(user)
        self._direct.keep(user, channel)
        return channel

    async def learn_kind(self, channel: str) -> None:
        """Ask whether a channel is a direct chat; where that is not answered in time, its letter says it."""
        questions = self._open(self._asked_kinds, [channel])
        if questions:
            await asyncio.wait(questions, timeout=_FIRST_LOOK_SECONDS)

    def stop(self) -> None:
        for asked in (self._people, self._channels, self._groups, self._members, self._asked_kinds, self._direct,
                      self._threads, self._presence):  # fmt: skip
            asked.stop()

    # -- questions

    async def _ask_profile(self, user: str) -> Profile:
        answer = await self._api.reading.users_info(user=user, include_locale=True)
        return profile_of(answer["user"])

    async def _ask_channel_name(self, channel: str) -> str:
        answer = await self._api.reading.conversations_info(channel=channel)
        return str(answer["channel"]["name"])

    async def _ask_groups(self, _all: str) -> dict[str, str]:
        answer = await self._api.reading.usergroups_list(include_disabled=True)
        return {str(one["id"]): visible_name(str(one["handle"])) for one in answer["usergroups"]}

    async def _ask_members(self, channel: str) -> frozenset[str]:
        members: set[str] = set()
        cursor = ""
        for _ in range(_MOST_MEMBER_PAGES):
            more = {"cursor": cursor} if cursor else {}
            answer = await self._api.reading.conversations_members(channel=channel, limit=999, **more)
            members.update(answer["members"])
            cursor = next_cursor(answer)
            if not cursor:
                break
        return frozenset(members)

    async def _ask_direct_chat(self, user: str) -> str:
        answer = await self._api.reading.conversations_open(users=user)
        found = answer["channel"]
        channel = str(found.get("id") or "") if isinstance(found, dict) else ""
        if not channel:
            raise KeyError("channel")
        self._kinds.note(channel, is_direct=True)
        return channel

    async def _ask_kind(self, channel: str) -> bool:
        answer = await self._api.reading.conversations_info(channel=channel)
        is_direct = bool(answer["channel"]["is_im"])
        self._kinds.note(channel, is_direct=is_direct)
        return is_direct

    async def _ask_presence(self, channel: str) -> bool:
        try:
            answer = await self._api.reading.conversations_info(channel=channel)
        except SLACK_ERRORS as error:
            # Of private channels and of chats between others Slack does not even say that they are there.
            if error_code(error) != _NOT_FOUND:
                raise
            return False
        found = answer["channel"]
        return bool(found.get("is_im")) or found.get("is_member") is not False

    async def _ask_thread(self, key: str) -> str:
        channel, ts = key.split(" ")
        answer = await self._api.reading.conversations_replies(channel=channel, ts=ts, limit=1)
        message: Json = next(iter(answer["messages"]), {})
        return str(message.get("thread_ts") or ts)
