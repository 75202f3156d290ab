"""Calls that Telegram refuses, and its words for it."""

import json
from typing import Any

import pytest

from sandbox.telegram import TelegramServer
from sandbox.telegram.story import DANA, DELIVERIES, EMIL, FANS, FORUM, SUPPORT_DESK
from tests.integration.sandbox_telegram.telegram_clients import Plain

HOME = str(DANA.id)
LINK = {"text": "go", "url": "https://juniper.example"}


def inline(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[button]]}


@pytest.fixture(autouse=True)
async def _started(server: TelegramServer) -> None:
    await server.say(HOME, HOME, "hi")


SENDING = [
    pytest.param({"text": ""}, "message text is empty", id="no text"),
    pytest.param({"text": " \n\t "}, "text must be non-empty", id="only white space"),
    pytest.param({"text": "x" * 4097}, "message is too long", id="4097 characters"),
    pytest.param({"text": "🛋" * 2049}, "message is too long", id="4098 UTF-16 units"),
    pytest.param({"text": "x" * 33000}, "text is too long", id="far too long to look at"),
    pytest.param({"chat_id": ""}, "chat_id is empty", id="no chat"),
    pytest.param({"chat_id": 1}, "chat not found", id="unknown chat"),
    pytest.param({"chat_id": "@nobody_here"}, "chat not found", id="unknown username"),
    pytest.param({"parse_mode": "BBCode"}, "unsupported parse_mode", id="unknown parse mode"),
    pytest.param({"message_thread_id": 77}, "message thread not found", id="topic in a private chat"),
    pytest.param({"chat_id": FORUM, "message_thread_id": 77}, "message thread not found", id="unknown topic"),
    pytest.param({"chat_id": FORUM, "message_thread_id": 1}, "message thread not found", id="General by id"),
    pytest.param(
        {"reply_parameters": {"message_id": 999}}, "message to be replied not found", id="unknown message"
    ),
    pytest.param(
        {"reply_parameters": {"message_id": 1, "quote": "not in it"}}, "QUOTE_TEXT_INVALID", id="wrong quote"
    ),
    pytest.param({"reply_markup": "{"}, "can't parse reply keyboard markup JSON object", id="broken JSON"),
    pytest.param({"reply_markup": []}, "object expected as reply markup", id="markup is a list"),
    pytest.param(
        {"reply_markup": inline(text="x")},
        "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        id="button without an action",
    ),
    pytest.param(
        {"reply_markup": inline(text="x", callback_data="d" * 65)}, "BUTTON_DATA_INVALID", id="65 bytes"
    ),
    pytest.param(
        {"reply_markup": inline(text="x", callback_data="ä" * 33)}, "BUTTON_DATA_INVALID", id="66 bytes in 33"
    ),
    pytest.param(
        {"reply_markup": inline(text=" ", callback_data="d")},
        "inline keyboard button text must be non-empty",
        id="button without a label",
    ),
    pytest.param(
        {"reply_markup": inline(callback_data="d")},
        "can't parse inline keyboard button: Can't find field \"text\"",
        id="button without a text",
    ),
    pytest.param(
        {"reply_markup": inline(text="x", url="http://localhost/")},
        "inline keyboard button URL 'http://localhost/' is invalid: Wrong HTTP URL",
        id="button to localhost",
    ),
    pytest.param(
        {"reply_markup": {"inline_keyboard": [[LINK]] * 101}}, "reply markup is too long", id="101 buttons"
    ),
    pytest.param(
        {"chat_id": FANS, "reply_markup": {"keyboard": [[{"text": "me", "request_contact": True}]]}},
        "phone number can be requested in private chats only",
        id="contact in a group",
    ),
    pytest.param(
        {"entities": [{"type": "bold", "offset": 0, "length": 99}]},
        "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 99",
        id="entity beyond the end",
    ),
    pytest.param(
        {"text": "🛋", "entities": [{"type": "bold", "offset": 0, "length": 1}]},
        "entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at byte offset 4",
        id="entity through a character",
    ),
    pytest.param(
        {"entities": ["bold"]}, "can't parse MessageEntity: expected an Object", id="entity is a string"
    ),
    pytest.param(
        {"entities": [{"type": "text_link", "url": "javascript:alert(1)", "offset": 0, "length": 2}]},
        "entity URL 'javascript:alert(1)' is invalid: Wrong HTTP URL",
        id="link that is none",
    ),
]


