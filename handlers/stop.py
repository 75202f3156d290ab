"""/stop: no more questions that nobody asked for. `/stop off` takes it back."""

from bot.core.actions import Action
from bot.core.commands import Argument, Role, Where
from bot.core.events import CommandGiven
from bot.core.texts import mark
from handlers.context import Context
from handlers.exchange import LONG_AGO, answer
from handlers.linked import ticket_in
from handlers.registry import command

OFF = Argument("off", mark("'off' lets me ask again"), choices=("off",))


@command(
    "stop",
    mark("I never ask you how it was, or look in again"),
    role=Role.CUSTOMER,
    where=Where.WHERE_ONE_ASKS,
    arguments=(OFF,),
)
def stop(event: CommandGiven, ctx: Context) -> list[Action]:
    contact = ctx.work.contacts.meet(event.author)
    texts = ctx.texts_of(event.author)
    if event.arguments.strip().lower() == "off":
        for account in ctx.work.contacts.accounts_of(contact):
            ctx.work.contacts.save(account.opted_out(False))
        return [answer(event, texts.text("Good: I will ask you now and then how it was."))]
    ctx.work.contacts.save(contact.opted_out(True))
    for conversation in ctx.work.conversations.of_contact(contact.id, since=LONG_AGO):
        ticket = ticket_in(ctx, conversation)
        if ticket is not None:
            ctx.work.deadlines.clear("check_in", ticket.id)
    text = texts.text(
        "Understood: no ratings, no check-ins. You can write to me as before, and answers to what you write still "
        "come. {stop} off takes this back.",
        stop=ctx.typed("stop", event.place.platform),
    )
    return [answer(event, text)]
