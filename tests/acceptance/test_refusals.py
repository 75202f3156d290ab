"""What must not go wrong in silence: gone threads, blocked bots, large files, forged buttons, bots, staff commands."""

from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.discord import DiscordServer
from sandbox.discord.draft import Draft as DiscordDraft
from sandbox.slack import SlackServer
from sandbox.slack.happenings import Draft as SlackDraft
from sandbox.surface import SurfaceError, Upload
from tests.acceptance.dwellers import FAILED, SENT
from tests.acceptance.test_repeats_and_losses import arrive
from tests.acceptance.town import PLATFORMS, Town, open_town

MEGABYTE = 1024 * 1024
FORGED = ("claim:1", "resolve:1", "jump_in:1", "let_in:1", "event_drop:1", "rate:1:5", "still_works:1:0", "person:1",
          "close_ticket:1", "solved:999999", "nonsense:1", "claim:x", "claim:-1", ":", "a" * 60)  # fmt: skip
STAFF_COMMANDS = ("queue", "claim 1", "release 1", "resolve 1", "reopen 1", "note 1 hello", "sos now")


@pytest.mark.parametrize("staff", PLATFORMS)
async def test_a_deleted_staff_thread_comes_back_with_everything(
    staff: str, sqlite_url: str, articles: Path
) -> None:
    async with open_town(sqlite_url, articles, staff_platform=staff) as town:
        customer = town.newcomer("discord" if staff != "discord" else "telegram")
        thread = await town.claimed(customer, "My shelf is crooked")
        await customer.says("said before")
        await thread.sees("said before")
        await town.settle()
        await thread.server.delete_room(thread.room)
        await customer.says("said afterwards")
        again = await town.thread_of(town.agents()[0], "My shelf is crooked")
        await again.sees("said before")
        await again.sees("said afterwards")
        sent = await again.says("still here")
        await customer.sees("still here")
        await again.sees_reaction(sent, SENT)
        await town.settle()
        assert again.room != thread.room
        assert len(town.threads(again)) == 1


@pytest.mark.parametrize("platform", ["discord", "telegram"])
async def test_whoever_shut_the_bot_out_is_reported_to_the_agent(town: Town, platform: str) -> None:
    customer = town.newcomer(platform)
    thread = await town.claimed(customer, "My shelf is crooked")
    await town.settle()
    await customer.server.block_bot(customer.id)
    said = await thread.says("Can you hear me?")
    await thread.sees_reaction(said, FAILED)
    await thread.sees("did not reach the customer", "blocked the bot or closed their direct messages")
    await customer.server.block_bot(customer.id, is_blocked=False)
    await customer.says("I am back")
    await thread.sees("I am back")
    said = await thread.says("And now?")
    await customer.sees("And now?")
    await thread.sees_reaction(said, SENT)


async def test_a_customers_deleted_post_is_reported_to_the_agent(town: Town) -> None:
    customer = town.newcomer("discord")
    forum = town.room(customer, "questions").id
    words = "I would like to talk to a person"
    post = customer.at(await customer.server.open_thread(customer.id, forum, "Shelf", words))
    await post.sees("Your ticket is #1")
    thread = await town.thread_of(town.agents()[0], customer.name)
    await thread.presses("Claim")
    await post.sees("is helping you now")
    await town.settle()
    await customer.server.delete_room(post.room)
    await thread.sees("place where the customer wrote was deleted")
    said = await thread.says("Where are you?")
    await thread.sees_reaction(said, FAILED)
    await thread.sees("did not reach the customer", "does not exist any more")


@pytest.mark.parametrize(
    ("platform", "staff"), [("slack", "discord"), ("slack", "telegram"), ("telegram", "discord")]
)
async def test_a_file_that_is_too_large_is_reported_and_its_words_arrive(
    platform: str, staff: str, sqlite_url: str, articles: Path
) -> None:
    async with open_town(sqlite_url, articles, staff_platform=staff) as town:
        customer = town.newcomer(platform)
        thread = await town.claimed(customer, "My shelf is crooked")
        size = 22 if platform == "telegram" else 52
        large = Upload("film.bin", "application/octet-stream", b"\0" * size * MEGABYTE)
        await customer.says("look at this film", files=(large,))
        await thread.sees("look at this film")
        await thread.sees("too large to be passed on")
        small = Upload("note.txt", "text/plain", b"small")
        await customer.says("and at this note", files=(small,))
        copy = await thread.hears("and at this note")
        await town.until(lambda: any(one.files for one in thread.heard()), "the small file arrives")
        assert "too large" not in copy.text


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_customer_gets_nothing_by_a_staff_command(town: Town, platform: str) -> None:
    customer, other = (
        town.newcomer(platform),
        town.newcomer("telegram" if platform != "telegram" else "slack"),
    )
    thread = await town.claimed(other, "My secret order")
    await customer.gives("ticket", "Something of my own")
    await customer.sees("Your ticket is #2")
    for command in STAFF_COMMANDS:
        name, _, arguments = command.partition(" ")
        before = customer.count("This is for the support team")
        await customer.gives(name, arguments)
        await town.until(
            lambda before=before: customer.count("This is for the support team") == before + 1,
            lambda command=command: f"/{command} is refused\n{customer.transcript()}",
        )
    await town.settle()
    assert not any("secret" in one.text for one in customer.messages())
    assert other.count("as solved") == 0
    await other.says("am I still here?")
    await thread.sees("am I still here?")


