"""Everything the server says has the shape that the published description of the Bot API gives it."""

import json
import os
import pathlib
from collections.abc import Mapping
from typing import Any

import pytest

from sandbox.surface import Upload
from sandbox.telegram import TelegramServer
from sandbox.telegram.story import DANA, DELIVERIES, FANS, FORUM, SUPPORT_DESK, TOM, UMA
from tests.integration.sandbox_telegram.telegram_clients import Plain
from tests.integration.sandbox_telegram.test_telegram_files import png

ROOT = pathlib.Path(__file__).parents[3]
SPECS = pathlib.Path(os.environ.get("ALLHANDS_SPECS") or ROOT.parent / "shared" / "specs")
API = SPECS / "telegram" / "api.min.json"
HOME = str(DANA.id)
KINDS = ["message", "edited_message", "callback_query", "message_reaction", "my_chat_member", "chat_member"]
SCALARS: dict[str, tuple[type, ...]] = {
    "Integer": (int,),
    "Float": (int, float),
    "String": (str,),
    "Boolean": (bool,),
    "True": (bool,),
}

pytestmark = pytest.mark.skipif(not API.exists(), reason=f"the description of the Bot API is not at {API}")


class Shapes:
    """Checks values against the types of the description."""

    def __init__(self, api: Mapping[str, Any]) -> None:
        self.types = api["types"]
        self.methods = api["methods"]

    def problems(self, value: Any, kinds: list[str], where: str) -> list[str]:
        """Nothing when the value fits one of the kinds, else the complaints of the kind that fits best."""
        complaints = [self._against(value, kind, where) for kind in kinds]
        return min(complaints, key=len)

    def _against(self, value: Any, kind: str, where: str) -> list[str]:
        if kind.startswith("Array of "):
            if not isinstance(value, list):
                return [f"{where} is no list"]
            inner = [kind.removeprefix("Array of ")]
            return [
                problem
                for at, item in enumerate(value)
                for problem in self.problems(item, inner, f"{where}[{at}]")
            ]
        if kind in SCALARS:
            is_right = isinstance(value, SCALARS[kind]) and (bool in SCALARS[kind]) == isinstance(value, bool)
            return [] if is_right else [f"{where} is {value!r}, not {kind}"]
        described = self.types[kind]
        if "subtypes" in described and not described.get("fields"):
            return self.problems(value, described["subtypes"], where)
        return self._object(value, described.get("fields", []), where)

    def _object(self, value: Any, fields: list[dict[str, Any]], where: str) -> list[str]:
        if not isinstance(value, dict):
            return [f"{where} is no object"]
        known = {field["name"]: field for field in fields}
        problems = [f"{where}.{name} is unknown" for name in value if name not in known]
        problems += [
            f"{where}.{name} is missing"
            for name, field in known.items()
            if field["required"] and name not in value
        ]
        for name, inner in value.items():
            if name in known:
                problems += self.problems(inner, known[name]["types"], f"{where}.{name}")
        return problems

    def answer(self, method: str, value: Any) -> list[str]:
        return self.problems(value, self.methods[method]["returns"], method)


@pytest.fixture
def shapes() -> Shapes:
    return Shapes(json.loads(API.read_text()))


async def test_every_kind_of_update_has_its_shape(
    server: TelegramServer, plain: Plain, shapes: Shapes
) -> None:
    await plain.result("getUpdates", allowed_updates=KINDS)
    await server.command(HOME, HOME, "start", "x")
    number = await server.say(HOME, HOME, "**hi** [x](juniper.com) ```py\nx```")
    await server.edit(HOME, HOME, number, "hi @tom_baker")
    files = (
        Upload("a.png", "image/png", png()),
        Upload("b.png", "image/png", png(4)),
        Upload("c.txt", "", b"c"),
    )
    await server.say(HOME, HOME, "files", files=files, reply_to=number, quote="hi")
    for mime in ("image/gif", "video/mp4", "audio/ogg", "audio/mpeg"):
        await server.say(HOME, HOME, "", files=(Upload("f", mime, b"file"),))
    markup = {"inline_keyboard": [[{"text": "x", "callback_data": "x"}]]}
    sent = await plain.result("sendMessage", chat_id=DANA.id, text="x", reply_markup=markup)
    await server.press(HOME, HOME, str(sent["message_id"]), "x")
    await server.react(HOME, HOME, number, "👍")
    await server.block_bot(HOME)
    await server.open_thread(HOME, str(FORUM), "Topic", "text")
    await server.close_topic(str(TOM.id), f"{FORUM}:{DELIVERIES}")
    await server.leave(str(UMA.id), str(SUPPORT_DESK))
    await server.leave(HOME, str(FANS))
    await server.join(HOME, str(FANS))
    await server.set_bot_status(str(TOM.id), str(FORUM), "administrator")
    await server.set_bot_status(str(TOM.id), str(FANS), "kicked")
    topic = await plain.result("createForumTopic", chat_id=SUPPORT_DESK, name="x")
    card = await plain.result(
        "sendMessage", chat_id=SUPPORT_DESK, text="x", message_thread_id=topic["message_thread_id"]
    )
    await plain.result("pinChatMessage", chat_id=SUPPORT_DESK, message_id=card["message_id"])
    updates = await plain.result("getUpdates")
    kinds = {kind for update in updates for kind in update}
    assert kinds == {"update_id", *KINDS}
    assert shapes.problems(updates, ["Array of Update"], "updates") == []


