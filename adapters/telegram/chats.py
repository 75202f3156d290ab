"""What kind of chat a message lies in, where servers do not all say the same of it."""

from collections.abc import Mapping
from typing import Any

from adapters.fields import mapping

Payload = Mapping[str, Any]


def is_direct(chat: Payload) -> bool:
    """Whether it is one person's chat with the bot: by its number, which is the person's, where nothing says it."""
    kind = chat.get("type")
    return kind == "private" if kind else not str(chat["id"]).startswith("-")


def is_in_topic(message: Payload) -> bool:
    """In groups without topics a thread id only says what is replied to."""
    if "is_topic_message" in message or not message.get("message_thread_id"):
        return bool(message.get("is_topic_message"))
    # Where a server does not say it: in a forum what answers nothing, or what began the topic, lies in one.
    answered = mapping(message, "reply_to_message")
    return "forum_topic_created" in answered if answered else bool(message["chat"].get("is_forum"))
