"""What happens in chats: posts, edits, deletions, reactions, comings and goings.

Each is kept, goes to the journal, and becomes an update where the bot may know of it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sandbox.telegram import utf16
from sandbox.telegram.model import GENERAL_TOPIC, Chat, Member, Message, Topic
from sandbox.telegram.rooms import room_id, room_of
from sandbox.telegram.state import TelegramState
from sandbox.telegram.views import chat_json, member_json, message_json, reactions_json, topic_json, user_json

OWN_SERVICE_MESSAGES = frozenset(
    {
        "forum_topic_created",
        "forum_topic_edited",
        "forum_topic_closed",
        "forum_topic_reopened",
        "general_forum_topic_hidden",
        "general_forum_topic_unhidden",
        "pinned_message",
        "left_chat_member",
    }
)
"""A bot's own messages do not come back to it, except for these (tdlib/telegram-bot-api, Client.cpp)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message that is about to be posted."""

    content: Mapping[str, Any]
    topic_id: int = 0
    reply_to: int = 0
    quote: Mapping[str, Any] | None = None
    external_reply: Mapping[str, Any] | None = None
    markup: Mapping[str, Any] | None = None
    media_group_id: str = ""
    forward_origin: Mapping[str, Any] | None = None
    is_service: bool = False
    is_protected: bool = False


def post(state: TelegramState, chat: Chat, sender_id: int, draft: Draft) -> Message:
    """Put a message into a chat."""
    number = state.new_message_id(chat)
    topic_id = draft.topic_id or (GENERAL_TOPIC if chat.is_forum else 0)
    is_opening = "forum_topic_created" in draft.content
    message = Message(
        id=number,
        chat_id=chat.id,
        sender_id=sender_id,
        sent_at=state.now(),
        content=draft.content,
        topic_id=number if is_opening else topic_id,
        reply_to=draft.reply_to,
        quote=draft.quote,
        external_reply=draft.external_reply,
        markup=draft.markup,
        media_group_id=draft.media_group_id,
        forward_origin=draft.forward_origin,
        is_service=draft.is_service,
        is_protected=draft.is_protected,
    )
    chat.messages[number] = message
    _journal(state, "message", message)
    if _reaches_bot(state, chat, message):
        state.updates.add("message", message_json(state, message), chat.id)
    return message


def amend(state: TelegramState, message: Message, **changes: Any) -> Message:
    """Edit a message; the bot hears of it when a person did."""
    amended = replace(message, **changes)
    chat = state.chats[message.chat_id]
    chat.messages[message.id] = amended
    _journal(state, "edited", amended)
    if _reaches_bot(state, chat, amended):
        state.updates.add("edited_message", message_json(state, amended), chat.id)
    return amended


def remove(state: TelegramState, chat: Chat, message_ids: Iterable[int]) -> None:
    """Delete messages; Telegram tells bots nothing of it."""
    for message_id in message_ids:
        message = chat.messages.pop(message_id, None)
        if message is None:
            continue
        if message_id in chat.pinned:
            chat.pinned.remove(message_id)
        state.world.journal.add("telegram", "deleted", room_of(state, message), message=str(message_id))


def react(state: TelegramState, message: Message, user_id: int, emoji: tuple[str, ...]) -> None:
    """Replace a person's or the bot's reactions to a message."""
    old = message.reactions.get(user_id, ())
    if old == emoji:
        return
    reactions = {user: given for user, given in message.reactions.items() if user != user_id}
    if emoji:
        reactions[user_id] = emoji
    chat = state.chats[message.chat_id]
    chat.messages[message.id] = replace(message, reactions=reactions)
    state.world.journal.add(
        "telegram",
        "reaction",
        room_of(state, message),
        message=str(message.id),
        author=str(user_id),
        emoji=list(emoji),
    )
    is_heard = chat.type == "private" or state.bot_member(chat).is_administrator
    if user_id == state.bot.id or not is_heard:
        return
    body = {
        "chat": chat_json(state, chat),
        "message_id": message.id,
        "user": user_json(state.users[user_id]),
        "date": state.now(),
        "old_reaction": reactions_json(old),
        "new_reaction": reactions_json(emoji),
    }
    state.updates.add("message_reaction", body, chat.id)


