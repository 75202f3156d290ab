"""/link and /unlink: accounts on two platforms become one person by a code, and part again."""

import re

from bot.core.actions import Action
from bot.core.commands import Argument, Role
from bot.core.contact import Contact
from bot.core.events import ButtonPressed, CommandGiven
from bot.core.policies.codes import code_in, spelled
from bot.core.texts import Texts, mark
from handlers.asking import in_staff_space, named_ticket, ticket_here
from handlers.context import Asked, Context
from handlers.exchange import answer, customer_of, say, texts_for
from handlers.joining import direct_with, join, part, platform_of, undo_button
from handlers.linked import spoken_to
from handlers.proposing import propose
from handlers.registry import button, command
from handlers.who import role_of

CODE = Argument(
    "code", mark("The code from your other account; without it you get one. Staff: two tickets, 12 15")
)
NUMBER = Argument("number", mark("Staff: the ticket of the customer whose accounts are to be unlinked"))
_NUMBERS = re.compile(r"\s*#?\d{1,9}(\s+#?\d{1,9})?\s*")


@command("link", mark("Link your accounts, so that we know you on all of them"), role=Role.CUSTOMER,
         arguments=(CODE,), at_desk=mark("Ask two tickets' customers whether they are one person"))  # fmt: skip
def link(event: CommandGiven, ctx: Context) -> list[Action]:
    """A code, the use of one, or, by an agent who names tickets or works in the staff space, a proposal."""
    # There a code of their own would be read by the whole team.
    names_none = not event.arguments.strip() and in_staff_space(event, ctx)
    names_tickets = _NUMBERS.fullmatch(event.arguments)
    if (names_tickets or names_none) and role_of(event.author, ctx) >= Role.AGENT:
        return propose(event, ctx)
    contact = ctx.work.contacts.meet(event.author)
    return _enter(event, contact, ctx) if event.arguments.strip() else _give_code(event, contact, ctx)


@command("unlink", mark("Unlink one of your accounts"), role=Role.CUSTOMER, arguments=(NUMBER,),
         at_desk=mark("Take a customer's linked accounts apart"))  # fmt: skip
def unlink(event: CommandGiven, ctx: Context) -> list[Action]:
    is_agent = role_of(event.author, ctx) >= Role.AGENT
    if is_agent and (event.arguments.strip() or ticket_here(event, ctx) or in_staff_space(event, ctx)):
        return _part_customer(event, ctx)
    return _part_own(event, ctx)


@button("unlink")
def unlink_button(event: ButtonPressed, ctx: Context) -> list[Action]:
    """It was not them: whoever was told of a link can undo it at once."""
    return _part_own(event, ctx)


def _give_code(event: CommandGiven, contact: Contact, ctx: Context) -> list[Action]:
    texts = ctx.texts_of(event.author)
    code = spelled(ctx.work.links.issue(contact.id))
    text = texts.text(
        "Your code is **{code}**. Within ten minutes, write `{link} {code}` to me from your other account: then I know "
        "that both accounts are yours.\n\n"
        "Give it to nobody. Whoever enters it is taken for you; our team never asks for it.",
        code=code,
        link=ctx.typed("link", event.place.platform),
    )
    return [answer(event, text)]


def _enter(event: CommandGiven, contact: Contact, ctx: Context) -> list[Action]:
    """Use a code; what others could read along is worth nothing, and guessing ends soon."""
    texts, links = ctx.texts_of(event.author), ctx.work.links
    if not links.may_try(contact.id):
        text = texts.text(
            "There were too many wrong codes. For your safety I take no code from you for an hour."
        )
        return [answer(event, text)]
    code = code_in(event.arguments)
    if code is not None and event.message is not None and not event.place.is_direct:
        links.void(code)
        text = texts.text(
            "Others could read that code here, so it is not valid any more. Get a new one with {link}, and write it to "
            "me in our direct chat.",
            link=ctx.typed("link", event.place.platform),
        )
        return [answer(event, text)]
    if code is not None and links.is_own(code, contact.id):
        return [answer(event, texts.text("That code is for your other account: enter it there."))]
    other_id = links.take(code, by=contact.id) if code is not None else None
    if other_id is None:
        text = texts.text(
            "That code is not valid. A code works once, for ten minutes; {link} in your other account gives you a new "
            "one.",
            link=ctx.typed("link", event.place.platform),
        )
        return [answer(event, text)]
    links.forget_tries(contact.id)
    return _link(event, contact, ctx.work.contacts.get(other_id), ctx)


