"""Links in the same instant, in two processes over one database: the database says who was first."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from storage import UnitOfWork
from tests.stage import Person, Stage, open_stage
from tests.stage.linking import code_of

ROUNDS = 5


@pytest.fixture
async def two(postgresql_url: str, articles: Path) -> AsyncIterator[tuple[Stage, Stage]]:
    async with (
        open_stage(postgresql_url, articles) as one,
        open_stage(postgresql_url, articles, after=one) as other,
    ):
        yield one, other


async def all_settled(*stages: Stage) -> None:
    """What had to give way to the other process is tried again."""
    for _ in range(3):
        stages[0].clock.advance(timedelta(seconds=2))
        for stage in stages:
            await stage.house.ticker.tick()
            await stage.settle()


async def code_for(person: Person) -> str:
    await person.gives("link")
    return code_of(person)


async def persons(stage: Stage, *people: Person) -> list[int]:
    def ask(work: UnitOfWork) -> list[int]:
        found = [work.contacts.of(one.identity) for one in people]
        return [one.person for one in found if one is not None]

    return await stage.ask(ask)


async def test_a_code_that_two_enter_at_once_links_one_of_them(two: tuple[Stage, Stage]) -> None:
    one, other = two
    for number in range(ROUNDS):
        dana = one.person("telegram", f"Dana{number}")
        mia, mallory = one.person("discord", f"Mia{number}"), other.person("slack", f"Mallory{number}")
        await mallory.says("hello")
        code = await code_for(dana)
        await asyncio.gather(
            one.accept("discord", mia.command("link", code)),
            other.accept("slack", mallory.command("link", code)),
        )
        await all_settled(one, other)
        told = [mia.was_told, mallory.was_told]
        assert sum("are one person to us now" in text for text in told) == 1
        assert sum("That code is not valid" in text for text in told) == 1
        assert len(set(await persons(one, dana, mia, mallory))) == 2


async def test_two_codes_for_each_other_make_one_person(two: tuple[Stage, Stage]) -> None:
    one, other = two
    for number in range(ROUNDS):
        dana, mia = one.person("telegram", f"Dana{number}"), other.person("discord", f"Mia{number}")
        codes = await code_for(dana), await code_for(mia)
        await asyncio.gather(
            one.accept("telegram", dana.command("link", codes[1])),
            other.accept("discord", mia.command("link", codes[0])),
        )
        await all_settled(one, other)
        assert len(set(await persons(one, dana, mia))) == 1
        assert sum("linked already" in text for text in (dana.was_told, mia.was_told)) == 1


async def test_link_and_unlink_at_once_leave_nobody_half_linked(two: tuple[Stage, Stage]) -> None:
    one, other = two
    for number in range(ROUNDS):
        dana, mia = one.person("telegram", f"Dana{number}"), one.person("discord", f"Mia{number}")
        carla = other.person("slack", f"Carla{number}")
        await carla.says("hello")
        await mia.gives("link", await code_for(dana))
        for person in (dana, mia, carla):
            await person.gives("ticket", "My shelf wobbles")
        code = await code_for(dana)
        await asyncio.gather(
            other.accept("slack", carla.command("link", code)), one.accept("discord", mia.command("unlink"))
        )
        await all_settled(one, other)

        def states(
            work: UnitOfWork, people: tuple[Person, ...] = (dana, mia, carla)
        ) -> list[tuple[int, int]]:
            contacts = [work.contacts.of(person.identity) for person in people]
            return [
                (found.person, conversation.person)
                for found in contacts
                if found is not None
                for conversation in work.conversations.of_contact(
                    found.id, since=work.now - timedelta(days=1)
                )
            ]

        found = await one.ask(states)
        assert all(contact == conversation for contact, conversation in found)
        whose = await persons(one, dana, mia, carla)
        assert whose[0] == whose[2] != whose[1]
        counts = await one.ask(lambda work: work.queue.counts())
        assert counts.waiting == 2 * (number + 1), "one ticket for each person"


async def test_a_person_who_asks_from_both_accounts_at_once_has_one_ticket(two: tuple[Stage, Stage]) -> None:
    one, other = two
    for number in range(ROUNDS):
        dana, mia = one.person("telegram", f"Dana{number}"), other.person("discord", f"Mia{number}")
        for person in (dana, mia):
            await person.says("hello")
        await mia.gives("link", await code_for(dana))
        await asyncio.gather(
            one.accept("telegram", dana.command("human")), other.accept("discord", mia.command("human"))
        )
        await all_settled(one, other)
        counts = await one.ask(lambda work: work.queue.counts())
        assert counts.waiting == number + 1


async def test_a_link_while_both_ask_leaves_one_ticket(two: tuple[Stage, Stage]) -> None:
    one, other = two
    for number in range(ROUNDS):
        dana, mia = one.person("telegram", f"Dana{number}"), other.person("discord", f"Mia{number}")
        for person in (dana, mia):
            await person.says("hello")
        code = await code_for(dana)
        await asyncio.gather(
            one.accept("telegram", dana.command("human")),
            other.accept("discord", mia.command("link", code)),
            one.accept("discord", mia.command("human")),
        )
        await all_settled(one, other)
        counts = await one.ask(lambda work: work.queue.counts())
        assert counts.waiting == number + 1
