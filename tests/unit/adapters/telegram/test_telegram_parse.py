"""Messages of the Bot API to the events they stand for."""

from datetime import timedelta
from typing import Any

import pytest

from adapters.telegram.hearing import Hearing
from adapters.telegram.parse import events_of
from bot.core.content import FileKind
from bot.core.events import Mention, MessageEdited, PinChanged
from bot.core.places import Identity, MessageAt, Place
from tests.unit.adapters.telegram.telegram_updates import (
    AT,
    BOT,
    DANA,
    HEARING,
    HELP,
    MARKERS,
    NOW,
    OTHER,
    PRIVATE,
    STAFF,
    message,
    parsed,
    received,
)


@pytest.mark.parametrize(
    ("fields", "thread"),
    [
        ({"message_thread_id": 40, "is_topic_message": True}, "40"),
        ({"message_thread_id": 40}, "40"),
        ({"message_thread_id": 40, "reply_to_message": {"message_id": 40, "forum_topic_created": {}}}, "40"),
        # A reply in a group without topics, or in the general one.
        ({"message_thread_id": 40, "reply_to_message": {"message_id": 40, "text": "x"}}, ""),
        ({"message_thread_id": 40, "is_topic_message": False}, ""),
        ({}, ""),
    ],
)
def test_a_message_lies_in_a_topic_where_a_server_says_so_or_it_can_be_nothing_else(
    fields: dict[str, Any], thread: str
) -> None:
    assert received(chat=STAFF, text="x", **fields).place.thread == thread


def test_a_chat_of_which_no_kind_is_told_is_known_by_its_number() -> None:
    assert received(chat={"id": 5}, text="x").place == Place("telegram", channel="5", is_direct=True)
    assert received(chat={"id": -1001}, text="x").place == Place("telegram", channel="-1001")


def test_an_answer_to_nobody_knows_what_is_heard() -> None:
    assert received(text="x", reply_to_message={"date": AT}).reply_to is None


def test_a_message_carries_who_said_what_where_and_when() -> None:
    event = received(text="hello")
    assert event.id == "telegram:message:5:7"
    assert event.at == NOW
    assert event.place == Place("telegram", channel="5", is_direct=True)
    assert event.message == MessageAt(event.place, "7")
    assert (event.author.name, event.author.language, event.author.identity.external_id) == (
        "Dana Petrova",
        "pt",
        "5",
    )
    assert event.author.is_in_staff_space is None


