"""Wherever a customer may ask: every kind of place on every platform, with the staff on each of the three."""

from collections.abc import Awaitable, Callable
from itertools import count

import pytest

from sandbox.discord.story import BOT_USER
from sandbox.slack import SlackServer
from tests.acceptance.dwellers import SENT, Dweller
from tests.acceptance.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTION = "When does my parcel arrive?"
_numbers = count(1)


async def slack_channel(town: Town) -> Dweller:
    """A top-level message in the support channel: the exchange lives in its thread."""
    customer = town.newcomer("slack")
    channel = customer.at(town.room(customer, "help").id)
    asked = await channel.says(QUESTION)
    return customer.at(f"{channel.room}:{asked}")


async def slack_mention(town: Town) -> Dweller:
    """A mention in a channel that is no support place, where somebody has brought the bot."""
    customer = town.newcomer("slack")
    channel = customer.at(town.room(customer, "random").id)
    server = town.servers["slack"]
    assert isinstance(server, SlackServer)
    bot = server.workspace.bot.id
    if bot not in server.workspace.channels[channel.room].members:
        await server.invite(customer.id, channel.room, bot)
    asked = await channel.says(f"@Allhands {QUESTION}")
    return customer.at(f"{channel.room}:{asked}")


async def discord_channel(town: Town) -> Dweller:
    """A message in a text channel: the bot begins a thread from it."""
    customer = town.newcomer("discord")
    channel = customer.at(town.room(customer, "help").id)
    asked = await channel.says(QUESTION)
    await town.until(lambda: any(one.id == asked for one in customer.rooms()), "a thread from the message")
    return customer.at(asked)


async def discord_thread(town: Town) -> Dweller:
    """A thread that the customer has begun."""
    customer = town.newcomer("discord")
    channel = town.room(customer, "help").id
    return customer.at(await customer.server.open_thread(customer.id, channel, "My parcel", QUESTION))


async def discord_mention(town: Town) -> Dweller:
    """A mention in a thread of a channel that is no support place."""
    customer = town.newcomer("discord")
    channel = town.room(customer, "off-topic").id
    words = f"<@{BOT_USER}> {QUESTION}"
    return customer.at(await customer.server.open_thread(customer.id, channel, "My parcel", words))


async def discord_post(town: Town) -> Dweller:
    """A post in a forum."""
    customer = town.newcomer("discord")
    forum = town.room(customer, "questions").id
    return customer.at(await customer.server.open_thread(customer.id, forum, "My parcel", QUESTION))


async def telegram_group(town: Town) -> Dweller:
    """A group without topics: the exchange is the person's own."""
    customer = town.newcomer("telegram")
    group = customer.at(town.room(customer, "Juniper fans").id)
    await group.says(QUESTION)
    return group


async def telegram_topic(town: Town) -> Dweller:
    """A topic of a forum."""
    customer = town.newcomer("telegram")
    topic = customer.at(town.room(customer, "Deliveries").id)
    await topic.says(QUESTION)
    return topic


PLACES = [
    slack_channel,
    slack_mention,
    discord_channel,
    discord_thread,
    discord_mention,
    discord_post,
    telegram_group,
    telegram_topic,
]


@pytest.mark.parametrize("ask", PLACES, ids=lambda ask: ask.__name__)
async def test_a_question_is_answered_and_handed_over_where_it_was_asked(
    shared_town: Town, ask: Callable[[Town], Awaitable[Dweller]]
) -> None:
    town = shared_town
    customer = await ask(town)
    await customer.sees("two to four working days")
    direct = customer.in_direct()
    await customer.presses("Talk to a person")
    await customer.sees("Your ticket is #")

    thread = await town.thread_of(town.agents()[0], customer.name)
    await thread.presses("Claim")
    await customer.sees("is helping you now")
    words = f"Parcel number {next(_numbers)}"
    await customer.says(words)
    await thread.sees(words)
    sent = await thread.says(f"I have found it: {words}")
    await customer.sees(f"I have found it: {words}")
    await thread.sees_reaction(sent, SENT)

    await thread.presses("Resolve")
    await customer.presses("4 ★")
    await customer.sees("Would you like to add a few words?")
    await town.settle()
    assert not direct.heard(), "what was asked in a room is answered in the room"


@pytest.mark.parametrize("name", ["Juniper fans", "Deliveries"])
async def test_two_people_in_one_group_have_a_conversation_each(shared_town: Town, name: str) -> None:
    town = shared_town
    first, second = (town.newcomer("telegram") for _ in range(2))
    first, second = (one.at(town.room(one, name).id) for one in (first, second))
    threads = []
    for customer in (first, second):
        await customer.gives("ticket", f"Words of {customer.name}")
        threads.append(await town.thread_of(town.agents()[0], f"Words of {customer.name}"))
        await threads[-1].presses("Claim")
    for customer, thread in zip((first, second), threads, strict=True):
        question = await customer.says(f"I am {customer.name}")
        await thread.sees(f"I am {customer.name}")
        await thread.says(f"Hello {customer.name}", reply_to=question_in(thread, customer))
        answered = await customer.sees(f"Hello {customer.name}")
        assert answered.reply_to == question, "everybody can tell whose answer it is"
    assert first.room == second.room
    for thread, other in zip(threads, (second, first), strict=True):
        assert not any(f"I am {other.name}" in one.text for one in thread.messages())


def question_in(thread: Dweller, customer: Dweller) -> str:
    return next(one.id for one in thread.messages() if f"I am {customer.name}" in one.text)


@pytest.mark.parametrize(("platform", "channel"), [("slack", "help"), ("discord", "help")])
async def test_two_messages_in_a_row_are_one_request(shared_town: Town, platform: str, channel: str) -> None:
    town = shared_town
    customer = town.newcomer(platform)
    room = customer.at(town.room(customer, channel).id)
    asked = await room.says("I would like to talk to a person please")
    exchange = customer.at(f"{room.room}:{asked}" if platform == "slack" else asked)
    await exchange.town.until(lambda: exchange.room in [one.id for one in customer.rooms()], "the exchange")
    await exchange.sees("Your ticket is #")
    thread = await town.thread_of(town.agents()[0], customer.name)
    await room.says("It is about my table")
    await thread.sees("It is about my table")


@pytest.mark.parametrize(
    ("platform", "room"), [("slack", "random"), ("discord", "off-topic")], ids=["slack", "discord"]
)
async def test_what_is_not_said_to_the_bot_stays_unanswered(
    shared_town: Town, platform: str, room: str
) -> None:
    town = shared_town
    customer = town.newcomer(platform)
    elsewhere = customer.at(town.room(customer, room).id)
    before = len(elsewhere.heard())
    asked = await elsewhere.says(QUESTION)
    await town.settle()
    assert len(elsewhere.heard()) == before
    assert not any(asked in one.id for one in customer.rooms()), "nor in a thread"
    assert not customer.in_direct().heard()


async def test_only_the_one_who_was_helped_can_rate(shared_town: Town) -> None:
    town = shared_town
    customer, other = town.newcomer("discord"), town.newcomer("discord")
    forum = town.room(customer, "questions").id
    post = await customer.server.open_thread(customer.id, forum, "Mine", "I would like to talk to a person")
    customer = customer.at(post)
    await customer.sees("Your ticket is #")
    thread = await town.thread_of(town.agents()[0], customer.name)
    await thread.presses("Claim")
    await thread.presses("Resolve")
    await customer.sees("How was the help you got?")
    await other.at(post).presses("1 ★")
    await other.at(post).is_told("Only the person who was helped can rate this")
    await customer.presses("5 ★")
    await customer.sees("Thank you for the rating")
