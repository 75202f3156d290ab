"""Groups, forums and their topics, members, rights, privacy, reactions and command menus."""

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeChatAdministrators,
    BotCommandScopeChatMember,
    ReplyParameters,
)
from telegram.error import BadRequest, Forbidden

from sandbox.surface import SurfaceError
from sandbox.telegram import TelegramServer
from sandbox.telegram.story import BOT, DANA, DELIVERIES, EMIL, FANS, FORUM, LEA, SUPPORT_DESK, TOM, UMA
from tests.integration.sandbox_telegram.telegram_clients import Reader

TOPIC_ROOM = f"{FORUM}:{DELIVERIES}"
DANA_ID, TOM_ID, UMA_ID, LEA_ID = (str(person.id) for person in (DANA, TOM, UMA, LEA))


async def test_bot_creates_a_topic_writes_copies_reads_and_closes_it(
    server: TelegramServer, bot: Bot, reader: Reader
) -> None:
    number = await server.say(DANA_ID, DANA_ID, "My **lamp** broke")
    topic = await bot.create_forum_topic(SUPPORT_DESK, "#1 Dana Petrova", icon_color=0xFFD67E)
    room = f"{SUPPORT_DESK}:{topic.message_thread_id}"
    assert room in [shown.id for shown in server.rooms(TOM_ID)]
    card = await bot.send_message(SUPPORT_DESK, "New ticket", message_thread_id=topic.message_thread_id)
    assert card.is_topic_message
    await bot.copy_message(SUPPORT_DESK, DANA.id, int(number), message_thread_id=topic.message_thread_id)
    await server.say(TOM_ID, room, "I take it")
    assert [message.text for message in server.messages(TOM_ID, room)][1:] == [
        "New ticket",
        "My lamp broke",
        "I take it",
    ]
    last = (await reader.updates())[-1].message
    assert last is not None
    assert (last.message_thread_id, last.is_topic_message, last.text) == (
        topic.message_thread_id,
        True,
        "I take it",
    )
    await bot.close_forum_topic(SUPPORT_DESK, topic.message_thread_id)
    closed = next(shown for shown in server.rooms(TOM_ID) if shown.id == room)
    assert closed.is_closed
    with pytest.raises(BadRequest, match="Topic_not_modified"):
        await bot.close_forum_topic(SUPPORT_DESK, topic.message_thread_id)
    await bot.reopen_forum_topic(SUPPORT_DESK, topic.message_thread_id)
    await bot.delete_forum_topic(SUPPORT_DESK, topic.message_thread_id)
    with pytest.raises(BadRequest, match="Message thread not found"):
        await bot.send_message(SUPPORT_DESK, "lost", message_thread_id=topic.message_thread_id)


async def test_bot_hears_of_its_own_topics_but_not_of_its_own_words(bot: Bot, reader: Reader) -> None:
    topic = await bot.create_forum_topic(SUPPORT_DESK, "Ticket")
    await bot.send_message(SUPPORT_DESK, "card", message_thread_id=topic.message_thread_id)
    await bot.edit_forum_topic(SUPPORT_DESK, topic.message_thread_id, name="Ticket, claimed")
    created, renamed = [update.message for update in await reader.updates()]
    assert created is not None
    assert created.forum_topic_created is not None
    assert created.message_id == topic.message_thread_id
    assert created.from_user is not None
    assert created.from_user.id == BOT.id
    assert renamed is not None
    assert renamed.forum_topic_edited is not None
    assert renamed.forum_topic_edited.name == "Ticket, claimed"


async def test_what_answers_nothing_in_a_topic_answers_its_first_message(
    server: TelegramServer, reader: Reader
) -> None:
    await server.say(DANA_ID, TOPIC_ROOM, "Where is my parcel?")
    await server.say(DANA_ID, f"{FORUM}:1", "General talk")
    in_topic, in_general = [update.message for update in await reader.updates()]
    assert in_topic is not None
    assert in_topic.reply_to_message is not None
    assert in_topic.reply_to_message.forum_topic_created is not None
    assert in_general is not None
    assert in_general.message_thread_id is None
    assert in_general.reply_to_message is None


async def test_person_opens_a_topic_and_the_bot_sees_it_begin(server: TelegramServer, reader: Reader) -> None:
    room = await server.open_thread(DANA_ID, str(FORUM), "Returns", "Can I return a rug?")
    created, text = [update.message for update in await reader.updates()]
    assert created is not None
    assert created.forum_topic_created is not None
    assert created.forum_topic_created.name == "Returns"
    assert text is not None
    assert room == f"{FORUM}:{text.message_thread_id}"