ANSWERS: list[tuple[str, dict[str, Any]]] = [
    ("getMe", {}),
    ("getChat", {"chat_id": SUPPORT_DESK}),
    ("getChat", {"chat_id": DANA.id}),
    ("getChat", {"chat_id": FANS}),
    ("getChatMember", {"chat_id": SUPPORT_DESK, "user_id": TOM.id}),
    ("getChatMember", {"chat_id": SUPPORT_DESK, "user_id": DANA.id}),
    ("getChatAdministrators", {"chat_id": SUPPORT_DESK}),
    ("getChatMemberCount", {"chat_id": FANS}),
    ("getWebhookInfo", {}),
    ("getMyName", {}),
    ("getMyDescription", {}),
    ("getMyShortDescription", {}),
    ("getMyCommands", {}),
    ("getChatMenuButton", {}),
    ("getForumTopicIconStickers", {}),
    ("getUserProfilePhotos", {"user_id": DANA.id}),
    ("createForumTopic", {"chat_id": SUPPORT_DESK, "name": "x"}),
    (
        "sendMessage",
        {"chat_id": DANA.id, "text": "juniper.com", "link_preview_options": {"is_disabled": True}},
    ),
    (
        "sendMessage",
        {"chat_id": FANS, "text": "x", "reply_parameters": {"message_id": 1, "chat_id": DANA.id}},
    ),
    ("sendLocation", {"chat_id": DANA.id, "latitude": 1.5, "longitude": 2}),
    (
        "sendVenue",
        {"chat_id": DANA.id, "latitude": 1.5, "longitude": 2, "title": "Shop", "address": "Street 1"},
    ),
    ("sendContact", {"chat_id": DANA.id, "phone_number": "+4670000", "first_name": "Shop"}),
    ("sendDice", {"chat_id": DANA.id}),
    ("sendPoll", {"chat_id": FANS, "question": "Which?", "options": [{"text": "a"}, {"text": "b"}]}),
    (
        "sendPoll",
        {
            "chat_id": FANS,
            "question": "?",
            "options": ["a", "b"],
            "type": "quiz",
            "correct_option_ids": [1],
            "open_period": 60,
        },
    ),
    ("copyMessage", {"chat_id": DANA.id, "from_chat_id": DANA.id, "message_id": 1}),
    ("forwardMessage", {"chat_id": DANA.id, "from_chat_id": DANA.id, "message_id": 1}),
    ("copyMessages", {"chat_id": DANA.id, "from_chat_id": DANA.id, "message_ids": [1]}),
    ("setMyCommands", {"commands": [{"command": "help", "description": "Help"}]}),
    ("sendChatAction", {"chat_id": DANA.id, "action": "typing"}),
]


@pytest.mark.parametrize(("method", "arguments"), ANSWERS)
async def test_answer_has_its_shape(
    server: TelegramServer, plain: Plain, shapes: Shapes, method: str, arguments: dict[str, Any]
) -> None:
    await server.say(HOME, HOME, "hi")
    assert shapes.answer(method, await plain.result(method, **arguments)) == []


async def test_files_have_their_shape(server: TelegramServer, plain: Plain, shapes: Shapes) -> None:
    await server.say(HOME, HOME, "hi")
    for kind in ("photo", "document", "video", "audio", "voice", "animation", "sticker", "video_note"):
        method = "send" + kind.title().replace("_", "")
        _, body = await plain.upload(method, kind, png(), chat_id=HOME)
        assert body["ok"], body
        assert shapes.answer(method, body["result"]) == []
        part = body["result"][kind]
        file_id = (part[-1] if isinstance(part, list) else part)["file_id"]
        assert shapes.answer("getFile", await plain.result("getFile", file_id=file_id)) == []
