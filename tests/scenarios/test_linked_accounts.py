"""One person with several accounts: by a code that they carry from one to the other, and apart again."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.places import Place
from storage import UnitOfWork
from storage.links import TRIES
from storage.tables import metadata
from tests.stage import Person, Stage, open_stage, words

_CODE = re.compile(r"\*\*([0-9A-Z]{5}-[0-9A-Z]{5})\*\*")


def code_of(person: Person) -> str:
    """The code in the newest answer that only this person sees."""
    found = _CODE.search(person.was_told)
    assert found, person.was_told
    return found[1]


async def links(one: Person, other: Person) -> None:
    await one.gives("link")
    await other.gives("link", code_of(one))


@pytest.fixture
def mia(stage: Stage) -> Person:
    """The same person as Dana, on Discord; nobody knows that yet."""
    return stage.person("discord", "Mia")


async def test_a_code_from_one_account_entered_in_the_other_makes_them_one_person(
    stage: Stage, dana: Person, mia: Person
) -> None:
    await links(dana, mia)
    assert "This account and **Dana** on Telegram are one person to us now" in mia.was_told
    assert "This account and **Mia** on Discord are one person to us now" in dana.sees[-1]


async def test_whoever_asked_in_one_account_and_writes_in_the_other_has_one_ticket_and_one_helper(
    stage: Stage, dana: Person, mia: Person, ana: Person
) -> None:
    await links(dana, mia)
    await dana.gives("ticket", "My shelf wobbles")
    await ana.gives("claim")
    await mia.says("It is the left one")
    assert stage.in_thread()[-1] == "Mia: It is the left one"
    sent = await ana.says("Tighten its screw", at=stage.thread())
    assert mia.sees[-1] == "Ana: Tighten its screw"
    assert not any("Tighten" in one for one in dana.sees), "answered where they wrote last"
    assert stage.marks(sent) == ["sent"]
    await dana.says("Done!")
    await ana.says("Well done", at=stage.thread())
    assert dana.sees[-1] == "Ana: Well done"
    assert len(stage.threads()) == 1


async def test_the_card_shows_the_whole_history_and_all_platforms(
    stage: Stage, dana: Person, mia: Person
) -> None:
    await mia.says("I have a question about my parcel")
    await links(dana, mia)
    await dana.gives("ticket", "My shelf wobbles")
    card = stage.card()
    assert dict(card.fields)["Where"] == "Telegram, Discord"
    assert "**Mia:** I have a question about my parcel" in card.text


async def test_two_open_tickets_become_one_with_the_longer_wait(
    stage: Stage, dana: Person, mia: Person, ana: Person
) -> None:
    await dana.gives("ticket", "My shelf wobbles")
    stage.clock.advance(timedelta(minutes=1))
    await stage.person("slack", "Carla").gives("ticket", "Where is my lamp?")
    await mia.gives("ticket", "The screw is missing")
    await links(dana, mia)
    await ana.gives("queue")
    assert "2 customers waiting" in ana.was_told
    assert "#3" not in ana.was_told
    assert "goes on in #1" in stage.in_thread(3)[-1]
    assert stage.state(3) == "goes on in #1"
    assert not stage.card(3).buttons
    assert "**Mia:** The screw is missing" in stage.card(1).text
    assert "Your ticket #3 goes on together with #1" in mia.sees[-1]
    assert "You are next in line." in mia.sees[-1]


async def test_who_is_helped_keeps_their_helper_when_tickets_become_one(
    stage: Stage, dana: Person, mia: Person, ana: Person, ben: Person
) -> None:
    await dana.gives("ticket", "My shelf wobbles")
    await mia.gives("ticket", "The screw is missing")
    await ben.gives("claim", "2")
    await links(dana, mia)
    assert stage.state(1) == "goes on in #2"
    assert stage.state(2) == "with Ben"
    await dana.says("And the board")
    assert stage.in_thread(2)[-1] == "Dana: And the board"
    await ana.gives("claim", "1")
    assert "**Ben** was first: ticket #2" in ana.was_told, (
        "the number of the joined ticket means the other one"
    )


async def test_of_two_helpers_the_first_one_goes_on_and_the_other_is_told(
    stage: Stage, dana: Person, mia: Person, ana: Person, ben: Person
) -> None:
    await dana.gives("ticket", "My shelf wobbles")
    await mia.gives("ticket", "The screw is missing")
    await ben.gives("claim", "2")
    stage.clock.advance(timedelta(minutes=1))
    await ana.gives("claim", "1")
    await links(dana, mia)
    assert stage.state(2) == "with Ben"
    noted = await ana.says("I wonder", at=stage.thread(1))
    assert stage.marks(noted) == ["note"]
    assert stage.in_thread(2)[-1] == "Ana (note): I wonder"
    assert not any("I wonder" in one for one in [*dana.sees, *mia.sees])


async def test_files_of_the_joined_ticket_are_shown_in_the_one_that_goes_on(
    stage: Stage, dana: Person, mia: Person
) -> None:
    await dana.gives("ticket", "My shelf wobbles")
    await mia.gives("ticket", "Look at this")
    picture = mia.file("shelf.png")
    await mia.says("", files=(picture,))
    await links(dana, mia)
    shown = stage.staff_platform.in_place(stage.thread(1))
    assert any(picture in one.content.files for one in shown)


async def test_resolving_ends_both_and_asks_once(
    stage: Stage, dana: Person, mia: Person, ana: Person
) -> None:
    await dana.gives("ticket", "My shelf wobbles")
    await mia.gives("ticket", "The screw is missing")
    await links(dana, mia)
    await ana.gives("claim")
    await mia.says("The screw came")
    await ana.gives("resolve", "2")
    assert "marked your ticket #1 as solved" in mia.sees[-1]
    assert not any("How was the help" in one for one in dana.sees)
    await dana.says("5")
    assert "Thank you for the rating" in mia.sees[-1], "a number from either account is the rating"
    assert dict(stage.card(1).fields)["Rating"].startswith("★★★★★")
    await stage.later(hours=25)
    asked = [one for one in [*dana.sees, *mia.sees] if "is it still working?" in one]
    assert len(asked) == 1


async def test_writing_again_from_the_other_account_opens_the_same_ticket(
    stage: Stage, dana: Person, mia: Person, ana: Person
) -> None:
    await links(dana, mia)
    await dana.gives("ticket", "My shelf wobbles")
    await ana.gives("claim")
    await mia.says("The left one")
    await ana.gives("resolve")
    await dana.says("It wobbles again")
    assert "Your ticket **#1** is open again, and **Ana** is with you." in dana.sees[-1]
    assert stage.state() == "with Ana"
    assert stage.in_thread()[-1] == "Dana: It wobbles again"


async def test_edits_deletions_and_reactions_follow_across_the_join(
    stage: Stage, dana: Person, mia: Person, ana: Person
) -> None:
    await dana.gives("ticket", "My shelf wobbles")
    await mia.gives("ticket", "Another thing")
    early = await mia.says("The screw is missign")
    await links(dana, mia)
    late = await mia.says("Are you there?")
    await mia.edits(early, "The screw is missing")
    assert "Mia: The screw is missing" in stage.in_thread(2)
    await mia.edits(late, "Are you still there?")
    assert "Mia: Are you still there?" in stage.in_thread(1)
    await mia.deletes(late)
    assert any("Are you still there?" in one and "deleted by its author" in one for one in stage.in_thread(1))
    await ana.gives("claim")
    sent = await ana.says("Yes", at=stage.thread(1))
    copy = stage.platform("discord").in_place(mia.direct)[-1]
    await mia.reacts(copy.at, "👍")
    assert stage.staff_platform.scenery.reactions[sent.id] == ["👍"]
    await ana.edits(sent, "Yes, here")
    assert mia.sees[-1] == "Ana: Yes, here"
    await dana.says("Good")
    await ana.deletes(sent)
    assert "Ana: Yes, here" not in mia.sees, "taken back where it was said, wherever they write now"


async def test_a_reply_to_what_they_wrote_from_the_other_account_quotes_it(
    stage: Stage, dana: Person, mia: Person, ana: Person
) -> None:
    await links(dana, mia)
    await dana.gives("ticket", "My shelf wobbles")
    await ana.gives("claim")
    await dana.says("Is it the screw?")
    asked = stage.staff_platform.in_place(stage.thread())[-1].at
    await mia.says("Hello?")
    sent = await ana.says("It is", at=stage.thread(), reply_to=asked)
    assert mia.sees[-1] == "Ana: > Is it the screw?\n\nIt is"
    await ana.edits(sent, "It is indeed")
    assert mia.sees[-1] == "Ana: > Is it the screw?\n\nIt is indeed"


async def test_apart_again_each_has_its_own_and_nothing_is_lost(
    stage: Stage, dana: Person, mia: Person, ana: Person
) -> None:
    await dana.gives("ticket", "My shelf wobbles")
    stage.clock.advance(timedelta(minutes=1))
    await mia.gives("ticket", "The screw is missing")
    await links(dana, mia)
    await ana.gives("claim")
    await mia.says("Hello?")
    await mia.gives("unlink")
    assert "this account stands for itself again" in mia.was_told
    assert "Your account on Discord is not linked any more" in dana.sees[-1]
    assert stage.state(1) == "with Ana"
    assert stage.state(2) == "waiting"
    assert "#2" in mia.sees[-1]
    assert "You are next in line." in mia.sees[-1]
    await mia.says("Still missing")
    assert stage.in_thread(2)[-1] == "Mia: Still missing"
    await ana.says("Tighten it", at=stage.thread(1))
    assert dana.sees[-1] == "Ana: Tighten it", "answers go to the account that is left"
    assert "Dana" not in stage.card(2).text


async def test_who_took_part_in_the_others_ticket_gets_one_of_their_own(
    stage: Stage, dana: Person, mia: Person, ana: Person
) -> None:
    await links(dana, mia)
    await dana.gives("ticket", "My shelf wobbles")
    await ana.gives("claim")
    await mia.says("And my lamp flickers")
    await dana.gives("unlink")
    assert "Your ticket is **#2**" in mia.sees[-1]
    assert "And my lamp flickers" in stage.card(2).text
    assert "My shelf wobbles" not in stage.card(2).text
    await ana.says("Tighten it", at=stage.thread(1))
    assert dana.sees[-1] == "Ana: Tighten it"


async def test_what_was_solved_while_linked_stays_solved(
    stage: Stage, dana: Person, mia: Person, ana: Person
) -> None:
    await dana.gives("ticket", "My shelf wobbles")
    await mia.gives("ticket", "The screw is missing")
    await links(dana, mia)
    await ana.gives("claim")
    await ana.gives("resolve")
    await mia.gives("unlink")
    assert stage.state(2) == "resolved by Ana"
    await ana.gives("queue")
    assert "Nobody is waiting" in ana.was_told


async def test_what_was_answered_in_the_other_account_is_not_any_more_when_they_part(
    stage: Stage, dana: Person, mia: Person, ana: Person
) -> None:
    await links(dana, mia)
    await dana.gives("ticket", "My shelf wobbles")
    await ana.gives("claim")
    await mia.says("The left one")
    await ana.gives("resolve")
    await mia.gives("unlink")
    told = len(mia.sees)
    await stage.later(hours=25)
    assert "is it still working?" in dana.sees[-1]
    await dana.presses("No")
    await ana.gives("claim")
    await ana.says("I am sorry", at=stage.thread())
    assert dana.sees[-1] == "Ana: I am sorry"
    assert len(mia.sees) == told


async def test_two_tickets_of_one_account_are_two_again(
    stage: Stage, dana: Person, mia: Person, ana: Person
) -> None:
    """One asked in private and one in a thread: a link makes one of them, and parting two."""
    room = Place("telegram", channel="HELP", thread="T1")
    await dana.gives("ticket", "My shelf wobbles")
    await dana.says("I want to talk to a person", at=room, is_to_bot=True)
    await mia.gives("ticket", "Where is my lamp?")
    await ana.gives("claim", "2")
    await links(dana, mia)
    assert [stage.state(number) for number in (1, 2, 3)] == ["goes on in #2", "with Ana", "goes on in #2"]
    await dana.gives("unlink")
    assert [stage.state(number) for number in (1, 2, 3)] == ["waiting", "with Ana", "waiting"]
    await dana.says("In private")
    assert stage.in_thread(1)[-1] == "Dana: In private"
    await dana.says("In the thread", at=room)
    assert stage.in_thread(2)[-1] == "Dana: In the thread"


async def test_a_third_account_joins_and_leaves_the_other_two_together(
    stage: Stage, dana: Person, mia: Person, ana: Person
) -> None:
    carla = stage.person("slack", "Carla")
    await links(dana, mia)
    await links(mia, carla)
    await dana.gives("ticket", "My shelf wobbles")
    await ana.gives("claim")
    await carla.says("Hello")
    assert stage.in_thread()[-1] == "Carla: Hello"
    await carla.gives("unlink")
    await mia.says("Me too")
    assert stage.in_thread(1)[-1] == "Mia: Me too"
    assert dict(stage.card(1).fields)["Where"] == "Telegram, Discord"


async def test_whoever_is_told_of_a_link_can_undo_it(stage: Stage, dana: Person, mia: Person) -> None:
    await links(dana, mia)
    await dana.presses("Undo")
    assert "this account stands for itself again" in dana.was_told
    await mia.gives("unlink")
    assert "linked with no other" in mia.was_told


# Codes


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


async def test_an_agent_parts_accounts_that_should_not_have_been_linked(
    stage: Stage, dana: Person, mia: Person, ana: Person
) -> None:
    await links(dana, mia)
    await dana.gives("ticket", "My shelf wobbles")
    await ana.gives("unlink", "1")
    assert "each account stands for itself again" in ana.was_told
    await mia.says("When does my parcel arrive?")
    assert "two to four working days" in mia.sees[-1]
    await ana.gives("unlink", "1")
    assert "has one account only" in ana.was_told
    await mia.gives("unlink", "1")
    assert "linked with no other" in mia.was_told, "a customer's number means nothing"


# Where answers go


async def test_what_is_talked_about_in_private_is_not_answered_in_public(
    stage: Stage, dana: Person, mia: Person, ana: Person
) -> None:
    await links(dana, mia)
    await dana.gives("ticket", "My shelf wobbles")
    await ana.gives("claim")
    room = Place("discord", channel="HELP", thread="T1")
    await mia.says("Is anybody there?", at=room, is_to_bot=True)
    assert stage.in_thread()[-1] == "Mia: Is anybody there?"
    in_room = stage.platform("discord").in_place(room)
    assert "The answer comes in our direct chat" in words(in_room[-1].content)
    await ana.says("Your address is 1 Main Street", at=stage.thread())
    assert dana.sees[-1] == "Ana: Your address is 1 Main Street"
    await mia.says("Hello?", at=room)
    assert len(stage.platform("discord").in_place(room)) == len(in_room), "said once"


async def test_who_blocked_the_bot_in_one_account_is_answered_in_the_other(
    stage: Stage, dana: Person, mia: Person, ana: Person
) -> None:
    await links(dana, mia)
    await dana.gives("ticket", "My shelf wobbles")
    await ana.gives("claim")
    await mia.says("The left one")
    await mia.blocks(is_reported=False)
    sent = await ana.says("Tighten it", at=stage.thread())
    assert dana.sees[-1] == "Ana: Tighten it"
    assert stage.marks(sent) == ["sent"]
    assert "answers go to Telegram now" in " ".join(stage.in_thread())
    await ana.edits(sent, "Tighten it well")
    assert dana.sees[-1] == "Ana: Tighten it well"
    await dana.blocks(is_reported=False)
    failed = await ana.says("Anybody?", at=stage.thread())
    assert stage.marks(failed) == ["failed"]


async def test_stop_from_one_account_holds_for_all(
    stage: Stage, dana: Person, mia: Person, ana: Person
) -> None:
    await links(dana, mia)
    await mia.gives("stop")
    await dana.gives("ticket", "My shelf wobbles")
    await ana.gives("claim")
    await ana.gives("resolve")
    assert "wishes no questions" in ana.was_told
    assert not any("How was the help" in one for one in dana.sees)


async def test_asked_at_once_from_both_accounts_it_is_one_ticket(
    stage: Stage, dana: Person, mia: Person
) -> None:
    await links(dana, mia)
    await stage.accept("telegram", dana.command("human"))
    await stage.accept("discord", mia.command("human"))
    await stage.settle()
    assert len(stage.threads()) == 1


async def test_a_conversation_that_missed_a_link_catches_up(stage: Stage, dana: Person, mia: Person) -> None:
    """Begun in one process at the moment of the link in another one."""
    await links(dana, mia)
    await mia.says("hello")
    await dana.gives("ticket", "My shelf wobbles")

    def forget_link(work: UnitOfWork) -> None:
        contact = work.contacts.of(mia.identity)
        assert contact is not None
        work.conversations.hand_over([contact.id], None)

    await stage.ask(forget_link)
    await mia.says("The left one")
    assert stage.in_thread()[-1] == "Mia: The left one"


async def test_a_link_outlives_a_restart(database_url: str, articles: Path) -> None:
    async with open_stage(database_url, articles) as before:
        await links(before.person("telegram", "Dana"), before.person("discord", "Mia"))
        await before.person("telegram", "Dana").gives("ticket", "My shelf wobbles")
    async with open_stage(database_url, articles, after=before) as after:
        await after.person("discord", "Mia").says("Still wobbling")
        assert after.in_thread()[-1] == "Mia: Still wobbling"
