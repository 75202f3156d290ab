"""What staff see of a ticket: the card on its thread, and the history."""

from bot.core.actions import RefreshDesk
from bot.core.content import Button, ButtonStyle, Content, Tone
from bot.core.conversation import Conversation, Direction, Message
from bot.core.outgoing import ThreadState
from bot.core.survey import Offer, OfferOutcome, SurveyKind
from bot.core.texts import Markdown, Texts, escape, mark, plain, shorten
from bot.core.ticket import Ticket, TicketStatus
from handlers.context import Context
from handlers.exchange import customer_of
from handlers.linked import conversations_of, history_of

HISTORY_SHOWN = 12
HISTORY_READ = 60
"""So far back it is looked for messages that tell something."""
LONGEST_LINE = 400
LONGEST_GIST = 140
LONGEST_HISTORY = 2400

_OUTCOMES = {
    OfferOutcome.OPEN: mark("offered"),
    OfferOutcome.SOLVED: mark("solved it"),
    OfferOutcome.REJECTED: mark("was not what they meant"),
    OfferOutcome.PERSON: mark("they asked for a person instead"),
}
_TONES = {
    TicketStatus.WAITING: Tone.WAITING,
    TicketStatus.CLAIMED: Tone.CLAIMED,
    TicketStatus.RESOLVED: Tone.RESOLVED,
}


def title_of(ctx: Context, ticket: Ticket) -> str:
    """'#12 My parcel is late', at most a hundred characters (Discord's thread names)."""
    return shorten(f"#{ticket.number} {topic_of(ticket, ctx.staff_texts)}", 100)


def topic_of(ticket: Ticket, texts: Texts) -> str:
    """What it is about, in the customer's words; who has said nothing yet asks for a person."""
    return ticket.subject or texts.label("Asks for a person")


def card(ctx: Context, ticket: Ticket, conversation: Conversation) -> Content:
    """The ticket at a glance, with the history so far, what the bot offered, and the buttons that make sense now."""
    texts = ctx.staff_texts
    contact = customer_of(conversation, ctx)
    fields = [
        (texts.label("Customer"), str(escape(contact.name))),
        (texts.label("Where"), _where(ctx, conversation)),
        (texts.label("State"), _state(ctx, ticket)),
    ]
    if ticket.areas:
        fields.append((texts.label("About"), str(escape(", ".join(ticket.areas)))))
    if not conversation.place.is_direct and (others := ctx.work.participants.of(conversation.id)):
        names = ", ".join(escape(one.name) for one in others)
        fields.append((texts.label("Also there"), names))
    rating = ctx.work.surveys.last_of_ticket(ticket.id, SurveyKind.CSAT)
    if rating is not None and rating.score is not None:
        words = f" “{escape(rating.comment)}”" if rating.comment else ""
        fields.append((texts.label("Rating"), f"{'★' * rating.score}{'☆' * (5 - rating.score)}{words}"))
    return Content(
        title=title_of(ctx, ticket),
        text=history(ctx, conversation),
        fields=tuple(fields),
        footnote=_offered(ctx, conversation),
        buttons=_buttons(ctx, ticket),
        tone=_TONES[ticket.status],
    )


def _where(ctx: Context, conversation: Conversation) -> str:
    """The platform; of somebody with linked accounts all of them, first the one on which they are answered."""
    platforms = [one.place.platform.capitalize() for one in conversations_of(ctx, conversation)]
    return str(escape(", ".join(dict.fromkeys(platforms))))


def _id(offer: Offer) -> int:
    return offer.id


def refresh(ctx: Context, ticket: Ticket, conversation: Conversation) -> RefreshDesk:
    """Bring the card and the thread up to what the ticket is now."""
    return RefreshDesk(
        ticket.id, title_of(ctx, ticket), card(ctx, ticket, conversation), ThreadState(ticket.status.value)
    )