async def test_commands_that_customers_cannot_use_are_not_in_their_menu(town: Town) -> None:
    customer = town.newcomer("telegram")
    await customer.gives("help")
    shown = await customer.sees("Ask me anything about Juniper & Pine")
    assert "/human" in shown.text
    assert "/claim" not in shown.text
    offered = [one.name for one in customer.server.commands(customer.id, customer.room)]
    assert "human" in offered
    assert "claim" not in offered


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_forged_buttons_do_nothing(town: Town, platform: str) -> None:
    """Buttons that look like the bot's own, put under one of its messages by somebody who can."""
    customer, other = town.newcomer(platform), town.newcomer(platform)
    thread = await town.claimed(other, "My secret order")
    await customer.says("When does my parcel arrive?")
    offered = await customer.sees("two to four working days")
    forged = [*FORGED]
    tickets = await ids_of_tickets(town)
    forged += [
        f"{action}:{tickets[0]}" for action in ("claim", "resolve", "release", "reopen", "close_ticket")
    ]
    for button in forged:
        put_button(town, platform, customer.room, offered.id, button)
        try:
            await customer.server.press(customer.id, customer.room, offered.id, button)
        except SurfaceError as error:
            raise AssertionError(f"{button} was not answered: {error}") from error
    await town.settle()
    assert not any("secret" in one.text for one in customer.messages())
    assert other.count("as solved") == other.count("hand this on") == other.count("is closed") == 0
    await other.says("am I still here?")
    await thread.sees("am I still here?")


async def ids_of_tickets(town: Town) -> list[int]:
    assert town.house is not None
    tickets: list[int] = await town.house.writer.do(
        lambda work: [one.id for one in work.tickets.claimed(limit=9)]
    )
    return tickets


def put_button(town: Town, platform: str, room: str, message: str, button: str) -> None:
    server = town.servers[platform]
    if isinstance(server, SlackServer):
        element = {
            "type": "button",
            "action_id": button,
            "value": button,
            "text": {"type": "plain_text", "text": "x"},
        }
        post = server.workspace.channels[room].posts[message]
        post.body["blocks"] = [{"type": "actions", "block_id": "b", "elements": [element]}]
    elif isinstance(server, DiscordServer):
        row = {
            "type": 1,
            "id": 1,
            "components": [{"type": 2, "style": 1, "label": "x", "custom_id": button, "id": 2}],
        }
        server._community.message(room, message).components = [row]
    else:
        chat = server.state.chats[int(room)]  # type: ignore[attr-defined] # Telegram, by exclusion
        keys = {"inline_keyboard": [[{"text": "x", "callback_data": button}]]}
        chat.messages[int(message)] = replace(chat.messages[int(message)], markup=keys)


async def test_what_another_bot_says_is_not_answered(town: Town) -> None:
    slack, discord = town.servers["slack"], town.servers["discord"]
    assert isinstance(slack, SlackServer)
    assert isinstance(discord, DiscordServer)
    customer = town.newcomer("slack")
    channel = slack.workspace.channels[town.room(customer, "help").id]
    body = {"subtype": "bot_message", "bot_id": "B0OTHER", "username": "Other bot"}
    slack.happenings.post(channel, customer.id, SlackDraft("When does my parcel arrive?", extra=body))
    user = discord.add_person("Other bot")
    discord._community.users[user.id].is_bot = True
    room = discord._community.channels[town.room(town.newcomer("discord"), "help").id]
    discord._parts.posting.post(DiscordDraft(content="When does my parcel arrive?"), user.id, room)
    person = town.newcomer("slack")
    await person.says("When does my parcel arrive?")
    await person.sees("two to four working days")
    await town.settle()
    assert not any("two to four" in str(one.native) for one in customer.at(channel.id).messages())
    assert not [one for one in person.rooms() if one.parent == channel.id], "no thread was begun"
    assert not [one for one in discord.rooms(town.person("discord", "Mia")) if one.parent == room.id]


async def test_the_bot_does_not_talk_to_itself(town: Town) -> None:
    """What the bot says in rooms where it listens comes back to it as events; none of them is answered."""
    customer = town.newcomer("telegram")
    await customer.at(town.room(customer, "Juniper fans").id).says("When does my parcel arrive?")
    thread = await town.ticket(town.newcomer("discord"), "My shelf is crooked")
    await thread.says("a note, for nobody has claimed it")
    await town.settle()
    said = len(thread.heard())
    await town.later(minutes=1)
    await town.settle()
    assert len(thread.heard()) == said


async def test_a_customer_whose_messages_never_stop_is_served_in_order(town: Town) -> None:
    customer = town.newcomer("telegram")
    thread = await town.claimed(customer, "My shelf is crooked")
    for number in range(40):
        await customer.says(f"there{number}")
    await arrive(thread, "there", 40)
