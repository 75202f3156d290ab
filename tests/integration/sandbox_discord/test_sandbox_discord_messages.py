"""Messages, files, reactions, threads and DMs between people and the real client."""

import io

import discord
import pytest

from sandbox.discord import DiscordServer, story
from sandbox.surface import Message, Upload
from sandbox.world import World


def last(server: DiscordServer, person: str, room: str) -> Message:
    return server.messages(person, room)[-1]


async def test_the_bot_knows_itself_its_guild_and_the_rooms_it_may_see(bot):
    assert bot.user.name == "allhands"
    assert bot.application_id == int(story.APPLICATION)
    assert [channel.name for channel in bot.guild_here.channels] == [
        "help",
        "questions",
        "off-topic",
        "support-desk",
    ]
    assert {member.display_name for member in bot.guild_here.members} >= {"Sam Doyle", "Mia Wong", "allhands"}
    info = await bot.application_info()
    assert info.name == "Allhands"


async def test_a_customer_s_message_reaches_the_bot_with_its_author_and_room(server, bot):
    said = await server.say(story.MIA, story.HELP, "Where is my **shelf**?")
    message = await bot.hears_text("Where is my **shelf**?")
    assert (str(message.id), message.author.display_name, message.channel.name) == (said, "Mia Wong", "help")


async def test_a_reply_with_buttons_and_embed_is_shown_to_the_customer(server, bot):
    await server.say(story.MIA, story.HELP, "hello")
    view = discord.ui.View()
    view.add_item(
        discord.ui.Button(label="Talk to a person", custom_id="person", style=discord.ButtonStyle.primary)
    )
    view.add_item(discord.ui.Button(label="Shop", url="https://shop.example"))
    question = await bot.hears_text("hello")
    await question.reply(
        "Hi!", embed=discord.Embed(title="Delivery", description="Takes two days"), view=view
    )
    shown = last(server, story.MIA, story.HELP)
    assert shown.text == "Hi!\nDelivery\nTakes two days"
    assert shown.reply_to == str(question.id)
    assert [(button.id, button.label, button.style, button.url) for button in shown.buttons] == [
        ("person", "Talk to a person", "primary", ""),
        ("", "Shop", "link", "https://shop.example"),
    ]
    assert shown.native["mentions"][0]["username"] == "mia.wong"


async def test_the_bot_s_edits_and_deletions_are_seen(server, bot):
    message = await bot.room(story.HELP).send("first")
    await message.edit(content="second")
    shown = last(server, story.NOAH, story.HELP)
    assert (shown.text, shown.is_edited) == ("second", True)
    await message.delete()
    assert server.messages(story.NOAH, story.HELP) == []


async def test_a_customer_s_edits_and_deletions_are_heard(server, bot):
    said = await server.say(story.MIA, story.HELP, "tpyo")
    await server.edit(story.MIA, story.HELP, said, "typo")
    edit = await bot.hears("raw_message_edit", lambda payload: payload.message_id == int(said))
    assert edit.data["content"] == "typo"
    await server.delete(story.MIA, story.HELP, said)
    await bot.hears("raw_message_delete", lambda payload: payload.message_id == int(said))


async def test_several_messages_deleted_at_once_come_as_one_event(server, bot):
    said = [await server.say(story.MIA, story.HELP, f"spam {number}") for number in range(3)]
    await server.delete_many(story.SAM, story.HELP, tuple(said))
    payload = await bot.hears("raw_bulk_message_delete")
    assert payload.message_ids == {int(one) for one in said}


async def test_the_bot_deletes_many_messages_at_once(server, bot):
    for number in range(3):
        await server.say(story.MIA, story.HELP, f"spam {number}")
    await bot.room(story.HELP).purge(limit=10)
    assert server.messages(story.MIA, story.HELP) == []


async def test_reactions_travel_both_ways_and_can_be_taken_back(server, bot):
    said = await server.say(story.MIA, story.HELP, "please")
    message = await bot.hears_text("please")
    await message.add_reaction("👀")
    await message.add_reaction("✅")
    await message.remove_reaction("👀", bot.user)
    await server.react(story.NOAH, story.HELP, said, "👍")
    payload = await bot.hears("raw_reaction_add", lambda payload: str(payload.emoji) == "👍")
    assert (payload.user_id, payload.message_id) == (int(story.NOAH), int(said))
    assert [(one.emoji, one.people) for one in last(server, story.MIA, story.HELP).reactions] == [
        ("✅", (story.BOT_USER,)),
        ("👍", (story.NOAH,)),
    ]
    await server.react(story.NOAH, story.HELP, said, "👍", is_on=False)
    await bot.hears("raw_reaction_remove", lambda payload: str(payload.emoji) == "👍")
    fresh = await message.channel.fetch_message(message.id)
    assert [(str(one.emoji), one.me) for one in fresh.reactions] == [("✅", True)]
    assert [user.id async for user in fresh.reactions[0].users()] == [bot.user.id]


