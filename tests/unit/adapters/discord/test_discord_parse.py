"""Recorded gateway payloads into events."""

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.discord.parse import (
    Reader,
    check_ids,
    read_deletions,
    read_edit,
    read_message,
    read_reaction,
    read_room_deleted,
)
from adapters.discord.rooms import Hearing, Room, RoomKind, room_from, room_of_cursor
from adapters.discord.snowflake import made_at
from bot.core.commands import Command, Role
from bot.core.content import FileKind
from bot.core.events import CommandGiven, Mention, MessageReceived
from bot.core.places import Identity, MessageAt, Place

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ME, MIA, HELP, DESK, OTHER, MESSAGE = "1", "2", "30", "40", "50", "1573957488305242112"
TEXT = Room(HELP, RoomKind.TEXT, name="help")
DIRECT = Room("60", RoomKind.DIRECT)
THREAD = Room("70", RoomKind.THREAD, HELP)
STAFF_THREAD = Room("80", RoomKind.THREAD, DESK)
ELSEWHERE = Room(OTHER, RoomKind.TEXT)

HEARING = Hearing(Place("discord", channel=DESK), (Place("discord", channel=HELP),))


def _names(kind: str, value: str) -> str:
    return {("channel", HELP): "help", ("role", "9"): "Support"}.get((kind, value), "")


READER = Reader(
    me=ME,
    roles=frozenset({"10"}),
    hearing=HEARING,
    names=_names,
    commands=(Command("claim", "", Role.AGENT), Command("help", "", Role.CUSTOMER)),
    find_room={HELP: TEXT, STAFF_THREAD.id: STAFF_THREAD}.get,
    prefix="ah-",
)


def _message(**changes: Any) -> dict[str, Any]:
    return {
        "id": MESSAGE,
        "channel_id": HELP,
        "author": {"id": MIA, "username": "mia.wong", "global_name": "Mia Wong", "avatar": "abc"},
        "member": {"nick": None, "roles": []},
        "type": 0,
        "content": "My lamp hums",
        "timestamp": "2026-11-22T11:59:58.123000+00:00",
        "edited_timestamp": None,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        **changes,
    }


def _read(
    room: Room = TEXT, *, is_heard: bool = False, **changes: Any
) -> MessageReceived | CommandGiven | None:
    return read_message(_message(**changes), room, READER, NOW, is_heard=is_heard)


def _received(room: Room = TEXT, **changes: Any) -> MessageReceived:
    event = _read(room, **changes)
    assert isinstance(event, MessageReceived)
    return event


@pytest.mark.parametrize(
    ("stamp", "at"),
    [
        ("2026-11-22T11:59:58.123000", datetime(2026, 11, 22, 11, 59, 58, 123000, UTC)),
        ("2026-11-22T11:59:58Z", datetime(2026, 11, 22, 11, 59, 58, tzinfo=UTC)),
        ("an hour ago", None),
        (1795330798, None),
    ],
)
def test_a_message_is_told_whatever_its_time_looks_like(stamp: object, at: datetime | None) -> None:
    assert _received(timestamp=stamp).at == (at or made_at(MESSAGE))
    edit = read_edit(_message(edited_timestamp=stamp), TEXT, READER, NOW)
    assert edit is not None
    assert edit.at == (at or NOW)


def test_what_is_null_is_as_good_as_absent() -> None:
    said = dict.fromkeys(("type", "member", "mentions", "mention_roles", "attachments", "embeds", "flags"))
    assert _received(**said, channel_type=None, guild_id=None, referenced_message=None).text == "My lamp hums"
    check_ids(_message(channel_type=None, guild_id=None))


