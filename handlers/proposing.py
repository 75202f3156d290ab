"""Staff believe that two customers are one person: each account is asked, and both must say yes."""

import re

from bot.core.actions import Action, Say
from bot.core.contact import Contact
from bot.core.content import Button, ButtonStyle, Tone
from bot.core.events import ButtonPressed, CommandGiven, DeliveryFailed
from bot.core.proposal import Proposal
from bot.core.ticket import Ticket
from handlers.asking import Refused, id_in, numbered, ticket_here, too_late
from handlers.context import Context
from handlers.exchange import answer, customer_of, note_on_desk, retire_buttons, say, texts_for
from handlers.joining import direct_with, join, undo_button
from handlers.linked import spoken_to, whole
from handlers.registry import button, on

_NUMBER = re.compile(r"\d+")


def propose(event: CommandGiven, ctx: Context) -> list[Action]:
    """Ask the customers of two tickets; neither learns anything of the other."""
    texts, work = ctx.answer_texts(event), ctx.work
    one, other = _tickets(event, ctx)
    first, second = (customer_of(spoken_to(ctx, ticket), ctx) for ticket in (one, other))
    if first.person == second.person:
        text = texts.text(
            "#{one} and #{other} belong to one person already.", one=one.number, other=other.number
        )
        return [answer(event, text)]
    staff = work.team.of(event.author.identity)
    proposal = work.links.propose(one.id, staff.id if staff else 0, first.id, second.id)
    if proposal is None:
        return [
            answer(event, texts.text("They are being asked already; the answer is shown in the tickets."))
        ]
    work.audit.record(proposal.staff_id, "link_proposal", str(one.number), str(other.number))
    text = texts.text(
        "Both are asked whether they are one person. They are linked when both accounts say yes, within a day."
    )
    return [answer(event, text), *(_ask(ctx, contact, proposal) for contact in (first, second))]


@button("link_yes")
def agree(event: ButtonPressed, ctx: Context) -> list[Action]:
    proposal, contact = _own_proposal(event, ctx)
    texts = ctx.texts_of(event.author)
    agreed = ctx.work.links.agree(proposal, contact.id)
    if agreed is None:
        raise Refused(too_late(event, ctx))
    retired = retire_buttons(ctx, event, f"✓ {texts.text('Yes, that is me')}")
    if not agreed.is_agreed:
        text = texts.text("Thank you. Please say yes in your other account, too: I have asked you there.")
        return [*retired, answer(event, text)]
    if not ctx.work.links.end(agreed):
        raise Refused(too_late(event, ctx))
    return [*retired, *_link(ctx, agreed)]


@button("link_no")
def disagree(event: ButtonPressed, ctx: Context) -> list[Action]:
    proposal, _ = _own_proposal(event, ctx)
    texts = ctx.texts_of(event.author)
    if not ctx.work.links.end(proposal):
        raise Refused(too_late(event, ctx))
    told = answer(event, texts.text("Understood: everything stays as it is."))
    return [*retire_buttons(ctx, event, f"✗ {texts.text('No')}"), told, *_tell_desk(
        ctx, proposal, ctx.staff_texts.text("They say that they are not one person, so nothing was linked.")
    )]  # fmt: skip


@on("delivery_failed", "link_ask")
def ask_failed(event: DeliveryFailed, ctx: Context) -> list[Action]:
    """Who cannot be asked is not linked; a code still can do it."""
    proposal = ctx.work.links.proposal(int(event.subject))
    if proposal is None or not ctx.work.links.end(proposal):
        return []
    ticket = whole(ctx, ctx.work.tickets.get(proposal.ticket_id))
    if ticket is None:
        return []
    text = ctx.staff_texts.text(
        "An account could not be asked whether they are one person, so nothing was linked. A code can still do it: "
        "the customer gets one with {command}.",
        command=ctx.typed("link", spoken_to(ctx, ticket).place.platform),
    )
    return list(note_on_desk(ctx, ticket.id, text, tone=Tone.ALERT))


def _tickets(event: CommandGiven, ctx: Context) -> tuple[Ticket, Ticket]:
    """The two tickets named, or the one of this thread and the one named; raises Refused."""
    texts = ctx.answer_texts(event)
    named = [numbered(event, number, ctx) for number in _NUMBER.findall(event.arguments)]
    found = [*([ticket_here(event, ctx)] if len(named) == 1 else []), *named]
    one, other = found if len(found) == 2 else (None, None)
    if one is None or other is None:
        text = texts.text(
            "Which two tickets belong to one person? {command} 12 15, or in a ticket's thread the other's number.",
            command=ctx.typed("link", event.place.platform),
        )
        raise Refused(answer(event, text))
    return one, other


def _ask(ctx: Context, contact: Contact, proposal: Proposal) -> Say:
    """In the direct chat, where nobody reads along; without a word about the other account."""
    texts = texts_for(contact, ctx)
    text = texts.text(
        "Our team believes that you also write to us from another account. If you say yes here and there, both are one "
        "person to us: one history, one ticket, and whoever uses either account sees the answers. Is it you?"
    )
    buttons = (
        Button(texts.label("Yes, that is me"), "link_yes", str(proposal.id), ButtonStyle.PRIMARY),
        Button(texts.label("No"), "link_no", str(proposal.id)),
    )
    return say(
        ctx, direct_with(ctx, contact), text, buttons=buttons, purpose="link_ask", subject=str(proposal.id)
    )


def _own_proposal(event: ButtonPressed, ctx: Context) -> tuple[Proposal, Contact]:
    """The proposal on the button, when it is one of the two who presses; anything else is forged."""
    number = id_in(event.subject)
    proposal = ctx.work.links.proposal(number) if number else None
    contact = ctx.work.contacts.of(event.author.identity)
    if proposal is None or contact is None or contact.id not in (proposal.one_id, proposal.other_id):
        texts = ctx.texts_of(event.author)
        raise Refused(answer(event, texts.text("Only the person who was asked can answer this.")))
    return proposal, contact


def _link(ctx: Context, proposal: Proposal) -> list[Action]:
    one, other = (ctx.work.contacts.get(id_) for id_ in (proposal.one_id, proposal.other_id))
    joined = join(ctx, one, other)
    ctx.work.audit.record(proposal.staff_id, "link", str(one.id), str(other.id))
    told: list[Action] = []
    for contact in (one, other):
        texts = texts_for(contact, ctx)
        text = texts.text("Thank you: your accounts are one person to us now. If that was not you, undo it.")
        told.append(say(ctx, direct_with(ctx, contact), text, buttons=[undo_button(texts)]))
    return [*told, *(joined or [])]


def _tell_desk(ctx: Context, proposal: Proposal, text: str) -> list[Action]:
    ticket = whole(ctx, ctx.work.tickets.get(proposal.ticket_id))
    return list(note_on_desk(ctx, ticket.id, text, tone=Tone.ALERT)) if ticket else []
