"""Which ticket a staff command or button is about, and may this person give it?"""

import re

from bot.core.actions import Action
from bot.core.commands import Role
from bot.core.events import ButtonPressed, CommandGiven
from bot.core.staff import Staff
from bot.core.ticket import Ticket
from handlers.context import Asked, Context
from handlers.exchange import answer
from handlers.linked import whole
from handlers.who import member

_NUMBER = re.compile(r"^\s*#?(\d+)\b\s*")
_LONGEST_NUMBER = 9
_ID = re.compile(r"[0-9]{1,19}")
_LARGEST_ID = 2**63 - 1


class Refused(Exception):  # noqa: N818 - it is not an error, it is the answer
    """The person cannot have what they asked for; the action tells them why and what to do instead."""

    def __init__(self, action: Action) -> None:
        super().__init__()
        self.action = action


def require(event: Asked, ctx: Context, role: Role) -> Staff:
    """The staff member who asks; raises Refused for everybody else, without a word about tickets."""
    staff = member(event.author, ctx)
    if staff is not None and staff.is_confirmed and Role.AGENT <= staff.role < role:
        texts = ctx.answer_texts(event)
        raise Refused(
            answer(
                event,
                texts.text(
                    "Only an editor can do that: one of those whom EDITORS names, or an administrator."
                ),
            )
        )
    if staff is None or not staff.is_confirmed or staff.role < role:
        texts = ctx.texts_of(event.author)
        raise Refused(
            answer(event, texts.text("This is for the support team. Write what you need, and I will help."))
        )
    return staff


def too_late(event: ButtonPressed, ctx: Context) -> Action:
    """For a button of something that is over, or that was never there."""
    texts = ctx.texts_of(event.author)
    return answer(event, texts.text("That button is no longer in use. Just write what you need."))


def id_in(subject: str) -> int | None:
    """The id in a button's subject; None for whatever cannot be one, as in a forged button."""
    if not _ID.fullmatch(subject) or int(subject) > _LARGEST_ID:
        return None
    return int(subject)


def named_ticket(event: CommandGiven, ctx: Context) -> tuple[Ticket | None, str]:
    """The ticket that the arguments name, or the one of this thread or chat; and what is left of the arguments.

    Raises Refused for a number that no ticket has.
    """
    found = _NUMBER.match(event.arguments)
    if found is None:
        return ticket_here(event, ctx), event.arguments.strip()
    return numbered(event, found[1], ctx), event.arguments[found.end() :].strip()


def numbered(event: CommandGiven, number: str, ctx: Context) -> Ticket:
    """The ticket with that number, or the one in which it goes on; raises Refused when there is none."""
    found = ctx.work.tickets.numbered(int(number)) if len(number) <= _LONGEST_NUMBER else None
    ticket = whole(ctx, found)
    if ticket is None:
        text = ctx.answer_texts(event).text(
            "There is no ticket #{number}. {queue} shows what is open.",
            number=number[:20],
            queue=ctx.typed("queue", event.place.platform),
        )
        raise Refused(answer(event, text))
    return ticket


def in_staff_space(event: Asked, ctx: Context) -> bool:
    """Where the whole team reads along, or in one of its threads."""
    space = ctx.settings.staff_space
    return space is not None and event.place.lies_in(space)


def is_at_desk(event: Asked, ctx: Context) -> bool:
    """In the staff space, or in the chat of a helper who works on a ticket there."""
    return in_staff_space(event, ctx) or ticket_here(event, ctx) is not None


def ticket_here(event: Asked, ctx: Context) -> Ticket | None:
    """The ticket whose thread or chat this is."""
    desk = ctx.work.tickets.desk_at(event.place)
    return whole(ctx, ctx.work.tickets.get(desk.ticket_id)) if desk else None


def pressed_ticket(event: ButtonPressed, ctx: Context) -> Ticket:
    """The ticket on the button; raises Refused when there is none."""
    ticket_id = id_in(event.subject)
    ticket = whole(ctx, ctx.work.tickets.get(ticket_id)) if ticket_id else None
    if ticket is None:
        raise Refused(answer(event, ctx.answer_texts(event).text("That ticket does not exist any more.")))
    return ticket


def my_ticket(event: CommandGiven, staff: Staff, ctx: Context) -> Ticket:
    """The named ticket, the one of this thread, or the only one that this person holds; raises Refused."""
    ticket, _ = named_ticket(event, ctx)
    if ticket is not None:
        return ticket
    held = ctx.work.tickets.held_by(staff.id)
    if len(held) == 1:
        return held[0]
    texts, typed = ctx.answer_texts(event), ctx.typed(event.name, event.place.platform)
    if not held:
        raise Refused(answer(event, texts.text("You hold no ticket. Name one: {command} 12", command=typed)))
    numbers = ", ".join(f"#{one.number}" for one in held)
    text = texts.text(
        "You hold {numbers}. Which one? {command} {first}",
        numbers=numbers,
        command=typed,
        first=held[0].number,
    )
    raise Refused(answer(event, text))


def owner_or_agent(event: Asked, ticket: Ticket, staff: Staff, ctx: Context) -> None:
    """Volunteers may touch only what they hold; raises Refused."""
    if staff.role >= Role.AGENT or ticket.claimed_by == staff.id:
        return
    raise Refused(
        answer(event, ctx.answer_texts(event).text("Ticket #{number} is not yours.", number=ticket.number))
    )
