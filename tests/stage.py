"""A stage for scenarios: the whole house on a real database, with platforms that only write down what they are sent.

The three platforms of the stage are adapters like the real ones, without a network: a scenario speaks as a person
and reads what that person would see. What the SDKs and the wire do is tested elsewhere, through the real ones.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from adapters import AdapterContext, Attempt, Finding, WebhookHandler
from bot.assembly import House
from bot.core.capabilities import Capabilities
from bot.core.content import Button, Content, FileRef
from bot.core.events import (
    Author,
    ButtonPressed,
    CommandGiven,
    Event,
    FormSubmitted,
    Handle,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    ReactionChanged,
)
from bot.core.outgoing import (
    Answer,
    Edit,
    Mark,
    OpenForm,
    OpenThread,
    Outgoing,
    Post,
    Receipt,
    Remove,
    SendError,
    SetThread,
)
from bot.core.places import Identity, MessageAt, Place
from bot.runtime.clock import ManualClock
from bot.settings import Settings

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

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
)


@dataclass
class Shown:
    """A message on the stage: where, what, and what has happened to it."""

    at: MessageAt
    content: Content
    reply_to: MessageAt | None = None
    marks: list[str] = field(default_factory=list)
    reactions: list[str] = field(default_factory=list)
    is_removed: bool = False


class StagePlatform:
    """An adapter that delivers to a list."""

    capabilities = CAPABILITIES

    def __init__(self, name: str, context: AdapterContext, numbers: Callable[[], int]) -> None:
        self.name = name
        self.context = context
        self._numbers = numbers
        self.shown: list[Shown] = []
        self.attempts: list[tuple[Outgoing, Attempt]] = []
        self.answers: list[Answer] = []
        self.forms: list[OpenForm] = []
        self.others: list[Outgoing] = []
        self.marked: dict[str, list[str]] = {}
        self.failing: Callable[[Outgoing], SendError | None] = lambda _outgoing: None

    async def run(self, on_ready: Callable[[], None]) -> None:
        on_ready()
        await asyncio.Event().wait()

    async def send(self, outgoing: Outgoing, attempt: Attempt) -> Receipt:
        self.attempts.append((outgoing, attempt))
        error = self.failing(outgoing)
        if error is not None:
            raise error
        match outgoing:
            case Post():
                return self._post(outgoing)
            case OpenThread():
                place = replace(outgoing.space, thread=f"T{self._numbers()}")
                return replace(self._post(Post(place, outgoing.content)), place=place)
            case Edit():
                self._find(outgoing.messages[0]).content = outgoing.content
                return Receipt(outgoing.messages)
            case SetThread():
                self._find(outgoing.card).content = outgoing.content
            case Remove():
                self._find(outgoing.messages[0]).is_removed = True
            case Mark():
                self.marked.setdefault(outgoing.message.id, []).append(outgoing.outcome.value)
            case Answer():
                self.answers.append(outgoing)
            case OpenForm():
                self.forms.append(outgoing)
            case _:
                self.others.append(outgoing)
        return Receipt()

    def webhooks(self) -> dict[str, WebhookHandler]:
        return {}

    def open_file(self, file: FileRef) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        raise NotImplementedError(file)

    async def check(self) -> list[Finding]:
        return []

    async def close(self) -> None:
        return

    def in_place(self, place: Place) -> list[Shown]:
        return [one for one in self.shown if one.at.place.key == place.key and not one.is_removed]

    def _post(self, post: Post) -> Receipt:
        place = post.place
        if place.is_direct and not place.channel:
            place = replace(place, channel=f"D{place.person}", person="")
        at = MessageAt(place, f"B{self._numbers()}")
        self.shown.append(Shown(at, post.content, post.reply_to))
        return Receipt((at,))

    def _find(self, at: MessageAt) -> Shown:
        return next(one for one in self.shown if one.at.id == at.id)


class Person:
    """Somebody on a platform, and what they see."""

    def __init__(self, stage: "Stage", platform: str, name: str, *, is_staff: bool = False) -> None:
        self.stage, self.platform, self.name, self.is_staff = stage, platform, name, is_staff
        self.identity = Identity(platform, "", f"U{name}")
        self.direct = Place(platform, "", f"DU{name}", is_direct=True)

    @property
    def author(self) -> Author:
        return Author(self.identity, self.name, language="en", is_in_staff_space=self.is_staff or None)

    async def says(self, text: str, *, at: Place | None = None, **parts: object) -> MessageAt:
        """Say something, in the direct chat unless another place is given."""
        message = MessageAt(at or self.direct, f"M{self.stage.next_number()}")
        await self.stage.feed(self.platform, self.message(message, text, **parts))
        return message

    def message(self, at: MessageAt, text: str, **parts: object) -> MessageReceived:
        event = MessageReceived(
            f"{self.platform}:message:{at.id}",
            self.stage.clock.now(),
            at.place,
            at,
            self.author,
            text,
            is_to_bot=at.place.is_direct,
        )
        return replace(event, **parts)  # type: ignore[arg-type] # the scenario names fields of the event

    async def gives(self, command: str, arguments: str = "", *, at: Place | None = None) -> None:
        number = self.stage.next_number()
        event = CommandGiven(
            f"{self.platform}:command:{number}",
            self.stage.clock.now(),
            at or self.direct,
            self.author,
            command,
            arguments,
            Handle(self.platform, str(number)),
        )
        await self.stage.feed(self.platform, event)

    async def presses(self, label: str, *, at: Place | None = None) -> None:
        """Press the newest button with this label in the direct chat, or in another place."""
        place = at or self.direct
        message, button = self.stage.button(self.platform, place, label)
        await self.presses_this(message, button, place)

    async def presses_this(self, message: MessageAt, button: Button, place: Place) -> None:
        number = self.stage.next_number()
        event = ButtonPressed(
            f"{self.platform}:press:{number}",
            self.stage.clock.now(),
            place,
            self.author,
            button.action,
            button.subject,
            Handle(self.platform, str(number)),
            message,
        )
        await self.stage.feed(self.platform, event)

    async def submits(self, **values: str) -> None:
        """Fill in the form that was opened last."""
        form = self.stage.platform(self.platform).forms[-1].form
        number = self.stage.next_number()
        event = FormSubmitted(
            f"{self.platform}:form:{number}",
            self.stage.clock.now(),
            self.direct,
            self.author,
            form.name,
            form.subject,
            values,
            Handle(self.platform, str(number)),
        )
        await self.stage.feed(self.platform, event)

    async def edits(self, message: MessageAt, text: str) -> None:
        number = self.stage.next_number()
        event = MessageEdited(
            f"{self.platform}:edit:{number}", self.stage.clock.now(), message, self.author, text
        )
        await self.stage.feed(self.platform, event)

    async def deletes(self, message: MessageAt) -> None:
        event = MessageDeleted(f"{self.platform}:delete:{message.id}", self.stage.clock.now(), message)
        await self.stage.feed(self.platform, event)

    async def reacts(self, message: MessageAt, emoji: str, *, is_on: bool = True) -> None:
        number = self.stage.next_number()
        event = ReactionChanged(
            f"{self.platform}:reaction:{number}", self.stage.clock.now(), message, self.author, emoji, is_on
        )
        await self.stage.feed(self.platform, event)

    @property
    def sees(self) -> list[str]:
        """The bot's messages in this person's direct chat, oldest first: title, text and small print."""
        return [words(one.content) for one in self.stage.platform(self.platform).in_place(self.direct)]

    @property
    def was_told(self) -> str:
        """The newest answer that only this person sees."""
        mine = [one for one in self.stage.platform(self.platform).answers if one.identity == self.identity]
        return words(mine[-1].content) if mine else ""


def words(content: Content) -> str:
    parts = [f"{content.speaker.name}:" if content.speaker else "", content.title, content.text]
    parts += [f"{label}: {value}" for label, value in content.fields]
    return " ".join(part for part in [*parts, content.footnote] if part)


class Stage:
    """The house with three stage platforms; the staff space is on one of them."""

    def __init__(self, house: House, clock: ManualClock, staff_space: Place) -> None:
        self.house, self.clock, self.staff_space = house, clock, staff_space
        self._numbers = count(1)
        self.platforms: dict[str, StagePlatform] = {}

    def next_number(self) -> int:
        return next(self._numbers)

    def platform(self, name: str) -> StagePlatform:
        return self.platforms[name]

    def person(self, platform: str, name: str) -> Person:
        return Person(self, platform, name)

    def agent(self, name: str) -> Person:
        return Person(self, self.staff_space.platform, name, is_staff=True)

    async def feed(self, platform: str, event: Event) -> None:
        """Deliver an event as the platform's adapter would, and let everything it causes happen."""
        await self.platforms[platform].context.intake.accept([event])
        await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is under way."""
        while self.house.dispatcher.waiting():
            await asyncio.sleep(0.002)

    async def later(self, **span: float) -> None:
        """Let time pass, and what is due happen."""
        self.clock.advance(timedelta(**span))
        await self.house.ticker.tick()
        await self.settle()

    def thread(self, number: int = 1) -> Place:
        """The place of the n-th thread that was opened in the staff space."""
        places = [one.at.place for one in self.platform(self.staff_space.platform).shown]
        threads = list(
            dict.fromkeys(place for place in places if place.lies_in(self.staff_space) and place.thread)
        )
        return threads[number - 1]

    def in_thread(self, number: int = 1) -> list[str]:
        shown = self.platform(self.staff_space.platform).in_place(self.thread(number))
        return [words(one.content) for one in shown]

    def card(self, number: int = 1) -> Content:
        return self.platform(self.staff_space.platform).in_place(self.thread(number))[0].content

    def in_staff_space(self) -> list[str]:
        shown = self.platform(self.staff_space.platform).in_place(self.staff_space)
        return [words(one.content) for one in shown]

    def button(self, platform: str, place: Place, label: str) -> tuple[MessageAt, Button]:
        """The newest button with this label in a place; fails when there is none."""
        for one in reversed(self.platform(platform).in_place(place)):
            for button in one.content.buttons:
                if button.label == label:
                    return one.at, button
        for answer in reversed(self.platform(platform).answers):
            for button in answer.content.buttons:
                if button.label == label:
                    return MessageAt(place, "answer"), button
        raise AssertionError(f"no button '{label}' in {place.key}")


@asynccontextmanager
async def open_stage(
    database_url: str,
    knowledge: Path,
    *,
    staff_platform: str = "slack",
    clock: ManualClock | None = None,
    **settings: object,
) -> AsyncIterator[Stage]:
    """A house whose platforms are stages; knowledge is searched by letters only, for speed."""
    clock = clock or ManualClock(NOON)
    staff_space = Place(staff_platform, channel="STAFF")
    given: dict[str, object] = {
        "slack_bot_token": "x",
        "discord_token": "x",
        "telegram_token": "x",
        "staff_space": staff_space,
        "database_url": database_url,
        "knowledge_dir": knowledge,
        "knowledge_vectors": False,
        "http_port": 0,
        "company_name": "Juniper & Pine",
        **settings,
    }
    numbers = count(1)
    platforms: dict[str, StagePlatform] = {}

    def build(name: str) -> Callable[[Settings, AdapterContext], StagePlatform]:
        def built(_settings: Settings, context: AdapterContext) -> StagePlatform:
            platforms[name] = StagePlatform(name, context, lambda: next(numbers))
            return platforms[name]

        return built

    builders = {name: build(name) for name in ("slack", "discord", "telegram")}
    house = House(Settings(_env_file=None, **given), clock, builders)  # type: ignore[call-arg,arg-type]
    async with house:
        stage = Stage(house, clock, staff_space)
        stage.platforms = platforms
        while len(platforms) < 3:
            await asyncio.sleep(0.001)
        yield stage
