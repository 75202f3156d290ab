"""/human: a person, please."""

from bot.core.actions import Action
from bot.core.commands import Role
from bot.core.events import CommandGiven
from bot.core.texts import mark
from handlers.context import Context
from handlers.exchange import acknowledge, answer, conversation_of
from handlers.queueing import open_ticket
from handlers.registry import command


@command("human", mark("Talk to a person"), role=Role.CUSTOMER)
def human(event: CommandGiven, ctx: Context) -> list[Action]:
    texts = ctx.texts_of(event.author)
    if ctx.work.tickets.desk_at(event.place) is not None:
        return [answer(event, texts.text("This chat belongs to a ticket that you are helping with."))]
    conversation = conversation_of(event, ctx)
    return [*open_ticket(ctx, conversation), *acknowledge(event, conversation, ctx)]