@pytest.mark.parametrize(
    ("fields", "kind", "name", "mime", "size"),
    [
        pytest.param(
            {
                "photo": [
                    {"file_id": "s", "width": 90, "height": 60, "file_size": 900},
                    {"file_id": "l", "width": 1280, "height": 900, "file_size": 90_000},
                    {"file_id": "m", "width": 320, "height": 200, "file_size": 9_000},
                ]
            },
            FileKind.PICTURE,
            "photo.jpg",
            "image/jpeg",
            90_000,
            id="of a photo the largest size",
        ),
        pytest.param(
            {"document": {"file_id": "l", "file_name": "../../a\u202eb.pdf", "mime_type": "application/pdf"}},
            FileKind.DOCUMENT,
            "ab.pdf",
            "application/pdf",
            0,
            id="a document without a path in its name",
        ),
        pytest.param(
            {"animation": {"file_id": "l", "file_size": 5}, "document": {"file_id": "d"}},
            FileKind.ANIMATION,
            "animation.mp4",
            "video/mp4",
            5,
            id="an animation once, though it comes as a document too",
        ),
        pytest.param(
            {"voice": {"file_id": "l", "duration": 3}},
            FileKind.VOICE,
            "voice.ogg",
            "audio/ogg",
            0,
            id="voice",
        ),
        pytest.param(
            {"video_note": {"file_id": "l"}},
            FileKind.ROUND_VIDEO,
            "video_message.mp4",
            "video/mp4",
            0,
            id="round video",
        ),
        pytest.param(
            {"sticker": {"file_id": "l", "is_animated": True, "is_video": False, "emoji": "👍"}},
            FileKind.STICKER,
            "sticker.tgs",
            "application/x-tgsticker",
            0,
            id="an animated sticker",
        ),
        pytest.param(
            {"live_photo": {"file_id": "v", "photo": [{"file_id": "l", "width": 1, "height": 1}]}},
            FileKind.PICTURE,
            "photo.jpg",
            "image/jpeg",
            0,
            id="of a live photo the picture",
        ),
        pytest.param(
            {"paid_media": {"star_count": 1, "paid_media": [{"type": "video", "video": {"file_id": "l"}}]}},
            FileKind.VIDEO,
            "video.mp4",
            "video/mp4",
            0,
            id="what was paid for",
        ),
    ],
)
def test_files_are_named_by_what_they_are(
    fields: dict[str, Any], kind: FileKind, name: str, mime: str, size: int
) -> None:
    (file,) = received(caption="see", **fields).files
    assert (file.platform, file.id) == ("telegram", "l")
    assert (file.kind, file.name, file.mime, file.size_bytes) == (kind, name, mime, size)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        pytest.param(
            {"location": {"latitude": 48.1, "longitude": 11.5}},
            "📍 [48.10000, 11.50000](https://www.openstreetmap.org/?mlat=48.10000&mlon=11.50000)",
            id="a place",
        ),
        pytest.param(
            {
                "venue": {
                    "title": "Shop *1*",
                    "address": "Main St",
                    "location": {"latitude": 1, "longitude": 2},
                },
                "location": {"latitude": 1, "longitude": 2},
            },
            "Shop \\*1\\*\nMain St\n📍 [1.00000, 2.00000](https://www.openstreetmap.org/?mlat=1.00000&mlon=2.00000)",
            id="a venue",
        ),
        pytest.param(
            {"contact": {"phone_number": "+49 30", "first_name": "Ben", "last_name": "O"}},
            "👤 Ben O, +49 30",
            id="a contact",
        ),
        pytest.param(
            {"poll": {"question": "Which?", "options": [{"text": "a"}, {"text": "b_"}]}},
            "📊 Which?\n▫️ a\n▫️ b\\_",
            id="a poll",
        ),
        pytest.param({"dice": {"emoji": "🎯", "value": 6}}, "🎯 6", id="a dart"),
        pytest.param(
            {
                "checklist": {
                    "title": "Move",
                    "tasks": [{"text": "sofa", "completion_date": 1}, {"text": "bed"}],
                }
            },
            "📋 Move\n\n- [x] sofa\n- [ ] bed",
            id="a checklist",
        ),
        pytest.param({"story": {"chat": {"title": "Shop"}, "id": 1}}, "📖 a story of Shop", id="a story"),
        pytest.param({"game": {"title": "Chess"}}, "🎮 Chess", id="a game"),
        pytest.param(
            {
                "rich_message": {
                    "blocks": [
                        {"type": "heading", "text": "Broken"},
                        {"type": "paragraph", "text": ["my ", {"type": "bold", "text": "sofa"}]},
                    ]
                }
            },
            "# Broken\n\nmy **sofa**",
            id="a rich message",
        ),
    ],
)
def test_what_is_no_text_is_told_in_words(fields: dict[str, Any], text: str) -> None:
    assert received(**fields).text == text


@pytest.mark.parametrize(
    "fields",
    [
        {"new_chat_members": [DANA]},
        {"left_chat_member": DANA},
        {
            "forum_topic_created": {"name": "x", "icon_color": 1},
            "is_topic_message": True,
            "message_thread_id": 7,
        },
        {"forum_topic_closed": {}},
        {"forum_topic_edited": {"name": "y"}},
        {"forum_topic_reopened": {}},
        {"new_chat_title": "x"},
        {"suggested_post_approved": {"send_date": 1}},
        {"suggested_post_paid": {"currency": "XTR"}},
        {"message_auto_delete_timer_changed": {"message_auto_delete_time": 1}},
        {"write_access_allowed": {}},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_service_messages_are_no_events(fields: dict[str, Any]) -> None:
    assert parsed(message=message(STAFF, **fields)) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"from": BOT},
        {"from": {"id": 1087968824, "is_bot": True, "first_name": "Group"}, "sender_chat": STAFF},
        {"from": {"id": 136817688, "is_bot": True, "first_name": "Channel"}, "sender_chat": {"id": -9}},
        {"from": None},
    ],
    ids=["the bot itself", "an anonymous administrator", "a channel", "nobody"],
)
def test_only_people_are_heard(fields: dict[str, Any]) -> None:
    assert parsed(message=message(STAFF, text="hello", **fields)) == []
    assert parsed(edited_message=message(STAFF, text="hello", **fields)) == []


