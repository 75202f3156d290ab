"""Methods that edit and delete messages, react to them, and answer pressed buttons."""

from collections.abc import Mapping
from typing import Any

from sandbox.telegram.copying import message_numbers, without_caption
from sandbox.telegram.errors import bad_request
from sandbox.telegram.history import amend, react, remove
from sandbox.telegram.inputs import Call, caption_content, find_message, formatted_text, list_of, text_content
from sandbox.telegram.keyboards import check_markup, parse_markup
from sandbox.telegram.model import Chat, Message
from sandbox.telegram.reactions import BOT_EMOJI
from sandbox.telegram.sending import (
    Method,
    given_text,
    link_preview,
)
from sandbox.telegram.sending_media import caption_place, media_item
from sandbox.telegram.views import message_json

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as "
    "a current content and reply markup of the message"
)
DELETABLE_SECONDS = 48 * 60 * 60
ANSWER_SECONDS = 60
"""How long a pressed button waits; Telegram does not say, clients give up well before."""
LONGEST_ANSWER = 200
MEDIA = ("photo", "video", "animation", "audio", "document", "voice")


def _to_edit(call: Call) -> Message:
    if not call.args.has("chat_id") and not call.args.number("message_id"):
        if not call.args.text("inline_message_id"):
            raise bad_request("message identifier is not specified")
        raise bad_request("MESSAGE_ID_INVALID")
    chat = call.state.readable_chat(call.args.text("chat_id"))
    message = find_message(chat, call.args.number("message_id"), "message to edit")
    is_own = message.sender_id == call.state.bot.id and not message.is_service
    if not is_own or message.forward_origin:
        raise bad_request("message can't be edited")
    return message


def _edited(call: Call, message: Message, content: Mapping[str, Any]) -> dict[str, Any]:
    """Store the edit; without a keyboard in the call the message loses the one it had."""
    markup = parse_markup(call.args)
    if markup is not None and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    if message.markup and "inline_keyboard" not in message.markup:
        raise bad_request("message can't be edited")
    markup = check_markup(markup, call.state.chats[message.chat_id])
    if content == message.content and markup == message.markup:
        raise bad_request(NOT_MODIFIED)
    is_new_text = content != message.content
    edited_at = call.state.now() if is_new_text else message.edited_at
    amended = amend(call.state, message, content=content, markup=markup, edited_at=edited_at)
    return message_json(call.state, amended)


def edit_message_text(call: Call) -> dict[str, Any]:
    given = given_text(call)
    preview = link_preview(call.args)
    parse_markup(call.args)
    message = _to_edit(call)
    if "text" not in message.content:
        raise bad_request("there is no text in the message to edit")
    return _edited(call, message, text_content(call.state, given) | preview)


def edit_message_caption(call: Call) -> dict[str, Any]:
    given = formatted_text(call.state, call.args, "caption", "parse_mode", "caption_entities")
    message = _to_edit(call)
    if not any(kind in message.content for kind in MEDIA):
        raise bad_request("there is no caption in the message to edit")
    content = without_caption(message.content)
    content.pop("show_caption_above_media", None)
    return _edited(call, message, content | caption_content(call.state, given) | caption_place(call.args))


def edit_message_media(call: Call) -> dict[str, Any]:
    given = call.args.structure("media", "input media")
    if given is None:
        raise bad_request("input media is empty")
    kind, content = media_item(call, given)
    message = _to_edit(call)
    if message.media_group_id:
        old = next((name for name in MEDIA if name in message.content), "")
        visual = {"photo", "video"}
        if old != kind and not {old, kind} <= visual:
            raise bad_request("message can't be edited")
    return _edited(call, message, content)


def edit_message_reply_markup(call: Call) -> dict[str, Any]:
    parse_markup(call.args)
    message = _to_edit(call)
    return _edited(call, message, message.content)


def stop_poll(call: Call) -> dict[str, Any]:
    chat = call.state.readable_chat(call.args.text("chat_id"))
    message = find_message(chat, call.args.number("message_id"), "message with poll to stop")
    poll = message.content.get("poll")
    if poll is None:
        raise bad_request("message with poll to stop not found")
    if message.sender_id != call.state.bot.id:
        raise bad_request("poll can't be stopped")
    if poll["is_closed"]:
        raise bad_request("poll has already been closed")
    stopped = dict(poll) | {"is_closed": True}
    markup = check_markup(parse_markup(call.args), chat)
    amend(call.state, message, content={"poll": stopped}, markup=markup)
    return stopped


def _may_delete(call: Call, chat: Chat, message: Message) -> bool:
    if "forum_topic_created" in message.content:
        return False
    is_young = call.state.now() - message.sent_at <= DELETABLE_SECONDS
    if chat.type != "private" and call.state.bot_member(chat).may("can_delete_messages"):
        return is_young or chat.type == "supergroup"
    if chat.type == "private" or message.sender_id == call.state.bot.id:
        return is_young and not message.is_service
    return False


def delete_message(call: Call) -> bool:
    if not call.args.number("message_id"):
        raise bad_request("message identifier is not specified")
    chat = call.state.writable_chat(call.args.text("chat_id"))
    message = find_message(chat, call.args.number("message_id"), "message to delete")
    if not _may_delete(call, chat, message):
        raise bad_request("message can't be deleted for everyone")
    remove(call.state, chat, [message.id])
    return True


def delete_messages(call: Call) -> bool:
    numbers = message_numbers(call)
    chat = call.state.writable_chat(call.args.text("chat_id"))
    found = [chat.messages[number] for number in numbers if number in chat.messages]
    if any(not _may_delete(call, chat, message) for message in found):
        raise bad_request("message can't be deleted for everyone")
    remove(call.state, chat, [message.id for message in found])
    return True


def set_message_reaction(call: Call) -> bool:
    given = call.args.structure("reaction", "reaction types")
    types = list_of(given or [], "expected an Array of ReactionType")
    emoji = tuple(_reaction(item) for item in types)
    chat = call.state.readable_chat(call.args.text("chat_id"))
    message = find_message(chat, call.args.number("message_id"), "message to react")
    if any(character not in BOT_EMOJI for character in emoji):
        raise bad_request("REACTION_INVALID")
    if len(emoji) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    if message.media_group_id:
        group = [other for other in chat.messages.values() if other.media_group_id == message.media_group_id]
        message = min(group, key=lambda other: other.id)
    react(call.state, message, call.state.bot.id, emoji)
    return True


def _reaction(item: Any) -> str:
    if not isinstance(item, dict) or "type" not in item:
        raise bad_request("can't parse reaction type: expected an Object")
    if item["type"] == "emoji":
        return str(item.get("emoji", ""))
    if item["type"] in {"custom_emoji", "paid"}:
        raise bad_request("REACTION_INVALID")
    raise bad_request("can't parse reaction type: invalid reaction type specified")


def answer_callback_query(call: Call) -> bool:
    query_id = call.args.text("callback_query_id")
    text = call.args.text("text")
    if len(text) > LONGEST_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    query = call.state.queries.pop(query_id, None)
    now = call.state.world.clock.now().timestamp()
    if query is None or now - query.pressed_at > ANSWER_SECONDS:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    call.state.world.journal.add(
        "telegram",
        "answer",
        query.room,
        person=str(query.user_id),
        message=str(query.message_id),
        text=text,
        is_alert=call.args.flag("show_alert"),
        url=call.args.text("url"),
    )
    return True


METHODS: dict[str, Method] = {
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageMedia": edit_message_media,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "stopPoll": stop_poll,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "setMessageReaction": set_message_reaction,
    "answerCallbackQuery": answer_callback_query,
}
