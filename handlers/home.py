"""A person's own page: customers see their tickets, agents the queue."""

from bot.core.actions import Action, DrawHome
from bot.core.commands import Role
from bot.core.contact import Contact
from bot.core.content import Button, Content
from bot.core.conversation import Conversation
from bot.core.events import HomeOpened
from bot.core.texts import Markdown, Texts, escape
from bot.core.ticket import Ticket, TicketStatus
from handlers.cards import topic_of
from handlers.context import Context
from handlers.exchange import LONG_AGO
from handlers.queue import overview
from handlers.queueing import describe_place
from handlers.registry import on
from handlers.who import role_of


@on("home_opened")
def home_opened(event: HomeOpened, ctx: Context) -> list[Action]:
    texts = ctx.texts_of(event.author)
    sections = [_welcome(ctx, texts)]
    if role_of(event.author, ctx) >= Role.AGENT:
        sections.append(overview(ctx, texts))
    contact = ctx.work.contacts.of(event.author.identity)
    if contact is not None:
        for conversation in _conversations(ctx, contact):
            ticket = ctx.work.tickets.last_of(conversation.id)
            if ticket is not None and not ticket.is_joined:
                sections.append(_own(ctx, ticket, texts))
    return [DrawHome(event.author.identity, tuple(sections[:15]))]


def _conversations(ctx: Context, contact: Contact) -> list[Conversation]:
    if contact.person_id is not None:
        return ctx.work.conversations.of_person(contact.person_id)
    return ctx.work.conversations.of_contact(contact.id, since=LONG_AGO)


def _welcome(ctx: Context, texts: Texts) -> Content:
    company = ctx.settings.company
    return Content(
        title=texts.label("Support of {company}", company=company) if company else texts.label("Support"),
        text=texts.text(
            "Write me a message and ask in your own words. Whatever I do not know, a person will answer."
        ),
    )


def _own(ctx: Context, ticket: Ticket, texts: Texts) -> Content:
    if ticket.status is TicketStatus.RESOLVED:
        return Content(
            text=Markdown(f"✓ **#{ticket.number}** {escape(topic_of(ticket, texts))}: {texts.text('solved')}")
        )
    close = Button(texts.label("Close it"), "close_ticket", str(ticket.id))
    text = f"**#{ticket.number}** {escape(topic_of(ticket, texts))}\n\n{describe_place(ctx, ticket, texts)}"
    return Content(text=Markdown(text), buttons=(close,))
