"""What happens to a message after it was said, at the worst of moments: edits, deletions, reactions, pins, forwards."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.core.content import Content
from bot.core.events import MessageDeleted, MessageEdited, PinChanged, ReactionChanged
from bot.core.outgoing import Post, SendError
from bot.core.places import MessageAt, Place
from tests.stage import Person, Stage, open_stage, words
from tests.stage.linking import links
from tests.stage.platform import Shown

SECRET = "she is a difficult one"
EARLIER = "Edited: earlier words"


@pytest.fixture
async def helped(stage: Stage, dana: Person, ana: Person) -> Place:
    """Dana's ticket, claimed by Ana: the place of its thread."""
    await dana.says("My shelf wobbles")
    await dana.gives("human")
    await ana.gives("claim", "1")
    return stage.thread()


def edition(person: Person, at: MessageAt, text: str, after_seconds: float) -> MessageEdited:
    moment = person.stage.clock.now() + timedelta(seconds=after_seconds)
    return MessageEdited(f"{person.platform}:edit:{at.id}:{after_seconds}", moment, at, person.author, text)


def posted(stage: Stage, platform: str) -> str:
    """Everything that was so much as tried there as a message of its own."""
    return "\n".join(
        words(one.content) for one, _ in stage.platform(platform).scenery.attempts if isinstance(one, Post)
    )


def last(stage: Stage, place: Place) -> MessageAt:
    return stage.platform(place.platform).in_place(place)[-1].at


# -- before it was sent


