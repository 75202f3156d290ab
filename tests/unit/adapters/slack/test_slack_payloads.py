"""Payloads as Slack sends them, read into events without asking anybody."""

from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.slack.attached import address_of
from adapters.slack.commands import CommandNames
from adapters.slack.interactions import reply_of
from adapters.slack.people import Found, Profile, profile_of
from adapters.slack.routing import hear
from adapters.slack.scope import Me, Rooms, Scope, order_of
from bot.core.commands import Command, Role
from bot.core.content import FileKind
from bot.core.events import (
    ButtonPressed,
    CommandGiven,
    Event,
    Mention,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    PlaceDeleted,
    ReactionChanged,
)
from bot.core.places import Identity, Place

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
PEOPLE = {
    "U1": Profile("U1", "Carla", "carla", "de", "Europe/Berlin"),
    "U2": Profile("U2", "Ana"),
    "U9": Profile("U9", "Other bot", is_bot=True),
}


def scope() -> Scope:
    commands = (Command("claim", "Take it", Role.AGENT), Command("help", "Help", Role.CUSTOMER))
    rooms = Rooms("C0STAFF", frozenset({"C0HELP"}))
    return Scope(Me("T1", "U0BOT", "B0BOT"), rooms, CommandNames.of(commands, ""))


def events(payload: dict[str, Any], at: Scope | None = None, **found: Any) -> list[Event]:
    heard = hear(payload, at or scope(), NOW)
    return heard.tell(Found(PEOPLE, **found)) if heard else []


def event(body: dict[str, Any], at: Scope | None = None, **found: Any) -> list[Event]:
    wrapper = {"type": "event_callback", "team_id": "T1", "event_id": "Ev1", "event_time": 1}
    return events({**wrapper, "event": body}, at, **found)


def message(**changes: Any) -> dict[str, Any]:
    plain = {
        "type": "message",
        "user": "U1",
        "text": "hello",
        "ts": "1795330800.000100",
        "channel": "D1",
        "channel_type": "im",
        "event_ts": "1795330800.000100",
        "client_msg_id": "5e1f",
    }
    return {**plain, **changes}


def section(*words: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(words)}]}]


def text(words: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": words, **({"style": style} if style else {})}


def test_a_message_says_who_where_and_when() -> None:
    (said,) = event(message())
    assert isinstance(said, MessageReceived)
    assert said.id == "slack:message:D1:1795330800.000100"
    assert said.at == datetime(2026, 11, 22, 7, 0, 0, 100, tzinfo=UTC)
    assert said.place == Place("slack", "T1", "D1", is_direct=True)
    assert (said.author.name, said.author.language, said.author.time_zone) == ("Carla", "de", "Europe/Berlin")


@pytest.mark.parametrize(
    "blocks",
    [
        None,
        [None],
        [{"type": "rich_text", "elements": None}],
        [{"type": "rich_text", "elements": [{"elements": []}]}],
        [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": None}]}],
        [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"text": "x"}]}]}],
    ],
)
def test_a_message_with_blocks_that_nobody_can_read_is_its_text(blocks: Any) -> None:
    (said,) = event(message(blocks=blocks, text="hello *there*"))
    assert isinstance(said, MessageReceived)
    assert said.text == "hello **there**"


def test_an_edition_without_a_time_of_its_own_is_one() -> None:
    body = message(
        subtype="message_changed", ts="1795330802.0", message=message(text="new", edited={"user": "U1"})
    )
    (edited,) = event({**body, "previous_message": message(text="old")})
    assert isinstance(edited, MessageEdited)
    assert edited.text == "new"


