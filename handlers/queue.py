"""/queue: who waits, since when, and who is with whom."""

from datetime import datetime

from bot.core.actions import Action
from bot.core.commands import Role
from bot.core.content import Button, ButtonStyle, Content
from bot.core.events import CommandGiven
from bot.core.texts import Markdown, escape, mark
from bot.core.ticket import Ticket
from handlers.asking import require
from handlers.cards import topic_of
from handlers.context import Context
from handlers.exchange import answer
from handlers.registry import command

SHOWN = 10
CLAIMABLE = 3


@command("queue", mark("Show who is waiting and who is being helped"), role=Role.AGENT)
def queue(event: CommandGiven, ctx: Context) -> list[Action]:
    require(event, ctx, Role.AGENT)
    shown = overview(ctx)
    return [answer(event, shown.text, title=shown.title, buttons=shown.buttons)]


def overview(ctx: Context) -> Content:
    """The queue as a card, with buttons for those who wait longest."""
    texts = ctx.staff_texts
    counts = ctx.work.queue.counts()
    waiting = ctx.work.tickets.waiting(limit=SHOWN)
    claimed = ctx.work.tickets.claimed(limit=SHOWN)
    parts: list[str] = []
    if waiting:
        parts += ["\n".join(f"- {_line(ctx, one)}" for one in waiting)]
    else:
        parts.append(texts.text("Nobody is waiting."))
    if claimed:
        lines = "\n".join(f"- {_claimed_line(ctx, one)}" for one in claimed)
        parts.append(f"**{texts.text('Being helped')}**\n\n{lines}")
    buttons = tuple(
        Button(texts.label("Claim #{number}", number=one.number), "claim", str(one.id),
               ButtonStyle.PRIMARY if one is waiting[0] else ButtonStyle.PLAIN)
        for one in waiting[:CLAIMABLE]
    )  # fmt: skip
    title = texts.plural("{n} customer waiting", "{n} customers waiting", counts.waiting)
    return Content(title=title, text=Markdown("\n\n".join(parts)), buttons=buttons)


def waited(since: datetime, now: datetime) -> str:
    """'4 min', '2 h 5 min', '3 d': short, the same in every language."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours < 48 else f"{hours // 24} d"


def _line(ctx: Context, ticket: Ticket) -> str:
    areas = f" ({escape(', '.join(ticket.areas[:3]))})" if ticket.areas else ""
    topic = escape(topic_of(ticket, ctx.staff_texts))
    return f"**#{ticket.number}** {topic}{areas}, {waited(ticket.waiting_since, ctx.now)}"


def _claimed_line(ctx: Context, ticket: Ticket) -> str:
    name = ctx.work.team.get(ticket.claimed_by).name if ticket.claimed_by else ""
    since = waited(ticket.claimed_at or ticket.opened_at, ctx.now)
    topic = escape(topic_of(ticket, ctx.staff_texts))
    return f"**#{ticket.number}** {topic}, {escape(name)}, {since}"
