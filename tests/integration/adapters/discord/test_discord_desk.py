"""Tickets in the staff space: forum posts, their cards, states and ends."""

import pytest
from msgspec.structs import replace

from bot.core.content import Content, Tone
from bot.core.outgoing import (
    Edit,
    Mark,
    OpenThread,
    Outcome,
    Post,
    Refusal,
    Remove,
    SendError,
    SetThread,
    ThreadState,
)
from bot.core.places import MessageAt, Place
from sandbox.discord import story
from tests.integration.adapters.discord.house import House, discord_place

CARD = Content("**Mia** waits", title="#1 · Sofa", tone=Tone.WAITING, fields=(("Place", "1"),))


async def _open_ticket(house: House) -> tuple[Place, MessageAt]:
    receipt = await house.send(OpenThread(discord_place(story.SUPPORT_DESK), "#1 Sofa", CARD))
    assert receipt.place is not None
    return receipt.place, receipt.messages[0]


async def test_a_ticket_opens_as_a_forum_post_with_its_card_and_tag(house: House) -> None:
    place, card = await _open_ticket(house)
    assert place == discord_place(story.SUPPORT_DESK, place.thread)
    assert card == MessageAt(place, place.thread)
    [room] = [one for one in house.server.rooms(story.SAM) if one.id == place.thread]
    assert (room.name, room.tags) == ("#1 Sofa", ("waiting",))
    [message] = house.server.messages(story.SAM, place.thread)
    assert message.native["content"] == "🟡 **#1 · Sofa**\nPlace: 1"
    assert message.native["embeds"][0]["description"] == "**Mia** waits"


async def test_a_ticket_whose_opening_got_lost_is_found_again(house: House) -> None:
    house.world.faults["discord"].lost_replies = 1
    first_try = house.world.clock.now()
    opening = OpenThread(discord_place(story.SUPPORT_DESK), "#1 Sofa", CARD)
    with pytest.raises(SendError):
        await house.send(opening)
    receipt = await house.send(opening, number=2, is_uncertain=True, first_tried_at=first_try)
    posts = [one for one in house.server.rooms(story.SAM) if one.parent == story.SUPPORT_DESK]
    assert receipt.place is not None
    assert [one.id for one in posts] == [receipt.place.thread]


async def test_a_ticket_shows_its_state_and_rests_when_it_is_resolved(house: House) -> None:
    place, card = await _open_ticket(house)

    async def show(state: ThreadState, title: str) -> tuple[str, bool, tuple[str, ...], str]:
        await house.send(SetThread(place, card, title, replace(CARD, title=title), state))
        [room] = [one for one in house.server.rooms(story.SAM) if one.id == place.thread]
        shown = next(one for one in house.server.messages(story.SAM, place.thread) if one.id == card.id)
        return room.name, room.is_closed, room.tags, shown.native["content"].split("**")[1]

    assert await show(ThreadState.CLAIMED, "#1 Sofa") == ("#1 Sofa", False, ("claimed",), "#1 Sofa")
    resolved = ("#1 Sofa · done", True, ("resolved",), "#1 Sofa · done")
    assert await show(ThreadState.RESOLVED, "#1 Sofa · done") == resolved
    assert await show(ThreadState.RESOLVED, "#1 Sofa · done") == resolved
    waiting = ("#1 Sofa", False, ("waiting",), "#1 Sofa")
    assert await show(ThreadState.WAITING, "#1 Sofa") == waiting


@pytest.mark.parametrize(("flags", "left"), [(0, ()), (1 << 4, ("waiting",))], ids=["free", "a tag required"])
async def test_a_state_without_a_tag_shows_none_of_another(
    house: House, flags: int, left: tuple[str, ...]
) -> None:
    forum = house.server._community.channels[story.SUPPORT_DESK]
    forum.tags = [tag for tag in forum.tags if tag.name != "claimed"]
    forum.flags = flags
    place, card = await _open_ticket(house)
    await house.send(SetThread(place, card, "#1 Sofa", CARD, ThreadState.CLAIMED))
    [room] = [one for one in house.server.rooms(story.SAM) if one.id == place.thread]
    assert room.tags == left


async def test_marks_and_edits_reach_a_resting_thread_and_leave_it_resting(house: House) -> None:
    place, card = await _open_ticket(house)
    reply = await house.server.say(story.SAM, place.thread, "Hello Mia")
    posted = await house.send(Post(place, Content("From Mia")))
    await house.send(SetThread(place, card, "#1 Sofa", CARD, ThreadState.RESOLVED))
    await house.send(Mark(MessageAt(place, reply), Outcome.SENT))
    await house.send(Edit(posted.messages, Content("From Mia, edited")))
    [room] = [one for one in house.server.rooms(story.SAM) if one.id == place.thread]
    assert room.is_closed
    assert house.seen(posted, story.SAM)[0].text == "From Mia, edited"
    await house.send(Post(place, Content("Mia again")))
    [room] = [one for one in house.server.rooms(story.SAM) if one.id == place.thread]
    assert not room.is_closed


async def test_a_deleted_ticket_thread_is_a_place_that_is_gone(house: House) -> None:
    place, card = await _open_ticket(house)
    await house.server.delete_room(place.thread)
    for outgoing in (
        Post(place, Content("Hello")),
        SetThread(place, card, "#1", CARD, ThreadState.CLAIMED),
    ):
        with pytest.raises(SendError) as raised:
            await house.send(outgoing)
        assert raised.value.refusal is Refusal.PLACE_GONE


async def test_a_card_that_was_deleted_does_not_stop_the_thread_from_showing_its_state(house: House) -> None:
    place, card = await _open_ticket(house)
    await house.send(Remove((card,)))
    receipt = await house.send(SetThread(place, card, "#1 Sofa", CARD, ThreadState.RESOLVED))
    assert receipt.messages == ()
    assert house.reported("discord.card_gone")


async def test_the_staff_space_may_be_a_text_channel(house: House) -> None:
    receipt = await house.send(OpenThread(discord_place(story.OFF_TOPIC), "#1 Sofa", CARD))
    assert receipt.place is not None
    assert receipt.messages == (MessageAt(receipt.place, receipt.place.thread),)
    [room] = [one for one in house.server.rooms(story.SAM) if one.id == receipt.place.thread]
    assert room.name == "#1 Sofa"
    done = replace(CARD, title="Done")
    await house.send(SetThread(receipt.place, receipt.messages[0], "#1 Sofa", done, ThreadState.RESOLVED))
    [card] = house.server.messages(story.SAM, story.OFF_TOPIC)
    assert card.native["content"] == "🟡 **Done**\nPlace: 1"


async def test_an_announcement_in_a_forum_is_a_post_of_its_own(house: House) -> None:
    receipt = await house.send(
        Post(discord_place(story.SUPPORT_DESK), Content("All **hands** on deck, please"))
    )
    assert receipt.place is not None
    [room] = [one for one in house.server.rooms(story.SAM) if one.id == receipt.place.thread]
    assert room.name == "All hands on deck, please"


async def test_a_call_for_help_in_a_forum_says_its_title_once(house: House) -> None:
    call = Content("**Sam** asks for help.", title="All hands!", tone=Tone.ALERT)
    receipt = await house.send(Post(discord_place(story.SUPPORT_DESK), call))
    assert receipt.place is not None
    [room] = [one for one in house.server.rooms(story.SAM) if one.id == receipt.place.thread]
    [message] = house.server.messages(story.SAM, room.id)
    assert (room.name, message.native["content"]) == ("All hands!", "**Sam** asks for help.")
