"""/language: which language the bot speaks to somebody; their own choice holds over whatever else is known of them."""

from bot.core.actions import Action
from bot.core.commands import Argument, Role
from bot.core.content import Button
from bot.core.conversation import Conversation
from bot.core.events import Author, ButtonPressed, CommandGiven
from bot.core.policies.words import asks_for_language, language_named
from bot.core.texts import Texts, mark
from handlers.asking import too_late
from handlers.context import Context
from handlers.exchange import answer, customer_of, retire_buttons, say, texts_for
from handlers.registry import button, command

AUTOMATIC = "auto"
WHICH = Argument("language", mark("Its name or code; 'auto' finds it by your app and by what you write"))


@command("language", mark("Choose the language that I speak to you"), role=Role.CUSTOMER, arguments=(WHICH,))
def language_command(event: CommandGiven, ctx: Context) -> list[Action]:
    wanted = event.arguments.strip()
    if not wanted:
        texts = ctx.texts_of(event.author)
        return [answer(event, _current(texts), buttons=_choices(ctx, texts))]
    code = _code_of(wanted, ctx)
    if code is None:
        texts = ctx.texts_of(event.author)
        text = texts.text("I do not speak that language yet. These I do:")
        return [answer(event, text, buttons=_choices(ctx, texts))]
    return [answer(event, _choose(event.author, code, ctx))]


@button("language")
def language_button(event: ButtonPressed, ctx: Context) -> list[Action]:
    code = _code_of(event.subject, ctx)
    if code is None:
        return [too_late(event, ctx)]
    return [*retire_buttons(ctx, event), answer(event, _choose(event.author, code, ctx))]


def asked_in_words(
    text: str, author: Author, conversation: Conversation, ctx: Context
) -> list[Action] | None:
    """What to say to a message that only names a language, or asks for another one; None for any other message."""
    if asks_for_language(text):
        texts = texts_for(customer_of(conversation, ctx), ctx)
        return [say(ctx, conversation, _current(texts), buttons=_choices(ctx, texts))]
    code = language_named(
        text, {name: one.code for one in ctx.languages for name in one.names if len(name) > 3}
    )
    return [say(ctx, conversation, _choose(author, code, ctx))] if code else None


def _choose(author: Author, code: str, ctx: Context) -> str:
    """Remember it for all accounts of the person; returns what to tell them, in the new language."""
    contacts = ctx.work.contacts
    for account in contacts.accounts_of(contacts.meet(author)):
        contacts.save(account.choosing("" if code == AUTOMATIC else code))
    texts = ctx.texts_of(author)
    if code == AUTOMATIC:
        return texts.text(
            "From now on I find your language by your app and by what you write. Now it is English."
        )
    return texts.text("From now on I speak English to you.")


def _code_of(wanted: str, ctx: Context) -> str | None:
    name = wanted.casefold()
    if name == AUTOMATIC:
        return AUTOMATIC
    return next((one.code for one in ctx.languages if name in one.names), None)


def _current(texts: Texts) -> str:
    return texts.text("I speak English to you. Which language would you like?")


def _choices(ctx: Context, texts: Texts) -> list[Button]:
    """Each language by its own name, so that everybody finds theirs."""
    own = [Button(one.name, "language", one.code) for one in ctx.languages if one.code != texts.language]
    return [*own, Button(texts.label("Find it by itself"), "language", AUTOMATIC)]