async def test_a_customer_s_files_can_be_downloaded(server, bot):
    files = (Upload("my photo.png", "image/png", b"\x89PNG"), Upload("log.txt", "text/plain", b"a log"))
    await server.say(story.MIA, story.HELP, "", files=files)
    message = await bot.hears("message", lambda message: len(message.attachments) == 2)
    assert [(one.filename, one.size, one.content_type) for one in message.attachments] == [
        ("my_photo.png", 4, "image/png"),
        ("log.txt", 5, "text/plain"),
    ]
    assert await message.attachments[1].read() == b"a log"


async def test_the_bot_s_files_can_be_opened_kept_and_replaced(server, bot, api):
    files = [
        discord.File(io.BytesIO(b"one"), "one.txt"),
        discord.File(io.BytesIO(b"two"), "two.txt", description="2"),
    ]
    message = await bot.room(story.HELP).send("two files", files=files)
    shown = last(server, story.MIA, story.HELP)
    assert [file.name for file in shown.files] == ["one.txt", "two.txt"]
    async with api._session.get(shown.files[1].url) as response:
        assert await response.read() == b"two"
    new = discord.File(io.BytesIO(b"three"), "three.txt")
    await message.edit(attachments=[message.attachments[1], new])
    assert [file.name for file in last(server, story.MIA, story.HELP).files] == ["two.txt", "three.txt"]


async def test_an_attachment_s_address_dies_after_a_day_and_a_fresh_one_works(server, api, world: World):
    await server.say(story.MIA, story.HELP, "", files=(Upload("a.txt", "text/plain", b"a"),))
    old = last(server, story.MIA, story.HELP).files[0].url
    world.clock.advance(26 * 3600)
    fresh = last(server, story.MIA, story.HELP).files[0].url
    for url, status in ((old, 404), (fresh, 200), (fresh.replace("hm=", "hm=0"), 404)):
        async with api._session.get(url) as response:
            assert response.status == status


async def test_a_stranger_s_html_is_only_offered_for_saving(server, api):
    await server.say(story.MIA, story.HELP, "", files=(Upload("a.html", "text/html", b"<script>"),))
    async with api._session.get(last(server, story.MIA, story.HELP).files[0].url) as response:
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert response.content_type == "application/octet-stream"


async def test_direct_messages_work_both_ways(server, bot):
    room = server.rooms(story.NOAH)[0]
    assert room.kind == "dm"
    await server.say(story.NOAH, room.id, "psst")
    message = await bot.hears_text("psst")
    assert isinstance(message.channel, discord.DMChannel)
    await message.channel.send("yes?")
    user = await bot.fetch_user(int(story.NOAH))
    opened = await user.create_dm()
    assert str(opened.id) == room.id
    assert [one.text for one in server.messages(story.NOAH, room.id)] == ["psst", "yes?"]


async def test_a_person_who_closed_their_dms_cannot_be_written_to(server, bot):
    await server.block_bot(story.NOAH)
    user = await bot.fetch_user(int(story.NOAH))
    with pytest.raises(discord.Forbidden) as refusal:
        await user.send("hello?")
    assert refusal.value.code == 50007
    await server.block_bot(story.NOAH, is_blocked=False)
    await user.send("hello again")


async def test_a_person_who_left_the_server_cannot_be_written_to(server, bot):
    await server.leave(story.NOAH, story.GUILD)
    await bot.hears("raw_member_remove", lambda payload: payload.user.id == int(story.NOAH))
    user = await bot.fetch_user(int(story.NOAH))
    with pytest.raises(discord.Forbidden) as refusal:
        await user.send("hello?")
    assert refusal.value.code == 50007


