"""Messages between a customer and their agent: words, files, replies, reactions, edits, deletions."""

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.core.content import FileKind, Loss, LostFile
from bot.core.events import MessageEdited
from bot.core.outgoing import OpenThread, Post, Receipt
from bot.core.places import Place
from bot.core.texts import plain
from storage import UnitOfWork
from tests.stage import Person, Stage


@pytest.fixture
async def helped(stage: Stage, dana: Person, ana: Person) -> Place:
    """Dana's ticket, claimed by Ana: the place of its thread."""
    await dana.says("My shelf wobbles")
    await dana.gives("human")
    await ana.gives("claim", "1")
    return stage.thread()


async def test_words_travel_both_ways_with_their_formatting(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    await dana.says("It is **really** `loose`, see [this](<https://x.example>) 😀")
    assert stage.in_thread()[-1] == "Dana: It is **really** `loose`, see [this](<https://x.example>) 😀"
    sent = await ana.says("Turn the _left_ screw\n\n```\n3 mm\n```", at=helped)
    assert dana.sees[-1] == "Ana: Turn the _left_ screw\n\n```\n3 mm\n```"
    assert stage.marks(sent) == ["sent"]


async def test_a_message_in_the_thread_is_not_shown_there_again(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    before = len(stage.in_thread())
    await ana.says("Hello", at=helped)
    assert len(stage.in_thread()) == before


async def test_files_travel_both_ways(stage: Stage, helped: Place, dana: Person, ana: Person) -> None:
    await dana.says("look", files=(dana.file("crack.jpg"), dana.file("video.mp4", FileKind.VIDEO)))
    shown = stage.staff_platform.in_place(helped)[-1].content
    assert [(file.platform, file.name) for file in shown.files] == [
        ("telegram", "crack.jpg"),
        ("telegram", "video.mp4"),
    ]
    await ana.says("", at=helped, files=(ana.file("manual.pdf", FileKind.DOCUMENT),))
    seen = stage.platform("telegram").in_place(dana.direct)[-1].content
    assert [(file.platform, file.name) for file in seen.files] == [("slack", "manual.pdf")]


async def test_files_from_before_the_ticket_stand_in_the_thread(stage: Stage, dana: Person) -> None:
    await dana.says("crooked", files=(dana.file("before.jpg"),))
    await dana.gives("human")
    shown = stage.staff_platform.in_place(stage.thread())
    assert [file.name for one in shown for file in one.content.files] == ["before.jpg"]


async def test_whoever_sent_a_file_that_did_not_arrive_is_told(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    manual = LostFile("manual.pdf", 60_000_000, Loss.TOO_LARGE)
    stage.platform("telegram").receipt = lambda _, receipt: Receipt(receipt.messages, lost=(manual,))
    sent = await ana.says("the manual", at=helped, files=(ana.file("manual.pdf"),))
    assert stage.marks(sent) == ["sent"]
    assert "manual.pdf (60.0 MB)** did not arrive: it is too large" in stage.in_thread()[-1]
    stage.platform("telegram").receipt = lambda _, receipt: receipt
    crack = LostFile("crack.jpg", 0, Loss.UNAVAILABLE)
    stage.staff_platform.receipt = lambda _, receipt: Receipt(receipt.messages, lost=(crack,))
    told = len(dana.sees)
    await dana.says("a picture", files=(dana.file("crack.jpg"),))
    assert "**crack.jpg** did not arrive: it could not be fetched" in dana.sees[-1]
    assert len(dana.sees) == told + 1


async def test_replies_stay_replies_on_the_other_side(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    asked = await dana.says("Which screw?")
    copy = stage.staff_platform.in_place(helped)[-1].at
    answered = await ana.says("The left one", at=helped, reply_to=copy)
    seen = stage.platform("telegram").in_place(dana.direct)[-1]
    assert seen.reply_to == asked
    await dana.says("And then?", reply_to=seen.at)
    shown = stage.staff_platform.in_place(helped)[-1]
    assert shown.reply_to == answered


async def test_a_reply_to_something_that_never_travelled_is_a_message(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    note = await ana.says("// check the stock", at=helped)
    await ana.says("One moment", at=helped, reply_to=note)
    assert stage.platform("telegram").in_place(dana.direct)[-1].reply_to is None
    assert dana.sees[-1] == "Ana: One moment"


async def test_edits_travel_both_ways_and_keep_the_old_words(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    said = await dana.says("the left scrw")
    await dana.edits(said, "the left screw")
    assert stage.in_thread()[-1] == "Dana: the left screw"
    sent = await ana.says("Turn it lfet", at=helped)
    await ana.edits(sent, "Turn it left")
    await ana.edits(sent, "Turn it left, twice")
    assert dana.sees[-1] == "Ana: Turn it left, twice"
    message = await stage.ask(lambda work: work.messages.find(sent))
    assert message is not None
    editions = await stage.ask(lambda work: work.messages.editions(message.id))
    assert [text for text, _ in editions] == ["Turn it lfet", "Turn it left"]


async def test_an_edit_made_before_the_direct_chat_was_even_open_arrives(stage: Stage, ana: Person) -> None:
    eli = stage.person("discord", "Eli")
    stage.platform("discord").gate = asyncio.Event()
    await stage.accept("discord", eli.command("human", at=Place("discord", channel="ROOM")))
    await stage.until(lambda: len(stage.threads()) == 1)
    await stage.accept("slack", ana.command("claim", "1"))
    at = ana.new_message(stage.thread())
    await stage.accept("slack", ana.message(at, "Hello Eil"))
    await stage.accept("slack", MessageEdited("slack:edit:1", stage.clock.now(), at, ana.author, "Hello Eli"))
    stage.platform("discord").gate.set()
    await stage.settle()
    assert eli.sees[-1] == "Ana: Hello Eli"


async def test_a_customer_whose_ticket_is_nowhere_to_be_found_is_answered_by_the_bot(
    stage: Stage, dana: Person
) -> None:
    """It should never be; but then silence would be the worst of all answers."""
    await dana.says("hello")

    def lose(work: UnitOfWork) -> None:
        conversation = work.conversations.at(dana.direct)
        assert conversation is not None
        work.conversations.save(conversation.queued())

    await stage.ask(lose)
    await dana.says("Where is my parcel?")
    assert "two to four working days" in dana.sees[-1]


async def test_an_edit_that_changes_nothing_is_not_passed_on(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    sent = await ana.says("see https://x.example", at=helped)
    before = len(stage.platform("telegram").scenery.attempts)
    await ana.edits(sent, "see https://x.example")
    assert len(stage.platform("telegram").scenery.attempts) == before


async def test_what_was_said_before_the_ticket_and_edited_later_is_told_to_staff(
    stage: Stage, dana: Person, ana: Person
) -> None:
    said = await dana.says("My shelf wobbels")
    await dana.gives("human")
    await dana.edits(said, "My shelf wobbles")
    assert "Dana edited an earlier message:" in stage.in_thread()[-1]
    assert "My shelf wobbles" in stage.in_thread()[-1]


async def test_a_message_in_the_very_second_of_the_ticket_is_edited_in_its_place(
    stage: Stage, helped: Place, dana: Person
) -> None:
    """Some platforms tell only the second in which something was said."""
    said = dana.new_message()
    await dana.does(replace(dana.message(said, "first"), at=stage.clock.now() - timedelta(seconds=1)))
    await dana.edits(said, "second")
    assert stage.in_thread()[-1] == "Dana: second"


async def test_a_message_that_the_customer_takes_back_stays_readable_for_staff(
    stage: Stage, helped: Place, dana: Person
) -> None:
    said = await dana.says("my number is 555")
    await dana.deletes(said)
    assert stage.in_thread()[-1] == "Dana: my number is 555\n\n_deleted by its author_"
    await dana.edits(said, "changed after all")
    assert "changed" not in stage.in_thread()[-1]


async def test_a_message_that_the_agent_takes_back_is_gone_for_the_customer(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    sent = await ana.says("wrong window, sorry", at=helped)
    await ana.deletes(sent)
    assert "wrong window" not in str(dana.sees)
    assert all("wrong window" not in text for text in stage.in_thread())


async def test_reactions_travel_both_ways_and_go_again(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    said = await dana.says("Thank you")
    copy = stage.staff_platform.in_place(helped)[-1].at
    await ana.reacts(copy, "❤️")
    assert stage.platform("telegram").scenery.reactions[said.id] == ["❤️"]
    await ana.reacts(copy, "❤️", is_on=False)
    assert stage.platform("telegram").scenery.reactions[said.id] == []
    sent = await ana.says("You are welcome", at=helped)
    seen = stage.platform("telegram").in_place(dana.direct)[-1].at
    await dana.reacts(seen, "👍")
    assert stage.staff_platform.scenery.reactions[sent.id] == ["👍"]


async def test_only_the_owners_reactions_reach_the_customer(
    stage: Stage, helped: Place, dana: Person, ben: Person
) -> None:
    await dana.says("Thank you")
    await ben.reacts(stage.staff_platform.in_place(helped)[-1].at, "🤦")
    assert "🤦" not in str(stage.platform("telegram").scenery.reactions)


async def test_what_is_said_while_the_thread_opens_is_in_it_in_order(
    stage: Stage, dana: Person, ana: Person
) -> None:
    stage.staff_platform.gate = asyncio.Event()
    await stage.accept("telegram", dana.command("human"))
    for number in range(5):
        await stage.accept("telegram", dana.message(dana.new_message(), f"line {number}"))
    await stage.accept("slack", ana.command("claim", "1"))
    stage.staff_platform.gate.set()
    await stage.settle()
    assert stage.in_thread()[1:] == [f"Dana: line {number}" for number in range(5)]
    assert stage.state() == "with Ana"
    assert len(stage.staff_platform.attempts_of(OpenThread)) == 1


@pytest.mark.parametrize(
    "name",
    ["*Bold* _Name_", "[link](http://x)", "</b> & <co>", "@everyone", "`code`", "a|b||c||", "##", "1. Eve"],
)
async def test_a_name_with_markup_in_it_is_only_a_name(stage: Stage, ana: Person, name: str) -> None:
    customer = stage.person("discord", name)
    await customer.gives("human")
    await ana.gives("claim", "1")
    await customer.says("hello")
    shown = stage.staff_platform.in_place(stage.thread())[-1].content
    assert shown.speaker is not None
    assert shown.speaker.name == name
    assert plain_fields(stage)["Customer"] == name
    agent = stage.agent(name)
    await agent.gives("release", "1")
    await agent.gives("claim", "1")
    assert f"{name} is helping you now" in plain(customer.sees[-1])


async def test_hundred_thousand_characters_travel_whole(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    long = "".join(f"line {number} with some *words*\n" for number in range(4000))
    await dana.says(long)
    assert stage.in_thread()[-1] == f"Dana: {long}"
    sent = await ana.says(long, at=helped)
    assert dana.sees[-1] == f"Ana: {long}"
    assert stage.marks(sent) == ["sent"]


async def test_a_card_stays_small_whatever_was_written(stage: Stage, dana: Person) -> None:
    for number in range(6):
        await dana.says(f"{number} " + "[*_`" * 20_000)
    await dana.gives("human")
    card = stage.card()
    assert len(card.text) < 6000
    assert len(card.title) <= 100


async def test_mass_mentions_are_carried_as_words(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    text = "@everyone @here <!channel> <@U1> look"
    await dana.says(text)
    posted = [one for one, _ in stage.staff_platform.attempts_of(Post)][-1]
    assert isinstance(posted, Post)
    assert posted.content.text == text


async def test_an_agent_on_another_ticket_does_not_mix_customers(stage: Stage, ana: Person) -> None:
    dana, eli = stage.person("telegram", "Dana"), stage.person("discord", "Eli")
    await dana.gives("human")
    await eli.gives("human")
    await ana.gives("claim", "1")
    await ana.gives("claim", "2")
    await ana.says("for Dana", at=stage.thread(1))
    await ana.says("for Eli", at=stage.thread(2))
    assert dana.sees[-1] == "Ana: for Dana"
    assert eli.sees[-1] == "Ana: for Eli"
    assert "for Eli" not in str(dana.sees)


def plain_fields(stage: Stage) -> dict[str, str]:
    return {label: plain(value) for label, value in stage.card().fields}


async def test_what_is_said_behind_an_album_arrives_behind_it(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    first = await dana.says("The crooked leg", files=(dana.file("1.jpg"),), album="A1")
    second = await dana.says("", files=(dana.file("2.jpg"),), album="A1")
    await dana.says("That is all of it")
    before = stage.staff_platform.in_place(helped)
    assert not any("The crooked leg" in one.content.text for one in before)
    await stage.later(seconds=1)
    album, words = stage.staff_platform.in_place(helped)[-2:]
    assert (album.content.text, len(album.content.files)) == ("The crooked leg", 2)
    assert words.content.text == "That is all of it"
    await ana.says("The second is better", at=helped, reply_to=album.at)
    assert stage.platform("telegram").in_place(dana.direct)[-1].reply_to == first
    await dana.edits(second, "", (dana.file("3.jpg"),))
    edited = next(one for one in stage.staff_platform.in_place(helped) if one.at == album.at)
    assert [file.name for file in edited.content.files] == ["1.jpg", "3.jpg"]
    assert edited.content.text == "The crooked leg"


async def test_of_an_album_only_the_words_that_were_edited_change(
    stage: Stage, helped: Place, dana: Person
) -> None:
    captions = ("The left leg", "", "The right leg")
    files = [dana.file(f"{number}.jpg") for number in range(3)]
    said = [
        await dana.says(text, files=(file,), album="A1") for text, file in zip(captions, files, strict=True)
    ]
    await stage.later(seconds=1)

    def shown() -> str:
        return stage.staff_platform.in_place(helped)[-1].content.text

    assert shown() == "The left leg\n\nThe right leg"
    await dana.edits(said[2], "The right one", (files[2],))
    assert shown() == "The left leg\n\nThe right one"
    await dana.edits(said[1], "The top", (files[1],))
    assert shown() == "The left leg\n\nThe top\n\nThe right one"
    await dana.edits(said[0], "", (dana.file("new.jpg"),))
    assert shown() == "The top\n\nThe right one"
    names = [file.name for file in stage.staff_platform.in_place(helped)[-1].content.files]
    assert names == ["new.jpg", "1.jpg", "2.jpg"]


async def test_a_file_that_is_taken_away_or_added_follows(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    said = await ana.says("both", at=helped, files=(ana.file("a.pdf"), ana.file("b.pdf")))

    def names() -> list[str]:
        return [file.name for file in stage.platform("telegram").in_place(dana.direct)[-1].content.files]

    assert names() == ["a.pdf", "b.pdf"]
    await ana.edits(said, "both", (ana.file("b.pdf"),))
    assert names() == ["b.pdf"]
    await ana.edits(said, "both words")
    assert names() == ["b.pdf"], "what the platform does not tell stays as it was"
    await ana.edits(said, "none", ())
    assert names() == []


async def test_a_file_beside_a_command_goes_with_it_or_is_asked_for_again(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    vera = stage.person("discord", "Vera")
    before = len(dana.sees)
    await ana.gives("note", "between us", at=helped, files=(ana.file("secret.pdf"),))
    assert len(dana.sees) == before
    await vera.gives("ticket", "it broke", files=(vera.file("crack.jpg"),))
    shown = stage.staff_platform.in_place(stage.thread(2))
    assert [file.name for one in shown for file in one.content.files] == ["crack.jpg"]
    await vera.gives("ticket", files=(vera.file("more.jpg"),))
    shown = stage.staff_platform.in_place(stage.thread(2))
    assert [file.name for one in shown for file in one.content.files] == ["crack.jpg", "more.jpg"]
    await vera.gives("help", files=(vera.file("lost.jpg"),))
    assert "A command takes no files" in vera.was_told


async def test_whoever_adds_a_file_that_does_not_arrive_is_told(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    said = await ana.says("the manual", at=helped)
    manual = LostFile("manual.pdf", 60_000_000, Loss.TOO_LARGE)
    stage.platform("telegram").receipt = lambda _, receipt: Receipt(receipt.messages, lost=(manual,))
    await ana.edits(said, "the manual", (ana.file("manual.pdf"),))
    assert "manual.pdf (60.0 MB)** did not arrive" in stage.in_thread()[-1]
    assert stage.marks(said)[-1] == "failed"