def _link(event: CommandGiven, contact: Contact, other: Contact, ctx: Context) -> list[Action]:
    joined = join(ctx, contact, other)
    # Which language they chose in either account is known now.
    texts = ctx.texts_of(event.author)
    if joined is None:
        return [answer(event, texts.text("These two accounts are linked already."))]
    ctx.work.audit.record(None, "link", str(contact.id), str(other.id))
    told = answer(event, linked_with(ctx, other, texts), buttons=[undo_button(texts)])
    return [told, tell_linked(ctx, other, contact), *joined]


def tell_linked(ctx: Context, contact: Contact, other: Contact) -> Action:
    """Say in a contact's direct chat whom it is linked with, and how to undo that."""
    texts = texts_for(contact, ctx)
    return say(ctx, direct_with(ctx, contact), linked_with(ctx, other, texts), buttons=[undo_button(texts)])


def linked_with(ctx: Context, other: Contact, texts: Texts) -> str:
    return texts.text(
        "This account and **{name}** on {platform} are one person to us now: one history, one place in the queue, and "
        "answers come where you write. If that was not you, undo it.",
        name=other.name,
        platform=platform_of(ctx, other),
    )


def _part_own(event: Asked, ctx: Context) -> list[Action]:
    texts = ctx.texts_of(event.author)
    contact = ctx.work.contacts.meet(event.author)
    others = [one for one in ctx.work.contacts.accounts_of(contact) if one.id != contact.id]
    parted = part(ctx, contact)
    if parted is None:
        return [answer(event, texts.text("This account is linked with no other."))]
    ctx.work.audit.record(None, "unlink", str(contact.id))
    text = texts.text("Done: this account stands alone again, with its own conversations and tickets.")
    return [answer(event, text), *(_tell_parted(ctx, other, contact) for other in others), *parted]


def _tell_parted(ctx: Context, contact: Contact, left: Contact) -> Action:
    text = texts_for(contact, ctx).text(
        "Your account on {platform} is not linked any more: it stands alone again.",
        platform=platform_of(ctx, left),
    )
    return say(ctx, direct_with(ctx, contact), text)


def _part_customer(event: CommandGiven, ctx: Context) -> list[Action]:
    """An agent parts a customer's accounts: each gets what is its own."""
    texts = ctx.answer_texts(event)
    ticket, _ = named_ticket(event, ctx)
    if ticket is None:
        typed = ctx.typed("unlink", event.place.platform)
        return [answer(event, texts.text("Which ticket's customer? {command} 12", command=typed))]
    accounts = ctx.work.contacts.accounts_of(customer_of(spoken_to(ctx, ticket), ctx))
    actions: list[Action] = []
    for account in accounts[1:]:
        parted = part(ctx, account)
        if parted is not None:
            # Why something changes is said before what changes.
            actions += [*_tell_both(ctx, accounts[0], account), *parted]
    if not actions:
        return [
            answer(
                event,
                texts.text("The customer of ticket #{number} has one account only.", number=ticket.number),
            )
        ]
    staff = ctx.work.team.of(event.author.identity)
    ctx.work.audit.record(staff.id if staff else None, "unlink", str(ticket.number))
    return [answer(event, texts.text("Done: each account stands alone again.")), *actions]


def _tell_both(ctx: Context, one: Contact, other: Contact) -> list[Action]:
    return [_tell_parted(ctx, one, other), _tell_parted(ctx, other, one)]