@pytest.mark.parametrize(("arguments", "refusal"), SENDING)
async def test_message_is_refused(plain: Plain, arguments: dict[str, Any], refusal: str) -> None:
    given = {"chat_id": DANA.id, "text": "hello"} | arguments
    assert await plain.refusal("sendMessage", **given) == f"400 Bad Request: {refusal}"


async def test_text_of_exactly_the_limit_is_taken(plain: Plain) -> None:
    for text in ("x" * 4096, "🛋" * 2048, f"<b>{'x' * 4096}</b>"):
        await plain.result("sendMessage", chat_id=DANA.id, text=text, parse_mode="HTML")


OTHERS = [
    pytest.param(
        "sendDocument", {}, "400 Bad Request: there is no document in the request", id="nothing to send"
    ),
    pytest.param(
        "sendDocument",
        {"document": "attach://nowhere"},
        "400 Bad Request: wrong file identifier/HTTP URL specified",
        id="attachment that was not attached",
    ),
    pytest.param(
        "editMessageText",
        {"message_id": 999, "text": "x"},
        "400 Bad Request: message to edit not found",
        id="edit nothing",
    ),
    pytest.param(
        "editMessageText",
        {"message_id": 1, "text": "x"},
        "400 Bad Request: message can't be edited",
        id="edit another's",
    ),
    pytest.param(
        "editMessageText", {"message_id": 1}, "400 Bad Request: message text is empty", id="edit without text"
    ),
    pytest.param(
        "deleteMessage",
        {"message_id": 999},
        "400 Bad Request: message to delete not found",
        id="delete nothing",
    ),
    pytest.param(
        "deleteMessages", {}, "400 Bad Request: message identifiers are not specified", id="delete no numbers"
    ),
    pytest.param(
        "copyMessage",
        {"from_chat_id": DANA.id, "message_id": 999},
        "400 Bad Request: message to copy not found",
        id="copy nothing",
    ),
    pytest.param(
        "copyMessage",
        {"from_chat_id": FORUM, "message_id": DELIVERIES},
        "400 Bad Request: message can't be copied",
        id="copy a service message",
    ),
    pytest.param(
        "forwardMessage",
        {"from_chat_id": DANA.id, "message_id": 999},
        "400 Bad Request: message to forward not found",
        id="forward nothing",
    ),
    pytest.param(
        "sendChatAction",
        {"action": "dancing"},
        "400 Bad Request: wrong parameter action in request",
        id="action",
    ),
    pytest.param("sendLocation", {"longitude": 1}, "400 Bad Request: latitude is empty", id="half a place"),
    pytest.param(
        "sendPoll",
        {"question": "?", "options": "no list"},
        "400 Bad Request: can't parse options JSON object",
        id="poll without options",
    ),
    pytest.param(
        "answerCallbackQuery",
        {"callback_query_id": "1"},
        "400 Bad Request: query is too old and response timeout expired or query ID is invalid",
        id="unknown query",
    ),
    pytest.param("getChatMember", {"user_id": 1}, "400 Bad Request: user not found", id="unknown person"),
    pytest.param(
        "getChatAdministrators",
        {},
        "400 Bad Request: there are no administrators in the private chat",
        id="administrators of a person",
    ),
    pytest.param(
        "createForumTopic",
        {"name": "x"},
        "400 Bad Request: the chat is not a forum",
        id="topic in a private chat",
    ),
    pytest.param(
        "createForumTopic",
        {"chat_id": SUPPORT_DESK, "name": " \n "},
        "400 Bad Request: name must be non-empty",
        id="topic without a name",
    ),
    pytest.param(
        "closeForumTopic",
        {"chat_id": SUPPORT_DESK, "message_thread_id": 99},
        "400 Bad Request: TOPIC_ID_INVALID",
        id="close no topic",
    ),
    pytest.param(
        "setMyCommands",
        {"commands": [{"command": "Claim", "description": "x"}]},
        "400 Bad Request: BOT_COMMAND_INVALID",
        id="capital letter in a command",
    ),
    pytest.param(
        "setMyCommands",
        {"commands": [{"command": "claim", "description": ""}]},
        "400 Bad Request: command description must be non-empty",
        id="command without description",
    ),
    pytest.param(
        "setMyCommands",
        {"commands": [{"command": "x", "description": "x"}] * 101},
        "400 Bad Request: BOT_COMMANDS_TOO_MUCH",
        id="101 commands",
    ),
    pytest.param(
        "setMessageReaction",
        {"message_id": 999},
        "400 Bad Request: message to react not found",
        id="react to nothing",
    ),
    pytest.param("doMagic", {}, "404 Not Found: method not found", id="unknown method"),
]


