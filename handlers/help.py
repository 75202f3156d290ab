"""/help and the first hello: what can be done here, for the one who asks."""

from bot.core.actions import Action
from bot.core.commands import Role
from bot.core.events import CommandGiven
from bot.core.texts import Markdown, Texts, mark
from handlers.asking import is_at_desk, ticket_here
from handlers.context import Context
from handlers.exchange import answer, conversation_of
from handlers.offering import greet
from handlers.queueing import open_ticket
from handlers.registry import command
from handlers.who import role_of


@command("help", mark("Show what I can do for you"), role=Role.CUSTOMER)
def help_command(event: CommandGiven, ctx: Context) -> list[Action]:
    # Not every platform tells with messages what somebody's app is set to: what a command tells is kept.
    contact = ctx.work.contacts.meet(event.author)
    texts, platform = ctx.texts_of(event.author), event.place.platform
    role = role_of(event.author, ctx)
    at_desk = role > Role.CUSTOMER and is_at_desk(event, ctx)
    # Nobody has to part what is not linked; the team parts others.
    useless = {"help", "start", *([] if role >= Role.AGENT or contact.is_linked else ["unlink"])}
    lines = [
        f"- `{ctx.typed(one.name, platform)}` {texts.text((at_desk and one.at_desk) or one.description)}"
        for one in ctx.commands
        if one.role <= role
        and one.name not in useless
        and one.is_of_use(at_desk=at_desk, is_direct=event.place.is_direct)
    ]
    opening = _at_desk(event, texts, ctx) if at_desk else _where_one_asks(texts, ctx)
    return [answer(event, Markdown(f"{opening}\n\n" + "\n".join(lines)))]


def _at_desk(event: CommandGiven, texts: Texts, ctx: Context) -> str:
    ticket = ticket_here(event, ctx)
    if ticket is not None and event.place.is_direct:
        return texts.text(
            "You are helping with ticket #{number}: what you write here goes to the customer, and what begins with // "
            "stays with the team.",
            number=ticket.number,
        )
    return texts.text(
        "Claim a ticket, then write in its thread or in reply to its card: that goes to the customer. What begins with "
        "//, and what the others write there, stays with the team."
    )


def _where_one_asks(texts: Texts, ctx: Context) -> str:
    company = ctx.settings.company
    if company:
        return texts.text(
            "Ask me anything about {company} in your own words. I answer what I know and say where it stands; "
            "everything else I hand to a person, with all you have said so far.",
            company=company,
        )
    return texts.text(
        "Ask me anything in your own words. I answer what I know and say where it stands; everything else I hand "
        "to a person, with all you have said so far."
    )


@command("start", mark("Say hello"), role=Role.CUSTOMER)
def start(event: CommandGiven, ctx: Context) -> list[Action]:
    """Somebody is at the door: Telegram's start button, or a deep link; `?start=human` asks for a person at once."""
    conversation = conversation_of(event, ctx)
    if event.arguments.strip() == "human":
        return open_ticket(ctx, conversation)
    return [greet(ctx, conversation)]
