"""How handlers speak: to the customer, to the ticket's desk, to whoever gave a command; and where each of them is."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from bot.core.actions import Reply, Say, Show, UpdateButtons
from bot.core.article import Audience
from bot.core.contact import Contact
from bot.core.content import Button, Content, Speaker, Tone
from bot.core.conversation import Conversation, Direction, Message
from bot.core.events import Asker, ButtonPressed, Delivered, DeliveryFailed
from bot.core.places import Place, direct_to
from bot.core.texts import Texts, escape, plain, shorten
from bot.core.ticket import DeskKind
from handlers.context import Asked, Context, asker_of

RECENT = timedelta(hours=24)
LONGEST_QUOTE = 140
LONGEST_NAME = 100
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def texts_for(contact: Contact, ctx: Context) -> Texts:
    """The words in the customer's language."""
    return ctx.texts_in(*contact.languages)


def customer_of(conversation: Conversation, ctx: Context) -> Contact:
    return ctx.work.contacts.get(conversation.contact_id)


def language_of(conversation: Conversation, ctx: Context) -> str:
    """The language in which the customer is spoken to there."""
    return texts_for(customer_of(conversation, ctx), ctx).language


def message_of(event: Delivered | DeliveryFailed, ctx: Context) -> Message | None:
    """The message whose delivery this is about."""
    return ctx.work.messages.get(int(event.subject)) if event.subject.isdigit() else None


def say(
    ctx: Context,
    conversation: Conversation,
    text: str,
    *,
    buttons: Sequence[Button] = (),
    footnote: str = "",
    title: str = "",
    reply_to_id: int | None = None,
    purpose: str = "",
    subject: str = "",
) -> Say:
    """The bot itself tells the customer something; it is stored as part of the conversation."""
    parts = [f"**{escape(title)}**" if title else "", text, footnote]
    written = "\n\n".join(part for part in parts if part)
    message = ctx.work.messages.add(
        conversation.id, Direction.OUTGOING, "", written, is_from_bot=True, reply_to_id=reply_to_id
    )
    content = Content(
        text=text,
        title=title,
        footnote=footnote,
        buttons=tuple(buttons),
        language=language_of(conversation, ctx),
    )
    return Say(
        conversation.id,
        conversation.place,
        content,
        message_id=message.id,
        reply_to_id=replied_to(ctx, conversation, reply_to_id) if conversation.place.person else None,
        purpose=purpose,
        subject=subject,
    )


def replied_to(ctx: Context, conversation: Conversation, message_id: int | None) -> int | None:
    """The message that the customer's copy replies to: in a room that people share, at least their newest one."""
    if message_id is not None or not conversation.place.person:
        return message_id
    said = ctx.work.messages.history(conversation.id, limit=12)
    own = [
        one.id for one in said if one.direction is Direction.INCOMING and one.origin and not one.deleted_at
    ]
    return own[-1] if own else None


def answer(event: Asked | Asker, text: str, *, buttons: Sequence[Button] = (), title: str = "") -> Reply:
    """Answer the one who asked, so that only they see it where the platform can do that."""
    asker = asker_of(event)
    content = Content(text=text, title=title, buttons=tuple(buttons), language=asker.language)
    return Reply(asker.place, asker.identity, content, asker.handle)


def relayed(
    message: Message, conversation: Conversation, ctx: Context, *, speaker: Speaker | None = None
) -> Content:
    """As `spoken`, for the customer: under the name that they see, and what it answers is quoted when they wrote that
    from another account.
    """
    shown = spoken(message, speaker=speaker or _speaker(message.shown_as or message.author_name))
    content = replace(shown, language=language_of(conversation, ctx))
    if not conversation.is_linked:
        return content
    answered = ctx.work.messages.get(message.reply_to_id) if message.reply_to_id else None
    if answered is None or not answered.text or ctx.work.messages.refs_in(answered.id, conversation.place):
        return content
    quoted = escape(shorten(plain(answered.text[: 4 * LONGEST_QUOTE]), LONGEST_QUOTE))
    return replace(content, text=f"> {quoted}\n\n{content.text}")


def relay(
    message: Message, conversation: Conversation, ctx: Context, *, speaker: Speaker | None = None
) -> Say:
    """Say to the customer what one of the team said, as the answer to what it answers."""
    return Say(
        conversation.id,
        conversation.place,
        relayed(message, conversation, ctx, speaker=speaker),
        message_id=message.id,
        reply_to_id=replied_to(ctx, conversation, message.reply_to_id),
        purpose="relay",
        subject=str(message.id),
    )