@pytest.mark.parametrize(("method", "arguments", "refusal"), OTHERS)
async def test_call_is_refused(plain: Plain, method: str, arguments: dict[str, Any], refusal: str) -> None:
    assert await plain.refusal(method, **({"chat_id": DANA.id} | arguments)) == refusal


async def test_person_who_never_wrote_is_out_of_reach(plain: Plain) -> None:
    refusal = await plain.refusal("sendMessage", chat_id=EMIL.id, text="hello")
    assert refusal == "403 Forbidden: bot can't initiate conversation with a user"


async def test_caption_of_1025_characters_is_refused(plain: Plain, server: TelegramServer) -> None:
    sent = await plain.result("sendLocation", chat_id=DANA.id, latitude=1, longitude=2)
    refusal = await plain.refusal(
        "editMessageCaption", chat_id=DANA.id, message_id=sent["message_id"], caption="x" * 1025
    )
    assert refusal == "400 Bad Request: there is no caption in the message to edit"
    _, body = await plain.upload("sendDocument", "document", b"paper", chat_id=HOME, caption="x" * 1025)
    assert body["description"] == "Bad Request: message caption is too long"


async def test_wrong_token_is_unauthorized(plain: Plain) -> None:
    stranger = Plain(plain.session, plain.base, "123:wrong")
    assert await stranger.refusal("getMe") == "401 Unauthorized"
    assert await Plain(plain.session, plain.base, "nonsense").refusal("getMe") == "404 Not Found"


async def test_arguments_may_come_as_query_form_or_json(plain: Plain, server: TelegramServer) -> None:
    url = f"{plain.base}/bot{plain.token}/SendMessage"
    markup = {"force_reply": True}
    for sent in (
        plain.session.get(url, params={"chat_id": HOME, "text": "query"}),
        plain.session.post(url, data={"chat_id": HOME, "text": "form", "reply_markup": json.dumps(markup)}),
        plain.session.post(url, json={"chat_id": DANA.id, "text": "json", "reply_markup": markup}),
    ):
        async with sent as answer:
            assert (await answer.json())["ok"]
    assert [message.text for message in server.messages(HOME, HOME)][1:] == ["query", "form", "json"]
    broken = plain.session.post(url, data=b"{", headers={"Content-Type": "application/json"})
    async with broken as answer:
        assert answer.status == 400


async def test_every_call_is_in_the_journal_with_its_outcome_and_without_the_token(
    plain: Plain, server: TelegramServer
) -> None:
    await plain.result("getMe")
    await plain.refusal("sendMessage", chat_id=DANA.id)
    calls = [entry.data for entry in server.world.journal.entries if entry.kind == "call"]
    assert calls == [{"method": "getMe", "error": 0}, {"method": "sendMessage", "error": 400}]
    assert plain.token not in repr(server.world.journal.entries)