@pytest.mark.parametrize(
    ("chat", "fields", "place"),
    [
        pytest.param(PRIVATE, {}, Place("telegram", channel="5", is_direct=True), id="a private chat"),
        pytest.param(
            PRIVATE,
            {"message_thread_id": 4, "is_topic_message": True},
            Place("telegram", channel="5", is_direct=True),
            id="topics in a private chat are one exchange",
        ),
        pytest.param(STAFF, {}, Place("telegram", channel="-1001"), id="the staff space"),
        pytest.param(
            STAFF,
            {"message_thread_id": 4, "is_topic_message": True},
            Place("telegram", channel="-1001", thread="4"),
            id="a topic of the staff space",
        ),
        pytest.param(
            HELP, {}, Place("telegram", channel="-2", person="5"), id="a person's exchange in a group"
        ),
        pytest.param(
            HELP,
            {"message_thread_id": 4},
            Place("telegram", channel="-2", person="5"),
            id="a chain of replies is no topic",
        ),
        pytest.param(
            HELP,
            {"message_thread_id": 4, "is_topic_message": True},
            Place("telegram", channel="-2", thread="4", person="5"),
            id="a person's exchange in a topic",
        ),
    ],
)
def test_an_exchange_has_one_place(chat: dict[str, Any], fields: dict[str, Any], place: Place) -> None:
    assert received(chat=chat, text="hello", **fields).place == place


def test_every_message_of_a_topic_hangs_on_its_opening_which_is_no_reply() -> None:
    opening = {"message_id": 4, "date": AT, "from": BOT, "forum_topic_created": {"name": "x"}}
    event = received(
        chat=HELP, text="hi", message_thread_id=4, is_topic_message=True, reply_to_message=opening
    )
    assert event.reply_to is None
    assert not event.is_to_bot


@pytest.mark.parametrize(
    ("fields", "is_heard"),
    [
        pytest.param({"text": "hello"}, False, id="talk among others"),
        pytest.param({"text": "hello @allhands_bot"}, True, id="a mention"),
        pytest.param({"text": "HELLO @AllHands_Bot!"}, True, id="a mention in capitals"),
        pytest.param({"text": "mail@allhands_bot"}, False, id="an address"),
        pytest.param({"text": "@allhands_bots"}, False, id="a longer name"),
        pytest.param(
            {"caption": "@allhands_bot", "photo": [{"file_id": "f"}]}, True, id="a mention in a caption"
        ),
        pytest.param(
            {
                "text": "hey you",
                "entities": [{"type": "text_mention", "offset": 4, "length": 3, "user": BOT}],
            },
            True,
            id="a mention by another name",
        ),
        pytest.param(
            {"text": "yes", "reply_to_message": {"message_id": 3, "from": BOT}}, True, id="a reply to the bot"
        ),
        pytest.param(
            {"text": "yes", "reply_to_message": {"message_id": 3, "from": DANA}},
            False,
            id="a reply to somebody",
        ),
    ],
)
def test_in_other_groups_only_what_is_said_to_the_bot_is_heard(
    fields: dict[str, Any], is_heard: bool
) -> None:
    events = parsed(message=message(OTHER, **fields))
    assert [getattr(event, "is_to_bot", None) for event in events] == ([True] if is_heard else [])
    assert bool(parsed(edited_message=message(OTHER, **fields))) == is_heard


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@allhands_bot where is it?", "where is it?"),
        ("@allhands_bot: where", "where"),
        ("@allhands_bot", "@allhands\\_bot"),
        ("where, @allhands_bot?", "where, @allhands\\_bot?"),
    ],
)
def test_calling_the_bot_is_no_part_of_the_question(text: str, said: str) -> None:
    event = received(chat=OTHER, text=text, entities=[{"type": "mention", "offset": 0, "length": 13}])
    assert event.text.replace("allhands_bot", "allhands\\_bot") == said


def test_entities_move_along_when_the_bots_name_is_left_out() -> None:
    entities = [{"type": "bold", "offset": 0, "length": 19}, {"type": "code", "offset": 20, "length": 2}]
    assert received(chat=OTHER, text="@allhands_bot where it", entities=entities).text == "**where** `it`"