def with_origin(text: str, forwarded_from: str, texts: Texts) -> str:
    """What was said, with whoever said it first when it was forwarded."""
    if not forwarded_from:
        return text
    label = texts.text("Forwarded from {name}", name=shorten(forwarded_from, LONGEST_NAME))
    return f"_{label}_\n\n{text}".rstrip()


def spoken(message: Message, *, speaker: Speaker | None = None) -> Content:
    """A message as staff see it: who said it, the words, the files."""
    return Content(text=message.text, files=message.files, speaker=speaker or _speaker(message.author_name))


def _speaker(name: str) -> Speaker | None:
    return Speaker(name) if name else None


def show_everywhere(
    ctx: Context,
    ticket_id: int,
    content: Content,
    *,
    but: Place | None = None,
    message: Message | None = None,
    purpose: str = "",
) -> list[Show]:
    """Put something in every place where staff work on the ticket, except the one it came from."""
    return [
        Show(
            ticket_id,
            content,
            place=place,
            message_id=message.id if message else None,
            reply_to_id=message.reply_to_id if message else None,
            purpose="helper_chat" if purpose and place is not None else purpose,
            subject=str(message.id) if message else str(ticket_id),
        )
        for place in desk_targets(ctx, ticket_id, but=but)
    ]


def desk_targets(ctx: Context, ticket_id: int, *, but: Place | None = None) -> list[Place | None]:
    """Where staff work on it, as actions name it: None is the thread, which may still be opening."""
    has_thread, came_from = ctx.settings.staff_space is not None, but.key if but is not None else ""
    chats: list[Place | None] = []
    for desk in ctx.work.tickets.desks(ticket_id):
        is_origin = desk.place.key == came_from
        if desk.kind is DeskKind.THREAD:
            has_thread = has_thread and not is_origin
        elif desk.kind is DeskKind.DIRECT and not is_origin:
            chats.append(desk.place)
    return [None, *chats] if has_thread else chats


def note_on_desk(ctx: Context, ticket_id: int, text: str, *, tone: Tone = Tone.PLAIN) -> list[Show]:
    """A line from the bot to everyone who works on the ticket."""
    return show_everywhere(ctx, ticket_id, Content(text=text, tone=tone))


def retire_buttons(ctx: Context, event: ButtonPressed, addition: str = "") -> list[UpdateButtons]:
    """Take the buttons off the message that carried them, now that one was used."""
    if event.message is None:
        return []
    message = ctx.work.messages.find(event.message)
    if message is None:
        return []
    text = f"{message.text}\n\n{addition}" if addition else message.text
    return [UpdateButtons(event.message, Content(text=text))]


def conversation_of(event: Asked, ctx: Context) -> Conversation:
    """The conversation that a customer's command or button is about.

    Their own one at that place; else, for a command given in a room, their newest one there; else a new one
    where the place can hold one; else their direct chat, which is begun when there is none.
    """
    work = ctx.work
    at_place = work.conversations.at(event.place)
    contact = work.contacts.meet(event.author)
    if at_place is not None and may_decide(ctx, at_place, contact):
        return at_place
    recent = work.conversations.of_contact(contact.id, since=ctx.now - RECENT)
    for conversation in recent:
        if not event.place.is_direct and conversation.place.lies_in(event.place):
            return conversation
    can_hold_one = event.place.person or (event.place.thread and _is_support_place(event.place, ctx))
    if at_place is None and can_hold_one:
        return work.conversations.open(contact, event.place)
    place = event.place if event.place.is_direct else direct_to(event.author.identity)
    direct = work.conversations.direct_of(contact.id, place.platform)
    return direct or work.conversations.open(contact, place)


def reader_in(conversation: Conversation) -> Audience:
    """For whom an article is that the bot shows there: where others read along, only what anybody may see."""
    return Audience.CUSTOMERS if conversation.place.is_direct else Audience.PUBLIC


def may_decide(ctx: Context, conversation: Conversation, contact: Contact | None) -> bool:
    """The asker, from any of their linked accounts, and whom they added: others take part and decide nothing."""
    if contact is None:
        return False
    is_asker = conversation.person == contact.person
    return is_asker or ctx.work.participants.is_trusted(conversation.id, contact.id)


def acknowledge(event: Asked, conversation: Conversation, ctx: Context) -> list[Reply]:
    """Say where the answer stands; where it is what they see next, only to a platform that waits for an answer."""
    texts = ctx.texts_of(event.author)
    if event.handle is None:
        return []
    if conversation.place.key != event.place.key:
        return [answer(event, texts.text("Done: I have written to you in our conversation."))]
    return [answer(event, texts.text("Done."))] if ctx.awaits_answers(event.place.platform) else []


def _is_support_place(place: Place, ctx: Context) -> bool:
    return any(place.lies_in(one) for one in ctx.settings.support_places)
