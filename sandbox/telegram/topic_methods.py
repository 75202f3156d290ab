"""Methods about the topics of a forum."""

from dataclasses import replace
from typing import Any

from sandbox.telegram.errors import bad_request
from sandbox.telegram.formatting import clean_name
from sandbox.telegram.history import change_topic, delete_topic, open_topic
from sandbox.telegram.inputs import Call
from sandbox.telegram.model import GENERAL_TOPIC, Chat, Topic
from sandbox.telegram.sending import Method
from sandbox.telegram.views import topic_json

ICON_COLORS = (0x6FB9F0, 0xFFD67E, 0xCB86DB, 0x8EEE98, 0xFF93B2, 0xFB6F5F)
LONGEST_NAME = 128


def _forum(call: Call) -> Chat:
    chat = call.state.writable_chat(call.args.text("chat_id"))
    if not chat.is_forum:
        raise bad_request("the chat is not a forum")
    return chat


def _manageable_topic(call: Call, chat: Chat, topic_id: int, what: str, right: str) -> Topic:
    """The topic, if the bot made it or has the right; 400 otherwise."""
    topic = chat.topics.get(topic_id)
    if topic is None:
        raise bad_request("TOPIC_ID_INVALID")
    if not call.state.bot_member(chat).may(right) and topic.creator_id != call.state.bot.id:
        raise bad_request(f"not enough rights to {what} the topic")
    return topic


def create_forum_topic(call: Call) -> dict[str, Any]:
    chat = _forum(call)
    if not call.state.bot_member(chat).may("can_manage_topics"):
        raise bad_request("not enough rights to create a topic")
    name = clean_name(call.args.text("name"), LONGEST_NAME)
    if not name:
        raise bad_request("name must be non-empty")
    color = call.args.number("icon_color", ICON_COLORS[0])
    if color not in ICON_COLORS:
        raise bad_request("invalid icon color specified")
    icon = call.args.text("icon_custom_emoji_id")
    topic = open_topic(call.state, chat, call.state.bot.id, name, color, icon)
    return topic_json(topic) | {"message_thread_id": topic.id}


def edit_forum_topic(call: Call) -> bool:
    chat = _forum(call)
    topic_id = call.args.number("message_thread_id")
    topic = _manageable_topic(call, chat, topic_id, "edit", "can_manage_topics")
    return _rename(call, chat, topic)


def edit_general_forum_topic(call: Call) -> bool:
    chat = _forum(call)
    topic = _manageable_topic(call, chat, GENERAL_TOPIC, "edit", "can_manage_topics")
    return _rename(call, chat, topic)


def _rename(call: Call, chat: Chat, topic: Topic) -> bool:
    name = call.args.text("name")
    changed = topic
    if name:
        changed = replace(changed, name=clean_name(name, LONGEST_NAME))
        if not changed.name:
            raise bad_request("name must be non-empty")
    if "icon_custom_emoji_id" in call.args.values:
        changed = replace(changed, icon_custom_emoji_id=call.args.text("icon_custom_emoji_id"))
    elif not name:
        return True
    if changed == topic:
        raise bad_request("TOPIC_NOT_MODIFIED")
    edited: dict[str, str] = {}
    if changed.name != topic.name:
        edited["name"] = changed.name
    if changed.icon_custom_emoji_id != topic.icon_custom_emoji_id:
        edited["icon_custom_emoji_id"] = changed.icon_custom_emoji_id
    change_topic(call.state, chat, call.state.bot.id, changed, {"forum_topic_edited": edited})
    return True


def _toggle(call: Call, topic_id: int, *, is_closed: bool) -> bool:
    chat = _forum(call)
    topic = _manageable_topic(call, chat, topic_id, "close or open", "can_manage_topics")
    if topic.is_closed == is_closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    service: dict[str, Any] = {"forum_topic_closed" if is_closed else "forum_topic_reopened": {}}
    change_topic(call.state, chat, call.state.bot.id, replace(topic, is_closed=is_closed), service)
    return True


def close_forum_topic(call: Call) -> bool:
    return _toggle(call, call.args.number("message_thread_id"), is_closed=True)


def reopen_forum_topic(call: Call) -> bool:
    return _toggle(call, call.args.number("message_thread_id"), is_closed=False)


def close_general_forum_topic(call: Call) -> bool:
    return _toggle(call, GENERAL_TOPIC, is_closed=True)


def reopen_general_forum_topic(call: Call) -> bool:
    return _toggle(call, GENERAL_TOPIC, is_closed=False)


def _hide(call: Call, *, is_hidden: bool) -> bool:
    chat = _forum(call)
    topic = _manageable_topic(call, chat, GENERAL_TOPIC, "close or open", "can_manage_topics")
    if topic.is_hidden == is_hidden:
        raise bad_request("TOPIC_NOT_MODIFIED")
    service: dict[str, Any] = {f"general_forum_topic_{'hidden' if is_hidden else 'unhidden'}": {}}
    # Hiding closes it as well.
    changed = replace(topic, is_hidden=is_hidden, is_closed=is_hidden or topic.is_closed)
    change_topic(call.state, chat, call.state.bot.id, changed, service)
    return True


def hide_general_forum_topic(call: Call) -> bool:
    return _hide(call, is_hidden=True)


def unhide_general_forum_topic(call: Call) -> bool:
    return _hide(call, is_hidden=False)


def delete_forum_topic(call: Call) -> bool:
    chat = _forum(call)
    topic_id = call.args.number("message_thread_id")
    if topic_id == GENERAL_TOPIC:
        raise bad_request("TOPIC_ID_INVALID")
    topic = _manageable_topic(call, chat, topic_id, "delete", "can_delete_messages")
    delete_topic(call.state, chat, topic)
    return True


def get_forum_topic_icon_stickers(_call: Call) -> list[Any]:
    """No custom emoji here: topics have their colour and the first letter of their name."""
    return []


METHODS: dict[str, Method] = {
    "createForumTopic": create_forum_topic,
    "editForumTopic": edit_forum_topic,
    "editGeneralForumTopic": edit_general_forum_topic,
    "closeForumTopic": close_forum_topic,
    "reopenForumTopic": reopen_forum_topic,
    "closeGeneralForumTopic": close_general_forum_topic,
    "reopenGeneralForumTopic": reopen_general_forum_topic,
    "hideGeneralForumTopic": hide_general_forum_topic,
    "unhideGeneralForumTopic": unhide_general_forum_topic,
    "deleteForumTopic": delete_forum_topic,
    "getForumTopicIconStickers": get_forum_topic_icon_stickers,
}