def test_a_mention_and_the_message_it_stands_in_are_one_event() -> None:
    body = message(channel="C0OTHER", text="<@U0BOT> hi", channel_type="channel")
    mention = {key: value for key, value in body.items() if key != "channel_type"} | {"type": "app_mention"}
    assert [said.id for said in event(body)] == [said.id for said in event(mention)]


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        pytest.param(section(text("a "), text("b", bold=True)), "a **b**", id="styles"),
        pytest.param(
            section(
                {"type": "user", "user_id": "U2"}, text(" look at "), {"type": "channel", "channel_id": "C7"}
            ),
            "@Ana look at #shop",
            id="names for ids",
        ),
        pytest.param(section({"type": "user", "user_id": "U5"}), "@U5", id="an unknown person"),
        pytest.param(
            section(
                {"type": "emoji", "name": "wave", "unicode": "1f44b-1f3fd"},
                {"type": "emoji", "name": "party_parrot"},
            ),
            "👋🏽:party_parrot:",
            id="emoji",
        ),
        pytest.param(section({"type": "broadcast", "range": "here"}), "@here", id="a shout is words"),
        pytest.param(section({"type": "usergroup", "usergroup_id": "S1"}), "@group", id="a group"),
        pytest.param(
            section({"type": "user", "user_id": "U0BOT"}, text(", where is it?")),
            "where is it?",
            id="the call of the bot is left out",
        ),
        pytest.param(
            section(text("ask "), {"type": "user", "user_id": "U0BOT"}),
            "ask @U0BOT",
            id="but not in a sentence",
        ),
        pytest.param(
            section({"type": "date", "timestamp": 1, "format": "{date}", "fallback": "1 Jan 1970"}),
            "[1970-01-01](moment:1:D)",
            id="a date",
        ),
        pytest.param(section({"type": "team", "team_id": "T1"}), "@team", id="a whole workspace"),
        pytest.param(section({"type": "color", "value": "#F405B3"}), "#F405B3", id="a colour is its number"),
        pytest.param(section(text("a", underline=True)), "<u>a</u>", id="underline"),
        pytest.param(
            section({"type": "date", "timestamp": 1, "format": "until {date_long} at {time}!"}),
            "until [1970-01-01 00:00 UTC](moment:1:F)!",
            id="a date within words",
        ),
        pytest.param(section({"type": "novelty", "text": "new"}), "new", id="an element of a later Slack"),
    ],
)
def test_rich_text_is_preferred_and_names_stand_for_ids(blocks: list[dict[str, Any]], expected: str) -> None:
    (said,) = event(message(text="something else", blocks=blocks), channels={"C7": "shop"})
    assert isinstance(said, MessageReceived)
    assert said.text == expected


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(message(user="U0BOT"), id="its own"),
        pytest.param(message(bot_id="B0BOT"), id="its own without a user"),
        pytest.param(message(bot_id="B7"), id="another app's"),
        pytest.param(message(user="U9"), id="a bot's user"),
        pytest.param(message(user="USLACKBOT"), id="Slackbot's"),
        pytest.param(message(subtype="bot_message", username="hook"), id="a webhook's"),
        pytest.param(message(subtype="channel_join"), id="somebody joined"),
        pytest.param(message(subtype="channel_topic"), id="a topic"),
        pytest.param(message(channel="C0OTHER"), id="in a channel that is none of its business"),
        pytest.param({"type": "message"}, id="nothing at all"),
        pytest.param({"type": "channel_rename", "channel": {"id": "C1"}}, id="an event nobody asked for"),
    ],
)
def test_these_are_not_heard(body: dict[str, Any]) -> None:
    assert event(body) == []


def test_a_reply_in_a_direct_chat_says_what_it_answers() -> None:
    (said,) = event(message(ts="2.0", thread_ts="1.0"))
    assert isinstance(said, MessageReceived)
    assert said.reply_to is not None
    assert (said.reply_to.id, said.place.thread) == ("1.0", "")


def test_an_answer_to_the_bots_own_message_elsewhere_is_to_the_bot() -> None:
    (said,) = event(message(channel="C0OTHER", ts="2.0", thread_ts="1.0", parent_user_id="U0BOT"))
    assert isinstance(said, MessageReceived)
    assert said.is_to_bot


def test_a_shared_message_is_quoted_with_the_name_of_its_author() -> None:
    share = {"is_share": True, "author_name": "Kurt", "text": "my *sofa*"}
    link = {"is_msg_unfurl": True, "author_name": "Nina", "text": "unfolded"}
    (said,) = event(message(text="see", attachments=[share, link]))
    assert isinstance(said, MessageReceived)
    assert (said.text, said.forwarded_from) == ("see\n\n> my **sofa**", "Kurt")
    assert said.forwarded is None


def test_a_shared_message_says_which_one_it_was() -> None:
    share = {"is_share": True, "author_name": "Kurt", "text": "sofa", "channel_id": "C0STAFF", "ts": "5.0"}
    (said,) = event(message(attachments=[share]))
    assert isinstance(said, MessageReceived)
    assert said.forwarded is not None
    assert (said.forwarded.place.channel, said.forwarded.id) == ("C0STAFF", "5.0")