async def test_closed_topic_is_shut_for_a_bot_without_rights(server: TelegramServer, bot: Bot) -> None:
    await server.close_topic(TOM_ID, TOPIC_ROOM)
    with pytest.raises(BadRequest, match="Topic_closed"):
        await bot.send_message(FORUM, "hello", message_thread_id=DELIVERIES)
    with pytest.raises(SurfaceError, match="is closed"):
        await server.say(DANA_ID, TOPIC_ROOM, "hello")
    await server.set_bot_status(TOM_ID, str(FORUM), "administrator")
    await bot.send_message(FORUM, "hello", message_thread_id=DELIVERIES)


async def test_deleted_topic_is_gone_for_everyone(server: TelegramServer, bot: Bot, reader: Reader) -> None:
    await server.delete_room(TOPIC_ROOM)
    assert await reader.waiting() == []
    with pytest.raises(BadRequest, match="Message thread not found"):
        await bot.send_message(FORUM, "hello", message_thread_id=DELIVERIES)
    with pytest.raises(SurfaceError, match="was deleted"):
        server.messages(DANA_ID, TOPIC_ROOM)


async def test_bot_without_the_right_can_neither_open_nor_close_topics(bot: Bot) -> None:
    with pytest.raises(BadRequest, match="Not enough rights to create a topic"):
        await bot.create_forum_topic(FORUM, "Mine")
    with pytest.raises(BadRequest, match="Not enough rights to close or open the topic"):
        await bot.close_forum_topic(FORUM, DELIVERIES)
    with pytest.raises(BadRequest, match="The chat is not a forum"):
        await bot.create_forum_topic(FANS, "Mine")


async def test_reply_into_a_topic_goes_where_the_message_is(server: TelegramServer, bot: Bot) -> None:
    number = int(await server.say(DANA_ID, TOPIC_ROOM, "hello"))
    await bot.send_message(FORUM, "inside", reply_parameters=ReplyParameters(number))
    assert server.messages(DANA_ID, TOPIC_ROOM)[-1].text == "inside"
    topic = await _second_topic(server)
    outside = await bot.send_message(
        FORUM, "elsewhere", message_thread_id=topic, reply_parameters=ReplyParameters(number)
    )
    assert outside.reply_to_message is None
    assert outside.external_reply is not None
    assert outside.external_reply.message_id == number


async def _second_topic(server: TelegramServer) -> int:
    room = await server.open_thread(TOM_ID, str(FORUM), "Second", "")
    return int(room.partition(":")[2])


async def test_reactions_of_people_arrive_only_when_asked_for_and_as_administrator(
    server: TelegramServer, bot: Bot, reader: Reader
) -> None:
    number = await server.say(TOM_ID, f"{SUPPORT_DESK}:1", "done")
    await reader.updates()
    await server.react(TOM_ID, f"{SUPPORT_DESK}:1", number, "👍")
    assert await reader.waiting() == []
    reader.allowed = ["message", "message_reaction"]
    await reader.waiting()
    await server.react(UMA_ID, f"{SUPPORT_DESK}:1", number, "❤️")
    reaction = (await reader.one()).message_reaction
    assert reaction is not None
    assert reaction.user is not None
    assert (reaction.user.id, reaction.message_id) == (UMA.id, int(number))
    assert [given.to_dict()["emoji"] for given in reaction.new_reaction] == ["❤"]
    await server.react(UMA_ID, f"{SUPPORT_DESK}:1", number, "❤️", is_on=False)
    taken = (await reader.one()).message_reaction
    assert taken is not None
    assert (len(taken.old_reaction), len(taken.new_reaction)) == (1, 0)
    fans = await server.say(DANA_ID, str(FANS), "nice")
    await reader.updates()
    await server.react(DANA_ID, str(FANS), fans, "👍")
    assert await reader.waiting() == []
    assert server.messages(DANA_ID, str(FANS))[-1].reactions[0].people == (DANA_ID,)


async def test_bot_reacts_with_one_of_the_allowed_emoji(server: TelegramServer, bot: Bot) -> None:
    number = int(await server.say(TOM_ID, f"{SUPPORT_DESK}:1", "done"))
    await bot.set_message_reaction(SUPPORT_DESK, number, "👀")
    assert server.messages(TOM_ID, f"{SUPPORT_DESK}:1")[-1].reactions[0].emoji == "👀"
    with pytest.raises(BadRequest, match="Reaction_invalid"):
        await bot.set_message_reaction(SUPPORT_DESK, number, "✅")
    with pytest.raises(BadRequest, match="Reactions_too_many"):
        await bot.set_message_reaction(SUPPORT_DESK, number, ["👀", "👍"])
    with pytest.raises(BadRequest, match="Message to react not found"):
        await bot.set_message_reaction(SUPPORT_DESK, 9999, "👀")
    await bot.set_message_reaction(SUPPORT_DESK, number, [])
    assert server.messages(TOM_ID, f"{SUPPORT_DESK}:1")[-1].reactions == ()


