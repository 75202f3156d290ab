"""/edits and the button under what was edited: how a message read before, for people of staff alone."""

from bot.core.actions import Action
from bot.core.commands import Argument, Role
from bot.core.content import Button
from bot.core.conversation import Message
from bot.core.events import ButtonPressed, CommandGiven
from bot.core.texts import Texts, escape, mark, moment, plain
from handlers.asking import id_in, named_ticket, owner_or_agent, require, too_late
from handlers.context import Asked, Context
from handlers.exchange import answer
from handlers.linked import history_of, spoken_to, ticket_about, whole
from handlers.registry import button, command

MOST_READ = 200
MOST_SHOWN = 10
LONGEST_EDITION = 600
TICKET = Argument("number", mark("The ticket's number; not needed in its thread"), completes="my_tickets")


def earlier_button(texts: Texts, message: Message) -> Button:
    """Stands under a copy that staff read, as a mark that it was edited."""
    return Button(texts.label("Edited: earlier words"), "editions", str(message.id))


@button("editions")
def editions_asked(event: ButtonPressed, ctx: Context) -> list[Action]:
    staff = require(event, ctx, Role.VOLUNTEER)
    message_id = id_in(event.subject)
    message = ctx.work.messages.get(message_id) if message_id else None
    ticket = whole(ctx, ticket_about(ctx, message.conversation_id)) if message else None
    if message is None or ticket is None:
        return [too_late(event, ctx)]
    owner_or_agent(event, ticket, staff, ctx)
    return [_told(event, ctx, _history(ctx, message, ctx.answer_texts(event)))]


@command(
    "edits",
    mark("See how edited and deleted messages of a ticket read before"),
    role=Role.VOLUNTEER,
    arguments=(TICKET,),
)
def edits(event: CommandGiven, ctx: Context) -> list[Action]:
    staff = require(event, ctx, Role.VOLUNTEER)
    ticket, _ = named_ticket(event, ctx)
    texts = ctx.answer_texts(event)
    if ticket is None:
        typed = ctx.typed("edits", event.place.platform)
        return [answer(event, texts.text("Of which ticket? {command} 12", command=typed))]
    owner_or_agent(event, ticket, staff, ctx)
    said = history_of(ctx, spoken_to(ctx, ticket), limit=MOST_READ)
    changed = [one for one in said if one.edited_at or one.deleted_at]
    if not changed:
        text = texts.text("Nothing was edited or deleted on ticket #{number}.", number=ticket.number)
        return [answer(event, text)]
    return [_told(event, ctx, "\n\n".join(_history(ctx, one, texts) for one in changed[-MOST_SHOWN:]))]


def _told(event: Asked, ctx: Context, text: str) -> Action:
    return answer(event, text, title=ctx.answer_texts(event).label("Earlier words"))


def _history(ctx: Context, message: Message, texts: Texts) -> str:
    """Who said it, its earlier words with the moments in which they were replaced, and its words now."""
    lines: list[str] = [
        texts.text("**{name}**, {moment}", name=message.author_name, moment=moment(message.sent_at))
    ]
    for words, replaced_at in ctx.work.messages.editions(message.id)[-MOST_SHOWN:]:
        lines.append(_edition(words, texts.text("until {moment}:", moment=moment(replaced_at))))
    if message.deleted_at is not None:
        now = texts.text("deleted {moment}:", moment=moment(message.deleted_at))
    else:
        now = texts.text("now:")
    return "\n\n".join([*lines, _edition(message.text, now)])


def _edition(words: str, label: str) -> str:
    shown = plain(words)
    shown = shown if len(shown) <= LONGEST_EDITION else f"{shown[: LONGEST_EDITION - 1]}…"
    quoted = "\n".join(f"> {line}" for line in escape(shown).split("\n"))
    return f"{label}\n\n{quoted}"