@pytest.mark.parametrize(
    ("origin", "name"),
    [
        ({"type": "user", "sender_user": {"first_name": "Ben", "last_name": "Ortiz"}}, "Ben Ortiz"),
        ({"type": "hidden_user", "sender_user_name": "Some\u202eone"}, "Some one"),
        ({"type": "chat", "sender_chat": {"title": "Group"}}, "Group"),
        ({"type": "channel", "chat": {"title": "News"}, "message_id": 4}, "News"),
        ({"type": "something new"}, ""),
    ],
)
def test_a_forwarded_message_names_its_origin(origin: dict[str, Any], name: str) -> None:
    assert received(text="x", forward_origin=origin).forwarded_from == name


@pytest.mark.parametrize(
    ("quote", "text"),
    [
        ({"text": "these *words*", "is_manual": True}, "> these \\*words\\*\n\nyes"),
        ({"text": "two\nlines", "is_manual": True}, "> two\n> lines\n\nyes"),
        ({"text": "chosen by Telegram"}, "yes"),
    ],
)
def test_a_passage_a_person_chose_stands_before_the_answer(quote: dict[str, Any], text: str) -> None:
    replied = {"message_id": 3, "date": AT, "from": DANA, "text": "these *words* two\nlines"}
    event = received(text="yes", quote=quote, reply_to_message=replied)
    assert event.text == text
    assert event.reply_to == MessageAt(event.place, "3")


def test_who_writes_in_the_staff_space_or_among_colleagues_is_known_for_that() -> None:
    assert received(chat=STAFF, text="x").author.is_in_staff_space is True
    assert received(chat=OTHER, text="@allhands_bot x").author.is_colleague


def test_what_was_said_before_the_start_is_news_from_the_time_away() -> None:
    hearing = Hearing(900, "allhands_bot", MARKERS, started_at=NOW + timedelta(minutes=1))
    assert received(hearing, text="hello").is_backfilled
    hearing = Hearing(900, "allhands_bot", MARKERS, started_at=NOW + timedelta(seconds=3))
    assert not received(hearing, text="hello").is_backfilled


@pytest.mark.parametrize(
    ("seconds_later", "at"),
    [
        pytest.param(0.4, 0.4, id="as late within its second as it can have been"),
        pytest.param(900, 0.999999, id="but no later than that"),
        pytest.param(-5, 0, id="and never before it, whatever our own clock says"),
    ],
)
def test_a_message_is_not_older_than_what_happened_before_it(seconds_later: float, at: float) -> None:
    now = NOW + timedelta(seconds=seconds_later)
    (event,) = events_of({"update_id": 1, "message": message(text="x")}, HEARING, now)
    assert event.at == NOW + timedelta(seconds=at)


def test_people_who_are_called_by_their_names_are_named_with_their_accounts() -> None:
    called = {"type": "text_mention", "offset": 3, "length": 4, "user": {"id": 6, "first_name": "Noah"}}
    assert received(text="🙌 Noah", entities=[called]).mentions == (
        Mention(Identity("telegram", "", "6"), "Noah"),
    )
    (edited,) = parsed(edited_message=message(text="🙌 Noah", entities=[called]))
    assert isinstance(edited, MessageEdited)
    assert edited.mentions[0].name == "Noah"


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param({"user": None}, id="nobody"),
        pytest.param({"user": {}}, id="no account"),
        pytest.param({"offset": 99}, id="outside the text"),
        pytest.param({"length": "4"}, id="a length that is none"),
    ],
)
def test_an_odd_call_is_no_call_and_the_message_is_heard(odd: dict[str, Any]) -> None:
    called = {"type": "mention", "offset": 0, "length": 4, "user": {"id": 6}, **odd}
    assert received(text="Noah, help", entities=[{**called, "type": "text_mention"}]).mentions == ()


def test_a_pin_is_told_where_it_is_heard_and_by_whom() -> None:
    pinned = {"message_id": 3, "date": 0, "chat": STAFF}
    (event,) = parsed(message=message(STAFF, pinned_message=pinned))
    assert isinstance(event, PinChanged)
    assert (event.message.id, event.is_on) == ("3", True)
    assert event.author is not None
    elsewhere = {"id": -1009, "type": "supergroup", "title": "Elsewhere"}
    assert parsed(message=message(elsewhere, pinned_message={**pinned, "chat": elsewhere})) == []
