"""What staff say among themselves never reaches a customer, on whatever path."""

from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.core.places import Place
from tests.stage import Person, Stage, open_stage
from tests.stage.platform import CAPABILITIES, StagePlatform

SECRET = "she is a difficult one"


@pytest.fixture
async def helped(stage: Stage, dana: Person, ana: Person) -> Place:
    await dana.says("My shelf wobbles")
    await dana.gives("human")
    await ana.gives("claim", "1")
    return stage.thread()


def reached_anybody(stage: Stage) -> bool:
    """True when the secret was so much as tried on the customer's platform."""
    return SECRET in str(stage.platform("telegram").scenery)


@pytest.mark.parametrize("text", [f"// {SECRET}", f"**// {SECRET}**", f"\\/\\/ {SECRET}"])
async def test_what_begins_with_two_strokes_is_a_note_however_it_is_written(
    stage: Stage, helped: Place, ana: Person, text: str
) -> None:
    noted = await ana.says(text, at=helped)
    assert stage.marks(noted) == ["note"]
    assert not reached_anybody(stage)


@pytest.mark.parametrize("text", ["https://x.example", "see //x"])
async def test_two_strokes_elsewhere_are_only_words(
    stage: Stage, helped: Place, dana: Person, ana: Person, text: str
) -> None:
    sent = await ana.says(text, at=helped)
    assert stage.marks(sent) == ["sent"]
    assert dana.sees[-1] == f"Ana: {text}"


async def test_what_a_colleague_writes_is_a_note_and_they_are_told_why_once(
    stage: Stage, helped: Place, ben: Person
) -> None:
    noted = await ben.says(SECRET, at=helped)
    assert stage.marks(noted) == ["note"]
    assert ben.was_told == "This stays between us as a note: **Ana** is the one who answers this customer."
    await ben.says(SECRET, at=helped)
    assert len(ben.answers) == 1
    assert not reached_anybody(stage)


@pytest.mark.parametrize(
    "forwarded", [SECRET, f"> {SECRET}", f"Look:\n\n> {SECRET}", f"**Ben (note):** {SECRET}"]
)
async def test_a_note_that_is_forwarded_by_hand_stays_inside_and_says_so(
    stage: Stage, helped: Place, ana: Person, ben: Person, forwarded: str
) -> None:
    await ben.says(SECRET, at=helped)
    sent = await ana.says(forwarded, at=helped, forwarded_from="Ben")
    assert stage.marks(sent) == ["note"]
    assert "what you forwarded is a note" in ana.was_told
    assert not reached_anybody(stage)


