"""Message menus: 'Open a ticket' about what somebody wrote, 'Add as note' for what the team should keep."""

from bot.core.actions import Action
from bot.core.commands import Role
from bot.core.conversation import Conversation, Direction
from bot.core.events import ShortcutUsed
from bot.core.places import direct_to
from bot.core.ticket import Ticket
from handlers.asking import owner_or_agent, require, ticket_here
from handlers.context import Context
from handlers.desk_message import add_note
from handlers.exchange import answer
from handlers.queueing import open_ticket, subject_of
from handlers.registry import on
from handlers.who import role_of


@on("shortcut_used", "open_ticket")
def open_from_message(event: ShortcutUsed, ctx: Context) -> list[Action]:
    """The asker opens it about their own message; staff open it for anybody, in that person's name."""
    texts = ctx.texts_in(event.author.language)
    is_own = event.author.identity == event.message_author.identity
    if not is_own and role_of(event.author, ctx) < Role.AGENT:
        return [answer(event, texts.text("You can open a ticket about your own messages."))]
    if ticket_here(event, ctx) is not None or event.message_author.is_bot:
        return [answer(event, texts.text("No ticket can be opened about this message."))]
    conversation = _conversation(event, ctx)
    if ctx.work.messages.find(event.message) is None:
        ctx.work.messages.add(
            conversation.id,
            Direction.INCOMING,
            event.message_author.name,
            event.text,
            files=event.files,
            origin=event.message,
        )
    subject = subject_of(event.text) if event.text.strip() else ""
    opened = open_ticket(ctx, conversation, subject=subject)
    return [*opened, answer(event, texts.text("A ticket is open; the answer comes in the conversation."))]


@on("shortcut_used", "add_note")
def note_from_message(event: ShortcutUsed, ctx: Context) -> list[Action]:
    staff = require(event, ctx, Role.VOLUNTEER)
    texts = ctx.staff_texts
    ticket = ticket_here(event, ctx) or _ticket_of_message(event, ctx)
    if ticket is None:
        text = texts.text(
            "This message belongs to no ticket. Use {note} #12 and the words.",
            note=ctx.typed("note", event.place.platform),
        )
        return [answer(event, text)]
    owner_or_agent(event, ticket, staff, ctx)
    words = f"**{event.message_author.name}:** {event.text}"
    _, shown = add_note(ctx, ticket, staff, words)
    return [*shown, answer(event, texts.text("Noted on ticket #{number}; the customer does not see it.",
                                             number=ticket.number))]  # fmt: skip


def _conversation(event: ShortcutUsed, ctx: Context) -> Conversation:
    """The conversation at that place, or a new one with the message's author."""
    found = ctx.work.conversations.at(event.place)
    if found is not None:
        return found
    known = ctx.work.messages.find(event.message)
    if known is not None:
        return ctx.work.conversations.get(known.conversation_id)
    contact = ctx.work.contacts.meet(event.message_author)
    if event.place.is_direct and event.author.identity != event.message_author.identity:
        direct = ctx.work.conversations.direct_of(contact.id, event.place.platform)
        return direct or ctx.work.conversations.open(contact.id, direct_to(event.message_author.identity))
    return ctx.work.conversations.open(contact.id, event.place)


def _ticket_of_message(event: ShortcutUsed, ctx: Context) -> Ticket | None:
    message = ctx.work.messages.find(event.message)
    return ctx.work.tickets.last_of(message.conversation_id) if message else None
