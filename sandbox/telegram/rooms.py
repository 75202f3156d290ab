"""Rooms of the sandbox: a private chat is its person's id, a topic is chat and topic with a colon."""

from sandbox.telegram.model import GENERAL_TOPIC, Chat, Message
from sandbox.telegram.state import TelegramState


def room_id(chat: Chat, topic_id: int) -> str:
    if chat.is_forum:
        return f"{chat.id}:{topic_id or GENERAL_TOPIC}"
    return str(chat.id)


def room_of(state: TelegramState, message: Message) -> str:
    return room_id(state.chats[message.chat_id], message.topic_id)


def split_room(room: str) -> tuple[int, int]:
    """Chat and topic; 0 for no topic. ValueError for what is no room id."""
    chat, _, topic = room.partition(":")
    return int(chat), int(topic or 0)


def number_of(text: str) -> int:
    """0 for what is no number: no person, message or topic has that."""
    try:
        return int(text)
    except ValueError:
        return 0
