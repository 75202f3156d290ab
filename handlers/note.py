"""/note: something for the team only."""

import re

from bot.core.actions import Action
from bot.core.commands import Argument, Role
from bot.core.events import CommandGiven
from bot.core.texts import escape, mark
from handlers.asking import numbered, owner_or_agent, require, ticket_here
from handlers.context import Context
from handlers.desk_message import add_note
from handlers.exchange import answer
from handlers.registry import command

TEXT = Argument(
    "text", mark("The note; outside a ticket's thread begin with its number: #12 ..."), is_required=True
)
_NUMBERED = re.compile(r"^\s*#?(\d{1,9})\s+(?=\S)")


@command(
    "note",
    mark("Write a note that only the team sees"),
    role=Role.VOLUNTEER,
    arguments=(TEXT,),
    takes_files=True,
)
def note(event: CommandGiven, ctx: Context) -> list[Action]:
    staff = require(event, ctx, Role.VOLUNTEER)
    texts = ctx.answer_texts(event)
    ticket, words = ticket_here(event, ctx), event.arguments.strip()
    found = _NUMBERED.match(words)
    if found and (ticket is None or words.startswith("#")):
        # Inside a thread a bare number is part of the note: "5 chairs arrived".
        ticket, words = numbered(event, found[1], ctx), words[found.end() :]
    if ticket is None or not words:
        text = texts.text(
            "On which ticket, and what? {note} #12 The chairs arrive on Monday",
            note=ctx.typed("note", event.place.platform),
        )
        return [answer(event, text)]
    owner_or_agent(event, ticket, staff, ctx)
    _, shown = add_note(ctx, ticket, staff, str(escape(words)), files=event.files)
    desk = ctx.work.tickets.desk_at(event.place)
    if desk is not None and desk.ticket_id == ticket.id and not ctx.answers_privately(event.place.platform):
        # The note itself is what everybody there reads next.
        return shown
    told = texts.text("Noted on ticket #{number}; the customer does not see it.", number=ticket.number)
    return [*shown, answer(event, told)]
