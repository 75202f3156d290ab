"""Accounts become one person, and part again: whose tickets go on together, and whose stand for themselves."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from bot.core.actions import Action, Say, Show
from bot.core.contact import Contact
from bot.core.content import Button, Content
from bot.core.conversation import Conversation, Direction, Owner
from bot.core.places import direct_to
from bot.core.texts import Texts, escape
from bot.core.ticket import Ticket, TicketStatus
from handlers.cards import history, refresh
from handlers.context import Context
from handlers.exchange import customer_of, note_on_desk, say, texts_for
from handlers.linked import as_ticket, hear, spoken_to, takes_part
from handlers.queueing import close_direct_desks, describe_place, open_ticket, watch_wait

FILES_LOOKED_FOR = 12
LOOKED_AT = 50


def join(ctx: Context, one: Contact, other: Contact) -> list[Action] | None:
    """Make two contacts, with all accounts that are linked to either, one person; None when they are that already."""
    work = ctx.work
    accounts = _locked(ctx, [one, other])
    if len({account.person for account in accounts}) == 1:
        return None
    person_id = work.contacts.link(accounts)
    _share_language(ctx, one, accounts)
    work.conversations.hand_over([account.id for account in accounts], person_id)
    tickets = work.joined.open_of_person(person_id)
    if not tickets:
        return []
    kept = min(tickets, key=_precedence)
    actions: list[Action] = []
    for ticket in tickets:
        if ticket.id != kept.id:
            actions += _join_ticket(ctx, ticket, kept)
    kept = _hear_newest(ctx, kept, person_id)
    return [*actions, *_tell_desk(ctx, kept)]


def _share_language(ctx: Context, newest: Contact, accounts: Sequence[Contact]) -> None:
    """A language chosen in one account holds in all of them; of several, that of the account that was linked last."""
    in_order = sorted(accounts, key=lambda account: account.id != newest.id)
    chosen = next((account.chosen_language for account in in_order if account.chosen_language), "")
    for account in accounts:
        if account.chosen_language != chosen:
            ctx.work.contacts.save(account.choosing(chosen))


def part(ctx: Context, contact: Contact) -> list[Action] | None:
    """Make an account somebody of its own again, with its own conversations and tickets; None when it is alone."""
    work = ctx.work
    accounts = _locked(ctx, [contact])
    leaving = next((one for one in accounts if one.id == contact.id and one.is_linked), None)
    if leaving is None or leaving.person_id is None:
        return None
    conversations = work.conversations.of_person(leaving.person_id)
    main = next(iter(work.joined.open_of_person(leaving.person_id)), None)
    rest = [one for one in accounts if one.id != contact.id]
    alone = [leaving, *(rest if len(rest) == 1 else [])]
    work.contacts.part(alone)
    for one in alone:
        work.conversations.hand_over([one.id], None)
    sides = [_side(people, conversations) for people in ([leaving], rest)]
    for side in sides:
        work.joined.hear_own(side.contacts)
    main = work.tickets.get(main.id) if main else None
    return [action for side in sides for action in _stand_alone(ctx, side, main)]


def direct_with(ctx: Context, contact: Contact) -> Conversation:
    """The conversation in a contact's direct chat, begun when there is none."""
    identity = ctx.work.contacts.identities_of(contact.id)[0]
    known = ctx.work.conversations.direct_of(contact.id, identity.platform)
    # Read anew: the contact at hand may be from before it was linked or parted.
    return known or ctx.work.conversations.open(ctx.work.contacts.get(contact.id), direct_to(identity))


def undo_button(texts: Texts) -> Button:
    """For whoever is told of a link, who may not have wanted it."""
    return Button(texts.label("Undo"), "unlink")


def platform_of(ctx: Context, contact: Contact) -> str:
    return ctx.work.contacts.identities_of(contact.id)[0].platform.capitalize()


class _Side(Struct, frozen=True):
    """The accounts that stay one person when an account leaves, and their conversations."""

    contacts: frozenset[int]
    conversations: tuple[Conversation, ...]

    @property
    def is_alone(self) -> bool:
        return len(self.contacts) == 1

    def has(self, ctx: Context, ticket: Ticket) -> bool:
        """True for a ticket of theirs."""
        return ctx.work.conversations.get(ticket.conversation_id).contact_id in self.contacts


def _side(accounts: Sequence[Contact], conversations: Sequence[Conversation]) -> _Side:
    ids = frozenset(one.id for one in accounts)
    return _Side(ids, tuple(one for one in conversations if one.contact_id in ids))


def _locked(ctx: Context, contacts: Sequence[Contact]) -> list[Contact]:
    """These contacts and all that are linked with them, as they are, until the end of the transaction."""
    work = ctx.work
    certain = work.contacts.lock([one.id for one in contacts])
    everybody = {one.id for contact in certain for one in work.contacts.accounts_of(contact)}
    return work.contacts.lock(everybody)


def _precedence(ticket: Ticket) -> tuple[bool, datetime, int]:
    """Who is helped keeps their helper, the first of several; else the longest wait counts."""
    is_waiting = ticket.status is TicketStatus.WAITING
    return (
        is_waiting,
        ticket.waiting_since if is_waiting else ticket.claimed_at or ticket.opened_at,
        ticket.id,
    )