async def test_privacy_mode_lets_only_what_is_meant_for_the_bot_through(
    server: TelegramServer, bot: Bot, reader: Reader
) -> None:
    server.has_privacy_mode = True
    assert (await bot.get_me()).can_read_all_group_messages is False
    asked = await bot.send_message(FANS, "Ask me")
    group = str(FANS)
    await server.say(DANA_ID, group, "just talking")
    await server.say(DANA_ID, group, "/help")
    await server.say(DANA_ID, group, "/help@other_bot")
    await server.say(DANA_ID, group, "/help@Allhands_bot")
    await server.say(DANA_ID, group, "hey @allhands_bot")
    await server.say(DANA_ID, group, "an answer", reply_to=str(asked.message_id))
    await server.say(TOM_ID, f"{SUPPORT_DESK}:1", "administrators' bots hear all")
    texts = [update.message.text for update in await reader.updates() if update.message]
    assert texts == [
        "/help",
        "/help@Allhands_bot",
        "hey @allhands_bot",
        "an answer",
        "administrators' bots hear all",
    ]


async def test_coming_and_going_are_service_messages(
    server: TelegramServer, reader: Reader, bot: Bot
) -> None:
    await server.leave(DANA_ID, str(FANS))
    await server.join(DANA_ID, str(FANS))
    left, joined = [update.message for update in await reader.updates()]
    assert left is not None
    assert left.left_chat_member is not None
    assert left.left_chat_member.id == DANA.id
    assert joined is not None
    assert [user.id for user in joined.new_chat_members] == [DANA.id]
    with pytest.raises(SurfaceError, match="is private"):
        await server.join(DANA_ID, str(SUPPORT_DESK))


async def test_chat_member_updates_go_to_administrators_who_asked(
    server: TelegramServer, reader: Reader
) -> None:
    reader.allowed = ["chat_member"]
    await reader.waiting()
    await server.leave(UMA_ID, str(SUPPORT_DESK))
    await server.leave(DANA_ID, str(FANS))
    change = (await reader.one()).chat_member
    assert change is not None
    assert change.chat.id == SUPPORT_DESK
    assert (change.old_chat_member.status, change.new_chat_member.status) == ("administrator", "left")


async def test_kicked_bot_is_told_and_refused(server: TelegramServer, bot: Bot, reader: Reader) -> None:
    await server.set_bot_status(TOM_ID, str(FANS), "kicked")
    change = (await reader.updates())[-1].my_chat_member
    assert change is not None
    assert change.new_chat_member.status == "kicked"
    with pytest.raises(Forbidden, match="bot was kicked from the group chat"):
        await bot.send_message(FANS, "hello?")
    await server.say(DANA_ID, str(FANS), "is it gone?")
    assert await reader.waiting() == []


async def test_bot_that_left_is_no_member(server: TelegramServer, bot: Bot) -> None:
    await bot.leave_chat(FORUM)
    with pytest.raises(Forbidden, match="bot is not a member of the supergroup chat"):
        await bot.send_message(FORUM, "hello?")


async def test_who_is_in_a_chat(bot: Bot) -> None:
    administrators = await bot.get_chat_administrators(SUPPORT_DESK)
    assert {member.user.id: member.status for member in administrators} == {
        TOM.id: "creator",
        UMA.id: "administrator",
        BOT.id: "administrator",
    }
    assert (await bot.get_chat_member(SUPPORT_DESK, DANA.id)).status == "left"
    assert (await bot.get_chat_member(FANS, DANA.id)).status == "member"
    assert await bot.get_chat_member_count(SUPPORT_DESK) == 3
    desk = await bot.get_chat(SUPPORT_DESK)
    assert (desk.title, desk.type, desk.is_forum) == ("Support desk", "supergroup", True)
    person = await bot.get_chat(EMIL.id)
    assert (person.first_name, person.type) == ("Emil", "private")
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.get_chat(12345)


async def test_bot_pins_where_it_may(server: TelegramServer, bot: Bot, reader: Reader) -> None:
    card = await bot.send_message(SUPPORT_DESK, "card")
    await bot.pin_chat_message(SUPPORT_DESK, card.message_id)
    pinned = (await bot.get_chat(SUPPORT_DESK)).pinned_message
    assert pinned is not None
    assert pinned.message_id == card.message_id
    notice = (await reader.one()).message
    assert notice is not None
    assert notice.pinned_message is not None
    await bot.unpin_chat_message(SUPPORT_DESK)
    assert (await bot.get_chat(SUPPORT_DESK)).pinned_message is None
    with pytest.raises(BadRequest, match="Message to unpin not found"):
        await bot.unpin_chat_message(SUPPORT_DESK, card.message_id)
    number = await server.say(DANA_ID, str(FANS), "pin me")
    with pytest.raises(BadRequest, match="Not enough rights to manage pinned messages"):
        await bot.pin_chat_message(FANS, int(number))


