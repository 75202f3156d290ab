"""Customers see on their message that somebody has it in hand."""

from pathlib import Path

from bot.core.outgoing import SEEN, React, Refusal, SendError
from bot.core.places import Place
from tests.stage import Person, Stage, open_stage


def marks(stage: Stage, person: Person) -> dict[str, list[str]]:
    return stage.platform(person.platform).scenery.reactions


async def test_the_newest_words_are_marked_when_somebody_takes_the_ticket(
    stage: Stage, dana: Person, ana: Person
) -> None:
    first = await dana.says("My lamp hums")
    await dana.gives("human")
    newest = await dana.says("It is the big one")
    assert marks(stage, dana) == {}
    await ana.gives("claim", "1")
    assert marks(stage, dana) == {newest.id: [SEEN]}
    assert first.id not in marks(stage, dana)


async def test_in_a_room_it_is_the_askers_own_message(stage: Stage, ana: Person) -> None:
    kurt = stage.person("discord", "Kurt")
    room = Place("discord", channel="ROOM", thread="T1")
    asked = await kurt.says("I want a human", at=room, is_to_bot=True)
    await ana.gives("claim", "1")
    assert marks(stage, kurt) == {asked.id: [SEEN]}


async def test_what_a_customer_took_back_and_what_they_only_ordered_is_not_marked(
    stage: Stage, dana: Person, ana: Person
) -> None:
    first = await dana.says("I want a human")
    wrong = await dana.says("the wrong chat")
    await dana.deletes(wrong)
    await ana.gives("claim", "1")
    assert marks(stage, dana) == {first.id: [SEEN]}
    eli = stage.person("discord", "Eli")
    await eli.gives("ticket", "a new lamp")
    await ana.gives("claim", "2")
    assert marks(stage, eli) == {}


async def test_who_is_taken_back_by_their_helper_sees_the_new_words_marked(
    stage: Stage, dana: Person, ana: Person
) -> None:
    await dana.says("I want a human")
    await ana.gives("claim", "1")
    await ana.gives("resolve", "1")
    again = await dana.says("It broke again, please look")
    assert marks(stage, dana)[again.id] == [SEEN]


async def test_a_mark_that_cannot_be_put_holds_up_nothing(stage: Stage, dana: Person, ana: Person) -> None:
    tried = []

    def failing(outgoing: object) -> SendError | None:
        if isinstance(outgoing, React):
            tried.append(outgoing)
            return (
                SendError("limited", retry_after_seconds=0.05)
                if len(tried) < 3
                else SendError("no reactions here", refusal=Refusal.NOT_ALLOWED)
            )
        return None

    stage.platform("telegram").failing = failing
    await dana.says("I want a human")
    await stage.accept("slack", ana.command("claim", "1"))
    await stage.until(lambda: any("is helping you now" in one for one in dana.sees))
    await ana.says("Hello", at=stage.thread())
    assert dana.sees[-1] == "Ana: Hello"
    await stage.settle()
    assert len(tried) == 3
    assert all("did not reach" not in one for one in stage.in_thread())


async def test_without_the_wish_nothing_is_marked(database_url: str, articles: Path) -> None:
    async with open_stage(database_url, articles, seen_marks=False) as stage:
        dana, ana = stage.person("telegram", "Dana"), stage.agent("Ana")
        await dana.says("I want a human")
        await ana.gives("claim", "1")
        assert marks(stage, dana) == {}