def _join_ticket(ctx: Context, ticket: Ticket, kept: Ticket) -> list[Action]:
    """It goes on in the other one, which gets its history and files; its own thread says where to go."""
    work, texts = ctx.work, ctx.staff_texts
    closed = close_direct_desks(ctx, ticket)
    work.joined.join(ticket, kept)
    work.deadlines.clear("wait_limit", ticket.id)
    for conversation in [work.conversations.get(ticket.conversation_id), spoken_to(ctx, ticket)]:
        work.conversations.save(as_ticket(kept)(conversation))
    joined = work.tickets.get(ticket.id) or ticket
    conversation = work.conversations.get(ticket.conversation_id)
    moved = texts.text(
        "The same person has written from another account: ticket #{number} goes on in #{kept}. "
        "What you write here stays between us as a note.",
        number=ticket.number,
        kept=kept.number,
    )
    files = [
        Show(kept.id, Content(files=one.files), message_id=one.id)
        for one in work.messages.history(conversation.id, limit=FILES_LOOKED_FOR)
        if one.direction is Direction.INCOMING and one.files and one.deleted_at is None
    ]
    return [
        *closed,
        *note_on_desk(ctx, ticket.id, moved),
        refresh(ctx, joined, conversation),
        *(files if ctx.settings.staff_space is not None else []),
        _tell_joined(ctx, ticket, kept, conversation),
    ]


def _tell_joined(ctx: Context, ticket: Ticket, kept: Ticket, conversation: Conversation) -> Say:
    texts = texts_for(customer_of(conversation, ctx), ctx)
    words = texts.text(
        "Your ticket #{number} goes on together with #{kept}, so you are answered once.",
        number=ticket.number,
        kept=kept.number,
    )
    return say(ctx, conversation, f"{words} {describe_place(ctx, kept, texts)}")


def _hear_newest(ctx: Context, kept: Ticket, person_id: int) -> Ticket:
    """They are answered where they wrote last, and in private when any of it was said in private."""
    places = ctx.work.conversations.of_person(person_id)
    private = {one.id for one in places if one.place.is_direct and one.owner is not Owner.BOT}
    for message in reversed(ctx.work.messages.history_of_person(person_id, limit=LOOKED_AT)):
        is_there = not private or message.conversation_id in private
        if message.direction is Direction.INCOMING and is_there:
            return hear(ctx, kept, ctx.work.conversations.get(message.conversation_id))
    return kept


def _tell_desk(ctx: Context, kept: Ticket) -> list[Action]:
    """The card has the whole history from now on; the thread says what happened."""
    conversation = spoken_to(ctx, kept)
    said = ctx.staff_texts.text(
        "This customer's accounts are linked now: they are one person. Answers go to {platform}, where they wrote "
        "last.",
        platform=conversation.place.platform.capitalize(),
    )
    words = "\n\n".join([said, history(ctx, conversation)])
    return [refresh(ctx, kept, conversation), *note_on_desk(ctx, kept.id, words)]


def _stand_alone(ctx: Context, side: _Side, main: Ticket | None) -> list[Action]:
    """Give one side its own tickets back; who took part in a ticket of the other side gets one of their own."""
    work = ctx.work
    actions, own = _take_apart(ctx, side)
    if main is None:
        return actions
    if side.has(ctx, main):
        return [*actions, *_keep_main(ctx, main)]
    waiting = [work.conversations.get(one.id) for one in side.conversations]
    waiting = [one for one in waiting if one.owner is not Owner.BOT]
    if own is None and waiting:
        for one in waiting:
            work.conversations.save(one.with_bot())
        newest = max(waiting, key=_last_message_at)
        return [*actions, *open_ticket(ctx, newest.with_bot())]
    return actions


def _keep_main(ctx: Context, main: Ticket) -> list[Action]:
    """The ticket goes on without the other side, and answers its own again."""
    conversation = spoken_to(ctx, main)
    text = ctx.staff_texts.text(
        "An account of this customer stands alone again. Answers go to {platform}.",
        platform=conversation.place.platform.capitalize(),
    )
    return [refresh(ctx, main, conversation), *note_on_desk(ctx, main.id, text)]


def _take_apart(ctx: Context, side: _Side) -> tuple[list[Action], Ticket | None]:
    """The side's tickets that went on in one of the other side; of several that would be open, one goes on for all.

    Who is alone has each of their tickets back: nothing but a link makes one of several.
    """
    work = ctx.work
    own: Ticket | None = None
    actions: list[Action] = []
    for ticket in work.joined.joined_of(side.contacts):
        kept = work.tickets.get(ticket.joined_to_id or 0)
        if kept is None or (side.has(ctx, kept) and not side.is_alone):
            continue
        if own is not None and kept.is_open and not side.is_alone:
            work.joined.join(ticket, own)
            continue
        work.joined.take_apart(ticket, kept)
        restored = work.tickets.get(ticket.id) or ticket
        if restored.is_open:
            own = restored
            actions += _back_in_queue(ctx, side, restored)
        else:
            actions.append(refresh(ctx, restored, work.conversations.get(restored.conversation_id)))
    return actions, own


def _back_in_queue(ctx: Context, side: _Side, ticket: Ticket) -> list[Action]:
    work = ctx.work
    for place in [] if side.is_alone else side.conversations:
        conversation = work.conversations.get(place.id)
        if takes_part(conversation, ticket):
            work.conversations.save(conversation.queued())
    watch_wait(ctx, ticket)
    conversation = work.conversations.get(ticket.conversation_id).queued()
    work.conversations.save(conversation)
    contact = customer_of(conversation, ctx)
    text = ctx.staff_texts.text(
        "**{name}** stands alone again, so ticket #{number} is back in the queue at its old place.",
        name=escape(contact.name),
        number=ticket.number,
    )
    told = describe_place(ctx, ticket, texts_for(contact, ctx))
    return [
        refresh(ctx, ticket, conversation),
        *note_on_desk(ctx, ticket.id, text),
        say(ctx, conversation, told),
    ]


def _last_message_at(conversation: Conversation) -> datetime:
    return conversation.last_message_at
