"""The Web API's methods; importing the package registers them all."""

from sandbox.slack.methods import (
    apps,
    assistant,
    chat,
    conversations,
    files,
    messages,
    reactions,
    usergroups,
    users,
    views,
)
from sandbox.slack.methods.registry import METHODS, Call, Method

__all__ = [
    "METHODS",
    "Call",
    "Method",
    "apps",
    "assistant",
    "chat",
    "conversations",
    "files",
    "messages",
    "reactions",
    "usergroups",
    "users",
    "views",
]