async def test_bot_deletes_others_messages_only_with_the_right(server: TelegramServer, bot: Bot) -> None:
    desk = int(await server.say(TOM_ID, f"{SUPPORT_DESK}:1", "remove me"))
    await bot.delete_message(SUPPORT_DESK, desk)
    fans = int(await server.say(DANA_ID, str(FANS), "not me"))
    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await bot.delete_message(FANS, fans)
    own = await bot.send_message(FANS, "mine")
    server.world.clock.advance(49 * 3600)
    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await bot.delete_message(FANS, own.message_id)
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(FANS, 99999)


async def test_narrowest_command_menu_wins(server: TelegramServer, bot: Bot) -> None:
    def names(person: str, room: str) -> list[str]:
        return [command.name for command in server.commands(person, room)]

    async def menu(name: str, scope: object = None, language: str | None = None) -> None:
        await bot.set_my_commands([BotCommand(name, "says so")], scope=scope, language_code=language)  # type: ignore[arg-type]  # any scope

    assert names(DANA_ID, DANA_ID) == []
    await menu("default")
    await menu("private", BotCommandScopeAllPrivateChats())
    await menu("groups", BotCommandScopeAllGroupChats())
    await menu("bosses", BotCommandScopeAllChatAdministrators())
    assert names(DANA_ID, DANA_ID) == ["private"]
    assert names(DANA_ID, str(FANS)) == ["groups"]
    assert names(TOM_ID, str(FANS)) == ["bosses"]
    await menu("fans", BotCommandScopeChat(FANS))
    assert names(TOM_ID, str(FANS)) == ["fans"]
    await menu("fanbosses", BotCommandScopeChatAdministrators(FANS))
    await menu("lea", BotCommandScopeChatMember(FANS, LEA.id))
    assert (names(TOM_ID, str(FANS)), names(LEA_ID, str(FANS))) == (["fanbosses"], ["lea"])
    await menu("english", BotCommandScopeAllPrivateChats(), "en")
    assert names(DANA_ID, DANA_ID) == ["english"]
    await bot.delete_my_commands(BotCommandScopeAllPrivateChats(), "en")
    await bot.delete_my_commands(BotCommandScopeAllPrivateChats())
    assert names(DANA_ID, DANA_ID) == ["default"]
    assert (await bot.get_my_commands(BotCommandScopeChat(FANS)))[0].command == "fans"


async def test_what_the_bot_says_of_itself_has_languages(bot: Bot) -> None:
    await bot.set_my_description("Ask me anything")
    await bot.set_my_description("Frag mich", language_code="de")
    assert (await bot.get_my_description()).description == "Ask me anything"
    assert (await bot.get_my_description(language_code="de")).description == "Frag mich"
    assert (await bot.get_my_description(language_code="fr")).description == "Ask me anything"
    await bot.set_my_short_description("Short")
    assert (await bot.get_my_short_description()).short_description == "Short"
    await bot.set_my_name("All hands")
    assert (await bot.get_my_name()).name == "All hands"


async def test_general_topic_has_methods_of_its_own(server: TelegramServer, bot: Bot) -> None:
    await bot.edit_general_forum_topic(SUPPORT_DESK, "Lobby")
    await bot.close_general_forum_topic(SUPPORT_DESK)
    general = next(room for room in server.rooms(TOM_ID) if room.id == f"{SUPPORT_DESK}:1")
    assert (general.name, general.is_closed) == ("Lobby", True)
    await bot.reopen_general_forum_topic(SUPPORT_DESK)
    await bot.hide_general_forum_topic(SUPPORT_DESK)
    assert f"{SUPPORT_DESK}:1" not in [room.id for room in server.rooms(TOM_ID)]
    await bot.unhide_general_forum_topic(SUPPORT_DESK)
    assert f"{SUPPORT_DESK}:1" in [room.id for room in server.rooms(TOM_ID)]


async def test_unpinning_a_topic_leaves_other_pins(bot: Bot) -> None:
    topic = await bot.create_forum_topic(SUPPORT_DESK, "Ticket")
    outside = await bot.send_message(SUPPORT_DESK, "outside")
    inside = await bot.send_message(SUPPORT_DESK, "inside", message_thread_id=topic.message_thread_id)
    for message in (outside, inside):
        await bot.pin_chat_message(SUPPORT_DESK, message.message_id)
    await bot.unpin_all_forum_topic_messages(SUPPORT_DESK, topic.message_thread_id)
    pinned = (await bot.get_chat(SUPPORT_DESK)).pinned_message
    assert pinned is not None
    assert pinned.message_id == outside.message_id
    await bot.unpin_all_chat_messages(SUPPORT_DESK)
    assert (await bot.get_chat(SUPPORT_DESK)).pinned_message is None
