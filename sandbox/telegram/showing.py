"""What people see on Telegram: rooms, messages, buttons, files."""

from collections.abc import Mapping
from typing import Any

from sandbox.surface import Button, File, Person, Reaction, Room
from sandbox.surface import Message as SeenMessage
from sandbox.telegram.api import page_url
from sandbox.telegram.history import plain_text
from sandbox.telegram.media import stored_files
from sandbox.telegram.model import GENERAL_TOPIC, Chat, Message, User
from sandbox.telegram.rooms import room_id, room_of
from sandbox.telegram.state import TelegramState
from sandbox.telegram.views import message_json


def person_of(user: User) -> Person:
    return Person(str(user.id), user.name, user.avatar, user.is_bot, user.about)


def rooms_of(state: TelegramState, user: User) -> list[Room]:
    """The private chat with the bot, then the groups, each forum followed by its topics."""
    rooms = [Room(str(user.id), state.bot.name, "dm")]
    for chat in state.chats.values():
        if chat.type == "private" or not chat.member(user.id).is_in:
            continue
        rooms.append(Room(str(chat.id), chat.title, chat.type))
        rooms.extend(
            Room(room_id(chat, topic.id), topic.name, "topic", str(chat.id), topic.is_closed)
            for topic in chat.topics.values()
            if not topic.is_hidden
        )
    return rooms


def messages_in(state: TelegramState, chat: Chat, topic_id: int) -> list[SeenMessage]:
    wanted = (topic_id or GENERAL_TOPIC) if chat.is_forum else 0
    return [
        seen_message(state, message)
        for message in chat.messages.values()
        if not chat.is_forum or message.topic_id == wanted
    ]


def seen_message(state: TelegramState, message: Message) -> SeenMessage:
    return SeenMessage(
        id=str(message.id),
        room=room_of(state, message),
        author=person_of(state.users[message.sender_id]),
        text=plain_text(message) or service_text(state, message),
        sent_at=float(message.sent_at),
        native=_native(state, message),
        reply_to=str(message.reply_to or ""),
        is_edited=bool(message.edited_at),
        buttons=tuple(buttons_of(message)),
        files=tuple(_files(state, message)),
        reactions=tuple(_reactions(message)),
    )


def _native(state: TelegramState, message: Message) -> dict[str, Any]:
    """As bots get it, with the reply keyboards that only people see."""
    view = message_json(state, message)
    if message.markup:
        view["reply_markup"] = dict(message.markup)
    return view


def buttons_of(message: Message) -> list[Button]:
    markup = message.markup or {}
    inline = [_button(button) for row in markup.get("inline_keyboard", []) for button in row]
    keys = [Button(key["text"], key["text"]) for row in markup.get("keyboard", []) for key in row]
    return inline + keys


def _button(button: Mapping[str, Any]) -> Button:
    url = str(button.get("url") or "")
    number = str(button.get("callback_data") or url or button["text"])
    return Button(number, button["text"], str(button.get("style") or ""), url)


def _files(state: TelegramState, message: Message) -> list[File]:
    return [
        File(stored.unique_id, stored.name, stored.size, stored.mime, page_url(state, stored))
        for stored in stored_files(state.files, message.content)
    ]


def _reactions(message: Message) -> list[Reaction]:
    given: dict[str, list[str]] = {}
    for user_id, emoji in message.reactions.items():
        for character in emoji:
            given.setdefault(character, []).append(str(user_id))
    return [Reaction(character, tuple(people)) for character, people in given.items()]


def service_text(state: TelegramState, message: Message) -> str:
    """What the app shows for a message without words, such as "Dana Petrova joined the group"."""
    content = message.content
    who = state.users[message.sender_id].name
    for name, words in _SERVICE.items():
        if name in content:
            return words.format(who=who, names=_names(content[name]), what=content[name])
    return next((f"[{name}]" for name in _SEEN if name in content), "")


_SEEN = (
    *(
        "sticker",
        "venue",
        "location",
        "contact",
        "poll",
        "dice",
        "game",
        "checklist",
        "invoice",
        "story",
        "gift",
    ),
    *("voice", "video_note", "animation", "video", "audio", "photo", "document"),
)
"""What a message without words is called, the first that it has."""


_SERVICE = {
    "new_chat_members": "{names} joined the group",
    "left_chat_member": "{names} left the group",
    "forum_topic_created": "{who} created the topic “{what[name]}”",
    "forum_topic_edited": "{who} changed the topic",
    "forum_topic_closed": "{who} closed the topic",
    "forum_topic_reopened": "{who} reopened the topic",
    "pinned_message": "{who} pinned a message",
}


def _names(value: Any) -> str:
    people = value if isinstance(value, list) else [value]
    return ", ".join(
        f"{person['first_name']} {person.get('last_name', '')}".strip()
        for person in people
        if isinstance(person, dict) and "first_name" in person
    )
