"""One person with several accounts: by a code that they carry from one to the other, and apart again."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.places import Place
from storage import UnitOfWork
from tests.stage import Person, Stage, open_stage, words
from tests.stage.linking import links


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
    assert "this account stands alone again" in mia.was_told
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
    assert "this account stands alone again" in dana.was_told
    await mia.gives("unlink")
    assert "linked with no other" in mia.was_told


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
    assert "does not want to be asked how it was" in ana.was_told
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