def history(ctx: Context, conversation: Conversation) -> Markdown:
    """What was said, newest last, as much of the newest as a card can hold."""
    lines: list[str] = []
    length = 0
    for message in reversed(telling(ctx, conversation)):
        line = _line(ctx, message)
        length += len(line)
        if length > LONGEST_HISTORY and lines:
            lines.append("…")
            break
        lines.append(line)
    return Markdown("\n\n".join(reversed(lines)))


def telling(ctx: Context, conversation: Conversation) -> list[Message]:
    """The newest of what customer and team said to each other, oldest first."""
    found: list[Message] = []
    for limit in (HISTORY_SHOWN, HISTORY_READ):
        said = history_of(ctx, conversation, limit=limit)
        found = [one for one in said if _is_worth_reading(one)]
        # Notes and what the bot announces must not push the customer's words out.
        if len(said) < limit or len(found) >= HISTORY_SHOWN:
            break
    return found[-HISTORY_SHOWN:]


def _is_worth_reading(message: Message) -> bool:
    """Of what the bot said, only its answers to somebody's words; where a ticket stands is on the card."""
    if message.direction not in (Direction.INCOMING, Direction.OUTGOING):
        return False
    return not message.is_from_bot or message.reply_to_id is not None


def _line(ctx: Context, message: Message) -> str:
    texts = ctx.staff_texts
    name = texts.label("Allhands") if message.is_from_bot else message.author_name
    words = _gist(message) if message.is_from_bot else _quoted(message)
    if message.deleted_at is not None:
        words = f"_{texts.text('deleted by its author')}_"
    files = "".join(f" 📎 {escape(file.name)}" for file in message.files)
    return f"**{escape(name)}:** {words}{files}"


def _gist(message: Message) -> str:
    """The beginning of what the bot said, without its markup."""
    return str(escape(shorten(plain(message.text[: 4 * LONGEST_LINE]), LONGEST_GIST)))


def _quoted(message: Message) -> str:
    """A person's own words; cut by characters only when they are too long, and then without their markup."""
    if len(message.text) <= LONGEST_LINE:
        return message.text
    return str(escape(shorten(plain(message.text[: 4 * LONGEST_LINE]), LONGEST_LINE)))


def _state(ctx: Context, ticket: Ticket) -> str:
    texts = ctx.staff_texts
    if ticket.joined_to_id is not None and (main := ctx.work.tickets.get(ticket.joined_to_id)) is not None:
        return str(texts.text("goes on in #{number}", number=main.number))
    if ticket.status is TicketStatus.WAITING:
        return str(texts.text("waiting"))
    if ticket.claimed_by is None:
        return str(texts.text("resolved"))
    name = ctx.work.team.get(ticket.claimed_by).name
    if ticket.status is TicketStatus.CLAIMED:
        return str(texts.text("with {name}", name=name))
    return str(texts.text("resolved by {name}", name=name))


def _offered(ctx: Context, conversation: Conversation) -> str:
    texts = ctx.staff_texts
    places = conversations_of(ctx, conversation)
    offers = sorted((one for place in places for one in ctx.work.offers.recent(place.id)), key=_id)[-5:]
    if not offers:
        return str(texts.text("The bot offered no article."))
    lines = [f"{escape(offer.title)} ({texts.text(_OUTCOMES[offer.outcome])})" for offer in offers]
    return str(texts.text("Offered by the bot: {articles}", articles=Markdown("; ".join(lines))))


def _buttons(ctx: Context, ticket: Ticket) -> tuple[Button, ...]:
    texts, subject = ctx.staff_texts, str(ticket.id)
    if ticket.is_joined:
        return ()
    if ticket.status is TicketStatus.WAITING:
        return (
            Button(texts.label("Claim"), "claim", subject, ButtonStyle.PRIMARY),
            Button(texts.label("Resolve"), "resolve", subject),
        )
    if ticket.status is TicketStatus.CLAIMED:
        return (
            Button(texts.label("Resolve"), "resolve", subject, ButtonStyle.PRIMARY),
            Button(texts.label("Release"), "release", subject),
            Button(texts.label("Suggest an answer"), "suggest", subject),
        )
    return (Button(texts.label("Reopen"), "reopen", subject),)
