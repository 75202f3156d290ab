"""/ticket: open one with a few words, or see how it stands; and its form."""

from bot.core.actions import Action, AskForm
from bot.core.commands import Argument, Role, Where
from bot.core.content import Button, FieldKind, Form, FormField
from bot.core.conversation import Conversation, Direction
from bot.core.events import ButtonPressed, CommandGiven, FormSubmitted
from bot.core.policies.words import is_mere_reply
from bot.core.texts import Markdown, escape, mark
from handlers.asking import id_in
from handlers.context import Asked, Context
from handlers.exchange import (
    acknowledge,
    answer,
    conversation_of,
    may_decide,
    show_everywhere,
    spoken,
)
from handlers.linked import open_ticket_in, whole
from handlers.queueing import describe_place, open_ticket, resolve, retitle, subject_of
from handlers.registry import button, command, form

WORDS = Argument("words", mark("What you need; without it, you see how your ticket stands"))


@command(
    "ticket",
    mark("Open a ticket, or see how yours stands"),
    role=Role.CUSTOMER,
    where=Where.WHERE_ONE_ASKS,
    arguments=(WORDS,),
    takes_files=True,
)
def ticket(event: CommandGiven, ctx: Context) -> list[Action]:
    texts = ctx.texts_of(event.author)
    if ctx.work.tickets.desk_at(event.place) is not None:
        return [answer(event, texts.text("This chat belongs to a ticket that you are helping with."))]
    if event.arguments.strip() or event.files:
        return _open_with(event, str(escape(event.arguments.strip())), ctx)
    conversation = conversation_of(event, ctx)
    existing = open_ticket_in(ctx, conversation)
    if existing is not None:
        close = Button(texts.label("Close it"), "close_ticket", str(existing.id))
        return [answer(event, Markdown(describe_place(ctx, existing, texts)), buttons=[close])]
    asked = Form(
        "open_ticket",
        texts.label("Open a ticket"),
        texts.label("Open"),
        (FormField("words", texts.label("What do you need?"), FieldKind.PARAGRAPH, max_length=2000),),
        language=texts.language,
    )
    return [AskForm(event.place, event.author.identity, asked, event.handle)]


@form("open_ticket")
def ticket_form(event: FormSubmitted, ctx: Context) -> list[Action]:
    words = event.values.get("words", "").strip()
    if not words:
        texts = ctx.texts_of(event.author)
        typed = ctx.typed("ticket", event.place.platform)
        text = texts.text("Tell me in a few words what you need: {ticket} My parcel is late", ticket=typed)
        return [answer(event, text)]
    return _open_with(event, str(escape(words)), ctx)


@button("close_ticket")
def close_ticket(event: ButtonPressed, ctx: Context) -> list[Action]:
    """The customer closes their own ticket."""
    texts = ctx.texts_of(event.author)
    ticket_id = id_in(event.subject)
    found = whole(ctx, ctx.work.tickets.get(ticket_id)) if ticket_id else None
    contact = ctx.work.contacts.of(event.author.identity)
    conversation = ctx.work.conversations.get(found.conversation_id) if found else None
    if found is None or conversation is None or not may_decide(ctx, conversation, contact):
        return [answer(event, texts.text("Only the person who opened a ticket can close it."))]
    done = resolve(ctx, found, None)
    told = texts.text("Your ticket is closed.") if done else texts.text("Your ticket is closed already.")
    return [*done, answer(event, told)]


def _open_with(event: Asked, words: str, ctx: Context) -> list[Action]:
    """The words become part of the conversation, then the ticket opens or hears them."""
    conversation = conversation_of(event, ctx)
    return [*add_words(event, conversation, words, ctx), *acknowledge(event, conversation, ctx)]


def add_words(event: Asked, conversation: Conversation, words: str, ctx: Context) -> list[Action]:
    """Say something in the customer's name that they gave in a command or form, and see that a person gets it."""
    files = event.files if isinstance(event, CommandGiven) else ()
    message = ctx.work.messages.add(
        conversation.id, Direction.INCOMING, event.author.name, words, files=files
    )
    existing = open_ticket_in(ctx, conversation)
    if existing is None:
        return open_ticket(ctx, conversation, subject="" if is_mere_reply(words) else subject_of(words))
    content = spoken(message)
    shown = show_everywhere(ctx, existing.id, content, message=message, purpose="desk")
    return [*retitle(ctx, existing, words), *open_ticket(ctx, conversation), *shown]
