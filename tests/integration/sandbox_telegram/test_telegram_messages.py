"""Messages between people and the bot, through the real python-telegram-bot."""

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, ReplyKeyboardMarkup, ReplyParameters
from telegram.error import BadRequest, Forbidden

from sandbox.surface import SurfaceError
from sandbox.telegram import TelegramServer
from sandbox.telegram.model import Entity
from sandbox.telegram.story import DANA, EMIL, FANS, LEA
from tests.integration.sandbox_telegram.telegram_clients import Reader

HOME = str(DANA.id)
BUTTONS = InlineKeyboardMarkup(
    [
        [InlineKeyboardButton("Solved", callback_data="solved:1")],
        [InlineKeyboardButton("Source", url="https://juniper.example/returns")],
    ]
)


async def test_what_a_person_writes_reaches_the_bot_with_who_and_where(
    server: TelegramServer, reader: Reader
) -> None:
    number = await server.say(HOME, HOME, "Where is my lamp?")
    message = (await reader.one()).message
    assert message is not None
    assert (str(message.message_id), message.text) == (number, "Where is my lamp?")
    assert message.from_user is not None
    assert (message.from_user.id, message.from_user.full_name) == (DANA.id, "Dana Petrova")
    assert (message.chat.id, message.chat.type) == (DANA.id, "private")


async def test_bot_may_write_only_to_people_who_wrote_first(server: TelegramServer, bot: Bot) -> None:
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(DANA.id, "Hello?")
    await server.say(HOME, HOME, "hi")
    await bot.send_message(DANA.id, "Hello!")
    assert [message.text for message in server.messages(HOME, HOME)] == ["hi", "Hello!"]


async def test_start_with_a_payload_is_a_command_message(server: TelegramServer, reader: Reader) -> None:
    await server.command(HOME, HOME, "start", "order-4711")
    message = (await reader.one()).message
    assert message is not None
    assert message.text == "/start order-4711"
    assert [(entity.type, entity.offset, entity.length) for entity in message.entities] == [
        ("bot_command", 0, 6)
    ]


async def test_edits_of_people_arrive_as_edited_messages(server: TelegramServer, reader: Reader) -> None:
    number = await server.say(HOME, HOME, "wher is it")
    await reader.one()
    await server.edit(HOME, HOME, number, "where is it")
    edited = (await reader.one()).edited_message
    assert edited is not None
    assert (str(edited.message_id), edited.text) == (number, "where is it")
    assert edited.edit_date is not None
    assert server.messages(HOME, HOME)[0].is_edited


async def test_deletions_of_people_and_own_messages_of_the_bot_bring_no_update(
    server: TelegramServer, bot: Bot, reader: Reader
) -> None:
    number = await server.say(HOME, HOME, "oops")
    await reader.one()
    await bot.send_message(DANA.id, "I saw that")
    await server.delete(HOME, HOME, number)
    assert await reader.waiting() == []
    assert [message.text for message in server.messages(HOME, HOME)] == ["I saw that"]


async def test_replies_carry_the_message_they_answer_both_ways(
    server: TelegramServer, bot: Bot, reader: Reader
) -> None:
    question = await server.say(HOME, HOME, "Is it blue or green?")
    answer = await bot.send_message(
        DANA.id, "Blue.", reply_parameters=ReplyParameters(int(question), quote="blue")
    )
    assert answer.reply_to_message is not None
    assert str(answer.reply_to_message.message_id) == question
    assert answer.quote is not None
    assert (answer.quote.text, answer.quote.position) == ("blue", 6)
    await server.say(HOME, HOME, "Thanks", reply_to=str(answer.message_id), quote="Blue")
    thanks = (await reader.updates())[-1].message
    assert thanks is not None
    assert thanks.reply_to_message is not None
    assert thanks.reply_to_message.text == "Blue."
    assert thanks.reply_to_message.reply_to_message is None
    assert thanks.quote is not None
    assert thanks.quote.is_manual


async def test_reply_to_a_deleted_message_fails_unless_it_may_go_without(
    server: TelegramServer, bot: Bot
) -> None:
    number = await server.say(HOME, HOME, "gone soon")
    await server.delete(HOME, HOME, number)
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(DANA.id, "x", reply_parameters=ReplyParameters(int(number)))
    free = ReplyParameters(int(number), allow_sending_without_reply=True)
    sent = await bot.send_message(DANA.id, "x", reply_parameters=free)
    assert sent.reply_to_message is None


