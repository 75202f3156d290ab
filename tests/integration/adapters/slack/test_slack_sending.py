"""What the desk asks for is there in Slack, once."""

import gc

import pytest

from adapters.slack import SlackAdapter
from bot.core.content import Button, ButtonStyle, Content, FileKind, FileRef, Loss, LostFile, Speaker, Tone
from bot.core.outgoing import (
    Edit,
    Mark,
    OpenThread,
    Outcome,
    Post,
    React,
    Refusal,
    Remove,
    SendError,
    SetThread,
    ThreadState,
)
from bot.core.places import Identity, MessageAt, Place, direct_to
from sandbox.slack import SlackServer
from tests.integration.adapters.slack.slack_house import HELP, STAFF, TEAM, House, post, send

CARLA = Identity("slack", TEAM, "U0CARLA")
DM = Place("slack", TEAM, "D0CARLA", is_direct=True)
LOST = pytest.mark.parametrize("fault", ["lost_replies", "server_errors"])


async def test_a_person_is_written_to_in_their_direct_chat_whose_channel_the_receipt_names(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    receipt = await post(adapter, direct_to(CARLA), "**Hello** <!channel> & <b>you</b>")
    (message,) = server.messages("U0CARLA", "D0CARLA")
    assert message.text == "Hello <!channel> & <b>you</b>"
    assert receipt.messages == (MessageAt(DM, message.id),)


async def test_a_post_to_a_thread_lies_in_that_thread(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    ts = await server.say("U0KURT", "C0HELP", "Help")
    receipt = await post(adapter, Place("slack", TEAM, "C0HELP", ts), "Here")
    assert house.texts("U0KURT", f"C0HELP:{ts}") == ["Help", "Here"]
    assert receipt.messages[0].place == Place("slack", TEAM, "C0HELP", ts)


async def test_hostile_text_pings_nobody_and_every_character_arrives(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    text = "<!channel> <!here> <@U0ANA> @everyone <#C0HELP> &lt;!channel&gt; " + "@here word " * 9000
    receipt = await post(adapter, STAFF, text)
    messages = server.messages("U0ANA", "C0SUPPORT")
    assert len(receipt.messages) == len(messages) > 20
    assert "".join(house.texts("U0ANA", "C0SUPPORT")).count("@here word") == 9000
    for message in messages:
        assert "<!" not in message.native["text"]
        assert "<@" not in message.native["text"]
        kinds = {
            word["type"]
            for block in message.native["blocks"]
            for part in block["elements"]
            for word in part["elements"]
        }
        assert kinds <= {"text", "link"}


async def test_a_message_carries_title_fields_footnote_and_buttons(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    content = Content(
        title="#12 The sofa",
        text="Where is it?",
        fields=(("Customer", "Carla"), ("State", "waiting")),
        footnote="The bot offered *Delivery*.",
        buttons=(
            Button("Claim", "claim", "12", ButtonStyle.PRIMARY),
            Button("Read", url="https://x.example"),
        ),
        speaker=Speaker("Carla\u202e"),
        tone=Tone.WAITING,
    )
    await post(adapter, STAFF, content)
    (message,) = server.messages("U0ANA", "C0SUPPORT")
    assert [block["type"] for block in message.native["blocks"]] == [
        *("header", "section", "rich_text", "context", "actions"),
    ]
    assert "🟡 #12 The sofa" in message.text
    assert "Carla: Where is it?" in message.text
    assert [(button.label, button.id, button.url) for button in message.buttons] == [
        ("Claim", "claim:12", ""),
        ("Read", "link:1", "https://x.example"),
    ]


@LOST
async def test_a_post_whose_reply_was_lost_is_looked_for_before_it_is_sent_again(
    house: House, server: SlackServer, adapter: SlackAdapter, fault: str
) -> None:
    setattr(server.world.faults["slack"], fault, 1)
    with pytest.raises(SendError) as caught:
        await post(adapter, STAFF, "once", key="k1")
    assert (caught.value.is_uncertain, caught.value.is_permanent) == (True, False)
    receipt = await post(adapter, STAFF, "once", key="k1", number=2, is_uncertain=True)
    (message,) = server.messages("U0ANA", "C0SUPPORT")
    assert [at.id for at in receipt.messages] == [message.id]
    assert not receipt.is_repeat_possible


async def test_of_a_long_message_only_the_parts_that_are_missing_are_sent_again(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    ts = await server.say("U0KURT", "C0HELP", "Help")
    place = Place("slack", TEAM, "C0HELP", ts)
    content = Content(text="\n\n".join(f"{number} " + "word " * 600 for number in range(4)))
    server.world.faults["slack"].lost_replies = 1
    with pytest.raises(SendError) as caught:
        await post(adapter, place, content, key="k2")
    assert caught.value.sent == ()
    server.world.faults["slack"].rate_limited_calls = 1
    with pytest.raises(SendError) as limited:
        await post(adapter, place, content, key="k2", number=2, is_uncertain=True)
    assert (limited.value.retry_after_seconds, len(limited.value.sent)) == (1.0, 1)
    receipt = await post(
        adapter, place, content, key="k2", number=3, is_uncertain=True, sent_so_far=limited.value.sent
    )
    replies = server.messages("U0KURT", f"C0HELP:{ts}")[1:]
    assert [at.id for at in receipt.messages] == [message.id for message in replies]
    assert [message.text[0] for message in replies] == ["0", "1", "2", "3"]


async def test_an_edition_with_more_or_fewer_parts_changes_adds_and_takes_away(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    long = "\n\n".join("word " * 600 for _ in range(3))
    first = await post(adapter, DM, "short")
    second = await send(adapter, Edit(first.messages, Content(text=long)))
    assert len(second.messages) == 3
    assert second.messages[0] == first.messages[0]
    third = await send(adapter, Edit(second.messages, Content(text="short *again*")))
    assert third.messages == first.messages
    await send(adapter, Edit(third.messages, Content(text="short *again*")))
    assert house.texts("U0CARLA", "D0CARLA") == ["short again"]


async def test_an_edition_leaves_the_files_of_a_message_alone(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    house.files["x"] = b"content"
    file = FileRef("telegram", "x", "a.txt")
    first = await post(adapter, DM, Content(text="look", files=(file,)))
    second = await send(adapter, Edit(first.messages, Content(text="look here", files=(file,))))
    text, upload = server.messages("U0CARLA", "D0CARLA")
    assert second.messages == first.messages
    assert (text.text, [one.name for one in upload.files]) == ("look here", ["a.txt"])


async def test_a_message_that_is_gone_is_gone(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    receipt = await post(adapter, DM, "bye")
    await send(adapter, Remove(receipt.messages))
    await send(adapter, Remove(receipt.messages))
    assert house.texts("U0CARLA", "D0CARLA") == []
    with pytest.raises(SendError) as caught:
        await send(adapter, Edit(receipt.messages, Content(text="still here")))
    assert caught.value.refusal is Refusal.MESSAGE_GONE


async def test_files_follow_the_text_as_one_message_in_the_thread(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    ts = await server.say("U0KURT", "C0HELP", "Help")
    house.files |= {"p": b"\x89PNG" + b"x" * 100_000, "t": b"text"}
    files = (
        FileRef("telegram", "p", "photo.png", FileKind.PICTURE, "image/png", 100_004),
        FileRef("telegram", "gone", "lost.bin"),
        FileRef("telegram", "t", "../notes.txt"),
    )
    receipt = await post(adapter, Place("slack", TEAM, "C0HELP", ts), Content(text="See", files=files))
    _, text, upload = server.messages("U0KURT", f"C0HELP:{ts}")
    assert [at.id for at in receipt.messages] == [text.id, upload.id]
    assert [(file.name, file.size) for file in upload.files] == [("photo.png", 100_004), ("notes.txt", 4)]
    assert receipt.lost == (LostFile("lost.bin", 0, Loss.UNAVAILABLE),)
    assert "lost.bin is not here: it could not be fetched" in upload.text


async def test_an_upload_whose_reply_was_lost_is_found_by_its_names(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    house.files["x"] = b"content"
    content = Content(files=(FileRef("telegram", "x", "a.txt"),))
    server.world.faults["slack"].lost_replies = 1
    with pytest.raises(SendError) as caught:
        await post(adapter, DM, content, key="k3")
    assert caught.value.is_uncertain
    receipt = await post(adapter, DM, content, key="k3", number=2, is_uncertain=True)
    (message,) = server.messages("U0CARLA", "D0CARLA")
    assert [at.id for at in receipt.messages] == [message.id]


async def test_an_upload_of_which_a_part_was_lost_is_found_by_what_came_along(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    house.files["x"] = b"content"
    content = Content(files=(FileRef("telegram", "x", "a.txt"), FileRef("telegram", "gone", "b.txt")))
    server.world.faults["slack"].lost_replies = 1
    with pytest.raises(SendError):
        await post(adapter, DM, content, key="k4")
    receipt = await post(adapter, DM, content, key="k4", number=2, is_uncertain=True)
    (message,) = server.messages("U0CARLA", "D0CARLA")
    assert [at.id for at in receipt.messages] == [message.id]
    assert [file.name for file in message.files] == ["a.txt"]
    assert receipt.lost == (LostFile("b.txt", 0, Loss.UNAVAILABLE),)


async def test_a_message_that_is_taken_back_takes_its_files_out_of_the_workspace(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    house.files["x"] = b"content"
    receipt = await post(adapter, DM, Content(text="See", files=(FileRef("telegram", "x", "a.txt"),)))
    (file,) = [one for one in server.workspace.files.values() if one.name == "a.txt"]
    assert not file.is_deleted
    await send(adapter, Remove(receipt.messages, has_files=True))
    assert file.is_deleted
    assert server.messages("U0CARLA", "D0CARLA") == []


async def test_of_a_file_too_large_for_slack_people_learn_its_name_and_size(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    file = FileRef("telegram", "x", "a.iso", size_bytes=2_000_000_000)
    receipt = await post(adapter, DM, Content(files=(file,)))
    (message,) = server.messages("U0CARLA", "D0CARLA")
    assert message.text == "📎 a.iso (2.0 GB) is not here: it is too large to be passed on."
    assert receipt.lost == (LostFile("a.iso", 2_000_000_000, Loss.TOO_LARGE),)
    assert [at.id for at in receipt.messages] == [message.id]


async def test_a_thread_opens_with_a_card_that_keeps_its_buttons_however_long_it_is(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    content = Content(
        text="\n\n".join("word " * 600 for _ in range(3)), buttons=(Button("Claim", "claim", "1"),)
    )
    receipt = await send(adapter, OpenThread(STAFF, "#1 Sofa", content))
    card, *_ = server.messages("U0ANA", "C0SUPPORT")
    assert receipt.place == Place("slack", TEAM, "C0SUPPORT", card.id)
    assert [button.label for button in card.buttons] == ["Claim"]
    assert len(server.messages("U0ANA", "C0SUPPORT")) == 1
    assert len(server.messages("U0ANA", f"C0SUPPORT:{card.id}")) == len(receipt.messages) == 3
    assert {at.place for at in receipt.messages} == {receipt.place}


async def test_a_thread_whose_opening_was_lost_half_way_is_taken_up_where_it_stood(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    opening = OpenThread(STAFF, "#1 Sofa", Content(text="\n\n".join("word " * 600 for _ in range(3))))
    server.world.faults["slack"].lost_replies = 1
    with pytest.raises(SendError):
        await send(adapter, opening, key="k4")
    receipt = await send(adapter, opening, key="k4", number=2, is_uncertain=True)
    card, *_ = server.messages("U0ANA", "C0SUPPORT")
    assert receipt.messages[0].id == card.id
    assert len(server.messages("U0ANA", f"C0SUPPORT:{card.id}")) == 3


async def test_the_card_shows_the_state_of_its_thread(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    receipt = await send(adapter, OpenThread(STAFF, "#1 Sofa", Content(text="Where?", tone=Tone.WAITING)))
    assert receipt.place is not None
    setting = SetThread(
        receipt.place, receipt.messages[0], "#1 Sofa", Content(text="There."), ThreadState.RESOLVED
    )
    await send(adapter, setting)
    assert house.texts("U0ANA", "C0SUPPORT") == ["✅ #1 Sofa\nThere."]


async def test_a_mark_takes_the_place_of_the_one_before_also_after_a_restart(
    house: House, server: SlackServer
) -> None:
    ts = await server.say("U0ANA", "C0SUPPORT", "Hello")
    at = MessageAt(Place("slack", TEAM, "C0SUPPORT", ts), ts)

    def reactions() -> list[str]:
        (message,) = server.messages("U0ANA", "C0SUPPORT")
        return [reaction.emoji for reaction in message.reactions]

    async with house.running() as adapter:
        await send(adapter, Mark(at, Outcome.SENT))
        assert reactions() == ["white_check_mark"]
        await send(adapter, Mark(at, Outcome.SENT))
    async with house.running() as adapter:
        await send(adapter, Mark(at, Outcome.FAILED))
        assert reactions() == ["warning"]
        await send(adapter, Mark(at, Outcome.NOTE))
        assert reactions() == ["memo"]


async def test_reactions_go_on_and_off_and_an_unknown_one_is_noticed(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    ts = await server.say("U0CARLA", "D0CARLA", "Thanks")
    at = MessageAt(DM, ts)
    await send(adapter, React(at, "❤️", is_on=True))
    await send(adapter, React(at, "❤", is_on=True))
    assert [one.emoji for one in server.messages("U0CARLA", "D0CARLA")[0].reactions] == ["heart"]
    await send(adapter, React(at, "❤️", is_on=False))
    await send(adapter, React(at, "❤️", is_on=False))
    assert server.messages("U0CARLA", "D0CARLA")[0].reactions == ()
    assert (await send(adapter, React(at, "\U0001fae8\U0001fae8", is_on=True))).notices == (
        "reaction_unknown",
    )
    assert (await send(adapter, React(at, ":no such thing:", is_on=True))).notices == ("reaction_unknown",)


@pytest.mark.parametrize(
    ("place", "refusal"),
    [
        pytest.param(
            Place("slack", TEAM, "C0NOWHERE"), Refusal.PLACE_GONE, id="a channel that does not exist"
        ),
        pytest.param(Place("slack", TEAM, "C0RANDOM"), Refusal.NOT_ALLOWED, id="a channel it is not in"),
        pytest.param(
            Place("slack", TEAM, "C0HELP", "1.000001"), Refusal.PLACE_GONE, id="a thread that is gone"
        ),
        pytest.param(Place("slack", TEAM, person="U0NOBODY", is_direct=True), Refusal.BLOCKED, id="nobody"),
    ],
)
async def test_a_place_that_takes_nothing_is_refused_for_good(
    house: House, server: SlackServer, adapter: SlackAdapter, place: Place, refusal: Refusal
) -> None:
    with pytest.raises(SendError) as caught:
        await post(adapter, place, "hello")
    assert caught.value.refusal is refusal


async def test_somebody_who_left_the_workspace_cannot_be_reached(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    await server.block_bot("U0CARLA")
    with pytest.raises(SendError) as caught:
        await post(adapter, direct_to(CARLA), "hello")
    assert caught.value.refusal is Refusal.BLOCKED


async def test_a_rate_limit_says_when_to_come_back(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    server.world.faults["slack"].rate_limited_calls = 1
    server.world.faults["slack"].retry_after_seconds = 7
    with pytest.raises(SendError) as caught:
        await post(adapter, DM, "hello")
    assert (caught.value.retry_after_seconds, caught.value.is_uncertain) == (7.0, False)


async def test_a_platform_that_is_down_is_tried_again(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    server.world.faults["slack"].is_down = True
    with pytest.raises(SendError) as caught:
        await post(adapter, DM, "hello")
    server.world.faults["slack"].is_down = False
    assert not caught.value.is_permanent


async def test_an_answer_to_an_earlier_message_links_to_it(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    early = await server.say("U0CARLA", "D0CARLA", "First question")
    late = await server.say("U0CARLA", "D0CARLA", "Second question")
    await house.intake.until(lambda: len(house.intake.events) == 2)
    await send(adapter, Post(DM, Content(text="To the first"), reply_to=MessageAt(DM, early)))
    await send(adapter, Post(DM, Content(text="To the last"), reply_to=MessageAt(DM, late)))
    *_, first, last = house.texts("U0CARLA", "D0CARLA")
    assert first.startswith("↪ in reply to this message (https://")
    assert last == "To the last"


async def test_sending_works_before_and_without_a_connection(house: House, server: SlackServer) -> None:
    adapter = house.adapter()
    await post(adapter, HELP, "Good morning")
    await adapter.close()
    await adapter.close()
    assert house.texts("U0KURT", "C0HELP") == ["Good morning"]


async def test_who_comes_after_the_end_opens_nothing(house: House) -> None:
    """A message may be on its way to an adapter that is just being closed."""
    adapter = house.adapter()
    await adapter.close()
    with pytest.raises(SendError) as caught:
        await post(adapter, direct_to(CARLA), "hello")
    assert not caught.value.is_uncertain
    # A session that was left open says so.
    del adapter, caught
    gc.collect()
