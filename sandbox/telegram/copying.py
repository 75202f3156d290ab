"""Methods that copy and forward messages."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from sandbox.telegram.errors import bad_request
from sandbox.telegram.history import Draft, post
from sandbox.telegram.inputs import (
    Call,
    Target,
    caption_content,
    find_message,
    formatted_text,
    list_of,
    target_of,
)
from sandbox.telegram.model import Message
from sandbox.telegram.sending import Method, send
from sandbox.telegram.views import message_json, origin_of

MOST_MESSAGES = 100
Repeat = Callable[[Call, Message, Target, str], Message]


def message_numbers(call: Call) -> list[int]:
    """The argument message_ids, or 400."""
    given = call.args.structure("message_ids", "message identifiers")
    if not given:
        raise bad_request("message identifiers are not specified")
    numbers = list_of(given, "expected an Array of message identifiers")
    if len(numbers) > MOST_MESSAGES:
        raise bad_request("too many message identifiers specified")
    try:
        return [int(number) for number in numbers]
    except (TypeError, ValueError) as error:
        raise bad_request("message identifier must be a Number") from error


def copy_message(call: Call) -> dict[str, int]:
    original = _original(call, "message to copy")
    return {"message_id": _copy(call, original, target_of(call), "").id}


def forward_message(call: Call) -> dict[str, Any]:
    original = _original(call, "message to forward")
    return message_json(call.state, _forward(call, original, target_of(call), ""))


def copy_messages(call: Call) -> list[dict[str, int]]:
    return _repeat_many(call, _copy)


def forward_messages(call: Call) -> list[dict[str, int]]:
    return _repeat_many(call, _forward)


def without_caption(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name not in {"caption", "caption_entities"}}


def _original(call: Call, what: str) -> Message:
    source = call.state.readable_chat(call.args.text("from_chat_id"))
    return find_message(source, call.args.number("message_id"), what)


def _repeat_many(call: Call, repeat: Repeat) -> list[dict[str, int]]:
    """Albums stay albums; what is gone or cannot be repeated is left out."""
    numbers = message_numbers(call)
    if any(later <= earlier for earlier, later in pairwise(numbers)):
        raise bad_request("message identifiers must be in a strictly increasing order")
    source = call.state.readable_chat(call.args.text("from_chat_id"))
    found = [source.messages[number] for number in numbers if number in source.messages]
    if not found:
        raise bad_request("message to forward not found")
    target = target_of(call)
    albums: dict[str, str] = {"": ""}
    sent: list[dict[str, int]] = []
    for message in found:
        if message.is_service or message.is_protected:
            continue
        if message.media_group_id not in albums:
            albums[message.media_group_id] = call.state.new_album_id()
        sent.append({"message_id": repeat(call, message, target, albums[message.media_group_id]).id})
    return sent


def _copy(call: Call, original: Message, target: Target, media_group_id: str) -> Message:
    if original.is_service or original.is_protected:
        raise bad_request("message can't be copied")
    content = dict(original.content)
    if "text" not in content and call.args.has("caption"):
        given = formatted_text(call.state, call.args, "caption", "parse_mode", "caption_entities")
        content = without_caption(content) | caption_content(call.state, given)
    elif call.args.flag("remove_caption"):
        content = without_caption(content)
    return send(call, target, content, media_group_id=media_group_id)


def _forward(call: Call, original: Message, target: Target, media_group_id: str) -> Message:
    if original.is_service or original.is_protected:
        raise bad_request("the message can't be forwarded")
    origin = origin_of(call.state, original)
    draft = Draft(
        content=original.content,
        topic_id=target.topic_id,
        forward_origin=origin,
        media_group_id=media_group_id,
        is_protected=call.args.flag("protect_content"),
    )
    return post(call.state, target.chat, call.state.bot.id, draft)


METHODS: dict[str, Method] = {
    "copyMessage": copy_message,
    "copyMessages": copy_messages,
    "forwardMessage": forward_message,
    "forwardMessages": forward_messages,
}
