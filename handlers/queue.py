"""/queue: who waits, since when, and who is with whom."""

from datetime import datetime

from bot.core.actions import Action
from bot.core.commands import Role
from bot.core.content import Button, ButtonStyle, Content
from bot.core.events import CommandGiven
from bot.core.texts import Markdown, Texts, escape, mark
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
    shown = overview(ctx, ctx.answer_texts(event))
    return [answer(event, shown.text, title=shown.title, buttons=shown.buttons)]


def overview(ctx: Context, texts: Texts) -> Content:
    """The queue as a card, with buttons for those who wait longest."""
    counts = ctx.work.queue.counts()
    waiting = ctx.work.tickets.waiting(limit=SHOWN)
    claimed = ctx.work.tickets.claimed(limit=SHOWN)
    parts: list[str] = []
    if waiting:
        parts += ["\n".join(f"- {_line(ctx, one, texts)}" for one in waiting)]
    else:
        parts.append(texts.text("Nobody is waiting."))
    if claimed:
        lines = "\n".join(f"- {_claimed_line(ctx, one, texts)}" for one in claimed)
        parts.append(f"**{texts.text('Being helped')}**\n\n{lines}")
    buttons = tuple(
        Button(texts.label("Claim #{number}", number=one.number), "claim", str(one.id),
               ButtonStyle.PRIMARY if one is waiting[0] else ButtonStyle.PLAIN)
        for one in waiting[:CLAIMABLE]
    )  # fmt: skip
    title = texts.plural("{n} customer waiting", "{n} customers waiting", counts.waiting)
    return Content(title=title, text=Markdown("\n\n".join(parts)), buttons=buttons)


def waited(since: datetime, now: datetime, texts: Texts) -> Markdown:
    """How long it is since then, in minutes at least."""
    return texts.span(minutes_since(since, now))


def minutes_since(then: datetime, now: datetime) -> int:
    """Whole minutes; none where `then` is to come: another process may be ahead, and a clock may be set back."""
    return max(0, int((now - then).total_seconds() // 60))


def _line(ctx: Context, ticket: Ticket, texts: Texts) -> str:
    areas = f" ({escape(', '.join(ticket.areas[:3]))})" if ticket.areas else ""
    topic = escape(topic_of(ticket, texts))
    return f"**#{ticket.number}** {topic}{areas} · {waited(ticket.waiting_since, ctx.now, texts)}"


def _claimed_line(ctx: Context, ticket: Ticket, texts: Texts) -> str:
    name = ctx.work.team.get(ticket.claimed_by).name if ticket.claimed_by else ""
    since = waited(ticket.claimed_at or ticket.opened_at, ctx.now, texts)
    topic = escape(topic_of(ticket, texts))
    return f"**#{ticket.number}** {topic} · {escape(name)} · {since}"