async def test_edits_that_come_before_the_first_sending_end_with_the_last_words(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    stage.platform("telegram").gate = gate = asyncio.Event()
    at = ana.new_message(helped)
    await stage.accept("slack", ana.message(at, "Trun it"))
    await stage.accept("slack", edition(ana, at, "Turn it", 1), edition(ana, at, "Turn it left", 2))
    gate.set()
    await stage.settle()
    assert dana.sees[-1] == "Ana: Turn it left"


@pytest.mark.parametrize("becomes_note", [False, True], ids=["deleted", "a note"])
async def test_what_was_taken_back_before_it_was_sent_is_never_sent(
    stage: Stage, helped: Place, dana: Person, ana: Person, becomes_note: bool
) -> None:
    stage.platform("telegram").gate = gate = asyncio.Event()
    at = ana.new_message(helped)
    await stage.accept("slack", ana.message(ana.new_message(helped), "Before"), ana.message(at, SECRET))
    taken_back = (
        edition(ana, at, f"// {SECRET}", 1) if becomes_note else MessageDeleted("d1", stage.clock.now(), at)
    )
    await stage.accept("slack", taken_back)
    gate.set()
    await stage.settle()
    assert dana.sees[-1] == "Ana: Before"
    assert SECRET not in posted(stage, "telegram")
    assert stage.marks(at) == (["note"] if becomes_note else [])


async def test_what_was_taken_back_after_a_part_of_it_was_sent_is_taken_away(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    platform, part = stage.platform("telegram"), MessageAt(dana.direct, "P1")
    arrived = [part]

    def fail(outgoing: object) -> SendError | None:
        is_it = isinstance(outgoing, Post) and SECRET in outgoing.content.text
        return SendError("the line broke", sent=(arrived.pop(),) if arrived else ()) if is_it else None

    platform.failing = fail
    platform.scenery.shown.append(Shown(part, Content(text="the first part")))
    at = ana.new_message(helped)
    await stage.accept("slack", ana.message(at, SECRET))
    await stage.until(lambda: not arrived)
    await stage.accept("slack", MessageDeleted("d1", stage.clock.now(), at))
    await stage.settle()
    assert platform.find(part).is_removed


@pytest.mark.parametrize("becomes_note", [False, True], ids=["deleted", "a note"])
async def test_what_was_taken_back_on_its_way_is_not_said_to_another_account_either(
    stage: Stage, dana: Person, ana: Person, becomes_note: bool
) -> None:
    mia = stage.person("discord", "Mia")
    await links(mia, dana)
    await dana.gives("ticket", "My shelf wobbles")
    await ana.gives("claim", "1")
    await mia.says("It is the left one")
    await dana.says("And the right one")
    platform, at = stage.platform("telegram"), ana.new_message(stage.thread())
    platform.gate = gate = asyncio.Event()
    await stage.accept("slack", ana.message(at, SECRET))
    await stage.until(lambda: SECRET in posted(stage, "telegram"))
    platform.scenery.blocked_by.add(dana.direct.key)
    taken_back = (
        edition(ana, at, f"// {SECRET}", 1) if becomes_note else MessageDeleted("d1", stage.clock.now(), at)
    )
    await stage.accept("slack", taken_back)
    gate.set()
    await stage.settle()
    assert SECRET not in posted(stage, "discord")


@pytest.mark.parametrize("text", [f"/note {SECRET}", f" /note@allhands_bot {SECRET}", f"\\/\\/ {SECRET}"])
async def test_what_was_sent_and_then_edited_like_a_note_is_taken_back(
    stage: Stage, helped: Place, dana: Person, ana: Person, text: str
) -> None:
    sent = await ana.says("Wait", at=helped)
    await ana.edits(sent, text)
    assert "Ana: Wait" not in dana.sees
    assert SECRET not in str(stage.platform("telegram").scenery)
    await ana.edits(sent, f"{SECRET} after all")
    assert SECRET not in str(stage.platform("telegram").scenery)


# -- out of order


async def test_a_later_edit_that_came_first_stays(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    sent = await ana.says("one", at=helped)
    await stage.feed("slack", edition(ana, sent, "three", 3))
    await stage.feed("slack", edition(ana, sent, "two", 2))
    assert dana.sees[-1] == "Ana: three"


async def test_a_deletion_that_overtakes_everything_is_the_last_word(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    at = ana.new_message(helped)
    await stage.accept("slack", MessageDeleted("slack:delete:1", stage.clock.now(), at))
    await stage.accept("slack", edition(ana, at, f"{SECRET}!", 1))
    await stage.feed("slack", ana.message(at, SECRET))
    await stage.later(seconds=90)
    await stage.feed("slack", edition(ana, at, f"{SECRET}!!", 2))
    assert SECRET not in str(dana.sees)


async def test_a_late_edit_revives_nothing_also_as_a_repeat(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    said = await dana.says("my number is 555")
    late = edition(dana, said, "my number is 556", -1)
    await dana.deletes(said)
    await stage.feed("telegram", late, late)
    assert stage.in_thread()[-1] == "Dana: my number is 555\n\n_deleted by its author_"


# -- reactions


async def test_a_reaction_on_what_was_deleted_goes_nowhere(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    said = await dana.says("oops")
    copy = last(stage, helped)
    await dana.deletes(said)
    await ana.reacts(copy, "👍")
    assert said.id not in stage.platform("telegram").scenery.reactions


async def test_a_reaction_that_is_quicker_than_the_receipt_waits_for_it(
    stage: Stage, helped: Place, dana: Person
) -> None:
    at = dana.new_message()
    quick = ReactionChanged("telegram:reaction:1", stage.clock.now(), at, dana.author, "👍", True)
    await stage.accept("telegram", quick)
    await stage.feed("telegram", dana.message(at, "Thank you"))
    copy = last(stage, helped)
    assert stage.staff_platform.scenery.reactions[copy.id] == ["👍"]


async def test_an_emoji_goes_when_the_last_of_those_who_chose_it_takes_it_off(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    sent = await ana.says("Come to the shop", at=helped)
    seen = last(stage, dana.direct)
    eve = stage.person("telegram", "Eve")
    on_it = stage.staff_platform.scenery.reactions
    for person, is_on, expected in (
        (dana, True, ["👍"]),
        (eve, True, ["👍"]),
        (dana, True, ["👍"]),
        (dana, False, ["👍"]),
        (eve, False, []),
    ):
        await person.reacts(seen, "👍", is_on=is_on)
        assert on_it[sent.id] == expected


async def test_a_reaction_of_whoever_helped_can_be_taken_off_when_they_help_no_more(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    said = await dana.says("Thank you")
    copy = last(stage, helped)
    await ana.reacts(copy, "👍")
    await ana.gives("release", "1")
    await ana.reacts(copy, "👍", is_on=False)
    assert stage.platform("telegram").scenery.reactions[said.id] == []


# -- after the ticket


async def test_changes_after_the_ticket_was_resolved_still_follow(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    said = await dana.says("It is the lfet one")
    sent = await ana.says("Turn it rihgt", at=helped)
    await ana.gives("resolve", "1")
    await dana.edits(said, "It is the left one")
    await ana.edits(sent, "Turn it right")
    assert "Dana: It is the left one" in stage.in_thread()
    assert "Ana: Turn it right" in dana.sees
    await ana.deletes(sent)
    assert not any("Turn it" in one for one in dana.sees)


async def test_what_was_said_to_an_earlier_ticket_changes_in_its_own_thread(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    said = await dana.says("It is the lfet one")
    await ana.gives("resolve", "1")
    await stage.later(days=8)
    await dana.says("Where is my parcel?")
    await dana.gives("human")
    before = stage.in_thread(2)
    await dana.edits(said, "It is the left one")
    assert "Dana: It is the left one" in stage.in_thread(1)
    await dana.deletes(said)
    assert "Dana: It is the left one\n\n_deleted by its author_" in stage.in_thread(1)
    assert stage.in_thread(2) == before


@pytest.mark.parametrize("change", ["edit", "note", "delete"])
async def test_changes_after_accounts_were_parted_still_follow(
    stage: Stage, dana: Person, ana: Person, change: str
) -> None:
    mia = stage.person("discord", "Mia")
    await links(dana, mia)
    await dana.gives("ticket", "My shelf wobbles")
    await ana.gives("claim", "1")
    asked = await mia.says("It is the left one")
    sent = await ana.says("Turn it rihgt", at=stage.thread())
    assert mia.sees[-1] == "Ana: Turn it rihgt"
    await mia.gives("unlink")
    if change == "edit":
        await ana.edits(sent, "Turn it right")
        assert "Ana: Turn it right" in mia.sees
        await mia.edits(asked, "It is the right one")
        assert "Mia: It is the right one" in stage.in_thread()
        return
    await (ana.edits(sent, f"// {SECRET}") if change == "note" else ana.deletes(sent))
    assert not any("Turn it" in one for one in mia.sees)
    assert SECRET not in str(stage.platform("discord").scenery)


async def test_a_restart_in_the_middle_changes_nothing(database_url: str, articles: Path) -> None:
    async with open_stage(database_url, articles) as stage:
        dana, ana = stage.person("telegram", "Dana"), stage.agent("Ana")
        await dana.gives("human")
        await ana.gives("claim", "1")
        thread = stage.thread()
        said = await dana.says("It is the lfet one")
        copy = last(stage, thread)
        sent = await ana.says("Turn it rihgt", at=thread)
        await ana.pins(copy)
    async with open_stage(database_url, articles, after=stage) as stage:
        dana, ana = stage.person("telegram", "Dana"), stage.agent("Ana")
        await dana.edits(said, "It is the left one")
        assert "Dana: It is the left one" in stage.in_thread()
        await ana.edits(sent, "Turn it right")
        assert "Ana: Turn it right" in dana.sees
        await ana.reacts(copy, "👍")
        assert stage.platform("telegram").scenery.reactions[said.id] == ["👍"]
        await ana.pins(copy, is_on=False)
        assert dana.sees[-1] == "📌 This message is not pinned any more."
        await ana.deletes(sent)
        assert not any("Turn it" in one for one in dana.sees)


async def test_a_reply_to_what_was_deleted_is_still_said(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    said = await dana.says("Which screw?")
    copy = last(stage, helped)
    await dana.deletes(said)
    await ana.says("The left one", at=helped, reply_to=copy)
    assert dana.sees[-1] == "Ana: The left one"


# -- pins


async def test_pins_are_told_on_the_other_side_as_a_note_on_the_message(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    sent = await ana.says("Turn it left", at=helped)
    await dana.pins(last(stage, dana.direct))
    told = stage.staff_platform.in_place(helped)[-1]
    assert (words(told.content), told.reply_to) == ("📌 Dana pinned this message.", sent)
    said = await dana.says("Thank you")
    await ana.pins(last(stage, helped))
    seen = stage.platform("telegram").in_place(dana.direct)[-1]
    assert (words(seen.content), seen.reply_to) == ("📌 Our team pinned this message.", said)


async def test_a_pin_is_told_once_and_taking_it_off_as_well(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    await ana.says("Turn it left", at=helped)
    seen = last(stage, dana.direct)
    for is_on in (False, True, True, False, False):
        await dana.pins(seen, is_on=is_on)
    assert [one for one in stage.in_thread() if "📌" in one] == [
        "📌 Dana pinned this message.",
        "📌 This message is not pinned any more.",
    ]


async def test_what_staff_pin_for_themselves_stays_inside(
    stage: Stage, helped: Place, dana: Person, ana: Person, ben: Person
) -> None:
    before = list(dana.sees)
    note = await ana.says(f"// {SECRET}", at=helped)
    await ana.pins(note)
    await ana.pins(stage.staff_platform.in_place(helped)[0].at)
    await stage.later(seconds=90)
    await dana.says("Thank you")
    await ben.pins(last(stage, helped))
    assert dana.sees == before


async def test_a_pin_on_what_staff_have_no_copy_of_is_quoted(stage: Stage, dana: Person, ana: Person) -> None:
    said = await dana.says("My *shelf* wobbles")
    await dana.gives("human")
    await dana.pins(said)
    assert stage.in_thread()[-1] == "> My shelf wobbles\n\n📌 Dana pinned this message."


async def test_a_pin_that_overtook_its_message_waits_for_it(
    stage: Stage, helped: Place, dana: Person
) -> None:
    at = dana.new_message()
    await stage.accept("telegram", PinChanged("telegram:pin:1", stage.clock.now(), at, True, dana.author))
    await stage.feed("telegram", dana.message(at, "Look at this"))
    assert stage.in_thread()[-2:] == ["Dana: Look at this", "📌 Dana pinned this message."]


# -- forwards


async def test_what_is_forwarded_names_its_origin_on_both_sides(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    await dana.says("You owe us", forwarded_from="*Eve* & Co")
    assert stage.in_thread()[-1] == "Dana: _Forwarded from \\*Eve\\* \\& Co_\n\nYou owe us"
    sent = await ana.says("Delivered", at=helped, forwarded_from="#orders")
    assert dana.sees[-1] == "Ana: _Forwarded from \\#orders_\n\nDelivered"
    edited = edition(ana, sent, "Delivered today", 1)
    await stage.feed("slack", replace(edited, forwarded_from="#orders"))
    assert dana.sees[-1] == "Ana: _Forwarded from \\#orders_\n\nDelivered today"


async def test_where_names_are_kept_back_so_is_the_origin_of_what_staff_pass_on(
    database_url: str, articles: Path
) -> None:
    async with open_stage(database_url, articles, agent_names="first") as stage:
        dana, ana = stage.person("telegram", "Dana"), stage.agent("Ana Kovač")
        await dana.gives("human")
        await ana.gives("claim", "1")
        sent = await ana.says("Delivered", at=stage.thread(), forwarded_from="Ben Okafor")
        assert dana.sees[-1] == "Ana: _Forwarded_\n\nDelivered"
        edited = replace(edition(ana, sent, "Delivered today", 1), forwarded_from="Ben Okafor")
        await stage.feed("slack", edited)
        assert dana.sees[-1] == "Ana: _Forwarded_\n\nDelivered today"


async def test_a_note_that_is_forwarded_stays_a_note(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    for text in (f"// {SECRET}", f"> // {SECRET}"):
        sent = await ana.says(text, at=helped, forwarded_from="Ben")
        assert stage.marks(sent) == ["note"]
    forwarded = await ana.says("fine", at=helped, forwarded_from="Ben")
    await stage.feed("slack", replace(edition(ana, forwarded, f"// {SECRET}", 1), forwarded_from="Ben"))
    assert SECRET not in str(stage.platform("telegram").scenery)


# -- earlier words


async def test_staff_read_earlier_words_behind_a_button_and_customers_do_not(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    said = await dana.says("I paid 100")
    await dana.edits(said, "I paid 200")
    await dana.edits(said, "I paid 300")
    shown = stage.staff_platform.in_place(helped)[-1]
    assert [button.label for button in shown.content.buttons] == [EARLIER]
    await ana.presses(EARLIER, at=helped)
    told = ana.was_told
    assert told.index("I paid 100") < told.index("I paid 200") < told.index("I paid 300")
    await dana.presses_this(shown.content.buttons[0])
    assert "100" not in dana.was_told
    sent = await ana.says("Fine", at=helped)
    await ana.edits(sent, "Well")
    assert stage.platform("telegram").in_place(dana.direct)[-1].content.buttons == ()


async def test_the_button_stays_under_what_was_deleted_after_an_edit(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    said = await dana.says("I paid 100")
    await dana.edits(said, "I paid 200")
    await dana.deletes(said)
    await ana.presses(EARLIER, at=helped)
    assert "I paid 100" in ana.was_told
    assert "deleted" in ana.was_told


async def test_a_command_lists_what_was_edited_and_deleted_on_a_ticket(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    await ana.gives("edits", at=helped)
    assert ana.was_told == "Nothing was edited or deleted on ticket #1."
    sent = await ana.says("It costs 100", at=helped)
    await ana.edits(sent, "It costs 10")
    said = await dana.says("Never mind")
    await dana.deletes(said)
    await ana.gives("edits", "1")
    assert all(one in ana.was_told for one in ("It costs 100", "It costs 10", "Never mind"))
    await dana.gives("edits", "1")
    assert "100" not in dana.was_told


@pytest.mark.parametrize("subject", ["", "1", "x", "99999999999999999999"])
async def test_a_forged_button_tells_nothing(stage: Stage, helped: Place, ana: Person, subject: str) -> None:
    await ana.forges("editions", subject)
    assert ana.was_told == "That button is no longer in use. Just write what you need."
