"""/help and the first hello: what can be done here, for the one who asks."""

from bot.core.actions import Action
from bot.core.commands import Role
from bot.core.events import CommandGiven
from bot.core.texts import Markdown, mark
from handlers.context import Context
from handlers.exchange import answer, conversation_of
from handlers.offering import greet
from handlers.queueing import open_ticket
from handlers.registry import command
from handlers.who import role_of


@command("help", mark("Show what I can do for you"), role=Role.CUSTOMER)
def help_command(event: CommandGiven, ctx: Context) -> list[Action]:
    # Not every platform tells with messages what somebody's app is set to: what a command tells is kept.
    ctx.work.contacts.meet(event.author)
    texts = ctx.texts_of(event.author)
    role = role_of(event.author, ctx)
    company = ctx.settings.company
    opening = (
        texts.text(
            "Ask me anything about {company} in your own words. I answer what I know and say where it stands; "
            "everything else I hand to a person, with all you have said so far.",
            company=company,
        )
        if company
        else texts.text(
            "Ask me anything in your own words. I answer what I know and say where it stands; everything else I hand "
            "to a person, with all you have said so far."
        )
    )
    lines = [
        f"- `{ctx.typed(one.name, event.place.platform)}` {texts.text(one.description)}"
        for one in ctx.commands
        if one.role <= role and one.name != "start"
    ]
    return [answer(event, Markdown(f"{opening}\n\n" + "\n".join(lines)))]


@command("start", mark("Say hello"), role=Role.CUSTOMER)
def start(event: CommandGiven, ctx: Context) -> list[Action]:
    """Somebody is at the door: Telegram's start button, or a deep link; `?start=human` asks for a person at once."""
    conversation = conversation_of(event, ctx)
    if event.arguments.strip() == "human":
        return open_ticket(ctx, conversation)
    return [greet(ctx, conversation)]
