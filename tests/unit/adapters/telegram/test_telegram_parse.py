"""Updates of the Bot API, as recorded or as its documentation shows them, to the events they stand for."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.telegram.formatted import Formatted
from adapters.telegram.hearing import Hearing, telegram_name
from adapters.telegram.markers import Markers
from adapters.telegram.parse import CARD, CHOICE, FORM, events_of
from bot.core.content import FileKind
from bot.core.events import (
    ButtonPressed,
    CommandGiven,
    Event,
    FormSubmitted,
    MessageEdited,
    MessageReceived,
    ReachabilityChanged,
    ReactionChanged,
)
from bot.core.places import MessageAt, Place

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
BOT = {"id": 900, "is_bot": True, "first_name": "Allhands", "username": "allhands_bot"}
DANA = {"id": 5, "is_bot": False, "first_name": "Dana", "last_name": "Petrova", "language_code": "pt-br"}
PRIVATE = {"id": 5, "type": "private", "first_name": "Dana"}
STAFF = {"id": -1001, "type": "supergroup", "title": "Desk", "is_forum": True}
HELP = {"id": -2, "type": "group", "title": "Help"}
OTHER = {"id": -3, "type": "supergroup", "title": "Other"}
MARKERS = Markers("900:token")
HEARING = Hearing(
    bot_id=900,
    username="allhands_bot",
    markers=MARKERS,
    staff="-1001",
    support=(Place("telegram", channel="-2"),),
    colleagues=frozenset({"-3"}),
    commands={"claim": "claim", "who_is": "who-is"},
)


def message(chat: dict[str, Any] = PRIVATE, **fields: Any) -> dict[str, Any]:
    return {"message_id": 7, "date": AT, "chat": chat, "from": DANA, **fields}


def parsed(hearing: Hearing = HEARING, **update: Any) -> list[Event]:
    return events_of({"update_id": 1, **update}, hearing, NOW)


def received(hearing: Hearing = HEARING, chat: dict[str, Any] = PRIVATE, **fields: Any) -> MessageReceived:
    (event,) = parsed(hearing, message=message(chat, **fields))
    assert isinstance(event, MessageReceived)
    return event


def marked(chat: str, *words: str) -> dict[str, Any]:
    """A message of the bot that carries a marker."""
    whole = MARKERS.marked(Formatted("question"), "allhands_bot", chat, *words)
    return {"message_id": 3, "date": AT, "from": BOT, "text": whole.text, "entities": whole.entities()}


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
            FileKind.VIDEO,
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
            "📋 Move\n☑️ sofa\n▫️ bed",
            id="a checklist",
        ),
        pytest.param({"story": {"chat": {"title": "Shop"}, "id": 1}}, "📖 Shop", id="a story"),
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
            "Broken\n\nmy sofa",
            id="the words of a rich message",
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
        {"pinned_message": {"message_id": 1, "date": 0, "chat": STAFF}},
        {
            "forum_topic_created": {"name": "x", "icon_color": 1},
            "is_topic_message": True,
            "message_thread_id": 7,
        },
        {"forum_topic_closed": {}},
        {"forum_topic_edited": {"name": "y"}},
        {"forum_topic_reopened": {}},
        {"new_chat_title": "x"},
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


@pytest.mark.parametrize(
    ("text", "name", "arguments"),
    [
        ("/start", "start", ""),
        ("/start ref_42", "start", "ref_42"),
        ("/claim 7", "claim", "7"),
        ("/CLAIM@Allhands_Bot   7\nmore *text*", "claim", "7\nmore *text*"),
        ("/who_is Dana", "who-is", "Dana"),
        ("/who-is Dana", "who-is", "Dana"),
    ],
)
def test_a_command_has_its_own_name_and_raw_arguments(text: str, name: str, arguments: str) -> None:
    (event,) = parsed(message=message(text=text))
    assert isinstance(event, CommandGiven)
    assert (event.id, event.name, event.arguments) == ("telegram:command:5:7", name, arguments)
    assert event.message == MessageAt(event.place, "7")
    assert event.handle is not None


@pytest.mark.parametrize(
    ("chat", "text", "kinds"),
    [
        pytest.param(PRIVATE, "/claim@other_bot 7", [], id="for another bot"),
        pytest.param(PRIVATE, "/unknown", ["message_received"], id="unknown in private is a message"),
        pytest.param(STAFF, "/unknown", ["message_received"], id="unknown among staff is a message"),
        pytest.param(HELP, "/unknown", [], id="unknown in public may be for any bot"),
        pytest.param(HELP, "/start", [], id="start belongs into a private chat"),
        pytest.param(PRIVATE, "/claims 7", ["message_received"], id="a longer word"),
        pytest.param(PRIVATE, "/ claim", ["message_received"], id="a slash alone"),
        pytest.param(OTHER, "/claim 1", ["command_given"], id="a command anywhere"),
    ],
)
def test_what_begins_with_a_slash_is_not_always_a_command(
    chat: dict[str, Any], text: str, kinds: list[str]
) -> None:
    assert [event.kind for event in parsed(message=message(chat, text=text))] == kinds


def test_what_was_said_before_the_start_is_news_from_the_time_away() -> None:
    hearing = Hearing(900, "allhands_bot", MARKERS, started_at=NOW + timedelta(minutes=1))
    assert received(hearing, text="hello").is_backfilled
    hearing = Hearing(900, "allhands_bot", MARKERS, started_at=NOW + timedelta(seconds=3))
    assert not received(hearing, text="hello").is_backfilled


def test_an_edit_of_a_caption_brings_the_file_along() -> None:
    edited = message(caption="new _text_", photo=[{"file_id": "f"}], edit_date=AT + 5)
    (event,) = parsed(edited_message=edited)
    assert isinstance(event, MessageEdited)
    assert (event.text, event.files[0].id, event.at) == ("new \\_text\\_", "f", NOW + timedelta(seconds=5))


def test_the_same_edit_has_one_id_and_another_edit_another() -> None:
    def id_of(text: str, update_id: int) -> str:
        update = {"update_id": update_id, "edited_message": message(text=text, edit_date=AT)}
        return events_of(update, HEARING, NOW)[0].id

    assert id_of("a", 1) == id_of("a", 2)
    assert id_of("a", 1) != id_of("b", 1)


def test_reactions_are_told_as_differences() -> None:
    reaction = {
        "chat": STAFF,
        "message_id": 9,
        "date": AT,
        "user": DANA,
        "old_reaction": [{"type": "emoji", "emoji": "👍"}, {"type": "emoji", "emoji": "🔥"}],
        "new_reaction": [{"type": "emoji", "emoji": "🔥"}, {"type": "custom_emoji", "custom_emoji_id": "1"}],
    }
    (event,) = parsed(message_reaction=reaction)
    assert isinstance(event, ReactionChanged)
    assert (event.emoji, event.is_on, event.message.id) == ("👍", False, "9")
    assert event.id == f"telegram:reaction:-1001:9:5:👍:off:{AT}"


@pytest.mark.parametrize("user", [BOT, None], ids=["a bot's", "an anonymous one"])
def test_reactions_of_nobody_are_left_out(user: dict[str, Any] | None) -> None:
    new = [{"type": "emoji", "emoji": "👍"}]
    reaction = {
        "chat": STAFF,
        "message_id": 9,
        "date": AT,
        "user": user,
        "old_reaction": [],
        "new_reaction": new,
    }
    assert parsed(message_reaction=reaction) == []


@pytest.mark.parametrize(
    ("status", "is_reachable"), [("kicked", False), ("member", True)], ids=["blocked", "let in again"]
)
def test_blocking_is_told(status: str, is_reachable: bool) -> None:
    change = {"chat": PRIVATE, "from": DANA, "date": AT, "new_chat_member": {"status": status, "user": BOT}}
    (event,) = parsed(my_chat_member=change)
    assert isinstance(event, ReachabilityChanged)
    assert event.is_reachable is is_reachable
    assert parsed(my_chat_member={**change, "chat": STAFF}) == []


def query(data: str | None, on: dict[str, Any] | None, person: dict[str, Any] = DANA) -> dict[str, Any]:
    return {"id": "q1", "from": person, "chat_instance": "c", "data": data, "message": on}


def test_a_press_says_which_button_of_which_message() -> None:
    (event,) = parsed(callback_query=query("solved:12:3", {**message(), "from": BOT}))
    assert isinstance(event, ButtonPressed)
    assert (event.id, event.action, event.subject) == ("telegram:press:q1", "solved", "12:3")
    assert event.message == MessageAt(event.place, "7")
    assert event.handle is not None
    assert "q1" in event.handle.token


@pytest.mark.parametrize(
    "press",
    [query(None, message()), query("a:1", None), query("a:1", message(), BOT)],
    ids=["game", "inline", "bot"],
)
def test_other_presses_are_none_of_ours(press: dict[str, Any]) -> None:
    assert parsed(callback_query=press) == []


def test_a_press_on_a_message_too_old_for_telegram_still_counts() -> None:
    (event,) = parsed(callback_query=query("claim:7", {"chat": STAFF, "message_id": 3, "date": 0}))
    assert event.kind == "button_pressed"


FORM_WORDS = (FORM, "ticket", "s:1", "words", "5")


def test_the_reply_to_a_question_is_the_form() -> None:
    (event,) = parsed(message=message(text=" It *broke* ", reply_to_message=marked("5", *FORM_WORDS)))
    assert isinstance(event, FormSubmitted)
    assert (event.name, event.subject, event.values) == ("ticket", "s:1", {"words": "It *broke*"})


@pytest.mark.parametrize(
    "question",
    [
        pytest.param(marked("6", *FORM_WORDS), id="a marker of another chat"),
        pytest.param({**marked("5", *FORM_WORDS), "from": DANA}, id="a message that is not the bot's"),
        pytest.param(marked("5", *FORM_WORDS[:4], "6"), id="a question to somebody else"),
        pytest.param(marked("5", "form"), id="a marker with too few words"),
        pytest.param(
            {
                "message_id": 3,
                "from": BOT,
                "entities": [
                    {"type": "text_link", "offset": 0, "url": "https://t.me/allhands_bot?desk=eA.xxxx"}
                ],
            },
            id="a marker that nobody signed",
        ),
        pytest.param({"message_id": 3, "from": BOT, "text": "no marker"}, id="no marker"),
    ],
)
def test_other_replies_are_messages(question: dict[str, Any]) -> None:
    assert received(text="yes", reply_to_message=question).reply_to is not None


def test_a_file_in_reply_to_a_question_is_a_message_so_that_the_file_is_kept() -> None:
    event = received(photo=[{"file_id": "f"}], reply_to_message=marked("5", *FORM_WORDS))
    assert event.files[0].id == "f"


def test_a_chosen_answer_is_the_form_and_a_forged_choice_a_press() -> None:
    question = {**message(), **marked("5", *FORM_WORDS)}
    (event,) = parsed(callback_query=query(f"{CHOICE}:api", question))
    assert isinstance(event, FormSubmitted)
    assert event.values == {"words": "api"}
    (event,) = parsed(callback_query=query(f"{CHOICE}:api", message()))
    assert event.kind == "button_pressed"


@pytest.mark.parametrize(
    ("answered", "thread"),
    [
        (marked("-1001", CARD), "card:3"),
        (marked("-1001", CARD, "44"), "card:44"),
        (marked("-9", CARD), ""),
        ({"message_id": 3, "from": DANA, "text": "x"}, ""),
    ],
    ids=["under the card", "under what the bot said there", "forged", "under a colleague's words"],
)
def test_in_a_staff_group_without_topics_a_reply_says_which_ticket(
    answered: dict[str, Any], thread: str
) -> None:
    chat = {"id": -1001, "type": "group", "title": "Desk"}
    assert received(chat=chat, text="yes", reply_to_message=answered).place.thread == thread


def test_who_writes_in_the_staff_space_or_among_colleagues_is_known_for_that() -> None:
    assert received(chat=STAFF, text="x").author.is_in_staff_space is True
    assert received(chat=OTHER, text="@allhands_bot x").author.is_colleague


@pytest.mark.parametrize(
    "update", [{}, {"channel_post": message(text="x")}, {"poll": {}}, {"something_new": {}}]
)
def test_other_updates_are_no_events(update: dict[str, Any]) -> None:
    assert parsed(**update) == []


@pytest.mark.parametrize(
    "update",
    [
        {"message": {"from": DANA}},
        {"message": "text"},
        {"callback_query": {"data": "x", "message": {"message_id": 1}}},
    ],
)
def test_a_malformed_update_raises_for_its_reporter(update: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, AttributeError)):
        parsed(**update)


@pytest.mark.parametrize(
    ("name", "typed"),
    [("claim", "claim"), ("Who-Is", "who_is"), ("jp-", "jp_"), ("x" * 50, "x" * 32), ("é!", "")],
)
def test_command_names_take_telegrams_form(name: str, typed: str) -> None:
    assert telegram_name(name) == typed
