"""Topics that this bot opened in the staff group, as Telegram tells of them.

No method lists topics. But of what a bot does itself Telegram brings back that it opened one (tdlib/telegram-bot-api,
Client::need_skip_update_message): so a topic whose answer was lost is found again, also by the process after a crash.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from adapters import AdapterContext, Cursor
from adapters.fields import mapping, whole, words
from adapters.telegram.hearing import Hearing

_CURSOR = "topic:"
_WAIT_SECONDS = 2.0
"""So long an update may be on its way that tells of it; only when an earlier try may have opened one."""
_LOOK_SECONDS = 0.1
_CLOCK_MARGIN = timedelta(minutes=1)


class Topics:
    def __init__(self, context: AdapterContext) -> None:
        self._context = context

    async def note(self, update: Mapping[str, Any], hearing: Hearing) -> None:
        """Store that the bot opened a topic, when an update says so; raises what the intake raises."""
        message = mapping(update, "message")
        chat, author = mapping(message, "chat"), mapping(message, "from")
        if "forum_topic_created" not in message or author.get("id") != hearing.bot_id:
            return
        topic = whole(message, "message_thread_id") or whole(message, "message_id")
        if str(chat.get("id")) != hearing.staff or not topic:
            return
        said = f"{whole(message, 'date')} {words(mapping(message, 'forum_topic_created'), 'name')}"
        await self._context.intake.accept([], cursor=Cursor(f"{_CURSOR}{hearing.staff}:{topic}", said))

    async def find(self, chat: str, name: str, since: datetime) -> str:
        """The topic of this name that was opened since then; "" when nothing tells of one. Raises as the intake."""
        earliest = (since - _CLOCK_MARGIN).timestamp()
        until = asyncio.get_running_loop().time() + _WAIT_SECONDS
        while True:
            for cursor, said in (await self._context.intake.cursors()).items():
                prefix, _, topic = cursor.rpartition(":")
                at, _, called = said.partition(" ")
                if prefix == f"{_CURSOR}{chat}" and called == name and int(at) >= earliest:
                    return topic
            if asyncio.get_running_loop().time() >= until:
                return ""
            await asyncio.sleep(_LOOK_SECONDS)