@pytest.mark.parametrize(
    ("room", "place"),
    [
        pytest.param(
            DIRECT, Place("discord", channel="60", is_direct=True), id="a direct chat is its channel"
        ),
        pytest.param(THREAD, Place("discord", channel=HELP, thread="70"), id="a thread lies in its channel"),
        pytest.param(
            TEXT, Place("discord", channel=HELP, thread=MESSAGE), id="a message may become a thread"
        ),
    ],
)
def test_where_an_exchange_about_a_message_lives(room: Room, place: Place) -> None:
    assert _received(room).place == place


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"author": {"id": ME}}, id="its own messages"),
        pytest.param({"author": {"id": "3", "bot": True}}, id="other bots"),
        pytest.param({"webhook_id": "5"}, id="webhooks"),
        pytest.param({"type": 7}, id="a join notice"),
        pytest.param({"type": 21}, id="the starter line of a thread"),
        pytest.param({"content": ""}, id="content that Discord withholds"),
        pytest.param({"content": "\u200b"[:0] + "  "}, id="nothing but spaces"),
    ],
)
def test_what_the_bot_does_not_take_for_a_message(changes: dict[str, Any]) -> None:
    assert _read(**changes) is None


@pytest.mark.parametrize(
    ("room", "is_heard", "changes", "is_taken"),
    [
        pytest.param(ELSEWHERE, False, {}, False, id="talk elsewhere is not for us"),
        pytest.param(ELSEWHERE, False, {"mentions": [{"id": ME}]}, True, id="a mention is"),
        pytest.param(
            ELSEWHERE, False, {"mention_roles": ["10"]}, True, id="so is a mention of the bot's own role"
        ),
        pytest.param(ELSEWHERE, False, {"mention_roles": ["9"]}, False, id="other roles are not the bot"),
        pytest.param(
            ELSEWHERE,
            False,
            {"referenced_message": {"id": "5", "author": {"id": ME}}},
            True,
            id="a reply to it is",
        ),
        pytest.param(ELSEWHERE, True, {}, True, id="a thread it is part of is heard"),
        pytest.param(STAFF_THREAD, False, {}, True, id="the staff space is heard"),
    ],
)
def test_which_messages_are_for_the_house(
    room: Room, is_heard: bool, changes: dict[str, Any], is_taken: bool
) -> None:
    assert (_read(room, is_heard=is_heard, **changes) is not None) is is_taken


def test_the_call_in_front_of_a_message_is_left_out_and_other_names_are_written_out() -> None:
    mentions = [{"id": ME, "username": "allhands"}, {"id": "4", "username": "noah", "global_name": "Noah"}]
    event = _received(content=f"<@!{ME}>, ask <@4> in <#{HELP}> or <@&9>", mentions=mentions)
    assert event.mentions == (Mention(Identity("discord", "", "4"), "Noah"),)
    assert event.text == "ask @Noah in #help or @Support"


def test_an_author_goes_by_the_name_people_see() -> None:
    author = _received(member={"nick": "Mimi"}).author
    assert (author.name, author.handle) == ("Mimi", "mia.wong")
    assert author.avatar_url == "https://cdn.discordapp.com/avatars/2/abc.png"
    assert _received(author={"id": "77"}, member=None).author.name == "77"
    assert _received(STAFF_THREAD).author.is_in_staff_space is True


@pytest.mark.parametrize(
    ("content", "name", "arguments"),
    [
        pytest.param("/claim 12", "claim", "12", id="by its own name"),
        pytest.param("/ah-claim", "claim", "", id="by its name with the prefix"),
        pytest.param(f"<@{ME}> /CLAIM   12  now ", "claim", "12  now", id="after a call, in capitals"),
        pytest.param("/help\nme", "help", "me", id="with arguments on the next line"),
    ],
)
def test_a_typed_command_is_a_command(content: str, name: str, arguments: str) -> None:
    event = _read(content=content)
    assert isinstance(event, CommandGiven)
    assert (event.name, event.arguments, event.message) == (name, arguments, MessageAt(event.place, MESSAGE))


@pytest.mark.parametrize("content", ["/nope", "/ claim", "x /claim", "/claimed"])
def test_other_texts_with_a_slash_are_messages(content: str) -> None:
    assert isinstance(_read(content=content), MessageReceived)


