"""Telegram's objects as the Bot API writes them."""

from typing import Any

from sandbox.telegram.files import file_id
from sandbox.telegram.model import (
    ADMINISTRATOR_RIGHTS,
    GENERAL_TOPIC,
    Chat,
    Entity,
    Member,
    Message,
    StoredFile,
    Topic,
    User,
)
from sandbox.telegram.state import TelegramState

MEMBER_PERMISSIONS = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_react_to_messages",
    "can_invite_users",
    "can_manage_topics",
)
NO_GIFTS = {
    "unlimited_gifts": False,
    "limited_gifts": False,
    "unique_gifts": False,
    "premium_subscription": False,
    "gifts_from_channels": False,
}


def user_json(user: User) -> dict[str, Any]:
    view: dict[str, Any] = {"id": user.id, "is_bot": user.is_bot, "first_name": user.first_name}
    for name in ("last_name", "username", "language_code"):
        if getattr(user, name):
            view[name] = getattr(user, name)
    return view


def chat_json(state: TelegramState, chat: Chat) -> dict[str, Any]:
    if chat.type == "private":
        user = state.users[chat.id]
        view: dict[str, Any] = {"id": chat.id, "first_name": user.first_name}
        for name in ("last_name", "username"):
            if getattr(user, name):
                view[name] = getattr(user, name)
        return view | {"type": "private"}
    view = {"id": chat.id, "title": chat.title}
    if chat.username:
        view["username"] = chat.username
    if chat.is_forum:
        view["is_forum"] = True
    return view | {"type": chat.type}


def full_chat_json(state: TelegramState, chat: Chat) -> dict[str, Any]:
    """As getChat answers."""
    view = chat_json(state, chat)
    if chat.username:
        view["active_usernames"] = [chat.username]
    if chat.description:
        view["description"] = chat.description
    if chat.type != "private":
        view["permissions"] = dict.fromkeys(MEMBER_PERMISSIONS, True) | {
            "can_change_info": False,
            "can_pin_messages": False,
        }
    if chat.pinned:
        view["pinned_message"] = message_json(state, chat.messages[chat.pinned[-1]], is_nested=True)
    return view | {"accepted_gift_types": dict(NO_GIFTS), "max_reaction_count": 11, "accent_color_id": 0}


def member_json(state: TelegramState, member: Member) -> dict[str, Any]:
    view: dict[str, Any] = {"user": user_json(state.users[member.user_id]), "status": member.status}
    if member.status == "creator":
        view["is_anonymous"] = False
    elif member.status == "administrator":
        view |= {"can_be_edited": False, "is_anonymous": False}
        view |= {right: right in member.rights for right in ADMINISTRATOR_RIGHTS}
    elif member.status == "kicked":
        view["until_date"] = 0
    return view


def entity_json(state: TelegramState, entity: Entity) -> dict[str, Any]:
    view: dict[str, Any] = {"offset": entity.offset, "length": entity.length, "type": entity.type}
    for name in ("url", "language", "custom_emoji_id", "unix_time", "date_time_format"):
        if getattr(entity, name):
            view[name] = getattr(entity, name)
    if entity.user_id:
        view["user"] = user_json(state.users[entity.user_id])
    return view


def entities_json(state: TelegramState, entities: tuple[Entity, ...]) -> list[dict[str, Any]]:
    return [entity_json(state, entity) for entity in entities]


def file_json(stored: StoredFile) -> dict[str, Any]:
    return {"file_id": file_id(stored), "file_unique_id": stored.unique_id, "file_size": stored.size}


def topic_json(topic: Topic) -> dict[str, Any]:
    view = {"name": topic.name, "icon_color": topic.icon_color}
    if topic.icon_custom_emoji_id:
        view["icon_custom_emoji_id"] = topic.icon_custom_emoji_id
    return view


def reactions_json(emoji: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"type": "emoji", "emoji": character} for character in emoji]


def message_json(state: TelegramState, message: Message, *, is_nested: bool = False) -> dict[str, Any]:
    """A message as the bot gets it; nested in another one it lacks what it replies to."""
    chat = state.chats[message.chat_id]
    view: dict[str, Any] = {
        "message_id": message.id,
        "from": user_json(state.users[message.sender_id]),
        "chat": chat_json(state, chat),
        "date": message.sent_at,
    }
    if message.edited_at:
        view["edit_date"] = message.edited_at
    if chat.is_forum and message.topic_id != GENERAL_TOPIC:
        view |= {"message_thread_id": message.topic_id, "is_topic_message": True}
    if message.forward_origin:
        view["forward_origin"] = dict(message.forward_origin)
    replied = None if is_nested else _replied(chat, message)
    if replied is not None:
        view["reply_to_message"] = message_json(state, replied, is_nested=True)
    for name in ("external_reply", "quote"):
        if getattr(message, name):
            view[name] = dict(getattr(message, name))
    if message.media_group_id:
        view["media_group_id"] = message.media_group_id
    view |= _content_json(state, chat, message, is_nested=is_nested)
    if message.markup and "inline_keyboard" in message.markup:
        view["reply_markup"] = dict(message.markup)
    if message.is_protected:
        view["has_protected_content"] = True
    return view


def origin_of(state: TelegramState, message: Message) -> dict[str, Any]:
    """Where a message comes from that is forwarded: from whoever said it first."""
    if message.forward_origin:
        return dict(message.forward_origin)
    sender = user_json(state.users[message.sender_id])
    return {"type": "user", "date": message.sent_at, "sender_user": sender}


def _replied(chat: Chat, message: Message) -> Message | None:
    """What it answers; in a topic whatever answers nothing answers the message that opened the topic."""
    if message.reply_to:
        return chat.messages.get(message.reply_to)
    if chat.is_forum and message.topic_id not in {GENERAL_TOPIC, message.id} and not message.external_reply:
        return chat.messages.get(message.topic_id)
    return None


def _content_json(state: TelegramState, chat: Chat, message: Message, *, is_nested: bool) -> dict[str, Any]:
    content = dict(message.content)
    if "pinned_message" in content:
        pinned = chat.messages.get(content.pop("pinned_message"))
        if pinned is not None and not is_nested:
            content["pinned_message"] = message_json(state, pinned, is_nested=True)
    return content