def test_files_keep_what_is_needed_to_open_them_and_those_elsewhere_are_links() -> None:
    files = [
        {
            "id": "F1",
            "name": "a.png",
            "mimetype": "image/png",
            "size": 5,
            "url_private": "https://files.slack.com/a",
        },
        {"id": "F2", "name": "v", "mimetype": "audio/webm", "subtype": "slack_audio", "url_private": ""},
        {"id": "F3", "name": "doc", "is_external": True, "url_private": "https://docs.example/d"},
        {"id": "F4", "mode": "tombstone"},
    ]
    (said,) = event(message(subtype="file_share", text="", files=files))
    assert isinstance(said, MessageReceived)
    picture, voice = said.files
    assert (address_of(picture), picture.kind) == (("F1", "https://files.slack.com/a"), FileKind.PICTURE)
    assert (address_of(voice), voice.kind) == (("F2", ""), FileKind.VOICE)
    assert said.text == "[doc](<https://docs.example/d>)\n\n📎 a file that was deleted"


def changed(new: dict[str, Any], old: dict[str, Any], channel: str = "D1") -> dict[str, Any]:
    return {
        "type": "message",
        "subtype": "message_changed",
        "channel": channel,
        "ts": "9.0",
        "message": new,
        "previous_message": old,
    }


def test_an_edition_has_an_id_of_its_own_for_each_time_it_was_edited() -> None:
    new = message(text="better", edited={"user": "U1", "ts": "3.0"})
    (edited,) = event(changed(new, message()))
    assert isinstance(edited, MessageEdited)
    assert (edited.id, edited.text) == ("slack:edit:D1:1795330800.000100:3.0", "better")


def test_an_edition_is_one_without_a_word_about_when() -> None:
    (edited,) = event(changed(message(text="better"), message(text="good")))
    assert isinstance(edited, MessageEdited)
    assert (edited.id, edited.text) == ("slack:edit:D1:1795330800.000100:9.0", "better")
    (edited,) = event({**changed(message(text="best"), {}), "ts": "10.0"})
    assert (edited.id, edited.text) == ("slack:edit:D1:1795330800.000100:10.0", "best")


def test_an_unfolded_link_is_no_edition() -> None:
    new = message(attachments=[{"text": "preview"}], edited={"user": "U1", "ts": "3.0"})
    assert event(changed(new, message(edited={"user": "U1", "ts": "3.0"}))) == []
    assert event(changed(message(attachments=[{}]), message())) == []


def test_an_edition_that_first_calls_the_bot_is_a_new_message() -> None:
    new = message(channel="C0OTHER", text="<@U0BOT> help", edited={"user": "U1", "ts": "3.0"})
    (said,) = event(changed(new, message(channel="C0OTHER"), "C0OTHER"))
    assert isinstance(said, MessageReceived)


def test_deletions_name_the_thread_and_a_card_takes_its_thread_with_it() -> None:
    gone = {"type": "message", "subtype": "message_deleted", "ts": "9.0", "deleted_ts": "2.0"}
    (deleted,) = event({**gone, "channel": "C0HELP", "previous_message": message(ts="2.0", thread_ts="1.0")})
    (card,) = event({**gone, "channel": "C0STAFF", "previous_message": message(ts="2.0", user="U0BOT")})
    reply = {
        **gone,
        "channel": "C0STAFF",
        "previous_message": message(ts="2.0", user="U0BOT", thread_ts="1.0"),
    }
    assert isinstance(deleted, MessageDeleted)
    assert deleted.message.place.thread == "1.0"
    assert isinstance(card, PlaceDeleted)
    assert card.place == Place("slack", "T1", "C0STAFF", "2.0")
    assert event(reply) == []


def test_a_reaction_lies_in_the_thread_that_was_found() -> None:
    body = {
        "type": "reaction_added",
        "user": "U1",
        "reaction": "+1::skin-tone-3",
        "item": {"type": "message", "channel": "C0HELP", "ts": "2.0"},
        "event_ts": "5.0",
    }
    heard = hear({"type": "event_callback", "event": body}, scope(), NOW)
    assert heard is not None
    assert heard.wanted.thread_of == ("C0HELP", "2.0")
    (told,) = event(body, thread="1.0")
    assert isinstance(told, ReactionChanged)
    assert (told.emoji, told.message.place.thread) == ("👍🏼", "1.0")
    assert event({**body, "user": "U0BOT"}) == []
    assert event({**body, "item": {"type": "file", "file": "F1"}}) == []


def test_a_slash_command_in_a_chat_of_two_people_belongs_to_the_givers_own_chat() -> None:
    payload = {
        "command": "/support-help",
        "text": "me",
        "user_id": "U1",
        "channel_id": "D7",
        "trigger_id": "1.2",
    }
    (given,) = events(payload, direct_chat="D1")
    assert isinstance(given, CommandGiven)
    assert (given.id, given.name, given.place.channel) == ("slack:command:1.2", "help", "D1")
    assert events({**payload, "command": "/other"}) == []


