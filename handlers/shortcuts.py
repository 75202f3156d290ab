"""Message menus: 'Open a ticket' about what somebody wrote, 'Add as note' for what the team should keep."""

from bot.core.actions import Action
from bot.core.commands import Role
from bot.core.conversation import Conversation, Direction
from bot.core.events import ShortcutUsed
from bot.core.places import direct_to
from bot.core.texts import escape, plain, shorten
from bot.core.ticket import Ticket
from handlers.asking import is_at_desk, owner_or_agent, require, ticket_here
from handlers.context import Context
from handlers.desk_message import add_note
from handlers.exchange import LONGEST_QUOTE, answer, customer_of, show_everywhere, spoken, texts_for
from handlers.linked import open_ticket_in, ticket_about
from handlers.queueing import open_ticket, retitle, subject_of
from handlers.registry import on
from handlers.who import role_of


@on("shortcut_used", "open_ticket")
def open_from_message(event: ShortcutUsed, ctx: Context) -> list[Action]:
    """The asker opens it about their own message; staff open it for anybody, in that person's name."""
    texts = ctx.texts_of(event.author)
    is_own = event.author.identity == event.message_author.identity
    if not is_own and role_of(event.author, ctx) < Role.AGENT:
        return [answer(event, texts.text("You can open a ticket about your own messages."))]
    if is_at_desk(event, ctx) or event.message_author.is_bot:
        return [answer(event, texts.text("No ticket can be opened about this message."))]
    conversation = _conversation(event, ctx)
    told = answer(
        event,
        texts.text("A ticket is open; the answer comes in the conversation.")
        if event.can_answer_there
        else texts.text("A ticket is open; the answer comes in a direct chat, for I am not in this room."),
    )
    existing = open_ticket_in(ctx, conversation)
    known = ctx.work.messages.find(event.message)
    message = known or ctx.work.messages.add(
        conversation.id,
        Direction.INCOMING,
        event.message_author.name,
        event.text,
        files=event.files,
        origin=event.message,
    )
    if existing is None:
        subject = subject_of(event.text) if event.text.strip() else ""
        return [
            *open_ticket(ctx, conversation, subject=subject, words=_about(event, conversation, ctx)),
            told,
        ]
    shown = show_everywhere(ctx, existing.id, spoken(message), message=message, purpose="desk")
    named = retitle(ctx, existing, event.text)
    heard = open_ticket(ctx, conversation, words=_about(event, conversation, ctx))
    return [*named, *heard, *([] if known else shown), told]


@on("shortcut_used", "add_note")
def note_from_message(event: ShortcutUsed, ctx: Context) -> list[Action]:
    staff = require(event, ctx, Role.VOLUNTEER)
    texts = ctx.answer_texts(event)
    ticket = ticket_here(event, ctx) or _ticket_of_message(event, ctx)
    if ticket is None:
        text = texts.text(
            "This message belongs to no ticket. Write {note} #12 and then the note.",
            note=ctx.typed("note", event.place.platform),
        )
        return [answer(event, text)]
    owner_or_agent(event, ticket, staff, ctx)
    words = f"**{escape(event.message_author.name)}:** {event.text}"
    _, shown = add_note(ctx, ticket, staff, words, files=event.files)
    return [*shown, answer(event, texts.text("Noted on ticket #{number}; the customer does not see it.",
                                             number=ticket.number))]  # fmt: skip


def _about(event: ShortcutUsed, conversation: Conversation, ctx: Context) -> str:
    """Which of their messages it is about, where the answer does not stand under it."""
    words = shorten(plain(event.text), LONGEST_QUOTE)
    if event.can_answer_there or not words:
        return ""
    texts = texts_for(customer_of(conversation, ctx), ctx)
    return texts.text("This is about what you wrote: “{words}”.", words=words)


def _conversation(event: ShortcutUsed, ctx: Context) -> Conversation:
    """The author's conversation at that place, or a new one; staff mean whoever's conversation it is."""
    contact = ctx.work.contacts.meet(event.message_author)
    is_own = event.author.identity == event.message_author.identity
    known = ctx.work.messages.find(event.message)
    found = ctx.work.conversations.at(event.place) if event.can_answer_there else None
    if found is None and known is not None:
        found = ctx.work.conversations.get(known.conversation_id)
    if found is not None and (found.person == contact.person or not is_own):
        return found
    is_possible = event.can_answer_there and (is_own or not event.place.is_direct)
    if found is None and is_possible:
        return ctx.work.conversations.open(contact, event.place)
    direct = ctx.work.conversations.direct_of(contact.id, event.place.platform)
    return direct or ctx.work.conversations.open(contact, direct_to(event.message_author.identity))


def _ticket_of_message(event: ShortcutUsed, ctx: Context) -> Ticket | None:
    message = ctx.work.messages.find(event.message)
    return ticket_about(ctx, message.conversation_id) if message else None
