"""Messages with fields missing or odd: each is told as far as it can be understood, and none makes parsing fail."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.discord.parse import read_edit, read_message
from adapters.slack.messages import hear_message
from adapters.slack.people import Found
from bot.core.events import MessageEdited, MessageReceived
from bot.runtime.codec import event_from, storable
from tests.unit.adapters.discord.test_discord_parse import DIRECT, READER
from tests.unit.adapters.slack.test_slack_payloads import scope
from tests.unit.adapters.telegram.telegram_updates import AT, DANA, PRIVATE, parsed

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ODD: tuple[Any, ...] = (
    None, "", 0, -1, 1e400, float("nan"), True, [], {}, [None], [{}], {"x": {}}, "\ud800", "a\0b", 10**30, [[[]]],
    "../../x", {"text": 1}, [1, "a"],
)  # fmt: skip

PHOTO = [{"file_id": "p", "file_unique_id": "u", "width": 4, "height": 3, "file_size": 9}]
FILE = {
    "file_id": "f",
    "file_unique_id": "u",
    "file_name": "a.pdf",
    "mime_type": "application/pdf",
    "file_size": 9,
}
STICKER = {
    **FILE,
    "type": "regular",
    "is_animated": True,
    "is_video": False,
    "thumbnail": PHOTO[0],
    "emoji": "👍",
}
PLACE = {"latitude": 52.5, "longitude": 13.4, "live_period": 60}
TELEGRAM: dict[str, Any] = {
    "photo": PHOTO,
    "live_photo": {**FILE, "photo": PHOTO},
    "sticker": STICKER,
    "paid_media": {"star_count": 3, "paid_media": [{"type": "preview"}, {"type": "photo", "photo": PHOTO}]},
    **{
        name: {**FILE, "duration": 3}
        for name in ("animation", "document", "video", "video_note", "audio", "voice")
    },
    "location": PLACE,
    "venue": {"location": PLACE, "title": "Shop", "address": "Street 1"},
    "contact": {"phone_number": "+49", "first_name": "Eve", "last_name": "A"},
    "poll": {"question": "Which?", "options": [{"text": "a"}, {"text": "b"}]},
    "checklist": {"title": "To do", "tasks": [{"id": 1, "text": "Oil", "completion_date": 5}]},
    "dice": {"emoji": "🎲", "value": 4},
    "game": {"title": "G", "description": "d", "photo": PHOTO},
    "invoice": {"title": "T", "description": "d", "currency": "EUR", "total_amount": 5},
    "story": {"chat": {"id": 1, "title": "S"}, "id": 2},
    "gift": {"gift": {}, "text": "t"},
    "unique_gift": {"gift": {"base_name": "Cup", "number": 3}, "origin": "gift"},
    "giveaway": {"winner_count": 2, "prize_description": "p"},
    "successful_payment": {"currency": "XTR", "total_amount": 5},
    "refunded_payment": {"currency": "USD", "total_amount": 5},
    "users_shared": {"request_id": 1, "users": [{"user_id": 5}]},
    "chat_shared": {"request_id": 1, "chat_id": 5, "title": "T"},
    "web_app_data": {"data": "d", "button_text": "b"},
    "passport_data": {"data": []},
}
DISCORD: dict[str, Any] = {
    "attachments": [
        {"id": "3", "filename": "a.png", "title": "ä", "size": 9, "content_type": "image/png", "url": "https://x",
         "duration_secs": 2.5, "waveform": "AAAA", "flags": 0}
    ],
    "sticker_items": [{"id": "4", "name": "wave", "format_type": 1}, {"id": "5", "name": "w", "format_type": 3}],
    "poll": {"question": {"text": "Which?"}, "answers": [{"poll_media": {"text": "a", "emoji": {"name": "🎉"}}}]},
    "message_snapshots": [
        {"message": {"content": "c", "attachments": [{"id": "6", "filename": "b", "size": 1}], "flags": 0,
                     "embeds": [{"type": "rich", "title": "t", "fields": [{"name": "n", "value": "v"}]}]}}
    ],
    "activity": {"type": 1, "party_id": "p"},
    "application": {"name": "Game"},
}  # fmt: skip
SLACK: dict[str, Any] = {
    "files": [
        {"id": "F1", "name": "a.png", "title": "t", "mimetype": "image/png", "filetype": "png", "size": 9,
         "mode": "hosted", "url_private": "https://files.slack.com/a", "subtype": "slack_audio", "duration_ms": 900,
         "file_access": "visible", "is_external": False, "permalink": "https://x.slack.com/f"}
    ],
    "attachments": [{"is_share": True, "text": "t", "author_name": "A", "files": [{"id": "F2", "name": "b"}]}],
}  # fmt: skip


_USER_TELEGRAM = {"id": 7, "is_bot": False, "first_name": "E", "last_name": "A", "username": "e"}
_BEFORE_TELEGRAM = {"message_id": 3, "date": AT, "chat": PRIVATE, "from": _USER_TELEGRAM, "text": "before"}
BESIDE_TELEGRAM: dict[str, Any] = {
    "entities": [
        {"type": "bold", "offset": 0, "length": 3},
        {"type": "text_mention", "offset": 4, "length": 2, "user": _USER_TELEGRAM},
        {"type": "date_time", "offset": 7, "length": 3, "unix_time": 5, "date_time_format": "r"},
        {"type": "pre", "offset": 11, "length": 3, "language": "py"},
    ],
    "reply_to_message": {
        **_BEFORE_TELEGRAM,
        "entities": [{"type": "text_link", "offset": 0, "length": 1, "url": "x"}],
    },
    "quote": {
        "text": "before",
        "position": 0,
        "is_manual": True,
        "entities": [{"type": "bold", "offset": 0, "length": 1}],
    },
    "external_reply": {
        "origin": {"type": "user", "sender_user": _USER_TELEGRAM, "date": AT},
        "chat": PRIVATE,
    },
    "forward_origin": {"type": "channel", "chat": {"id": -1, "title": "News"}, "message_id": 4, "date": AT},
    "via_bot": {**_USER_TELEGRAM, "is_bot": True},
    "sender_chat": {"id": -5, "type": "channel", "title": "T"},
    "message_thread_id": 4,
    "is_topic_message": True,
    "media_group_id": "m",
    "edit_date": AT,
    "has_media_spoiler": True,
    "link_preview_options": {"is_disabled": True},
    "reply_markup": {"inline_keyboard": [[{"text": "x", "callback_data": "y"}]]},
    "reply_to_story": {"chat": PRIVATE, "id": 5},
    "date": AT,
}
_USER_DISCORD = {
    "id": "6",
    "username": "e",
    "global_name": "E",
    "avatar": "a",
    "member": {"nick": "n", "roles": ["1"]},
}
_BEFORE_DISCORD = {"id": "9", "channel_id": "1", "author": _USER_DISCORD, "content": "before", "type": 0}
BESIDE_DISCORD: dict[str, Any] = {
    "mentions": [_USER_DISCORD],
    "mention_roles": ["1", "2"],
    "mention_channels": [{"id": "3", "guild_id": "4", "type": 0, "name": "c"}],
    "embeds": [{"type": "rich", "title": "t", "fields": [{"name": "n", "value": "v"}]}],
    "message_reference": {"message_id": "9", "channel_id": "1", "guild_id": "2", "type": 0},
    "referenced_message": {**_BEFORE_DISCORD, "message_reference": {"message_id": "8"}},
    "member": {"nick": "n", "roles": ["1"], "joined_at": NOW.isoformat()},
    "timestamp": NOW.isoformat(),
    "flags": 0,
    "components": [{"type": 1, "components": [{"type": 2, "custom_id": "x", "label": "l", "style": 1}]}],
    "interaction_metadata": {"id": "5", "type": 2, "user": _USER_DISCORD},
    "thread": {"id": "9", "name": "t", "type": 11, "thread_metadata": {"archived": False}},
    "reactions": [{"emoji": {"id": None, "name": "x"}, "count": 1, "me": False}],
    "nonce": "5",
    "pinned": False,
    "type": 0,
    "channel_type": 1,
}  # fmt: skip
_WORDS_SLACK = [
    {"type": "text", "text": "hello", "style": {"bold": True}},
    {"type": "user", "user_id": "U2"},
    {"type": "link", "url": "https://example.org", "text": "there"},
    {"type": "emoji", "name": "wave", "unicode": "1f44b", "skin_tone": 2},
    {"type": "date", "timestamp": 5, "format": "{date}", "fallback": "f"},
    {"type": "broadcast", "range": "here"},
]
BESIDE_SLACK: dict[str, Any] = {
    "blocks": [
        {"type": "rich_text", "block_id": "b", "elements": [
            {"type": "rich_text_section", "elements": _WORDS_SLACK},
            {"type": "rich_text_list", "style": "ordered", "indent": 0, "offset": 2, "border": 1,
             "elements": [{"type": "rich_text_section", "elements": _WORDS_SLACK[:2]}]},
            {"type": "rich_text_preformatted", "language": "py", "elements": _WORDS_SLACK[:1]},
            {"type": "rich_text_quote", "elements": _WORDS_SLACK[:3]},
        ]},
        {"type": "table", "rows": [[{"type": "raw_text", "text": "a"}, {"type": "rich_text", "elements": [
            {"type": "rich_text_section", "elements": _WORDS_SLACK[:1]}]}]]},
        {"type": "section", "text": {"type": "mrkdwn", "text": "x"}},
    ],
    "attachments": [{"text": "t", "fallback": "f", "from_url": "https://x", "title": "T", "fields": [{"title": "a"}]}],
    "thread_ts": "1795330800.000100",
    "parent_user_id": "U2",
    "edited": {"user": "U0CARLA", "ts": "1795330801.000100"},
    "metadata": {"event_type": "x", "event_payload": {"a": 1}},
    "reactions": [{"name": "wave", "count": 1, "users": ["U2"]}],
    "user_profile": {"real_name": "C", "team": "T1"},
    "client_msg_id": "c",
    "channel_type": "im",
    "event_ts": "1795330800.000100",
    "subtype": None,
    "bot_id": None,
    "upload": False,
    "display_as_bot": False,
    "team": "T1",
}  # fmt: skip


def spoiled(value: Any, dice: random.Random) -> Any:
    """The same with one of its fields gone or odd, however deep it lies."""
    if isinstance(value, dict) and value:
        name = dice.choice(list(value))
        kind = dice.random()
        if kind < 0.25:
            return {key: one for key, one in value.items() if key != name}
        return {**value, name: dice.choice(ODD) if kind < 0.5 else spoiled(value[name], dice)}
    if isinstance(value, list) and value and dice.random() < 0.7:
        at = dice.randrange(len(value))
        return [*value[:at], spoiled(value[at], dice), *value[at + 1 :]]
    return dice.choice(ODD)


def cases(known: dict[str, Any]) -> Iterator[dict[str, Any]]:
    dice = random.Random(20261127)  # noqa: S311 - what is odd is the same with each run
    for name, value in known.items():
        yield {name: value}
        for odd in ODD:
            yield {name: odd}
        for _ in range(150):
            yield {name: spoiled(value, dice)}


def is_storable(event: object) -> bool:
    assert isinstance(event, MessageReceived | MessageEdited)
    stored, text = storable(event)
    assert event_from(text) == stored
    return bool(event.text or event.files)


@pytest.mark.parametrize("kind", TELEGRAM)
def test_whatever_telegram_sends_is_told(kind: str) -> None:
    for fields in cases({kind: TELEGRAM[kind]}):
        message = {"message_id": 7, "date": AT, "chat": PRIVATE, "from": DANA, **fields}
        for update in ({"message": message}, {"edited_message": {**message, "edit_date": AT}}):
            events = parsed(**update)
            assert [is_storable(event) for event in events] == [True], fields


@pytest.mark.parametrize("kind", DISCORD)
def test_whatever_discord_sends_is_told(kind: str) -> None:
    for fields in cases({kind: DISCORD[kind]}):
        data = {
            "id": "1100000000000000000", "channel_id": DIRECT.id, "type": 0, "content": "",
            "author": {"id": "5", "username": "mia"}, "timestamp": NOW.isoformat(), **fields,
        }  # fmt: skip
        event = read_message(data, DIRECT, READER, NOW, is_heard=True)
        assert event is not None, fields
        assert is_storable(event), fields
        edited = {**data, "edited_timestamp": NOW.isoformat(), "content": "words"}
        again = read_edit(edited, DIRECT, READER, NOW)
        assert again is not None, fields
        assert is_storable(again), fields


@pytest.mark.parametrize("kind", SLACK)
def test_whatever_slack_sends_is_told(kind: str) -> None:
    for fields in cases({kind: SLACK[kind]}):
        event = {
            "type": "message", "subtype": "file_share", "user": "U0CARLA", "channel": "D0CARLA",
            "ts": "1795330800.000100", "text": "words", **fields,
        }  # fmt: skip
        heard = hear_message(event, scope(), NOW)
        assert heard is not None, fields
        assert [is_storable(one) for one in heard.tell(Found())] == [True], fields


@pytest.mark.parametrize("kind", BESIDE_TELEGRAM)
def test_words_on_telegram_are_told_whatever_stands_beside_them(kind: str) -> None:
    for fields in cases({kind: BESIDE_TELEGRAM[kind]}):
        message = {
            "message_id": 7,
            "date": AT,
            "chat": PRIVATE,
            "from": DANA,
            "text": "@allhands_bot hello there",
            **fields,
        }
        for update in ({"message": message}, {"edited_message": {"edit_date": AT, **message}}):
            events = parsed(**update)
            assert [is_storable(event) for event in events] == [True], fields


@pytest.mark.parametrize("kind", BESIDE_DISCORD)
def test_words_on_discord_are_told_whatever_stands_beside_them(kind: str) -> None:
    for fields in cases({kind: BESIDE_DISCORD[kind]}):
        if fields.get("type") not in (0, None, False, "", [], {}):
            # Of another type it is no message of a person.
            fields = {**fields, "type": 0}
        data = {
            "id": "1100000000000000000", "channel_id": DIRECT.id, "type": 0, "content": "hello there",
            "author": {"id": "5", "username": "mia"}, "timestamp": NOW.isoformat(), **fields,
        }  # fmt: skip
        event = read_message(data, DIRECT, READER, NOW, is_heard=True)
        assert event is not None, fields
        assert is_storable(event), fields


@pytest.mark.parametrize("kind", BESIDE_SLACK)
def test_words_on_slack_are_told_whatever_stands_beside_them(kind: str) -> None:
    for fields in cases({kind: BESIDE_SLACK[kind]}):
        if kind in ("subtype", "bot_id") and fields.get(kind):
            continue
        event = {
            "type": "message", "user": "U0CARLA", "channel": "D0CARLA", "ts": "1795330800.000100",
            "text": "hello there", **fields,
        }  # fmt: skip
        heard = hear_message(event, scope(), NOW)
        assert heard is not None, fields
        assert [is_storable(one) for one in heard.tell(Found())] == [True], fields