async def test_a_note_of_another_ticket_stays_inside_where_the_platform_says_which_message_it_was(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    await stage.person("telegram", "Nils").gives("human")
    elsewhere = stage.thread(2)
    noted = await ana.says("", at=elsewhere, files=(ana.file("a-face.jpg"),))
    before = len(dana.sees)
    sent = await ana.says(
        "", at=helped, files=(ana.file("a-face.jpg"),), forwarded_from="Ana", forwarded=noted
    )
    assert stage.marks(sent) == ["note"]
    assert "what you forwarded is a note" in ana.was_told
    assert len(dana.sees) == before


async def test_what_was_no_note_can_be_forwarded(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    await ana.says("// a note", at=helped)
    await ana.says("It is on its way", at=helped, forwarded_from="The carrier")
    assert "It is on its way" in dana.sees[-1]
    told = await ana.says("Our terms", at=helped)
    await ana.says("Once more: our terms", at=helped, forwarded_from="Ana", forwarded=told)
    assert "Once more: our terms" in dana.sees[-1]


async def test_before_a_claim_everything_is_a_note(stage: Stage, dana: Person, ana: Person) -> None:
    await dana.gives("human")
    noted = await ana.says(SECRET, at=stage.thread())
    assert stage.marks(noted) == ["note"]
    assert ana.was_told == "This stays between us as a note. Claim the ticket to answer the customer."
    await ana.gives("claim", "1")
    assert not reached_anybody(stage)


async def test_after_release_and_after_resolution_everything_is_a_note(
    stage: Stage, helped: Place, ana: Person
) -> None:
    await ana.gives("release")
    assert stage.marks(await ana.says(SECRET, at=helped)) == ["note"]
    await ana.gives("claim", "1")
    await ana.gives("resolve")
    assert stage.marks(await ana.says(SECRET, at=helped)) == ["note"]
    assert not reached_anybody(stage)


async def test_who_left_the_staff_space_writes_no_more_to_the_customer(
    stage: Stage, helped: Place, ana: Person
) -> None:
    ana.about["is_in_staff_space"] = False
    await ana.says(SECRET, at=helped)
    assert not reached_anybody(stage)


async def test_a_note_stays_one_when_it_is_edited(
    stage: Stage, helped: Place, ana: Person, ben: Person
) -> None:
    own = await ana.says("// careful", at=helped)
    await ana.edits(own, SECRET)
    other = await ben.says("careful", at=helped)
    await ben.edits(other, SECRET)
    await ana.deletes(own)
    assert not reached_anybody(stage)


async def test_a_message_that_is_edited_into_a_note_is_taken_back(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    sent = await ana.says("Nice to meet you", at=helped)
    assert dana.sees[-1] == "Ana: Nice to meet you"
    await ana.edits(sent, f"// {SECRET}")
    assert "Nice to meet you" not in str(dana.sees)
    assert stage.marks(sent) == ["sent", "note"]
    await ana.edits(sent, f"{SECRET} after all")
    assert not reached_anybody(stage)


async def test_an_edit_into_a_note_that_overtakes_the_message_leaves_nothing(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    at = ana.new_message(helped)
    await ana.edits(at, f"// {SECRET}")
    await ana.does(ana.message(at, "Nice to meet you"))
    await stage.later(seconds=5)
    assert "Nice to meet you" not in str(dana.sees)
    assert not reached_anybody(stage)


async def test_reactions_and_replies_to_a_note_stay_inside(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    noted = await ana.says(f"// {SECRET}", at=helped)
    await ana.reacts(noted, "🤦")
    await ana.says("One moment", at=helped, reply_to=noted)
    assert "🤦" not in str(stage.platform("telegram").scenery.reactions)
    assert not reached_anybody(stage)


async def test_an_album_whose_caption_is_a_note_stays_inside_whole(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    before = len(dana.sees)
    first, *_ = [
        await ana.says(text, at=helped, files=(ana.file(f"{number}.jpg"),), album="A1")
        for number, text in enumerate((f"// {SECRET}", "", ""))
    ]
    await stage.later(seconds=1)
    assert stage.marks(first) == ["note"]
    late = await ana.says("", at=helped, files=(ana.file("late.jpg"),), album="A1")
    await stage.later(seconds=1)
    assert stage.marks(late) == ["note"]
    assert len(dana.sees) == before
    stage.clock.advance(timedelta(minutes=1))
    sent = await ana.says("", at=helped, files=(ana.file("for-dana.jpg"),), album="A2")
    await stage.later(seconds=1)
    assert stage.marks(sent) == ["sent"]


async def test_the_note_command_writes_in_the_thread_and_nowhere_else(
    stage: Stage, helped: Place, ana: Person, ben: Person
) -> None:
    await ana.gives("note", SECRET, at=helped)
    assert ana.was_told == "Noted on ticket #1; the customer does not see it."
    assert stage.in_thread()[-1] == f"Ana (note): {SECRET}"
    await ben.gives("note", f"#1 {SECRET} twice")
    assert stage.in_thread()[-1] == f"Ben (note): {SECRET} twice"
    await ben.gives("note", "1 and a number")
    assert stage.in_thread()[-1] == "Ben (note): and a number"
    await ben.gives("note", "5 chairs arrived", at=helped)
    assert stage.in_thread()[-1] == "Ben (note): 5 chairs arrived"
    await ben.gives("note", "#77 nothing")
    assert "There is no ticket #77." in ben.was_told
    await ben.gives("note", "")
    assert "On which ticket, and what?" in ben.was_told
    assert not reached_anybody(stage)


async def test_notes_are_in_no_history_that_a_customer_or_a_card_shows(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    await ana.says(f"// {SECRET}", at=helped)
    await ana.gives("resolve")
    await dana.says("it broke again, can you help?")
    assert SECRET not in stage.card().text
    assert not reached_anybody(stage)


async def test_who_answers_into_the_staff_space_is_told_once_that_it_reached_nobody(
    stage: Stage, dana: Person, ana: Person, ben: Person
) -> None:
    await dana.gives("human")
    await ana.says("lunch?", at=stage.staff_space)
    await ana.gives("claim", "1")
    assert "in reply to its card, goes to the customer" in ana.was_told
    answers = len(ana.answers)
    await ana.says("// mine", at=stage.staff_space)
    await ben.says("thanks!", at=stage.staff_space)
    assert (len(ana.answers), ben.answers) == (answers, [])
    await ana.says("Hello Dana", at=stage.staff_space)
    assert ana.was_told.startswith(
        "This reached no customer. To answer that of ticket #1, write in its thread"
    )
    await ana.says("Hello?", at=stage.staff_space)
    assert len(ana.answers) == answers + 1
    assert "Hello Dana" not in str(dana.sees)


async def test_who_has_answered_may_chat_in_the_staff_space(stage: Stage, helped: Place, ana: Person) -> None:
    answers = len(ana.answers)
    await ana.says("Which shelf?", at=helped)
    await ana.says("lunch?", at=stage.staff_space)
    assert len(ana.answers) == answers


async def test_a_note_by_command_is_not_told_twice_where_everybody_reads_it(
    database_url: str, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StagePlatform, "capabilities", replace(CAPABILITIES, has_private_answers=False))
    async with open_stage(database_url, articles) as stage:
        dana, ana = stage.person("telegram", "Dana"), stage.agent("Ana")
        await dana.gives("human")
        await ana.gives("note", "the parcel is lost", at=stage.thread())
        assert stage.in_thread()[-1] == "Ana (note): the parcel is lost"
        assert ana.answers == []
        await ana.gives("note", "#7 the parcel is found")
        assert ana.was_told == "There is no ticket #7. /queue shows what is open."
        await ana.gives("note", "#1 the parcel is found")
        assert ana.was_told == "Noted on ticket #1; the customer does not see it."
