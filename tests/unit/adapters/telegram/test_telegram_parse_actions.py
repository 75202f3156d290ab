"""Commands, edits, reactions, presses and answers to the events they stand for."""

from datetime import timedelta
from typing import Any

import pytest

from adapters.telegram.hearing import telegram_name
from adapters.telegram.parse import CARD, CHOICE, FORM, events_of
from bot.core.events import (
    ButtonPressed,
    CommandGiven,
    FormSubmitted,
    MessageEdited,
    MessageReceived,
    ReachabilityChanged,
    ReactionChanged,
)
from bot.core.places import MessageAt
from tests.unit.adapters.telegram.telegram_updates import (
    AT,
    BOT,
    DANA,
    HEARING,
    HELP,
    NOW,
    OTHER,
    PRIVATE,
    STAFF,
    marked,
    message,
    parsed,
    received,
)


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


def test_a_command_under_a_picture_is_one_and_takes_the_picture_along() -> None:
    picture = [{"file_id": "p", "file_unique_id": "u", "width": 4, "height": 3}]
    (event,) = parsed(message=message(photo=picture, caption="/claim 7"))
    assert isinstance(event, CommandGiven)
    assert (event.name, event.arguments, [file.id for file in event.files]) == ("claim", "7", ["p"])
    (event,) = parsed(message=message(chat=HELP, photo=picture, caption="/unheard of"))
    assert isinstance(event, MessageReceived)
    assert (event.text, len(event.files)) == ("/unheard of", 1)


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


def test_an_edit_of_a_caption_brings_the_file_along() -> None:
    edited = message(caption="new _text_", photo=[{"file_id": "f"}], edit_date=AT + 5)
    (event,) = parsed(edited_message=edited)
    assert isinstance(event, MessageEdited)
    assert (event.text, event.files[0].id, event.at) == ("new \\_text\\_", "f", NOW + timedelta(seconds=5))


@pytest.mark.parametrize(("period", "is_passing"), [({"live_period": 600}, True), ({}, False)])
def test_a_place_that_still_moves_is_passing(period: dict[str, int], is_passing: bool) -> None:
    place = {"latitude": 52.5, "longitude": 13.4, **period}
    (event,) = parsed(edited_message=message(location=place, edit_date=AT + 5))
    assert isinstance(event, MessageEdited)
    assert event.is_passing is is_passing
    assert "52.50000, 13.40000" in event.text


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
