"""Codes for linking accounts: short-lived, used once, hopeless to guess; and the rights that a link gives or not."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.core.places import Place
from storage import UnitOfWork
from storage.links import TRIES
from storage.tables import metadata
from tests.stage import Person, Stage, words
from tests.stage.linking import code_of, links


@pytest.fixture
def mia(stage: Stage) -> Person:
    """The same person as Dana, on Discord; nobody knows that yet."""
    return stage.person("discord", "Mia")


async def test_a_code_works_once(stage: Stage, dana: Person, mia: Person) -> None:
    await dana.gives("link")
    code = code_of(dana)
    await mia.gives("link", code)
    mallory = stage.person("discord", "Mallory")
    await mallory.gives("link", code)
    assert "That code is not valid" in mallory.was_told


async def test_a_code_lives_ten_minutes(stage: Stage, dana: Person, mia: Person) -> None:
    await dana.gives("link")
    code = code_of(dana)
    stage.clock.advance(timedelta(minutes=10))
    await mia.gives("link", code)
    assert "That code is not valid" in mia.was_told


async def test_a_new_code_ends_the_one_before(stage: Stage, dana: Person, mia: Person) -> None:
    await dana.gives("link")
    first = code_of(dana)
    await dana.gives("link")
    await mia.gives("link", first)
    assert "That code is not valid" in mia.was_told
    await mia.gives("link", code_of(dana).lower().replace("-", " "))
    assert "one person to us now" in mia.was_told


async def test_ones_own_code_is_not_spent_on_oneself(stage: Stage, dana: Person, mia: Person) -> None:
    await dana.gives("link")
    code = code_of(dana)
    await dana.gives("link", code)
    assert "for your other account" in dana.was_told
    await mia.gives("link", code)
    assert "one person to us now" in mia.was_told


async def test_guessing_ends_soon(stage: Stage, dana: Person) -> None:
    mallory = stage.person("discord", "Mallory")
    for number in range(TRIES):
        await mallory.gives("link", f"AAAAA-{number:05}")
        assert "That code is not valid" in mallory.was_told
    await dana.gives("link")
    await mallory.gives("link", code_of(dana))
    assert "too many wrong codes" in mallory.was_told, "also when it is the right one"
    stage.clock.advance(timedelta(hours=1))
    await dana.gives("link")
    await mallory.gives("link", code_of(dana))
    assert "one person to us now" in mallory.was_told


@pytest.mark.parametrize(
    "typed", ["hello", "'; DROP TABLE contacts; --", "x" * 3000, "0O1lI-ABCD", "🦊" * 10]
)
async def test_what_is_no_code_is_refused(stage: Stage, dana: Person, mia: Person, typed: str) -> None:
    await dana.gives("link")
    await mia.gives("link", typed)
    assert "That code is not valid" in mia.was_told


async def test_a_code_that_others_could_read_is_worth_nothing(
    stage: Stage, dana: Person, mia: Person
) -> None:
    await dana.gives("link")
    code = code_of(dana)
    room = Place("discord", channel="HELP", thread="T1")
    message = mia.new_message(room)
    event = mia.command("link", code, at=room)
    await mia.does(replace(event, message=message))
    assert "Others could read that code" in mia.was_told
    await mia.gives("link", code)
    assert "That code is not valid" in mia.was_told


async def test_a_code_is_shown_to_nobody_else(stage: Stage, dana: Person) -> None:
    room = Place("telegram", channel="GROUP", person=dana.identity.external_id)
    await dana.gives("link", at=room)
    code = code_of(dana)
    shown = [one for platform in stage.platforms.values() for one in platform.scenery.shown]
    assert not any(code in words(one.content) for one in shown)


async def test_no_code_lies_in_the_database(stage: Stage, dana: Person) -> None:
    await dana.gives("link")
    code = code_of(dana).replace("-", "")
    await stage.settle()

    def everything(work: UnitOfWork) -> str:
        rows = []
        for table in metadata.sorted_tables:
            columns = ", ".join(f'"{one.name}"' for one in table.columns)
            work.session._cursor.execute(f'SELECT {columns} FROM "{table.name}"')  # noqa: S608 - our own names
            rows += work.session._cursor.fetchall()
        return str(rows)

    stored = await stage.ask(everything)
    assert code not in stored
    assert code[:5] not in stored


async def test_the_same_name_links_nobody(stage: Stage, dana: Person, ana: Person) -> None:
    twin = stage.person("discord", "Dana")
    await dana.gives("ticket", "My shelf wobbles")
    await twin.gives("ticket", "My shelf wobbles")
    assert len(stage.threads()) == 2
    await ana.gives("claim", "1")
    await ana.says("For one of you", at=stage.thread(1))
    assert not any("For one of you" in one for one in twin.sees)


async def test_two_who_are_linked_already_are_told_so(stage: Stage, dana: Person, mia: Person) -> None:
    await links(dana, mia)
    await links(dana, mia)
    assert "linked already" in mia.was_told


# Roles


async def test_linking_gives_no_role(stage: Stage, ana: Person, mia: Person) -> None:
    await links(ana, mia)
    await mia.gives("queue")
    assert "This is for the support team" in mia.was_told
    await stage.person("telegram", "Dana").gives("ticket", "My shelf wobbles")
    await mia.gives("claim", "1")
    assert "This is for the support team" in mia.was_told
    assert stage.state() == "waiting"


async def test_nobody_gets_their_own_ticket_from_another_account(stage: Stage, ana: Person) -> None:
    vera = stage.person("discord", "Vera", is_colleague=True)
    herself = stage.person("telegram", "V.")
    await vera.gives("volunteer", "on shelves")
    await links(vera, herself)
    await herself.gives("ticket", "My shelf wobbles")
    await ana.gives("sos", "help")
    await vera.presses("Jump in")
    assert "Nobody is waiting just now" in vera.was_told


async def test_only_the_linked_may_close_and_rate(stage: Stage, dana: Person, mia: Person) -> None:
    await dana.gives("ticket", "My shelf wobbles")
    await dana.gives("ticket")
    _, close = stage.button("telegram", dana.direct, "Close it")
    mallory = stage.person("discord", "Mallory")
    await mallory.forges("close_ticket", close.subject)
    assert "Only the person who opened a ticket can close it" in mallory.was_told
    await links(dana, mia)
    await mia.gives("ticket")
    await mia.presses("Close it")
    assert "Your ticket is closed" in mia.was_told
    assert stage.state() == "resolved"


async def test_whoever_is_parted_reads_that_first_and_then_what_becomes_of_their_ticket(
    stage: Stage, dana: Person, mia: Person, ana: Person
) -> None:
    await mia.gives("ticket", "The screw is missing")
    await dana.gives("ticket", "My shelf wobbles")
    await links(dana, mia)
    await ana.gives("unlink", "1")
    assert "is not linked any more" in dana.sees[-2]
    assert "Your ticket **#2** is waiting" in dana.sees[-1]


async def test_an_agent_parts_accounts_that_should_not_have_been_linked(
    stage: Stage, dana: Person, mia: Person, ana: Person
) -> None:
    await links(dana, mia)
    await dana.gives("ticket", "My shelf wobbles")
    await ana.gives("unlink", "1")
    assert "each account stands alone again" in ana.was_told
    await mia.says("When does my parcel arrive?")
    assert "two to four working days" in mia.sees[-1]
    await ana.gives("unlink", "1")
    assert "has one account only" in ana.was_told
    await mia.gives("unlink", "1")
    assert "linked with no other" in mia.was_told, "a customer's number means nothing"