async def test_a_forum_post_by_a_customer_is_a_thread_whose_first_message_has_its_id(server, bot):
    post = await server.open_thread(story.MIA, story.QUESTIONS, "Wobbly table", "It wobbles.")
    message = await bot.hears_text("It wobbles.")
    assert str(message.id) == post == str(message.channel.id)
    assert (message.channel.name, message.channel.parent.name) == ("Wobbly table", "questions")
    thread = await bot.hears("thread_create", lambda thread: thread.id == int(post))
    assert thread.owner_id == int(story.MIA)
    await message.channel.send("Which table?")
    assert [one.text for one in server.messages(story.NOAH, post)] == ["It wobbles.", "Which table?"]


async def test_the_bot_opens_a_tagged_post_that_only_staff_can_see(server, bot):
    forum = bot.room(story.SUPPORT_DESK)
    tag = discord.utils.get(forum.available_tags, name="claimed")
    created = await forum.create_thread(name="#1 Wobbly table", content="card", applied_tags=[tag])
    post = str(created.thread.id)
    room = next(room for room in server.rooms(story.INES) if room.id == post)
    assert (room.name, room.kind, room.parent, room.tags) == (
        "#1 Wobbly table",
        "thread",
        story.SUPPORT_DESK,
        ("claimed",),
    )
    assert story.SUPPORT_DESK not in {room.id for room in server.rooms(story.OLA)}
    assert post not in {room.id for room in server.rooms(story.OLA)}
    await created.thread.edit(name="#1 Table", applied_tags=[], archived=True, locked=True)
    room = next(room for room in server.rooms(story.INES) if room.id == post)
    assert (room.name, room.tags, room.is_closed) == ("#1 Table", (), True)


async def test_a_thread_under_a_message_takes_its_id_and_holds_the_answers(server, bot):
    said = await server.say(story.MIA, story.HELP, "How long is delivery?")
    answer = await server.reply_in_thread(story.SAM, story.HELP, said, "Two days.")
    message = await bot.hears_text("Two days.")
    assert (str(message.id), str(message.channel.id), message.channel.name) == (
        answer,
        said,
        "How long is delivery?",
    )
    assert server.messages(story.MIA, story.HELP)[0].thread == said
    await server.reply_in_thread(story.MIA, story.HELP, said, "Thanks")
    texts = [one.text for one in server.messages(story.MIA, said) if one.native["type"] == 0]
    assert texts == ["Two days.", "Thanks"]


async def test_the_bot_opens_a_thread_from_a_message_and_one_without(server, bot):
    message = await bot.room(story.HELP).send("card")
    thread = await message.create_thread(name="Case 1")
    await thread.send("in it")
    loose = await bot.room(story.HELP).create_thread(name="Case 2", type=discord.ChannelType.public_thread)
    await loose.add_user(discord.Object(int(story.MIA)))
    assert {room.name for room in server.rooms(story.MIA) if room.kind == "thread"} == {"Case 1", "Case 2"}
    private = await bot.room(story.HELP).create_thread(name="Case 3")
    assert str(private.id) not in {room.id for room in server.rooms(story.MIA)}
    await private.add_user(discord.Object(int(story.MIA)))
    assert str(private.id) in {room.id for room in server.rooms(story.MIA)}


async def test_writing_in_an_archived_thread_opens_it_again_unless_it_is_locked(server, bot):
    post = await server.open_thread(story.MIA, story.QUESTIONS, "Wobbly", "It wobbles.")
    await bot.hears_text("It wobbles.")
    thread = bot.guild_here.get_thread(int(post))
    await thread.edit(archived=True)
    await server.say(story.MIA, post, "Still wobbles.")
    await bot.hears("raw_thread_update", lambda update: not update.data["thread_metadata"]["archived"])
    await thread.edit(archived=True, locked=True)
    with pytest.raises(discord.HTTPException) as refusal:
        await thread.send("Hello?")
    assert (refusal.value.status, refusal.value.code) == (400, 50083)
    await thread.edit(archived=False)
    await thread.send("A moderator may write in a locked thread.")


async def test_an_archived_thread_takes_no_edits_reactions_or_new_tags(server, bot):
    post = await server.open_thread(story.MIA, story.QUESTIONS, "Wobbly", "It wobbles.")
    await bot.hears_text("It wobbles.")
    thread = bot.guild_here.get_thread(int(post))
    message = await thread.send("Looking into it")
    await thread.edit(archived=True)
    tag = thread.parent.available_tags[0]
    for attempt in (message.edit(content="x"), message.add_reaction("✅"), thread.edit(applied_tags=[tag])):
        with pytest.raises(discord.HTTPException) as refusal:
            await attempt
        assert refusal.value.code == 50083