def test_a_reply_to_an_answer_without_thread_belongs_to_the_same_exchange() -> None:
    answered = {"id": "5", "author": {"id": ME}, "message_reference": {"message_id": "4"}}
    event = _received(type=19, referenced_message=answered, message_reference={"message_id": "5"})
    assert event.place == Place("discord", channel=HELP, thread="4")
    assert event.reply_to == MessageAt(event.place, "5")
    assert not event.is_opening


def test_a_forwarded_message_brings_its_text_files_and_origin() -> None:
    snapshot = {
        "message": {
            "content": "**old**",
            "attachments": [{"id": "6", "filename": "a.ogg", "content_type": "audio/ogg"}],
        }
    }
    event = _received(
        content="",
        message_reference={"type": 1, "message_id": "5", "channel_id": HELP},
        message_snapshots=[snapshot],
    )
    assert (event.text, event.forwarded_from, event.reply_to) == ("**old**", "#help", None)
    assert [(one.id, one.kind) for one in event.files] == [(f"{HELP}/{MESSAGE}/6", FileKind.AUDIO)]


@pytest.mark.parametrize(
    ("room", "channel", "lies_in"),
    [
        (STAFF_THREAD, STAFF_THREAD.id, DESK),
        (DIRECT, STAFF_THREAD.id, DESK),
        (STAFF_THREAD, "81", DESK),
        (STAFF_THREAD, HELP, HELP),
        (DIRECT, OTHER, OTHER),
    ],
    ids=["this thread", "a known one", "one at rest", "a channel", "nobody told of it"],
)
def test_a_forwarded_message_says_which_one_it_was(room: Room, channel: str, lies_in: str) -> None:
    reference = {"type": 1, "message_id": "5", "channel_id": channel}
    forwarded = _received(room, message_reference=reference).forwarded
    assert forwarded is not None
    assert (forwarded.place.channel, forwarded.id) == (lies_in, "5")


def test_an_answer_is_no_forwarded_message() -> None:
    reference = {"message_id": "5", "channel_id": HELP}
    assert _received(message_reference=reference).forwarded is None


@pytest.mark.parametrize(
    ("attachment", "flags", "kind"),
    [
        pytest.param({"content_type": "image/png"}, 0, FileKind.PICTURE, id="a picture"),
        pytest.param({"content_type": "image/gif"}, 0, FileKind.ANIMATION, id="an animation"),
        pytest.param({"content_type": "video/mp4; codecs=x"}, 0, FileKind.VIDEO, id="a film"),
        pytest.param({"content_type": "audio/ogg"}, 1 << 13, FileKind.VOICE, id="a voice message"),
        pytest.param({}, 0, FileKind.DOCUMENT, id="nobody knows what"),
    ],
)
def test_kinds_of_files(attachment: dict[str, Any], flags: int, kind: FileKind) -> None:
    event = _received(content="", attachments=[{"id": "6", "filename": "a", **attachment}], flags=flags)
    assert event.files[0].kind is kind


def test_stickers_and_polls_are_told_in_words() -> None:
    assert _received(content="", sticker_items=[{"name": "wave"}]).text == ":wave:"
    poll = {"question": {"text": "Oil or wax?"}, "answers": [{"poll_media": {"text": "Oil"}}]}
    assert _received(content="", poll=poll).text == "📊 Oil or wax?\n\n- Oil"


@pytest.mark.parametrize(
    ("changes", "is_edit"),
    [
        pytest.param({"edited_timestamp": "2026-11-22T12:00:00+00:00"}, True, id="an edit"),
        pytest.param({}, False, id="a preview that was added"),
        pytest.param(
            {"edited_timestamp": "2026-11-22T12:00:00+00:00", "author": {"id": ME}}, False, id="the bot's own"
        ),
        pytest.param(
            {"edited_timestamp": "2026-11-22T12:00:00+00:00", "content": ""}, False, id="withheld content"
        ),
    ],
)
def test_which_changes_are_edits(changes: dict[str, Any], is_edit: bool) -> None:
    assert (read_edit(_message(**changes), TEXT, READER, NOW) is not None) is is_edit


