"""/human: a person, please, at once with what it is about."""

from bot.core.actions import Action
from bot.core.commands import Argument, Role, Where
from bot.core.events import CommandGiven
from bot.core.texts import escape, mark
from handlers.context import Context
from handlers.exchange import acknowledge, answer, conversation_of
from handlers.queueing import open_ticket
from handlers.registry import command
from handlers.ticket_command import add_words

WORDS = Argument("words", mark("What it is about"))


@command(
    "human",
    mark("Talk to a person"),
    role=Role.CUSTOMER,
    where=Where.WHERE_ONE_ASKS,
    arguments=(WORDS,),
    takes_files=True,
)
def human(event: CommandGiven, ctx: Context) -> list[Action]:
    texts = ctx.texts_of(event.author)
    if ctx.work.tickets.desk_at(event.place) is not None:
        return [answer(event, texts.text("This chat belongs to a ticket that you are helping with."))]
    conversation = conversation_of(event, ctx)
    words = str(escape(event.arguments.strip()))
    said = bool(words or event.files)
    opened = add_words(event, conversation, words, ctx) if said else open_ticket(ctx, conversation)
    return [*opened, *acknowledge(event, conversation, ctx)]