async def test_an_idle_thread_archives_itself_when_its_time_has_passed(server, bot, world: World):
    post = await server.open_thread(story.MIA, story.QUESTIONS, "Wobbly", "It wobbles.")
    world.clock.advance(4320 * 60 + 1)
    await bot.hears(
        "raw_thread_update",
        lambda update: update.thread_id == int(post) and update.data["thread_metadata"]["archived"],
    )
    archived = [thread async for thread in bot.room(story.QUESTIONS).archived_threads()]
    assert [str(thread.id) for thread in archived] == [post]
    assert await bot.guild_here.active_threads() == []


async def test_a_deleted_post_is_gone_for_everybody(server, bot):
    post = await server.open_thread(story.MIA, story.QUESTIONS, "Wobbly", "It wobbles.")
    await bot.hears_text("It wobbles.")
    await server.delete_room(post)
    await bot.hears("raw_thread_delete", lambda payload: payload.thread_id == int(post))
    with pytest.raises(discord.NotFound) as refusal:
        await bot.fetch_channel(int(post))
    assert refusal.value.code == 10003


async def test_history_after_an_id_is_read_oldest_first_over_many_pages(server, bot):
    first = await server.say(story.MIA, story.HELP, "message 0")
    for number in range(1, 250):
        await server.say(story.MIA, story.HELP, f"message {number}")
    room = bot.room(story.HELP)
    after = [
        one.content
        async for one in room.history(after=discord.Object(int(first)), oldest_first=True, limit=None)
    ]
    assert after == [f"message {number}" for number in range(1, 250)]
    newest = [one.content async for one in room.history(limit=3)]
    assert newest == ["message 249", "message 248", "message 247"]


async def test_the_same_nonce_posts_only_once_within_minutes(server, bot, world: World):
    first = await bot.room(story.HELP).send("paid", nonce="outbox-7")
    second = await bot.room(story.HELP).send("paid", nonce="outbox-7")
    assert first.id == second.id
    assert len(server.messages(story.MIA, story.HELP)) == 1
    world.clock.advance(600)
    third = await bot.room(story.HELP).send("paid", nonce="outbox-7")
    assert third.id != first.id


async def test_mass_mentions_ping_unless_the_bot_forbids_them(server, bot):
    text = f"@everyone look, <@{story.MIA}> and <@&{story.SUPPORT_ROLE}>"
    await bot.room(story.HELP).send(text)
    loud = last(server, story.NOAH, story.HELP)
    await bot.room(story.HELP).send(text, allowed_mentions=discord.AllowedMentions.none())
    quiet = last(server, story.NOAH, story.HELP)
    assert loud.native["content"] == quiet.native["content"] == text
    assert loud.text == "@everyone look, @Mia Wong and @Support"
    assert loud.native["mention_everyone"] is True
    assert loud.native["mention_roles"] == [story.SUPPORT_ROLE]
    assert [one["id"] for one in loud.native["mentions"]] == [story.MIA]
    assert (quiet.native["mention_everyone"], quiet.native["mention_roles"], quiet.native["mentions"]) == (
        False,
        [],
        [],
    )


async def test_customers_cannot_ping_everyone_and_code_pings_nobody(server, bot):
    await server.say(story.MIA, story.HELP, f"@everyone `<@{story.NOAH}>`")
    native = last(server, story.MIA, story.HELP).native
    assert (native["mention_everyone"], native["mentions"]) == (False, [])


async def test_typing_and_pins_are_passed_on(server, bot):
    await server.type(story.MIA, story.HELP)
    await bot.hears("typing")
    message = await bot.room(story.HELP).send("house rules")
    await message.pin()
    assert server.messages(story.MIA, story.HELP)[0].native["pinned"] is True
    assert [pin.id async for pin in bot.room(story.HELP).pins()] == [message.id]
    await message.unpin()
    assert [pin.id async for pin in bot.room(story.HELP).pins()] == []


async def test_people_who_join_are_heard_and_can_be_found(server, bot):
    newcomer = server.add_person("Zoe Quist", rooms=(story.SUPPORT_DESK,))
    member = await bot.hears("member_join", lambda member: member.id == int(newcomer.id))
    assert [role.name for role in member.roles] == ["@everyone", "Support"]
    assert [one.id for one in await bot.guild_here.query_members("zoe")] == [int(newcomer.id)]
    assert (await bot.guild_here.fetch_member(int(newcomer.id))).display_name == "Zoe Quist"
    assert story.SUPPORT_DESK in {room.id for room in server.rooms(newcomer.id)}
