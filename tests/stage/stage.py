"""The house with three stage platforms; the staff space is on one of them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from adapters import AdapterContext
from bot import assembly
from bot.assembly import House
from bot.core.article import ArticleText
from bot.core.content import Button, Content
from bot.core.events import Event, PlaceDeleted
from bot.core.outgoing import Answer
from bot.core.places import MessageAt, Place
from bot.runtime.clock import ManualClock
from bot.settings import Settings
from storage import UnitOfWork
from tests.stage.people import Person
from tests.stage.platform import Scenery, StagePlatform, next_number, words
from tests.stage.shelf import Shelf

T = TypeVar("T")

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PLATFORMS = ("slack", "discord", "telegram")


class Stage:
    def __init__(self, house: House, clock: ManualClock, staff_space: Place) -> None:
        self.house, self.clock, self.staff_space = house, clock, staff_space
        self.platforms: dict[str, StagePlatform] = {}

    @property
    def shelf(self) -> Shelf:
        assert isinstance(self.house.librarian, Shelf)
        return self.house.librarian

    def platform(self, name: str) -> StagePlatform:
        return self.platforms[name]

    @property
    def staff_platform(self) -> StagePlatform:
        return self.platforms[self.staff_space.platform]

    def person(self, platform: str, name: str, **about: Any) -> Person:
        return Person(self, platform, name, **about)

    def agent(self, name: str) -> Person:
        return Person(self, self.staff_space.platform, name, is_in_staff_space=True)

    # What happens

    async def feed(self, platform: str, *events: Event) -> None:
        """Deliver events as the platform's adapter would, and let everything they cause happen."""
        await self.accept(platform, *events)
        await self.settle()

    async def accept(self, platform: str, *events: Event) -> None:
        """Deliver events, and return as soon as they are stored."""
        await self.platforms[platform].context.intake.accept(events)

    async def settle(self) -> None:
        """Wait until nothing is under way."""
        while self.house.dispatcher.waiting():
            await asyncio.sleep(0.002)

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait for something that is under way."""
        while not is_so():
            await asyncio.sleep(0.002)

    async def later(self, **span: float) -> None:
        """Let time pass, and what is due happen."""
        self.clock.advance(timedelta(**span))
        await self.house.ticker.tick()
        await self.settle()

    async def loses_place(self, place: Place, *, is_reported: bool) -> None:
        """Somebody deletes a thread or a room; not every platform reports it."""
        self.platforms[place.platform].scenery.gone.add(place.key)
        if is_reported:
            await self.reports_loss(place)
            await self.settle()

    async def reports_loss(self, place: Place) -> None:
        """The platform tells that it is gone; returns as soon as that is stored."""
        event = PlaceDeleted(f"{place.platform}:gone:{next_number()}", self.clock.now(), place)
        await self.accept(place.platform, event)

    async def publishes(self, key: str, title: str, body: str, **about: Any) -> None:
        """An article is published in the chat; `about` are fields of its text."""

        def publish(work: UnitOfWork) -> None:
            version = work.versions.write(key, "en", ArticleText(title, body, **about), None)
            work.library.publish(version, None)

        await self.ask(publish)
        await self.house.librarian.refresh()

    async def ask(self, question: Callable[[UnitOfWork], T]) -> T:
        """What the house remembers, for what no person can see."""
        return await self.house.writer.do(question)

    def metric(self, name: str, **labels: str) -> float:
        """A figure of /metrics; 0 for one that was never counted."""
        return self.house.metrics_book.registry.get_sample_value(f"allhands_{name}", labels) or 0.0

    # What is seen in the staff space

    def threads(self) -> list[Place]:
        """Every thread that was opened in the staff space, oldest first."""
        places = [one.at.place for one in self.staff_platform.scenery.shown]
        return list(
            dict.fromkeys(place for place in places if place.lies_in(self.staff_space) and place.thread)
        )

    def thread(self, number: int = 1) -> Place:
        """The place of the n-th thread that was opened in the staff space."""
        return self.threads()[number - 1]

    def in_thread(self, number: int = 1) -> list[str]:
        shown = self.staff_platform.in_place(self.thread(number))
        return [words(one.content) for one in shown]

    def card(self, number: int = 1) -> Content:
        return self.staff_platform.in_place(self.thread(number))[0].content

    def state(self, number: int = 1) -> str:
        """What the card says of the ticket's state."""
        return dict(self.card(number).fields)["State"]

    def marks(self, message: MessageAt) -> list[str]:
        """What a staff member's message was marked with, oldest first."""
        return self.platforms[message.place.platform].scenery.marked.get(message.id, [])

    def in_staff_space(self) -> list[str]:
        shown = self.staff_platform.in_place(self.staff_space)
        return [words(one.content) for one in shown]

    def button(self, platform: str, place: Place, label: str) -> tuple[MessageAt, Button]:
        """The newest button with this label in a place, or else in an answer; fails when there is none."""
        for one in reversed(self.platform(platform).in_place(place)):
            for button in one.content.buttons:
                if button.label == label:
                    return one.at, button
        answers: Sequence[Answer] = self.platform(platform).scenery.answers
        for answer in reversed(answers):
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
    after: Stage | None = None,
    has_real_search: bool = False,
    **settings: object,
) -> AsyncIterator[Stage]:
    """A house whose platforms are stages. With `after`, the same platforms and clock as before a restart.

    Searches are answered by a shelf; with `has_real_search` by the librarian, by letters only, for speed.
    """
    clock = clock or (after.clock if after else ManualClock(NOON))
    staff_space = Place(staff_platform, channel="STAFF")
    house = House(_settings(database_url, knowledge, staff_space, settings), clock, _builders(after))
    with pytest.MonkeyPatch.context() as patch:
        if not has_real_search:
            # In its place from the first moment: what an earlier house left to search is taken up at once.
            patch.setattr(assembly, "Librarian", Shelf)
        await house.__aenter__()
    try:
        stage = Stage(house, clock, staff_space)
        await stage.until(
            lambda: house.librarian.is_ready and all(one.adapter for one in house.supervisors.values())
        )
        stage.platforms = {name: one.adapter for name, one in house.supervisors.items()}  # type: ignore[misc] # our own
        yield stage
    finally:
        await house.__aexit__()


def _settings(database_url: str, knowledge: Path, staff_space: Place, given: dict[str, object]) -> Settings:
    return Settings.of(
        {
            "slack_bot_token": "x",
            "discord_token": "x",
            "telegram_token": "x",
            "staff_space": staff_space,
            "database_url": database_url,
            "knowledge_dir": knowledge,
            "knowledge_vectors": False,
            "http_port": 0,
            "company_name": "Juniper & Pine",
            **given,
        }
    )


def _builders(after: Stage | None) -> dict[str, Callable[[Settings, AdapterContext], StagePlatform]]:
    def build(name: str) -> Callable[[Settings, AdapterContext], StagePlatform]:
        scenery = after.platforms[name].scenery if after else Scenery()
        return lambda _settings, context: StagePlatform(name, context, scenery)

    return {name: build(name) for name in PLATFORMS}