async def test_pressed_button_is_answered_once_and_the_message_can_be_edited(
    server: TelegramServer, bot: Bot, reader: Reader
) -> None:
    await server.say(HOME, HOME, "help")
    await reader.one()
    sent = await bot.send_message(DANA.id, "Did this help?", reply_markup=BUTTONS)
    shown = server.messages(HOME, HOME)[-1]
    assert [(button.id, button.label, button.url) for button in shown.buttons] == [
        ("solved:1", "Solved", ""),
        ("https://juniper.example/returns", "Source", "https://juniper.example/returns"),
    ]
    await server.press(HOME, HOME, str(sent.message_id), "solved:1")
    query = (await reader.one()).callback_query
    assert query is not None
    assert (query.data, query.from_user.id) == ("solved:1", DANA.id)
    await query.answer("Glad to hear it", show_alert=True)
    (answer,) = [entry for entry in server.world.journal.entries if entry.kind == "answer"]
    assert (answer.room, answer.data["text"], answer.data["is_alert"]) == (HOME, "Glad to hear it", True)
    await query.edit_message_text("Solved ✓")
    assert server.messages(HOME, HOME)[-1].text == "Solved ✓"
    assert server.messages(HOME, HOME)[-1].buttons == ()
    with pytest.raises(BadRequest, match="Query is too old"):
        await query.answer()


async def test_button_that_waited_too_long_can_no_longer_be_answered(
    server: TelegramServer, bot: Bot, reader: Reader
) -> None:
    await server.say(HOME, HOME, "help")
    await reader.one()
    sent = await bot.send_message(DANA.id, "Did this help?", reply_markup=BUTTONS)
    await server.press(HOME, HOME, str(sent.message_id), "solved:1")
    query = (await reader.one()).callback_query
    assert query is not None
    server.world.clock.advance(3600)
    with pytest.raises(BadRequest, match="Query is too old"):
        await query.answer()


async def test_link_button_only_opens_its_link(server: TelegramServer, bot: Bot, reader: Reader) -> None:
    await server.say(HOME, HOME, "help")
    await reader.one()
    sent = await bot.send_message(DANA.id, "Read this", reply_markup=BUTTONS)
    await server.press(HOME, HOME, str(sent.message_id), "Source")
    assert await reader.waiting() == []
    assert server.world.journal.entries[-2].data["url"] == "https://juniper.example/returns"


async def test_key_of_a_reply_keyboard_sends_its_label(
    server: TelegramServer, bot: Bot, reader: Reader
) -> None:
    await server.say(HOME, HOME, "hi")
    await reader.one()
    keys = ReplyKeyboardMarkup([["1", "2", "3"]], one_time_keyboard=True)
    sent = await bot.send_message(DANA.id, "How was it?", reply_markup=keys)
    await server.press(HOME, HOME, str(sent.message_id), "3")
    message = (await reader.one()).message
    assert message is not None
    assert message.text == "3"


async def test_button_that_is_not_there_cannot_be_pressed(server: TelegramServer, bot: Bot) -> None:
    number = await server.say(HOME, HOME, "hi")
    with pytest.raises(SurfaceError, match="There is no button"):
        await server.press(HOME, HOME, number, "solved:1")


async def test_editing_to_the_same_is_refused_and_leaves_everything(server: TelegramServer, bot: Bot) -> None:
    await server.say(HOME, HOME, "hi")
    sent = await bot.send_message(DANA.id, "One", reply_markup=BUTTONS)
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_text("One", DANA.id, sent.message_id, reply_markup=BUTTONS)
    await bot.edit_message_reply_markup(DANA.id, sent.message_id, reply_markup=None)
    assert server.messages(HOME, HOME)[-1].buttons == ()
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_reply_markup(DANA.id, sent.message_id, reply_markup=None)


async def test_blocked_bot_is_told_and_refused_until_unblocked(
    server: TelegramServer, bot: Bot, reader: Reader
) -> None:
    await server.say(HOME, HOME, "hi")
    await reader.one()
    await server.block_bot(HOME)
    blocked = (await reader.one()).my_chat_member
    assert blocked is not None
    assert (blocked.old_chat_member.status, blocked.new_chat_member.status) == ("member", "kicked")
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(DANA.id, "Hello?")
    with pytest.raises(SurfaceError, match="unblock"):
        await server.say(HOME, HOME, "hi again")
    await server.block_bot(HOME, is_blocked=False)
    back = (await reader.one()).my_chat_member
    assert back is not None
    assert back.new_chat_member.status == "member"
    await bot.send_message(DANA.id, "Welcome back")


async def test_long_text_of_a_person_is_split_and_nothing_is_lost(
    server: TelegramServer, reader: Reader
) -> None:
    words = " ".join(f"word{number}" for number in range(1200)) + " 🛋️" * 800
    await server.say(HOME, HOME, words)
    updates = await reader.updates()
    texts = [update.message.text or "" for update in updates if update.message]
    assert len(texts) > 2
    assert all(len(text.encode("utf-16-le")) <= 2 * 4096 for text in texts)
    assert " ".join(texts) == words


