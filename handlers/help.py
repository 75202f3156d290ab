"""/help and the first hello: what can be done here, for the one who asks."""

from bot.core.actions import Action
from bot.core.commands import Role
from bot.core.events import CommandGiven
from bot.core.texts import Markdown, mark
from handlers.context import Context
from handlers.exchange import answer, conversation_of, say
from handlers.registry import command
from handlers.who import role_of


@command("help", mark("Show what I can do for you"), role=Role.CUSTOMER)
def help_command(event: CommandGiven, ctx: Context) -> list[Action]:
    texts = ctx.texts_in(event.author.language)
    role = role_of(event.author, ctx)
    opening = texts.text(
        "Ask me anything about {company} in your own words. I answer what I know and say where it stands; "
        "everything else I hand to a person, with all you have said so far.",
        company=ctx.settings.company,
    )
    capabilities = ctx.capabilities_of(event.place.platform)
    lines = []
    for one in ctx.commands:
        if one.role <= role and one.name != "start":
            name = capabilities.command_name(one.name) if capabilities else one.name
            lines.append(f"- `/{ctx.settings.command_prefix}{name}` {texts.text(one.description)}")
    return [answer(event, Markdown(f"{opening}\n\n" + "\n".join(lines)))]


@command("start", mark("Say hello"), role=Role.CUSTOMER)
def start(event: CommandGiven, ctx: Context) -> list[Action]:
    """Telegram's start button, also with a deep link's word: somebody is at the door."""
    conversation = conversation_of(event, ctx)
    texts = ctx.texts_in(event.author.language)
    hello = texts.text(
        "Hello {name}! I am Allhands, the support desk of {company}. What can we do for you?",
        name=event.author.name,
        company=ctx.settings.company,
    )
    return [say(ctx, conversation, hello)]
