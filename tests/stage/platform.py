"""A platform that delivers to a list, and can fail as real ones do."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from itertools import count

from msgspec.structs import replace

from adapters import AdapterContext, Attempt, FileUnavailableError, Finding, WebhookHandler
from bot.core.capabilities import Capabilities
from bot.core.content import Content, FileRef
from bot.core.outgoing import (
    Answer,
    Edit,
    Mark,
    OpenForm,
    OpenThread,
    Outgoing,
    Post,
    React,
    Receipt,
    Refusal,
    Remove,
    SendError,
    SetThread,
    ShowHome,
)
from bot.core.places import MessageAt, Place

CAPABILITIES = Capabilities(
    max_text_length=4000,
    max_upload_bytes=10_000_000,
    max_download_bytes=10_000_000,
    has_private_answers=True,
    has_forms=True,
    has_home=True,
    has_threads=True,
    has_commands_in_threads=True,
    reports_deletions=True,
    reports_edits=True,
    can_look_up_sent=True,
    can_backfill=True,
    command_names=(("help", "support-help"), ("remove", "support-remove")),
)

_numbers = count(1)


def next_number() -> int:
    """Unique in this test run: ids on a platform never come back, also after a restart of the house."""
    return next(_numbers)


def words(content: Content) -> str:
    """Everything a person reads in a message."""
    parts = [f"{content.speaker.name}:" if content.speaker else "", content.title, content.text]
    parts += [f"{label}: {value}" for label, value in content.fields]
    return " ".join(part for part in [*parts, content.footnote] if part)


@dataclass
class Shown:
    """A message on the stage: where, what, and what has happened to it."""

    at: MessageAt
    content: Content
    reply_to: MessageAt | None = None
    is_removed: bool = False


@dataclass
class Scenery:
    """What stands on a platform and stays there when the house is closed and opened again."""

    shown: list[Shown] = field(default_factory=list)
    attempts: list[tuple[Outgoing, Attempt]] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    forms: list[OpenForm] = field(default_factory=list)
    homes: list[ShowHome] = field(default_factory=list)
    marked: dict[str, list[str]] = field(default_factory=dict)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    typing: list[str] = field(default_factory=list)
    """Keys of the places where somebody was shown to be writing."""
    states: dict[str, list[str]] = field(default_factory=dict)
    """What a thread showed of its ticket, by the thread's name."""
    gone: set[str] = field(default_factory=set)
    """Keys of places that were deleted."""
    blocked_by: set[str] = field(default_factory=set)
    """Who takes no direct messages any more: keys of their chats."""


class StagePlatform:
    """An adapter that delivers to a list."""

    capabilities = CAPABILITIES

    def __init__(self, name: str, context: AdapterContext, scenery: Scenery) -> None:
        self.name, self.context, self.scenery = name, context, scenery
        self.failing: Callable[[Outgoing], SendError | None] = lambda _outgoing: None
        """Asked before each operation; an error is raised instead of it."""
        self.receipt: Callable[[Outgoing, Receipt], Receipt] = lambda _outgoing, receipt: receipt
        self.failing_typing: Exception | None = None
        self.gate: asyncio.Event | None = None
        """While it is there and not set, nothing is done."""
        self.answering: asyncio.Event | None = None
        """While it is there and not set, what is done is not answered."""

    async def run(self, on_ready: Callable[[], None]) -> None:
        on_ready()
        await asyncio.Event().wait()

    async def send(self, outgoing: Outgoing, attempt: Attempt) -> Receipt:
        self.scenery.attempts.append((outgoing, attempt))
        if self.gate is not None:
            await self.gate.wait()
        error = self.failing(outgoing) or self._refused(outgoing)
        if error is not None:
            raise error
        receipt = self.receipt(outgoing, self._perform(outgoing))
        if self.answering is not None:
            await self.answering.wait()
        return receipt

    async def show_typing(self, place: Place) -> None:
        if self.gate is not None:
            await self.gate.wait()
        error = self.failing_typing
        if error is not None:
            raise error
        self.scenery.typing.append(place.key)

    def webhooks(self) -> dict[str, WebhookHandler]:
        return {}

    def open_file(self, file: FileRef) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        raise FileUnavailableError(file.id)

    async def check(self) -> list[Finding]:
        return []

    async def close(self) -> None:
        return

    def in_place(self, place: Place) -> list[Shown]:
        return [one for one in self.scenery.shown if one.at.place.key == place.key and not one.is_removed]

    def find(self, at: MessageAt) -> Shown:
        return next(one for one in self.scenery.shown if one.at.id == at.id)

    def attempts_of(self, kind: type[Outgoing]) -> list[tuple[Outgoing, Attempt]]:
        return [one for one in self.scenery.attempts if isinstance(one[0], kind)]

    def _perform(self, outgoing: Outgoing) -> Receipt:
        match outgoing:
            case Post():
                return self._post(outgoing)
            case OpenThread():
                place = replace(outgoing.space, thread=f"T{next_number()}")
                return replace(self._post(Post(place, outgoing.content)), place=place)
            case Edit():
                self.find(outgoing.messages[0]).content = outgoing.content
                return Receipt(outgoing.messages)
            case SetThread():
                self.find(outgoing.card).content = outgoing.content
                self.scenery.states.setdefault(outgoing.place.thread, []).append(outgoing.state.value)
            case Remove():
                self.find(outgoing.messages[0]).is_removed = True
            case _:
                self._write_down(outgoing)
        return Receipt()

    def _write_down(self, outgoing: Outgoing) -> None:
        match outgoing:
            case React():
                self._react(outgoing)
            case Mark():
                marks = self.scenery.marked.setdefault(outgoing.message.id, [])
                marks.append(outgoing.outcome.value)
            case Answer():
                self.scenery.answers.append(outgoing)
            case OpenForm():
                self.scenery.forms.append(outgoing)
            case ShowHome():
                self.scenery.homes.append(outgoing)

    def _post(self, post: Post) -> Receipt:
        place = _known(post.place)
        at = MessageAt(place, f"B{next_number()}")
        self.scenery.shown.append(Shown(at, post.content, post.reply_to))
        return Receipt((at,))

    def _react(self, react: React) -> None:
        on_message = self.scenery.reactions.setdefault(react.message.id, [])
        if react.is_on:
            on_message.append(react.emoji)
        else:
            on_message.remove(react.emoji)

    def _refused(self, outgoing: Outgoing) -> SendError | None:
        place = _place_of(outgoing)
        if place is None:
            return None
        key = _known(place).key
        if key in self.scenery.gone:
            return SendError("no such place", refusal=Refusal.PLACE_GONE)
        if key in self.scenery.blocked_by:
            return SendError("blocked", refusal=Refusal.BLOCKED)
        return None


def _known(place: Place) -> Place:
    """A direct chat that is known by its person has a channel on the stage."""
    if place.is_direct and not place.channel:
        return replace(place, channel=f"D{place.person}", person="")
    return place


def _place_of(outgoing: Outgoing) -> Place | None:
    match outgoing:
        case Post() | SetThread():
            return outgoing.place
        case Edit() | Remove():
            return outgoing.messages[0].place
        case React() | Mark():
            return outgoing.message.place
        case _:
            return None