async def test_copy_has_no_origin_and_forward_names_it(server: TelegramServer, bot: Bot) -> None:
    number = await server.say(HOME, HOME, "**My** lamp is broken")
    await server.say(str(EMIL.id), str(EMIL.id), "hi")
    copied = await bot.copy_message(EMIL.id, DANA.id, int(number))
    forwarded = await bot.forward_message(EMIL.id, DANA.id, int(number))
    assert forwarded.forward_origin is not None
    assert forwarded.forward_origin.to_dict()["sender_user"]["id"] == DANA.id
    shown = {message.id: message for message in server.messages(str(EMIL.id), str(EMIL.id))}
    copy = shown[str(copied.message_id)]
    assert copy.text == "My lamp is broken"
    assert copy.native["entities"][0]["type"] == "bold"
    assert "forward_origin" not in copy.native


async def test_room_of_a_group_is_shown_only_to_its_members(server: TelegramServer) -> None:
    desk = server.bot_settings()["STAFF_SPACE"].removeprefix("telegram:")
    assert desk not in [room.id for room in server.rooms(HOME)]
    with pytest.raises(SurfaceError, match="is not in room"):
        server.messages(HOME, desk)
    assert server.rooms(HOME)[0].kind == "dm"
    assert [room.kind for room in server.rooms(HOME) if room.id == str(FANS)] == ["group"]


async def test_new_person_is_in_the_public_rooms_and_can_write(
    server: TelegramServer, reader: Reader
) -> None:
    person = server.add_person("Vera Lind")
    assert str(FANS) in [room.id for room in server.rooms(person.id)]
    await server.say(person.id, person.id, "hello")
    message = (await reader.one()).message
    assert message is not None
    assert message.from_user is not None
    assert message.from_user.full_name == "Vera Lind"


async def test_two_servers_in_one_process_know_nothing_of_each_other(server: TelegramServer) -> None:
    other = TelegramServer(type(server.world)())
    await other.start("127.0.0.1", 0)
    await server.say(str(LEA.id), str(LEA.id), "only here")
    assert other.messages(str(LEA.id), str(LEA.id)) == []
    assert other.bot_settings()["TELEGRAM_API_URL"] != server.bot_settings()["TELEGRAM_API_URL"]
    await other.stop()


async def test_protected_message_can_be_neither_copied_nor_forwarded(
    server: TelegramServer, bot: Bot
) -> None:
    await server.say(HOME, HOME, "hi")
    sent = await bot.send_message(DANA.id, "secret", protect_content=True)
    assert sent.has_protected_content
    with pytest.raises(BadRequest, match="Message can't be copied"):
        await bot.copy_message(DANA.id, DANA.id, sent.message_id)
    with pytest.raises(BadRequest, match="The message can't be forwarded"):
        await bot.forward_message(DANA.id, DANA.id, sent.message_id)


async def test_several_messages_are_deleted_at_once_and_missing_ones_do_not_matter(
    server: TelegramServer, bot: Bot
) -> None:
    numbers = [int(await server.say(HOME, HOME, text)) for text in ("one", "two", "three")]
    await bot.delete_messages(DANA.id, [*numbers[:2], 999])
    assert [message.text for message in server.messages(HOME, HOME)] == ["three"]


async def test_stopped_poll_stays_closed(server: TelegramServer, bot: Bot) -> None:
    await server.say(HOME, HOME, "hi")
    sent = await bot.send_poll(DANA.id, "Which lamp?", ["blue", "green"])
    assert (await bot.stop_poll(DANA.id, sent.message_id)).is_closed
    with pytest.raises(BadRequest, match="Poll has already been closed"):
        await bot.stop_poll(DANA.id, sent.message_id)


async def test_person_is_told_what_cannot_be_sent(server: TelegramServer, reader: Reader) -> None:
    with pytest.raises(SurfaceError, match="nothing to send"):
        await server.say(HOME, HOME, " \n ")
    number = await server.say(HOME, HOME, "hi")
    with pytest.raises(SurfaceError, match="delete it instead"):
        await server.edit(HOME, HOME, number, "")
    with pytest.raises(SurfaceError, match="more than 4,096"):
        await server.edit(HOME, HOME, number, "x" * 5000)
    with pytest.raises(SurfaceError, match="Telegram does not take this"):
        await server.say(HOME, HOME, "hi", entities=(Entity("bold", 5, 9),))
    with pytest.raises(SurfaceError, match="Only your own messages"):
        await server.edit(str(EMIL.id), str(FANS), await server.say(HOME, str(FANS), "mine"), "yours")
    with pytest.raises(SurfaceError, match="There is no message 999"):
        await server.react(HOME, HOME, "999", "👍")
    with pytest.raises(SurfaceError, match="no reaction"):
        await server.react(HOME, HOME, number, "✅")
    with pytest.raises(SurfaceError, match="There is no person"):
        await server.say("1", HOME, "hi")
    assert [update.message.text for update in await reader.updates() if update.message] == ["hi", "mine"]