def test_each_edition_has_its_own_name() -> None:
    first = _message(edited_timestamp="2026-11-22T12:00:00+00:00")
    second = _message(edited_timestamp="2026-11-22T12:00:01+00:00")
    names = [read_edit(one, TEXT, READER, NOW) for one in (first, second, first)]
    ids = [event.id for event in names if event]
    assert ids[0] == ids[2] != ids[1]


def test_a_partial_update_without_words_is_no_edit() -> None:
    assert read_edit({"id": "5", "channel_id": HELP, "embeds": []}, TEXT, READER, NOW) is None


def test_deletions_come_one_by_one() -> None:
    one = read_deletions({"id": "5", "channel_id": HELP}, TEXT, NOW)
    many = read_deletions({"ids": ["5", "6"], "channel_id": HELP}, TEXT, NOW)
    assert [event.id for event in one] == ["discord:delete:5"]
    assert [event.message.id for event in many] == ["5", "6"]


def _reaction(**changes: Any) -> dict[str, Any]:
    user = {"id": MIA, "username": "mia.wong"}
    return {"user_id": MIA, "channel_id": HELP, "message_id": "5", "emoji": {"id": None, "name": "👍"},
            "member": {"user": user}, **changes}  # fmt: skip


def test_a_reaction_is_named_by_its_number_in_the_session() -> None:
    event = read_reaction(_reaction(), TEXT, READER, is_on=True, session="s", sequence=7, now=NOW)
    assert event is not None
    assert (event.id, event.emoji, event.author.name) == ("discord:reaction:s:7", "👍", "mia.wong")


def test_custom_emoji_go_by_their_name_and_bots_are_left_out() -> None:
    custom = _reaction(emoji={"id": "9", "name": "party"}, member=None)
    event = read_reaction(custom, TEXT, READER, is_on=False, session="s", sequence=8, now=NOW)
    assert event is not None
    assert (event.emoji, event.author.name, event.is_on) == (":party:", MIA, False)
    for own in (_reaction(user_id=ME), _reaction(member={"user": {"id": MIA, "bot": True}})):
        assert read_reaction(own, TEXT, READER, is_on=True, session="s", sequence=9, now=NOW) is None


def test_rooms_that_are_gone() -> None:
    thread = read_room_deleted({"id": "70", "parent_id": HELP, "type": 11}, HEARING, NOW, is_thread=True)
    ours = read_room_deleted({"id": DESK, "type": 15}, HEARING, NOW, is_thread=False)
    other = read_room_deleted({"id": OTHER, "type": 0}, HEARING, NOW, is_thread=False)
    assert thread is not None
    assert ours is not None
    assert thread.place == THREAD.place
    assert ours.place == Place("discord", channel=DESK)
    assert other is None


@pytest.mark.parametrize("room", [TEXT, DIRECT, THREAD], ids=["channel", "direct chat", "thread"])
def test_a_room_can_be_made_again_from_its_cursor(room: Room) -> None:
    again = room_of_cursor(room.cursor)
    assert again is not None
    assert again.place == room.place


@pytest.mark.parametrize("name", ["session", "thread:5", "forum:5", "", "a:b:c:d"])
def test_cursors_of_another_making_name_no_room(name: str) -> None:
    assert room_of_cursor(name) is None


@pytest.mark.parametrize(
    ("kind", "is_a"),
    [(0, RoomKind.TEXT), (1, RoomKind.DIRECT), (5, RoomKind.TEXT), (11, RoomKind.THREAD), (12, RoomKind.THREAD),
     (15, RoomKind.FORUM), (16, RoomKind.FORUM)],
)  # fmt: skip
def test_channel_types(kind: int, is_a: RoomKind) -> None:
    assert room_from({"id": "5", "type": kind, "parent_id": "4"}).kind is is_a


def test_a_forum_posts_title_is_part_of_what_its_first_message_says() -> None:
    post = Room(id=MESSAGE, kind=RoomKind.THREAD, parent=HELP, name="Sinking *sofa*")
    assert _received(post, content="It sinks.").text == "**Sinking \\*sofa\\***\n\nIt sinks."
    assert _received(post, id="1573958481717755999", content="Still.").text == "Still."