def set_member(state: TelegramState, chat: Chat, member: Member, actor_id: int) -> None:
    """Change someone's standing in a group; administrators' bots may hear of it as chat_member."""
    old = chat.member(member.user_id)
    if old == member:
        return
    bot_was_administrator = state.bot_member(chat).is_administrator
    chat.members[member.user_id] = member
    body = {
        "chat": chat_json(state, chat),
        "from": user_json(state.users[actor_id]),
        "date": state.now(),
        "old_chat_member": member_json(state, old),
        "new_chat_member": member_json(state, member),
    }
    if member.user_id == state.bot.id:
        state.updates.add("my_chat_member", body, chat.id)
    elif bot_was_administrator:
        state.updates.add("chat_member", body, chat.id)
    state.world.journal.add(
        "telegram", "room", str(chat.id), person=str(member.user_id), status=member.status
    )


def tell_blocked(state: TelegramState, user_id: int, *, is_blocked: bool) -> None:
    """my_chat_member of a private chat: the person blocked the bot, or took it back."""
    statuses = ("member", "kicked") if is_blocked else ("kicked", "member")
    old, new = (member_json(state, Member(state.bot.id, status)) for status in statuses)
    chat = state.chats[user_id]
    body = {
        "chat": chat_json(state, chat),
        "from": user_json(state.users[user_id]),
        "date": state.now(),
        "old_chat_member": old,
        "new_chat_member": new,
    }
    state.updates.add("my_chat_member", body, user_id)
    state.world.journal.add("telegram", "room", str(user_id), person=str(user_id), is_blocked=is_blocked)


def open_topic(
    state: TelegramState, chat: Chat, actor_id: int, name: str, icon_color: int, icon_id: str
) -> Topic:
    draft = Topic(0, name, actor_id, icon_color, icon_id)
    message = post(
        state, chat, actor_id, Draft(content={"forum_topic_created": topic_json(draft)}, is_service=True)
    )
    topic = replace(draft, id=message.id)
    chat.topics[topic.id] = topic
    _journal_thread(state, chat, topic.id, name=name, is_closed=False)
    return topic


def change_topic(
    state: TelegramState, chat: Chat, actor_id: int, topic: Topic, service: dict[str, Any]
) -> None:
    """Keep a changed topic and say so in it."""
    chat.topics[topic.id] = topic
    post(state, chat, actor_id, Draft(content=service, topic_id=topic.id, is_service=True))
    _journal_thread(state, chat, topic.id, name=topic.name, is_closed=topic.is_closed)


def delete_topic(state: TelegramState, chat: Chat, topic: Topic) -> None:
    """Delete a topic with everything in it; no bot is told."""
    inside = [message.id for message in chat.messages.values() if message.topic_id == topic.id]
    remove(state, chat, inside)
    del chat.topics[topic.id]
    _journal_thread(state, chat, topic.id, is_deleted=True)


def _journal(state: TelegramState, kind: str, message: Message) -> None:
    state.world.journal.add(
        "telegram",
        kind,
        room_of(state, message),
        message=str(message.id),
        author=str(message.sender_id),
        text=plain_text(message),
    )


def _journal_thread(state: TelegramState, chat: Chat, topic_id: int, **data: Any) -> None:
    state.world.journal.add("telegram", "thread", room_id(chat, topic_id), **data)


def plain_text(message: Message) -> str:
    return str(message.content.get("text") or message.content.get("caption") or "")


def _reaches_bot(state: TelegramState, chat: Chat, message: Message) -> bool:
    if message.sender_id == state.bot.id:
        return message.is_service and not OWN_SERVICE_MESSAGES.isdisjoint(message.content)
    if chat.type == "private":
        return chat.id not in state.blocked
    bot = state.bot_member(chat)
    if not bot.is_in:
        return False
    if not state.has_privacy_mode or bot.is_administrator or message.is_service:
        return True
    return _is_meant_for_bot(state, chat, message)


def _is_meant_for_bot(state: TelegramState, chat: Chat, message: Message) -> bool:
    """What a bot with privacy mode gets in a group: commands, mentions and replies to it."""
    replied = chat.messages.get(message.reply_to)
    if replied is not None and replied.sender_id == state.bot.id:
        return True
    text = plain_text(message)
    name = f"@{state.bot.username}".lower()
    for entity in message.content.get("entities") or message.content.get("caption_entities") or []:
        part = utf16.cut(text, entity["offset"], entity["length"]).lower()
        if entity["type"] == "mention" and part == name:
            return True
        if entity["type"] == "text_mention" and entity["user"]["id"] == state.bot.id:
            return True
        if entity["type"] == "bot_command" and re.fullmatch(rf"/\w+(?:{re.escape(name)})?", part):
            return True
    return False
