"""Words in a thread of the staff space that is no ticket's, or not yet."""

from bot.core.actions import Action
from bot.core.errors import NotYetError
from bot.core.events import MessageReceived
from handlers.context import Context
from handlers.registry import on


@on("message_received", "elsewhere")
def said_elsewhere(event: MessageReceived, ctx: Context) -> list[Action]:
    """People can write in a ticket's thread before the bot knows that it is there: these words wait for it."""
    if event.place.thread and ctx.work.tickets.is_any_unopened():
        raise NotYetError
    return []