def pressed(**changes: Any) -> dict[str, Any]:
    return {
        "type": "block_actions",
        "user": {"id": "U2"},
        "channel": {"id": "C0STAFF"},
        "container": {"type": "message", "message_ts": "2.0", "channel_id": "C0STAFF"},
        "message": {"ts": "2.0", "thread_ts": "1.0"},
        "actions": [{"action_id": "claim:7#1", "value": "claim:7", "type": "button"}],
        "trigger_id": "3.3",
        "response_url": "https://hooks.slack.com/x",
        **changes,
    }


def test_a_press_knows_its_place_its_message_and_how_to_answer() -> None:
    (told,) = events(pressed(), staff=frozenset({"U2"}))
    assert isinstance(told, ButtonPressed)
    assert (told.action, told.subject, told.place.thread) == ("claim", "7", "1.0")
    assert told.author.is_in_staff_space is True
    reply = reply_of(told.handle)
    assert (reply.url, reply.trigger, reply.thread) == ("https://hooks.slack.com/x", "3.3", "1.0")


def test_a_press_on_an_ephemeral_message_has_a_place_but_no_message() -> None:
    container = {"type": "message", "is_ephemeral": True, "message_ts": "2.0", "thread_ts": "1.0"}
    (told,) = events(pressed(container=container, message=None))
    assert isinstance(told, ButtonPressed)
    assert (told.message, told.place.thread) == (None, "1.0")


def test_the_smallest_press_that_a_server_may_send_is_understood_and_has_one_id() -> None:
    payload = {"type": "block_actions", "actions": [{"action_id": "solved:3"}], "user": {"id": "U1"}}
    (first,), (second,) = events(payload), events(payload)
    assert isinstance(first, ButtonPressed)
    assert (first.action, first.subject) == ("solved", "3")
    assert first.place == Place("slack", "T1", person="U1", is_direct=True)
    assert first.id == second.id


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param({"type": "view_closed", "view": {}, "user": {"id": "U1"}}, id="a closed form"),
        pytest.param({"type": "shortcut", "callback_id": "x", "user": {"id": "U1"}}, id="a global shortcut"),
        pytest.param(
            {"type": "message_action", "callback_id": "other", "user": {"id": "U1"}}, id="another menu"
        ),
        pytest.param(pressed(actions=[]), id="a press of nothing"),
        pytest.param(pressed(user={}), id="a press of nobody"),
        pytest.param({"type": "block_suggestion"}, id="a question for options"),
        pytest.param({}, id="nothing"),
    ],
)
def test_other_interactions_are_nobodys_business(payload: dict[str, Any]) -> None:
    assert events(payload) == []


def test_a_profile_shows_the_name_people_chose_without_hidden_signs() -> None:
    user = {
        "id": "U1",
        "name": "carla",
        "locale": "de-DE",
        "tz": "Europe/Berlin",
        "profile": {
            "display_name": " Car\u202ela\n",
            "real_name": "Carla Jensen",
            "image_192": "https://a/b",
        },
    }
    profile = profile_of(user)
    assert (profile.name, profile.language, profile.avatar_url) == ("Carla", "de", "https://a/b")
    assert profile_of({"id": "U7", "profile": {}}).name == "U7"


def test_timestamps_sort_by_time() -> None:
    given = ["1795330800.000100", "1795330800.00002", "999.9", "", "x", "1795330801"]
    assert sorted(given, key=order_of) == [
        "",
        "x",
        "999.9",
        "1795330800.00002",
        "1795330800.000100",
        "1795330801",
    ]


def test_people_who_are_mentioned_are_named_with_their_accounts_but_for_the_bot() -> None:
    blocks = section(
        {"type": "user", "user_id": "U0BOT"},
        text(" ask "),
        {"type": "user", "user_id": "U2"},
        {"type": "user", "user_id": "U5"},
    )
    called = (
        Mention(Identity("slack", "T1", "U2"), "Ana"),
        Mention(Identity("slack", "T1", "U5"), "U5"),
    )
    (said,) = event(message(blocks=blocks))
    assert isinstance(said, MessageReceived)
    assert said.mentions == called
    (edited,) = event(changed(message(blocks=blocks, edited={"user": "U1", "ts": "3.0"}), message()))
    assert isinstance(edited, MessageEdited)
    assert edited.mentions == called
