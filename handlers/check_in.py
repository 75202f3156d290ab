"""A day after: is it still working? Asked once, at a decent hour, and never of those who said stop."""

from bot.core.actions import Action
from bot.core.contact import Contact
from bot.core.content import Button, ButtonStyle, Tone
from bot.core.conversation import Conversation
from bot.core.events import ButtonPressed, DeadlineReached
from bot.core.policies.hours import after_quiet_hours
from bot.core.survey import SurveyKind
from bot.core.ticket import Ticket, TicketStatus
from handlers.cards import topic_of
from handlers.context import Context
from handlers.exchange import answer, customer_of, note_on_desk, retire_buttons, say, texts_for
from handlers.linked import is_opted_out, open_ticket_in, spoken_to, whole
from handlers.queueing import reopen, tell_place
from handlers.rating import own_survey
from handlers.registry import button, deadline


@deadline("check_in")
def check_in(event: DeadlineReached, ctx: Context) -> list[Action]:
    ticket = ctx.work.tickets.get(int(event.subject))
    if ticket is None or ticket.status is not TicketStatus.RESOLVED:
        return []
    before = ctx.work.surveys.last_of_ticket(ticket.id, SurveyKind.CHECK_IN)
    if before is not None and ticket.resolved_at is not None and before.asked_at >= ticket.resolved_at:
        return []
    conversation = spoken_to(ctx, ticket)
    contact = customer_of(conversation, ctx)
    if is_opted_out(ctx, contact) or not contact.is_reachable or not conversation.is_resolved:
        return []
    later = after_quiet_hours(ctx.now, ctx.settings.quiet_hours, contact.time_zone)
    if later > ctx.now:
        ctx.work.deadlines.set("check_in", ticket.id, later)
        return []
    survey = ctx.work.surveys.ask(SurveyKind.CHECK_IN, ticket.id, conversation.id)
    texts = texts_for(contact, ctx)
    question = texts.text(
        "Hello again! About your ticket #{number} ({subject}): is it still working?",
        number=ticket.number,
        subject=topic_of(ticket, texts),
    )
    buttons = (
        Button(texts.label("Yes, all is well"), "still_works", f"{survey.id}:1", ButtonStyle.PRIMARY),
        Button(texts.label("No"), "still_works", f"{survey.id}:0"),
    )
    return [say(ctx, conversation, question, buttons=buttons)]


@button("still_works")
def still_works(event: ButtonPressed, ctx: Context) -> list[Action]:
    survey_id, _, word = event.subject.partition(":")
    survey = own_survey(event, ctx, survey_id, SurveyKind.CHECK_IN)
    ticket = ctx.work.tickets.get(survey.ticket_id) if survey else None
    if survey is None or ticket is None or word not in {"0", "1"}:
        texts = ctx.texts_of(event.author)
        return [answer(event, texts.text("Only the person who was helped can answer this."))]
    conversation = ctx.work.conversations.get(survey.conversation_id)
    contact = customer_of(conversation, ctx)
    texts = texts_for(contact, ctx)
    if survey.score is not None:
        return [answer(event, texts.text("You have answered this already. Just write if anything is left."))]
    ctx.work.surveys.score(survey, int(word))
    if word == "1":
        retired = retire_buttons(ctx, event, f"✓ {texts.text('Yes, all is well')}")
        return [*retired, say(ctx, conversation, texts.text("Lovely, thank you for telling me!"))]
    retired = retire_buttons(ctx, event, f"✗ {texts.text('No')}")
    return [*retired, *_open_again(ctx, ticket, conversation, contact)]


def _open_again(ctx: Context, ticket: Ticket, conversation: Conversation, contact: Contact) -> list[Action]:
    ticket = whole(ctx, ticket) or ticket
    reason = ctx.staff_texts.text("**{name}** says that it does not work any more.", name=contact.name)
    existing = open_ticket_in(ctx, conversation)
    if existing is not None:
        return [
            tell_place(ctx, existing, conversation),
            *note_on_desk(ctx, existing.id, reason, tone=Tone.ALERT),
        ]
    words = texts_for(contact, ctx).text(
        "I am sorry to hear that. I have opened your ticket again, with everything said so far."
    )
    return reopen(ctx, ticket, reason=reason, words=words)
